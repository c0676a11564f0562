/** The description of the company and of all objects: which fields there are, and what this person may do. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue';
import { currentLocale } from '@/shared/i18n';
import { send } from './client';
import { setProblemZone } from './problem';
import { queryClient } from './query';
import type { Company, Meta, MetaField, MetaObject } from './types';

const KEY = 'meta';
const STALE_MS = 300_000;

/** Names come in the language asked for, so each language has its own entry in the cache. */
async function fetchMeta(): Promise<Meta> {
  const [meta, company] = await Promise.all([
    send<Omit<Meta, 'company'>>('GET', '/meta'),
    send<Company>('GET', '/company'),
  ]);
  setProblemZone(company.time_zone);
  return { ...meta, company };
}

/** Loads the description before a page is shown, so that pages may rely on it. */
export async function loadMeta(): Promise<Meta> {
  return queryClient.ensureQueryData({ queryKey: [KEY, currentLocale()], queryFn: fetchMeta, staleTime: STALE_MS });
}

const SHOWN: InjectionKey<ComputedRef<Meta>> = Symbol('meta');

function queryMeta(): ComputedRef<Meta> {
  const query = useQuery(
    {
      queryKey: [KEY, computed(currentLocale)],
      queryFn: fetchMeta,
      staleTime: STALE_MS,
      placeholderData: keepPreviousData,
    },
    queryClient,
  );
  return computed(() => {
    if (!query.data.value) {
      throw new Error('meta is not loaded');
    }
    return query.data.value;
  });
}

/** Watches the description once for everything below: each cell of a list asks for it, and a query is not cheap. */
export function provideMeta(): void {
  provide(SHOWN, queryMeta());
}

/** The description; `loadMeta` ran before any page that uses it. */
export function useMeta(): ComputedRef<Meta> {
  return inject(SHOWN, queryMeta, true);
}

export function useCompany(): ComputedRef<Company> {
  const meta = useMeta();
  return computed(() => meta.value.company);
}

export function findObject(meta: Meta, name: string): MetaObject | null {
  return meta.objects.find((object) => object.name === name) ?? null;
}

export function findField(object: MetaObject, name: string): MetaField | null {
  return object.fields.find((field) => field.name === name) ?? null;
}
