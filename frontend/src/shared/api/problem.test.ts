import { describe, expect, it } from 'vitest';
import { ApiProblem, isPassing } from './problem';

describe('failures', () => {
  it('are worth another try when time may cure them', () => {
    const statuses = [0, 429, 500, 503, 400, 403, 404, 422];
    expect(statuses.map((status) => isPassing(new ApiProblem(status, {})))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(isPassing(new Error('a fault of the page'))).toBe(true);
  });
});
