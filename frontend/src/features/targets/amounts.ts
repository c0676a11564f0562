/** Amounts of a measure as people write and read them. Money is in minor units, counts are whole numbers, quantities thousandths. */
import { formatInteger } from '@/shared/lib/format';
import { formatMoney, moneyInputText, parseMoney } from '@/shared/lib/money';
import type { Kind } from './api';

/** What the amounts of a measure are: a currency's code, or null for things counted. */
export type Unit = string | null;

const WHOLE = 'JPY'; // a currency without decimals is written like a count: "1.2万" is 12,000
const THOUSANDTHS = 'KWD'; // one with three like a quantity
const DIGITS = 1000; // thousandths of one

export function unitOf(kind: Kind, currency: string): Unit {
  return kind === 'money' ? currency : kind === 'quantity' ? THOUSANDTHS : null;
}
/** A quantity in whole ones and as many decimals as it has. */
export function showQuantity(amount: number): string {
  return formatMoney(amount, { currency: THOUSANDTHS }).replace(/\.?0+$/, '');
}
/** For short forms: about so many. */
export function roundQuantity(amount: number): number {
  return Math.round(amount / DIGITS);
}

/** What people type or paste: "500,000", "¥1.2万", "1,234.5", "(500)" for minus 500; nothing and dashes are 0.
 * Undefined when it is no amount, or finer than the unit. */
export function readAmount(text: string, unit: Unit): number | undefined {
  const plain = text.normalize('NFKC').trim();
  if (/^[-–—]?$/.test(plain)) {
    return 0;
  }
  const inner = /^\((.+)\)$/.exec(plain)?.[1];
  const amount = parseMoney(inner ?? plain, unit ?? WHOLE);
  if (amount === null || amount === undefined) {
    return undefined;
  }
  return inner === undefined || amount === 0 ? amount : -amount;
}

/** For other programs and for typing over: no groups, no zeros behind the point. */
export function writeAmount(amount: number, unit: Unit): string {
  return moneyInputText(amount, unit ?? WHOLE);
}

/** For reading: groups, decimals only where there are some. */
export function showAmount(amount: number, unit: Unit): string {
  if (unit === THOUSANDTHS) {
    return showQuantity(amount);
  }
  return unit === null ? formatInteger(amount) : formatMoney(amount, { currency: unit }).replace(/\.0+$/, '');
}

/** Rows and cells of what a spreadsheet puts on the clipboard: tabs and lines, cells with either in quotes. */
export function readTable(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  const cells = /("(?:[^"]|"")*"|[^\t\n]*)(\t|\n|$)/gy;
  const plain = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  for (let match = cells.exec(plain); match; match = cells.exec(plain)) {
    const [, cell = '', end] = match;
    rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === '') {
      break;
    }
    if (end === '\n') {
      rows.push([]);
    }
  }
  return rows;
}
