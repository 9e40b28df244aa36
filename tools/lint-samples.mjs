// Lints source text as if it were in a file, without the type-checked rules: JSON { file: text } in, { file: [rule: message] } out.
import { text } from 'node:stream/consumers';
import process from 'node:process';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

process.env.NX_DAEMON = 'false';
const root = new URL('..', import.meta.url).pathname;
process.chdir(root);
await createProjectGraphAsync({ exitOnError: true });

const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });
const refusals = {};
for (const [filePath, source] of Object.entries(JSON.parse(await text(process.stdin)))) {
  const [result] = await eslint.lintText(source, { filePath });
  refusals[filePath] = result.messages.map((m) => `${m.ruleId}: ${m.message.split('\n')[0]}`);
}
console.log(JSON.stringify(refusals));
