import { expect, test } from 'vitest';
import { cellsOf, difference, type FileChange } from './files';

const change = (amount: number, before: number): FileChange => ({
  subject_kind: 'user',
  subject_id: 7,
  month: 3,
  amount,
  before,
  version: 2,
  row: 5,
  column: 'F',
  name: 'Li',
});

test('the sheet is saved with cells alone', () => {
  expect(cellsOf([change(10, 4)])).toEqual([{ subject_kind: 'user', subject_id: 7, month: 3, amount: 10, version: 2 }]);
});

test('what changes together', () => {
  expect(difference([])).toBe(0);
  expect(difference([change(10, 4), change(0, 9)])).toBe(-3);
});
