import { builtinModules } from 'node:module';
import process from 'node:process';
import nx from '@nx/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Everything at once is one program, whose types are worked out once; a few files are found by the projects they are in. */
const types = process.env.HOLDFAST_LINT_ALL === '1' ? { project: './tsconfig.lint.json' } : { projectService: true };

const specs = ['**/*.spec.ts', '**/*.fixtures.ts'];

/** What each type of project may import; arrows point inward only, and no app is ever imported. */
const mayImport = {
  kernel: [],
  contracts: ['kernel'],
  domain: ['domain', 'contracts', 'kernel'],
  adapter: ['adapter', 'domain', 'contracts', 'kernel'],
  platform: ['platform', 'adapter', 'domain', 'contracts', 'kernel'],
  example: ['platform', 'adapter', 'domain', 'contracts', 'kernel'],
  tooling: ['contracts', 'kernel'],
  testing: ['tooling', 'example', 'platform', 'adapter', 'domain', 'contracts', 'kernel'],
  app: ['tooling', 'example', 'platform', 'adapter', 'domain', 'contracts', 'kernel'],
  e2e: ['testing', 'tooling', 'example', 'platform', 'adapter', 'domain', 'contracts', 'kernel'],
};
const appsWithoutTooling = ['api-gateway', 'resource-store', 'reconciler', 'prebuild-orchestrator', 'provisioner'];

const boundaries = ({ inSpecs }) => [
  'error',
  {
    depConstraints: [
      ...Object.entries(mayImport).map(([type, targets]) => ({
        sourceTag: `type:${type}`,
        onlyDependOnLibsWithTags: [...targets, ...(inSpecs ? [type, 'testing', 'tooling'] : [])].map(
          (t) => `type:${t}`,
        ),
      })),
      ...(inSpecs ? [] : appsWithoutTooling).map((app) => ({
        sourceTag: `scope:${app}`,
        notDependOnLibsWithTags: ['type:tooling'],
      })),
    ],
    // A spec's way through the fixtures back to its own project is no cycle of the product.
    ignoredCircularDependencies: inSpecs ? [['*', '@holdfast/testing']] : [],
    allowCircularSelfDependency: false,
    enforceBuildableLibDependency: false,
    allow: [],
  },
];

const outsideWorld = [
  ...builtinModules
    .filter((name) => !name.startsWith('_'))
    .map((name) => ({ name, message: 'Pure code reaches the world through ports.' })),
  { name: 'pg', message: 'Pure code does not know the database.' },
  { name: 'typeorm', message: 'Pure code does not know the database.' },
];

export default defineConfig(
  { ignores: ['**/dist/', '**/dist-spec/', '**/coverage/', '.nx/', '.holdfast/', '**/tmp/', '**/node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { ...types, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ inSpecs: false }),
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': 'allow-with-description', 'ts-ignore': true },
      ],
      // Ports are asynchronous even where an implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: specs,
    rules: { '@nx/enforce-module-boundaries': boundaries({ inSpecs: true }) },
  },
  {
    files: ['apps/cli/src/**', 'apps/bench/src/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['libs/{kernel,contracts,resource,reconcile,prebuild,provision}/src/**/*.ts'],
    ignores: specs,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: outsideWorld,
          patterns: [
            { group: ['node:*'], message: 'Pure code reaches the world through ports.' },
            {
              group: ['@nestjs/*', '@nats-io/*', 'typeorm/*', 'pg/*', 'fs/*', 'path/*', 'timers/*'],
              message: 'Pure code knows no framework, broker or database.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.base],
    rules: { eqeqeq: 'error', 'no-unused-vars': 'error' },
  },
);
