export default {
  projects: ['<rootDir>/libs/*', '<rootDir>/apps/*', '<rootDir>/examples/*/jest.config.mjs', '<rootDir>/tools'],
  maxWorkers: 2,
  testTimeout: 90_000,
  // Native ES modules leak with every spec file; a worker is replaced before that hurts.
  workerIdleMemoryLimit: '400MB',
  coverageProvider: 'v8',
};
