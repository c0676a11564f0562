/** What stands for the placeholders of a template, in its language; what is closed to the reader is empty. */
import type { RecordRow } from '@/shared/api/types';
import { formatDate } from '@/shared/lib/dates';
import { formatPpm } from '@/shared/lib/format';
import { formatMoney } from '@/shared/lib/money';
import { amountInEnglish, amountInWords, type PrintValues } from './print';

interface CompanyNames {
  readonly name: string;
  readonly currency: string;
  readonly time_zone: string;
}
const TEXTS = ['number', 'name', 'customer_name', 'owner_name', 'contract_name', 'remark', 'currency', 'method'];
const DATES = ['valid_until', 'signed_on', 'starts_on', 'ends_on', 'received_on'];
/** Where a day is not agreed yet, the paper has room for a pen. */
const BLANK = '________';
const MONEY = { amount: 'amount_minor', discount: 'discount_minor', tax: 'tax_minor' } as const;

export function printValues(record: RecordRow, language: 'zh-CN' | 'en', company: CompanyNames): PrintValues {
  const currency = String(record.currency ?? company.currency);
  const values: Record<string, string> = { company: company.name };
  TEXTS.forEach((name) => {
    const value = record[name];
    values[name] = typeof value === 'string' ? value : '';
  });
  DATES.forEach((name) => {
    const value = record[name];
    values[name] = typeof value === 'string' ? formatDate(value, language) : value === null ? BLANK : '';
  });
  Object.entries(MONEY).forEach(([name, member]) => {
    const value = record[member];
    values[name] = typeof value === 'number' ? formatMoney(value, { currency, symbol: true }) : '';
  });
  values.date = formatDate(
    new Intl.DateTimeFormat('en-CA', { timeZone: company.time_zone }).format(new Date()),
    language,
  );
  values.tax_rate = typeof record.tax_rate_ppm === 'number' ? formatPpm(record.tax_rate_ppm) : '';
  const inWords = language === 'en' ? amountInEnglish : amountInWords;
  values.amount_words = typeof record.amount_minor === 'number' ? inWords(record.amount_minor, currency) : '';
  return values;
}
