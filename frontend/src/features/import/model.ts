/** Pure parts of the import pages: the mapping as a person edits it, what is wrong with it, texts of results. */
import type { FieldType, MetaObject } from '@/shared/api/types';
import type { FieldSpec } from '@/shared/ui/form/form';
import type { Tone } from '@/shared/ui/base/tone';
import type {
  Batch,
  BatchStatus,
  Fault,
  FaultError,
  FileFormat,
  ImportField,
  ImportKind,
  MappedColumn,
  Mapping,
} from './api';

/** One use of a column of the file; a column may be used twice. */
export interface Line {
  readonly column: number; // index in the file
  readonly first: boolean; // of its column
  field: string; // '' leaves the column out
  dateOrder: 'auto' | 'mdy' | 'dmy';
  unit: 'major' | 'minor' | 'wan';
  login: boolean; // turn names into login names
  values: { from: string; to: string }[];
}

/** The mapping while it is edited. */
export interface Draft {
  lines: Line[];
  constants: { field: string; value: unknown }[];
  key: string;
  onExisting: 'update' | 'skip' | 'fail';
  createMissing: string[];
  contractFromWon: boolean;
  decimalComma: boolean;
  sheet: number;
}

function lineOf(column: number, first: boolean, entry: MappedColumn | null): Line {
  return {
    column,
    first,
    field: entry?.field ?? '',
    dateOrder: entry?.date_order ?? 'auto',
    unit: entry?.money_unit ?? 'major',
    login: entry?.transform === 'login',
    values: Object.entries(entry?.values ?? {}).map(([from, to]) => ({ from, to })),
  };
}

/** A draft with a line for every column of the file, mapped or not. */
export function draftOf(format: FileFormat, mapping: Mapping | null, kind: ImportKind): Draft {
  const entries = (mapping?.columns ?? []).filter((entry) => entry.field);
  const lines = format.columns.flatMap((column, index) => {
    const twin = format.columns.findIndex((other) => other.name === column.name);
    const mine = twin === index ? entries.filter((entry) => entry.column === column.name) : [];
    return mine.length === 0 ? [lineOf(index, true, null)] : mine.map((entry, nth) => lineOf(index, nth === 0, entry));
  });
  return {
    lines,
    constants: Object.entries(mapping?.constants ?? {}).map(([field, value]) => ({ field, value })),
    key: mapping?.key ?? guessKey(kind, lines),
    onExisting: mapping?.on_existing ?? 'update',
    createMissing: [...(mapping?.create_missing ?? [])],
    contractFromWon: mapping?.contract_from_won ?? false,
    decimalComma: mapping?.decimal_comma ?? false,
    sheet: mapping?.sheet ?? 0,
  };
}

/** The field that most likely tells records apart: a mapped code or number before the name. */
export function guessKey(kind: ImportKind, lines: readonly Line[]): string {
  const mapped = new Set(lines.map((line) => line.field));
  const fit = kind.fields.filter((field) => field.unique && mapped.has(field.name));
  return (fit.find((field) => field.name !== 'name') ?? fit[0])?.name ?? '';
}

function columnOf(line: Line, format: FileFormat): MappedColumn {
  const values = Object.fromEntries(line.values.filter((pair) => pair.from !== '').map((pair) => [pair.from, pair.to]));
  return {
    column: format.columns[line.column]?.name ?? '',
    field: line.field,
    ...(line.dateOrder === 'auto' ? {} : { date_order: line.dateOrder }),
    ...(line.unit === 'major' ? {} : { money_unit: line.unit }),
    ...(line.login ? { transform: 'login' as const } : {}),
    ...(Object.keys(values).length > 0 ? { values } : {}),
  };
}

/** The mapping that the server keeps. */
export function mappingOf(draft: Draft, format: FileFormat): Mapping {
  const mapped = draft.lines.filter((line) => line.field !== '');
  const constants = draft.constants.filter(
    (constant) => constant.field !== '' && constant.value !== null && constant.value !== '',
  );
  const used = new Set(mapped.map((line) => line.field));
  return {
    columns: mapped.map((line) => columnOf(line, format)),
    constants: Object.fromEntries(constants.map((constant) => [constant.field, constant.value])),
    on_existing: draft.onExisting,
    create_missing: draft.createMissing.filter((name) => used.has(name)),
    ...(draft.key ? { key: draft.key } : {}),
    ...(draft.contractFromWon ? { contract_from_won: true } : {}),
    ...(draft.decimalComma ? { decimal_comma: true } : {}),
    ...(draft.sheet > 0 ? { sheet: draft.sheet } : {}),
  };
}

const EXTRA_TYPES: Readonly<Record<string, FieldType>> = { created_at: 'instant', year: 'int' };

/** What a field holds: the object's description knows; targets and the original creator stand beside it. */
export function typeOf(field: ImportField, object: MetaObject | null): FieldType {
  if (field.ref) {
    return 'ref';
  }
  const known = object?.fields.find((other) => other.name === field.name)?.type;
  return known ?? EXTRA_TYPES[field.name] ?? (field.is_money ? 'money' : 'text');
}

/** The control for a constant value of a field. */
export function specOf(field: ImportField, object: MetaObject | null): FieldSpec {
  const known = object?.fields.find((other) => other.name === field.name);
  return {
    name: field.name,
    label: field.label,
    type: typeOf(field, object),
    ref: field.ref,
    options: known?.options ?? null,
    nullable: true,
    min: known?.min,
    max: known?.max,
  };
}

/** References of which the import can make the missing records: those known by their name alone. */
export function isCreatable(field: ImportField, objects: readonly MetaObject[]): boolean {
  return (
    field.ref !== null &&
    field.ref !== 'user' &&
    (objects.find((object) => object.name === field.ref)?.can.create ?? false)
  );
}

export interface DraftFaults {
  readonly missing: readonly string[]; // labels of required fields that nothing fills
  readonly lines: ReadonlyMap<number, 'twice' | 'order'>; // by index of the line
  readonly nothing: boolean; // no column is used
  readonly key: boolean; // the key is not among the columns
}

/** What keeps a draft from being tried. */
export function checkDraft(draft: Draft, kind: ImportKind, format: FileFormat, object: MetaObject | null): DraftFaults {
  const seen = new Set<string>();
  const lines = new Map<number, 'twice' | 'order'>();
  draft.lines.forEach((line, index) => {
    const field = kind.fields.find((other) => other.name === line.field);
    if (!field) {
      return;
    }
    if (seen.has(line.field)) {
      lines.set(index, 'twice');
    }
    seen.add(line.field);
    if (needsOrder(line, field, format, object) && line.dateOrder === 'auto') {
      lines.set(index, 'order');
    }
  });
  const filled = new Set([
    ...seen,
    ...draft.constants
      .filter((constant) => constant.value != null && constant.value !== '')
      .map((constant) => constant.field),
  ]);
  return {
    missing: kind.fields.filter((field) => field.required && !filled.has(field.name)).map((field) => field.label),
    lines,
    nothing: seen.size === 0,
    key: draft.key !== '' && !filled.has(draft.key),
  };
}

export function isFit(faults: DraftFaults): boolean {
  return faults.missing.length === 0 && faults.lines.size === 0 && !faults.nothing && !faults.key;
}

/** Whether 03/04/2026 in this column may be March or April. */
export function needsOrder(line: Line, field: ImportField, format: FileFormat, object: MetaObject | null): boolean {
  return ['date', 'instant'].includes(typeOf(field, object)) && format.columns[line.column]?.date_order === 'ambiguous';
}

export type Step = 'map' | 'check' | 'run';

/** The step of the wizard that an import stands at. */
export function stepOf(batch: Batch): Step {
  if (batch.status === 'running') {
    return batch.dry_run ? 'check' : 'run';
  }
  return batch.status === 'checked' ? 'check' : batch.status === 'done' ? 'run' : 'map';
}

export const STATUS_TONES: Readonly<Record<BatchStatus, Tone>> = {
  uploaded: 'neutral',
  running: 'info',
  checked: 'primary',
  done: 'success',
  rolled_back: 'warning',
};

/** The cell that an error is about; null when it is about the whole row. */
export function cellOf(fault: Fault, error: FaultError, format: FileFormat): string | null {
  const index = error.column ? format.columns.findIndex((column) => column.name === error.column) : -1;
  return index < 0 ? null : (fault.cells[index] ?? '');
}

const ENDINGS = ['.csv', '.tsv', '.txt', '.xlsx'];

export function isTable(name: string): boolean {
  return ENDINGS.some((ending) => name.toLowerCase().endsWith(ending));
}

/** "leads.xlsx" → "leads-errors.csv". */
export function errorsName(fileName: string): string {
  return `${fileName.replace(/\.[^.]+$/, '')}-errors.csv`;
}
