import { describe, expect, it } from 'vitest';
import type { Grid, GridRow } from './api';
import {
  amountsOf,
  applyEdits,
  changedCells,
  editOf,
  mergeFresh,
  NO_HISTORY,
  quarters,
  stepBack,
  stepForth,
  sum,
  totalsOf,
  withDone,
  withStored,
  type Work,
} from './model';

function row(kind: 'user' | 'department', id: number, depth: number, amount: number, canEdit = true): GridRow {
  return {
    subject_kind: kind,
    subject_id: id,
    name: `${kind} ${id}`,
    depth,
    parent_id: null,
    can_edit: canEdit,
    cells: Array.from({ length: 12 }, () => ({ amount, version: 1 })),
  };
}
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
    row('department', 3, 1, 5),
  ],
};
const amounts = amountsOf(grid);
const work: Work = { grid, amounts, history: NO_HISTORY, conflicts: [] };

/** The grid after others saved amounts: [row, month, amount]. */
function savedBy(others: readonly (readonly [number, number, number])[], from = grid): Grid {
  return {
    ...from,
    rows: from.rows.map((one, index) => ({
      ...one,
      cells: one.cells.map((cell, month) => {
        const now = others.find(([at, on]) => at === index && on === month);
        return now && cell ? { amount: now[2], version: cell.version + 1 } : cell;
      }),
    })),
  };
}
function changed(at: number, month: number, after: number, from = work): Work {
  const edit = editOf(from.grid.rows, from.amounts, { row: at, month }, after)!;
  return { ...from, amounts: applyEdits(from.amounts, [edit]), history: withDone(from.history, [edit]) };
}

describe('sums', () => {
  it('a department has its own share, its people and what is below', () => {
    const { branches, all } = totalsOf(grid.rows, amounts);
    expect(branches.get(0)?.[0]).toBe(135);
    expect(branches.get(2)?.[5]).toBe(23);
    expect(branches.get(4)?.[5]).toBe(5);
    expect(all[11]).toBe(135);
  });
  it('quarters add up to the year, also in amounts that no fraction holds exactly', () => {
    const months = Array.from({ length: 12 }, (_, month) => 100_719_925_474_099 + month * 10_000_000_007);
    expect(sum(quarters(months))).toBe(sum(months));
    expect(BigInt(sum(months))).toBe(months.reduce((total, month) => total + BigInt(month), 0n));
    expect(quarters([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])).toEqual([6, 15, 24, 33]);
  });
  it('the company equals its departments and people for any tree', () => {
    let seed = 20261124;
    const next = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let round = 0; round < 50; round += 1) {
      let depth = 0;
      const rows = Array.from({ length: 40 }, (_, id) => {
        depth = id === 0 ? 0 : Math.min(depth + 1, 1 + next(6));
        return row(id % 3 === 0 ? 'department' : 'user', id, depth, next(1_000_000_000));
      });
      const { all, branches } = totalsOf(rows, amountsOf({ ...grid, rows }));
      expect(sum(all)).toBe(sum(rows.flatMap((one) => one.cells.map((cell) => cell?.amount ?? 0))));
      expect(branches.get(0)).toEqual(all);
    }
  });
});

describe('changes', () => {
  it('respect who may change what, and people cannot aim below nothing', () => {
    expect(editOf(grid.rows, amounts, { row: 3, month: 0 }, 5)).toBeUndefined();
    expect(editOf(grid.rows, amounts, { row: 1, month: 0 }, -5)).toBeUndefined();
    expect(editOf(grid.rows, amounts, { row: 1, month: 0 }, undefined)).toBeUndefined();
    expect(editOf(grid.rows, amounts, { row: 0, month: 0 }, -5)?.after).toBe(-5);
    const absent: Grid = { ...grid, rows: [{ ...grid.rows[1]!, cells: Array<null>(12).fill(null) }] };
    expect(editOf(absent.rows, amountsOf(absent), { row: 0, month: 0 }, 5)).toBeUndefined();
  });
  it('can be undone and done again, step by step; a new change forgets what was undone', () => {
    const twice = changed(1, 0, 9, changed(0, 3, 50));
    const undone = stepBack(twice.history);
    const before = applyEdits(twice.amounts, undone.edits, true);
    expect(before[1]?.[0]).toBe(7);
    expect(before[0]?.[3]).toBe(50);
    expect(applyEdits(before, stepForth(undone.history).edits)).toEqual(twice.amounts);
    expect(withDone(undone.history, undone.edits).future).toEqual([]);
  });
  it('nothing to undo changes nothing', () => {
    expect(stepBack(NO_HISTORY)).toEqual({ edits: [], history: NO_HISTORY });
    expect(stepForth(NO_HISTORY)).toEqual({ edits: [], history: NO_HISTORY });
  });
});

describe('saving', () => {
  it('sends only what changed, and takes what is stored', () => {
    const now = changed(1, 2, 9);
    const cells = changedCells(grid, now.amounts);
    expect(cells).toEqual([{ subject_kind: 'user', subject_id: 10, month: 3, amount: 9, version: 1 }]);
    const stored = withStored(grid, [{ ...cells[0]!, version: 2 }]);
    expect(changedCells(stored, now.amounts)).toEqual([]);
    expect(stored.rows[1]?.cells[2]).toEqual({ amount: 9, version: 2 });
  });
});

describe('meeting what others saved', () => {
  it('cells that I did not touch show theirs, without a word', () => {
    const met = mergeFresh(changed(1, 2, 9), savedBy([[0, 0, 500]]));
    expect(met.amounts[0]?.[0]).toBe(500);
    expect(met.amounts[1]?.[2]).toBe(9);
    expect(met.conflicts).toEqual([]);
    expect(changedCells(met.grid, met.amounts)).toHaveLength(1);
  });
  it('cells that both changed keep mine, show theirs, and are saved from the new version', () => {
    const met = mergeFresh(changed(1, 2, 9), savedBy([[1, 2, 8]]));
    expect(met.conflicts).toEqual([{ row: 1, month: 2, theirs: 8 }]);
    expect(changedCells(met.grid, met.amounts)).toEqual([
      { subject_kind: 'user', subject_id: 10, month: 3, amount: 9, version: 2 },
    ]);
  });
  it('a conflict stays until I choose or both agree', () => {
    const fresh = savedBy([[1, 2, 8]]);
    const met = mergeFresh(changed(1, 2, 9), fresh);
    expect(mergeFresh(met, fresh).conflicts).toHaveLength(1);
    expect(mergeFresh(met, savedBy([[1, 2, 6]], fresh)).conflicts).toEqual([{ row: 1, month: 2, theirs: 6 }]);
    expect(mergeFresh(met, savedBy([[1, 2, 9]], fresh)).conflicts).toEqual([]);
    expect(mergeFresh({ ...met, conflicts: [] }, fresh).conflicts).toEqual([]);
  });
  it('the same amount from two people is no conflict', () => {
    const met = mergeFresh(changed(1, 2, 9), savedBy([[1, 2, 9]]));
    expect(met.conflicts).toEqual([]);
    expect(changedCells(met.grid, met.amounts)).toEqual([]);
  });
  it('follows rows that stand elsewhere now, in amounts and in what can be undone', () => {
    const mine = changed(1, 2, 9);
    const met = mergeFresh(mine, { ...grid, rows: [grid.rows[0]!, row('user', 99, 1, 1), ...grid.rows.slice(1)] });
    expect(met.amounts[2]?.[2]).toBe(9);
    expect(met.amounts[1]?.[2]).toBe(1);
    expect(applyEdits(met.amounts, stepBack(met.history).edits, true)[2]?.[2]).toBe(7);
    expect(mergeFresh(mine, { ...grid, rows: [grid.rows[0]!] }).history.past).toEqual([]);
  });
});
