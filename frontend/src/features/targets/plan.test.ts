import { describe, expect, it } from 'vitest';
import { changesOf, draftOf, isChanged, isPartly, openMonths, proRata, stepsFor, withMonth } from './plan';
import type { Plan } from './rounds';

const months = Array.from({ length: 12 }, (_, index) => `2041-${String(index + 1).padStart(2, '0')}-01`);
const zeros = Array<number>(12).fill(0);
const full = Array<number>(12).fill(30);

function plan(part: Partial<Plan> = {}): Plan {
  return {
    round: { id: 1, year: 2041, deadline_on: '2040-12-20', state: 'open', note: null, version: 1, measures: [] },
    measure: 'signed_amount',
    kind: 'money',
    subject_kind: 'user',
    subject_id: 7,
    name: '王',
    state: 'draft',
    version: 0,
    is_mine: true,
    may_review: false,
    months,
    asked: [],
    levels: [{ level: 'base', amounts: [100, ...zeros.slice(1)], versions: [3, ...zeros.slice(1)] }],
    presence: { days: full, of_days: full },
    signed: null,
    agreed: null,
    counter_number: null,
    change_number: null,
    change_by_owner: false,
    may_answer: false,
    is_open: true,
    last_year: { target: zeros, actual: zeros },
    smart: { score: 0, points: [], estimate: null, ramp: [], coverage: null, colleagues: 0 },
    versions: [],
    events: [],
    ...part,
  };
}

describe('a target in its round', () => {
  it('sends what was changed, with the versions it was changed from', () => {
    const draft = withMonth(withMonth(draftOf(plan()), 'base', 0, 150), 'base', 4, 20);
    expect(changesOf(plan(), draft, 'base').map(({ month, amount, version }) => [month, amount, version])).toEqual([
      [1, 150, 3],
      [5, 20, 0],
    ]);
    expect(isChanged(plan(), draftOf(plan()))).toBe(false);
    expect(isChanged(plan(), withMonth(draftOf(plan()), 'stretch', 2, 1))).toBe(true);
  });

  it('offers each side its steps', () => {
    expect(stepsFor(plan())).toEqual(['submit', 'comment']);
    expect(stepsFor(plan({ state: 'returned', counter_number: 2, may_answer: true }))).toEqual([
      'accept',
      'submit',
      'comment',
    ]);
    expect(stepsFor(plan({ state: 'submitted' }))).toEqual(['withdraw', 'comment']);
    const review = { is_mine: false, may_review: true };
    expect(stepsFor(plan({ state: 'submitted', ...review }))).toEqual(['agree', 'return', 'comment']);
    expect(stepsFor(plan({ state: 'draft', ...review }))).toEqual(['comment']);
    expect(stepsFor(plan({ state: 'locked', ...review }))).toEqual(['change', 'comment']);
    const waiting = { state: 'locked', change_number: 3, change_by_owner: true } as const;
    expect(stepsFor(plan({ ...waiting, ...review, may_answer: true }))).toEqual([
      'change-agree',
      'change-decline',
      'comment',
    ]);
    expect(stepsFor(plan(waiting))).toEqual(['change-decline', 'comment']);
    expect(stepsFor(plan({ is_mine: false }))).toEqual([]);
  });

  it('moves no amounts of a measure that is switched off', () => {
    const off = { is_open: false, may_answer: true } as const;
    expect(stepsFor(plan({ ...off, state: 'returned', counter_number: 2 }))).toEqual(['submit', 'comment']);
    expect(stepsFor(plan({ ...off, state: 'locked' }))).toEqual(['comment']);
    expect(stepsFor(plan({ ...off, state: 'locked', change_number: 3 }))).toEqual(['change-decline', 'comment']);
  });

  it('counts days for who is here for a part of the year', () => {
    const joined = plan({ presence: { days: [0, 15, ...full.slice(2)], of_days: full } });
    expect(isPartly(joined)).toBe(true);
    expect(isPartly(plan())).toBe(false);
    expect(proRata(joined, [100, 101, 102, ...zeros.slice(3)]).slice(0, 3)).toEqual([0, 51, 102]);
    expect(openMonths(joined, '2041-11-26')).toEqual([10, 11]);
    expect(openMonths(joined, '2042-01-01')).toEqual([]);
  });
});
