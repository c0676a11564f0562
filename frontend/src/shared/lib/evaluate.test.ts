/** Conditions of fields against what is typed. */
import { describe, expect, it } from 'vitest';
import { filterHolds } from './evaluate';
import type { Filter, FilterOp, FilterValue } from './filter';

const facts = {
  me: 7,
  today: '2026-11-26',
  values: {
    level: 'a',
    owner_id: 7,
    amount_minor: 1200,
    x_rate: '12.50',
    name: 'Ａcme 有限公司',
    x_many: ['r', 'g'],
    day_on: '2026-11-25',
  },
};
const one = (field: string, op: FilterOp, value?: FilterValue): boolean =>
  filterHolds({ field, op, value }, facts, false);

describe('a condition', () => {
  it.each<[string, FilterOp, FilterValue | undefined, boolean]>([
    ['level', 'eq', 'a', true],
    ['level', 'in', ['b', 'c'], false],
    ['level', 'not_in', ['b', 'c'], true],
    ['owner_id', 'eq', 'me', true],
    ['amount_minor', 'ge', 1200, true],
    ['amount_minor', 'between', [1, 1199], false],
    ['x_rate', 'gt', '9.99', true], // by size, not by letters
    ['name', 'contains', 'acme', true], // width and case do not count
    ['name', 'starts_with', '有限', false],
    ['x_many', 'has_any', ['b', 'g'], true],
    ['x_many', 'has_all', ['b', 'g'], false],
    ['x_many', 'has_none', ['b'], true],
    ['day_on', 'relative', 'yesterday', true],
    ['day_on', 'relative', 'last_7_days', true],
    ['day_on', 'before', '2026-11-25', false],
  ])('%s %s %j is %s', (field, op, value, expected) => {
    expect(one(field, op, value)).toBe(expected);
  });

  it('on nothing holds only where it says so or denies', () => {
    expect(one('missing', 'is_null')).toBe(true);
    expect(one('missing', 'not_null')).toBe(false);
    expect(one('missing', 'eq', 'a')).toBe(false);
    expect(one('missing', 'ne', 'a')).toBe(true);
    expect(one('missing', 'lt', 5)).toBe(false);
  });
});

describe('groups', () => {
  const yes: Filter = { field: 'level', op: 'eq', value: 'a' };
  const no: Filter = { field: 'level', op: 'eq', value: 'b' };
  const unknown: Filter = { field: 'region_id', op: 'under', value: 11 };
  const held = (filter: Filter | null, otherwise = false): boolean =>
    filterHolds(filter, { ...facts, values: { ...facts.values, region_id: 3 } }, otherwise);

  it('all, any, not, nothing', () => {
    expect(held({ all: [yes, no] })).toBe(false);
    expect(held({ any: [yes, no] })).toBe(true);
    expect(held({ not: no })).toBe(true);
    expect(held(null)).toBe(true);
  });

  it('what cannot be told leaves the rest to decide, else the caller', () => {
    expect(held({ all: [no, unknown] }, true)).toBe(false);
    expect(held({ any: [yes, unknown] })).toBe(true);
    expect(held({ all: [yes, unknown] }, true)).toBe(true);
    expect(held({ not: unknown }, false)).toBe(false);
  });
});
