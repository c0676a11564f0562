/** What the pipeline page is about, in the address, and the ways to change it. */
import { computed, ref, watch } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { debounce } from '@/shared/lib/async';
import { SCOPE_KEYS, scopeOf, scopeQuery, type Scope } from './model';

const TYPING_MS = 300;

export function useScope() {
  const route = useRoute();
  const router = useRouter();
  const scope = computed(() => scopeOf(route.query));
  const text = ref(scope.value.q);
  const searchSoon = debounce(() => change({}), TYPING_MS);

  /** Takes along what was typed, and what the list inside keeps of its own as long as it is shown. */
  function change(part: Partial<Scope>): void {
    searchSoon.cancel();
    const typed = scope.value.look === 'list' ? scope.value.q : text.value.trim();
    const next = { ...scope.value, q: typed, ...part };
    const own = new Set<string>([...SCOPE_KEYS, 'f', 'q']);
    const others = next.look === 'list' ? Object.entries(route.query).filter(([name]) => !own.has(name)) : [];
    void router.replace({ query: { ...Object.fromEntries(others), ...scopeQuery(next) } });
  }
  function put(typed: string): void {
    text.value = typed;
    searchSoon();
  }
  watch(
    () => scope.value.q,
    (q) => {
      if (q !== text.value.trim() && !searchSoon.waits()) {
        text.value = q; // the way back, a link
      }
    },
  );
  return { scope, change, put, typed: computed({ get: () => text.value, set: put }) };
}
