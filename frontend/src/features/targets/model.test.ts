import { describe, expect, it } from 'vitest';
import type { Grid, GridRow } from './api';
import {
  amountsOf,
  applyEdits,
  branchTotals,
  changedCells,
  editOf,
  grandTotals,
  parseAmount,
  pasteEdits,
  places,
  quarterSums,
  withStored,
} from './model';

const row = (
  subject_kind: 'user' | 'department',
  subject_id: number,
  depth: number,
  amount: number,
  can_edit = true,
): GridRow => ({
  subject_kind,
  subject_id,
  name: `${subject_kind} ${subject_id}`,
  depth,
  parent_id: null,
  can_edit,
  cells: Array.from({ length: 12 }, () => ({ amount, version: 1 })),
});
const grid: Grid = {
  year: 2026,
  measure: 'signed_amount',
  kind: 'money',
  months: [],
  rows: [
    row('department', 1, 0, 100),
    row('user', 10, 1, 7),
    row('department', 2, 1, 20),
    row('user', 11, 2, 3, false),
  ],
};

describe('amounts people write', () => {
  it.each([
    ['500,000', 50_000_000],
    ['¥1.2万', 1_200_000],
    ['3亿', 30_000_000_000],
    ['0.1', 10],
    ['(500)', -50_000],
    ['', 0],
    ['—', 0],
  ])('%s', (text, amount) => expect(parseAmount(text, 'money')).toBe(amount));
  it('refuses what is no amount, or finer than a cent', () => {
    expect(parseAmount('abc', 'money')).toBeUndefined();
    expect(parseAmount('1.005', 'money')).toBeUndefined();
    expect(parseAmount('1.5', 'count')).toBeUndefined();
    expect(parseAmount('1.5万', 'count')).toBe(15_000);
  });
});

describe('sums', () => {
  it('a department has its own share, its people and what is below', () => {
    expect(branchTotals(grid.rows, amountsOf(grid), 0)[0]).toBe(130);
    expect(branchTotals(grid.rows, amountsOf(grid), 2)[5]).toBe(23);
    expect(grandTotals(amountsOf(grid))[11]).toBe(130);
  });
  it('quarters add up to the year', () => {
    expect(quarterSums([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])).toEqual([6, 15, 24, 33]);
  });
});

describe('edits', () => {
  it('can be undone', () => {
    const before = amountsOf(grid);
    const { edits, refused } = pasteEdits(grid.rows, before, { row: 1, month: 10 }, '1\t2\t3\n4\tx', 'money');
    expect([edits.length, refused]).toEqual([3, 2]);
    const after = applyEdits(before, edits);
    expect(after[1]?.slice(10)).toEqual([100, 200]);
    expect(applyEdits(after, edits, true)).toEqual(before);
  });
  it('respect who may edit, and people cannot aim below nothing', () => {
    expect(editOf(grid.rows, amountsOf(grid), { row: 3, month: 0 }, 5)).toBeUndefined();
    expect(editOf(grid.rows, amountsOf(grid), { row: 1, month: 0 }, -5)).toBeUndefined();
    expect(editOf(grid.rows, amountsOf(grid), { row: 0, month: 0 }, -5)?.after).toBe(-5);
  });
  it('a range has its corners in any order', () => {
    expect(places({ row: 1, month: 3 }, { row: 0, month: 2 })).toHaveLength(4);
  });
});

describe('saving', () => {
  it('sends only what changed, and takes what is stored', () => {
    const amounts = applyEdits(amountsOf(grid), [{ row: 1, month: 2, before: 7, after: 9 }]);
    const cells = changedCells(grid, amounts);
    expect(cells).toEqual([{ subject_kind: 'user', subject_id: 10, month: 3, amount: 9, version: 1 }]);
    const stored = withStored(grid, [{ ...cells[0]!, version: 2 }]);
    expect(changedCells(stored, amounts)).toEqual([]);
    expect(stored.rows[1]?.cells[2]).toEqual({ amount: 9, version: 2 });
  });
});
