import { describe, expect, it } from 'vitest';
import { allOf, isFilter, parseFilter, partsOf, type Filter } from './filter';
import { formatBytes, formatInteger, formatPpm, formatShort } from './format';
import { formatScaled, parseScaled } from './scaled';
import { randomId } from './ids';

const A: Filter = { field: 'level', op: 'eq', value: 'a' };
const B: Filter = { field: 'owner_id', op: 'in', value: [1, 2] };

describe('filters', () => {
  it('join without nesting and without an empty "all"', () => {
    expect(allOf([])).toBeNull();
    expect(allOf([null, A])).toEqual(A);
    expect(allOf([{ all: [A] }, B])).toEqual({ all: [A, B] });
    expect(partsOf({ any: [A, B] })).toEqual([{ any: [A, B] }]);
  });
  it('come from addresses only in their own shape', () => {
    expect(parseFilter(JSON.stringify({ all: [A, { not: B }] }))).toEqual({ all: [A, { not: B }] });
    expect(parseFilter('{"all":[]}')).toBeNull();
    expect(parseFilter('{"field":"x"}')).toBeNull();
    expect(parseFilter('{"field":"x","op":"gte","value":1}')).toBeNull();
    expect(parseFilter('{"field":"x","op":"eq","value":{}}')).toBeNull();
    expect(parseFilter('nonsense')).toBeNull();
    let deep: Filter = A;
    for (let level = 0; level < 10; level += 1) {
      deep = { not: deep };
    }
    expect(isFilter(deep)).toBe(false);
  });
});

describe('numbers', () => {
  it('read as people write them', () => {
    expect(formatInteger(-1234567)).toBe('-1,234,567');
    expect(formatPpm(873456)).toBe('87.3%');
    expect(formatPpm(null)).toBe('—');
    expect(formatShort(12345, 'zh-CN')).toBe('1.23万');
    expect(formatShort(12345, 'en')).toBe('12.35K');
    expect(formatBytes(12_400_000)).toBe('11.8 MB');
  });
  it('keep scaled integers whole', () => {
    expect(parseScaled('12.5%', 4)).toBe(125000);
    expect(parseScaled('1,500', 3)).toBe(1500000);
    expect(parseScaled('1.2345', 3)).toBeUndefined();
    expect(parseScaled('', 0)).toBeNull();
    expect(formatScaled(125000, 4)).toBe('12.5');
    expect(formatScaled(-1500, 3)).toBe('-1.5');
    expect(formatScaled(7, 0)).toBe('7');
  });
});

describe('randomId', () => {
  it('makes UUIDs', () => {
    expect(randomId()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(randomId()).not.toBe(randomId());
  });
});
