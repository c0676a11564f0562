/** Texts that the first page needs. */
import type { TextFile } from './merge';

export default Object.values(
  import.meta.glob<TextFile>(['../../shared/**/locales/en.json', '../../features/sign-in/locales/en.json'], {
    eager: true,
    import: 'default',
  }),
);
