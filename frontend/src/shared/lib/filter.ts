/** The filter language of lists, saved views and rules, as typed data (grammar: include/platform/filter.h). */

export type FilterScalar = string | number | boolean;
export type FilterValue = FilterScalar | readonly FilterScalar[] | null;
export interface FilterCondition {
  readonly field: string;
  readonly op: FilterOp;
  readonly value?: FilterValue;
}
export interface FilterAll {
  readonly all: readonly Filter[];
}
export interface FilterAny {
  readonly any: readonly Filter[];
}
export interface FilterNot {
  readonly not: Filter;
}
export type Filter = FilterCondition | FilterAll | FilterAny | FilterNot;

const OPS = [
  'eq',
  'ne',
  'in',
  'not_in',
  'is_null',
  'not_null',
  'lt',
  'le',
  'gt',
  'ge',
  'between',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'under',
  'on',
  'before',
  'after',
  'relative',
  'has_any',
  'has_all',
  'has_none',
] as const;
export type FilterOp = (typeof OPS)[number];

export function isCondition(filter: Filter): filter is FilterCondition {
  return 'field' in filter;
}

/** The parts that must all hold. */
export function partsOf(filter: Filter | null): readonly Filter[] {
  if (filter === null) {
    return [];
  }
  return 'all' in filter ? filter.all : [filter];
}

/** One filter of parts that must all hold; null when there are none (an empty "all" is refused by the server). */
export function allOf(parts: readonly (Filter | null)[]): Filter | null {
  const flat = parts.filter((part) => part !== null).flatMap((part) => ('all' in part ? part.all : [part]));
  if (flat.length === 0) {
    return null;
  }
  return flat.length === 1 && flat[0] ? flat[0] : { all: flat };
}

function isScalar(value: unknown): value is FilterScalar {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

/** Whether a value has the shape of a filter; the server checks fields and types. */
export function isFilter(value: unknown, depth = 0): value is Filter {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 8) {
    return false;
  }
  const node = value as Record<string, unknown>;
  if ('all' in node || 'any' in node) {
    const parts = node.all ?? node.any;
    return Array.isArray(parts) && parts.length > 0 && parts.every((part) => isFilter(part, depth + 1));
  }
  if ('not' in node) {
    return isFilter(node.not, depth + 1);
  }
  const given = node.value;
  return (
    typeof node.field === 'string' &&
    OPS.some((op) => op === node.op) &&
    (given == null || isScalar(given) || (Array.isArray(given) && given.every(isScalar)))
  );
}

/** A filter from the text of an address or a saved view; null when it is none. */
export function parseFilter(text: string | null | undefined): Filter | null {
  if (!text) {
    return null;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isFilter(value) ? value : null;
  } catch {
    return null;
  }
}
