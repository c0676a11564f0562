import { describe, expect, it } from 'vitest';
import {
  descends,
  exampleOf,
  fillPlaces,
  lockedFields,
  placesOf,
  planBody,
  planSum,
  readRates,
  shareByOpen,
  splitAmount,
  splitPlan,
  type PlanLine,
} from './model';

describe('the example of a pattern', () => {
  it('is what the server makes', () => {
    expect(exampleOf('HT{YYYY}{MM}-{0000}', '2026-03-05', 7)).toBe('HT202603-0007');
    expect(exampleOf('{YY}/{MM}/{DD}/{0}', '2026-03-05', 12)).toBe('26/03/05/12');
    expect(exampleOf('第{000}号', '2026-03-05', 1)).toBe('第001号');
  });
  it('is nothing while the pattern is not complete', () => {
    for (const pattern of ['HT', 'HT{00', '{00}{00}', '{yyyy}{0}', '{000000000}', 'a}{0}']) {
      expect(exampleOf(pattern, '2026-03-05', 1)).toBeNull();
    }
  });
});

describe('a payment plan', () => {
  it('splits to the last 分', () => {
    expect(splitAmount(100_00, 3)).toEqual([33_33, 33_33, 33_34]);
    expect(splitAmount(5, 1)).toEqual([5]);
    const lines = splitPlan(100_00, 3, '2026-01-31', (n) => `第 ${n} 期`);
    expect(lines.map((line) => line.due_on)).toEqual(['2026-01-31', '2026-02-28', '2026-03-31']);
    expect(planSum(lines)).toBe(100_00);
  });
  it('sends what is new, what changed and what went', () => {
    const line = (id: number | null, amount: number): PlanLine => ({
      id,
      version: 4,
      name: ' 首付 ',
      due_on: '2026-01-01',
      amount_minor: amount,
    });
    const body = planBody([line(1, 10), line(2, 20), line(3, 30)], [line(1, 10), line(2, 25), line(null, 5)]);
    expect(body).toEqual({
      installments: [
        { id: 2, version: 4, name: '首付', due_on: '2026-01-01', amount_minor: 25 },
        { name: '首付', due_on: '2026-01-01', amount_minor: 5 },
      ],
      removed: [{ id: 3, version: 4 }],
    });
  });
});

describe('where a payment can go', () => {
  const contracts = [{ id: 1, number: 'HT-1', amount_minor: 100, received_minor: 50, planned_minor: 60 }];
  const installments = [
    { id: 12, contract_id: 1, name: '尾款', due_on: '2026-03-01', open_minor: 30 },
    { id: 11, contract_id: 1, name: '首付', due_on: '2026-01-01', open_minor: 0 },
  ];
  const allocations = [
    { contract_id: 1, installment_id: 11, amount_minor: 30 },
    { contract_id: 1, installment_id: null, amount_minor: 20 },
  ];
  it('has what it holds already, and what is open beside it', () => {
    const places = placesOf(contracts, installments, allocations, '其余');
    expect(places.map(({ installment_id: id, open }) => [id, open])).toEqual([
      [11, 30],
      [12, 30],
      [null, 40],
    ]);
    expect(fillPlaces(places, 70)).toEqual([30, 30, 10]);
    expect(fillPlaces(places, 1000)).toEqual([30, 30, 40]);
  });
});

describe('days of notices', () => {
  it('go from the largest to the smallest', () => {
    expect([[], [60, 30, 7], [365], [1]].every((days) => descends(days))).toBe(true);
    expect([[7, 30], [30, 30], [0], [366], [-1]].some((days) => descends(days))).toBe(false);
  });
});

describe('what was signed', () => {
  it('changes by change orders only', () => {
    const fields = (object: string, status: string | null) => [
      ...lockedFields(object, status === null ? null : { id: 1, version: 1, status }),
    ];
    expect(fields('contract', 'draft')).toEqual([]);
    expect(fields('contract', null)).toEqual([]);
    expect(fields('contract', 'signed')).toContain('lines');
    expect(fields('change_order', 'draft')).toEqual([]);
    expect(fields('change_order', 'effective')).toContain('reason');
    expect(fields('quote', 'sent')).toEqual([]);
  });
});

describe('pasted rates', () => {
  it('are read whatever the order and the separators', () => {
    expect(readRates('USD 2026-03-31 7.1234\n\n2026/4/1\tjpy\t0.0482\r\n7.8;EUR;2026年4月2日')).toEqual({
      rates: [
        { currency: 'USD', rate_on: '2026-03-31', rate_nano: 7_123_400_000 },
        { currency: 'JPY', rate_on: '2026-04-01', rate_nano: 48_200_000 },
        { currency: 'EUR', rate_on: '2026-04-02', rate_nano: 7_800_000_000 },
      ],
      bad: [],
    });
  });
  it('name the lines that are none', () => {
    expect(readRates('USD 2026-03-31\nUSD 2026-03-31 0\nUSD 2026-03-31 1 2\n人民币 2026-03-31 1').bad).toEqual([
      1, 2, 3, 4,
    ]);
  });
});

describe('shareByOpen', () => {
  it('splits by what is open, exactly, by largest remainder', () => {
    expect(shareByOpen(50_00, [60_00, 40_00])).toEqual([30_00, 20_00]);
    expect(shareByOpen(100, [1000, 1000, 1000])).toEqual([34, 33, 33]);
    expect(shareByOpen(15_00, [60_00, 5_00])).toEqual([13_85, 1_15]);
  });
  it('gives no line more than is open of it', () => {
    expect(shareByOpen(200, [60, 0, 40])).toEqual([60, 0, 40]);
    expect(shareByOpen(5, [0, 0])).toEqual([0, 0]);
  });
  it('is exact for the largest amounts', () => {
    const open = [999_999_999_999_999, 1, 333_333_333_333_333];
    expect(shareByOpen(777_777_777_777_777, open).reduce((sum, part) => sum + part, 0)).toBe(777_777_777_777_777);
  });
});
