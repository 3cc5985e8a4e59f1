import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const byPort = 'reach it through a port (domain/ports.ts)';

/** A hint while typing; test/architecture/ has the whole rule. */
const impureGlobals = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process',
  'fetch',
  'WebSocket',
  'crypto',
  'performance',
  'console',
].map((name) => ({ name, message: byPort }));

const impureExpressions = [
  "MemberExpression[object.name='Date'][property.name='now']",
  "CallExpression[callee.name='Date']",
  "NewExpression[callee.name='Date'][arguments.length=0]",
  "MemberExpression[object.name='Math'][property.name='random']",
].map((selector) => ({ selector, message: byPort }));

const fpTsByFile = {
  regex: '^fp-ts/(?!lib/.*\\.js$)',
  message: 'fp-ts has no exports map: import fp-ts/lib/X.js',
};
const nothingOutside = {
  regex: '^node:|(^|/)adapters/',
  message: 'domain, engine and projections know neither Node nor adapters: let a port do it',
};

export default defineConfig(
  globalIgnores(['data/', 'test/corpus/', 'test/golden/']),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // The lines of a factory include those of the functions within it; without them the limit is 70 (test/architecture/).
      'max-lines-per-function': ['error', { max: 110, skipComments: true, skipBlankLines: true }],
      'max-lines': ['error', { max: 300, skipComments: true, skipBlankLines: true }],
      // A switch over a closed union counts once, however long.
      complexity: ['error', { max: 15, variant: 'modified' }],
      eqeqeq: 'error',
      'no-restricted-imports': ['error', { patterns: [fpTsByFile] }],
      // We have functions in records, not methods that need a this.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    files: ['domain/**/*.ts', 'engine/**/*.ts', 'projections/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-syntax': ['error', ...impureExpressions],
    },
  },
  {
    files: ['domain/**/*.ts', 'engine/**/*.ts', 'projections/**/*.ts'],
    ignores: ['domain/hash.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [fpTsByFile, nothingOutside] }] },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      complexity: 'off',
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 500, skipComments: true, skipBlankLines: true }],
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'it', 'describe'], package: 'node:test' },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
