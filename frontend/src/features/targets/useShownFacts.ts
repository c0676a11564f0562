/** What the drawer of rows shows, and the way to open it for a figure. */
import { reactive } from 'vue';
import type { FactsOf } from './api';

export function useShownFacts() {
  const shown = reactive({ open: false, of: null as FactsOf | null, title: '' });
  function show(of: FactsOf, ...words: readonly string[]): void {
    Object.assign(shown, { open: true, of, title: words.join(' · ') });
  }
  return { shown, show };
}
