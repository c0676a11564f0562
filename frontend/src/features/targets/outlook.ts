/** Where a year is going, and the open opportunities that would close its gap. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { send } from '@/shared/api/client';
import type { Kind, Overview } from './api';

export interface Outlook {
  readonly year: number;
  readonly measure: string;
  readonly kind: Kind;
  readonly from_on: string;
  readonly to_on: string;
  readonly target: number;
  readonly actual: number;
  readonly line: number | null; // the target's part by days
  readonly season: number | null; // by last year's season
  readonly season_ppm: number | null;
  readonly projected: {
    readonly low: number;
    readonly expected: number;
    readonly high: number;
    readonly probability_ppm: number;
    readonly months: number;
  } | null;
}
export interface Deal {
  readonly id: number;
  readonly name: string;
  readonly amount_minor: number;
  readonly win_probability_ppm: number | null;
  readonly expected_close_on: string | null;
}
export interface OutlookOf {
  readonly year: number | null;
  readonly measure: string;
  readonly department_id: number | null;
  readonly user_id: number | null;
  readonly period?: Span; // the year unless given
}
export type Span = 'month' | 'quarter' | 'year';

const ASKED_DEALS = 100;
const SHOWN_DEALS = 5;
/** Measures that opportunities become. */
const CLOSABLE: ReadonlySet<string> = new Set(['signed_amount', 'received_amount', 'gross_profit', 'won_deals']);

export function useOutlook(of: Ref<OutlookOf>) {
  return useQuery({
    queryKey: computed(() => ['targets', 'overview', 'outlook', of.value]),
    queryFn: ({ signal }): Promise<Outlook> => send('GET', '/targets/outlook', { query: { ...of.value }, signal }),
    placeholderData: keepPreviousData,
  });
}

/** The filter of the open opportunities that are to close in the rest of the year; null where they close nothing. */
export function dealsFilter(overview: Overview, departments: readonly number[]): object | null {
  const { node, measure, as_of: today, to_on: to } = overview;
  if (!CLOSABLE.has(measure) || node.gap <= 0 || today >= to) {
    return null;
  }
  const whose =
    node.kind === 'user'
      ? [{ field: 'owner_id', op: 'eq', value: node.id }]
      : node.kind === 'department' && overview.path.length > 0
        ? [{ field: 'department_id', op: 'in', value: departments }]
        : [];
  return openBefore(to, whose);
}

/** The filter of somebody's open opportunities (null: all in sight) that are to close before a period ends; null where they
 * close nothing. */
export function dealsBefore(outlook: Outlook, user: number | null): object | null {
  return !CLOSABLE.has(outlook.measure) || outlook.target <= outlook.actual
    ? null
    : openBefore(outlook.to_on, user === null ? [] : [{ field: 'owner_id', op: 'eq', value: user }]);
}

function openBefore(end: string, whose: readonly object[]): object {
  return {
    all: [{ field: 'status', op: 'eq', value: 'open' }, { field: 'expected_close_on', op: 'lt', value: end }, ...whose],
  };
}

/** What is due today, by the straight line and by the season, and by how much one is ahead of it. */
export function linesOf(outlook: Outlook): readonly { key: 'line' | 'season'; aim: number; ahead: number }[] {
  return outlook.target <= 0
    ? []
    : (['line', 'season'] as const).flatMap((key) => {
        const aim = outlook[key];
        return aim === null ? [] : [{ key, aim, ahead: outlook.actual - aim }];
      });
}

/** The fewest opportunities that would close the gap, the most promising first: by amount times probability. */
export function closers(deals: readonly Deal[], gap: number, isMoney: boolean): readonly Deal[] {
  const weight = (deal: Deal): number => deal.amount_minor * ((deal.win_probability_ppm ?? 0) / 1_000_000);
  const sorted = deals.toSorted((a, b) => weight(b) - weight(a));
  let left = gap;
  const enough = sorted.findIndex((deal) => {
    left -= isMoney ? deal.amount_minor : 1;
    return left <= 0;
  });
  return sorted.slice(0, Math.min(SHOWN_DEALS, enough < 0 ? sorted.length : enough + 1));
}

export function useDeals(filter: Ref<object | null>) {
  return useQuery({
    queryKey: computed(() => ['targets', 'overview', 'deals', filter.value]),
    queryFn: async ({ signal }) =>
      (
        await send<{ items: readonly Deal[] }>('GET', '/opportunities', {
          query: { filter: JSON.stringify(filter.value), sort: 'expected_close_on', limit: ASKED_DEALS },
          signal,
        })
      ).items,
    enabled: computed(() => filter.value !== null),
  });
}
