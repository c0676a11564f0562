/** Shapes of the API that the shared parts and the records feature use. */

export interface Me {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  readonly locale: string;
  readonly department_id: number | null;
  readonly department_name: string | null;
  readonly must_change_password: boolean;
  readonly is_admin: boolean;
  readonly totp_enabled: boolean;
  readonly permissions: readonly string[];
}

export interface SignInAnswer {
  readonly access_token: string;
  readonly expires_in: number; // seconds
  readonly user: Me;
}

export type FieldType =
  | 'text'
  | 'long_text'
  | 'int'
  | 'money'
  | 'ppm'
  | 'bool'
  | 'date'
  | 'instant'
  | 'enum'
  | 'ref'
  | 'email'
  | 'phone'
  | 'json'
  | 'object'
  | 'list';

export interface MetaField {
  readonly name: string;
  readonly type: FieldType;
  readonly label: string;
  readonly required: boolean;
  readonly read_only: boolean;
  readonly create_only: boolean;
  readonly nullable: boolean;
  readonly sortable: boolean;
  readonly filterable: boolean;
  readonly unique: boolean;
  readonly in_list: boolean;
  readonly options: readonly { readonly value: string; readonly label: string }[] | null;
  readonly ref: string | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly access: 'hidden' | 'masked' | 'read' | 'edit';
}

export interface MetaCan {
  readonly view: boolean;
  readonly create: boolean;
  readonly edit: boolean;
  readonly delete: boolean;
  readonly export: boolean;
  readonly import: boolean;
  readonly transfer: boolean;
}

export interface MetaObject {
  readonly name: string;
  readonly label: string;
  readonly plural: string;
  readonly label_field: string;
  readonly default_sort: string;
  readonly date_field: string | null;
  readonly can: MetaCan;
  readonly fields: readonly MetaField[];
  readonly children: readonly { readonly object: string; readonly column: string; readonly choice: string | null }[];
}

export interface Company {
  readonly name: string;
  readonly time_zone: string;
  readonly currency: string;
  readonly fiscal_year_start_month: number;
}

export interface Meta {
  readonly company: Company;
  readonly today: string;
  readonly objects: readonly MetaObject[];
}

/** One record as the API shows it: standard members plus the object's fields. */
export interface RecordRow {
  readonly id: number;
  readonly version: number;
  readonly [field: string]: unknown;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
  readonly total?: number;
  readonly total_exact?: boolean;
}

export interface Option {
  readonly id: number;
  readonly label: string;
  readonly hint?: string | null;
}

export interface SearchHit extends Option {
  readonly object: string;
}

export interface TimelineEntry {
  readonly at: string;
  readonly kind: string;
  readonly object: string;
  readonly record_id: number;
  readonly user_id: number | null;
  readonly user_name: string | null;
  readonly title: string | null;
  readonly action?: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly status: string;
  readonly phase: string | null;
  readonly done: number;
  readonly total: number;
  readonly result: unknown;
  readonly error_code: string | null;
  readonly error_detail: string | null;
  readonly has_file: boolean;
  readonly file_name: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export interface Notification {
  readonly id: number;
  readonly kind: string;
  readonly object: string | null;
  readonly record_id: number | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly read_at: string | null;
  readonly created_at: string;
}

export interface SavedView {
  readonly id: number;
  readonly object: string;
  readonly name: string;
  readonly filter: unknown;
  readonly sort: string | null;
  readonly columns: readonly string[] | null;
  readonly is_shared: boolean;
  readonly is_default: boolean;
  readonly mine: boolean;
  readonly version: number;
}
