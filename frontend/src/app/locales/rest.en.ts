/** Texts of the shell and of all features behind the sign-in. */
import type { TextFile } from './merge';

export default Object.values(
  import.meta.glob<TextFile>(
    ['../**/locales/en.json', '../../features/*/locales/en.json', '!../../features/sign-in/**'],
    { eager: true, import: 'default' },
  ),
);
