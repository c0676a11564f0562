import { describe, expect, it } from 'vitest';
import type { Analysis, Stage, StageFigures } from './api';
import {
  askedOf,
  askedQuery,
  filterOf,
  isEmptyAnalysis,
  periodOf,
  reasonRows,
  rowsAt,
  slipRows,
  stageLines,
} from './analysis';

const figures = (stage_id: number, count = 0): StageFigures => ({
  stage_id,
  open: { count, sums: [], total: { currency: 'CNY', amount_minor: 0, weighted_minor: 0 }, filter: null },
  cohort: { reached: 0, rate_ppm: null, filter: null },
  flow: { entered: 0, forward: 0, lost: 0, back: 0, rate_ppm: null },
  days: null,
  overdue: { count: 0, filter: null },
});
const analysis = (stages: StageFigures[]): Analysis => ({
  stages,
  reasons: [],
  slips: [],
  stuck: [],
  bottleneck_stage_id: 2,
  guide: [],
  too_few_below: 20,
});

describe('what is asked', () => {
  it('survives the address', () => {
    const query = {
      pipeline: '3',
      period: 'half',
      owner: '4',
      department: '5',
      way: 'flow',
      f: '{"field":"a","op":"eq","value":1}',
    };
    expect(askedQuery(askedOf(query))).toEqual(query);
    const own = { from: '2026-01-01', to: '2026-01-31' };
    expect(askedQuery(askedOf(own))).toEqual(own);
    expect(askedOf({ from: '2026-02-01', to: '2026-01-31' })).toMatchObject({ period: 'year', from: null, to: null });
  });
  it('is whole months up to today, or the days chosen', () => {
    expect(periodOf(askedOf({}), '2026-11-26')).toEqual({ from_on: '2025-12-01', to_on: '2026-11-26' });
    expect(periodOf(askedOf({ period: 'quarter' }), '2026-01-31')).toEqual({
      from_on: '2025-11-01',
      to_on: '2026-01-31',
    });
    expect(periodOf(askedOf({ from: '2026-01-01', to: '2026-01-31' }), '2026-11-26')).toEqual({
      from_on: '2026-01-01',
      to_on: '2026-01-31',
    });
  });
  it('is narrowed by person and department', () => {
    expect(filterOf(askedOf({}))).toBeNull();
    expect(filterOf(askedOf({ owner: '4', department: '5' }))).toEqual({
      all: [
        { field: 'owner_id', op: 'eq', value: 4 },
        { field: 'department_id', op: 'under', value: 5 },
      ],
    });
  });
});

describe('rows behind figures', () => {
  const period = { from_on: '2026-01-01', to_on: '2026-03-31' };
  it('open the list with a filter', () => {
    expect(rowsAt(null)).toEqual({ path: '/opportunities', query: {} });
    expect(rowsAt({ field: 'a', op: 'is_null' })).toEqual({
      path: '/opportunities',
      query: { f: '{"field":"a","op":"is_null"}' },
    });
  });
  it('are those of the reason', () => {
    const reason = { reason_id: 7, name: 'R', kind: 'lost' as const, count: 1, amount_minor: null };
    expect(reasonRows(reason, 3, period, null)).toEqual({
      all: [
        { field: 'pipeline_id', op: 'eq', value: 3 },
        { field: 'status', op: 'eq', value: 'lost' },
        { field: 'close_reason_id', op: 'eq', value: 7 },
        { field: 'closed_on', op: 'between', value: ['2026-01-01', '2026-03-31'] },
      ],
    });
    expect(JSON.stringify(reasonRows({ ...reason, reason_id: null }, 3, period, null))).toContain('is_null');
  });
  it('have no end where the last group has none', () => {
    expect(JSON.stringify(slipRows(1, ['won', 'lost'], 3, period, null))).toContain('"slip_count","op":"eq","value":1');
    expect(JSON.stringify(slipRows(3, ['won'], 3, period, null))).toContain('"slip_count","op":"ge","value":3');
  });
});

it('joins stages and figures and marks the bottleneck', () => {
  const stages = [{ id: 1 }, { id: 2 }, { id: 3 }] as Stage[];
  const lines = stageLines(stages, analysis([figures(2), figures(1)]));
  expect(lines.map((line) => [line.stage.id, line.isBottleneck])).toEqual([
    [1, false],
    [2, true],
  ]);
  expect(isEmptyAnalysis(analysis([figures(1)]))).toBe(true);
  expect(isEmptyAnalysis(analysis([figures(1, 2)]))).toBe(false);
});
