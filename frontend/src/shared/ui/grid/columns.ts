/** Columns of a data grid, and what a person changes about them: which, in which order, how wide. */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue';
import { recallJson, remember } from '@/shared/lib/preferences';

export interface GridColumn<Row> {
  readonly key: string;
  readonly label: string;
  readonly width?: number; // px, default 140
  readonly end?: boolean; // right-aligned: numbers
  readonly sortable?: boolean;
  readonly hidden?: boolean; // not shown until chosen
  readonly fixed?: boolean; // always first, cannot be hidden
  readonly text?: (row: Row) => string; // default cell, tooltip, card line
  readonly card?: 'title' | 'side' | 'line' | 'none'; // place in the card on phones; default line
}

export interface GridLayout {
  readonly order: readonly string[]; // shown columns, in order
  readonly widths: Readonly<Record<string, number>>;
}

export const MIN_WIDTH = 64;
export const MAX_WIDTH = 640;
const DEFAULT_WIDTH = 140;

function isLayout(value: unknown): value is GridLayout {
  const layout = value as GridLayout | null;
  return (
    typeof layout === 'object' &&
    layout !== null &&
    Array.isArray(layout.order) &&
    layout.order.every((key) => typeof key === 'string') &&
    typeof layout.widths === 'object' &&
    layout.widths !== null
  );
}

/** The layout that applies to these columns: unknown keys dropped, fixed columns first. */
export function fitLayout<Row>(columns: readonly GridColumn<Row>[], layout: GridLayout | null): GridLayout {
  const known = new Set(columns.map((column) => column.key));
  const wished =
    layout?.order.filter((key) => known.has(key)) ??
    columns.filter((column) => !column.hidden).map((column) => column.key);
  const fixed = columns.filter((column) => column.fixed).map((column) => column.key);
  return { order: [...fixed, ...wished.filter((key) => !fixed.includes(key))], widths: layout?.widths ?? {} };
}

/** `order` with `key` moved by `step` places, never before a fixed column. */
export function moveKey(order: readonly string[], key: string, step: number, fixedCount: number): string[] {
  const from = order.indexOf(key);
  const to = Math.max(fixedCount, Math.min(order.length - 1, from + step));
  if (from < fixedCount) {
    return [...order];
  }
  const rest = order.filter((other) => other !== key);
  rest.splice(to, 0, key);
  return rest;
}

export interface GridColumns<Row> {
  readonly shown: ComputedRef<readonly GridColumn<Row>[]>;
  readonly layout: Ref<GridLayout>;
  width(column: GridColumn<Row>): number;
  resize(key: string, width: number): void;
  move(key: string, step: number): void;
  toggle(key: string): void;
  set(order: readonly string[] | null): void;
}

/** Keeps the layout of one grid under `storageKey`. */
export function useColumns<Row>(columns: () => readonly GridColumn<Row>[], storageKey: () => string): GridColumns<Row> {
  const stored = (): GridLayout | null =>
    recallJson<GridLayout | null>(`grid.${storageKey()}`, (value): value is GridLayout | null => isLayout(value), null);
  const own = ref<GridLayout | null>(stored()) as Ref<GridLayout | null>;
  watch(storageKey, () => {
    own.value = stored();
  });
  const layout = computed(() => fitLayout(columns(), own.value)) as ComputedRef<GridLayout> & Ref<GridLayout>;
  const fixedCount = computed(() => columns().filter((column) => column.fixed).length);

  function keep(next: GridLayout | null): void {
    own.value = next;
    remember(`grid.${storageKey()}`, next === null ? null : JSON.stringify(next));
  }

  return {
    shown: computed(() => layout.value.order.flatMap((key) => columns().find((column) => column.key === key) ?? [])),
    layout,
    width: (column) => layout.value.widths[column.key] ?? column.width ?? DEFAULT_WIDTH,
    resize: (key, width) =>
      keep({
        ...layout.value,
        widths: { ...layout.value.widths, [key]: Math.round(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, width))) },
      }),
    move: (key, step) => keep({ ...layout.value, order: moveKey(layout.value.order, key, step, fixedCount.value) }),
    toggle: (key) =>
      keep({
        ...layout.value,
        order: layout.value.order.includes(key)
          ? layout.value.order.filter((other) => other !== key)
          : [...layout.value.order, key],
      }),
    set: (order) => keep(order === null ? null : { order, widths: layout.value.widths }),
  };
}
