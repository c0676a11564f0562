import { describe, expect, it } from 'vitest';
import type { Figure, Overview, OverviewNode, Period } from './api';
import { barsOf, childrenOf, factsOf, neededPerDay, pathTo, standingOf } from './overview';

function figure(target: number, actual: number): Figure {
  const ppm = target === 0 ? null : Math.round((actual * 1_000_000) / target);
  return { target, actual, completion_ppm: ppm, gap: target - actual };
}
function period(target: number, actual: number): Period {
  return { ...figure(target, actual), from_on: '2026-01-01', to_on: '2026-04-01', time_passed_ppm: 500_000 };
}
function node(kind: OverviewNode['kind'], id: number | null, target: number, actual: number): OverviewNode {
  return { ...figure(target, actual), kind, id, name: `${kind} ${id}`, periods: [period(target, actual)] };
}
const overview: Overview = {
  year: 2026,
  measure: 'signed_amount',
  kind: 'money',
  as_of: '2026-07-01',
  from_on: '2026-01-01',
  to_on: '2027-01-01',
  time_passed_ppm: 500_000,
  path: [],
  node: node('department', 1, 100, 60),
  own: { ...figure(0, 5), periods: [period(0, 5)] },
  children: [node('department', 2, 50, 20), node('user', 7, 50, 35)],
};

describe('standing', () => {
  it.each([
    [0, 5, 'none'],
    [100, 120, 'done'],
    [100, 50, 'ahead'],
    [100, 40, 'behind'],
    [100, 39, 'far'],
  ] as const)('of target %d with %d done at half time: %s', (target, actual, standing) => {
    expect(standingOf(figure(target, actual), 500_000)).toBe(standing);
  });
  it('a period to come is open, not ahead', () => {
    expect(standingOf(figure(100, 0), 0)).toBe('open');
    expect(standingOf(figure(100, 100), 0)).toBe('done');
  });
  it('what is needed a day is rounded up, so that it suffices', () => {
    expect(neededPerDay(100, 3)).toBe(34);
    expect([neededPerDay(0, 3), neededPerDay(-5, 3), neededPerDay(5, 0)]).toEqual([null, null, null]);
  });
});

describe('children', () => {
  const namesOf = (shown: Overview, sort: Parameters<typeof childrenOf>[1]): readonly string[] =>
    childrenOf(shown, sort).map((child) => child.key);
  it("as given, with the department's own at the end when it holds something", () => {
    expect(namesOf(overview, 'given')).toEqual(['department/2', 'user/7', 'own']);
    expect(namesOf({ ...overview, own: { ...figure(0, 0), periods: [period(0, 0)] } }, 'given')).toHaveLength(2);
  });
  it('own amounts that cancel out over the year still show', () => {
    const own = { ...figure(0, 0), periods: [period(0, 5), period(0, -5)] };
    expect(namesOf({ ...overview, own }, 'given')).toHaveLength(3);
  });
  it('largest first when sorted', () => {
    expect(namesOf(overview, 'completion')).toEqual(['user/7', 'department/2', 'own']);
    expect(namesOf(overview, 'gap')[0]).toBe('user/7');
  });
});

describe('the rows behind a figure', () => {
  const span = { from_on: '2026-01-01', to_on: '2026-04-01' };
  const base = { year: 2026, measure: 'signed_amount', ...span };
  const [department, person, own] = childrenOf(overview, 'given');
  it('of a department, of a person within it, of nobody', () => {
    expect(factsOf(overview, null, span)).toEqual({ ...base, department_id: 1 });
    expect(factsOf(overview, department!, span)).toEqual({ ...base, department_id: 2 });
    expect(factsOf(overview, person!, span)).toEqual({ ...base, department_id: 1, user_id: 7 });
    expect(factsOf(overview, own!, span)).toEqual({ ...base, department_id: 1, user_id: 0 });
  });
  it('of a person alone, and of all that may be seen', () => {
    expect(factsOf({ ...overview, node: node('user', 7, 1, 1) }, null, span)).toEqual({ ...base, user_id: 7 });
    const all = { ...overview, node: node('scope', null, 1, 1) };
    expect(factsOf(all, null, span)).toEqual(base);
    expect(factsOf(all, person!, span)).toEqual({ ...base, user_id: 7 });
  });
});

describe('the way to a person', () => {
  it('leads from the top to the department that the person was reached through', () => {
    const tree = [
      { id: 1, parent_id: null, name: 'top', depth: 0 },
      { id: 2, parent_id: 1, name: 'north', depth: 1 },
      { id: 3, parent_id: 1, name: 'south', depth: 1 },
    ];
    expect(pathTo(tree, 3).map((one) => one.name)).toEqual(['top', 'south']);
    expect(pathTo(tree, null)).toEqual([]);
    expect(pathTo([], 3)).toEqual([]);
  });
});

describe('bars', () => {
  it('share one scale, also below nothing', () => {
    const { zero, bars } = barsOf([period(80, 100), period(50, -100)], { width: 200, height: 100 });
    expect(zero).toBe(50);
    expect(bars[0]?.actual).toEqual({ y: 0, height: 50 });
    expect(bars[0]?.target).toEqual({ y: 10, height: 40 });
    expect(bars[1]?.actual).toEqual({ y: 50, height: 50 });
  });
  it('nothing at all lies flat on the ground', () => {
    expect(barsOf([period(0, 0)], { width: 100, height: 100 }).bars[0]?.actual).toEqual({ y: 100, height: 0 });
    expect(barsOf([], { width: 100, height: 100 }).bars).toEqual([]);
  });
});
