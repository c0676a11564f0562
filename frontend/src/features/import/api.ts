/** Routes of imports. */
import { send, sendRaw } from '@/shared/api/client';
import type { Job, Page } from '@/shared/api/types';

export interface ImportField {
  readonly name: string;
  readonly label: string;
  readonly required: boolean;
  readonly unique: boolean; // may serve as key
  readonly ref: string | null; // names a record of this kind
  readonly is_money: boolean;
}
export interface ImportKind {
  readonly kind: string; // object name, or "target"
  readonly label: string;
  readonly fields: readonly ImportField[];
}
export interface FileColumn {
  readonly index: number;
  readonly name: string;
  readonly samples: readonly string[];
  readonly date_order: 'ymd' | 'mdy' | 'dmy' | 'ambiguous';
}
export interface FileFormat {
  readonly kind: string; // csv, xlsx
  readonly encoding: string;
  readonly delimiter: string;
  readonly sheets: readonly string[];
  readonly columns: readonly FileColumn[];
}
export interface MappedColumn {
  readonly column: string;
  readonly field?: string; // absent or empty: left out
  readonly values?: Readonly<Record<string, string>>; // what the file says → what is meant
  readonly date_order?: 'auto' | 'mdy' | 'dmy';
  readonly money_unit?: 'major' | 'minor' | 'wan';
  readonly transform?: 'login';
}
export interface Mapping {
  readonly columns?: readonly MappedColumn[];
  readonly constants?: Readonly<Record<string, unknown>>;
  readonly key?: string;
  readonly on_existing?: 'update' | 'skip' | 'fail';
  readonly create_missing?: readonly string[];
  readonly contract_from_won?: boolean;
  readonly decimal_comma?: boolean;
  readonly sheet?: number;
}
export type BatchStatus = 'uploaded' | 'running' | 'checked' | 'done' | 'rolled_back';
export interface Batch {
  readonly id: number;
  readonly kind: string;
  readonly file_name: string;
  readonly status: BatchStatus;
  readonly format: FileFormat;
  readonly mapping: Mapping | null;
  readonly dry_run: boolean;
  readonly row_count: number;
  readonly created_count: number;
  readonly updated_count: number;
  readonly skipped_count: number;
  readonly failed_count: number;
  readonly job_id: number | null;
  readonly created_at: string;
}
export interface FaultError {
  readonly field: string;
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
}
export interface Fault {
  readonly row_number: number;
  readonly cells: readonly string[];
  readonly errors: readonly FaultError[];
}
export interface Started {
  readonly job_id: number;
}

export async function listKinds(): Promise<readonly ImportKind[]> {
  return (await send<Page<ImportKind>>('GET', '/import/kinds')).items;
}
export async function listBatches(): Promise<readonly Batch[]> {
  return (await send<Page<Batch>>('GET', '/import/batches')).items;
}
export function getBatch(id: number): Promise<Batch> {
  return send('GET', `/import/batches/${id}`);
}
export function uploadFile(kind: string, file: File): Promise<Batch> {
  return send('POST', '/import/batches', { query: { kind, name: file.name }, body: file });
}
export function saveMapping(id: number, mapping: Mapping): Promise<Batch> {
  return send('PUT', `/import/batches/${id}/mapping`, { body: { mapping } });
}
export function runBatch(id: number, dryRun: boolean): Promise<Started> {
  return send('POST', `/import/batches/${id}/run`, { body: { dry_run: dryRun } });
}
export function rollBack(id: number): Promise<Started> {
  return send('POST', `/import/batches/${id}/rollback`, { body: {} });
}
export function listFaults(id: number, cursor: string | null): Promise<Page<Fault>> {
  return send('GET', `/import/batches/${id}/faults`, { query: { cursor } });
}
export async function downloadErrors(id: number): Promise<Blob> {
  return (await sendRaw('GET', `/import/batches/${id}/errors`)).blob();
}
export function getJob(id: number): Promise<Job> {
  return send('GET', `/jobs/${id}`);
}
