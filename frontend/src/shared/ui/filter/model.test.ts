import { describe, expect, it } from 'vitest';
import type { FieldSpec } from '../form/form';
import { describe as say, isComplete, newCondition, opsFor, opsOf, pruned } from './model';

const SPECS: FieldSpec[] = [
  { name: 'name', label: '名称', type: 'text' },
  { name: 'amount_minor', label: '金额', type: 'money' },
  {
    name: 'level',
    label: '级别',
    type: 'enum',
    options: [
      { value: 'a', label: 'A 重点' },
      { value: 'b', label: 'B 普通' },
    ],
  },
  { name: 'owner_id', label: '负责人', type: 'ref', ref: 'user' },
  { name: 'department_id', label: '部门', type: 'ref', ref: 'department' },
  { name: 'closed_on', label: '结束日期', type: 'date' },
];
const ABOUT = { specs: SPECS, names: new Map([['owner_id:7', '张伟']]), currency: 'CNY', zone: 'Asia/Shanghai' };

describe('operators', () => {
  it('show what a stored filter says, in its own words', () => {
    const level = SPECS[2]!;
    expect(opsOf(level)).not.toContain('eq');
    expect(opsFor(level, 'eq')).toEqual(opsOf(level).map((op) => (op === 'in' ? 'eq' : op)));
    expect(opsFor(level, 'in')).toEqual(opsOf(level));
    expect(opsFor(level, 'lt')).toEqual([...opsOf(level), 'lt']);
  });
  it('fit the type', () => {
    expect(opsOf(SPECS[0]!)[0]).toBe('contains');
    expect(opsOf(SPECS[4]!)[0]).toBe('under');
    expect(opsOf(SPECS[3]!)).not.toContain('under');
    expect(newCondition(SPECS[5]!)).toEqual({ field: 'closed_on', op: 'relative', value: 'this_month' });
  });
});

describe('completeness', () => {
  it('leaves out what is not yet said', () => {
    expect(isComplete({ field: 'level', op: 'in', value: [] })).toBe(false);
    expect(isComplete({ field: 'level', op: 'is_null' })).toBe(true);
    expect(isComplete({ field: 'amount_minor', op: 'between', value: [1] })).toBe(false);
    expect(pruned({ all: [{ field: 'name', op: 'contains', value: '' }] })).toBeNull();
    expect(
      pruned({
        all: [{ field: 'name', op: 'contains', value: 'x' }, { any: [{ field: 'level', op: 'in', value: [] }] }],
      }),
    ).toEqual({
      all: [{ field: 'name', op: 'contains', value: 'x' }],
    });
  });
});

describe('sentences', () => {
  it('read like a person wrote them', () => {
    expect(say({ field: 'amount_minor', op: 'ge', value: 10000000 }, ABOUT)).toBe('金额 不小于 ¥10万');
    expect(say({ field: 'level', op: 'in', value: ['a', 'b'] }, ABOUT)).toBe('级别 是 A 重点、B 普通');
    expect(say({ field: 'owner_id', op: 'in', value: ['me', 7, 8] }, ABOUT)).toBe('负责人 是 我、张伟、#8');
    expect(say({ field: 'closed_on', op: 'relative', value: 'last_30_days' }, ABOUT)).toBe('结束日期 最近 30 天');
    expect(
      say({ any: [{ field: 'name', op: 'is_null' }, { not: { field: 'level', op: 'eq', value: 'a' } }] }, ABOUT),
    ).toBe('(名称 为空 或 非 级别 等于 A 重点)');
  });
});
