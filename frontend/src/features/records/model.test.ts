import { describe, expect, it } from 'vitest';
import type { MetaField, MetaObject } from '@/shared/api/types';
import { columnsOf, fieldText, formSpecs, queryOf, sectionsOf, stateOf, totalText, withDeletion } from './model';
import { configOf, OBJECTS } from './objects';

function field(name: string, type: MetaField['type'], more: Partial<MetaField> = {}): MetaField {
  return {
    name,
    type,
    label: name.toUpperCase(),
    required: false,
    read_only: false,
    create_only: false,
    nullable: true,
    sortable: false,
    filterable: true,
    unique: false,
    in_list: true,
    maskable: false,
    access: 'edit',
    is_label: false,
    is_custom: false,
    custom_id: null,
    kind: type,
    scale: null,
    default: null,
    pattern: null,
    help: null,
    visible_if: null,
    readonly_if: null,
    is_computed: false,
    options: null,
    ref: null,
    min: null,
    max: null,
    ...more,
  };
}
const META: MetaObject = {
  name: 'customer',
  label: '客户',
  plural: 'customers',
  label_field: 'name',
  default_sort: '-updated_at',
  date_field: null,
  customizable: true,
  layout: null,
  can: { view: true, create: true, edit: true, delete: true, export: true, import: true, transfer: true },
  children: [],
  fields: [
    field('code', 'text'),
    field('name', 'text', { is_label: true }),
    field('level', 'enum', { options: [{ value: 'a', label: 'A 重点', is_active: true }] }),
    field('secret', 'text', { access: 'hidden' }),
    field('phone', 'phone', { access: 'masked' }),
    field('owner_id', 'ref', { ref: 'user', create_only: true }),
    field('custom_x', 'int'),
    field('updated_at', 'instant', { read_only: true }),
  ],
};
const CONFIG = configOf('customer')!;
const SHOWING = { locale: 'zh-CN', zone: 'Asia/Shanghai', currency: 'CNY' };

describe('columns and forms', () => {
  it('put the label first, hide what is not listed, never show hidden fields', () => {
    const columns = columnsOf(META, CONFIG, SHOWING);
    expect(columns[0]).toMatchObject({ key: 'name', fixed: true, card: 'title' });
    expect(columns.find((column) => column.key === 'code')?.hidden).toBe(true);
    expect(columns.some((column) => column.key === 'secret')).toBe(false);
  });
  it('tell in the recycle bin when a record was thrown away', () => {
    const columns = withDeletion(columnsOf(META, CONFIG, SHOWING), SHOWING);
    expect(columns.slice(0, 2).map((column) => column.key)).toEqual(['name', 'deleted_at']);
    expect(columns[1]?.text?.({ id: 1, version: 1, deleted_at: '2026-11-25T20:25:00.994Z' })).toBe('2026-11-26 04:25');
  });
  it('leave out what a person may not write', () => {
    expect(formSpecs(META, true).map((spec) => spec.name)).toEqual(['code', 'name', 'level', 'owner_id', 'custom_x']);
    expect(formSpecs(META, false).map((spec) => spec.name)).not.toContain('owner_id');
  });
  it('give fields that no section names a place', () => {
    expect(sectionsOf(META, CONFIG).at(-1)?.fields).toContain('custom_x');
  });
  it('name only real texts of each object', () => {
    expect(new Set(OBJECTS.map((config) => config.plural)).size).toBe(OBJECTS.length);
  });
});

describe('fieldText', () => {
  const row = {
    id: 1,
    version: 1,
    level: 'a',
    owner_id: 7,
    owner_name: '张伟',
    amount_minor: 123450,
    currency: 'USD',
    rate_ppm: 125000,
    at: '2026-03-31T16:30:00Z',
    year_year: 1999,
  };
  it.each([
    [field('level', 'enum', { options: [{ value: 'a', label: 'A 重点', is_active: true }] }), 'A 重点'],
    [field('owner_id', 'ref'), '张伟'],
    [field('amount_minor', 'money'), '1,234.50'],
    [field('rate_ppm', 'ppm'), '12.5%'],
    [field('at', 'instant'), '2026-04-01 00:30'],
    [field('year_year', 'int'), '1999'],
    [field('absent', 'text'), '—'],
  ])('%o reads %s', (spec, text) => {
    expect(fieldText(spec, row, SHOWING)).toBe(text);
  });
  it('shows masked amounts as the server sent them', () => {
    expect(fieldText(field('amount_minor', 'money'), { id: 1, version: 1, amount_minor: '***' }, SHOWING)).toBe('***');
  });
});

describe('list state', () => {
  it('goes through the address and back', () => {
    const state = {
      filter: { field: 'level', op: 'eq', value: 'a' } as const,
      q: '上海',
      sort: '-name',
      deleted: true,
      preset: 'mine',
    };
    expect(stateOf(queryOf(state) as Record<string, string>)).toEqual(state);
    expect(queryOf({ filter: null, q: '', sort: null, deleted: false, preset: null })).toEqual({});
    expect(stateOf({ f: '{"broken' }).filter).toBeNull();
  });
  it('says when the total is a lower bound', () => {
    expect(totalText(10000, false)).toBe('10,000+');
    expect(totalText(undefined, undefined)).toBe('');
  });
});
