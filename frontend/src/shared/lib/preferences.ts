/** What this browser remembers about how a person likes the program: theme, language, folded navigation, layouts of
 * lists. Storage may be switched off or full; then the choice holds until the page is closed. */
import { ref, watch } from 'vue';

export type Theme = 'auto' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

const PREFIX = 'dabiao.';

/** The stored text, or null. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Stores a text; null removes it. */
export function remember(key: string, value: string | null): void {
  try {
    if (value === null) {
      localStorage.removeItem(PREFIX + key);
    } else {
      localStorage.setItem(PREFIX + key, value);
    }
  } catch {
    // Without storage the choice lives as long as the page.
  }
}

/** The stored JSON value when `accept` says that it has the expected shape, else the fallback. */
export function recallJson<T>(key: string, accept: (value: unknown) => value is T, fallback: T): T {
  const text = recall(key);
  if (text === null) {
    return fallback;
  }
  try {
    const value: unknown = JSON.parse(text);
    return accept(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

function storedTheme(): Theme {
  const stored = recall('theme');
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

export const theme = ref<Theme>(storedTheme());
/** Whether dark colours are shown now. */
export const isDark = ref(document.documentElement.dataset.theme === 'dark');
export const navFolded = ref(recall('nav-folded') === '1');

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

function applyTheme(): void {
  isDark.value = theme.value === 'dark' || (theme.value === 'auto' && darkSystem.matches);
  document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light';
}

darkSystem.addEventListener('change', applyTheme);
watch(theme, (value) => {
  remember('theme', value);
  applyTheme();
});
watch(navFolded, (value) => remember('nav-folded', value ? '1' : null));
