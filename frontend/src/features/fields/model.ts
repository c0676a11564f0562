/** Drafts of custom fields: what the dialog holds, what of it is sent. Pure. */
import type { FieldSpec } from '@/shared/ui/form/form';
import type { FieldType } from '@/shared/api/types';
import type { CustomField, FieldOption, FieldSettings, Kind } from './api';

/** Kinds as they are offered, in groups. */
export const GROUPS: readonly { readonly key: string; readonly kinds: readonly string[] }[] = [
  { key: 'text', kinds: ['text', 'long_text', 'email', 'phone', 'url'] },
  { key: 'number', kinds: ['integer', 'decimal', 'money', 'percent', 'currency', 'rating'] },
  { key: 'choice', kinds: ['select', 'multi_select', 'boolean'] },
  { key: 'time', kinds: ['date', 'date_time', 'month'] },
  { key: 'reference', kinds: ['user', 'users', 'department', 'departments', 'region', 'record'] },
  { key: 'file', kinds: ['files', 'pictures'] },
  { key: 'computed', kinds: ['formula', 'rollup', 'serial'] },
];

/** An option in the making; `key` keeps its row while its value is still to be given. */
export interface DraftOption extends FieldOption {
  readonly key: number;
}
export type Draft = { -readonly [Name in keyof FieldSettings]: FieldSettings[Name] } & {
  code: string;
  rows: DraftOption[];
};

let lastKey = 0;
export function optionRow(option: FieldOption): DraftOption {
  lastKey += 1;
  return { ...option, key: lastKey };
}

const NEW: FieldSettings = {
  label_zh: '',
  label_en: '',
  help_zh: null,
  help_en: null,
  is_required: false,
  is_unique: false,
  is_indexed: false,
  default: null,
  min: null,
  max: null,
  scale: null,
  max_length: null,
  pattern: null,
  visible_if: null,
  readonly_if: null,
  options: null,
  ref: null,
  formula: null,
  result: null,
  rollup: null,
  number_pattern: null,
  restarts: null,
  in_list: true,
  is_maskable: false,
};
const STARTS: Readonly<Record<string, Partial<FieldSettings>>> = {
  decimal: { scale: 2 },
  rating: { max: 5 },
  formula: { result: 'decimal', scale: 2, formula: '' },
  serial: { number_pattern: '{YYYY}{0000}', restarts: 'year' },
};

export function draftOf(field: CustomField | null, kind: string): Draft {
  const from: FieldSettings = field ?? { ...NEW, ...STARTS[kind] };
  const settings = Object.fromEntries(
    Object.keys(NEW).map((name) => [name, from[name as keyof FieldSettings]]),
  ) as unknown as FieldSettings;
  const options = field?.options ?? (isChoice(kind) ? [emptyOption(), emptyOption()] : []);
  return { ...settings, code: '', rows: options.map(optionRow) };
}

export function isChoice(kind: string): boolean {
  return kind === 'select' || kind === 'multi_select';
}
/** Nobody fills it in. */
export function isComputed(kind: string): boolean {
  return ['formula', 'rollup', 'serial'].includes(kind);
}
export function emptyOption(): FieldOption {
  return { label_zh: '', label_en: '', is_active: true };
}

/** What each word of a kind's `settings` covers. */
const COVERS: Readonly<Record<string, readonly (keyof FieldSettings)[]>> = {
  required: ['is_required'],
  unique: ['is_unique'],
  indexed: ['is_indexed'],
  default: ['default'],
  min: ['min'],
  max: ['max'],
  scale: ['scale'],
  max_length: ['max_length'],
  pattern: ['pattern'],
  ref: ['ref'],
  formula: ['formula'],
  result: ['result'],
  rollup: ['rollup'],
  number_pattern: ['number_pattern'],
  restarts: ['restarts'],
};
const ALWAYS: readonly (keyof FieldSettings)[] = [
  'label_zh',
  'label_en',
  'help_zh',
  'help_en',
  'visible_if',
  'readonly_if',
  'in_list',
  'is_maskable',
];
const FIXED: readonly (keyof FieldSettings)[] = ['scale', 'ref', 'result']; // once the field is there

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() || null : value;
}

/** What is sent: the members that count for the kind, and for a field that exists only those that may change. */
export function bodyOf(draft: Draft, kind: Kind, before: FieldSettings | null): Partial<FieldSettings> {
  const creating = before === null;
  const names = [...ALWAYS, ...kind.settings.flatMap((word) => COVERS[word] ?? [])].filter(
    (name) => creating || !FIXED.includes(name),
  );
  // Nothing is cleared that was not there.
  const body = Object.fromEntries(
    names
      .map((name) => [name, trimmed(draft[name])] as const)
      .filter(([name, value]) => value !== null || (before?.[name] ?? null) !== null),
  );
  const labels = { label_zh: draft.label_zh.trim(), label_en: draft.label_en.trim() || draft.label_zh.trim() };
  return {
    ...body,
    ...labels,
    ...(kind.settings.includes('options') ? { options: optionsBody(draft.rows) } : {}),
  };
}

export function optionsBody(rows: readonly DraftOption[]): FieldOption[] {
  return rows
    .filter((row) => row.label_zh.trim() !== '' || row.value !== undefined)
    .map(({ value, label_zh: zh, label_en: en, is_active: active }) => ({
      ...(value === undefined ? {} : { value }),
      label_zh: zh.trim(),
      label_en: en.trim() || zh.trim(),
      is_active: active,
    }));
}

/** Codes of faults that are seen without asking the server, by member. */
export function faultsOf(draft: Draft, kind: Kind): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  if (draft.label_zh.trim() === '') {
    faults.label_zh = 'required';
  }
  if (kind.settings.includes('options') && optionsBody(draft.rows).length === 0) {
    faults.options = 'required';
  }
  const labels = optionsBody(draft.rows).map((option) => option.label_zh);
  if (new Set(labels).size < labels.length) {
    faults.options = 'duplicate';
  }
  if (kind.settings.includes('ref') && !draft.ref) {
    faults.ref = 'required';
  }
  if (kind.settings.includes('formula') && !draft.formula?.trim()) {
    faults.formula = 'required';
  }
  if (kind.settings.includes('rollup') && !(draft.rollup?.object && draft.rollup.via)) {
    faults.rollup = 'required';
  }
  return faults;
}

/** A control for a value of the kind: default, smallest, largest. */
export function valueSpec(draft: Draft, kind: Kind, label: string, chinese: boolean): FieldSpec {
  return {
    name: 'value',
    label,
    type: kind.type as FieldType,
    nullable: true,
    kind: kind.kind,
    scale: draft.scale,
    ref: draft.ref ?? (['user', 'department', 'region'].includes(kind.kind) ? kind.kind : null),
    max: kind.kind === 'rating' ? Number(draft.max ?? 5) : null,
    options: draft.rows.flatMap((row) =>
      row.value === undefined
        ? []
        : [{ value: row.value, label: chinese ? row.label_zh : row.label_en, is_active: row.is_active }],
    ),
  };
}

export interface Marked {
  readonly text: string;
  readonly wrong: boolean;
}

/** The text cut where a fault stands, by characters; a fault behind the end marks one blank there. */
export function marked(text: string, fault: { readonly position: number; readonly length: number }): readonly Marked[] {
  const characters = [...text];
  const from = Math.min(fault.position, characters.length);
  const to = Math.min(characters.length, from + Math.max(1, fault.length));
  const parts = [
    { text: characters.slice(0, from).join(''), wrong: false },
    { text: characters.slice(from, to).join('') || ' ', wrong: true },
    { text: characters.slice(to).join(''), wrong: false },
  ];
  return parts.filter((part) => part.text !== '');
}
