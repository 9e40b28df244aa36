import { fileURLToPath } from 'node:url';

export default {
  projects: ['<rootDir>/libs/*', '<rootDir>/apps/*', '<rootDir>/examples/*/jest.config.mjs', '<rootDir>/tools'],
  // One more than the cores of a small machine: what starts the platform waits for it about half of its time.
  maxWorkers: 3,
  testSequencer: fileURLToPath(new URL('tools/jest-sequencer.cjs', import.meta.url)),
  testTimeout: 90_000,
  // Native ES modules leak with every spec file; a worker is replaced before that hurts.
  workerIdleMemoryLimit: '400MB',
  coverageProvider: 'v8',
};
