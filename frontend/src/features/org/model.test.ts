import { describe, expect, it } from 'vitest';
import type { MetaField, MetaObject } from '@/shared/api/types';
import { addDays } from '@/shared/lib/dates';
import type { DepartmentNode, Permission, Role } from './api';
import {
  bodyOf,
  lastDay,
  matrixOf,
  peopleFilter,
  rightsFaults,
  rightsOf,
  specsOf,
  treeRows,
  visibleRows,
  withPermission,
} from './model';

const node = (id: number, parent_id: number | null, user_count = 0): DepartmentNode => ({
  id,
  parent_id,
  name: `d${id}`,
  manager_id: null,
  manager_name: null,
  user_count,
  depth: 0,
});

describe('departments', () => {
  const rows = treeRows([node(1, null, 1), node(2, 1, 2), node(3, 1, 3), node(4, 2, 4)]);
  it('stand behind the one above', () => {
    expect(rows.map((row) => [row.id, row.depth])).toEqual([
      [1, 0],
      [2, 1],
      [4, 2],
      [3, 1],
    ]);
  });
  it('count everybody below', () => {
    expect(rows.map((row) => row.total)).toEqual([10, 6, 4, 3]);
  });
  it('stand at the top when the one above is not visible', () => {
    expect(treeRows([node(7, 99, 1)])).toMatchObject([{ id: 7, depth: 0, total: 1 }]);
  });
  it('fold with all below', () => {
    expect(visibleRows(rows, new Set([2])).map((row) => row.id)).toEqual([1, 2, 3]);
    expect(visibleRows(rows, new Set([1])).map((row) => row.id)).toEqual([1]);
  });
  it('filter people, with or without those below', () => {
    expect(peopleFilter({ department: null, below: true, disabled: false })).toEqual({
      field: 'status',
      op: 'eq',
      value: 'active',
    });
    expect(peopleFilter({ department: 3, below: true, disabled: true })).toEqual({
      all: [
        { field: 'status', op: 'eq', value: 'disabled' },
        { field: 'department_id', op: 'under', value: 3 },
      ],
    });
    expect(peopleFilter({ department: 3, below: false, disabled: false })).toMatchObject({ all: [{}, { op: 'eq' }] });
  });
});

const field = (name: string, part: Partial<MetaField> = {}): MetaField =>
  ({
    name,
    type: 'text',
    label: name,
    required: false,
    read_only: false,
    create_only: false,
    nullable: true,
    options: null,
    ref: null,
    access: 'edit',
    ...part,
  }) as MetaField;
const object = (name: string, fields: readonly MetaField[]): MetaObject =>
  ({ name, label: name, plural: `${name}s`, fields }) as MetaObject;

describe('forms', () => {
  const user = object('user', [
    field('name', { required: true }),
    field('login', { create_only: true }),
    field('status', { read_only: true }),
    field('phone', { access: 'masked' }),
  ]);
  it('offer what may be written', () => {
    expect(specsOf(user, ['login', 'name', 'status', 'phone'], true).map((spec) => spec.name)).toEqual([
      'login',
      'name',
    ]);
    expect(specsOf(user, ['login', 'name'], false).map((spec) => spec.name)).toEqual(['name']);
  });
  it('say the last day of a place', () => {
    const place = { department_id: 1, department_name: 'a', manager_id: null, manager_name: null, valid_from: null };
    expect(lastDay({ ...place, valid_to: '2026-03-01' }, addDays)).toBe('2026-02-28');
    expect(lastDay({ ...place, valid_to: null }, addDays)).toBeNull();
  });
});

describe('rights', () => {
  const permissions: Permission[] = [
    'customer.view',
    'customer.edit',
    'product.view',
    'target.view',
    'role.edit',
    'audit.view',
  ].map((key) => ({ key, label_zh: key, label_en: key }));
  const { rows, others } = matrixOf(permissions, [object('customer', [field('owner_id')]), object('product', [])]);
  const customer = rows[0]!;
  it('stand in a matrix; the rest apart', () => {
    expect(rows.map((row) => [row.object, row.scoped])).toEqual([
      ['customer', true],
      ['product', false],
      ['target', true],
    ]);
    expect(others.map((permission) => permission.key)).toEqual(['role.edit', 'audit.view']);
  });
  it('bring viewing along, and lose all with it', () => {
    const given = withPermission(rightsOf(null), customer, 'edit', true);
    expect([...given.permissions].sort()).toEqual(['customer.edit', 'customer.view']);
    expect([...withPermission(given, customer, 'view', false).permissions]).toEqual([]);
  });
  it('are doubted when nothing would be seen', () => {
    const given = withPermission(rightsOf(null), customer, 'view', true);
    expect(rightsFaults(given, rows)).toEqual([{ object: 'customer', code: 'no_scope' }]);
    const chosen = {
      ...given,
      scopes: new Map([['customer', { object: 'customer', scope: 'chosen_departments' as const, department_ids: [] }]]),
    };
    expect(rightsFaults(chosen, rows)).toEqual([{ object: 'customer', code: 'no_departments' }]);
  });
  it('go back to the server as they came, chosen departments only where they count', () => {
    const role: Role = {
      id: 1,
      code: null,
      user_count: 0,
      version: 1,
      name: ' Sales ',
      description: '',
      permissions: ['b', 'a'],
      scopes: [{ object: 'customer', scope: 'own', department_ids: [4] }],
      fields: [
        { object: 'customer', field: 'phone', access: 'masked' },
        { object: 'customer', field: 'name', access: 'edit' },
      ],
    };
    expect(bodyOf(rightsOf(role))).toEqual({
      name: 'Sales',
      description: null,
      permissions: ['a', 'b'],
      scopes: [{ object: 'customer', scope: 'own', department_ids: [] }],
      fields: [{ object: 'customer', field: 'phone', access: 'masked' }],
    });
  });
});
