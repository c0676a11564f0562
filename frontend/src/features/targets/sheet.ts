/** The sheet as it lies on the page: lines and columns, ranges, copying, pasting, filling. Pure. */
import { readAmount, readTable, writeAmount, type Unit } from './amounts';
import type { GridRow } from './api';
import { editOf, MONTHS, quarters, rowKey, sum, type Amounts, type Edit, type Place, type Totals } from './model';

/** Columns: the year, its months, its quarters. */
export const FIRST_MONTH = 1;
export const FIRST_QUARTER = FIRST_MONTH + MONTHS;
export const COLUMNS = FIRST_QUARTER + 4;

/** One line: the total of a department, or a row of the grid (a person, or what a department keeps itself). */
export interface Line {
  readonly kind: 'total' | 'row';
  readonly row: number;
}
/** One cell of the page. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}
export interface Range {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}
/** What the functions below work on. */
export interface Sheet {
  readonly rows: readonly GridRow[];
  readonly lines: readonly Line[];
  readonly amounts: Amounts;
  readonly totals: Totals;
  readonly unit: Unit;
}

/** A department shows its total, its own share, its people and its departments; a folded one the total alone. */
export function linesOf(rows: readonly GridRow[], folded: ReadonlySet<string>): readonly Line[] {
  const lines: Line[] = [];
  let hiddenBelow = Infinity;
  rows.forEach((row, index) => {
    if (row.depth > hiddenBelow) {
      return;
    }
    hiddenBelow = Infinity;
    if (row.subject_kind === 'department') {
      lines.push({ kind: 'total', row: index });
      if (folded.has(rowKey(row))) {
        hiddenBelow = row.depth;
        return;
      }
    }
    lines.push({ kind: 'row', row: index });
  });
  return lines;
}

/** The amounts of a line by month. */
export function monthsAt(sheet: Sheet, line: Line): readonly (number | null)[] {
  return (line.kind === 'total' ? sheet.totals.branches.get(line.row) : sheet.amounts[line.row]) ?? [];
}

/** The seventeen figures of a line: year, months, quarters. Null where a month is not the row's. */
export function figuresOf(months: readonly (number | null)[]): readonly (number | null)[] {
  return [sum(months), ...months, ...quarters(months)];
}

/** The amount that a spot stands for, where it can hold one. */
export function placeAt(sheet: Sheet, spot: Spot): Place | null {
  const line = sheet.lines[spot.line];
  const isMonth = spot.column >= FIRST_MONTH && spot.column < FIRST_QUARTER;
  return line?.kind === 'row' && isMonth ? { row: line.row, month: spot.column - FIRST_MONTH } : null;
}

export function rangeOf(a: Spot, b: Spot): Range {
  return {
    top: Math.min(a.line, b.line),
    bottom: Math.max(a.line, b.line),
    left: Math.min(a.column, b.column),
    right: Math.max(a.column, b.column),
  };
}

export function isIn(range: Range, line: number, column: number): boolean {
  return line >= range.top && line <= range.bottom && column >= range.left && column <= range.right;
}

function spotsOf(range: Range): readonly Spot[] {
  const width = range.right - range.left + 1;
  return Array.from({ length: width * (range.bottom - range.top + 1) }, (_, index) => ({
    line: range.top + Math.floor(index / width),
    column: range.left + (index % width),
  }));
}

export interface Changes {
  readonly edits: readonly Edit[];
  readonly refused: number; // amounts that had no place to go
}

function changesFor(sheet: Sheet, wanted: readonly (readonly [Spot, number | undefined])[]): Changes {
  const tried = wanted.map(([spot, amount]) => {
    const place = placeAt(sheet, spot);
    return place ? editOf(sheet.rows, sheet.amounts, place, amount) : undefined;
  });
  const edits = tried.filter((edit): edit is Edit => edit !== undefined);
  return { edits, refused: tried.length - edits.length };
}

/** One amount in every cell of a range that can take it. */
export function setAll(sheet: Sheet, range: Range, amount: number): Changes {
  const spots = spotsOf(range).filter((spot) => placeAt(sheet, spot));
  return changesFor(
    sheet,
    spots.map((spot) => [spot, amount]),
  );
}

/** A copied table from the range's first cell on; a single copied cell goes into the whole range. */
export function paste(sheet: Sheet, range: Range, text: string): Changes {
  const table = readTable(text).map((row) => row.map((cell) => readAmount(cell, sheet.unit)));
  const [[only] = []] = table;
  if (table.length === 1 && table[0]?.length === 1 && only !== undefined) {
    return setAll(sheet, range, only);
  }
  return changesFor(
    sheet,
    table.flatMap((row, down) =>
      row.map((amount, across) => [{ line: range.top + down, column: range.left + across }, amount] as const),
    ),
  );
}

/** A range as a spreadsheet takes it. */
export function copy(sheet: Sheet, range: Range): string {
  return sheet.lines
    .slice(range.top, range.bottom + 1)
    .map((line) =>
      figuresOf(monthsAt(sheet, line))
        .slice(range.left, range.right + 1)
        .map((amount) => (amount === null ? '' : writeAmount(amount, sheet.unit)))
        .join('\t'),
    )
    .join('\n');
}

/** Repeats the source range over the target range, which contains it or lies beside it. */
export function fill(sheet: Sheet, source: Range, target: Range): Changes {
  const height = source.bottom - source.top + 1;
  const width = source.right - source.left + 1;
  const origin = (spot: Spot): Spot => ({
    line: source.top + ((((spot.line - source.top) % height) + height) % height),
    column: source.left + ((((spot.column - source.left) % width) + width) % width),
  });
  const spots = spotsOf(target).filter(
    (spot) => !isIn(source, spot.line, spot.column) && placeAt(sheet, spot) !== null,
  );
  return changesFor(
    sheet,
    spots.map((spot) => {
      const from = origin(spot);
      const line = sheet.lines[from.line];
      return [spot, (line && figuresOf(monthsAt(sheet, line))[from.column]) ?? undefined];
    }),
  );
}

/** The range that dragging the handle of `source` to a spot asks for: longer in one direction. */
export function stretched(source: Range, to: Spot): Range {
  const down = Math.max(to.line - source.bottom, source.top - to.line, 0);
  const across = Math.max(to.column - source.right, source.left - to.column, 0);
  return down >= across
    ? { ...source, top: Math.min(source.top, to.line), bottom: Math.max(source.bottom, to.line) }
    : { ...source, left: Math.min(source.left, to.column), right: Math.max(source.right, to.column) };
}

/** What is drawn of a long list: the lines of the window and the line with the focus; the rest is empty space. */
export function drawn(
  count: number,
  from: number,
  to: number,
  focused: number,
): readonly ({ readonly line: number } | { readonly gap: number; readonly after: number })[] {
  const shown = new Set([focused, ...Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)]);
  const sorted = [...shown].filter((line) => line >= 0 && line < count).sort((a, b) => a - b);
  let next = 0;
  const parts = sorted.flatMap((line) => {
    const gap = line - next;
    next = line + 1;
    return gap > 0 ? [{ gap, after: line - gap }, { line }] : [{ line }];
  });
  return next < count ? [...parts, { gap: count - next, after: next }] : parts;
}
