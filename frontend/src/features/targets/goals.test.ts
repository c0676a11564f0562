import { describe, expect, it } from 'vitest';
import { lastKnown, paceOf, rateOf, type Goals, type GoalStep } from './goals';

const step = (more: number | null, over: Partial<GoalStep> = {}): GoalStep => ({
  key: 'opportunities',
  unit: 'count',
  asked: 1,
  need: more,
  have: 0,
  more,
  source: more === null ? null : 'department',
  part_figure: 'won',
  whole_figure: 'closed',
  have_figure: 'open',
  cases_min: 10,
  per_week: null,
  per_working_day_milli: null,
  rates: [
    { source: 'own', part: 0, whole: 3, cases: 3, is_enough: false },
    { source: 'department', part: 2, whole: 10, cases: 10, is_enough: true },
  ],
  ...over,
});

describe('sub-goals', () => {
  it('finds the step that one can go by', () => {
    const goals = (steps: GoalStep[]) => ({ steps }) as unknown as Goals;
    expect(lastKnown(goals([step(4), step(9), step(null)]))?.more).toBe(9);
    expect(lastKnown(goals([step(4), step(0), step(null)]))?.more).toBe(4);
    expect(lastKnown(goals([step(null)]))).toBeNull();
    expect(lastKnown(goals([]))).toBeNull();
  });
  it('tells whose rate it is', () => {
    expect(rateOf(step(4))).toMatchObject({ source: 'department', part: 2, whole: 10 });
    expect(rateOf(step(null))).toBeNull();
  });
  it('says a week, all of it, or nothing', () => {
    expect(paceOf(step(12, { per_week: 6 }))).toEqual({ kind: 'week', amount: 6 });
    expect(paceOf(step(3))).toEqual({ kind: 'all', amount: 3 });
    expect(paceOf(step(0))).toBeNull();
    expect(paceOf(step(null))).toBeNull();
  });
});
