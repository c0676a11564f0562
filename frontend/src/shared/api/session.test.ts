import { describe, expect, it } from 'vitest';
import { holds } from './session';

describe('permissions', () => {
  const some = new Set(['customer.view', 'product.import']);
  it('are held by name', () => {
    expect([holds(some, 'customer.view'), holds(some, 'customer.import')]).toEqual([true, false]);
  });
  it('are held for anything of a kind', () => {
    expect([holds(some, '*.import'), holds(some, '*.export'), holds(some, '*.port')]).toEqual([true, false, false]);
  });
});
