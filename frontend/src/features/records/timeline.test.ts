import { describe, expect, it } from 'vitest';
import { stageEntries, type StageEvent } from './timeline';

const event = (more: Partial<StageEvent>): StageEvent => ({
  at: '2026-03-01T00:00:00.000Z',
  from_stage: 'Offer',
  to_stage: 'Offer',
  user_name: 'Li',
  amount_minor: 100,
  expected_close_on: null,
  ...more,
});
const born = event({ from_stage: null, to_stage: 'Lead' });

describe('the history of an opportunity', () => {
  it('tells moves as moves, and other amounts and days as changes', () => {
    const entries = stageEntries(7, [
      event({ amount_minor: 300, expected_close_on: '2026-05-01' }),
      event({ from_stage: 'Lead', amount_minor: 200 }),
      born,
    ]);
    expect(entries.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['audit', { amount_minor: [200, 300], expected_close_on: [null, '2026-05-01'] }],
      ['stage', { to: 'Offer', amount_minor: [100, 200] }],
      ['stage', { to: 'Lead' }],
    ]);
    expect(entries.every((entry) => entry.record_id === 7)).toBe(true);
  });
  it('tells nothing of amounts that are hidden', () => {
    const hidden = { at: born.at, from_stage: 'Lead', to_stage: 'Lead', user_name: null };
    const first = { ...hidden, from_stage: null };
    expect(stageEntries(7, [hidden, first]).map((entry) => entry.kind)).toEqual(['stage']);
  });
});
