/** Measures that people define: their routes, what a form holds, and what it sends. */
import { useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { send } from '@/shared/api/client';
import { queryClient } from '@/shared/api/query';
import type { Filter } from '@/shared/lib/filter';
import type { Kind } from './api';

export const HOWS = ['count', 'sum', 'line_quantity', 'line_amount'] as const;
export type How = (typeof HOWS)[number];
export interface Definition {
  readonly object: string;
  readonly how: How;
  readonly filter: Filter | null;
  readonly date_field: string | null;
  readonly owner_field: string | null; // null: the owner on the day
  readonly sum_field: string | null;
  readonly product_ids: readonly number[];
  readonly product_lines: readonly string[];
}
export interface CustomMeasure extends Definition {
  readonly id: number;
  readonly key: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly unit: Kind;
  readonly state: 'ready' | 'building' | 'broken';
  readonly fault: string | null;
  readonly is_active: boolean;
  readonly use: {
    readonly targets: number;
    readonly first_year: number | null;
    readonly last_year: number | null;
    readonly rounds: number;
  };
  readonly version: number;
}
export interface Choices {
  readonly object: string;
  readonly date_fields: readonly string[];
  readonly owner_fields: readonly string[];
  readonly sum_fields: readonly string[];
  readonly filter_fields: readonly string[];
}
export interface Preview {
  readonly year: number;
  readonly unit: Kind;
  readonly months: readonly { readonly on: string; readonly amount: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
  readonly rows: readonly {
    readonly object: string;
    readonly record_id: number;
    readonly label: string | null;
    readonly on: string;
    readonly amount: number;
    readonly user_name: string | null;
    readonly department_name: string | null;
  }[];
  readonly more: boolean;
}
/** What the form holds. */
export interface Draft {
  name_zh: string;
  name_en: string;
  object: string;
  how: How;
  filter: Filter | null;
  date_field: string | null;
  owner_field: string | null;
  sum_field: string | null;
  product_ids: readonly number[];
  product_lines: string;
  is_active: boolean;
}

const BUILDING_MS = 1000;
const KEY = ['targets', 'measures'] as const;

export function useCustomMeasures() {
  return useQuery({
    queryKey: [...KEY, 'custom'],
    queryFn: async () => (await send<{ items: readonly CustomMeasure[] }>('GET', '/measures')).items,
    refetchInterval: (query) => (query.state.data?.some((one) => one.state === 'building') ? BUILDING_MS : false),
  });
}
export function useChoices() {
  return useQuery({
    queryKey: [...KEY, 'choices'],
    queryFn: async () => (await send<{ objects: readonly Choices[] }>('GET', '/measures/choices')).objects,
  });
}
/** The preview of what was asked last; null asks for nothing. */
export function usePreview(asked: Ref<{ definition: Definition; month: number | null } | null>) {
  return useQuery({
    queryKey: computed(() => [...KEY, 'preview', asked.value]),
    queryFn: ({ signal }): Promise<Preview> =>
      send('POST', '/measures/preview', {
        body: { ...asked.value?.definition, ...(asked.value?.month ? { month: asked.value.month } : {}) },
        signal,
      }),
    enabled: computed(() => asked.value !== null),
    retry: false,
    staleTime: 0,
  });
}
export async function forgetMeasures(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['targets'] });
}

export function draftOf(measure: CustomMeasure | null, object: string): Draft {
  return {
    name_zh: measure?.name_zh ?? '',
    name_en: measure?.name_en ?? '',
    object: measure?.object ?? object,
    how: measure?.how ?? 'count',
    filter: measure?.filter ?? null,
    date_field: measure?.date_field ?? null,
    owner_field: measure?.owner_field ?? null,
    sum_field: measure?.sum_field ?? null,
    product_ids: measure?.product_ids ?? [],
    product_lines: (measure?.product_lines ?? []).join(', '),
    is_active: measure?.is_active ?? true,
  };
}
export function ofLines(how: How): boolean {
  return how === 'line_quantity' || how === 'line_amount';
}
/** What counts, without what this way of counting does not know. */
export function definitionOf(draft: Draft): Definition {
  const lines = ofLines(draft.how);
  return {
    object: draft.object,
    how: draft.how,
    filter: draft.filter,
    date_field: lines ? null : draft.date_field,
    owner_field: draft.owner_field,
    sum_field: draft.how === 'sum' ? draft.sum_field : null,
    product_ids: lines ? draft.product_ids : [],
    product_lines: lines
      ? draft.product_lines
          .split(/[,，、;；]/)
          .map((word) => word.trim())
          .filter(Boolean)
      : [],
  };
}
export function saveMeasure(measure: CustomMeasure | null, draft: Draft, confirmed: boolean): Promise<CustomMeasure> {
  const { name_zh, name_en, is_active } = draft;
  const body = { ...definitionOf(draft), name_zh, name_en, is_active };
  return measure === null
    ? send('POST', '/measures', { body })
    : send('PUT', `/measures/${measure.id}`, { body: { ...body, confirm: confirmed }, version: measure.version });
}
export function removeMeasure(measure: CustomMeasure): Promise<unknown> {
  return send('DELETE', `/measures/${measure.id}`, { version: measure.version });
}
