/** Custom fields, formulas and layouts on the server. */
import { send } from '@/shared/api/client';
import type { Filter } from '@/shared/lib/filter';

export interface FieldOption {
  readonly value?: string; // none: the server makes one
  readonly label_zh: string;
  readonly label_en: string;
  readonly is_active: boolean;
}
export interface Rollup {
  readonly object: string;
  readonly via: string;
  readonly function: 'count' | 'sum' | 'min' | 'max';
  readonly field: string | null;
  readonly filter: Filter | null;
}
export const RESULTS = ['integer', 'decimal', 'money', 'percent', 'text', 'date', 'boolean'] as const;
export type Result = (typeof RESULTS)[number];
/** What may be set of a field; which of it counts depends on its kind. */
export interface FieldSettings {
  readonly label_zh: string;
  readonly label_en: string;
  readonly help_zh: string | null;
  readonly help_en: string | null;
  readonly is_required: boolean;
  readonly is_unique: boolean;
  readonly is_indexed: boolean;
  readonly default: unknown;
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly scale: number | null;
  readonly max_length: number | null;
  readonly pattern: string | null;
  readonly visible_if: Filter | null;
  readonly readonly_if: Filter | null;
  readonly options: readonly FieldOption[] | null;
  readonly ref: string | null;
  readonly formula: string | null;
  readonly result: Result | null;
  readonly rollup: Rollup | null;
  readonly number_pattern: string | null;
  readonly restarts: 'month' | 'year' | 'never' | null;
  readonly in_list: boolean;
  readonly is_maskable: boolean;
}
export interface CustomField extends FieldSettings {
  readonly id: number;
  readonly object: string;
  readonly name: string;
  readonly kind: string;
  readonly index_state: 'none' | 'building' | 'ready' | 'failed';
  readonly is_stored: boolean;
  readonly sort_order: number;
  readonly version: number;
  readonly deleted_at: string | null;
  readonly job_id: number | null;
}
export interface Kind {
  readonly kind: string;
  readonly label: string;
  readonly type: string;
  readonly suffix: string;
  readonly settings: readonly string[];
}
export interface Kinds {
  readonly objects: readonly { readonly name: string; readonly label: string }[];
  readonly kinds: readonly Kind[];
}
interface Named {
  readonly id: number;
  readonly name: string;
}
export interface Impact {
  readonly records: number;
  readonly views: readonly Named[];
  readonly layouts: readonly { readonly object: string }[];
  readonly roles: readonly Named[];
  readonly gates: readonly {
    readonly pipeline_id: number;
    readonly pipeline_name: string;
    readonly stage_id: number;
    readonly stage_name: string;
  }[];
  readonly rules: readonly { readonly kind: string; readonly id: number; readonly name: string }[];
  readonly fields: readonly {
    readonly id: number;
    readonly name: string;
    readonly label: string;
    readonly how: string;
  }[];
  readonly can_delete: boolean;
}
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly position: number;
  readonly length: number;
}
export interface Check {
  readonly ok: boolean;
  readonly type: 'number' | 'text' | 'date' | 'boolean' | null;
  readonly is_stored: boolean | null;
  readonly names: readonly string[];
  readonly value: unknown;
  readonly value_fault: string | null;
  readonly fault: Fault | null;
}
export interface LayoutField {
  readonly name: string;
  readonly width: number;
}
export interface LayoutSection {
  readonly title_zh: string;
  readonly title_en: string;
  readonly columns: number;
  readonly fields: readonly LayoutField[];
}
export interface LayoutBody {
  readonly sections: readonly LayoutSection[];
  readonly hidden: readonly string[];
}
export interface Layout extends LayoutBody {
  readonly object: string;
  readonly is_default: boolean;
  readonly version: number;
}

export function getKinds(): Promise<Kinds> {
  return send('GET', '/custom-fields/kinds');
}
export async function listFields(object: string, deleted: boolean): Promise<readonly CustomField[]> {
  const query = { object, deleted: deleted ? 1 : null };
  return (await send<{ items: CustomField[] }>('GET', '/custom-fields', { query })).items;
}
export function createField(
  body: Partial<FieldSettings> & { object: string; kind: string; code?: string },
): Promise<CustomField> {
  return send('POST', '/custom-fields', { body });
}
export function updateField(
  field: CustomField,
  body: Partial<FieldSettings> & { sort_order?: number },
): Promise<CustomField> {
  return send('PUT', `/custom-fields/${field.id}`, { body, version: field.version });
}
export function deleteField(field: CustomField): Promise<void> {
  return send('DELETE', `/custom-fields/${field.id}`, { version: field.version });
}
export function restoreField(field: CustomField): Promise<CustomField> {
  return send('POST', `/custom-fields/${field.id}/restore`, { body: {} });
}
export function purgeField(field: CustomField, name: string): Promise<void> {
  return send('POST', `/custom-fields/${field.id}/purge`, { body: { name } });
}
export function getImpact(id: number): Promise<Impact> {
  return send('GET', `/custom-fields/${id}/impact`);
}
export function checkFormula(
  body: {
    object: string;
    expression: string;
    record_id?: number | null;
  },
  signal: AbortSignal,
): Promise<Check> {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value != null));
  return send('POST', '/formulas/check', { body: given, signal });
}
export function getLayout(object: string): Promise<Layout> {
  return send('GET', `/layouts/${object}`);
}
export function saveLayout(layout: Layout, body: LayoutBody): Promise<Layout> {
  return send('PUT', `/layouts/${layout.object}`, { body, version: layout.version });
}
export function resetLayout(layout: Layout): Promise<void> {
  return send('DELETE', `/layouts/${layout.object}`, { version: layout.version });
}
