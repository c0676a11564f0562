/** Texts that the first page needs. */
import type { TextFile } from './merge';

export default Object.values(
  import.meta.glob<TextFile>(['../../shared/**/locales/zh-CN.json', '../../features/sign-in/locales/zh-CN.json'], {
    eager: true,
    import: 'default',
  }),
);
