import { describe, expect, it } from 'vitest';
import { diffLines, linesBody, linesOf, sumOf, taxOn, type ShownLine } from './lines';

describe('contract lines', () => {
  const record = {
    id: 1,
    version: 1,
    lines: [
      {
        product_id: 3,
        name: 'X',
        quantity_milli: 1500,
        unit_price_minor: 333,
        unit_cost_minor: 100,
        amount_minor: 500,
      },
    ],
  };
  it('are sent as they came, empty ones left out', () => {
    expect(linesBody(linesOf(record))).toEqual([
      { product_id: 3, name: 'X', quantity_milli: 1500, unit_price_minor: 333, unit_cost_minor: 100 },
    ]);
    expect(
      linesBody([
        {
          product_id: null,
          product_name: null,
          name: ' ',
          quantity_milli: 1000,
          unit_price_minor: null,
          unit_cost_minor: null,
        },
      ]),
    ).toEqual([]);
  });
  it('sum like the server', () => {
    expect(sumOf(linesOf(record), 100)).toBe(400);
  });
});

describe('tax', () => {
  it('is rounded half away from zero', () => {
    expect([taxOn(1, 500_000), taxOn(-1, 500_000), taxOn(99_99, 130_000), taxOn(10_04, 60_000)]).toEqual([
      1, -1, 13_00, 60,
    ]);
  });
});

describe('what a change order does', () => {
  const line = (name: string, quantity: number, price: number, product: number | null = null): ShownLine => ({
    product_id: product,
    name,
    quantity_milli: quantity,
    unit_price_minor: price,
  });
  it('is told line by line', () => {
    const before = [line('a', 1000, 5), line('b', 1000, 5), line('c', 1000, 5, 7)];
    const after = [line('c2', 1000, 5, 7), line('a', 2000, 5), line('d', 1000, 1)];
    expect(diffLines(before, after).map((row) => [row.mark, row.before?.name, row.after?.name])).toEqual([
      ['changed', 'c', 'c2'],
      ['changed', 'a', 'a'],
      ['added', undefined, 'd'],
      ['removed', 'b', undefined],
    ]);
  });
  it('knows the same line twice, and what stays', () => {
    const twice = [line('a', 1000, 5), line('a', 1000, 5)];
    expect(diffLines(twice, twice).map((row) => row.mark)).toEqual(['same', 'same']);
    expect(diffLines(twice, [line('a', 1000, 5)]).map((row) => row.mark)).toEqual(['same', 'removed']);
    expect(diffLines([], [])).toEqual([]);
  });
});
