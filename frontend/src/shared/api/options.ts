/** Names to choose from when a field refers to another record. */
import { send } from './client';
import { queryClient } from './query';
import type { Meta, Option, Page } from './types';

export interface Choice {
  readonly value: number;
  readonly label: string;
  readonly hint?: string | null;
}
export type ChoiceLoader = (query: string, signal: AbortSignal) => Promise<readonly Choice[]>;

const LIMIT = 20;
const special = new Map<string, ChoiceLoader>();
const made = new Map<string, ChoiceLoader>();

/** Says where the names of an object without a generic list come from (regions, stages). */
export function registerChoices(object: string, loader: ChoiceLoader): void {
  special.set(object, loader);
}

function pluralOf(object: string): string {
  return (
    queryClient
      .getQueriesData<Meta>({ queryKey: ['meta'] })
      .flatMap(([, meta]) => meta?.objects ?? [])
      .find((other) => other.name === object)?.plural ?? `${object}s`
  );
}

/** The loader for references to `object`; the same function each time, so that it may be a prop. */
export function optionLoader(object: string): ChoiceLoader {
  const known = special.get(object) ?? made.get(object);
  if (known) {
    return known;
  }
  const loader: ChoiceLoader = async (query, signal) => {
    const page = await send<Page<Option>>('GET', `/${pluralOf(object)}/options`, {
      query: { q: query, limit: LIMIT },
      signal,
    });
    return page.items.map((item) => ({ value: item.id, label: item.label ?? `#${item.id}`, hint: item.hint }));
  };
  made.set(object, loader);
  return loader;
}
