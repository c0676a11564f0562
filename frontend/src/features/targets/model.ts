/** The sheet of targets without a page: sums, what can be changed and how, and meeting what others saved. */
import type { Grid, GridRow, SavedCell } from './api';

export const MONTHS = 12;

/** One amount: a row of the grid and a month, 0…11. */
export interface Place {
  readonly row: number;
  readonly month: number;
}
/** One change: what stood there and what stands there now. */
export interface Edit extends Place {
  readonly before: number;
  readonly after: number;
}
/** Amounts as shown, row by row; null in months that the person spends in another department. */
export type Amounts = readonly (readonly (number | null)[])[];

/** What was done and may be undone, and what was undone and may be done again. */
export interface History {
  readonly past: readonly (readonly Edit[])[];
  readonly future: readonly (readonly Edit[])[];
}
export const NO_HISTORY: History = { past: [], future: [] };

/** Somebody else saved another amount in a cell that I changed: mine stays until I choose. */
export interface Conflict extends Place {
  readonly theirs: number;
}

export function amountsOf(grid: Grid): Amounts {
  return grid.rows.map((row) => row.cells.map((cell) => cell && cell.amount));
}

/** A person who moved stands in several departments, so the department is part of a row's name. */
export function rowKey(row: GridRow): string {
  return `${row.subject_kind}/${row.subject_id}/${row.parent_id ?? ''}`;
}

// --- sums --------------------------------------------------------------------------------------------------------

export function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

export function quarters(months: readonly (number | null)[]): readonly number[] {
  return [0, 3, 6, 9].map((from) => sum(months.slice(from, from + 3)));
}

export interface Totals {
  readonly branches: ReadonlyMap<number, readonly number[]>; // by row of the department: all below it, by month
  readonly all: readonly number[]; // everything shown, by month
}

/** A department's total is its own share, its people and the departments below. Rows stand in the order of the tree. */
export function totalsOf(rows: readonly GridRow[], amounts: Amounts): Totals {
  const branches = new Map<number, number[]>();
  const all = Array<number>(MONTHS).fill(0);
  const above: { readonly depth: number; readonly months: number[] }[] = [];
  rows.forEach((row, index) => {
    while ((above.at(-1)?.depth ?? -1) >= row.depth) {
      above.pop();
    }
    if (row.subject_kind === 'department') {
      const months = Array<number>(MONTHS).fill(0);
      branches.set(index, months);
      above.push({ depth: row.depth, months });
    }
    amounts[index]?.forEach((amount, month) => {
      [all, ...above.map((department) => department.months)].forEach((months) => {
        months[month] = (months[month] ?? 0) + (amount ?? 0);
      });
    });
  });
  return { branches, all };
}

// --- changes -----------------------------------------------------------------------------------------------------

/** The change that puts an amount at a place; undefined where that is not possible. People cannot aim below nothing. */
export function editOf(
  rows: readonly GridRow[],
  amounts: Amounts,
  place: Place,
  after: number | undefined,
): Edit | undefined {
  const row = rows[place.row];
  const before = amounts[place.row]?.[place.month];
  if (row?.can_edit !== true || before === null || before === undefined || after === undefined) {
    return undefined;
  }
  if (row.subject_kind === 'user' && after < 0) {
    return undefined;
  }
  return { row: place.row, month: place.month, before, after };
}

export function applyEdits(amounts: Amounts, edits: readonly Edit[], backwards = false): Amounts {
  const rows = [...amounts];
  for (const edit of backwards ? [...edits].reverse() : edits) {
    const row = rows[edit.row];
    if (row) {
      rows[edit.row] = row.with(edit.month, backwards ? edit.before : edit.after);
    }
  }
  return rows;
}

export function withDone(history: History, edits: readonly Edit[]): History {
  return { past: [...history.past, edits], future: [] };
}

interface Step {
  readonly edits: readonly Edit[]; // to apply, backwards for a step back
  readonly history: History;
}

export function stepBack(history: History): Step {
  const edits = history.past.at(-1);
  return edits
    ? { edits, history: { past: history.past.slice(0, -1), future: [...history.future, edits] } }
    : { edits: [], history };
}

export function stepForth(history: History): Step {
  const edits = history.future.at(-1);
  return edits
    ? { edits, history: { past: [...history.past, edits], future: history.future.slice(0, -1) } }
    : { edits: [], history };
}

// --- saving, and meeting what others saved -----------------------------------------------------------------------

/** The cells that differ from what is stored, with the versions they were made from. */
export function changedCells(grid: Grid, amounts: Amounts): readonly SavedCell[] {
  return grid.rows.flatMap((row, index) =>
    row.cells.flatMap((cell, month) => {
      const amount = amounts[index]?.[month];
      if (cell === null || amount === null || amount === undefined || amount === cell.amount) {
        return [];
      }
      const { subject_kind, subject_id } = row;
      return [{ subject_kind, subject_id, month: month + 1, amount, version: cell.version }];
    }),
  );
}

/** The grid after a save: the saved cells are stored now, with their new versions. */
export function withStored(grid: Grid, saved: readonly SavedCell[]): Grid {
  const nameOf = (kind: string, id: number, month: number): string => `${kind}/${id}/${month}`;
  const known = new Map(saved.map((cell) => [nameOf(cell.subject_kind, cell.subject_id, cell.month), cell]));
  return {
    ...grid,
    rows: grid.rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell, month) => {
        const now = cell && known.get(nameOf(row.subject_kind, row.subject_id, month + 1));
        return now ? { amount: now.amount, version: now.version } : cell;
      }),
    })),
  };
}

/** What a person works on. */
export interface Work {
  readonly grid: Grid; // as stored when last read
  readonly amounts: Amounts;
  readonly history: History;
  readonly conflicts: readonly Conflict[];
}

/** The same history for rows that stand elsewhere now. */
function moved(history: History, places: readonly (number | undefined)[]): History {
  const moveEdit = (edit: Edit): readonly Edit[] => {
    const row = places[edit.row];
    return row === undefined ? [] : [{ ...edit, row }];
  };
  const move = (steps: History['past']): History['past'] =>
    steps.map((edits) => edits.flatMap(moveEdit)).filter((edits) => edits.length > 0);
  return { past: move(history.past), future: move(history.future) };
}

/** Takes in what is stored now. Cells that I did not touch show what others saved. Cells that I changed stay as I left
 * them; where somebody saved another amount meanwhile there is a conflict, until both are equal or I have chosen. */
export function mergeFresh(work: Work, fresh: Grid): Work {
  const places = new Map(fresh.rows.map((row, index) => [rowKey(row), index]));
  const newPlaces = work.grid.rows.map((row) => places.get(rowKey(row)));
  const oldPlaces = new Map(newPlaces.flatMap((now, old) => (now === undefined ? [] : [[now, old] as const])));
  const open = new Set(work.conflicts.map((one) => `${newPlaces[one.row]}/${one.month}`));
  const conflicts: Conflict[] = [];
  const amounts = fresh.rows.map((row, index) =>
    row.cells.map((cell, month) => {
      const old = oldPlaces.get(index) ?? -1;
      const base = work.grid.rows[old]?.cells[month]?.amount;
      const mine = work.amounts[old]?.[month];
      if (cell === null || mine === null || mine === undefined || mine === base) {
        return cell && cell.amount;
      }
      if (mine !== cell.amount && (cell.amount !== base || open.has(`${index}/${month}`))) {
        conflicts.push({ row: index, month, theirs: cell.amount });
      }
      return mine;
    }),
  );
  return { grid: fresh, amounts, history: moved(work.history, newPlaces), conflicts };
}
