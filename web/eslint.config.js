import pluginVue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'design/documents.ts'] },
  ...ts.configs.recommended,
  ...pluginVue.configs['flat/recommended'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      // The prettier-style rules below fight the house's line length of 140 and add nothing a reader needs.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'any', normal: 'never', component: 'always' }, svg: 'always' }],
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
      'vue/html-indent': 'off',
      // A page of one word is a page: 暖灯 has no second word to add.
      'vue/multi-word-component-names': 'off',
      // Inline styles are refused by the content security policy when they come as text: bind them, never write them.
      'vue/no-static-inline-styles': 'error',
      'vue/no-v-html': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
)
