import { describe, expect, it } from 'vitest';
import { webAddress } from './web';

describe('webAddress', () => {
  it.each([
    ['example.com/a', 'https://example.com/a'],
    ['www.example.com:8080?q=1', 'https://www.example.com:8080?q=1'],
    ['公司.中国', 'https://公司.中国'],
    ['http://example.com', 'http://example.com'],
    ['HTTPS://example.com/#x', 'HTTPS://example.com/#x'],
  ])('%s leads to %s', (value, link) => {
    expect(webAddress(value)).toBe(link);
  });

  it.each([
    'javascript:alert(1)',
    'JavaScript://example.com/%0aalert(1)',
    'data:text/html,x',
    '//example.com',
    'ftp://example.com',
    'example',
    'https://me@example.com',
    'example.com/a b',
    'example.com:port',
    '',
  ])('%s leads nowhere', (value) => {
    expect(webAddress(value)).toBeNull();
  });
});
