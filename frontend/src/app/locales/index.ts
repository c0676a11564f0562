/** Where the texts of a language come from: one chunk for the first page, one for the rest. */
import type { Loader, Locale, Messages } from '@/shared/i18n';

const CORE: Record<Locale, () => Promise<{ default: Messages }>> = {
  'zh-CN': () => import('./core.zh-CN'),
  en: () => import('./core.en'),
};
const REST: Record<Locale, () => Promise<{ default: Messages }>> = {
  'zh-CN': () => import('./rest.zh-CN'),
  en: () => import('./rest.en'),
};

export const coreTexts: Loader = async (locale) => (await CORE[locale]()).default;
export const restTexts: Loader = async (locale) => (await REST[locale]()).default;
