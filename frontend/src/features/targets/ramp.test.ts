import { describe, expect, it } from 'vitest';
import { isRamp, percentsOf } from './ramp';

describe('the ramp of newcomers', () => {
  it('is shown in percents', () => {
    expect(percentsOf({ ramp: [250_000, 500_000, 1_000_000], version: 1 })).toEqual([25, 50, 100]);
  });
  it('ascends between nothing and all', () => {
    expect([[], [0, 0, 100], [25, 50, 75]].map(isRamp)).toEqual([true, true, true]);
    expect([[50, 25], [101], [-1], [25, null]].map(isRamp)).toEqual([false, false, false, false]);
  });
});
