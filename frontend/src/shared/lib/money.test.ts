import { describe, expect, it } from 'vitest';
import { formatMoney, lineAmount, moneyInputText, parseMoney } from './money';

describe('formatMoney', () => {
  it('groups thousands and keeps the minor unit', () => {
    expect(formatMoney(123456789)).toBe('1,234,567.89');
    expect(formatMoney(-5)).toBe('-0.05');
    expect(formatMoney(0, { symbol: true })).toBe('¥0.00');
    expect(formatMoney(-123450, { symbol: true, currency: 'USD' })).toBe('-$1,234.50');
    expect(formatMoney(null)).toBe('—');
  });
  it('knows currencies without or with three decimals', () => {
    expect(formatMoney(1234567, { currency: 'JPY' })).toBe('1,234,567');
    expect(formatMoney(1234567, { currency: 'JPY', symbol: true })).toBe('JP¥1,234,567');
    expect(formatMoney(1234567, { currency: 'KWD' })).toBe('1,234.567');
  });
  it('shortens by the units of the language, half away from zero', () => {
    expect(formatMoney(1234567800, { short: true, locale: 'zh-CN' })).toBe('1,234.57万');
    expect(formatMoney(1234567800, { short: true, locale: 'en' })).toBe('12.35M');
    expect(formatMoney(-1000000, { short: true, locale: 'zh-CN' })).toBe('-1万');
    expect(formatMoney(999999, { short: true, locale: 'zh-CN' })).toBe('9,999.99');
    expect(formatMoney(20000000000, { short: true, locale: 'zh-CN', symbol: true })).toBe('¥2亿');
  });
  it('is exact beyond what binary fractions hold', () => {
    expect(formatMoney(Number.MAX_SAFE_INTEGER)).toBe('90,071,992,547,409.91');
  });
});

describe('parseMoney', () => {
  it.each([
    ['1,234.5', 123450],
    ['¥1.2万', 1200000],
    ['$500,000', 50000000],
    ['-3k', -300000],
    ['１２３．４５', 12345],
    ['0.1', 10],
    ['.5', 50],
    ['2亿', 20000000000],
    ['100元', 10000],
    ['-0', 0],
    ['1.50000', 150],
  ])('reads %s', (text, minor) => {
    expect(parseMoney(text)).toBe(minor);
  });
  it.each(['abc', '1.234', '1..2', '12-', '.', '万', '99999999999999999', '1e5'])('refuses %s', (text) => {
    expect(parseMoney(text)).toBeUndefined();
  });
  it('takes an empty text as no amount', () => {
    expect(parseMoney('  ')).toBeNull();
  });
  it('gives back what the input shows, for many amounts', () => {
    for (let minor = -100_000; minor < 100_000; minor += 37) {
      expect(parseMoney(moneyInputText(minor))).toBe(minor);
      expect(parseMoney(formatMoney(minor))).toBe(minor);
    }
  });
});

describe('lineAmount', () => {
  it('rounds half away from zero', () => {
    expect(lineAmount(1500, 333)).toBe(500);
    expect(lineAmount(1500, 1)).toBe(2);
    expect(lineAmount(1499, 1)).toBe(1);
    expect(lineAmount(1_000_000_000_000, 9_000)).toBe(9_000_000_000_000);
  });
});
