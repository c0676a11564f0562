/** Lines of contracts, quotes and change orders: what is sold, how many, for how much. Sums follow the server's rule. */
import type { RecordRow } from '@/shared/api/types';
import { lineAmount } from '@/shared/lib/money';

export interface Line {
  readonly product_id: number | null;
  readonly product_name: string | null;
  readonly name: string;
  readonly quantity_milli: number | null;
  readonly unit_price_minor: number | null;
  readonly unit_cost_minor: number | null;
  readonly floor_minor?: number | null; // of a quote: the lowest price
}

/** A line as GET one answers it; what is closed to the user is absent. */
export interface ShownLine {
  readonly product_id: number | null;
  readonly name: string;
  readonly quantity_milli: number;
  readonly unit_price_minor?: number;
  readonly amount_minor?: number;
  readonly unit_cost_minor?: number;
  readonly cost_minor?: number;
  readonly margin_minor?: number;
  readonly id?: number; // from here on, of a contract
  readonly total_minor?: number;
  readonly received_minor?: number;
  readonly refunded_minor?: number;
  readonly open_minor?: number;
  readonly received_cost_minor?: number;
  readonly received_margin_minor?: number;
  readonly list_price_minor?: number; // of a quote
  readonly floor_minor?: number | null;
}

export function emptyLine(): Line {
  return {
    product_id: null,
    product_name: null,
    name: '',
    quantity_milli: 1000,
    unit_price_minor: null,
    unit_cost_minor: null,
  };
}

/** The lines of a record to be read. */
export function shownLines(record: RecordRow | null, member = 'lines'): readonly ShownLine[] {
  const raw = record?.[member];
  return Array.isArray(raw) ? (raw as ShownLine[]) : [];
}

/** The lines of a record to be changed. */
export function linesOf(record: RecordRow | null): Line[] {
  return shownLines(record).map((line) => ({
    product_id: line.product_id ?? null,
    product_name: line.name ?? null,
    name: line.name ?? '',
    quantity_milli: line.quantity_milli ?? null,
    unit_price_minor: line.unit_price_minor ?? null,
    unit_cost_minor: line.unit_cost_minor ?? null,
    floor_minor: line.floor_minor ?? null,
  }));
}

/** What is sent: lines with a product or a name; values left empty are the catalogue's. */
export function linesBody(lines: readonly Line[]): Record<string, unknown>[] {
  return lines
    .filter((line) => line.product_id !== null || line.name.trim() !== '')
    .map((line) => ({
      product_id: line.product_id,
      ...(line.name.trim() ? { name: line.name.trim() } : {}),
      quantity_milli: line.quantity_milli ?? 1000,
      ...(line.unit_price_minor === null ? {} : { unit_price_minor: line.unit_price_minor }),
      ...(line.unit_cost_minor === null ? {} : { unit_cost_minor: line.unit_cost_minor }),
    }));
}

export function amountOf(line: Pick<Line, 'quantity_milli' | 'unit_price_minor'>): number {
  return lineAmount(line.quantity_milli ?? 0, line.unit_price_minor ?? 0);
}

/** Sum of the lines less the discount on the whole. */
export function sumOf(lines: readonly Line[], discountMinor: number): number {
  return lines.reduce((sum, line) => sum + amountOf(line), 0) - discountMinor;
}

// ---- what a change order does ----

export type Mark = 'same' | 'added' | 'removed' | 'changed';
export interface DiffRow {
  readonly mark: Mark;
  readonly before: ShownLine | null;
  readonly after: ShownLine | null;
}

function isSameThing(a: ShownLine, b: ShownLine): boolean {
  return a.product_id === null && b.product_id === null ? a.name === b.name : a.product_id === b.product_id;
}
function isSame(a: ShownLine, b: ShownLine): boolean {
  return (
    a.name === b.name &&
    a.quantity_milli === b.quantity_milli &&
    (a.unit_price_minor ?? 0) === (b.unit_price_minor ?? 0)
  );
}

/** The lines after a change beside those before: the same product, or the same text, is the same line. */
export function diffLines(before: readonly ShownLine[], after: readonly ShownLine[]): DiffRow[] {
  const left = [...before];
  const rows: DiffRow[] = after.map((line) => {
    const place = left.findIndex((old) => isSameThing(old, line));
    const [old] = place < 0 ? [] : left.splice(place, 1);
    return old
      ? { mark: isSame(old, line) ? 'same' : 'changed', before: old, after: line }
      : { mark: 'added', before: null, after: line };
  });
  return [...rows, ...left.map((line) => ({ mark: 'removed' as const, before: line, after: null }))];
}

/** Tax on an amount, half away from zero, as the server computes it. */
export function taxOn(netMinor: number, ratePpm: number): number {
  const product = BigInt(netMinor) * BigInt(ratePpm);
  const half = product < 0n ? -500_000n : 500_000n;
  return Number((product + half) / 1_000_000n);
}
