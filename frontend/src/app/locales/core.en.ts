/** Texts that the first page needs. */
import { mergeTexts, type TextFile } from './merge';

export default mergeTexts(
  import.meta.glob<TextFile>(['../../shared/**/locales/en.json', '../../features/sign-in/locales/en.json'], {
    eager: true,
    import: 'default',
  }),
);
