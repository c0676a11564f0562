/** State and rules of a record form: values by field name, the same checks (and codes) as the server's, the server's
 * own errors placed at their fields, and what changed. Pure but for Vue's reactivity. */
import { computed, reactive, ref, toRaw, type ComputedRef } from 'vue';
import type { FieldType } from '@/shared/api/types';
import { fieldMessage, type FieldProblem } from '@/shared/api/problem';
import { isDate } from '@/shared/lib/dates';
import type { Filter } from '@/shared/lib/filter';
import { filterHolds, type Facts } from '@/shared/lib/evaluate';
import { parseScaled } from '@/shared/lib/scaled';
import { webAddress } from '@/shared/lib/web';

export interface FieldOption {
  readonly value: string;
  readonly label: string;
  readonly is_active?: boolean;
}

/** A field as forms and filters see it. */
export interface FieldSpec {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly nullable?: boolean;
  readonly filterable?: boolean;
  readonly options?: readonly FieldOption[] | null;
  readonly ref?: string | null; // object whose records are chosen
  readonly object?: string; // whose field it is: files are uploaded for it
  readonly min?: number | null;
  readonly max?: number | null;
  readonly hint?: string;
  readonly kind?: string; // rating, month: another control for the same type
  readonly scale?: number | null; // digits after the point; min and max count the last of them
  readonly pattern?: string | null;
  readonly start?: unknown; // what a new record has
  readonly visibleIf?: Filter | null;
  readonly readOnlyIf?: Filter | null;
}

export type Values = Record<string, unknown>;

const TEXT_MAX = 255;
const LONG_TEXT_MAX = 10_000;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PHONE = /^[\d+\-() ]+$/;

function isEmpty(value: unknown): boolean {
  return (
    value == null || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0)
  );
}

/** The whole text matches; a pattern that this browser cannot read is left to the server. */
function matchesPattern(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    return true;
  }
}

function checkText(spec: FieldSpec, value: string): string | null {
  const length = [...value].length;
  const max = spec.max || (spec.type === 'long_text' ? LONG_TEXT_MAX : TEXT_MAX);
  if (length > max) {
    return 'too_long';
  }
  if (spec.type === 'text' && spec.min && length < spec.min) {
    return 'too_short';
  }
  if (spec.type === 'email' && !EMAIL.test(value)) {
    return 'not_an_email';
  }
  if (spec.pattern && !matchesPattern(spec.pattern, value)) {
    return 'pattern';
  }
  const digits = value.replace(/\D/g, '').length;
  if (spec.type === 'phone' && (!PHONE.test(value) || digits < 5 || digits > 20)) {
    return 'not_a_phone';
  }
  if (spec.type === 'url' && webAddress(value) === null) {
    return 'not_a_url';
  }
  return null;
}

function checkNumber(spec: FieldSpec, value: number): string | null {
  if (!spec.min && !spec.max) {
    return null;
  }
  if (spec.min != null && value < spec.min) {
    return 'too_small';
  }
  return spec.max != null && value > spec.max ? 'too_large' : null;
}

/** The code of what is wrong with a value, or null. */
export function checkValue(spec: FieldSpec, value: unknown): string | null {
  if (isEmpty(value)) {
    return spec.required ? 'required' : null;
  }
  if (typeof value === 'string') {
    if (spec.type === 'date') {
      return isDate(value) ? null : 'not_a_date';
    }
    if (spec.type === 'decimal') {
      const scaled = parseScaled(value, spec.scale ?? 0);
      return scaled == null ? 'not_a_decimal' : checkNumber(spec, scaled);
    }
    return ['text', 'long_text', 'email', 'phone', 'url'].includes(spec.type) ? checkText(spec, value) : null;
  }
  return typeof value === 'number' && spec.type !== 'ref' ? checkNumber(spec, value) : null;
}

/** The fields as they are now: without those that do not show, locked where a condition says so. */
export function specsNow(specs: readonly FieldSpec[], facts: Facts): FieldSpec[] {
  return specs
    .filter((spec) => filterHolds(spec.visibleIf, facts, true))
    .map((spec) =>
      spec.readOnlyIf && filterHolds(spec.readOnlyIf, facts, false) ? { ...spec, readOnly: true } : spec,
    );
}

function same(left: unknown, right: unknown): boolean {
  return (isEmpty(left) && isEmpty(right)) || JSON.stringify(left) === JSON.stringify(right);
}

export interface RecordFormState {
  readonly values: Values;
  readonly errors: ComputedRef<Readonly<Record<string, string>>>; // sentences by field
  readonly dirty: ComputedRef<boolean>;
  set(name: string, value: unknown): void;
  setBad(name: string, bad: boolean): void;
  validate(): boolean;
  changes(): Values;
  place(problems: readonly FieldProblem[]): void;
  reset(values: Values): void;
}

/** A form over `specs`. `changes()` holds what differs from the start: null clears a field. */
export function useRecordForm(specs: () => readonly FieldSpec[], initial: Values): RecordFormState {
  const values = reactive<Values>({ ...initial });
  const start = ref<Values>(structuredClone(toRaw(initial)));
  const codes = ref<Record<string, FieldProblem>>({});
  const bad = reactive(new Set<string>());

  function changes(): Values {
    const changed: Values = {};
    for (const spec of specs()) {
      const value = values[spec.name];
      if (!spec.readOnly && !same(value, start.value[spec.name])) {
        changed[spec.name] = isEmpty(value) ? null : value;
      }
    }
    return changed;
  }

  function codeOf(spec: FieldSpec): string | null {
    const unready = spec.type === 'files' ? 'uploading' : 'not_a_number';
    return bad.has(spec.name) ? unready : checkValue(spec, values[spec.name]);
  }

  return {
    values,
    errors: computed(() =>
      Object.fromEntries(Object.entries(codes.value).map(([name, problem]) => [name, fieldMessage(problem)])),
    ),
    dirty: computed(() => bad.size > 0 || Object.keys(changes()).length > 0),
    set(name, value) {
      values[name] = value;
      if (codes.value[name]) {
        codes.value = Object.fromEntries(Object.entries(codes.value).filter(([other]) => other !== name));
      }
    },
    setBad(name, isBad) {
      if (isBad) {
        bad.add(name);
      } else {
        bad.delete(name);
      }
    },
    validate() {
      const found = specs().flatMap((spec) => {
        const code = spec.readOnly ? null : codeOf(spec);
        return code === null ? [] : [[spec.name, { field: spec.name, code }] as const];
      });
      codes.value = Object.fromEntries(found);
      return found.length === 0;
    },
    changes,
    place(problems) {
      codes.value = Object.fromEntries(
        problems.map((problem) => [problem.field.split(/[.[]/)[0] ?? problem.field, problem]),
      );
    },
    reset(next) {
      Object.keys(values).forEach((name) => {
        delete values[name];
      });
      Object.assign(values, next);
      start.value = structuredClone(toRaw(next));
      codes.value = {};
      bad.clear();
    },
  };
}
