/** A filter against the values of a form, for fields that show or lock depending on others. The server decides the same
 * when the form is sent (app/platform/filter_match.c); what can be told only there counts as `unknown` here. */
import { addDays } from './dates';
import { isCondition, type Filter, type FilterCondition } from './filter';

export interface Facts {
  readonly values: Readonly<Record<string, unknown>>;
  readonly me: number | null;
  readonly today: string; // in the company's zone
}

type Verdict = boolean | null; // null: cannot be told here

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value == null ? [] : [value];
}

function isAbsent(value: unknown): boolean {
  return value == null || value === '' || (Array.isArray(value) && value.length === 0);
}

function folded(value: unknown): unknown {
  return typeof value === 'string' ? value.normalize('NFKC').toLowerCase().trimEnd() : value;
}

function same(left: unknown, right: unknown, facts: Facts): boolean {
  return folded(left) === folded(right === 'me' ? facts.me : right);
}

/** Numbers by size, also those written as text ("12.50"); dates as text. */
function order(left: unknown, right: unknown): number {
  const numbers = [left, right].map(Number);
  const [a, b] = numbers.every(Number.isFinite) ? numbers : [String(left), String(right)];
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

function relative(day: string, word: string, today: string): Verdict {
  const counted = /^(last|next|over)_(\d+)_days(_ago)?$/.exec(word);
  if (counted) {
    const days = Number(counted[2]);
    return counted[1] === 'last'
      ? day > addDays(today, -days) && day <= today
      : counted[1] === 'next'
        ? day > today && day <= addDays(today, days)
        : day < addDays(today, -days);
  }
  const near = { yesterday: -1, today: 0, tomorrow: 1 }[word];
  if (near !== undefined) {
    return day === addDays(today, near);
  }
  return (
    { this_month: day.slice(0, 7) === today.slice(0, 7), this_year: day.slice(0, 4) === today.slice(0, 4) }[word] ??
    null
  );
}

function holds({ field, op, value: wanted }: FilterCondition, facts: Facts): Verdict {
  const value = facts.values[field];
  const wants = listOf(wanted);
  const has = (one: unknown): boolean => listOf(value).some((other) => same(other, one, facts));
  const text = String(folded(value ?? ''));
  const part = String(folded(wanted ?? ''));
  if (isAbsent(value)) {
    return ['is_null', 'ne', 'not_in', 'not_contains', 'has_none'].includes(op);
  }
  switch (op) {
    case 'is_null':
      return false;
    case 'not_null':
      return true;
    case 'eq':
    case 'on':
      return has(wanted);
    case 'ne':
      return !has(wanted);
    case 'in':
    case 'has_any':
      return wants.some(has);
    case 'not_in':
    case 'has_none':
      return !wants.some(has);
    case 'has_all':
      return wants.every(has);
    case 'lt':
    case 'before':
      return order(value, wanted) < 0;
    case 'le':
      return order(value, wanted) <= 0;
    case 'gt':
    case 'after':
      return order(value, wanted) > 0;
    case 'ge':
      return order(value, wanted) >= 0;
    case 'between':
      return order(value, wants[0]) >= 0 && order(value, wants[1]) <= 0;
    case 'contains':
      return text.includes(part);
    case 'not_contains':
      return !text.includes(part);
    case 'starts_with':
      return text.startsWith(part);
    case 'ends_with':
      return text.endsWith(part);
    case 'relative':
      return relative(String(value).slice(0, 10), part, facts.today);
    default:
      return null; // "under" needs the tree
  }
}

function decide(filter: Filter, facts: Facts): Verdict {
  if (isCondition(filter)) {
    return holds(filter, facts);
  }
  if ('not' in filter) {
    const inner = decide(filter.not, facts);
    return inner === null ? null : !inner;
  }
  const [parts, decisive] = 'all' in filter ? [filter.all, false] : [filter.any, true];
  const verdicts = parts.map((part) => decide(part, facts));
  if (verdicts.includes(decisive)) {
    return decisive;
  }
  return verdicts.includes(null) ? null : !decisive;
}

/** Whether the filter holds; `unknown` when that cannot be told here. No filter holds always. */
export function filterHolds(filter: Filter | null | undefined, facts: Facts, unknown: boolean): boolean {
  return filter ? (decide(filter, facts) ?? unknown) : true;
}
