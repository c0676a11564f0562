import { describe, expect, it } from 'vitest';
import type { Board, Card, Pipeline, Stage } from './api';
import {
  boardFilter,
  cardOf,
  chosenPipeline,
  columnOf,
  daysSince,
  listFilter,
  moveCard,
  nextPlace,
  putBack,
  scopeOf,
  scopeQuery,
  weightedOf,
  withCard,
  withRecord,
} from './model';

function card(id: number, more: Partial<Card> = {}): Card {
  return {
    id,
    version: 1,
    name: `Deal ${id}`,
    customer_id: 1,
    customer_name: 'C',
    owner_id: 1,
    owner_name: 'O',
    amount_minor: 100_00,
    currency: 'CNY',
    base_minor: 100_00,
    win_probability_ppm: 100_000,
    expected_close_on: '2026-06-30',
    stage_entered_at: `2026-01-0${id}T00:00:00.000Z`,
    last_activity_at: null,
    next_step: null,
    next_step_on: null,
    slip_count: 0,
    rot: 2,
    ...more,
  };
}
function stage(id: number, more: Partial<Stage> = {}): Stage {
  return {
    id,
    name: `S${id}`,
    kind: 'open',
    win_probability_ppm: 500_000,
    forecast_category: 'pipeline',
    usual_days: null,
    longest_days: null,
    required_fields: [],
    enter_role_ids: [],
    leave_role_ids: [],
    guide: [],
    plan: [],
    ...more,
  };
}
const NOTHING = { currency: 'CNY', amount_minor: 0, weighted_minor: 0 };
const board: Board = {
  pipeline_id: 1,
  more: false,
  columns: [
    {
      stage_id: 1,
      count: 9, // more than the cards
      sums: [{ currency: 'CNY', amount_minor: 900_00, weighted_minor: 90_00 }],
      total: { currency: 'CNY', amount_minor: 1_500_00, weighted_minor: 150_00 },
      cards: [card(3), card(2), card(1, { currency: 'USD', base_minor: 700_00 })],
    },
    { stage_id: 2, count: 0, sums: [], total: NOTHING, cards: [] },
    { stage_id: 3, count: 1, sums: [], total: NOTHING, cards: [card(4)] },
  ],
};
const NOW = '2026-02-01T00:00:00.000Z';

describe('weighted', () => {
  it('rounds half up to the minor unit', () => {
    expect(weightedOf(1, 500_000)).toBe(1);
    expect(weightedOf(1, 499_999)).toBe(0);
    expect(weightedOf(123_45, 333_333)).toBe(41_15);
    expect(weightedOf(9_000_000_000_000_00, 999_999)).toBe(8_999_991_000_000_00);
  });
  it('leaves what is hidden hidden', () => {
    const hidden = [{ currency: 'CNY', amount_minor: null, weighted_minor: null }];
    expect(withCard(hidden, card(1), 1)).toEqual(hidden);
    expect(withCard(hidden, card(1, { amount_minor: null }), 1)).toBe(hidden);
  });
});

describe('a move', () => {
  const moved = moveCard(board, 2, stage(2), NOW);
  it('takes the card along with its count and sums', () => {
    expect(moved.columns.map((column) => [column.count, column.cards.map((one) => one.id)])).toEqual([
      [8, [3, 1]],
      [1, [2]],
      [1, [4]],
    ]);
    expect(moved.columns[0]!.sums).toEqual([{ currency: 'CNY', amount_minor: 800_00, weighted_minor: 80_00 }]);
    expect(moved.columns[1]!.sums).toEqual([{ currency: 'CNY', amount_minor: 100_00, weighted_minor: 50_00 }]);
    expect(moved.columns.map((column) => column.total.amount_minor)).toEqual([1_400_00, 100_00, 0]);
    expect(cardOf(moved, 2)).toMatchObject({ win_probability_ppm: 500_000, stage_entered_at: NOW, rot: 0 });
  });
  it('counts a card in another currency by what it is worth in the company’s', () => {
    const [from, to] = moveCard(board, 1, stage(2), NOW).columns;
    expect([from!.total.amount_minor, to!.total]).toEqual([
      800_00,
      { currency: 'CNY', amount_minor: 700_00, weighted_minor: 350_00 },
    ]);
    expect(to!.sums).toEqual([{ currency: 'USD', amount_minor: 100_00, weighted_minor: 50_00 }]);
  });
  it('is taken back to the place it came from', () => {
    const back = putBack(moved, card(2), 1);
    expect(back.columns[0]).toEqual(board.columns[0]);
    expect(back.columns[1]!.count).toBe(0);
    expect(back.columns[1]!.cards).toEqual([]);
  });
  it('goes nowhere without a card or a column', () => {
    expect(moveCard(board, 99, stage(2), NOW)).toBe(board);
    expect(moveCard(board, 2, stage(77), NOW)).toBe(board);
    expect(moveCard(board, 2, stage(1), NOW)).toBe(board);
    expect(putBack(board, card(2), 1)).toBe(board);
    expect(columnOf(board, 99)).toBeUndefined();
  });
  it('ends with what the server says', () => {
    const record = {
      id: 2,
      version: 7,
      amount_minor: 200_00,
      base_minor: 200_00,
      win_probability_ppm: 500_000,
      expected_close_on: null,
    };
    const fresh = withRecord(moved, record);
    expect(cardOf(fresh, 2)).toMatchObject({ version: 7, amount_minor: 200_00, expected_close_on: null });
    expect(fresh.columns[1]!.sums).toEqual([{ currency: 'CNY', amount_minor: 200_00, weighted_minor: 100_00 }]);
  });
});

describe('keyboard', () => {
  it('walks the cards and passes over empty columns', () => {
    expect(nextPlace(board.columns, { column: 0, row: 0 }, 'ArrowDown')).toEqual({ column: 0, row: 1 });
    expect(nextPlace(board.columns, { column: 0, row: 2 }, 'ArrowDown')).toEqual({ column: 0, row: 2 });
    expect(nextPlace(board.columns, { column: 0, row: 2 }, 'ArrowRight')).toEqual({ column: 2, row: 0 });
    expect(nextPlace(board.columns, { column: 2, row: 0 }, 'ArrowRight')).toBeNull();
    expect(nextPlace(board.columns, { column: 0, row: 0 }, 'End')).toEqual({ column: 0, row: 2 });
    expect(nextPlace(board.columns, { column: 0, row: 0 }, 'x')).toBeNull();
  });
});

describe('scope', () => {
  it('survives the address', () => {
    const query = {
      show: 'timeline',
      pipeline: '4',
      owner: 'me',
      q: 'abc',
      f: '{"field":"source","op":"eq","value":"web"}',
      month: '2026-03',
      by: 'stage',
    };
    expect(scopeQuery(scopeOf(query))).toEqual(query);
  });
  it('falls back where the address makes no sense', () => {
    const scope = scopeOf({ show: 'x', pipeline: '-1', owner: 'you', month: '2026-13', by: 'y', f: '{' });
    expect(scope).toEqual({
      look: 'board',
      pipeline: null,
      owner: null,
      filter: null,
      q: '',
      month: null,
      group: 'owner',
    });
    expect(scopeQuery(scope)).toEqual({});
  });
  it('narrows the board and the list alike', () => {
    const scope = scopeOf({ owner: '7', f: '{"field":"source","op":"eq","value":"web"}' });
    expect(boardFilter(scope)).toEqual({
      all: [
        { field: 'owner_id', op: 'eq', value: 7 },
        { field: 'source', op: 'eq', value: 'web' },
      ],
    });
    expect(listFilter(scope, 2)).toEqual({
      all: [
        { field: 'pipeline_id', op: 'eq', value: 2 },
        { field: 'owner_id', op: 'eq', value: 7 },
      ],
    });
  });
  it('takes the chosen pipeline, else that of the department', () => {
    const pipeline = (id: number, is_own: boolean): Pipeline => ({
      id,
      name: '',
      is_default: !is_own,
      is_own,
      version: 1,
      department_ids: [],
      allow_skip: true,
      allow_back: true,
      stages: [],
    });
    const all = [pipeline(1, false), pipeline(2, true)];
    expect(chosenPipeline(all, 1)?.id).toBe(1);
    expect(chosenPipeline(all, null)?.id).toBe(2);
    expect(chosenPipeline([], 3)).toBeNull();
  });
});

it('counts days by the company’s calendar', () => {
  expect(daysSince('2026-01-01T17:00:00.000Z', '2026-01-03', 'Asia/Shanghai')).toBe(1);
  expect(daysSince('2026-01-01T15:00:00.000Z', '2026-01-03', 'Asia/Shanghai')).toBe(2);
  expect(daysSince(null, '2026-01-03', 'Asia/Shanghai')).toBeNull();
});
