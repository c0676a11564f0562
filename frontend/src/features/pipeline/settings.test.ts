import { describe, expect, it } from 'vitest';
import type { Pipeline } from './api';
import {
  draftOf,
  fingerprint,
  movedTo,
  newGuide,
  newPlan,
  newStage,
  pipelineBody,
  pipelineFaults,
  stageFaults,
  withKind,
} from './settings';

const NAMES = { open: 'Open', won: 'Won', lost: 'Lost' };
const stored: Pipeline = {
  id: 1,
  name: 'Standard',
  is_default: false,
  is_own: false,
  version: 3,
  department_ids: [2],
  allow_skip: false,
  allow_back: true,
  stages: [
    {
      id: 4,
      name: 'First',
      kind: 'open',
      win_probability_ppm: 100_000,
      forecast_category: 'pipeline',
      usual_days: 7,
      longest_days: 30,
      required_fields: ['amount_minor'],
      enter_role_ids: [],
      leave_role_ids: [3],
      guide: [{ id: 8, kind: 'script', title: 'Hello', body: 'a\nb', is_mandatory: false, needs_file: false }],
      plan: [{ id: 9, name: 'Call', kind: 'call', days_after: 0 }],
    },
  ],
};

describe('a new pipeline', () => {
  it('begins with one stage of each kind', () => {
    const draft = draftOf(null, NAMES);
    expect(draft.stages.map((stage) => [stage.kind, stage.win_probability_ppm, stage.forecast_category])).toEqual([
      ['open', 100_000, 'pipeline'],
      ['won', 1_000_000, 'closed'],
      ['lost', 0, 'omitted'],
    ]);
    expect(pipelineFaults({ ...draft, name: 'x' })).toEqual([]);
    expect(pipelineFaults({ ...draft, stages: draft.stages.slice(0, 1) })).toEqual(['name', 'kinds']);
  });
  it('asks for the chance of a stage that is open again', () => {
    const won = newStage('x', 'won');
    expect(withKind(won, 'open')).toMatchObject({
      kind: 'open',
      win_probability_ppm: null,
      forecast_category: 'pipeline',
    });
    expect(withKind({ ...newStage('x'), win_probability_ppm: 5 }, 'open').win_probability_ppm).toBe(5);
  });
});

describe('faults of a stage', () => {
  const good = { ...newStage('A'), win_probability_ppm: 1 };
  it('are named', () => {
    expect(stageFaults(good, [good])).toEqual([]);
    expect(stageFaults({ ...good, name: ' ' }, [good])).toEqual(['name']);
    expect(stageFaults({ ...good, win_probability_ppm: 1_000_001 }, [])).toEqual(['probability']);
    expect(stageFaults({ ...good, usual_days: 10, longest_days: 9 }, [])).toEqual(['days']);
    expect(stageFaults({ ...good, usual_days: 0 }, [])).toEqual(['days']);
    expect(stageFaults({ ...good, guide: [newGuide()], plan: [newPlan()] }, [])).toEqual(['guide', 'plan']);
  });
  it('tell of two with one name', () => {
    const twin = { ...good, name: ' A' };
    expect(stageFaults(good, [good, twin])).toEqual(['same_name']);
  });
});

describe('what is sent', () => {
  it('is what was stored, as long as nothing changed', () => {
    const { name, is_default, department_ids, allow_skip, allow_back, stages } = stored;
    const body = { name, is_default, department_ids, allow_skip, allow_back, stages };
    expect(pipelineBody(draftOf(stored), [])).toEqual(body);
    expect(fingerprint(draftOf(stored))).toBe(fingerprint(draftOf(stored)));
  });
  it('makes the default pipeline everybody’s', () => {
    const draft = { ...draftOf(stored), is_default: true };
    expect(pipelineBody(draft, [])).toMatchObject({ is_default: true, department_ids: [] });
  });
  it('says where the deals of a stage go', () => {
    const moves = [{ from_stage_id: 4, to_stage_id: 5 }];
    expect(pipelineBody(draftOf(null, NAMES), moves)).toMatchObject({ moves });
  });
  it('asks nothing of a line that is only read', () => {
    const line = { ...newGuide('script'), title: ' t ', body: ' ', is_mandatory: true, needs_file: true };
    const draft = { ...draftOf(null, NAMES), stages: [{ ...newStage('A'), guide: [line] }] };
    expect(pipelineBody(draft, []).stages).toMatchObject([
      { guide: [{ kind: 'script', title: 't', body: null, is_mandatory: false, needs_file: false }] },
    ]);
  });
});

it('puts an item in another place', () => {
  expect(movedTo(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(movedTo(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
  expect(movedTo(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  expect(movedTo(['a'], 3, 0)).toEqual(['a']);
});
