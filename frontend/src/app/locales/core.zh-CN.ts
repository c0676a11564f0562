/** Texts that the first page needs. */
import { mergeTexts, type TextFile } from './merge';

export default mergeTexts(
  import.meta.glob<TextFile>(['../../shared/**/locales/zh-CN.json', '../../features/sign-in/locales/zh-CN.json'], {
    eager: true,
    import: 'default',
  }),
);
