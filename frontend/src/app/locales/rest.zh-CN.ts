/** Texts of the shell and of all features behind the sign-in. */
import { mergeTexts, type TextFile } from './merge';

export default mergeTexts(
  import.meta.glob<TextFile>(
    ['../**/locales/zh-CN.json', '../../features/*/locales/zh-CN.json', '!../../features/sign-in/**'],
    { eager: true, import: 'default' },
  ),
);
