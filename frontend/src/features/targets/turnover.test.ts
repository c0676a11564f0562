import { describe, expect, it } from 'vitest';
import { proposedYear, sortTurnover, type Proposal, type Turnover } from './turnover';

const proposal: Proposal = {
  step: 'change',
  effective_on: '2041-11-01',
  before: [10, 10],
  amounts: [4, 0],
  released: 16,
  may_propose: true,
  may_release: false,
};
function line(part: Partial<Turnover>): Turnover {
  return {
    kind: 'left',
    on: '2041-11-12',
    user_id: 7,
    name: '王',
    from_department: { id: 1, name: '华东' },
    to_department: null,
    state: 'locked',
    days: 220,
    of_days: 250,
    days_ppm: 880_000,
    year: 120,
    moves: 16,
    along: 0,
    is_settled: false,
    waits: false,
    proposal: null,
    suggested: null,
    colleagues: 0,
    ...part,
  };
}

describe('joiners, leavers and transfers', () => {
  it('puts first what something may be done about', () => {
    const open = [line({ proposal }), line({ waits: true }), line({ kind: 'joined', suggested: [1] })];
    const past = [line({ is_settled: true }), line({})];
    expect(sortTurnover([past[0] as Turnover, ...open, past[1] as Turnover])).toEqual({ open, past });
    expect(sortTurnover([])).toEqual({ open: [], past: [] });
  });

  it('fills the months of a proposal in and leaves those before it', () => {
    const stored = [1, 2, null, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    expect(proposedYear(proposal, stored)).toEqual([1, 2, null, 4, 5, 6, 7, 8, 9, 10, 4, 0]);
    expect(proposedYear({ ...proposal, amounts: stored.map(() => 3) }, stored)).toEqual(stored.map(() => 3));
  });
});
