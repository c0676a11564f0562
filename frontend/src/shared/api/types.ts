/** Names for the shapes of the API, taken from the generated schema. Where the schema leaves a member open (what JSON it
 * holds depends on the record), the narrower shape is said here. */
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
  | 'email'
  | 'phone'
  | 'url'
  | 'tags'
  | 'json'
  | 'object'
  | 'list';

type MetaAnswer = Answer<'/meta', 'get'>;
type MetaObjectAnswer = MetaAnswer['objects'][number];
export type MetaField = Refined<
  MetaObjectAnswer['fields'][number],
  { type: FieldType; access: 'hidden' | 'masked' | 'read' | 'edit' }
>;
export type MetaCan = Readonly<
  Record<'view' | 'create' | 'edit' | 'delete' | 'export' | 'import' | 'transfer', boolean>
>;
export type MetaObject = Refined<MetaObjectAnswer, { can: MetaCan; fields: readonly MetaField[] }>;
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
