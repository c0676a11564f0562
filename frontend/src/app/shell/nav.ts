/** Navigation entries that this person may open. */
import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useSession } from '@/shared/api/session';
import type { NavEntry } from '@/shared/lib/feature';
import { NAV } from '../features';

export function useNav(): ComputedRef<readonly NavEntry[]> {
  const session = useSession();
  return computed(() => NAV.filter((entry) => !entry.permission || session.can(entry.permission)));
}

/** Says of an entry whether its page is shown: the longest address that leads here is the one. */
export function useHere(entries: ComputedRef<readonly NavEntry[]>): (entry: NavEntry) => boolean {
  const route = useRoute();
  const router = useRouter();
  const here = computed(() =>
    entries.value
      .map((entry) => ({ entry, path: typeof entry.to === 'string' ? entry.to : router.resolve(entry.to).path }))
      .filter(({ path }) => route.path === path || route.path.startsWith(`${path}/`))
      .toSorted((a, b) => b.path.length - a.path.length)
      .at(0),
  );
  return (entry) => here.value?.entry.key === entry.key;
}

/** Entries in groups by the hundreds of their order: work, planning, administration. */
export function grouped(entries: readonly NavEntry[]): readonly (readonly NavEntry[])[] {
  const groups = new Map<number, NavEntry[]>();
  for (const entry of entries) {
    const group = Math.floor(entry.order / 100);
    groups.set(group, [...(groups.get(group) ?? []), entry]);
  }
  return [...groups.values()];
}
