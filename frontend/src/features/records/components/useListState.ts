/** The state of a list page: what the address says, and the ways to change it. */
import { computed, ref, watch, type ComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { SavedView } from '@/shared/api/types';
import { debounce } from '@/shared/lib/async';
import { allOf, isFilter, type Filter } from '@/shared/lib/filter';
import type { ListParams } from '../api';
import { queryOf, stateOf, type ListState } from '../model';
import type { ObjectConfig, Preset } from '../objects';

const TYPING_MS = 300;

export interface ListControl {
  readonly state: ComputedRef<ListState>;
  readonly params: ComputedRef<ListParams>; // for the server: preset and own filter together
  readonly own: ComputedRef<Filter | null>; // the same without what the page holds it to
  readonly typed: ComputedRef<string>; // text of the search field
  readonly narrowed: ComputedRef<boolean>; // something hides records
  put(text: string): void; // into the search field
  go(change: Partial<ListState>): void;
  clear(): void;
  choosePreset(preset: Preset): void;
  chooseView(view: SavedView): void;
}

export interface ListOptions {
  readonly within?: ComputedRef<Filter | null>; // the page shows no others, whatever view is chosen
  readonly keep?: readonly string[]; // parts of the address that belong to the page
}

export function useListState(config: ComputedRef<ObjectConfig>, options: ListOptions = {}): ListControl {
  const route = useRoute();
  const router = useRouter();
  const state = computed(() => stateOf(route.query));
  const preset = computed(() => config.value.presets.find((other) => other.key === (state.value.preset ?? 'all')));
  const presetFilter = computed(() => preset.value?.filter ?? null);
  const own = computed(() => allOf([presetFilter.value, state.value.filter]));
  const text = ref(state.value.q);
  const searchSoon = debounce(() => go({}), TYPING_MS);

  function put(typed: string): void {
    text.value = typed;
    searchSoon();
  }

  /** Every change takes along what was typed: a search that came on its own later would replace the list under the
   * person's hands. */
  function go(change: Partial<ListState>): void {
    searchSoon.cancel();
    const next = { ...state.value, q: text.value.trim(), ...change };
    text.value = next.q === text.value.trim() ? text.value : next.q;
    const kept = (options.keep ?? []).flatMap((name) =>
      name in route.query ? [[name, route.query[name]] as const] : [],
    );
    void router.replace({ query: { ...Object.fromEntries(kept), ...queryOf(next) } });
  }
  watch(
    () => state.value.q,
    (q) => {
      if (q !== text.value.trim() && !searchSoon.waits()) {
        text.value = q; // the way back, a link
      }
    },
  );

  return {
    state,
    typed: computed(() => text.value),
    put,
    go,
    own,
    params: computed(() => ({
      filter: allOf([options.within?.value ?? null, own.value]),
      q: state.value.q,
      sort: state.value.sort,
      deleted: state.value.deleted,
    })),
    narrowed: computed(() => state.value.filter !== null || state.value.q !== '' || presetFilter.value !== null),
    clear: () => go({ filter: null, q: '', preset: null }),
    choosePreset: (chosen) => go({ preset: chosen.key, filter: null }),
    chooseView: (view) => {
      const filter: Filter | null = isFilter(view.filter) ? view.filter : null;
      go({ preset: `view-${view.id}`, filter, sort: view.sort });
    },
  };
}
