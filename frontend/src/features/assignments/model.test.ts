import { describe, expect, it } from 'vitest';
import {
  curveOf,
  ownFilter,
  fillOf,
  fillTone,
  groupFilter,
  isInterval,
  joinIntervals,
  promiseOf,
  rowsAddress,
  ROWS,
  scopeFilter,
  scopeOf,
  scopeQuery,
  shareOf,
  subjectOf,
  type Holder,
  type Interval,
  type Scope,
} from './model';

const USUAL: Scope = {
  period: 'last_90_days',
  owner: null,
  department: null,
  source: null,
  batch: null,
  more: null,
};

describe('scope of the figures', () => {
  it('comes from the address and goes back into it', () => {
    const scope: Scope = {
      period: 'this_month',
      owner: 7,
      department: 3,
      source: 'website',
      batch: 12,
      more: { field: 'follow_up_count', op: 'gt', value: 2 },
    };
    expect(scopeOf(scopeQuery(scope) as Record<string, string>)).toEqual(scope);
  });

  it('is the last 90 days unless said otherwise, and all time for a batch', () => {
    expect(scopeOf({})).toEqual(USUAL);
    expect(scopeQuery(USUAL)).toEqual({});
    expect(scopeOf({ batch: '5' })).toEqual({ ...USUAL, batch: 5, period: 'all' });
    expect(scopeQuery({ ...USUAL, batch: 5, period: 'all' })).toEqual({ batch: '5' });
  });

  it('takes nothing that is no id, no period, no filter', () => {
    expect(scopeOf({ owner: '-1', department: 'x', batch: '1.5', period: 'never', s: '{' })).toEqual(USUAL);
  });

  it('is one filter of all its parts; nothing at all has none', () => {
    expect(scopeFilter({ ...USUAL, period: 'all' })).toBeNull();
    expect(scopeFilter({ ...USUAL, owner: 7, more: ROWS.touched })).toEqual({
      all: [
        { field: 'started_at', op: 'relative', value: 'last_90_days' },
        { field: 'owner_id', op: 'eq', value: 7 },
        ROWS.touched,
      ],
    });
  });

  it('a figure opens its rows within the scope', () => {
    expect(rowsAddress({ ...USUAL, owner: 7 }, ROWS.deal)).toEqual({
      query: { owner: '7', f: JSON.stringify(ROWS.deal) },
    });
    expect(rowsAddress(USUAL, null)).toEqual({ query: {} });
  });

  it('groups without a value are found too', () => {
    expect(groupFilter('customer_source', null)).toEqual({ field: 'customer_source', op: 'is_null' });
    expect(groupFilter('owner_id', 4)).toEqual({ field: 'owner_id', op: 'eq', value: 4 });
  });
});

describe('promises of a first follow-up', () => {
  const due = '2026-03-02T08:00:00Z';
  function of(more: Partial<Interval>): Interval {
    return { first_touch_due_at: due, first_touch_at: null, ended_at: null, ...more } as Interval;
  }

  it('are kept in time, kept late, broken, or still run', () => {
    expect(promiseOf(of({ first_touch_at: '2026-03-02T07:59:00Z' }), '2026-04-01T00:00:00Z')).toBe('kept');
    expect(promiseOf(of({ first_touch_at: '2026-03-02T08:00:01Z' }), '2026-04-01T00:00:00Z')).toBe('late');
    expect(promiseOf(of({}), '2026-03-02T08:00:01Z')).toBe('broken');
    expect(promiseOf(of({}), '2026-03-02T07:00:00Z')).toBeNull();
    expect(promiseOf(of({ first_touch_due_at: null }), '2026-04-01T00:00:00Z')).toBeNull();
  });

  it('are not broken by an end before they were due', () => {
    expect(promiseOf(of({ ended_at: '2026-03-01T00:00:00Z' }), '2026-04-01T00:00:00Z')).toBeNull();
  });
});

describe('capacity', () => {
  it('is a share of the limit; without a limit there is none', () => {
    expect(fillOf({ held: 30, maximum: 40 })).toBe(750_000);
    expect(fillOf({ held: 30, maximum: null })).toBeNull();
    expect(fillOf({ held: 0, maximum: 0 })).toBe(1_000_000);
  });

  it('warns before it is used up', () => {
    expect([null, 500_000, 850_000, 1_000_000].map(fillTone)).toEqual(['neutral', 'success', 'warning', 'danger']);
  });

  it('a limit has one subject or none', () => {
    const none = { user_id: null, department_id: null, role_id: null };
    expect(subjectOf(none)).toBe('all');
    expect(subjectOf({ ...none, role_id: 2 })).toBe('role');
    expect(subjectOf({ ...none, department_id: 2 })).toBe('department');
    expect(subjectOf({ ...none, user_id: 2 })).toBe('user');
  });

  it('shares of nothing are none', () => {
    expect(shareOf(1, 0)).toBeNull();
    expect(shareOf(1, 3)).toBe(333_333);
  });
});

describe('figures of the server', () => {
  const scope = { field: 'owner_id', op: 'eq', value: 7 } as const;

  it('are opened by what they add to the scope', () => {
    expect(ownFilter({ all: [scope, ROWS.deal] }, scope)).toEqual(ROWS.deal);
    expect(ownFilter(ROWS.deal, null)).toEqual(ROWS.deal);
    expect(ownFilter(scope, scope)).toBeNull();
    expect(ownFilter({}, null)).toBeNull();
  });

  it('keep a filter of two parts that is their own', () => {
    const two = { all: [ROWS.touched, ROWS.deal] };
    expect(ownFilter(two, null)).toEqual(two);
    expect(ownFilter({ all: [scope, two] }, scope)).toEqual(two);
  });

  it('a curve ends where not everybody had that many days', () => {
    const points = [
      { value: 1, is_over: true },
      { value: 3, is_over: true },
      { value: 4, is_over: false },
    ];
    expect(curveOf({ assigned: 8, points })).toEqual([12.5, 37.5, null]);
    expect(curveOf({ assigned: 0, points })).toEqual([null, null, null]);
  });
});

describe('holders of a customer', () => {
  const holder = (id: number): Holder => ({
    id,
    owner_id: id,
    owner_name: `P${id}`,
    started_at: '2026-01-01T00:00:00Z',
    ended_at: null,
    start_cause: 'claim',
    end_cause: null,
    outcome: 'open',
    is_seen: false,
    follow_up_count: null,
    opportunity_count: null,
    contract_count: null,
    ordered_minor: null,
    received_minor: null,
  });
  const own = { id: 2, owner_id: 2, follow_up_count: 3 } as Interval;

  it('are told to whoever sees the customer, with figures where one sees them', () => {
    const rows = joinIntervals([holder(2), holder(1)], [own]);
    expect(rows.map((row) => [row.id, isInterval(row), row.follow_up_count])).toEqual([
      [2, true, 3],
      [1, false, null],
    ]);
  });
  it('are those of one’s own scope where the customer itself is out of sight', () => {
    expect(joinIntervals([], [own])).toEqual([own]);
  });
});
