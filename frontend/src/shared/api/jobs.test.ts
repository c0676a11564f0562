import { describe, expect, it } from 'vitest';
import { refusalsOf } from './jobs';
import type { Job } from './types';

function job(result: unknown): Job {
  return { id: 1, kind: 'record.bulk', status: 'done', done: 3, total: 3, result } as Job;
}

describe('what a job left undone', () => {
  it('is counted, each reason once and in the language shown', () => {
    const reasons = [
      { id: 1, code: 'forbidden', detail: 'no' },
      { id: 2, code: 'forbidden', detail: 'no' },
      { id: 3, code: 'something_new', detail: 'Said by the server.' },
    ];
    const { count, reasons: sentences } = refusalsOf(job({ done: 0, refused: 3, reasons }));
    expect(count).toBe(3);
    expect(sentences).toHaveLength(2);
    expect(sentences[0]).toMatch(/权限/);
    expect(sentences[1]).toBe('Said by the server.');
  });
  it('is nothing where the result tells nothing', () => {
    expect(refusalsOf(job(null))).toEqual({ count: 0, reasons: [] });
    expect(refusalsOf(job({ rows: 5 }))).toEqual({ count: 0, reasons: [] });
  });
});
