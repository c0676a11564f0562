/** Pure parts of the pool pages. */
import type { RecordRow } from '@/shared/api/types';
import { firstText, t } from '@/shared/i18n';
import { formatDate, formatInstant } from '@/shared/lib/dates';
import type { RouteLocationRaw } from 'vue-router';
import type { Tone } from '@/shared/ui/base/tone';
import type { Leaving, OrderResult, Share } from './api';

/** Whether a field of a pool customer is closed until it is claimed: left out, or shown masked. */
export function closedUntilClaimed(row: RecordRow, field: string): boolean {
  const masked = Array.isArray(row.masked) ? (row.masked as readonly unknown[]) : [];
  return !(field in row) || masked.includes(field);
}

/** Why one customer was refused, and when it becomes possible. */
export function refusalText(result: OrderResult, locale: string, zone: string): string {
  const why = firstText([`error.${result.code}`], result.detail ?? t('error.internal_error'));
  const when = result.available_at
    ? formatInstant(result.available_at, locale, zone)
    : result.available_on
      ? formatDate(result.available_on, locale)
      : null;
  return when === null ? why : `${why} ${t('error.available_at', { time: when })}`;
}

/** Used share of a daily quota; null without a limit. */
export function usedOf(limit: number | null, left: number | null): number | null {
  if (limit === null || left === null) {
    return null;
  }
  return limit === 0 ? 1_000_000 : Math.round(((limit - left) * 1_000_000) / limit);
}

/** "No follow-up for 30 days (last: follow-up, 3 March)". */
export function whyLeaving(row: Leaving, locale: string, zone: string): string {
  return t('pools.leaving.why', {
    rule: row.rule_name ?? t('pools.rule.proposed'),
    days: t(row.working_days ? 'pools.rule.n_working_days' : 'pools.rule.n_days', { n: row.days }),
    act: t(`pools.act.${row.last_act}`),
    at: formatInstant(row.last_act_at, locale, zone),
  });
}

/** Whether the program gives the customers of a pool out by itself. */
export function isAutomatic(distribution: string): boolean {
  return ['round_robin', 'load', 'weight'].includes(distribution);
}

/** How customers come to somebody out of a pool. */
export const TAKINGS = ['claim', 'assign', 'auto'] as const;

/** The events behind a figure: what came in, or what somebody took. */
export function eventsOf(of: 'pool' | 'rule', id: number, direction: 1 | -1, from: string): RouteLocationRaw {
  const field = of === 'pool' ? 'pool_id' : direction === 1 ? 'rule_id' : 'entry_rule_id';
  const filter = {
    all: [
      { field, op: 'eq', value: id },
      { field: 'happened_on', op: 'ge', value: from },
      { field: 'direction', op: 'eq', value: direction },
      ...(direction === 1 ? [] : [{ field: 'kind', op: 'in', value: TAKINGS }]),
    ],
  };
  return { path: '/pools/settings', query: { tab: 'flow', f: JSON.stringify(filter) } };
}

/** How long customers lay in a pool, in the unit that suits. */
export function waitedText(minutes: number | null): string {
  if (minutes === null) {
    return '—';
  }
  if (minutes < 60) {
    return t('pools.value.minutes', { n: minutes });
  }
  const hours = Math.round(minutes / 60);
  return hours < 48
    ? t('pools.value.hours', { n: hours })
    : t('pools.value.waited_days', { n: Math.round(hours / 24) });
}

/** A third of the claims untouched is much, a tenth is something. */
export function hoardingTone(ppm: number): Tone {
  return ppm >= 333_333 ? 'danger' : ppm >= 100_000 ? 'warning' : 'success';
}

export interface Got {
  readonly name: string;
  readonly counts: readonly number[]; // as TAKINGS
  readonly total: number;
}
/** Counts by person and kind, whoever got most first. */
export function sharesOf(shares: readonly Share[]): readonly Got[] {
  const people = new Map<number, { name: string; counts: number[] }>();
  for (const share of shares) {
    const person = people.get(share.user) ?? { name: share.name, counts: TAKINGS.map(() => 0) };
    const index = TAKINGS.findIndex((kind) => kind === share.kind);
    if (index >= 0) {
      person.counts[index] = (person.counts[index] ?? 0) + share.count;
    }
    people.set(share.user, person);
  }
  return [...people.values()]
    .map((person) => ({ ...person, total: person.counts.reduce((sum, count) => sum + count, 0) }))
    .toSorted((a, b) => b.total - a.total);
}

/** Lying bars: names to the left, series beside each other or joined. The first name stands on top. */
export function barsOf(
  names: readonly string[],
  series: readonly { readonly name: string; readonly data: readonly number[] }[],
  stacked: boolean,
) {
  return {
    grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0 },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
    xAxis: { type: 'value', minInterval: 1 },
    yAxis: {
      type: 'category',
      data: names,
      inverse: true,
      axisLabel: { width: 130, overflow: 'truncate' },
    },
    series: series.map((one) => ({
      type: 'bar',
      name: one.name,
      data: one.data,
      barMaxWidth: 18,
      ...(stacked ? { stack: 'all' } : {}),
    })),
  };
}
