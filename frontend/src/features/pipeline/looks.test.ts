import { describe, expect, it } from 'vitest';
import type { RecordRow } from '@/shared/api/types';
import { axisOf, byDay, lanesOf, monthBounds, monthGrid, otherMonth, placeOn, spanOf, sumsOf } from './looks';

const row = (id: number, more: Record<string, unknown> = {}): RecordRow => ({
  id,
  version: 1,
  name: `D${id}`,
  amount_minor: 100,
  currency: 'CNY',
  win_probability_ppm: 500_000,
  engaged_on: '2026-01-10',
  expected_close_on: '2026-03-10',
  owner_id: 1,
  owner_name: 'B',
  ...more,
});

describe('calendar', () => {
  it('fills whole weeks from Monday', () => {
    const weeks = monthGrid('2026-02'); // begins on a Sunday
    expect(weeks[0]![0]).toBe('2026-01-26');
    expect(weeks[0]![6]).toBe('2026-02-01');
    expect(weeks.at(-1)![6]).toBe('2026-03-01');
    expect(monthGrid('2027-02')).toHaveLength(4); // four weeks exactly
  });
  it('turns over the year and knows its last day', () => {
    expect(otherMonth('2026-12', 1)).toBe('2027-01');
    expect(otherMonth('2026-01', -1)).toBe('2025-12');
    expect(monthBounds('2028-02')).toEqual(['2028-02-01', '2028-02-29']);
  });
  it('sums by currency and leaves out what is hidden', () => {
    const rows = [row(1), row(2, { amount_minor: 201 }), row(3, { currency: 'USD' }), row(4, { amount_minor: '***' })];
    expect(sumsOf(rows, 'CNY')).toEqual([
      { currency: 'CNY', amount_minor: 301, weighted_minor: 151 },
      { currency: 'USD', amount_minor: 100, weighted_minor: 50 },
    ]);
    expect([...byDay([...rows, row(5, { expected_close_on: null })]).values()][0]).toHaveLength(4);
  });
});

describe('timeline', () => {
  const today = '2026-02-15';
  const axis = axisOf([row(1), row(2, { engaged_on: '2020-01-01', expected_close_on: '2030-01-01' })], today);
  it('shows no more than is readable', () => {
    expect([axis.from, axis.to]).toEqual(['2025-08-01', '2027-02-01']);
    expect(axis.months).toHaveLength(18);
    expect(axisOf([], today)).toMatchObject({ from: '2026-02-01', to: '2026-03-01' });
    expect([placeOn(axis, '2000-01-01'), placeOn(axis, '2099-01-01')]).toEqual([0, 100]);
  });
  it('draws what has a close date, late ones as late', () => {
    expect(spanOf(row(1), axis, today)?.late).toBe(false);
    expect(spanOf(row(1, { expected_close_on: '2026-02-01' }), axis, today)?.late).toBe(true);
    expect(spanOf(row(1, { expected_close_on: null }), axis, today)).toBeNull();
    expect(spanOf(row(1, { expected_close_on: '2025-12-01' }), axis, today)).toMatchObject({ to: '2026-01-10' });
    expect(spanOf(row(1, { engaged_on: null, created_at: '2026-01-05T00:00:00Z' }), axis, today)?.from).toBe(
      '2026-01-05',
    );
  });
  it('groups by owner, or by stage in the order of the pipeline', () => {
    const rows = [row(1), row(2, { owner_id: 2, owner_name: 'A' }), row(3, { owner_id: null, owner_name: null })];
    expect(lanesOf(rows, 'owner_id', axis, today).map((lane) => lane.name)).toEqual(['', 'A', 'B']);
    const staged = [row(1, { stage_id: 5, stage_name: 'A' }), row(2, { stage_id: 4, stage_name: 'B' })];
    expect(lanesOf(staged, 'stage_id', axis, today, [4, 5]).map((lane) => lane.key)).toEqual(['4', '5']);
  });
});
