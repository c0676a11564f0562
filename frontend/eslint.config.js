/** Lint rules: strict TypeScript, accessible templates, and the borders between the layers. */
import pluginVue from 'eslint-plugin-vue';
import a11y from 'eslint-plugin-vuejs-accessibility';
import tseslint from 'typescript-eslint';
import vueParser from 'vue-eslint-parser';

/** Nothing in `from` may import what matches `groups`. */
function border(files, patterns) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

const KIT = {
  group: ['element-plus', 'element-plus/*'],
  message: 'The component library is touched only in shared/ui; use or extend the kit there.',
};
const FEATURE_INSIDE = {
  regex: '^@/features/[^/]+/.+',
  message: 'Features meet through their index.ts (import from "@/features/<name>").',
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/shared/api/schema.d.ts'] },
  ...tseslint.configs.recommended,
  ...pluginVue.configs['flat/essential'],
  ...a11y.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] } },
  },
  {
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      curly: ['error', 'all'],
      'no-console': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] }, allowChildren: true }],
      'vuejs-accessibility/form-control-has-label': 'off',
      'vuejs-accessibility/no-autofocus': 'off',
      'vuejs-accessibility/no-static-element-interactions': 'off',
    },
  },
  {
    files: ['public/*.js', 'scripts/*.mjs'],
    languageOptions: {
      globals: { document: 'readonly', localStorage: 'readonly', matchMedia: 'readonly', navigator: 'readonly' },
    },
    rules: { 'no-console': 'off' },
  },
  border(
    ['src/shared/ui/**'],
    [{ group: ['@/features/*', '@/features/**', '@/app/**'], message: 'shared knows no feature.' }],
  ),
  border(
    ['src/shared/{api,lib,i18n}/**'],
    [KIT, { group: ['@/features/*', '@/features/**', '@/app/**'], message: 'shared knows no feature.' }],
  ),
  border(['src/features/**', 'src/app/**'], [KIT, FEATURE_INSIDE]),
  border(
    ['src/features/**'],
    [KIT, FEATURE_INSIDE, { group: ['@/app/**'], message: 'Features do not know the app around them.' }],
  ),
);
