/** Pure parts of the wizard: what is asked of the server, and whether it can be asked yet. */
import type { Filter } from '@/shared/lib/filter';

export const WAYS = ['filter', 'lines', 'file', 'ids'] as const;
export type Way = (typeof WAYS)[number];
export const STRATEGIES = ['evenly', 'one', 'weighted', 'to_capacity', 'round_robin', 'map'] as const;
export type Strategy = (typeof STRATEGIES)[number];
export const CHOICES = [
  'contacts',
  'open_opportunities',
  'closed_opportunities',
  'contracts',
  'plans',
  'tasks',
] as const;

export interface Receiver {
  readonly id: number;
  readonly name: string;
  readonly weight: number | null;
}
export interface MapRule {
  readonly key: number; // of the row on the page
  readonly filter: Filter | null;
  readonly people: readonly Receiver[];
}
export interface Draft {
  way: Way;
  ids: readonly number[]; // ticked in a list
  filter: Filter | null;
  lines: string;
  list: { readonly id: number; readonly name: string; readonly count: number } | null;
  strategy: Strategy;
  people: readonly Receiver[];
  map: readonly MapRule[];
  pointer: string;
  keepOwner: boolean;
  skipOpenDeals: boolean;
  skipProtected: boolean;
  allOrNothing: boolean;
  choices: readonly string[];
  name: string;
  reason: string;
  expectedOn: string | null;
  policy: number | 'default' | 'none';
}

export function newDraft(start: { readonly ids?: readonly number[]; readonly filter?: Filter | null }): Draft {
  return {
    way: start.ids?.length ? 'ids' : 'filter',
    ids: start.ids ?? [],
    filter: start.filter ?? null,
    lines: '',
    list: null,
    strategy: 'evenly',
    people: [],
    map: [],
    pointer: '',
    keepOwner: false,
    skipOpenDeals: true,
    skipProtected: true,
    allOrNothing: false,
    choices: ['contacts', 'open_opportunities', 'plans', 'tasks'],
    name: '',
    reason: '',
    expectedOn: null,
    policy: 'default',
  };
}

/** Lines that are not empty. */
export function lineCount(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '').length;
}

export function hasSelection(draft: Draft): boolean {
  switch (draft.way) {
    case 'ids':
      return draft.ids.length > 0;
    case 'filter':
      return draft.filter !== null;
    case 'lines':
      return lineCount(draft.lines) > 0;
    default:
      return draft.list !== null;
  }
}

export function hasReceivers(draft: Draft): boolean {
  if (draft.strategy === 'map') {
    return draft.map.length > 0 && draft.map.every((rule) => rule.filter !== null && rule.people.length > 0);
  }
  return draft.strategy === 'one' ? draft.people.length === 1 : draft.people.length > 0;
}

function peopleBody(people: readonly Receiver[], weighted: boolean): readonly object[] {
  return people.map(({ id, weight }) => ({ user_id: id, ...(weighted && weight !== null ? { weight } : {}) }));
}

/** The body of preview and run; text fields that are empty are left out. */
export function batchBody(draft: Draft): Readonly<Record<string, unknown>> {
  const selection = {
    ids: { ids: draft.ids },
    filter: { filter: draft.filter },
    lines: { lines: draft.lines },
    file: { list_id: draft.list?.id },
  }[draft.way];
  const { strategy } = draft;
  return {
    ...selection,
    strategy,
    ...(strategy === 'map'
      ? { map: draft.map.map((rule) => ({ filter: rule.filter, people: peopleBody(rule.people, true) })) }
      : { people: peopleBody(draft.people, strategy === 'weighted') }),
    ...(strategy === 'round_robin' && draft.pointer.trim() ? { pointer: draft.pointer.trim() } : {}),
    keep_owner: draft.keepOwner,
    skip_open_deals: draft.skipOpenDeals,
    skip_protected: draft.skipProtected,
    all_or_nothing: draft.allOrNothing,
    choices: draft.choices,
    ...(draft.name.trim() ? { name: draft.name.trim() } : {}),
    ...(draft.reason.trim() ? { reason: draft.reason.trim() } : {}),
    ...(draft.expectedOn ? { expected_action_on: draft.expectedOn } : {}),
    ...(draft.policy === 'default' ? {} : { sla_policy_id: draft.policy === 'none' ? null : draft.policy }),
  };
}

/** A batch can be taken back while its time runs and it is at rest. */
export function mayUndo(batch: { readonly status: string; readonly undo_until: string | null }, now: string): boolean {
  return ['done', 'cancelled'].includes(batch.status) && batch.undo_until !== null && batch.undo_until > now;
}
