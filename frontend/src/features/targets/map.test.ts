import { expect, test } from 'vitest';
import {
  factsOfCell,
  foldedAtFirst,
  heatOf,
  isAhead,
  percentOf,
  shownRows,
  type CompletionMap,
  type MapRow,
} from './map';

const cell = (completion_ppm: number | null) => ({ target: 1, actual: 0, completion_ppm });
const row = (kind: MapRow['kind'], id: number, depth: number, department_id: number | null = 1): MapRow => ({
  kind,
  id,
  depth,
  department_id,
  name: String(id),
  target: 0,
  actual: 0,
  completion_ppm: null,
  cells: [],
});
const map: CompletionMap = {
  year: 2026,
  measure: 'signed_amount',
  kind: 'money',
  as_of: '2026-02-10',
  months: Array.from({ length: 13 }, (_, at) =>
    at === 12 ? '2027-01-01' : `2026-${String(at + 1).padStart(2, '0')}-01`,
  ),
  rows: [],
};

test('colours go by completion', () => {
  expect([null, 0, 499_999, 500_000, 800_000, 999_999, 1_000_000].map((ppm) => heatOf(cell(ppm)))).toEqual([
    'none',
    'below50',
    'below50',
    'below80',
    'below100',
    'below100',
    'reached',
  ]);
});

test('what is not quite reached is not rounded up', () => {
  expect([null, 996_000, 1_000_000].map((ppm) => percentOf(cell(ppm)))).toEqual(['—', '99%', '100%']);
});

test('what has not begun has no completion yet', () => {
  expect(isAhead(map, 1, cell(0))).toBe(false);
  expect(isAhead(map, 2, cell(0))).toBe(true);
  expect(isAhead(map, 2, { target: 1, actual: 5, completion_ppm: 1 })).toBe(false);
});

test('a folded department hides all below it', () => {
  const rows = [
    row('total', 1, 0),
    row('user', 7, 1),
    row('total', 2, 1, 2),
    row('user', 8, 2, 2),
    row('total', 3, 1, 3),
  ];
  expect(shownRows(rows, new Set()).length).toBe(5);
  expect(shownRows(rows, new Set([2])).map((one) => one.id)).toEqual([1, 7, 2, 3]);
  expect(shownRows(rows, new Set([1])).map((one) => one.id)).toEqual([1]);
  expect(foldedAtFirst(rows).size).toBe(0);
  const many = [...rows, ...Array.from({ length: 90 }, (_, at) => row('user', 100 + at, 2, 3))];
  expect([...foldedAtFirst(many)]).toEqual([2, 3]);
});

test('a figure opens its rows', () => {
  const february = { year: 2026, measure: 'signed_amount', from_on: '2026-02-01', to_on: '2026-03-01' };
  expect(factsOfCell(map, row('user', 7, 1), 1)).toEqual({ ...february, department_id: 1, user_id: 7 });
  expect(factsOfCell(map, row('own', 1, 1), 1)).toEqual({ ...february, department_id: 1, user_id: 0 });
  expect(factsOfCell(map, row('total', 1, 0), null)).toEqual({
    ...february,
    from_on: '2026-01-01',
    to_on: '2027-01-01',
    department_id: 1,
  });
  expect(factsOfCell(map, row('user', 7, 1, null), 1)).toEqual({ ...february, user_id: 7 });
});
