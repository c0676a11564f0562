/** Money as the server means it: an integer number of the currency's minor unit. Nothing here goes through a binary
 * fraction, so 0.1 + 0.2 cannot happen; the greatest exact amount is 2^53 minor units (90 trillion yuan). */

/** Digits after the decimal point of the currencies that do not have two. */
const DIGITS: Readonly<Record<string, number>> = {
  JPY: 0,
  KRW: 0,
  VND: 0,
  CLP: 0,
  ISK: 0,
  KWD: 3,
  BHD: 3,
  OMR: 3,
  TND: 3,
};
const SYMBOLS: Readonly<Record<string, string>> = {
  CNY: '¥',
  USD: '$',
  EUR: '€',
  GBP: '£',
  JPY: 'JP¥', // yuan and yen stand side by side
  HKD: 'HK$',
  TWD: 'NT$',
  KRW: '₩',
};

export function currencyDigits(currency: string): number {
  return DIGITS[currency] ?? 2;
}

export function currencySymbol(currency: string): string {
  return SYMBOLS[currency] ?? `${currency} `;
}

/** Digits in groups of three: "1234567" → "1,234,567". */
export function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

interface Unit {
  readonly exponent: number; // power of ten of the major unit
  readonly suffix: string;
}
const ZH_UNITS: readonly Unit[] = [
  { exponent: 8, suffix: '亿' },
  { exponent: 4, suffix: '万' },
];
const EN_UNITS: readonly Unit[] = [
  { exponent: 9, suffix: 'B' },
  { exponent: 6, suffix: 'M' },
  { exponent: 3, suffix: 'K' },
];

/** The units by which amounts are shortened in a language, largest first. */
function unitsOf(locale: string): readonly Unit[] {
  return locale.startsWith('zh') ? ZH_UNITS : EN_UNITS;
}

/** `value` / 10^places, rounded half away from zero, as a decimal text with exactly `keep` ≤ places decimals. */
export function decimalText(value: number, places: number, keep: number): string {
  const negative = value < 0;
  let digits = BigInt(Math.abs(value));
  const drop = 10n ** BigInt(places - keep);
  digits = (digits + drop / 2n) / drop;
  const text = digits.toString().padStart(keep + 1, '0');
  const whole = groupDigits(keep > 0 ? text.slice(0, -keep) : text);
  const sign = negative && digits !== 0n ? '-' : '';
  return keep > 0 ? `${sign}${whole}.${text.slice(-keep)}` : `${sign}${whole}`;
}

/** An integer scaled by 10^places in short form: 12,345,678.00 → "1,234.57万" or "12.35M". Small values stay whole. */
export function shortText(value: number, places: number, locale: string): string {
  for (const unit of unitsOf(locale)) {
    if (BigInt(Math.abs(value)) >= 10n ** BigInt(unit.exponent + places)) {
      return trimZeros(decimalText(value, places + unit.exponent, 2)) + unit.suffix;
    }
  }
  return trimZeros(decimalText(value, places, places));
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

export interface MoneyOptions {
  readonly currency?: string; // ISO code; default CNY
  readonly locale?: string; // decides the units of the short form
  readonly short?: boolean; // 万/亿, K/M/B
  readonly symbol?: boolean; // with ¥, $
}

/** What a person reads for an amount in minor units: 123450 → "1,234.50". Null and undefined read "—". */
export function formatMoney(minor: number | null | undefined, options: MoneyOptions = {}): string {
  if (minor == null) {
    return '—';
  }
  const currency = options.currency ?? 'CNY';
  const places = currencyDigits(currency);
  const text = options.short ? shortText(minor, places, options.locale ?? 'zh-CN') : decimalText(minor, places, places);
  if (!options.symbol) {
    return text;
  }
  return text.startsWith('-') ? `-${currencySymbol(currency)}${text.slice(1)}` : currencySymbol(currency) + text;
}

const TYPED = /^([+-]?)(\d*)(?:\.(\d*))?(万|亿|[kmb])?$/i;
const TYPED_EXPONENT: Readonly<Record<string, number>> = { 万: 4, 亿: 8, k: 3, m: 6, b: 9 };

/** Minor units of what a person typed or pasted: "1,234.5", "¥1.2万", "$500,000", "3k", full-width digits.
 * Returns null for an empty text and undefined for one that is no amount (or finer than the currency, or too large). */
export function parseMoney(text: string, currency = 'CNY'): number | null | undefined {
  const plain = text
    .normalize('NFKC')
    .replace(/[\s,_元]/g, '')
    .replace(/^([+-]?)(?:[¥$€£]|CNY|RMB|USD)/i, '$1');
  if (plain === '') {
    return null;
  }
  const match = TYPED.exec(plain);
  if (!match || (match[2] === '' && !match[3])) {
    return undefined;
  }
  const exponent = currencyDigits(currency) + (match[4] ? (TYPED_EXPONENT[match[4].toLowerCase()] ?? 0) : 0);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > exponent) {
    return undefined;
  }
  const digits = BigInt((match[2] ?? '') + fraction.padEnd(exponent, '0') || '0');
  if (digits > BigInt(Number.MAX_SAFE_INTEGER)) {
    return undefined;
  }
  const value = Number(digits);
  return match[1] === '-' && value !== 0 ? -value : value;
}

/** Minor units as the text of an input field, without grouping: 123450 → "1234.5". */
export function moneyInputText(minor: number | null, currency = 'CNY'): string {
  if (minor === null) {
    return '';
  }
  const places = currencyDigits(currency);
  return trimZeros(decimalText(minor, places, places)).replace(/,/g, '');
}

/** quantity (thousandths) × unit price, half away from zero: the rule of contract lines. */
export function lineAmount(quantityMilli: number, unitMinor: number): number {
  const product = BigInt(quantityMilli) * BigInt(unitMinor);
  const half = product < 0n ? -500n : 500n;
  return Number((product + half) / 1000n);
}
