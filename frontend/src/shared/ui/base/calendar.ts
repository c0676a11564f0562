/** The calendar's own texts in the language of the program. */
import { shallowRef, watch } from 'vue';
import { currentLocale, type Locale } from '@/shared/i18n';

const LOADERS: Record<Locale, () => Promise<{ default: unknown }>> = {
  'zh-CN': () => import('element-plus/es/locale/lang/zh-cn.mjs'),
  en: () => import('element-plus/es/locale/lang/en.mjs'),
};

export const calendarTexts = shallowRef<unknown>();
watch(
  currentLocale,
  async (locale) => {
    calendarTexts.value = (await LOADERS[locale]()).default;
  },
  { immediate: true },
);
