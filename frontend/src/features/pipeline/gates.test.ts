import { describe, expect, it } from 'vitest';
import { ApiProblem } from '@/shared/api/problem';
import type { CloseReason, Gate, GuideItem, Stage } from './api';
import { askedFirst, closeBody, closeFaults, gatesOf, mendingOf, progressOf } from './gates';

const gates: Gate[] = [
  { code: 'required_field', stage_id: 2, field: 'amount_minor', text: 'a' },
  { code: 'required_field', stage_id: 3, field: 'amount_minor', text: 'a' },
  { code: 'guide_item', stage_id: 1, item_id: 5, text: 'b' },
  { code: 'guide_file', stage_id: 1, item_id: 6, text: 'c' },
  { code: 'skip', stage_id: 3, text: 'd' },
];
const reason = (id: number, more: Partial<CloseReason> = {}): CloseReason => ({
  id,
  kind: 'lost',
  name: `R${id}`,
  needs_competitor: false,
  needs_note: false,
  is_active: true,
  sort_order: id,
  ...more,
});
const lost = { id: 9, kind: 'lost' } as Stage;

describe('gates', () => {
  it('are read from the refusal, wherever it tells them', () => {
    const told = { code: 'gate_closed', gates };
    expect(gatesOf(new ApiProblem(422, told))).toEqual(gates);
    expect(gatesOf(new ApiProblem(422, { code: 'gate_closed', extra: { gates } } as never))).toEqual(gates);
    expect(gatesOf(new ApiProblem(422, { code: 'gate_closed' }))).toEqual([]);
    expect(gatesOf(new ApiProblem(422, { code: 'invalid' }))).toBeNull();
    expect(gatesOf(new Error('x'))).toBeNull();
  });
  it('are sorted by how they are mended', () => {
    expect(mendingOf(gates)).toEqual({
      fields: ['amount_minor'],
      items: [5],
      files: [6],
      closes: false,
      blocked: [gates[4]],
    });
    expect(mendingOf([{ code: 'note', text: '' }]).closes).toBe(true);
  });
});

describe('closing', () => {
  it('asks why before it is lost, as long as there are reasons', () => {
    expect(askedFirst(lost, [reason(1)])?.[0]?.code).toBe('reason');
    expect(askedFirst(lost, [reason(1, { is_active: false }), reason(2, { kind: 'won' })])).toBeNull();
    expect(askedFirst({ ...lost, kind: 'won' }, [reason(1, { kind: 'won' })])).toBeNull();
  });
  it('wants what the reason asks for', () => {
    const reasons = [reason(1), reason(2, { needs_competitor: true, needs_note: true })];
    const blank = { reason: null, competitor: ' ', note: '' };
    expect(closeFaults(blank, reasons)).toEqual(['reason']);
    expect(closeFaults({ ...blank, reason: 1 }, reasons)).toEqual([]);
    expect(closeFaults({ ...blank, reason: 2 }, reasons)).toEqual(['competitor', 'note']);
    expect(closeFaults(blank, [])).toEqual([]);
  });
  it('sends what was filled in', () => {
    expect(closeBody({ reason: 2, competitor: ' Acme ', note: '' })).toEqual({
      close_reason_id: 2,
      competitor: 'Acme',
    });
    expect(closeBody({ reason: null, competitor: '', note: '' })).toEqual({});
  });
});

it('counts the steps that can be ticked', () => {
  const item = (kind: GuideItem['kind'], done_at: string | null): GuideItem => ({
    id: 1,
    kind,
    title: '',
    body: null,
    is_mandatory: false,
    needs_file: false,
    done_at,
    done_by_name: null,
    note: null,
    files: [],
  });
  expect(progressOf([item('ask', 'x'), item('confirm', null), item('script', null)])).toEqual({ done: 1, all: 2 });
});
