import { run } from './program.js';
import { toldToEnd } from './told-to-end.js';

process.exitCode = await run(process.argv, {
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  toldToEnd,
});
