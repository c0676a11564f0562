/** Which rows of a list are ticked. */

/** `selected` with one id switched. */
export function toggled(selected: ReadonlySet<number>, id: number): Set<number> {
  const next = new Set(selected);
  if (!next.delete(id)) {
    next.add(id);
  }
  return next;
}

/** `selected` plus all ids between two positions, ends included (shift-click). */
export function withRange(
  selected: ReadonlySet<number>,
  ids: readonly number[],
  from: number,
  to: number,
): Set<number> {
  const next = new Set(selected);
  ids.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((id) => next.add(id));
  return next;
}

/** What stays ticked in the rows of a list: the same set when nothing is gone. */
export function stillThere(selected: Set<number>, ids: readonly number[]): Set<number> {
  const listed = new Set(ids);
  const kept = [...selected].filter((id) => listed.has(id));
  return kept.length === selected.size ? selected : new Set(kept);
}

/** "-updated_at" → descending by updated_at. */
export interface Sort {
  readonly key: string;
  readonly down: boolean;
}

export function parseSort(text: string | null | undefined): Sort | null {
  if (!text) {
    return null;
  }
  return text.startsWith('-') ? { key: text.slice(1), down: true } : { key: text, down: false };
}

/** The next sort after a click on a column's head: ascending, descending, then the default again. */
export function nextSort(current: Sort | null, key: string): string | null {
  if (current?.key !== key) {
    return key;
  }
  return current.down ? null : `-${key}`;
}
