/** Routes of money beyond those of records. */
import { send } from '@/shared/api/client';
import type { Answer, Body as BodyOf, Page, RecordRow } from '@/shared/api/types';
import type { Filter } from '@/shared/lib/filter';
import { shownLines, type ShownLine } from './lines';
import type { Allocation, LineAmount, OpenLine, PlanBody } from './model';

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
  const wishes = allocations?.map(({ contract_id, installment_id, amount_minor, lines }) => ({
    ...(installment_id === null ? { contract_id } : { installment_id }),
    amount_minor,
    ...(lines ? { lines } : {}),
  }));
  return send('PATCH', `/payments/${payment.id}`, { body: { allocations: wishes ?? null }, version: payment.version });
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
  readonly is_by_line: boolean;
  readonly lines: readonly ShownShare[];
}
export interface ShownShare extends LineAmount {
  readonly line_number: number;
  readonly name: string;
}
/** Lines of a contract with what is open of them beside a payment, which has these allocations. */
export async function listOpenLines(
  contract: number,
  allocations: readonly ShownAllocation[],
): Promise<readonly OpenLine[]> {
  const record = await send<RecordRow>('GET', `/contracts/${contract}`);
  const own = allocations.flatMap((one) => one.lines);
  return shownLines(record).map((line) => ({
    id: line.id ?? 0,
    name: line.name,
    open: own.reduce((sum, share) => sum + (share.line_id === line.id ? share.amount_minor : 0), line.open_minor ?? 0),
  }));
}
/** The red-letter invoice. */
export function reverseInvoice(id: number, key: string): Promise<{ readonly id: number }> {
  return send('POST', `/invoices/${id}/red-letter`, { body: {}, key });
}

// ---- quotes, price books, discount authority ----

type VersionAnswer = Answer<'/quotes/{id}/versions', 'get'>['items'][number];
export type QuoteVersion = Readonly<Omit<VersionAnswer, 'content'>> & {
  readonly content: { readonly amount_minor: number; readonly lines: readonly ShownLine[] };
};
export interface PriceEntry {
  readonly product_id: number;
  readonly product_name: string;
  readonly price_minor: number;
  readonly floor_minor: number | null;
  readonly from_on: string | null;
  readonly until_on: string | null;
}
export interface PriceBook extends RecordRow {
  readonly name: string;
  readonly currency: string;
  readonly is_active: boolean;
  readonly entries?: readonly PriceEntry[];
  readonly department_ids?: readonly number[];
}
export interface Authority extends RecordRow {
  readonly name: string;
  readonly role_id: number;
  readonly role_name: string | null;
  readonly max_discount_ppm: number;
  readonly may_go_below_floor: boolean;
}
interface Named {
  readonly id: number;
  readonly name: string;
}
type Values = Readonly<Record<string, unknown>>;

export function setQuoteStatus(quote: RecordRow, status: string): Promise<RecordRow> {
  return send('PATCH', `/quotes/${quote.id}`, { body: { status }, version: quote.version });
}
export function approveQuote(id: number): Promise<unknown> {
  return send('POST', `/quotes/${id}/approve`, {});
}
export function makeContract(id: number, key: string): Promise<{ readonly contract_id: number }> {
  return send('POST', `/quotes/${id}/contract`, { key });
}
export async function listVersions(id: number): Promise<readonly QuoteVersion[]> {
  return (await send<Page<QuoteVersion>>('GET', `/quotes/${id}/versions`)).items;
}
async function listSettings<Row>(plural: string): Promise<readonly Row[]> {
  return (await send<Page<Row>>('GET', `/${plural}`, { query: { limit: ALL, sort: 'name' } })).items;
}
function saveSetting<Row>(plural: string, row: RecordRow | null, body: Values, key: string): Promise<Row> {
  return row
    ? send('PATCH', `/${plural}/${row.id}`, { body, version: row.version })
    : send('POST', `/${plural}`, { body, key });
}
export function listBooks(): Promise<readonly PriceBook[]> {
  return listSettings('price-books');
}
export function getBook(id: number): Promise<PriceBook> {
  return send('GET', `/price-books/${id}`);
}
export function saveBook(book: PriceBook | null, body: Values, key: string): Promise<PriceBook> {
  return saveSetting('price-books', book, body, key);
}
export function deleteBook(book: PriceBook): Promise<void> {
  return send('DELETE', `/price-books/${book.id}`, { version: book.version });
}
export function listAuthorities(): Promise<readonly Authority[]> {
  return listSettings('discount-authorities');
}
export function saveAuthority(row: Authority | null, body: Values, key: string): Promise<Authority> {
  return saveSetting('discount-authorities', row, body, key);
}
export function deleteAuthority(row: Authority): Promise<void> {
  return send('DELETE', `/discount-authorities/${row.id}`, { version: row.version });
}
export async function listRoles(): Promise<readonly Named[]> {
  return (await send<Page<Named>>('GET', '/roles')).items;
}
export async function listDepartments(): Promise<readonly Named[]> {
  return (await send<Page<Named>>('GET', '/departments/tree')).items;
}

// ---- change orders and renewals ----

export interface ChangeOrder extends RecordRow {
  readonly number: string;
  readonly change_number: number;
  readonly status: 'draft' | 'effective';
  readonly reason: string;
  readonly effective_on: string | null;
  readonly amount_before_minor: number | null;
  readonly amount_minor: number | null;
  readonly delta_minor: number | null;
  readonly updated_at: string;
  readonly owner_name: string | null;
}
export function listChanges(contract: number, signal?: AbortSignal): Promise<readonly ChangeOrder[]> {
  return listAll('change-orders', { field: 'contract_id', op: 'eq', value: contract }, '-updated_at', signal);
}
/** Null: a new one. */
export function saveChange(order: RecordRow | null, body: Values, key: string): Promise<RecordRow> {
  return saveSetting('change-orders', order, body, key);
}
export function makeRenewal(
  contract: number,
  as: 'contract' | 'opportunity',
  key: string,
): Promise<{ readonly id: number }> {
  return send('POST', `/contracts/${contract}/renewal`, { body: { as }, key });
}
export async function getNotices(): Promise<readonly number[]> {
  return (await send<Answer<'/renewal-notices', 'get'>>('GET', '/renewal-notices')).days;
}
export function saveNotices(days: readonly number[]): Promise<unknown> {
  return send('PUT', '/renewal-notices', { body: { days } });
}

// ---- rates of exchange ----

export interface Rate extends RecordRow {
  readonly name: string;
  readonly currency: string;
  readonly rate_on: string;
  readonly rate_nano: number;
}
export async function listRates(): Promise<readonly Rate[]> {
  return (await send<Page<Rate>>('GET', '/exchange-rates', { query: { limit: ALL, sort: '-rate_on' } })).items;
}
export function saveRate(row: Rate | null, body: Values, key: string): Promise<Rate> {
  return saveSetting('exchange-rates', row, body, key);
}
export function deleteRate(row: Rate): Promise<void> {
  return send('DELETE', `/exchange-rates/${row.id}`, { version: row.version });
}

// ---- printing ----

export interface Template extends RecordRow {
  readonly name: string;
  readonly object: 'contract' | 'quote' | 'payment';
  readonly language: 'zh-CN' | 'en';
  readonly body: string;
  readonly is_active: boolean;
}
export type PrintEntry = Readonly<Answer<'/prints', 'get'>['items'][number]>;
/** With their texts, which lists leave out. */
export async function listTemplates(): Promise<readonly Template[]> {
  const rows = await listSettings<Template>('print-templates');
  return Promise.all(rows.map((row) => send<Template>('GET', `/print-templates/${row.id}`)));
}
export function saveTemplate(row: Template | null, body: Values, key: string): Promise<Template> {
  return saveSetting('print-templates', row, body, key);
}
export function deleteTemplate(row: Template): Promise<void> {
  return send('DELETE', `/print-templates/${row.id}`, { version: row.version });
}
export async function getSeal(): Promise<string | null> {
  return (await send<Answer<'/seal', 'get'>>('GET', '/seal')).image;
}
export function saveSeal(image: string | null): Promise<unknown> {
  return send('PUT', '/seal', { body: { image } });
}
export function notePrint(object: string, record: number, template: number, prices: boolean): Promise<unknown> {
  return send('POST', '/prints', {
    body: { object, record_id: record, template_id: template, with_prices: prices },
  });
}
export async function listPrints(object: string, record: number): Promise<readonly PrintEntry[]> {
  return (await send<Page<PrintEntry>>('GET', '/prints', { query: { object, record_id: record } })).items;
}
