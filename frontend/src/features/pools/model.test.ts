import { describe, expect, it } from 'vitest';
import { closedUntilClaimed, refusalText, usedOf } from './model';

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
});
