/** Routes of targets. Amounts are minor units for measures of kind money, whole numbers for counts, thousandths for quantities. */
import { send } from '@/shared/api/client';

export type Kind = 'money' | 'count' | 'quantity';

export interface Measure {
  readonly key: string;
  readonly kind: Kind;
  readonly label_zh: string;
  readonly label_en: string;
  readonly is_active: boolean; // may be given new targets
  readonly is_building: boolean; // its figures are not all there yet
}
export interface Department {
  readonly id: number;
  readonly parent_id: number | null;
  readonly name: string;
  readonly depth: number;
}
export interface Figure {
  readonly target: number;
  readonly actual: number;
  readonly completion_ppm: number | null; // null without a target
  readonly gap: number; // target less actual: what is missing; negative when exceeded
}
export interface Period extends Figure {
  readonly from_on: string;
  readonly to_on: string; // the day after the last
  readonly time_passed_ppm: number;
}
export interface OverviewNode extends Figure {
  readonly kind: 'department' | 'user' | 'scope';
  readonly id: number | null;
  readonly name: string | null;
  readonly periods: readonly Period[];
}
export interface Overview {
  readonly year: number;
  readonly measure: string;
  readonly kind: Kind;
  readonly as_of: string;
  readonly from_on: string;
  readonly to_on: string;
  readonly time_passed_ppm: number;
  readonly path: readonly { readonly id: number; readonly name: string }[];
  readonly node: OverviewNode;
  readonly own: (Figure & { readonly periods: readonly Period[] }) | null;
  readonly children: readonly OverviewNode[];
}
export interface Fact {
  readonly on: string;
  readonly amount: number;
  readonly object: string;
  readonly record_id: number;
  readonly label: string | null; // null: outside what the person may read
  readonly customer_name: string | null;
  readonly user_name: string | null;
  readonly department_name: string | null;
}
export interface FactsPage {
  readonly items: readonly Fact[];
  readonly sum: number;
  readonly count: number;
  readonly next_cursor: string | null;
}
export interface GridCell {
  readonly amount: number;
  readonly version: number; // 0: nothing stored yet
}
export interface GridRow {
  readonly subject_kind: 'user' | 'department'; // department: its own amounts, not shared out
  readonly subject_id: number;
  readonly name: string;
  readonly depth: number;
  readonly parent_id: number | null;
  readonly can_edit: boolean;
  readonly cells: readonly (GridCell | null)[]; // null: in another department that month
}
export interface Grid {
  readonly year: number;
  readonly measure: string;
  readonly kind: Kind;
  readonly months: readonly string[]; // first days
  readonly rows: readonly GridRow[]; // a department, its people, its departments
}
export interface SavedCell {
  readonly subject_kind: 'user' | 'department';
  readonly subject_id: number;
  readonly month: number; // 1…12 of the fiscal year
  readonly amount: number;
  readonly version: number;
}

/** Year and measure; what is absent is the server's choice: the running year, the signed amount. */
export interface GridOf {
  readonly year: number | null;
  readonly measure: string | null;
  readonly department_id: number | null;
}
export interface OverviewOf extends GridOf {
  readonly user_id: number | null;
  readonly by: 'month' | 'quarter';
}
/** Which rows a figure stands for. */
export interface FactsOf {
  readonly year: number;
  readonly measure: string;
  readonly from_on: string;
  readonly to_on: string;
  readonly department_id?: number;
  readonly user_id?: number; // 0: nobody's
}
export type SplitMethod = 'even' | 'last_year' | 'working_days' | 'copy_percent' | 'history';
export interface SplitWish {
  readonly year: number;
  readonly measure: string;
  readonly method: SplitMethod;
  readonly total?: number;
  readonly percent_ppm?: number;
  readonly source?: 'actual' | 'target';
  readonly user_id?: number;
  readonly department_id?: number;
}

const FACTS_LIMIT = 200;

export async function listMeasures(): Promise<readonly Measure[]> {
  return (await send<{ items: readonly Measure[] }>('GET', '/targets/measures')).items;
}
export async function listDepartments(): Promise<readonly Department[]> {
  return (await send<{ items: readonly Department[] }>('GET', '/departments/tree')).items;
}
export function getOverview(of: OverviewOf, signal: AbortSignal): Promise<Overview> {
  return send('GET', '/targets/overview', { query: { ...of }, signal });
}
export function listFacts(of: FactsOf, cursor: string | null, signal: AbortSignal): Promise<FactsPage> {
  return send('GET', '/targets/facts', { query: { ...of, cursor, limit: FACTS_LIMIT }, signal });
}
export function getGrid(of: GridOf): Promise<Grid> {
  return send('GET', '/targets/grid', { query: { ...of } });
}
export async function saveCells(
  year: number,
  measure: string,
  cells: readonly SavedCell[],
): Promise<readonly SavedCell[]> {
  return (await send<{ cells: readonly SavedCell[] }>('PUT', '/targets/grid', { body: { year, measure, cells } }))
    .cells;
}
export async function splitYear(wish: SplitWish): Promise<readonly number[]> {
  return (await send<{ amounts: readonly number[] }>('POST', '/targets/split', { body: wish })).amounts;
}

export interface PeopleWish {
  readonly year: number;
  readonly measure: string;
  readonly department_id: number;
  readonly total: number;
  readonly shares: 'even' | 'history';
  readonly method: SplitMethod;
}
export interface PersonSplit {
  readonly user_id: number;
  readonly name: string;
  readonly amounts: readonly number[];
}
export async function splitPeople(wish: PeopleWish): Promise<readonly PersonSplit[]> {
  return (await send<{ items: readonly PersonSplit[] }>('POST', '/targets/split-people', { body: wish })).items;
}
