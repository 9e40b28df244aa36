#!/usr/bin/env node
// Checked in, so that npm can link the command before anything is built.
import { existsSync } from 'node:fs';
import process from 'node:process';

const main = new URL('../dist/main.js', import.meta.url);

if (existsSync(main)) {
  process.setSourceMapsEnabled(true);
  await import(main.href);
} else {
  console.error('holdfast is not built yet: run `npm run build` in the workspace, or `npm start`, which builds first');
  process.exitCode = 1;
}
