import { describe, expect, it } from 'vitest';
import { clockText, passwordFault, safeNext, secondsUntil } from './model';

describe('safeNext', () => {
  it.each([
    ['/customers?q=1', '/customers?q=1'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example', '/'],
    [undefined, '/'],
  ])('%s leads to %s', (next, path) => {
    expect(safeNext(next)).toBe(path);
  });
});

describe('first password', () => {
  it('is long enough and typed twice alike', () => {
    expect(passwordFault('short', 'short')).toBe('sign_in.first.too_short');
    expect(passwordFault('long enough', 'long enougH')).toBe('sign_in.first.differs');
    expect(passwordFault('long enough', 'long enough')).toBeNull();
  });
});

describe('waiting', () => {
  it('counts down to zero', () => {
    expect(secondsUntil('2026-01-01T00:01:15.200Z', Date.parse('2026-01-01T00:00:00Z'))).toBe(76);
    expect(secondsUntil('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:05Z'))).toBe(0);
    expect(clockText(75)).toBe('1:15');
  });
});
