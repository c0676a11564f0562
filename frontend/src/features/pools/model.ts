/** Pure parts of the pool pages. */
import type { RecordRow } from '@/shared/api/types';
import { firstText, t } from '@/shared/i18n';
import { formatDate, formatInstant } from '@/shared/lib/dates';
import type { Leaving, OrderResult } from './api';

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
