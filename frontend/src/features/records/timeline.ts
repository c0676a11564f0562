/** What a line of the timeline says. Pure. */
import type { MetaObject, TimelineEntry } from '@/shared/api/types';
import { firstText, t } from '@/shared/i18n';

export interface Change {
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

function shown(value: unknown): string {
  if (value == null || value === '') {
    return '—';
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function actionOf(entry: TimelineEntry): string {
  return (entry as TimelineEntry & { action?: string }).action ?? entry.kind;
}

/** The fields that an audit entry changed, with their names: {"level": ["b", "a"]}. */
export function changesOf(entry: TimelineEntry, object: MetaObject | null): readonly Change[] {
  // A new record changes everything at once: that it is new says enough.
  if (entry.kind !== 'audit' || !entry.detail || actionOf(entry) === 'create') {
    return [];
  }
  return Object.entries(entry.detail).flatMap(([name, pair]) => {
    const field = object?.fields.find((candidate) => candidate.name === name);
    if (!field || !Array.isArray(pair) || pair.length !== 2 || name === 'updated_at') {
      return [];
    }
    const word = (value: unknown): string => field.options?.find((option) => option.value === value)?.label ?? shown(value);
    return [{ label: field.label, from: word(pair[0]), to: word(pair[1]) }];
  });
}

/** The headline of an entry: who did what. */
export function headlineOf(entry: TimelineEntry, objectLabel: string): string {
  const action = actionOf(entry);
  const fallback = t('records.timeline.action.other', { object: objectLabel });
  if (entry.kind === 'follow_up') {
    return t('records.timeline.followed');
  }
  if (entry.kind === 'stage') {
    return t('records.timeline.stage', { name: shown(entry.detail?.to) });
  }
  const key = `records.timeline.action.${action}`;
  const found = firstText([key], fallback);
  return found === fallback ? fallback : t(key, { object: objectLabel });
}
