/** All features: each folder's index.ts is found by itself, nothing to register. */
import type { CommandAction, Feature, NavEntry } from '@/shared/lib/feature';

const found = import.meta.glob<Feature>('../features/*/index.ts', { eager: true, import: 'default' });

export const FEATURES: readonly Feature[] = Object.values(found);
export const NAV: readonly NavEntry[] = FEATURES.flatMap((feature) => feature.nav ?? []).sort(
  (a, b) => a.order - b.order,
);
export const NOTICES: NonNullable<Feature['notices']> = Object.assign(
  {},
  ...FEATURES.map((feature) => feature.notices ?? {}),
);
export const ACTIONS: readonly CommandAction[] = FEATURES.flatMap((feature) => feature.actions ?? []);
