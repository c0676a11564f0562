/** Lines of a contract: what was sold, how many, for how much. Sums follow the server's rule. */
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

/** The lines of a record as GET one answers them. */
export function linesOf(record: RecordRow | null): Line[] {
  const raw = record?.lines;
  if (!Array.isArray(raw)) {
    return [];
  }
  return raw.map((line: Partial<Line>) => ({
    product_id: line.product_id ?? null,
    product_name: line.product_name ?? line.name ?? null,
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

export function amountOf(line: Line): number {
  return lineAmount(line.quantity_milli ?? 0, line.unit_price_minor ?? 0);
}

/** Sum of the lines less the discount on the whole. */
export function sumOf(lines: readonly Line[], discountMinor: number): number {
  return lines.reduce((sum, line) => sum + amountOf(line), 0) - discountMinor;
}
