/** Languages: loading of texts, switching while the program runs. Texts lie beside what shows them, in
 * `locales/<language>.json`; each language is two chunks (sign-in needs the core alone). */
import { createI18n } from 'vue-i18n';
import { recall, remember } from '@/shared/lib/preferences';

export type Locale = 'zh-CN' | 'en';
export const LOCALES: readonly { readonly code: Locale; readonly name: string }[] = [
  { code: 'zh-CN', name: '简体中文' },
  { code: 'en', name: 'English' },
];
const DEFAULT: Locale = 'zh-CN';

export interface Messages {
  [key: string]: string | Messages;
}
/** Loads one chunk of texts in one language. */
export type Loader = (locale: Locale) => Promise<Messages>;

export const i18n = createI18n({
  legacy: false,
  locale: DEFAULT as string,
  fallbackLocale: false,
  missingWarn: false,
  fallbackWarn: false,
  warnHtmlMessage: false,
  messages: {} as Record<string, Messages>,
});

const loaders: Loader[] = [];
const loaded = new Map<Locale, Set<Loader>>();

async function load(locale: Locale, loader: Loader): Promise<void> {
  const done = loaded.get(locale) ?? new Set<Loader>();
  loaded.set(locale, done);
  if (done.has(loader)) {
    return;
  }
  i18n.global.mergeLocaleMessage(locale, await loader(locale));
  done.add(loader);
}

/** Adds a source of texts and loads it in the language shown now. Later switches load it too. */
export async function addMessages(loader: Loader): Promise<void> {
  if (!loaders.includes(loader)) {
    loaders.push(loader);
  }
  await load(currentLocale(), loader);
}

export function currentLocale(): Locale {
  return i18n.global.locale.value as Locale;
}

export function asLocale(text: string | null | undefined): Locale | null {
  return LOCALES.find((locale) => locale.code === text)?.code ?? null;
}

/** Shows another language; resolves when its texts are in place. `chosen`: the person said so, keep it. */
export async function setLocale(locale: Locale, chosen = true): Promise<void> {
  await Promise.all(loaders.map((loader) => load(locale, loader)));
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
  if (chosen) {
    remember('locale', locale);
  }
}

/** The language to start with: chosen before, else the browser's. */
export function initialLocale(): Locale {
  return asLocale(recall('locale')) ?? asLocale(document.documentElement.lang) ?? DEFAULT;
}

export function hasText(key: string): boolean {
  return i18n.global.te(key);
}

/** The first of the keys that has a text, else the fallback. */
export function firstText(keys: readonly string[], fallback: string): string {
  const key = keys.find((candidate) => i18n.global.te(candidate));
  return key === undefined ? fallback : i18n.global.t(key);
}

/** The text of a key in the language shown now; follows a switch when called in a template or a computed. `n` or
 * `count` among the values chooses between singular and plural ("one thing | {n} things"). */
export function t(key: string, values: Record<string, unknown> = {}): string {
  const count = values.n ?? values.count;
  return typeof count === 'number' ? i18n.global.t(key, values, count) : i18n.global.t(key, values);
}
