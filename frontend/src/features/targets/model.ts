/** The grid of targets, without a page: sums, edits that can be undone, paste, merging with what others saved. Amounts are
 * integers: minor units for money, whole numbers for counts. */
import type { Grid, GridRow, Kind, SavedCell } from './api';

export const MONTHS = 12;

/** One place in the grid. */
export interface Place {
  readonly row: number;
  readonly month: number; // 0…11
}

/** One edit: what stood there and what stands there now. */
export interface Edit extends Place {
  readonly before: number;
  readonly after: number;
}

/** Amounts as they are shown, row by row; null where the person stood in another department. */
export type Amounts = readonly (readonly (number | null)[])[];

export function amountsOf(grid: Grid): Amounts {
  return grid.rows.map((row) => row.cells.map((cell) => (cell === null ? null : cell.amount)));
}

export function applyEdits(amounts: Amounts, edits: readonly Edit[], backwards = false): Amounts {
  const rows = amounts.map((row) => [...row]);
  for (const edit of backwards ? [...edits].reverse() : edits) {
    const row = rows[edit.row];
    if (row) {
      row[edit.month] = backwards ? edit.before : edit.after;
    }
  }
  return rows;
}

export function sum(values: readonly (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** Rows of a department and everything below it: the department's row comes first, deeper rows follow. */
export function branch(rows: readonly GridRow[], index: number): readonly number[] {
  const depth = rows[index]?.depth ?? 0;
  const found = [index];
  for (let at = index + 1; at < rows.length && (rows[at]?.depth ?? 0) > depth; at += 1) {
    found.push(at);
  }
  return found;
}

/** A department's total by month: its own share, its people and the departments below. */
export function branchTotals(rows: readonly GridRow[], amounts: Amounts, index: number): readonly number[] {
  const members = branch(rows, index);
  return Array.from({ length: MONTHS }, (_, month) => sum(members.map((row) => amounts[row]?.[month] ?? null)));
}

/** Everything shown, by month. */
export function grandTotals(amounts: Amounts): readonly number[] {
  return Array.from({ length: MONTHS }, (_, month) => sum(amounts.map((row) => row[month] ?? null)));
}

export function quarterSums(months: readonly (number | null)[]): readonly number[] {
  return [0, 3, 6, 9].map((from) => sum(months.slice(from, from + 3)));
}

const UNITS: Readonly<Record<string, number>> = { '': 1, 万: 10_000, 亿: 100_000_000, k: 1_000, m: 1_000_000 };

/** What people type or paste: "500,000", "¥1.2万", "1,234.5", "(500)". Undefined when it is no amount. Exact: no floats. */
export function parseAmount(text: string, kind: Kind): number | undefined {
  const plain = text.trim().replace(/[\s,，¥$￥]/g, '');
  if (plain === '' || plain === '-' || plain === '—') {
    return 0;
  }
  const match = /^(\(?-?)(\d+)(?:\.(\d+))?(万|亿|k|m)?元?\)?$/i.exec(plain);
  if (!match) {
    return undefined;
  }
  const [, sign = '', whole = '0', fraction = '', unit = ''] = match;
  const scale = BigInt(UNITS[unit.toLowerCase()] ?? 1) * (kind === 'money' ? 100n : 1n);
  const digits = BigInt(whole + fraction) * scale;
  const divisor = 10n ** BigInt(fraction.length);
  if (digits % divisor !== 0n) {
    return undefined;
  }
  const amount = Number(digits / divisor);
  return Number.isSafeInteger(amount) ? (sign === '' ? amount : -amount) : undefined;
}

/** Rows and columns of a copied range. */
export function parseTable(text: string): readonly (readonly string[])[] {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t'));
}

/** Edits of a paste at a place; cells that are not amounts, not there or not editable are left out and counted. */
export function pasteEdits(
  rows: readonly GridRow[],
  amounts: Amounts,
  at: Place,
  text: string,
  kind: Kind,
): { readonly edits: readonly Edit[]; readonly refused: number } {
  const edits: Edit[] = [];
  let refused = 0;
  parseTable(text).forEach((cells, down) => {
    cells.forEach((cell, across) => {
      const edit = editOf(rows, amounts, { row: at.row + down, month: at.month + across }, parseAmount(cell, kind));
      if (edit === undefined) {
        refused += 1;
      } else {
        edits.push(edit);
      }
    });
  });
  return { edits, refused };
}

/** The edit that puts an amount at a place; undefined where that is not possible. */
export function editOf(
  rows: readonly GridRow[],
  amounts: Amounts,
  place: Place,
  after: number | undefined,
): Edit | undefined {
  const row = rows[place.row];
  const before = amounts[place.row]?.[place.month];
  const possible = row?.can_edit === true && before !== null && before !== undefined && after !== undefined;
  if (!possible || (row.subject_kind === 'user' && after < 0)) {
    return undefined;
  }
  return { ...place, before, after };
}

/** A range between two corners. */
export function places(a: Place, b: Place): readonly Place[] {
  const found: Place[] = [];
  for (let row = Math.min(a.row, b.row); row <= Math.max(a.row, b.row); row += 1) {
    for (let month = Math.min(a.month, b.month); month <= Math.max(a.month, b.month); month += 1) {
      found.push({ row, month });
    }
  }
  return found;
}

/** The cells that differ from what was loaded, with the versions they were made from. */
export function changedCells(grid: Grid, amounts: Amounts): readonly SavedCell[] {
  return grid.rows.flatMap((row, index) =>
    row.cells.flatMap((cell, month) => {
      const amount = amounts[index]?.[month];
      if (cell === null || amount === null || amount === undefined || amount === cell.amount) {
        return [];
      }
      return [
        {
          subject_kind: row.subject_kind,
          subject_id: row.subject_id,
          month: month + 1,
          amount,
          version: cell.version,
        },
      ];
    }),
  );
}

/** The grid with the stored amounts and versions of some cells: after a save, or from a conflict. */
export function withStored(grid: Grid, stored: readonly SavedCell[]): Grid {
  const key = (kind: string, id: number, month: number): string => `${kind}/${id}/${month}`;
  const known = new Map(stored.map((cell) => [key(cell.subject_kind, cell.subject_id, cell.month), cell]));
  return {
    ...grid,
    rows: grid.rows.map((row) => ({
      ...row,
      cells: row.cells.map((cell, month) => {
        const now = cell && known.get(key(row.subject_kind, row.subject_id, month + 1));
        return now ? { amount: now.amount, version: now.version } : cell;
      }),
    })),
  };
}
