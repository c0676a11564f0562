/** Routes of pipelines: their settings, the board, the guide on one opportunity, the analysis. */
import { send } from '@/shared/api/client';
import type { Page, RecordRow } from '@/shared/api/types';
import type { Filter } from '@/shared/lib/filter';

export type Body = Readonly<Record<string, unknown>>;
export type StageKind = 'open' | 'won' | 'lost';
export type Category = 'pipeline' | 'best_case' | 'commit' | 'closed' | 'omitted';
export type GuideKind = 'ask' | 'deliver' | 'confirm' | 'script' | 'template' | 'objection';
export type TaskKind = 'call' | 'visit' | 'meeting' | 'email' | 'quote' | 'other';

export interface GuideLine {
  readonly id?: number; // absent: new
  readonly kind: GuideKind;
  readonly title: string;
  readonly body: string | null;
  readonly is_mandatory: boolean;
  readonly needs_file: boolean;
}
export interface PlanLine {
  readonly id?: number; // absent: new
  readonly name: string;
  readonly kind: TaskKind;
  readonly days_after: number;
}
export interface Stage {
  readonly id: number;
  readonly name: string;
  readonly kind: StageKind;
  readonly win_probability_ppm: number;
  readonly forecast_category: Category;
  readonly usual_days: number | null;
  readonly longest_days: number | null;
  readonly required_fields: readonly string[];
  readonly enter_role_ids: readonly number[]; // empty: everybody
  readonly leave_role_ids: readonly number[];
  readonly guide: readonly GuideLine[];
  readonly plan: readonly PlanLine[];
}
export interface Pipeline {
  readonly id: number;
  readonly name: string;
  readonly is_default: boolean;
  readonly is_own: boolean; // of the user's department
  readonly version: number;
  readonly department_ids: readonly number[]; // empty: everybody
  readonly allow_skip: boolean;
  readonly allow_back: boolean;
  readonly stages: readonly Stage[];
}
/** Where the opportunities of a stage that goes away are put. */
export interface StageMove {
  readonly from_stage_id: number;
  readonly to_stage_id: number;
}
export interface CloseReason {
  readonly id: number;
  readonly kind: 'won' | 'lost';
  readonly name: string;
  readonly needs_competitor: boolean;
  readonly needs_note: boolean;
  readonly is_active: boolean;
  readonly sort_order: number;
}

export interface Sum {
  readonly currency: string;
  readonly amount_minor: number | null; // null: hidden from this person
  readonly weighted_minor: number | null;
}
export interface Card {
  readonly id: number;
  readonly version: number;
  readonly name: string;
  readonly customer_id: number | null;
  readonly customer_name: string | null;
  readonly owner_id: number | null;
  readonly owner_name: string | null;
  readonly amount_minor: number | null;
  readonly currency: string;
  readonly base_minor: number | null; // in the company's currency
  readonly win_probability_ppm: number | null;
  readonly expected_close_on: string | null;
  readonly stage_entered_at: string | null;
  readonly last_activity_at: string | null;
  readonly next_step: string | null;
  readonly next_step_on: string | null;
  readonly slip_count: number | null;
  readonly rot: 0 | 1 | 2; // 1: longer than usual, 2: too long without anything happening
}
export interface Column {
  readonly stage_id: number;
  readonly count: number; // of all that match, not only of the cards
  readonly sums: readonly Sum[]; // by currency
  readonly total: Sum; // of all currencies, in the company's
  readonly cards: readonly Card[];
}
export interface Board {
  readonly pipeline_id: number;
  readonly columns: readonly Column[];
  readonly more: boolean; // there are more than the cards
}

export type GateCode =
  | 'required_field'
  | 'guide_item'
  | 'guide_file'
  | 'enter_role'
  | 'leave_role'
  | 'skip'
  | 'back'
  | 'reason'
  | 'competitor'
  | 'note'
  | 'pipeline_department';
export interface Gate {
  readonly code: GateCode;
  readonly stage_id?: number | null;
  readonly field?: string | null;
  readonly item_id?: number | null;
  readonly text: string;
}
export interface GuideItem {
  readonly id: number;
  readonly kind: GuideKind;
  readonly title: string;
  readonly body: string | null;
  readonly is_mandatory: boolean;
  readonly needs_file: boolean;
  readonly done_at: string | null;
  readonly done_by_name: string | null;
  readonly note: string | null;
  readonly files: readonly { readonly id: number; readonly name: string }[];
}
export interface GuideStage {
  readonly id: number;
  readonly name: string;
  readonly kind: StageKind;
  readonly is_past: boolean;
  readonly is_current: boolean;
  readonly entered_at: string | null;
  readonly days: number | null;
  readonly usual_days: number | null;
  readonly longest_days: number | null;
  readonly items: readonly GuideItem[];
  readonly plan: readonly PlanLine[];
  readonly missing: readonly Gate[]; // what a move into it would lack today
}
export interface Guide {
  readonly pipeline_id: number;
  readonly stage_id: number;
  readonly stages: readonly GuideStage[];
}

export interface Opened {
  readonly count: number;
  readonly filter: Filter | null; // opens exactly these rows in the list
}
export interface StageFigures {
  readonly stage_id: number;
  readonly open: Opened & { readonly sums: readonly Sum[]; readonly total: Sum };
  readonly cohort: { readonly reached: number; readonly rate_ppm: number | null; readonly filter: Filter | null };
  readonly flow: {
    readonly entered: number;
    readonly forward: number;
    readonly lost: number;
    readonly back: number;
    readonly rate_ppm: number | null;
  };
  readonly days: {
    readonly median: number;
    readonly mean: number;
    readonly p90: number;
    readonly count: number;
  } | null;
  readonly overdue: Opened;
}
export interface ReasonFigures {
  readonly reason_id: number | null; // null: none was given
  readonly name: string | null;
  readonly kind: 'won' | 'lost';
  readonly count: number;
  readonly amount_minor: number | null;
}
export interface SlipFigures {
  readonly slips: number;
  readonly count: number;
  readonly won: number;
  readonly rate_ppm: number | null;
}
export type StuckCause = 'no_activity' | 'over_longest' | 'no_next_step' | 'close_passed' | 'slipped_twice';
export interface Effect {
  readonly closed: number;
  readonly won: number;
  readonly rate_ppm: number | null;
  readonly median_days: number | null;
}
export interface GuideEffect {
  readonly item_id: number;
  readonly stage_id: number;
  readonly title: string;
  readonly with: Effect;
  readonly without: Effect;
  readonly too_few: boolean;
}
export interface Analysis {
  readonly stages: readonly StageFigures[];
  readonly reasons: readonly ReasonFigures[];
  readonly slips: readonly SlipFigures[];
  readonly stuck: readonly (Opened & { readonly cause: StuckCause })[];
  readonly bottleneck_stage_id: number | null;
  readonly guide: readonly GuideEffect[];
  readonly too_few_below: number;
}

const ALL = 200; // as many as the server gives at once

function text(filter: Filter | null): string | null {
  return filter ? JSON.stringify(filter) : null;
}

// ---- settings ----

export async function listPipelines(): Promise<readonly Pipeline[]> {
  return (await send<Page<Pipeline>>('GET', '/pipelines')).items;
}
export function savePipeline(pipeline: { id: number; version: number } | null, body: Body): Promise<Page<Pipeline>> {
  return pipeline
    ? send('PUT', `/pipelines/${pipeline.id}`, { body, version: pipeline.version })
    : send('POST', '/pipelines', { body });
}
export function deletePipeline(id: number): Promise<void> {
  return send('DELETE', `/pipelines/${id}`);
}
export async function listReasons(): Promise<readonly CloseReason[]> {
  return (await send<Page<CloseReason>>('GET', '/close-reasons')).items;
}
export function saveReason(reason: CloseReason | null, body: Body, key: string): Promise<unknown> {
  return reason ? send('PUT', `/close-reasons/${reason.id}`, { body }) : send('POST', '/close-reasons', { body, key });
}
export function deleteReason(reason: CloseReason): Promise<void> {
  return send('DELETE', `/close-reasons/${reason.id}`);
}
export async function listRoles(): Promise<readonly { readonly id: number; readonly name: string }[]> {
  return (await send<Page<{ readonly id: number; readonly name: string }>>('GET', '/roles')).items;
}

export interface Department {
  readonly id: number;
  readonly name: string;
  readonly depth: number;
}
export async function listDepartments(): Promise<readonly Department[]> {
  return (await send<Page<Department>>('GET', '/departments/tree')).items;
}

// ---- board and the other ways to look at it ----

export interface Asked {
  readonly pipeline: number;
  readonly filter: Filter | null;
  readonly q: string;
}

/** A card whose name this person may not read is known by its number. */
function known(card: Card): Card {
  return card.name === null || card.currency === null
    ? { ...card, name: card.name ?? `#${card.id}`, currency: card.currency ?? '' }
    : card;
}
/** Of a pipeline, or (null) of the default one. */
export async function getBoard(
  asked: Omit<Asked, 'pipeline'> & { readonly pipeline: number | null },
  signal?: AbortSignal,
): Promise<Board> {
  const query = { pipeline_id: asked.pipeline, filter: text(asked.filter), q: asked.q };
  const board = await send<Board>('GET', '/opportunities/board', { query, signal });
  return { ...board, columns: board.columns.map((column) => ({ ...column, cards: column.cards.map(known) })) };
}
/** Opportunities of one day, owner or stage: all that match, whatever is loaded of them. */
export interface SumGroup {
  readonly on: string | null; // by day: the expected close
  readonly id: number | null; // by owner or stage
  readonly name: string | null; // the owner's
  readonly count: number;
  readonly sums: readonly Sum[];
  readonly total: Sum;
}
export type SumsBy = 'day' | 'owner' | 'stage';
export async function getSums(
  by: SumsBy,
  filter: Filter | null,
  q: string,
  signal: AbortSignal,
): Promise<readonly SumGroup[]> {
  const query = { by, filter: text(filter), q };
  return (await send<{ readonly groups: readonly SumGroup[] }>('GET', '/opportunities/sums', { query, signal })).groups;
}
export interface Rows {
  readonly rows: readonly RecordRow[];
  readonly more: boolean;
}
/** All opportunities that match, page after page, up to `most`. */
export async function listAll(
  filter: Filter | null,
  q: string,
  sort: string,
  most: number,
  signal: AbortSignal,
): Promise<Rows> {
  let rows: readonly RecordRow[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string | number | null> = { filter: text(filter), q, sort, cursor, limit: ALL };
    const page: Page<RecordRow> = await send('GET', '/opportunities', { query, signal });
    rows = [...rows, ...page.items];
    cursor = page.next_cursor;
  } while (cursor !== null && rows.length < most);
  return { rows: rows.slice(0, most), more: cursor !== null || rows.length > most };
}

// ---- one opportunity ----

export function getOpportunity(id: number, signal?: AbortSignal): Promise<RecordRow> {
  return send('GET', `/opportunities/${id}`, { signal });
}
export function changeOpportunity(id: number, version: number, body: Body): Promise<RecordRow> {
  return send('PATCH', `/opportunities/${id}`, { body, version });
}
export function addTask(body: Body, key: string): Promise<RecordRow> {
  return send('POST', '/tasks', { body, key });
}
export function getGuide(id: number, signal?: AbortSignal): Promise<Guide> {
  return send('GET', `/opportunities/${id}/guide`, { signal });
}
export function markItem(id: number, item: number, body: Body): Promise<GuideItem> {
  return send('PUT', `/opportunities/${id}/guide/${item}`, { body });
}
export function addItemFile(id: number, item: number, file: File): Promise<unknown> {
  const query = { object: 'opportunity', record_id: id, guide_item_id: item, name: file.name };
  return send('POST', '/attachments', { query, body: file });
}
export function planStage(
  id: number,
  stage: number,
  key: string,
): Promise<{ readonly created: number; readonly tasks: readonly RecordRow[] }> {
  return send('POST', `/opportunities/${id}/plan`, { body: { stage_id: stage }, key });
}

// ---- analysis ----

export interface Period {
  readonly from_on: string;
  readonly to_on: string; // last day
}
export function getAnalysis(
  pipeline: number,
  period: Period,
  filter: Filter | null,
  signal: AbortSignal,
): Promise<Analysis> {
  return send('GET', `/pipelines/${pipeline}/analysis`, { query: { ...period, filter: text(filter) }, signal });
}

/** A figure whose rows no filter of the list can name: moves of a stage, or closed deals of a step. */
export interface Behind {
  readonly figure: 'entered' | 'left' | 'forward' | 'lost' | 'back' | 'with' | 'without';
  readonly stage_id?: number;
  readonly item_id?: number;
}
export interface BehindRow {
  readonly id: number;
  readonly name: string | null;
  readonly owner_name: string | null;
  readonly status: string;
  readonly from_stage_id: number | null;
  readonly to_stage_id: number;
  readonly at: string | null;
  readonly closed_on: string | null;
  readonly days: number | null;
}
export function getBehind(
  pipeline: number,
  behind: Behind,
  period: Period,
  filter: Filter | null,
  signal: AbortSignal,
): Promise<{ readonly items: readonly BehindRow[]; readonly more: boolean }> {
  const query = { ...behind, ...period, filter: text(filter) };
  return send('GET', `/pipelines/${pipeline}/analysis-rows`, { query, signal });
}
