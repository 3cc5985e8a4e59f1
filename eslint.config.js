import tseslint from 'typescript-eslint';

/** Clock, timers, randomness and network reach the pure side only through ports (see ARCHITECTURE.md). */
const impureGlobals = [
  'Date',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'process',
  'fetch',
  'crypto',
  'performance',
  'console',
];

export default tseslint.config(
  { ignores: ['node_modules/', 'data/', 'test/corpus/', 'test/golden/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A factory counts the lines of the functions within it.
      'max-lines-per-function': ['error', { max: 110, skipComments: true, skipBlankLines: true }],
      'max-lines': ['error', { max: 300, skipComments: true, skipBlankLines: true }],
      // A switch over a closed union counts once, however long.
      complexity: ['error', { max: 15, variant: 'modified' }],
      // We have functions in records, not methods that need a this.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
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
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^fp-ts/(?!lib/.*\\.js$)', message: 'fp-ts has no exports map: import fp-ts/lib/X.js' },
          ],
        },
      ],
    },
  },
  {
    files: ['domain/**/*.ts', 'engine/**/*.ts', 'projections/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals.filter((name) => name !== 'Date')],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'the clock is a port',
        },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'the clock is a port' },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'randomness is a port',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      complexity: 'off',
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
  { files: ['*.js'], ...tseslint.configs.disableTypeChecked },
);
