/** Texts of what few people open, or what shows below the rest of a page: loaded with it, for the texts of all features lie on the
 * way to the first list. */
import { addMessages, type Locale, type Messages } from '@/shared/i18n';

const LOADERS: Readonly<Record<Locale, () => Promise<{ readonly default: Messages }>>> = {
  'zh-CN': () => import('./locales/zh-CN.json'),
  en: () => import('./locales/en.json'),
};
async function load(locale: Locale): Promise<Messages> {
  return (await LOADERS[locale]()).default;
}

/** A component once its texts are there. */
export async function withTexts<Module>(component: () => Promise<Module>): Promise<Module> {
  const [module] = await Promise.all([component(), addMessages(load)]);
  return module;
}
