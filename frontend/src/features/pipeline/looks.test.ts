import { describe, expect, it } from 'vitest';
import type { RecordRow } from '@/shared/api/types';
import type { SumGroup } from './api';
import {
  axisOf,
  byDay,
  byMember,
  inOrder,
  monthBounds,
  monthGrid,
  otherMonth,
  placeOn,
  spanOf,
  spansOf,
  sumUp,
} from './looks';

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
  it('adds up groups by currency and together, and leaves hidden what is hidden', () => {
    const cny = { currency: 'CNY', amount_minor: 100, weighted_minor: 50 };
    const usd = { currency: 'USD', amount_minor: 10, weighted_minor: 5 };
    const both: SumGroup = {
      on: '2026-02-01',
      id: null,
      name: null,
      count: 3,
      sums: [cny, usd],
      total: { ...cny, amount_minor: 171 },
    };
    const one: SumGroup = { ...both, on: '2026-02-02', count: 1, sums: [cny], total: cny };
    expect(sumUp([both, one], 'CNY')).toEqual({
      count: 4,
      sums: [{ currency: 'CNY', amount_minor: 200, weighted_minor: 100 }, usd],
      total: { currency: 'CNY', amount_minor: 271, weighted_minor: 100 },
    });
    const hidden = { currency: 'CNY', amount_minor: null, weighted_minor: null };
    expect(sumUp([{ ...one, sums: [hidden], total: hidden }, one], 'CNY').total).toEqual(hidden);
    expect(sumUp([], 'CNY')).toEqual({
      count: 0,
      sums: [],
      total: { currency: 'CNY', amount_minor: 0, weighted_minor: 0 },
    });
  });
  it('knows the rows of each day', () => {
    expect([...byDay([row(1), row(2), row(5, { expected_close_on: null })]).values()][0]).toHaveLength(2);
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
  it('reaches as far as is readable when not all rows are there', () => {
    expect(axisOf([], today, false)).toMatchObject({ from: '2026-02-01', to: '2027-02-01' });
  });
  it('puts rows into lanes, in the order of the pipeline or of names', () => {
    const rows = [row(1), row(2, { owner_id: 2 }), row(3, { owner_id: null })];
    expect([...byMember(rows, 'owner_id').keys()]).toEqual([1, 2, null]);
    expect(
      spansOf([row(1), row(2, { expected_close_on: '2026-01-31' })], axis, today).map((span) => span.row.id),
    ).toEqual([2, 1]);
    const total = { currency: 'CNY', amount_minor: 0, weighted_minor: 0 };
    const lane = (id: number | null, name: string | null): SumGroup => ({
      on: null,
      id,
      name,
      count: 1,
      sums: [],
      total,
    });
    expect(inOrder([lane(4, null), lane(5, null)], [5, 4]).map((group) => group.id)).toEqual([5, 4]);
    expect(inOrder([lane(1, 'B'), lane(null, null), lane(2, 'A')], []).map((group) => group.name)).toEqual([
      null,
      'A',
      'B',
    ]);
  });
});
