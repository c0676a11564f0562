import { describe, expect, it } from 'vitest';
import type { DepartmentNode } from './api';
import { groupPermissions, inTreeOrder, peopleBelow, toggled } from './model';

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
  const nodes = [node(1, null, 1), node(2, 1, 2), node(3, 1, 3), node(4, 2, 4)];
  it('stand behind the one above', () => {
    expect(inTreeOrder(nodes).map((entry) => entry.id)).toEqual([1, 2, 4, 3]);
  });
  it('count everybody below', () => {
    expect(peopleBelow(nodes, 1)).toBe(10);
    expect(peopleBelow(nodes, 2)).toBe(6);
  });
});

describe('permissions', () => {
  it('are grouped by object', () => {
    const items = ['customer.view', 'role.edit', 'customer.edit'].map((key) => ({ key, label_zh: '', label_en: '' }));
    expect(groupPermissions(items).map((group) => [group.object, group.permissions.length])).toEqual([
      ['customer', 2],
      ['role', 1],
    ]);
  });
  it('are switched one by one', () => {
    expect(toggled(['a'], 'b', true)).toEqual(['a', 'b']);
    expect(toggled(['a', 'b'], 'a', false)).toEqual(['b']);
  });
});
