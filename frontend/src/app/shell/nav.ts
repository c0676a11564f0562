/** Navigation entries that this person may open. */
import { computed, type ComputedRef } from 'vue';
import { useSession } from '@/shared/api/session';
import type { NavEntry } from '@/shared/lib/feature';
import { NAV } from '../features';

export function useNav(): ComputedRef<readonly NavEntry[]> {
  const session = useSession();
  return computed(() => NAV.filter((entry) => !entry.permission || session.can(entry.permission)));
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
