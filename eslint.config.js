import tseslint from 'typescript-eslint';

/** Clock, timers, randomness and network reach the pure side only through ports (see ARCHITECTURE.md). */
const impureGlobals = ['Date', 'setTimeout', 'setInterval', 'setImmediate', 'process', 'fetch', 'crypto', 'performance', 'console'];

export default tseslint.config(
  { ignores: ['node_modules/', 'data/', 'test/corpus/', 'test/golden/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
      'max-lines': ['error', { max: 300, skipComments: true, skipBlankLines: true }],
      complexity: ['error', 14],
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^fp-ts/(?!lib/.*\\.js$)', message: 'fp-ts has no exports map: import fp-ts/lib/X.js' }] },
      ],
    },
  },
  {
    files: ['domain/**/*.ts', 'engine/**/*.ts', 'projections/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals.filter((name) => name !== 'Date')],
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'the clock is a port' },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'the clock is a port' },
        { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'randomness is a port' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 500, skipComments: true, skipBlankLines: true }],
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', name: ['test', 'it', 'describe'], package: 'node:test' }] }],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['*.js'], ...tseslint.configs.disableTypeChecked },
);
