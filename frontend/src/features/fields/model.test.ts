/** Drafts, options, marks of faults, and moving fields about. */
import { describe, expect, it } from 'vitest';
import type { CustomField, Kind, LayoutBody } from './api';
import {
  addSection,
  completed,
  HIDDEN,
  moveField,
  moveSection,
  placeOf,
  removeSection,
  setWidth,
  stepField,
} from './layout';
import { bodyOf, draftOf, faultsOf, marked, optionRow, optionsBody, valueSpec } from './model';

const kind = (name: string, settings: readonly string[], type = 'text'): Kind => ({
  kind: name,
  label: name,
  type,
  suffix: '',
  settings,
});
const TEXT = kind('text', ['required', 'unique', 'default', 'max_length', 'pattern']);
const SELECT = kind('select', ['required', 'default', 'options'], 'enum');
const FORMULA = kind('formula', ['formula', 'result', 'scale']);

describe('a draft', () => {
  it('sends what counts for its kind, the English name when only the Chinese one is given', () => {
    const draft = { ...draftOf(null, 'text'), label_zh: ' 等级 ', pattern: '  ', max_length: 20, ref: 'customer' };
    const body = bodyOf(draft, TEXT, null);
    expect(body).toMatchObject({
      label_zh: '等级',
      label_en: '等级',
      max_length: 20,
      is_required: false,
    });
    expect(body).not.toHaveProperty('pattern'); // nothing to clear
    expect(bodyOf(draft, TEXT, { ...draft, pattern: '[a-z]+' })).toMatchObject({ pattern: null });
    expect(body).not.toHaveProperty('ref');
    expect(body).not.toHaveProperty('options');
  });

  it('leaves out what never changes once the field is there', () => {
    const draft = { ...draftOf(null, 'formula'), label_zh: '利润', formula: 'a - b' };
    expect(bodyOf(draft, FORMULA, null)).toMatchObject({ result: 'decimal', scale: 2 });
    expect(bodyOf(draft, FORMULA, draft)).not.toHaveProperty('result');
    expect(bodyOf(draft, FORMULA, draft)).not.toHaveProperty('scale');
  });

  it('says what is missing', () => {
    expect(faultsOf(draftOf(null, 'select'), SELECT)).toEqual({ label_zh: 'required', options: 'required' });
    expect(faultsOf({ ...draftOf(null, 'formula'), label_zh: '利润', formula: ' ' }, FORMULA)).toEqual({
      formula: 'required',
    });
    const twice = ['红', '红'].map((label) => optionRow({ label_zh: label, label_en: '', is_active: true }));
    expect(faultsOf({ ...draftOf(null, 'select'), label_zh: '颜色', rows: twice }, SELECT)).toEqual({
      options: 'duplicate',
    });
  });

  it('keeps values of options and drops empty new ones', () => {
    const rows = [
      { value: 'r', label_zh: '红', label_en: 'Red', is_active: false },
      { label_zh: ' 绿 ', label_en: '', is_active: true },
      { label_zh: '', label_en: '', is_active: true },
    ].map(optionRow);
    expect(optionsBody(rows)).toEqual([
      { value: 'r', label_zh: '红', label_en: 'Red', is_active: false },
      { label_zh: '绿', label_en: '绿', is_active: true },
    ]);
    expect(valueSpec({ ...draftOf(null, 'select'), rows }, SELECT, 'x', true).options).toHaveLength(1);
  });

  it('takes over a field as it is', () => {
    const field = {
      ...draftOf(null, 'rating'),
      id: 1,
      kind: 'rating',
      max: 3,
      label_zh: '星',
    } as unknown as CustomField;
    expect(draftOf(field, 'rating')).toMatchObject({ max: 3, label_zh: '星' });
  });
});

describe('a fault in a formula', () => {
  it('is marked by characters, also behind Chinese ones and at the end', () => {
    expect(marked('"合同" + x', { position: 7, length: 1 })).toEqual([
      { text: '"合同" + ', wrong: false },
      { text: 'x', wrong: true },
    ]);
    expect(marked('a +', { position: 3, length: 0 }).at(-1)).toEqual({ text: ' ', wrong: true });
  });
});

describe('a layout', () => {
  const of = (...sections: string[][]): LayoutBody => ({
    sections: sections.map((names, index) => ({
      title_zh: `${index}`,
      title_en: `${index}`,
      columns: 2,
      fields: names.map((name) => ({ name, width: 1 })),
    })),
    hidden: [],
  });
  const names = (layout: LayoutBody): string[][] =>
    layout.sections.map((section) => section.fields.map(({ name }) => name));

  it('moves fields between sections, out and back, and keeps their width', () => {
    const wide = setWidth(of(['a', 'b'], ['c']), 'b', 2);
    const moved = moveField(wide, 'b', { section: 1, index: 0 });
    expect(names(moved)).toEqual([['a'], ['b', 'c']]);
    expect(moved.sections[1]?.fields[0]).toEqual({ name: 'b', width: 2 });
    const out = moveField(moved, 'a', { section: HIDDEN, index: 0 });
    expect(out.hidden).toEqual(['a']);
    expect(placeOf(out, 'a')).toEqual({ section: HIDDEN, index: 0 });
    expect(names(moveField(out, 'a', { section: 1, index: 9 }))).toEqual([[], ['b', 'c', 'a']]);
  });

  it('steps by keyboard over the borders of sections and stops at the ends', () => {
    const start = of(['a', 'b'], ['c']);
    expect(names(stepField(start, 'a', 1))).toEqual([['b', 'a'], ['c']]);
    expect(names(stepField(start, 'b', 1))).toEqual([['a'], ['b', 'c']]);
    expect(names(stepField(start, 'c', -1))).toEqual([['a', 'b', 'c'], []]);
    expect(names(stepField(start, 'c', 1))).toEqual(names(start));
  });

  it('never loses a field when sections move or go', () => {
    const start = addSection(of(['a'], ['b']), { title_zh: '新', title_en: 'New' });
    expect(names(removeSection(start, 0))).toEqual([['b', 'a'], []]);
    expect(names(removeSection(start, 1))).toEqual([['a', 'b'], []]);
    expect(removeSection(of(['a']), 0)).toEqual(of(['a'])); // the last one stays
    expect(names(moveSection(start, 1, -1))).toEqual([['b'], ['a'], []]);
  });

  it('takes in new fields at the end and leaves out those that are gone', () => {
    expect(names(completed({ ...of(['a', 'x'], ['b']), hidden: ['y', 'h'] }, ['a', 'b', 'h', 'n']))).toEqual([
      ['a'],
      ['b', 'n'],
    ]);
  });
});
