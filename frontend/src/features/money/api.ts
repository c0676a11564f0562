/** Routes of money beyond those of records. */
import { send } from '@/shared/api/client';
import type { Answer, Body as BodyOf, Page, RecordRow } from '@/shared/api/types';
import type { Filter } from '@/shared/lib/filter';
import type { Allocation, PlanBody } from './model';

export type NumberPattern = Readonly<Answer<'/number-patterns', 'get'>['items'][number]>;
export type NumberBody = Readonly<BodyOf<'/number-patterns/{id}', 'put'>>;

export async function listPatterns(): Promise<readonly NumberPattern[]> {
  return (await send<Page<NumberPattern>>('GET', '/number-patterns')).items;
}
export async function savePattern(pattern: NumberPattern, body: NumberBody): Promise<readonly NumberPattern[]> {
  const answer = await send<Page<NumberPattern>>('PUT', `/number-patterns/${pattern.id}`, {
    body,
    version: pattern.version,
  });
  return answer.items;
}

// ---- plans and what payments are for ----

export interface Installment extends RecordRow {
  readonly contract_id: number;
  readonly name: string;
  readonly due_on: string;
  readonly amount_minor: number | null;
  readonly received_minor: number | null;
  readonly open_minor: number | null;
  readonly status: 'pending' | 'partial' | 'paid' | 'overdue' | 'void';
  readonly overdue_days: number;
  readonly told_days: number;
}
export interface OpenContract extends RecordRow {
  readonly number: string;
  readonly amount_minor: number;
  readonly received_minor: number;
  readonly planned_minor: number;
}
const ALL = 200; // as many as the server gives at once

async function listAll<Row>(
  plural: string,
  filter: Filter,
  sort: string,
  signal?: AbortSignal,
): Promise<readonly Row[]> {
  const query = { filter: JSON.stringify(filter), sort, limit: ALL };
  return (await send<Page<Row>>('GET', `/${plural}`, { query, signal })).items;
}
export function listPlan(contract: number, signal?: AbortSignal): Promise<readonly Installment[]> {
  return listAll('installments', { field: 'contract_id', op: 'eq', value: contract }, 'due_on', signal);
}
export function savePlan(contract: number, body: PlanBody): Promise<unknown> {
  return send('PUT', `/contracts/${contract}/plan`, { body });
}
/** Contracts of a customer that are not void, and their installments that are expected. */
export async function listOpen(
  customer: number,
): Promise<{ readonly contracts: readonly OpenContract[]; readonly installments: readonly Installment[] }> {
  const of: Filter = { field: 'customer_id', op: 'eq', value: customer };
  const [contracts, installments] = await Promise.all([
    listAll<OpenContract>('contracts', { all: [of, { field: 'status', op: 'ne', value: 'void' }] }, 'signed_on'),
    listAll<Installment>('installments', { all: [of, { field: 'status', op: 'ne', value: 'void' }] }, 'due_on'),
  ]);
  return { contracts, installments };
}
/** Null: by itself again. */
export function saveAllocations(payment: RecordRow, allocations: readonly Allocation[] | null): Promise<RecordRow> {
  const lines = allocations?.map(({ contract_id, installment_id, amount_minor }) =>
    installment_id === null ? { contract_id, amount_minor } : { installment_id, amount_minor },
  );
  return send('PATCH', `/payments/${payment.id}`, { body: { allocations: lines ?? null }, version: payment.version });
}
/** What a customer has paid for nothing yet, by currency; null where amounts are closed. */
export async function getPrepaid(customer: number, currency: string, signal?: AbortSignal): Promise<number | null> {
  const filter: Filter = {
    all: [
      { field: 'customer_id', op: 'eq', value: customer },
      { field: 'currency', op: 'eq', value: currency },
    ],
  };
  const query = { filter: JSON.stringify(filter), measures: 'sum:prepaid_minor' };
  const { groups } = await send<{ groups: readonly { values: Readonly<Record<string, number | null>> }[] }>(
    'GET',
    '/payments/aggregate',
    { query, signal },
  );
  return groups[0]?.values['sum:prepaid_minor'] ?? null;
}
/** An allocation of a payment as the server tells it. */
export interface ShownAllocation extends Allocation {
  readonly contract_number: string;
  readonly installment_name: string | null;
}
/** The red-letter invoice. */
export function reverseInvoice(id: number, key: string): Promise<{ readonly id: number }> {
  return send('POST', `/invoices/${id}/red-letter`, { body: {}, key });
}
