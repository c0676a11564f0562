/** Pure parts of the record pages: columns and forms out of the server's description, texts of values, list state in
 * the address. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router';
import type { Meta, MetaField, MetaObject, RecordRow } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate, formatInstant, formatMonth } from '@/shared/lib/dates';
import { parseFilter, type Filter } from '@/shared/lib/filter';
import { formatInteger, formatPpm } from '@/shared/lib/format';
import { formatMoney } from '@/shared/lib/money';
import { formatScaled } from '@/shared/lib/scaled';
import { formatDecimal } from '@/shared/ui/form/decimal';
import type { FieldSpec } from '@/shared/ui/form/form';
import type { GridColumn } from '@/shared/ui/grid/columns';
import type { ObjectConfig, Section } from './objects';

export interface Showing {
  readonly locale: string;
  readonly zone: string;
  readonly currency: string;
}

/** The member that holds the name behind a reference: owner_id → owner_name. */
export function nameMember(field: string): string {
  return field.replace(/_id$/, '_name');
}

/** The names beside the ids of a set: team_names of team_ids. */
export function namesOf(row: RecordRow | null, field: string): readonly string[] {
  return (row?.[field.replace(/_ids$/, '_names')] as readonly string[] | null | undefined) ?? [];
}
/** The ids of a set with their names. */
export function namedSet(row: RecordRow | null, field: string): { readonly value: number; readonly label: string }[] {
  const ids = (row?.[field] as readonly number[] | null | undefined) ?? [];
  const names = namesOf(row, field);
  return ids.map((id, index) => ({ value: id, label: names[index] ?? `#${id}` }));
}

const RATE_PLACES = 9;
/** How an absent value is written. */
export const NOTHING = '—';

/** An amount is in the record's currency, but for what says that it is in the company's. */
export function currencyOf(field: string, row: RecordRow, own: string): string {
  return /(^|_)base_/.test(field) ? own : ((row.currency as string | undefined) ?? own);
}

/** A value as text. */
export function fieldText(field: MetaField, row: RecordRow, showing: Showing): string {
  const value = row[field.name];
  if (value == null || value === '') {
    return NOTHING;
  }
  switch (field.type) {
    case 'money':
      return typeof value === 'number'
        ? formatMoney(value, { currency: currencyOf(field.name, row, showing.currency) })
        : String(value);
    case 'ppm':
      return formatPpm(value as number).replace('.0%', '%');
    case 'decimal':
      return formatDecimal(String(value));
    case 'choices':
      return (value as string[])
        .map((one) => field.options?.find((option) => option.value === one)?.label ?? one)
        .join(t('kit.filter.comma'));
    case 'int':
      if (field.name === 'rate_nano') {
        return formatScaled(value as number, RATE_PLACES);
      }
      if (field.kind === 'rating') {
        return t('kit.rating.of', { value, max: field.max ?? 5 });
      }
      if (field.name === 'completeness') {
        return `${String(value)}%`;
      }
      return field.name.endsWith('_year') ? String(value) : formatInteger(value as number);
    case 'bool':
      return t(value ? 'kit.yes' : 'kit.no');
    case 'date':
      return field.kind === 'month'
        ? formatMonth(value as string, showing.locale)
        : formatDate(value as string, showing.locale);
    case 'instant':
      return formatInstant(value as string, showing.locale, showing.zone);
    case 'enum':
      return field.options?.find((option) => option.value === value)?.label ?? String(value);
    case 'ref':
      return (row[nameMember(field.name)] as string | null | undefined) ?? `#${String(value)}`;
    case 'tags':
    case 'refs':
    case 'files':
      return namesOf(row, field.name).join('、') || NOTHING;
    case 'json':
    case 'object':
    case 'list':
      return JSON.stringify(value);
    default:
      return String(value);
  }
}

const WIDTHS: Readonly<Partial<Record<MetaField['type'], number>>> = {
  money: 136,
  ppm: 92,
  int: 96,
  bool: 88,
  date: 112,
  instant: 142,
  enum: 100,
  phone: 126,
  long_text: 260,
  tags: 180,
  decimal: 112,
  choices: 180,
  refs: 180,
  files: 180,
};
const TEXT_WIDTH = 124;
const LABEL_WIDTH = 220;
const TEXT_LABEL_WIDTH = 340; // follow-ups are known by what they say
const NUMBER_WIDTH = 150; // HT202611-0079
const NAME_WIDTH = 190; // references to customers, contracts …
const SHORT_REFS = new Set(['user', 'department', 'stage', 'pipeline']);
const SHORT_REF_WIDTH = 100;

function widthOf(field: MetaField, label: string): number {
  if (field.name === label) {
    return field.type === 'long_text' ? TEXT_LABEL_WIDTH : field.name === 'number' ? NUMBER_WIDTH : LABEL_WIDTH;
  }
  if (field.name === 'name') {
    return LABEL_WIDTH;
  }
  if (field.type === 'ref') {
    return SHORT_REFS.has(field.ref ?? '') ? SHORT_REF_WIDTH : field.ref === 'region' ? TEXT_WIDTH : NAME_WIDTH;
  }
  return WIDTHS[field.type] ?? TEXT_WIDTH;
}

/** Whether a list shows nothing of such a value but its text. */
export function isPlain(field: MetaField): boolean {
  return !['money', 'tags', 'choices'].includes(field.type) && field.kind !== 'rating';
}

export function isNumeric(field: MetaField): boolean {
  return ['money', 'ppm', 'int', 'decimal'].includes(field.type) && field.kind !== 'rating';
}

function isListable(field: MetaField): boolean {
  return !['json', 'object', 'list'].includes(field.type) && field.access !== 'hidden';
}

/** The columns of a list: the label first, then the config's order, then what else there is (hidden until chosen). */
export function columnsOf(meta: MetaObject, config: ObjectConfig, showing: Showing): GridColumn<RecordRow>[] {
  const order = (field: MetaField): number => {
    const place = config.columns.indexOf(field.name);
    return place === -1 ? config.columns.length : place;
  };
  return meta.fields
    .filter(isListable)
    .toSorted((a, b) => order(a) - order(b))
    .map((field) => ({
      key: field.name,
      label: field.label,
      width: widthOf(field, meta.label_field),
      end: isNumeric(field),
      sortable: field.sortable,
      fixed: field.name === meta.label_field,
      hidden: !config.columns.includes(field.name),
      card:
        field.name === meta.label_field
          ? 'title'
          : field.name === config.card.side
            ? 'side'
            : config.card.lines.includes(field.name)
              ? 'line'
              : 'none',
      text: (row) => fieldText(field, row, showing),
    }));
}

/** The columns of the recycle bin: when a record was thrown away stands beside its name. */
export function withDeletion(columns: readonly GridColumn<RecordRow>[], showing: Showing): GridColumn<RecordRow>[] {
  const [label, ...others] = columns;
  const deletion: GridColumn<RecordRow> = {
    key: 'deleted_at',
    label: t('records.bin.deleted_at'),
    width: WIDTHS.instant,
    text: (row) => formatInstant(row.deleted_at as string | null, showing.locale, showing.zone),
  };
  return label ? [label, deletion, ...others] : [deletion];
}

/** A described field as forms and filters take it. */
export function specOf(field: MetaField, object: string, creating: boolean): FieldSpec {
  return {
    name: field.name,
    label: field.label,
    type: field.type,
    required: field.required,
    nullable: field.nullable,
    options: field.options,
    ref: field.ref,
    object,
    min: field.min,
    max: field.max,
    filterable: field.filterable,
    hint: field.help ?? undefined,
    kind: field.kind,
    scale: field.scale,
    pattern: field.pattern,
    start: field.default,
    visibleIf: field.visible_if,
    readOnlyIf: field.readonly_if,
    readOnly: field.read_only || field.access !== 'edit' || (field.create_only && !creating),
  };
}

export function filterSpecs(meta: MetaObject): FieldSpec[] {
  return meta.fields
    .filter((field) => field.filterable && isListable(field))
    .map((field) => specOf(field, meta.name, false));
}

/** The fields a person fills in. */
export function formSpecs(meta: MetaObject, creating: boolean): FieldSpec[] {
  return meta.fields
    .filter(isListable)
    .map((field) => specOf(field, meta.name, creating))
    .filter((spec) => !spec.readOnly);
}

/** A section as forms and record pages draw it. */
export interface ShownSection {
  readonly key: string;
  readonly title: string;
  readonly columns: number;
  readonly fields: readonly string[];
  readonly wide: readonly string[]; // across all columns
}

const SYSTEM_FIELDS = new Set(['created_at', 'created_by_id', 'updated_at', 'department_id']);

/** The sections of an object as the program has them; fields that no section names go to the last one. */
export function sectionsOf(meta: MetaObject, config: ObjectConfig): Section[] {
  const named = new Set(config.sections.flatMap((section) => section.fields));
  const rest = meta.fields
    .filter((field) => isListable(field) && !named.has(field.name) && !SYSTEM_FIELDS.has(field.name))
    .map((field) => field.name);
  return config.sections.map((section, index) =>
    index === config.sections.length - 1 ? { ...section, fields: [...section.fields, ...rest] } : section,
  );
}

/** The same as the company laid them out, if it did; what its layout neither places nor hides stands at the end. */
export function shownSections(meta: MetaObject, config: ObjectConfig): ShownSection[] {
  const { layout } = meta;
  if (!layout || layout.is_default || layout.sections.length === 0) {
    return sectionsOf(meta, config).map((section) => ({
      ...section,
      title: t(`records.section.${section.key}`),
      columns: 2,
      wide: [],
    }));
  }
  const placed = new Set([
    ...layout.hidden,
    ...layout.sections.flatMap((section) => section.fields.map(({ name }) => name)),
  ]);
  const rest = meta.fields
    .filter((field) => isListable(field) && !placed.has(field.name) && !SYSTEM_FIELDS.has(field.name))
    .map((field) => field.name);
  return layout.sections.map((section, index) => ({
    key: `layout-${index}`,
    title: section.title,
    columns: section.columns,
    fields: [...section.fields.map(({ name }) => name), ...(index === layout.sections.length - 1 ? rest : [])],
    wide: section.fields.filter(({ width }) => width > 1).map(({ name }) => name),
  }));
}

export interface ListState {
  readonly filter: Filter | null;
  readonly q: string;
  readonly sort: string | null;
  readonly deleted: boolean;
  readonly preset: string | null; // preset or "view-<id>"
}

function first(value: LocationQuery[string] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** The state of a list from the address. */
export function stateOf(query: LocationQuery): ListState {
  return {
    filter: parseFilter(first(query.f)),
    q: first(query.q) ?? '',
    sort: first(query.sort),
    deleted: first(query.deleted) === '1',
    preset: first(query.view),
  };
}

/** The address of a state; what is the default is left out. */
export function queryOf(state: ListState): LocationQueryRaw {
  return {
    ...(state.preset ? { view: state.preset } : {}),
    ...(state.filter ? { f: JSON.stringify(state.filter) } : {}),
    ...(state.q ? { q: state.q } : {}),
    ...(state.sort ? { sort: state.sort } : {}),
    ...(state.deleted ? { deleted: '1' } : {}),
  };
}

/** Total as shown: exact, or "10,000+" beyond what the server counts. */
export function totalText(total: number | undefined, exact: boolean | undefined): string {
  return total === undefined ? '' : `${formatInteger(total)}${exact === false ? '+' : ''}`;
}

export interface TransferChoice {
  readonly key: string;
  readonly label: string;
}

/** Which children may follow when a record changes hands. */
export function transferChoices(meta: MetaObject, all: Meta): readonly TransferChoice[] {
  const byChoice = new Map(
    meta.children.flatMap((child) => (child.choice ? [[child.choice, child.object] as const] : [])),
  );
  return [...byChoice].map(([key, object]) => ({
    key,
    label: t(`records.transfer.choice.${key}`, {
      object: all.objects.find((other) => other.name === object)?.label ?? object,
    }),
  }));
}
