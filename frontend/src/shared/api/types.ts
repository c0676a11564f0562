/** Names for the shapes of the API, taken from the generated schema. Where the schema leaves a member open (what JSON it
 * holds depends on the record), the narrower shape is said here. */
import type { Filter } from '@/shared/lib/filter';
import type { paths } from './schema';

type JsonOf<R> = R extends { content: { 'application/json': infer Body } } ? Body : never;
type Answers<R> = { [Status in keyof R]: Status extends 200 | 201 ? JsonOf<R[Status]> : never }[keyof R];
/** What a route answers: Answer<'/auth/me', 'get'>. */
export type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: infer R;
}
  ? Answers<R>
  : never;
/** What a route takes: Body<'/views', 'post'>. */
export type Body<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  requestBody?: infer R;
}
  ? JsonOf<NonNullable<R>>
  : never;
type Refined<T, More> = Readonly<Omit<T, keyof More> & More>;

export type SignInAnswer = Readonly<Answer<'/auth/sign-in', 'post'>>;
export type Me = Readonly<Answer<'/auth/me', 'get'>>;
export type Company = Readonly<Answer<'/company', 'get'>>;

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
  | 'decimal'
  | 'choices'
  | 'email'
  | 'phone'
  | 'url'
  | 'tags'
  | 'refs'
  | 'files'
  | 'json'
  | 'object'
  | 'list';

type MetaAnswer = Answer<'/meta', 'get'>;
type MetaObjectAnswer = MetaAnswer['objects'][number];
export interface FieldChoice {
  readonly value: string;
  readonly label: string;
  readonly is_active?: boolean; // false: shown where it was chosen, offered no more
}
/** What a company may say of a field. */
interface FieldSettings {
  readonly kind?: string; // the word of custom fields: rating, month …
  readonly scale?: number | null; // digits after the point
  readonly default?: unknown;
  readonly pattern?: string | null;
  readonly help?: string | null;
  readonly visible_if?: Filter | null;
  readonly readonly_if?: Filter | null;
  readonly is_computed?: boolean;
  readonly is_custom?: boolean;
  readonly options?: readonly FieldChoice[] | null;
}
/** How forms and record pages are laid out; null: as the program has it. */
export interface MetaLayout {
  readonly is_default?: boolean;
  readonly sections: readonly {
    readonly title: string;
    readonly columns: number;
    readonly fields: readonly { readonly name: string; readonly width: number }[];
  }[];
  readonly hidden: readonly string[];
}
export type MetaField = Refined<
  MetaObjectAnswer['fields'][number],
  FieldSettings & { type: FieldType; access: 'hidden' | 'masked' | 'read' | 'edit' }
>;
export type MetaCan = Readonly<
  Record<'view' | 'create' | 'edit' | 'delete' | 'export' | 'import' | 'transfer', boolean>
>;
export type MetaObject = Refined<
  MetaObjectAnswer,
  { can: MetaCan; fields: readonly MetaField[]; layout?: MetaLayout | null; customizable?: boolean }
>;
export type Meta = Refined<MetaAnswer, { objects: readonly MetaObject[] }> & { readonly company: Company };

/** One record as the API shows it: standard members plus the object's fields. */
export interface RecordRow {
  readonly id: number;
  readonly version: number;
  readonly [field: string]: unknown;
}

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
  readonly total?: number;
  readonly total_exact?: boolean;
}

export type Option = Readonly<Answer<'/users/options', 'get'>['items'][number]>;
export type SearchHit = Readonly<Answer<'/search', 'get'>['items'][number]>;
export type Job = Readonly<Answer<'/jobs/{id}', 'get'>>;
type Detail = { readonly detail: Readonly<Record<string, unknown>> | null };
export type TimelineEntry = Refined<Answer<'/customers/{id}/timeline', 'get'>['items'][number], Detail>;
export type Notification = Refined<Answer<'/notifications', 'get'>['items'][number], Detail>;
export type SavedView = Refined<
  Answer<'/views', 'get'>['items'][number],
  { readonly columns: readonly string[] | null }
>;
