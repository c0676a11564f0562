/** Pure parts of the board: what is looked at, cards that move, what they say. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router';
import type { RecordRow } from '@/shared/api/types';
import { dateOfInstant, daysBetween } from '@/shared/lib/dates';
import { allOf, parseFilter, type Filter } from '@/shared/lib/filter';
import type { Tone } from '@/shared/ui/base/tone';
import type { Board, Card, Column, Pipeline, Stage, StageKind, Sum } from './api';

export const LOOKS = ['board', 'list', 'calendar', 'timeline'] as const;
export type Look = (typeof LOOKS)[number];
export const GROUPS = ['owner', 'stage'] as const;
export type Grouping = (typeof GROUPS)[number];

/** What the page is about, as the address says it. */
export interface Scope {
  readonly look: Look;
  readonly pipeline: number | null; // the default one
  readonly owner: number | 'me' | null; // everybody in sight
  readonly filter: Filter | null;
  readonly q: string;
  readonly month: string | null; // of the calendar, "2026-03"
  readonly group: Grouping; // of the timeline
}
/** The parts of the address that belong to the page, not to the list in it. */
export const SCOPE_KEYS = ['show', 'pipeline', 'owner', 'month', 'by'] as const;
export const KIND_TONES: Readonly<Record<StageKind, Tone>> = { open: 'info', won: 'success', lost: 'danger' };

function first(value: LocationQuery[string] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
export function idOf(value: LocationQuery[string] | undefined): number | null {
  const number = Number(first(value));
  return Number.isSafeInteger(number) && number > 0 ? number : null;
}

export function scopeOf(query: LocationQuery): Scope {
  const month = first(query.month);
  return {
    look: LOOKS.find((look) => look === first(query.show)) ?? 'board',
    pipeline: idOf(query.pipeline),
    owner: first(query.owner) === 'me' ? 'me' : idOf(query.owner),
    filter: parseFilter(first(query.f)),
    q: first(query.q) ?? '',
    month: month !== null && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : null,
    group: GROUPS.find((group) => group === first(query.by)) ?? 'owner',
  };
}

export function scopeQuery(scope: Scope): LocationQueryRaw {
  return {
    ...(scope.look === 'board' ? {} : { show: scope.look }),
    ...(scope.pipeline === null ? {} : { pipeline: String(scope.pipeline) }),
    ...(scope.owner === null ? {} : { owner: String(scope.owner) }),
    ...(scope.filter === null ? {} : { f: JSON.stringify(scope.filter) }),
    ...(scope.q === '' ? {} : { q: scope.q }),
    ...(scope.month === null ? {} : { month: scope.month }),
    ...(scope.group === 'owner' ? {} : { by: scope.group }),
  };
}

function ownerFilter(scope: Scope): Filter | null {
  return scope.owner === null ? null : { field: 'owner_id', op: 'eq', value: scope.owner };
}
/** What narrows the board, whose pipeline is asked for on its own. */
export function boardFilter(scope: Scope): Filter | null {
  return allOf([ownerFilter(scope), scope.filter]);
}
/** The same for a list of opportunities, which narrows itself by what the person chose. */
export function listFilter(scope: Scope, pipeline: number): Filter | null {
  return allOf([{ field: 'pipeline_id', op: 'eq', value: pipeline }, ownerFilter(scope)]);
}
/** Of them those that are open, for looks that have no tools of their own. */
export function openFilter(scope: Scope, pipeline: number): Filter | null {
  return allOf([listFilter(scope, pipeline), scope.filter, { field: 'status', op: 'eq', value: 'open' }]);
}

export function chosenPipeline(pipelines: readonly Pipeline[], id: number | null): Pipeline | null {
  return (
    pipelines.find((pipeline) => pipeline.id === id) ??
    pipelines.find((pipeline) => pipeline.is_own) ??
    pipelines[0] ??
    null
  );
}

/** amount × chance, half up to the minor unit: the server's rule. */
export function weightedOf(amountMinor: number, ppm: number): number {
  const product = BigInt(amountMinor) * BigInt(ppm);
  const half = product < 0n ? -500_000n : 500_000n;
  return Number((product + half) / 1_000_000n);
}

/** Sums with a card added (sign 1) or taken away (−1). What is hidden stays hidden. */
export function withCard(sums: readonly Sum[], card: Card, sign: 1 | -1): readonly Sum[] {
  if (card.amount_minor === null) {
    return sums;
  }
  const amount = card.amount_minor * sign;
  const weighted = weightedOf(card.amount_minor, card.win_probability_ppm ?? 0) * sign;
  if (!sums.some((sum) => sum.currency === card.currency)) {
    return sign === 1 ? [...sums, { currency: card.currency, amount_minor: amount, weighted_minor: weighted }] : sums;
  }
  return sums.map((sum) =>
    sum.currency !== card.currency
      ? sum
      : {
          ...sum,
          amount_minor: sum.amount_minor === null ? null : sum.amount_minor + amount,
          weighted_minor: sum.weighted_minor === null ? null : sum.weighted_minor + weighted,
        },
  );
}

/** A column's amounts with a card added or taken away: by currency, and together in the company's. */
function tallied(column: Column, cards: readonly (readonly [Card, 1 | -1])[]): Pick<Column, 'sums' | 'total'> {
  let { sums, total } = column;
  for (const [card, sign] of cards) {
    const worth: Card = { ...card, amount_minor: card.base_minor, currency: total.currency };
    sums = withCard(sums, card, sign);
    total = withCard([total], worth, sign)[0] ?? total;
  }
  return { sums, total };
}

export function columnOf(board: Board, card: number): Column | undefined {
  return board.columns.find((column) => column.cards.some((one) => one.id === card));
}
export function cardOf(board: Board, id: number): Card | undefined {
  return board.columns.flatMap((column) => column.cards).find((card) => card.id === id);
}

/** The board with a card in another stage, on top as the one that came last; counts and sums follow. */
export function moveCard(board: Board, id: number, stage: Stage, now: string): Board {
  const from = columnOf(board, id);
  const card = from?.cards.find((one) => one.id === id);
  if (!from || !card || from.stage_id === stage.id || !board.columns.some((column) => column.stage_id === stage.id)) {
    return board;
  }
  const there: Card = { ...card, win_probability_ppm: stage.win_probability_ppm, stage_entered_at: now, rot: 0 };
  return {
    ...board,
    columns: board.columns.map((column) => {
      if (column === from) {
        const cards = column.cards.filter((one) => one.id !== id);
        return { ...column, count: column.count - 1, ...tallied(column, [[card, -1]]), cards };
      }
      if (column.stage_id === stage.id) {
        const cards = [there, ...column.cards];
        return { ...column, count: column.count + 1, ...tallied(column, [[there, 1]]), cards };
      }
      return column;
    }),
  };
}

/** The board with a card as it was before its move. */
export function putBack(board: Board, card: Card, stageId: number): Board {
  const from = columnOf(board, card.id);
  const moved = from?.cards.find((one) => one.id === card.id);
  if (!from || !moved || from.stage_id === stageId) {
    return board;
  }
  return {
    ...board,
    columns: board.columns.map((column) => {
      if (column === from) {
        const cards = column.cards.filter((one) => one.id !== card.id);
        return { ...column, count: column.count - 1, ...tallied(column, [[moved, -1]]), cards };
      }
      if (column.stage_id === stageId) {
        const cards = [card, ...column.cards].toSorted(byEntered);
        return { ...column, count: column.count + 1, ...tallied(column, [[card, 1]]), cards };
      }
      return column;
    }),
  };
}
function byEntered(a: Card, b: Card): number {
  return (b.stage_entered_at ?? '').localeCompare(a.stage_entered_at ?? '') || b.id - a.id;
}

/** The board with what the server says of a changed opportunity. */
export function withRecord(board: Board, record: RecordRow): Board {
  return {
    ...board,
    columns: board.columns.map((column) => {
      const card = column.cards.find((one) => one.id === record.id);
      if (!card) {
        return column;
      }
      const fresh: Card = {
        ...card,
        version: record.version,
        amount_minor: typeof record.amount_minor === 'number' ? record.amount_minor : card.amount_minor,
        currency: (record.currency as string | null | undefined) ?? card.currency,
        base_minor: typeof record.base_minor === 'number' ? record.base_minor : card.base_minor,
        win_probability_ppm: (record.win_probability_ppm as number | null | undefined) ?? card.win_probability_ppm,
        expected_close_on: (record.expected_close_on as string | null | undefined) ?? null,
        stage_entered_at: (record.stage_entered_at as string | null | undefined) ?? card.stage_entered_at,
        slip_count: (record.slip_count as number | null | undefined) ?? card.slip_count,
      };
      const cards = column.cards.map((one) => (one === card ? fresh : one));
      const changes = [
        [card, -1],
        [fresh, 1],
      ] as const;
      return { ...column, ...tallied(column, changes), cards };
    }),
  };
}

/** Whole days since an instant, by the company's calendar. */
export function daysSince(instant: string | null, today: string, zone: string): number | null {
  return instant === null ? null : Math.max(0, daysBetween(dateOfInstant(instant, zone), today));
}

/** Where the arrow keys lead from a card. */
export interface Place {
  readonly column: number;
  readonly row: number;
}
export function nextPlace(columns: readonly Column[], place: Place, key: string): Place | null {
  const rows = columns[place.column]?.cards.length ?? 0;
  const clamp = (column: number, row: number): Place => ({
    column,
    row: Math.max(0, Math.min((columns[column]?.cards.length ?? 1) - 1, row)),
  });
  switch (key) {
    case 'ArrowDown':
      return clamp(place.column, place.row + 1);
    case 'ArrowUp':
      return clamp(place.column, place.row - 1);
    case 'Home':
      return clamp(place.column, 0);
    case 'End':
      return clamp(place.column, rows - 1);
    case 'ArrowRight':
    case 'ArrowLeft': {
      const step = key === 'ArrowRight' ? 1 : -1;
      for (let column = place.column + step; column >= 0 && column < columns.length; column += step) {
        if ((columns[column]?.cards.length ?? 0) > 0) {
          return clamp(column, place.row);
        }
      }
      return null;
    }
    default:
      return null;
  }
}
