import { describe, expect, it } from 'vitest';
import { readAmount, readTable, showAmount, writeAmount } from './amounts';
import type { Grid, GridRow } from './api';
import { amountsOf, applyEdits, rowKey, totalsOf } from './model';
import {
  copy,
  drawn,
  figuresOf,
  fill,
  linesOf,
  paste,
  placeAt,
  rangeOf,
  setAll,
  stretched,
  type Range,
  type Sheet,
} from './sheet';

function row(kind: 'user' | 'department', id: number, depth: number, amount: number, canEdit = true): GridRow {
  const cells = Array.from({ length: 12 }, () => ({ amount, version: 1 }));
  return { subject_kind: kind, subject_id: id, name: `${id}`, depth, parent_id: null, can_edit: canEdit, cells };
}
function sheetOf(rows: readonly GridRow[]): Sheet {
  const grid: Grid = { year: 2026, measure: 'm', kind: 'money', months: [], rows };
  const amounts = amountsOf(grid);
  return { rows, lines: linesOf(rows, new Set()), amounts, totals: totalsOf(rows, amounts), unit: 'CNY' };
}
const rows = [
  row('department', 1, 0, 10000),
  row('user', 10, 1, 200),
  row('user', 11, 1, 300),
  row('department', 2, 1, 0),
  row('user', 12, 2, 400, false),
];
// Lines: 0 total of 1, 1 own of 1, 2 and 3 people, 4 total of 2, 5 own of 2, 6 a person of 2.
const sheet = sheetOf(rows);
const cell = (line: number, column: number): Range => rangeOf({ line, column }, { line, column });

describe('amounts people write', () => {
  it.each([
    ['500,000', 50_000_000],
    ['¥1.2万', 1_200_000],
    ['３亿', 30_000_000_000],
    ['0.1', 10],
    ['(500)', -50_000],
    ['-12.34', -1_234],
    ['', 0],
    ['—', 0],
    ['1.5万元', 1_500_000],
  ])('%s', (text, amount) => expect(readAmount(text, 'CNY')).toBe(amount));
  it('what is no amount, or finer than the unit, is refused', () => {
    expect(['abc', '1.005', '()', '1-2'].map((text) => readAmount(text, 'CNY'))).toEqual(Array(4).fill(undefined));
    expect(readAmount('1.5', null)).toBeUndefined();
    expect(readAmount('1.5万', null)).toBe(15_000);
  });
  it('are written so that they can be read again', () => {
    expect([writeAmount(123_450, 'CNY'), writeAmount(12_000, null)]).toEqual(['1234.5', '12000']);
    expect([showAmount(123_450_000, 'CNY'), showAmount(50, 'CNY'), showAmount(12_000, null)]).toEqual([
      '1,234,500',
      '0.50',
      '12,000',
    ]);
  });
  it('tables have tabs, lines of any kind, and quotes', () => {
    expect(readTable('1\t2\r\n3\t\r\n')).toEqual([
      ['1', '2'],
      ['3', ''],
    ]);
    expect(readTable('"a\tb"\t"say ""x"""')).toEqual([['a\tb', 'say "x"']]);
    expect(readTable('')).toEqual([['']]);
  });
});

describe('lines', () => {
  it('a department has a total and its own share; a folded one the total alone', () => {
    const names = (lines: Sheet['lines']): string => lines.map((line) => `${line.kind}${line.row}`).join(' ');
    expect(names(sheet.lines)).toBe('total0 row0 row1 row2 total3 row3 row4');
    expect(names(linesOf(rows, new Set([rowKey(rows[3]!)])))).toBe('total0 row0 row1 row2 total3');
  });
  it('year, months, quarters', () => {
    const figures = figuresOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect([figures[0], figures[1], figures[12], figures[13], figures[16]]).toEqual([78, 1, 12, 6, 33]);
  });
  it('only months of rows hold amounts', () => {
    expect(placeAt(sheet, { line: 2, column: 12 })).toEqual({ row: 1, month: 11 });
    expect(placeAt(sheet, { line: 0, column: 3 })).toBeNull();
    expect(placeAt(sheet, { line: 2, column: 0 })).toBeNull();
    expect(placeAt(sheet, { line: 2, column: 13 })).toBeNull();
  });
});

describe('paste', () => {
  it('goes right and down from the first cell; what has no place is counted', () => {
    const { edits, refused } = paste(sheet, cell(2, 11), '1\t2\t3\n4\tx\t');
    expect(edits.map((edit) => [edit.row, edit.month, edit.after])).toEqual([
      [1, 10, 100],
      [1, 11, 200],
      [2, 10, 400],
    ]);
    expect(refused).toBe(3);
  });
  it('one cell fills the range', () => {
    const { edits, refused } = paste(sheet, rangeOf({ line: 3, column: 2 }, { line: 2, column: 1 }), '1.5万\n');
    expect(edits.map((edit) => edit.after)).toEqual([1_500_000, 1_500_000, 1_500_000, 1_500_000]);
    expect(refused).toBe(0);
  });
  it('rows that may not be changed stay', () => {
    expect(paste(sheet, cell(6, 1), '5').edits).toEqual([]);
  });
  it('gives back what was copied, totals included', () => {
    const all = rangeOf({ line: 0, column: 0 }, { line: 6, column: 16 });
    expect(copy(sheet, all).split('\n')[0]?.split('\t').slice(0, 2)).toEqual(['1308', '109']);
    const emptied = applyEdits(sheet.amounts, setAll(sheet, all, 0).edits);
    const pasted = paste({ ...sheet, amounts: emptied }, all, copy(sheet, all));
    expect(applyEdits(emptied, pasted.edits)).toEqual(sheet.amounts);
  });
});

describe('fill', () => {
  it('down repeats the first line', () => {
    const { edits } = fill(sheet, cell(2, 1), rangeOf({ line: 2, column: 1 }, { line: 5, column: 1 }));
    expect(edits.map((edit) => [edit.row, edit.after])).toEqual([
      [2, 200],
      [3, 200],
    ]);
  });
  it('repeats a pattern in both directions', () => {
    const patterned = { ...sheet, amounts: sheet.amounts.map((months) => months.map((_, month) => month * 100)) };
    const source = rangeOf({ line: 2, column: 3 }, { line: 2, column: 4 });
    expect(fill(patterned, source, { ...source, right: 7 }).edits.map((edit) => edit.after)).toEqual([200, 300, 200]);
    expect(fill(patterned, source, { ...source, left: 1 }).edits.map((edit) => edit.after)).toEqual([200, 300]);
  });
  it('dragging stretches in one direction, the longer one', () => {
    const range = cell(2, 3);
    expect(stretched(range, { line: 5, column: 4 })).toEqual({ top: 2, bottom: 5, left: 3, right: 3 });
    expect(stretched(range, { line: 1, column: 9 })).toEqual({ top: 2, bottom: 2, left: 3, right: 9 });
    expect(stretched(range, { line: 2, column: 3 })).toEqual(range);
  });
});

describe('long sheets', () => {
  it('draw the window and the line with the focus', () => {
    expect(drawn(100, 10, 12, 50)).toEqual([
      { gap: 10, after: 0 },
      { line: 10 },
      { line: 11 },
      { gap: 38, after: 12 },
      { line: 50 },
      { gap: 49, after: 51 },
    ]);
    expect(drawn(2, 0, 40, 0)).toEqual([{ line: 0 }, { line: 1 }]);
    expect(drawn(0, 0, 40, 0)).toEqual([]);
  });
});
