/** Calculations of the money pages: pure, in minor units. */
import type { RecordRow } from '@/shared/api/types';
import { addMonths } from '@/shared/lib/dates';
import { parseScaled } from '@/shared/lib/scaled';

/** What a number of a pattern looks like, as the server makes it; null while the pattern is not complete. */
export function exampleOf(pattern: string, on: string, number: number): string | null {
  const [year = '', month = '', day = ''] = on.split('-');
  const parts = pattern.match(/\{[^{}]*\}|[^{}]+|[{}]/g) ?? [];
  const counters = parts.filter((part) => /^\{0+\}$/.test(part));
  if (counters.length !== 1 || counters.some((part) => part.length > 10)) {
    return null;
  }
  const shown = parts.map((part) => {
    if (!/^[{}]/.test(part)) {
      return part;
    }
    if (/^\{0+\}$/.test(part)) {
      return String(number).padStart(part.length - 2, '0');
    }
    return { '{YYYY}': year, '{YY}': year.slice(2), '{MM}': month, '{DD}': day }[part] ?? null;
  });
  return shown.includes(null) ? null : shown.join('');
}

// ---- payment plans ----

export interface PlanLine {
  readonly id: number | null; // null: a new one
  readonly version: number;
  readonly name: string;
  readonly due_on: string | null;
  readonly amount_minor: number | null;
}
export interface PlanBody {
  readonly installments: readonly Readonly<Record<string, unknown>>[];
  readonly removed: readonly { readonly id: number; readonly version: number }[];
}

/** The days after which somebody more hears of what is overdue. */
export const LADDER = [1, 7, 15, 30] as const;

/** An amount in `count` parts that add up to it; what does not divide goes to the last. */
export function splitAmount(total: number, count: number): number[] {
  const part = Math.floor(total / count);
  return Array.from({ length: count }, (_, index) => (index === count - 1 ? total - part * (count - 1) : part));
}

/** Equal installments, a month apart. */
export function splitPlan(total: number, count: number, first: string, nameOf: (n: number) => string): PlanLine[] {
  return splitAmount(total, count).map((amount, index) => ({
    id: null,
    version: 0,
    name: nameOf(index + 1),
    due_on: addMonths(first, index),
    amount_minor: amount,
  }));
}

export function planSum(lines: readonly PlanLine[]): number {
  return lines.reduce((sum, line) => sum + (line.amount_minor ?? 0), 0);
}

/** What to send: new and changed lines, and those that went. */
export function planBody(before: readonly PlanLine[], after: readonly PlanLine[]): PlanBody {
  const old = new Map(before.map((line) => [line.id, line]));
  const kept = new Set(after.map((line) => line.id));
  const changed = after.filter((line) => line.id === null || JSON.stringify(old.get(line.id)) !== JSON.stringify(line));
  return {
    installments: changed.map(({ id, version, name, due_on, amount_minor }) => ({
      ...(id === null ? {} : { id, version }),
      name: name.trim(),
      due_on,
      amount_minor,
    })),
    removed: before.flatMap(({ id, version }) => (id === null || kept.has(id) ? [] : [{ id, version }])),
  };
}

// ---- what a payment is for ----

export interface Place {
  readonly contract_id: number;
  readonly contract_number: string;
  readonly installment_id: number | null; // null: the contract as a whole
  readonly label: string;
  readonly due_on: string | null;
  readonly open: number; // beside this payment
}
export interface Allocation {
  readonly contract_id: number;
  readonly installment_id: number | null;
  readonly amount_minor: number;
  readonly lines?: readonly LineAmount[]; // said by somebody; absent: all lines, in proportion to what is open
}
/** Part of an allocation that is for one line of the contract. */
export interface LineAmount {
  readonly line_id: number;
  readonly amount_minor: number;
}
/** A line to which money can go. */
export interface OpenLine {
  readonly id: number;
  readonly name: string;
  readonly open: number; // beside this payment
}
interface OpenContract {
  readonly id: number;
  readonly number: string;
  readonly amount_minor: number;
  readonly received_minor: number;
  readonly planned_minor: number;
}
interface OpenInstallment {
  readonly id: number;
  readonly contract_id: number;
  readonly name: string;
  readonly due_on: string;
  readonly open_minor: number;
}

function own(allocations: readonly Allocation[], contract: number, installment: number | null): number {
  return (
    allocations.find((one) => one.contract_id === contract && one.installment_id === installment)?.amount_minor ?? 0
  );
}

/** Where the payment can go: each contract's installments as they are due, then what it costs beyond its plan. */
export function placesOf(
  contracts: readonly OpenContract[],
  installments: readonly OpenInstallment[],
  allocations: readonly Allocation[],
  restLabel: string,
): Place[] {
  return contracts.flatMap((contract) => {
    const base = { contract_id: contract.id, contract_number: contract.number };
    const mine = installments
      .filter((one) => one.contract_id === contract.id)
      .toSorted((a, b) => a.due_on.localeCompare(b.due_on) || a.id - b.id)
      .map((one) => ({
        ...base,
        installment_id: one.id,
        label: one.name,
        due_on: one.due_on,
        open: one.open_minor + own(allocations, contract.id, one.id),
      }));
    const ownSum = allocations.reduce((sum, one) => sum + (one.contract_id === contract.id ? one.amount_minor : 0), 0);
    const open = contract.amount_minor - contract.received_minor + ownSum;
    const rest = open - mine.reduce((sum, place) => sum + place.open, 0);
    return [
      ...mine.filter((place) => place.open > 0),
      ...(rest > 0 ? [{ ...base, installment_id: null, label: restLabel, due_on: null, open: rest }] : []),
    ];
  });
}

/** The money filled in from the top. */
export function fillPlaces(places: readonly Place[], money: number): number[] {
  let left = money;
  return places.map((place) => {
    const amount = Math.min(left, place.open);
    left -= amount;
    return amount;
  });
}

/** An amount over lines in proportion to what is open of them, as the server does it: what rounding leaves goes to the
 * largest remainders, of equals the first; never more than is open. */
export function shareByOpen(amount: number, open: readonly number[]): number[] {
  const sum = open.reduce((total, one) => total + BigInt(one), 0n);
  const given = sum < BigInt(amount) ? sum : BigInt(amount);
  if (sum === 0n) {
    return open.map(() => 0);
  }
  const parts = open.map((one) => (given * BigInt(one)) / sum);
  const left = Number(given - parts.reduce((total, part) => total + part, 0n));
  const topped = new Set(
    open
      .map((one, index) => ({ index, remainder: (given * BigInt(one)) % sum }))
      .toSorted((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
      .slice(0, left)
      .map(({ index }) => index),
  );
  return parts.map((part, index) => Number(part) + (topped.has(index) ? 1 : 0));
}

/** Days of notices: from the largest to the smallest, 1 to 365. */
export function descends(days: readonly number[]): boolean {
  return days.every((day, index) => day >= 1 && day <= 365 && (index === 0 || day < (days[index - 1] ?? 0)));
}

// ---- what was signed ----

const TERMS = ['amount_minor', 'cost_minor', 'discount_minor', 'tax_rate_ppm', 'ends_on'];
const ORDER = ['number', 'reason', 'status', 'effective_on', ...TERMS];

/** Fields, lines among them, that are no longer changed by hand: of a signed contract, of a change in effect. */
export function lockedFields(object: string, record: RecordRow | null): ReadonlySet<string> {
  if (object === 'contract' && record && record.status !== 'draft') {
    return new Set([...TERMS, 'lines']);
  }
  return new Set(object === 'change_order' && record?.status === 'effective' ? [...ORDER, 'lines'] : []);
}

// ---- rates of exchange ----

export const RATE_PLACES = 9;
export interface PastedRate {
  readonly currency: string;
  readonly rate_on: string;
  readonly rate_nano: number;
}

/** Lines of "USD 2026-03-31 7.1234" in any order of columns, separated by spaces, tabs, commas or semicolons; `bad`
 * has the numbers of the lines that are none. */
export function readRates(text: string): { readonly rates: readonly PastedRate[]; readonly bad: readonly number[] } {
  const rates: PastedRate[] = [];
  const bad: number[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    const cells = line.split(/[\s,;，；]+/).filter((cell) => cell !== '');
    const currency = cells.find((cell) => /^[A-Za-z]{3}$/.test(cell));
    const day = cells.map((cell) => /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(cell)).find((match) => match);
    const number = cells.find((cell) => /^\d+(\.\d+)?$/.test(cell));
    const nano = number === undefined ? null : parseScaled(number, RATE_PLACES);
    if (cells.length === 0) {
      return;
    }
    if (currency && day && nano && cells.length === 3) {
      const [, year = '', month = '', date = ''] = day;
      const rate_on = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
      rates.push({ currency: currency.toUpperCase(), rate_on, rate_nano: nano });
    } else {
      bad.push(index + 1);
    }
  });
  return { rates, bad };
}
