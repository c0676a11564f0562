import { describe, expect, it } from 'vitest';
import { batchBody, hasReceivers, hasSelection, lineCount, mayUndo, newDraft } from './wizard';

const li = { id: 3, name: '李娜', weight: 2 };
const wang = { id: 4, name: '王芳', weight: null };

describe('the wizard', () => {
  it('starts with what was ticked in a list, else with a filter', () => {
    expect(newDraft({ ids: [1, 2] })).toMatchObject({ way: 'ids', ids: [1, 2] });
    expect(newDraft({})).toMatchObject({ way: 'filter', filter: null });
  });

  it('needs a selection', () => {
    expect(hasSelection(newDraft({}))).toBe(false);
    expect(hasSelection(newDraft({ filter: { field: 'level', op: 'eq', value: 'a' } }))).toBe(true);
    expect(hasSelection({ ...newDraft({}), way: 'lines', lines: ' \n ' })).toBe(false);
    expect(hasSelection({ ...newDraft({}), way: 'file' })).toBe(false);
    expect(hasSelection({ ...newDraft({}), way: 'file', list: { id: 1, name: 'a.csv', count: 3 } })).toBe(true);
    expect(lineCount('a\n\n b \n')).toBe(2);
  });

  it('needs somebody who gets them', () => {
    const draft = newDraft({ ids: [1] });
    expect(hasReceivers(draft)).toBe(false);
    expect(hasReceivers({ ...draft, people: [li, wang] })).toBe(true);
    expect(hasReceivers({ ...draft, strategy: 'one', people: [li, wang] })).toBe(false);
    expect(hasReceivers({ ...draft, strategy: 'map', map: [{ key: 1, filter: null, people: [li] }] })).toBe(false);
  });

  it('asks for exactly what was chosen', () => {
    const body = batchBody({ ...newDraft({ ids: [1] }), people: [li, wang], lines: 'left over', reason: ' 展会 ' });
    expect(body).toMatchObject({
      ids: [1],
      strategy: 'evenly',
      people: [{ user_id: 3 }, { user_id: 4 }],
      reason: '展会',
    });
    expect(body).not.toHaveProperty('lines');
    expect(body).not.toHaveProperty('sla_policy_id');
    expect(batchBody({ ...newDraft({ ids: [1] }), people: [li], strategy: 'weighted' })).toMatchObject({
      people: [{ user_id: 3, weight: 2 }],
    });
    expect(batchBody({ ...newDraft({ ids: [1] }), policy: 'none' })).toMatchObject({ sla_policy_id: null });
  });

  it('a batch is taken back while its time runs', () => {
    const until = '2026-03-02T08:00:00.000Z';
    expect(mayUndo({ status: 'done', undo_until: until }, '2026-03-02T07:00:00.000Z')).toBe(true);
    expect(mayUndo({ status: 'done', undo_until: until }, '2026-03-02T09:00:00.000Z')).toBe(false);
    expect(mayUndo({ status: 'undone', undo_until: until }, '2026-03-02T07:00:00.000Z')).toBe(false);
    expect(mayUndo({ status: 'done', undo_until: null }, '2026-03-02T07:00:00.000Z')).toBe(false);
  });
});
