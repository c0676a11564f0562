import { describe, expect, it } from 'vitest';
import type { Overview } from './api';
import { closers, dealsFilter, type Deal } from './outlook';

const deal = (id: number, amount_minor: number, win_probability_ppm: number): Deal => ({
  id,
  name: String(id),
  amount_minor,
  win_probability_ppm,
  expected_close_on: null,
});

describe('what would close the gap', () => {
  const deals = [deal(1, 100, 900_000), deal(2, 500, 500_000), deal(3, 400, 100_000), deal(4, 300, 600_000)];

  it('takes the fewest, the most promising first', () => {
    expect(closers(deals, 600, true).map((one) => one.id)).toEqual([2, 4]);
    expect(closers(deals, 5000, true).map((one) => one.id)).toEqual([2, 4, 1, 3]);
    expect(closers(deals, 1, false).map((one) => one.id)).toEqual([2]);
    expect(closers([], 5, true)).toEqual([]);
  });

  it('asks for those of the node that close in the rest of the year', () => {
    const overview = {
      measure: 'signed_amount',
      as_of: '2026-11-26',
      to_on: '2027-01-01',
      path: [{ id: 1, name: 'x' }],
      node: { kind: 'department', id: 2, gap: 5 },
    } as unknown as Overview;
    expect(JSON.stringify(dealsFilter(overview, [2, 3]))).toContain(
      '{"field":"department_id","op":"in","value":[2,3]}',
    );
    expect(JSON.stringify(dealsFilter({ ...overview, path: [] }, [2]))).not.toContain('department_id');
    expect(dealsFilter({ ...overview, measure: 'visits' }, [])).toBeNull();
    expect(dealsFilter({ ...overview, to_on: '2026-01-01' }, [])).toBeNull();
    expect(dealsFilter({ ...overview, node: { ...overview.node, gap: -1 } }, [])).toBeNull();
  });
});
