/** Where the texts of a language come from: one chunk for the first page, one for the rest. */
import type { Loader, Locale } from '@/shared/i18n';
import { mergeTexts, type TextFile } from './merge';

const CORE: Record<Locale, () => Promise<{ default: TextFile[] }>> = {
  'zh-CN': () => import('./core.zh-CN'),
  en: () => import('./core.en'),
};
const REST: Record<Locale, () => Promise<{ default: TextFile[] }>> = {
  'zh-CN': () => import('./rest.zh-CN'),
  en: () => import('./rest.en'),
};

export const coreTexts: Loader = async (locale) => mergeTexts((await CORE[locale]()).default);
export const restTexts: Loader = async (locale) => mergeTexts((await REST[locale]()).default);
