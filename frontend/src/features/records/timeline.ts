/** What a line of the timeline says. Pure. */
import type { MetaObject, TimelineEntry } from '@/shared/api/types';
import { fieldText, type Showing } from './model';
import { firstText, t } from '@/shared/i18n';

export interface Change {
  readonly label: string;
  readonly from: string | null; // null: the value has no readable name (a reference)
  readonly to: string | null;
}

/** Kept by the server; nobody changed them by hand. */
const SILENT = new Set(['updated_at', 'created_at', 'created_by_id', 'department_id', 'version']);

/** The fields that a person changed, with their names: {"level": ["b", "a"]}. A new record lists none. */
export function changesOf(entry: TimelineEntry, object: MetaObject | null, showing: Showing): readonly Change[] {
  if (!['audit', 'stage'].includes(entry.kind) || entry.action === 'create' || !entry.detail) {
    return [];
  }
  return Object.entries(entry.detail).flatMap(([name, pair]) => {
    const field = object?.fields.find((candidate) => candidate.name === name);
    if (!field || !Array.isArray(pair) || pair.length !== 2 || SILENT.has(name)) {
      return [];
    }
    // The server names references; a bare number is a record that this person may not see.
    const word = (value: unknown): string | null =>
      ['tags', 'refs'].includes(field.type)
        ? (value as readonly unknown[] | null)?.join(t('kit.filter.comma')) || '—'
        : field.type === 'files'
          ? t('records.files', { n: (value as readonly unknown[] | null)?.length ?? 0 })
          : field.type !== 'ref' || value === null
            ? fieldText(field, { id: 0, version: 0, [name]: value }, showing)
            : typeof value === 'string'
              ? value
              : null;
    return [{ label: field.label, from: word(pair[0]), to: word(pair[1]) }];
  });
}

/** A line of an opportunity's history: what held since then. */
export interface StageEvent {
  readonly at: string;
  readonly from_stage: string | null;
  readonly to_stage: string;
  readonly user_name: string | null;
  readonly amount_minor?: number;
  readonly expected_close_on?: string | null;
}
const FOLLOWED = ['amount_minor', 'expected_close_on'] as const;

/** The history of an opportunity, newest first: its moves, and how amount and expected close changed with and between them. */
export function stageEntries(record: number, history: readonly StageEvent[]): TimelineEntry[] {
  return history.flatMap((event, index) => {
    const before = history[index + 1];
    const changes = before ? FOLLOWED.filter((name) => name in event && event[name] !== before[name]) : [];
    const moved = event.from_stage !== event.to_stage;
    if (!moved && changes.length === 0) {
      return [];
    }
    const pairs = Object.fromEntries(changes.map((name) => [name, [before?.[name] ?? null, event[name] ?? null]]));
    return [
      {
        at: event.at,
        kind: moved ? 'stage' : 'audit',
        action: moved ? 'stage' : 'update',
        object: 'opportunity',
        record_id: record,
        user_id: null,
        user_name: event.user_name,
        title: moved ? event.to_stage : null,
        detail: moved ? { to: event.to_stage, ...pairs } : pairs,
        file_count: 0,
      },
    ];
  });
}

/** The stage after a move. */
function stageName(entry: TimelineEntry): string {
  return String(entry.detail?.to ?? entry.title ?? '');
}

/** The headline of an entry: who did what. */
export function headlineOf(entry: TimelineEntry, objectLabel: string): string {
  const fallback = t('records.timeline.action.other', { object: objectLabel });
  if (entry.kind === 'follow_up') {
    return t('records.timeline.followed');
  }
  if (entry.kind === 'stage') {
    return t('records.timeline.stage', { name: stageName(entry) });
  }
  const key = `records.timeline.action.${entry.action ?? entry.kind}`;
  const found = firstText([key], fallback);
  return found === fallback ? fallback : t(key, { object: objectLabel });
}

/** What people give a reason for; of other entries it is the program's word for where they come from. */
const REASONED = new Set(['transfer', 'claim', 'assign', 'return', 'recycle', 'conflict', 'merge', 'move']);
export function isReasoned(entry: TimelineEntry): boolean {
  return entry.kind === 'audit' && REASONED.has(entry.action);
}
