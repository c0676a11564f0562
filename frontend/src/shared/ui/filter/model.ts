/** What the filter builder offers and says: operators by type, starting values, sentences for chips. Pure. */
import { currentLocale, t } from '@/shared/i18n';
import { formatDate, formatInstant } from '@/shared/lib/dates';
import { isCondition, type Filter, type FilterCondition, type FilterOp, type FilterValue } from '@/shared/lib/filter';
import { formatMoney } from '@/shared/lib/money';
import { formatPpm } from '@/shared/lib/format';
import type { FieldSpec } from '../form/form';

const TEXT: readonly FilterOp[] = [
  'contains',
  'not_contains',
  'eq',
  'ne',
  'starts_with',
  'ends_with',
  'is_null',
  'not_null',
];
const NUMBER: readonly FilterOp[] = ['ge', 'le', 'between', 'eq', 'ne', 'gt', 'lt', 'is_null', 'not_null'];
const DAY: readonly FilterOp[] = ['relative', 'on', 'between', 'before', 'after', 'is_null', 'not_null'];
const CHOICE: readonly FilterOp[] = ['in', 'not_in', 'is_null', 'not_null'];
const TAGS: readonly FilterOp[] = ['has_any', 'has_all', 'has_none', 'is_null', 'not_null'];
const FILES: readonly FilterOp[] = ['not_null', 'is_null'];

/** References to trees accept "and below". */
const TREES = new Set(['department', 'region']);

export function opsOf(spec: FieldSpec): readonly FilterOp[] {
  switch (spec.type) {
    case 'int':
    case 'money':
    case 'ppm':
    case 'decimal':
      return NUMBER;
    case 'date':
    case 'instant':
      return DAY;
    case 'bool':
      return ['eq'];
    case 'enum':
      return CHOICE;
    case 'tags':
    case 'choices':
    case 'refs':
      return TAGS;
    case 'files':
      return FILES;
    case 'ref':
      return TREES.has(spec.ref ?? '') ? ['under', ...CHOICE] : CHOICE;
    default:
      return TEXT;
  }
}
/** The same where a stored filter says it in another way: "eq" of a choice is "in" with one. */
export function opsFor(spec: FieldSpec, present: FilterOp): readonly FilterOp[] {
  const ops = opsOf(spec);
  const twin = { eq: 'in', ne: 'not_in' }[present as string];
  if (ops.includes(present)) {
    return ops;
  }
  return twin && ops.includes(twin as FilterOp) ? ops.map((op) => (op === twin ? present : op)) : [...ops, present];
}

export const RELATIVES = [
  'today',
  'yesterday',
  'tomorrow',
  'this_week',
  'last_week',
  'next_week',
  'this_month',
  'last_month',
  'next_month',
  'this_quarter',
  'last_quarter',
  'next_quarter',
  'this_year',
  'last_year',
  'last_7_days',
  'last_30_days',
  'last_90_days',
  'next_7_days',
  'next_30_days',
  'over_7_days_ago',
  'over_30_days_ago',
  'over_90_days_ago',
] as const;

/** What kind of value an operator needs. */
export function valueKind(op: FilterOp): 'none' | 'one' | 'two' | 'many' | 'relative' {
  switch (op) {
    case 'is_null':
    case 'not_null':
      return 'none';
    case 'between':
      return 'two';
    case 'in':
    case 'not_in':
    case 'has_any':
    case 'has_all':
    case 'has_none':
      return 'many';
    case 'relative':
      return 'relative';
    default:
      return 'one';
  }
}

/** A fresh condition on a field: its first operator, the value still to be given. */
export function newCondition(spec: FieldSpec): FilterCondition {
  const op = opsOf(spec)[0] ?? 'eq';
  return { field: spec.name, op, value: startValue(spec, op) };
}

export function startValue(spec: FieldSpec, op: FilterOp): FilterValue | undefined {
  switch (valueKind(op)) {
    case 'none':
      return undefined;
    case 'many':
      return [];
    case 'two':
      return [];
    case 'relative':
      return 'this_month';
    default:
      return spec.type === 'bool' ? true : null;
  }
}

/** Whether a condition says enough to be sent. */
export function isComplete(condition: FilterCondition): boolean {
  const { value } = condition;
  switch (valueKind(condition.op)) {
    case 'none':
      return true;
    case 'many':
      return Array.isArray(value) && value.length > 0;
    case 'two':
      return Array.isArray(value) && value.length === 2 && value.every((part) => part !== null && part !== '');
    default:
      return value != null && value !== '';
  }
}

/** The filter without the conditions that are not complete; null when nothing is left. */
export function pruned(filter: Filter | null): Filter | null {
  if (filter === null) {
    return null;
  }
  if (isCondition(filter)) {
    return isComplete(filter) ? filter : null;
  }
  if ('not' in filter) {
    const inner = pruned(filter.not);
    return inner === null ? null : { not: inner };
  }
  const parts = ('all' in filter ? filter.all : filter.any).map(pruned).filter((part) => part !== null);
  if (parts.length === 0) {
    return null;
  }
  return 'all' in filter ? { all: parts } : { any: parts };
}

export interface Describing {
  readonly specs: readonly FieldSpec[];
  readonly names: ReadonlyMap<string, string>; // "owner_id:7" → name
  readonly currency: string;
  readonly zone: string;
}

export function relativeLabel(word: string): string {
  const counted = /^(last|next|over)_(\d+)_days(_ago)?$/.exec(word);
  return counted
    ? t(`kit.filter.relative.${counted[1]}_days`, { n: Number(counted[2]) })
    : t(`kit.filter.relative.${word}`);
}

function scalarText(spec: FieldSpec, value: unknown, about: Describing): string {
  if (value === 'me') {
    return t('kit.filter.me');
  }
  if (value === 'my_department') {
    return t('kit.filter.my_department');
  }
  switch (spec.type) {
    case 'money':
      return formatMoney(value as number, {
        currency: about.currency,
        short: true,
        locale: currentLocale(),
        symbol: true,
      });
    case 'ppm':
      return formatPpm(value as number);
    case 'date':
      return formatDate(value as string, currentLocale());
    case 'instant':
      return String(value).length === 10
        ? formatDate(value as string, currentLocale())
        : formatInstant(value as string, currentLocale(), about.zone);
    case 'bool':
      return t(value ? 'kit.yes' : 'kit.no');
    case 'enum':
    case 'choices':
      return spec.options?.find((option) => option.value === value)?.label ?? String(value);
    case 'ref':
    case 'refs':
    case 'tags':
      return about.names.get(`${spec.name}:${String(value)}`) ?? `#${String(value)}`;
    default:
      return String(value);
  }
}

const NAMED_MAX = 3;

/** A condition or group in words: "金额 ≥ ¥10万", "(级别 是 A 或 来源 是 官网)". */
export function describe(filter: Filter, about: Describing): string {
  if ('not' in filter) {
    return t('kit.filter.not', { text: describe(filter.not, about) });
  }
  if (!isCondition(filter)) {
    const [parts, word] = 'all' in filter ? [filter.all, 'and'] : [filter.any, 'or'];
    return `(${parts.map((part) => describe(part, about)).join(` ${t(`kit.filter.${word}`)} `)})`;
  }
  const spec = about.specs.find((candidate) => candidate.name === filter.field);
  if (!spec) {
    return filter.field;
  }
  const op = t(`kit.filter.op.${filter.op}`);
  const { value } = filter;
  if (valueKind(filter.op) === 'none') {
    return `${spec.label} ${op}`;
  }
  if (filter.op === 'relative') {
    return `${spec.label} ${relativeLabel(String(value))}`;
  }
  if (Array.isArray(value)) {
    const named = value.slice(0, NAMED_MAX).map((part: unknown) => scalarText(spec, part, about));
    const rest = value.length - named.length;
    const list =
      filter.op === 'between' ? named.join(' – ') : named.join(t('kit.filter.comma')) + (rest > 0 ? ` +${rest}` : '');
    return `${spec.label} ${op} ${list}`;
  }
  return `${spec.label} ${op} ${scalarText(spec, value, about)}`;
}
