import { describe, expect, it } from 'vitest';
import { closedUntilClaimed, eventsOf, hoardingTone, isAutomatic, refusalText, sharesOf, usedOf } from './model';

describe('pool customers', () => {
  it('fields that are left out or masked are closed until the customer is claimed', () => {
    const row = { id: 1, version: 1, name: '华远', phone: '138****0000', address: null, masked: ['phone'] };
    expect(closedUntilClaimed(row, 'phone')).toBe(true);
    expect(closedUntilClaimed(row, 'website')).toBe(true);
    expect(closedUntilClaimed(row, 'address')).toBe(false);
    expect(closedUntilClaimed(row, 'name')).toBe(false);
  });

  it('a quota is used up by what is gone; without a limit there is none', () => {
    expect(usedOf(10, 4)).toBe(600_000);
    expect(usedOf(null, null)).toBeNull();
    expect(usedOf(0, 0)).toBe(1_000_000);
  });

  it('a refusal says why and when it becomes possible', () => {
    const refused = { id: 1, ok: false, code: 'odd', detail: 'Odd.', available_at: null, available_on: null };
    expect(refusalText(refused, 'en', 'UTC')).toBe('Odd.');
    expect(refusalText({ ...refused, available_on: '2026-03-02' }, 'en', 'UTC')).toContain('Odd. ');
  });

  it('who got how many is counted by kind, the most first', () => {
    const shares = [
      { user: 1, name: '甲', kind: 'claim', count: 2 },
      { user: 2, name: '乙', kind: 'auto', count: 4 },
      { user: 1, name: '甲', kind: 'assign', count: 1 },
    ];
    expect(sharesOf(shares)).toEqual([
      { name: '乙', counts: [0, 0, 4], total: 4 },
      { name: '甲', counts: [2, 1, 0], total: 3 },
    ]);
  });

  it('a figure of a rule opens what it brought in, or what was taken of that', () => {
    const fieldsOf = (direction: 1 | -1) => {
      const { query } = eventsOf('rule', 7, direction, '2026-01-01') as { query: { f: string } };
      return (JSON.parse(query.f) as { all: { field: string }[] }).all.map((part) => part.field);
    };
    expect(fieldsOf(1)).toEqual(['rule_id', 'happened_on', 'direction']);
    expect(fieldsOf(-1)).toEqual(['entry_rule_id', 'happened_on', 'direction', 'kind']);
  });

  it('pools that give out by themselves, and how much hoarding is too much', () => {
    expect(['claim', 'assign', 'load', 'weight', 'round_robin'].map(isAutomatic)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    expect([0, 100_000, 400_000].map(hoardingTone)).toEqual(['success', 'warning', 'danger']);
  });
});
