import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const noHtmlSinks = {
  selector: 'AssignmentExpression[left.property.name=/^(innerHTML|outerHTML)$/]',
  message:
    'Only platform/ui/Html.svelte may insert HTML: the server renders and sanitises it, Trusted Types hold the rest out.',
};
const noStyleAttribute = {
  selector: "SvelteAttribute[key.name='style']",
  message: 'The Content-Security-Policy blocks style attributes: use a class, or the style:property directive.',
};

export default ts.config(
  {
    ignores: ['dist/', 'canary/', 'src/platform/i18n/texts/', 'src/platform/ui/icons/', 'src/platform/api/schema.d.ts'],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    rules: {
      'no-undef': 'off',
      'no-restricted-syntax': ['error', noHtmlSinks, noStyleAttribute],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 5],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'svelte/no-at-html-tags': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Large things are $state.raw and replaced as a whole.
      'svelte/prefer-svelte-reactivity': 'off',
      // Routes are plain paths of our own small router.
      'svelte/no-navigation-without-resolve': 'off',
      // A room imports platform, never another room's inside.
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^\\.\\./\\.\\./(?!platform|\\.\\./scripts)',
              message: 'Rooms meet in platform/, or door to door through <room>/index.ts.',
            },
          ],
        },
      ],
    },
  },
  { files: ['src/platform/ui/Html.svelte'], rules: { 'svelte/no-at-html-tags': 'off' } },
  {
    files: ['**/*.test.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
