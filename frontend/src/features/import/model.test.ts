import { describe, expect, it } from 'vitest';
import type { MetaObject } from '@/shared/api/types';
import type { Batch, FileFormat, ImportField, ImportKind } from './api';
import {
  cellOf,
  checkDraft,
  draftOf,
  errorsName,
  guessKey,
  isCreatable,
  isFit,
  isTable,
  mappingOf,
  stepOf,
  typeOf,
} from './model';

const field = (name: string, part: Partial<ImportField> = {}): ImportField => ({
  name,
  label: name,
  required: false,
  unique: false,
  ref: null,
  is_money: false,
  ...part,
});
const KIND: ImportKind = {
  kind: 'customer',
  label: 'Customer',
  fields: [
    field('name', { required: true, unique: true }),
    field('code', { unique: true }),
    field('revenue_minor', { is_money: true }),
    field('owner_id', { ref: 'user' }),
    field('parent_id', { ref: 'customer' }),
    field('created_at'),
  ],
};
const FORMAT: FileFormat = {
  kind: 'csv',
  encoding: 'UTF-8',
  delimiter: ',',
  sheets: [''],
  columns: [
    { index: 0, name: 'account', samples: ['Acme'], date_order: 'ymd' },
    { index: 1, name: 'since', samples: ['03/04/2026'], date_order: 'ambiguous' },
    { index: 2, name: 'revenue', samples: ['1.5'], date_order: 'ymd' },
    { index: 3, name: 'account', samples: ['twin'], date_order: 'ymd' },
  ],
};
const MAPPING = {
  columns: [
    { column: 'account', field: 'name' },
    { column: 'account', field: 'code' },
    { column: 'since', field: '' },
    { column: 'revenue', field: 'revenue_minor', money_unit: 'wan' as const, values: { none: '0' } },
  ],
  constants: { owner_id: 3 },
  key: 'code',
  on_existing: 'skip' as const,
  create_missing: ['parent_id'],
  contract_from_won: true,
};

describe('mapping', () => {
  const draft = draftOf(FORMAT, MAPPING, KIND);
  it('shows every column once, and again for every further use', () => {
    expect(draft.lines.map((line) => [line.column, line.first, line.field])).toEqual([
      [0, true, 'name'],
      [0, false, 'code'],
      [1, true, ''],
      [2, true, 'revenue_minor'],
      [3, true, ''],
    ]);
  });
  it('goes back as it came, without what is left out', () => {
    expect(mappingOf(draft, FORMAT)).toEqual({
      columns: [
        { column: 'account', field: 'name' },
        { column: 'account', field: 'code' },
        { column: 'revenue', field: 'revenue_minor', money_unit: 'wan', values: { none: '0' } },
      ],
      constants: { owner_id: 3 },
      key: 'code',
      on_existing: 'skip',
      create_missing: [],
      contract_from_won: true,
    });
  });
  it('prefers a code to the name as key', () => {
    expect(guessKey(KIND, draft.lines)).toBe('code');
    expect(guessKey(KIND, draft.lines.slice(0, 1))).toBe('name');
    expect(guessKey(KIND, [])).toBe('');
  });
});

describe('check', () => {
  const draft = draftOf(FORMAT, MAPPING, KIND);
  it('is content with a full mapping', () => {
    expect(isFit(checkDraft(draft, KIND, FORMAT, null))).toBe(true);
  });
  it('names required fields that nothing fills; a fixed value fills them', () => {
    const bare = { ...draft, lines: draft.lines.slice(1), key: '' };
    expect(checkDraft(bare, KIND, FORMAT, null).missing).toEqual(['name']);
    expect(isFit(checkDraft({ ...bare, constants: [{ field: 'name', value: 'x' }] }, KIND, FORMAT, null))).toBe(true);
  });
  it('wants an order for dates that read two ways', () => {
    const lines = draft.lines.map((line) => (line.column === 1 ? { ...line, field: 'created_at' } : line));
    expect([...checkDraft({ ...draft, lines }, KIND, FORMAT, null).lines]).toEqual([[2, 'order']]);
    const ordered = lines.map((line) => (line.column === 1 ? { ...line, dateOrder: 'dmy' as const } : line));
    expect(isFit(checkDraft({ ...draft, lines: ordered }, KIND, FORMAT, null))).toBe(true);
  });
  it('refuses a field filled twice, an empty mapping and a key that nothing fills', () => {
    const twice = draft.lines.map((line) => (line.column === 2 ? { ...line, field: 'name' } : line));
    expect(checkDraft({ ...draft, lines: twice }, KIND, FORMAT, null).lines.get(3)).toBe('twice');
    expect(checkDraft({ ...draft, lines: [] }, KIND, FORMAT, null)).toMatchObject({ nothing: true, key: true });
  });
});

describe('fields', () => {
  it('have a type even without the description of the object', () => {
    expect(KIND.fields.map((one) => typeOf(one, null))).toEqual(['text', 'text', 'money', 'ref', 'ref', 'instant']);
  });
  it('make missing records when the name is enough and the person may', () => {
    const objects = [
      { name: 'customer', can: { create: true } },
      { name: 'user', can: { create: true } },
    ] as unknown as MetaObject[];
    expect(KIND.fields.filter((one) => isCreatable(one, objects)).map((one) => one.name)).toEqual(['parent_id']);
  });
});

describe('results', () => {
  const batch = { status: 'uploaded', dry_run: false } as Batch;
  it('tell the step', () => {
    expect(stepOf(batch)).toBe('map');
    expect(stepOf({ ...batch, status: 'running', dry_run: true })).toBe('check');
    expect(stepOf({ ...batch, status: 'running' })).toBe('run');
    expect(stepOf({ ...batch, status: 'checked' })).toBe('check');
    expect(stepOf({ ...batch, status: 'done' })).toBe('run');
    expect(stepOf({ ...batch, status: 'rolled_back' })).toBe('map');
  });
  it('show the cell an error is about', () => {
    const fault = { row_number: 2, cells: ['Acme', 'x'], errors: [] };
    expect(cellOf(fault, { field: 'created_at', column: 'since', code: 'not_a_date', message: '' }, FORMAT)).toBe('x');
    expect(cellOf(fault, { field: '', column: null, code: 'duplicate', message: '' }, FORMAT)).toBeNull();
  });
  it('know tables by their ending and name the error file after them', () => {
    expect([isTable('A.XLSX'), isTable('a.csv'), isTable('a.pdf')]).toEqual([true, true, false]);
    expect(errorsName('客户.2026.xlsx')).toBe('客户.2026-errors.csv');
  });
});
