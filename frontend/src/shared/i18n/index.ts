/** Languages: loading of texts, switching while the program runs. Texts lie beside what shows them, in
 * `locales/<language>.json`; each language is two chunks (sign-in needs the core alone). */
import { ref, shallowRef } from 'vue';
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

const shown = ref<Locale>(DEFAULT);
/** One tree of texts a language; replaced when texts arrive, so that what is shown follows. */
const trees = shallowRef<Readonly<Record<Locale, Messages>>>({ 'zh-CN': {}, en: {} });
const found = new Map<Messages, Map<string, string | null>>(); // texts looked up before, by tree

function joined(old: Messages, more: Messages): Messages {
  const all: Messages = { ...old };
  for (const [key, value] of Object.entries(more)) {
    const before = all[key];
    all[key] = typeof before === 'object' && typeof value === 'object' ? joined(before, value) : value;
  }
  return all;
}

/** Adds texts to a language. */
export function mergeMessages(locale: Locale, more: Messages): void {
  found.delete(trees.value[locale]);
  trees.value = { ...trees.value, [locale]: joined(trees.value[locale], more) };
}

function textAt(tree: Messages, key: string): string | null {
  let place: string | Messages | undefined = tree;
  for (const step of key.split('.')) {
    place = typeof place === 'object' && Object.hasOwn(place, step) ? place[step] : undefined;
  }
  return typeof place === 'string' ? place : null;
}

function textOf(key: string): string | null {
  const tree = trees.value[shown.value];
  let known = found.get(tree);
  if (!known) {
    known = new Map();
    found.set(tree, known);
  }
  let text = known.get(key);
  if (text === undefined) {
    text = textAt(tree, key);
    known.set(key, text);
  }
  return text;
}

/** "one thing | {n} things": the first for one, else the last. */
function formFor(text: string, count: number): string {
  const forms = text.split(' | ');
  return (count === 1 ? forms[0] : forms.at(-1)) ?? text;
}

const loaders: Loader[] = [];
const loaded = new Map<Locale, Set<Loader>>();

async function load(locale: Locale, loader: Loader): Promise<void> {
  const done = loaded.get(locale) ?? new Set<Loader>();
  loaded.set(locale, done);
  if (done.has(loader)) {
    return;
  }
  mergeMessages(locale, await loader(locale));
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
  return shown.value;
}

export function asLocale(text: string | null | undefined): Locale | null {
  return LOCALES.find((locale) => locale.code === text)?.code ?? null;
}

/** Shows another language; resolves when its texts are in place. `chosen`: the person said so, keep it. */
export async function setLocale(locale: Locale, chosen = true): Promise<void> {
  await Promise.all(loaders.map((loader) => load(locale, loader)));
  shown.value = locale;
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
  return textOf(key) !== null;
}

/** The first of the keys that has a text, else the fallback. */
export function firstText(keys: readonly string[], fallback: string): string {
  const key = keys.find(hasText);
  return key === undefined ? fallback : t(key);
}

/** The text of a key in the language shown now; follows a switch when called in a template or a computed. `n` or
 * `count` among the values chooses between singular and plural ("one thing | {n} things"). A key without a text is
 * shown as it is. */
export function t(key: string, values: Record<string, unknown> = {}): string {
  const text = textOf(key);
  if (text === null) {
    return key;
  }
  const count = values.n ?? values.count;
  const form = typeof count === 'number' ? formFor(text, count) : text;
  return form.includes('{') ? form.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '')) : form;
}
