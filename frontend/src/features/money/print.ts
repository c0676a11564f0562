/** Printed documents: a template and what stands for its placeholders become blocks of text. Nothing of it is ever HTML. */
import { currencyDigits } from '@/shared/lib/money';

export type Column = 'number' | 'name' | 'quantity' | 'price' | 'amount';
export type Part = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'seal' };
export type Block =
  | { readonly kind: 'title' | 'heading'; readonly parts: readonly Part[] }
  | { readonly kind: 'row'; readonly cells: readonly (readonly Part[])[] }
  | { readonly kind: 'lines'; readonly columns: readonly Column[] }
  | { readonly kind: 'rule' | 'gap' };
export type PrintValues = Readonly<Record<string, string>>;

const COLUMNS: readonly string[] = ['number', 'name', 'quantity', 'price', 'amount'];
/** What tells amounts: left out of papers without prices. */
const PRICED = new Set(['amount', 'amount_words', 'discount', 'tax', 'tax_rate', 'currency']);

function partsOf(text: string, values: PrintValues, prices: boolean): Part[] {
  return text.split(/(\{\{[^{}]*\}\})/).flatMap<Part>((piece) => {
    const name = /^\{\{\s*([a-z_]+)\s*\}\}$/.exec(piece)?.[1];
    if (name === undefined) {
      return piece === '' ? [] : [{ kind: 'text', text: piece }];
    }
    if (name === 'seal') {
      return [{ kind: 'seal' }];
    }
    const shown = prices || !PRICED.has(name) ? (Object.hasOwn(values, name) ? values[name] : '') : '—';
    return [{ kind: 'text', text: shown ?? '' }];
  });
}

/** The blocks of a template, line by line. */
export function renderTemplate(body: string, values: PrintValues, prices: boolean): Block[] {
  return body.split('\n').flatMap<Block>((raw) => {
    const line = raw.trim();
    const columns = /^\{\{\s*lines((?:\s+[a-z]+)+)\s*\}\}$/.exec(line)?.[1];
    if (columns !== undefined) {
      const named = columns
        .trim()
        .split(/\s+/)
        .filter((word): word is Column => COLUMNS.includes(word));
      return [{ kind: 'lines', columns: named.filter((word) => prices || (word !== 'price' && word !== 'amount')) }];
    }
    if (line === '') {
      return [{ kind: 'gap' }];
    }
    if (line === '---') {
      return [{ kind: 'rule' }];
    }
    const heading = /^(##?)\s+(.*)$/.exec(line);
    if (heading) {
      const [, marks = '#', text = ''] = heading;
      return [{ kind: marks === '#' ? 'title' : 'heading', parts: partsOf(text, values, prices) }];
    }
    // Long texts such as remarks keep their own line ends.
    return [{ kind: 'row', cells: line.split('||').map((cell) => partsOf(cell.trim(), values, prices)) }];
  });
}

// ---- amounts in words ----

const DIGITS = '零壹贰叁肆伍陆柒捌玖';
const PLACES = ['', '拾', '佰', '仟'];
const GROUPS = ['', '万', '亿', '兆'];

/** Up to four digits: "0305" → 叁佰零伍. */
function groupWords(group: string): string {
  let words = '';
  let zero = false;
  [...group].forEach((digit, index) => {
    if (digit === '0') {
      zero = words !== '';
      return;
    }
    words += (zero ? '零' : '') + (DIGITS[Number(digit)] ?? '') + (PLACES[group.length - 1 - index] ?? '');
    zero = false;
  });
  return words;
}

function wholeWords(whole: string): string {
  const groups: string[] = [];
  for (let end = whole.length; end > 0; end -= 4) {
    groups.unshift(whole.slice(Math.max(0, end - 4), end));
  }
  let words = '';
  groups.forEach((group, index) => {
    const text = groupWords(group);
    // A group with zeros in front, or one left out before it, is spoken with 零.
    const gap = words !== '' && (group.startsWith('0') || words.endsWith('\u0000'));
    words = words.replace('\u0000', '');
    words += text === '' ? '\u0000' : (gap ? '零' : '') + text + (GROUPS[groups.length - 1 - index] ?? '');
  });
  return words.replaceAll('\u0000', '');
}

/** 人民币大写: 1234.50 → 壹仟贰佰叁拾肆元伍角整. Other currencies by their code in front. */
export function amountInWords(minor: number, currency: string): string {
  const digits = currencyDigits(currency);
  const text = Math.abs(minor)
    .toString()
    .padStart(digits + 1, '0');
  const whole = digits === 0 ? text : text.slice(0, -digits);
  const [jiao = 0, fen = 0] = digits === 0 ? [] : [...text.slice(-digits)].map(Number);
  const yuan = /^0+$/.test(whole) ? '' : `${wholeWords(whole.replace(/^0+/, ''))}元`;
  const small =
    (jiao > 0 ? `${DIGITS[jiao] ?? ''}角` : yuan !== '' && fen > 0 ? '零' : '') +
    (fen > 0 ? `${DIGITS[fen] ?? ''}分` : '');
  const sign = minor < 0 ? '负' : '';
  const unit = currency === 'CNY' ? '人民币' : `${currency} `;
  return `${unit}${sign}${yuan + small || '零元'}${fen > 0 ? '' : '整'}`;
}

const ONES = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ');
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const THOUSANDS = ['', ' thousand', ' million', ' billion', ' trillion', ' quadrillion'];

/** Below 1,000: 305 → three hundred and five. */
function smallWords(number: number): string {
  const rest = number % 100;
  const ones = rest % 10;
  const tens =
    rest < 20 ? (ONES[rest] ?? '') : `${TENS[Math.floor(rest / 10)] ?? ''}${ones > 0 ? `-${ONES[ones] ?? ''}` : ''}`;
  if (number < 100) {
    return tens;
  }
  return `${ONES[Math.floor(number / 100)] ?? ''} hundred${rest > 0 ? ` and ${tens}` : ''}`;
}

/** As on cheques: 1234.50 USD → USD one thousand two hundred and thirty-four and 50/100 only. */
export function amountInEnglish(minor: number, currency: string): string {
  const digits = currencyDigits(currency);
  const unit = 10n ** BigInt(digits);
  const amount = BigInt(Math.abs(minor));
  const parts: string[] = [];
  for (let rest = amount / unit, place = 0; rest > 0n; rest /= 1000n, place += 1) {
    const group = Number(rest % 1000n);
    if (group > 0) {
      parts.unshift(`${smallWords(group)}${THOUSANDS[place] ?? ''}`);
    }
  }
  const last = Number((amount / unit) % 1000n);
  if (parts.length > 1 && last > 0 && last < 100) {
    parts.splice(-1, 0, 'and'); // one thousand and five
  }
  const whole = parts.length === 0 ? 'zero' : parts.join(' ');
  const fraction = amount % unit === 0n ? '' : ` and ${String(amount % unit).padStart(digits, '0')}/${String(unit)}`;
  return `${currency} ${minor < 0 ? 'minus ' : ''}${whole}${fraction} only`;
}
