import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const WORDS = 'Literal[value=/[a-z]{2} |^[A-Z][a-z]+$/]';
const SHOWN =
  '/^(label|title|caption|help|placeholder|note|plural|first|singular|aria-label)$/';
const message = 'Every visible string goes through the translator.';

export default tseslint.config(
  { ignores: ['lib', 'node_modules', 'jupyter_smkit'] },
  ...tseslint.configs.strict,
  {
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        ...[
          'JSXText[value=/[A-Za-z]{2}/]',
          `JSXAttribute[name.name=${SHOWN}] > ${WORDS}`,
          `Property[key.name=${SHOWN}] > ${WORDS}`,
          `NewExpression[callee.name='Error'] > ${WORDS}`,
          `NewExpression[callee.name='Error'] > TemplateLiteral`
        ].map(selector => ({ selector, message }))
      ]
    }
  },
  prettier
);
