/** What customers in depth say in words, and what a merge chooses. Pure. */
import type { MetaField, MetaObject, RecordRow } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatInstant } from '@/shared/lib/dates';
import type { Tone } from '@/shared/ui/base/tone';
import type { Claim, ClaimDetail, Match, Step } from './api';

export type ClaimView = 'open' | 'mine' | 'all';
export const CLAIM_VIEWS: readonly ClaimView[] = ['open', 'mine', 'all'];
export const CLAIM_TONES: Readonly<Record<string, Tone>> = {
  open: 'warning',
  accepted: 'success',
  rejected: 'danger',
  withdrawn: 'neutral',
};

export interface Where {
  readonly locale: string;
  readonly zone: string;
}

// ---- duplicates ----

/** What exists, told blindly: whose it is or where it lies, and when it was last touched. */
export function matchText(match: Match, where: Where): string {
  const whose = match.mine
    ? t('customers.match.mine')
    : t(`customers.match.${match.state}`, { name: match.owner_name ?? '—', pool: match.pool_name ?? '—' });
  const touched = match.last_follow_up_at
    ? t('customers.match.touched', { time: formatInstant(match.last_follow_up_at, where.locale, where.zone) })
    : t('customers.match.untouched');
  return `${whose} · ${touched}`;
}

/** By what it was recognised: "name, phone". */
export function matchedBy(match: Match, meta: MetaObject | null): string {
  return match.matched_by
    .map((name) => meta?.fields.find((field) => field.name === name)?.label ?? name)
    .join(t('kit.filter.comma'));
}

/** The names of fields that a check asks about: of the form's values those that are long enough to tell anything. */
const NAME_MIN = 2;
const PHONE_MIN = 7;
export function checkBody(
  object: string,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> | null {
  const text = (name: string): string => (typeof values[name] === 'string' ? values[name].trim() : '');
  const digits = (name: string): string => (text(name).replace(/\D/g, '').length >= PHONE_MIN ? text(name) : '');
  const asked =
    object === 'customer'
      ? { name: [...text('name')].length >= NAME_MIN ? text('name') : '', phone: digits('phone') }
      : { mobile: digits('mobile') };
  const body = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ''));
  return Object.keys(body).length > 0 ? body : null;
}

// ---- claims ----

/** The name a reader may know: the customer's where it is seen, else the claimant's word for it. */
export function claimName(claim: Claim): string {
  return claim.customer_name ?? claim.claimed_name;
}

export type Moment = ClaimDetail['moments'][number];

export function momentText(moment: Moment): string {
  return t(`customers.moment.${moment.kind}`, { n: moment.count ?? 1 });
}

/** Whose first moment comes first; null when one side has none. */
export function earlierSide(moments: readonly Moment[]): 'claimant' | 'owner' | null {
  const first = (side: string): string | undefined =>
    moments
      .filter((moment) => moment.side === side)
      .map((moment) => moment.at)
      .toSorted()[0];
  const [claimant, owner] = [first('claimant'), first('owner')];
  return claimant === undefined || owner === undefined ? null : claimant < owner ? 'claimant' : 'owner';
}

// ---- merges ----

export type Side = 'survivor' | 'source';
export interface MergeRow {
  readonly field: MetaField;
  readonly side: Side; // whose value is taken unless somebody chooses
}

function isEmpty(value: unknown): boolean {
  return value == null || value === '' || (Array.isArray(value) && value.length === 0);
}

const OWN = new Set(['owner_id', 'pool_id', 'code', 'parent_id', 'tag_ids']);

/** The fields in which two customers differ; what one lacks the other gives. */
export function mergeRows(meta: MetaObject, survivor: RecordRow, source: RecordRow): readonly MergeRow[] {
  return meta.fields
    .filter((field) => field.access === 'edit' && !field.read_only && !field.create_only)
    .filter((field) => !OWN.has(field.name) && field.type !== 'files')
    .filter((field) => JSON.stringify(survivor[field.name] ?? null) !== JSON.stringify(source[field.name] ?? null))
    .filter((field) => !isEmpty(survivor[field.name]) || !isEmpty(source[field.name]))
    .map((field) => ({ field, side: isEmpty(survivor[field.name]) ? 'source' : 'survivor' }));
}

/** What the survivor takes over from the source. */
export function mergeValues(
  rows: readonly MergeRow[],
  chosen: Readonly<Record<string, Side>>,
  source: RecordRow,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    rows
      .filter((row) => (chosen[row.field.name] ?? row.side) === 'source')
      .map((row) => [row.field.name, source[row.field.name] ?? null]),
  );
}

// ---- mentions ----

export interface Person {
  readonly id: number;
  readonly name: string;
}

/** The word that is being typed after an @ before the caret; null when there is none. */
export function mentionQuery(text: string, caret: number): string | null {
  const found = /(?:^|\s|[，。；、（(])@([^\s@]{0,20})$/u.exec(text.slice(0, caret));
  return found ? (found[1] ?? '') : null;
}

/** The text with the name in the place of the word, and where the caret stands then. */
export function withMention(text: string, caret: number, name: string): { text: string; caret: number } {
  const query = mentionQuery(text, caret) ?? '';
  const start = caret - query.length;
  const head = `${text.slice(0, start)}${name} `;
  return { text: head + text.slice(caret).replace(/^ /, ''), caret: head.length };
}

/** Those whose name still stands in the text. */
export function mentioned(text: string, people: readonly Person[]): readonly number[] {
  return [...new Set(people.filter((person) => text.includes(`@${person.name}`)).map((person) => person.id))];
}

/** Who of those called may not see the customer, by the server's refusal: "mention_ids.1". */
export function refusedNames(
  fields: readonly { readonly field: string }[],
  text: string,
  people: readonly Person[],
): string {
  const ids = mentioned(text, people);
  return fields
    .flatMap(({ field }) => {
      const index = /^mention_ids\.(\d+)$/.exec(field)?.[1];
      return index === undefined ? [] : [ids[Number(index)]];
    })
    .map((id) => people.find((person) => person.id === id)?.name ?? '—')
    .join(t('kit.filter.comma'));
}

// ---- escalation ----

/** "After 3 working days: owner, manager; marks the risk". */
export function stepText(step: Step): string {
  const who = (
    [
      ['owner', step.notify_owner],
      ['manager', step.notify_manager],
      ['department_head', step.notify_department_head],
      ['operations', step.notify_operations],
    ] as const
  )
    .filter(([, told]) => told)
    .map(([word]) => t(`customers.step.tell.${word}`));
  return [
    t(`customers.step.after.${step.day_kind}`, { n: step.days }),
    ...(who.length > 0 ? [t('customers.step.tells', { people: who.join(t('kit.filter.comma')) })] : []),
    ...(step.mark_risk ? [t('customers.step.risk')] : []),
  ].join(' · ');
}

// ---- files ----

export function isPicture(contentType: string): boolean {
  return /^image\/(png|jpeg|gif|webp)$/.test(contentType);
}
