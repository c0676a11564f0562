/** The generic record routes, which are alike for all kinds of records. */
import { send } from '@/shared/api/client';
import type { Answer, Page, RecordRow, SavedView, TimelineEntry } from '@/shared/api/types';
import type { Filter } from '@/shared/lib/filter';

export interface ListParams {
  readonly filter: Filter | null;
  readonly q: string;
  readonly sort: string | null;
  readonly deleted: boolean;
}
export type Body = Readonly<Record<string, unknown>>;
export interface Started {
  readonly job_id: number;
}
export interface BulkTarget {
  readonly ids?: readonly number[];
  readonly filter?: Filter | Record<string, never>;
}
export interface TransferBody {
  readonly owner_id: number;
  readonly reason: string;
  readonly choices: readonly string[];
}
export type Region = Readonly<Answer<'/regions', 'get'>['items'][number]>;

const PAGE = 100;

export function listRecords(
  plural: string,
  params: ListParams,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Page<RecordRow>> {
  return send('GET', `/${plural}`, {
    signal,
    query: {
      limit: PAGE,
      cursor,
      q: params.q,
      sort: params.sort,
      filter: params.filter ? JSON.stringify(params.filter) : null,
      deleted: params.deleted ? 1 : null,
      total: cursor === null ? 1 : null,
    },
  });
}
export function getRecord(plural: string, id: number, signal?: AbortSignal): Promise<RecordRow> {
  return send('GET', `/${plural}/${id}`, { signal });
}
export function createRecord(plural: string, body: Body, key: string): Promise<RecordRow> {
  return send('POST', `/${plural}`, { body, key });
}
export function updateRecord(plural: string, id: number, version: number, body: Body): Promise<RecordRow> {
  return send('PATCH', `/${plural}/${id}`, { body, version });
}
export function deleteRecord(plural: string, id: number, version: number): Promise<void> {
  return send('DELETE', `/${plural}/${id}`, { version });
}
export function restoreRecord(plural: string, id: number): Promise<RecordRow> {
  return send('POST', `/${plural}/${id}/restore`, { body: {} });
}
export function transferRecord(plural: string, id: number, body: TransferBody): Promise<RecordRow> {
  return send('POST', `/${plural}/${id}/transfer`, { body });
}
export function bulk(
  plural: string,
  action: 'delete' | 'restore' | 'transfer' | 'update',
  target: BulkTarget,
  more: Body = {},
): Promise<Started> {
  return send('POST', `/${plural}/bulk`, { body: { action, ...target, ...more } });
}
export function exportRecords(
  plural: string,
  params: ListParams,
  columns: readonly string[],
  format: 'csv' | 'xlsx',
): Promise<Started> {
  return send('POST', `/${plural}/export`, {
    body: {
      ...(params.filter ? { filter: params.filter } : {}),
      ...(params.q ? { q: params.q } : {}),
      ...(params.sort ? { sort: params.sort } : {}),
      columns,
      format,
    },
  });
}
export function listTimeline(
  plural: string,
  id: number,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Page<TimelineEntry>> {
  return send('GET', `/${plural}/${id}/timeline`, { query: { cursor }, signal });
}
export async function listViews(object: string): Promise<readonly SavedView[]> {
  return (await send<Page<SavedView>>('GET', '/views', { query: { object } })).items;
}
export function createView(body: Body): Promise<SavedView> {
  return send('POST', '/views', { body });
}
export function updateView(view: SavedView, body: Body): Promise<SavedView> {
  return send('PATCH', `/views/${view.id}`, { body, version: view.version });
}
export function deleteView(view: SavedView): Promise<void> {
  return send('DELETE', `/views/${view.id}`, { version: view.version });
}
export async function listRegions(
  query: { parent?: number; q?: string },
  signal?: AbortSignal,
): Promise<readonly Region[]> {
  return (await send<Page<Region>>('GET', '/regions', { query, signal })).items;
}
