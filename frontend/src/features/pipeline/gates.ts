/** What stands in the way of a move, sorted by how a person can mend it. */
import { ApiProblem } from '@/shared/api/problem';
import type { CloseReason, Gate, GateCode, Guide, GuideItem, Stage } from './api';

const CODES: ReadonlySet<string> = new Set<GateCode>([
  'required_field',
  'guide_item',
  'guide_file',
  'enter_role',
  'leave_role',
  'skip',
  'back',
  'reason',
  'competitor',
  'note',
  'pipeline_department',
]);

function isGate(value: unknown): value is Gate {
  return typeof value === 'object' && value !== null && CODES.has(String((value as { code?: unknown }).code));
}

/** The gates of a refusal; null when it is another kind of refusal. The server may lay what it tells besides into the
 * problem itself or into its member `extra`. */
export function gatesOf(failure: unknown): readonly Gate[] | null {
  if (!(failure instanceof ApiProblem) || failure.code !== 'gate_closed') {
    return null;
  }
  const inner = failure.extra.extra as { gates?: unknown } | undefined;
  const gates = failure.extra.gates ?? inner?.gates;
  return Array.isArray(gates) ? gates.filter(isGate) : [];
}

export interface Mending {
  readonly fields: readonly string[]; // to be filled in
  readonly items: readonly number[]; // guide items to be ticked
  readonly files: readonly number[]; // guide items that want a file
  readonly closes: boolean; // why it was won or lost
  readonly blocked: readonly Gate[]; // what nobody can mend here
}

function unique<T>(values: readonly (T | null | undefined)[]): T[] {
  return [...new Set(values.filter((value) => value != null))];
}

export function mendingOf(gates: readonly Gate[]): Mending {
  const of = (...codes: readonly GateCode[]): readonly Gate[] => gates.filter((gate) => codes.includes(gate.code));
  return {
    fields: unique(of('required_field').map((gate) => gate.field)),
    items: unique(of('guide_item').map((gate) => gate.item_id)),
    files: unique(of('guide_file').map((gate) => gate.item_id)),
    closes: of('reason', 'competitor', 'note').length > 0,
    blocked: of('enter_role', 'leave_role', 'skip', 'back', 'pipeline_department'),
  };
}

/** Losing always asks why; the rest is asked once the server says so. */
export function askedFirst(stage: Stage, reasons: readonly CloseReason[]): readonly Gate[] | null {
  const wants = stage.kind === 'lost' && reasonsFor(stage, reasons).length > 0;
  return wants ? [{ code: 'reason', stage_id: stage.id, text: '' }] : null;
}
export function reasonsFor(stage: Stage, reasons: readonly CloseReason[]): readonly CloseReason[] {
  return reasons
    .filter((reason) => reason.is_active && reason.kind === stage.kind)
    .toSorted((a, b) => a.sort_order - b.sort_order || a.id - b.id);
}

export interface Close {
  readonly reason: number | null;
  readonly competitor: string;
  readonly note: string;
}
/** What is still missing of why it closed. */
export function closeFaults(close: Close, reasons: readonly CloseReason[]): readonly (keyof Close)[] {
  const reason = reasons.find((one) => one.id === close.reason);
  const found: [keyof Close, boolean][] = [
    ['reason', reasons.length > 0 && !reason],
    ['competitor', reason?.needs_competitor === true && close.competitor.trim() === ''],
    ['note', reason?.needs_note === true && close.note.trim() === ''],
  ];
  return found.filter(([, missing]) => missing).map(([name]) => name);
}
export function closeBody(close: Close): Record<string, unknown> {
  return {
    ...(close.reason === null ? {} : { close_reason_id: close.reason }),
    ...(close.competitor.trim() === '' ? {} : { competitor: close.competitor.trim() }),
    ...(close.note.trim() === '' ? {} : { close_note: close.note.trim() }),
  };
}

/** The guide items by id, whatever stage they stand in. */
export function itemsById(guide: Guide | undefined): ReadonlyMap<number, GuideItem> {
  return new Map((guide?.stages ?? []).flatMap((stage) => stage.items.map((item) => [item.id, item] as const)));
}
export const TICKED = ['ask', 'deliver', 'confirm'] as const;
export const READ = ['script', 'template', 'objection'] as const;
export function isTicked(item: { readonly kind: string }): boolean {
  return TICKED.some((kind) => kind === item.kind);
}
/** How many of the items that can be ticked are. */
export function progressOf(items: readonly GuideItem[]): { readonly done: number; readonly all: number } {
  const ticked = items.filter(isTicked);
  return { done: ticked.filter((item) => item.done_at !== null).length, all: ticked.length };
}
