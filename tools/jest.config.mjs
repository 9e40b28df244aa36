// The project "workspace": rules about the workspace itself, in plain JavaScript.
import { preset } from './jest-preset.mjs';

const deep = process.env.HOLDFAST_TEST_DEEP === '1';

export default {
  ...preset,
  displayName: 'workspace',
  rootDir: import.meta.dirname,
  testMatch: [deep ? '<rootDir>/**/*.deep.spec.mjs' : '<rootDir>/**/*.spec.mjs'],
  testPathIgnorePatterns: ['/node_modules/', ...(deep ? [] : ['\\.deep\\.spec\\.mjs$'])],
  moduleNameMapper: {},
};
