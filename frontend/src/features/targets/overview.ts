/** The completion overview without a page: how a figure stands, in which order, and the geometry of the chart. */
import type { Department, FactsOf, Figure, Overview, OverviewNode, Period } from './api';

/** How completion stands against the time that has passed. */
export type Standing = 'none' | 'open' | 'done' | 'ahead' | 'behind' | 'far';

const BEHIND_AT = 0.8; // of what the time passed asks for

/** Without a target: none. Before the period begins: open. Reached: done. Else ahead, behind, or far behind time. */
export function standingOf(figure: Figure, passedPpm: number): Standing {
  const done = figure.completion_ppm;
  if (done === null) {
    return 'none';
  }
  if (done >= 1_000_000) {
    return 'done';
  }
  if (passedPpm === 0) {
    return 'open';
  }
  if (done >= passedPpm) {
    return 'ahead';
  }
  return done >= passedPpm * BEHIND_AT ? 'behind' : 'far';
}

export const TONES = {
  none: 'neutral',
  open: 'neutral',
  done: 'success',
  ahead: 'success',
  behind: 'warning',
  far: 'danger',
} as const satisfies Record<Standing, string>;

/** One line of the table below the headline. */
export interface Child extends OverviewNode {
  readonly key: string;
  readonly own: boolean; // what the department keeps itself: nobody's facts, targets not shared out
}

export type SortKey = 'given' | 'target' | 'actual' | 'completion' | 'gap';

function rank(child: Child, key: SortKey): number {
  switch (key) {
    case 'completion':
      return child.completion_ppm ?? -Infinity;
    case 'gap':
      return -child.gap;
    case 'target':
    case 'actual':
      return child[key];
    default:
      return 0;
  }
}

/** The children, largest first when sorted; the department's own stays last and shows only when it holds something. */
export function childrenOf(overview: Overview, sort: SortKey): readonly Child[] {
  const lines = overview.children.map((node) => ({ ...node, key: `${node.kind}/${node.id}`, own: false }));
  if (sort !== 'given') {
    lines.sort((a, b) => rank(b, sort) - rank(a, sort));
  }
  const { own, node } = overview;
  const holds = own?.periods.some((period) => period.target !== 0 || period.actual !== 0);
  return own && holds && node.kind === 'department'
    ? [...lines, { ...own, kind: node.kind, id: node.id, name: null, key: 'own', own: true }]
    : lines;
}

/** The rows behind a figure of the node itself (`child` null) or of one of its children. */
export function factsOf(overview: Overview, child: Child | null, span: { from_on: string; to_on: string }): FactsOf {
  const { year, measure, node } = overview;
  const base = { year, measure, from_on: span.from_on, to_on: span.to_on };
  const inside = node.kind === 'department' && node.id !== null ? { department_id: node.id } : {};
  const shown = child ?? node;
  if (child?.own) {
    return { ...base, ...inside, user_id: 0 };
  }
  if (shown.kind === 'user' && shown.id !== null) {
    // A person below a department counts there with what was done there, not with a year elsewhere.
    return { ...base, ...(child ? inside : {}), user_id: shown.id };
  }
  return shown.kind === 'department' && shown.id !== null ? { ...base, department_id: shown.id } : base;
}

/** The way from the top to a department, for a person who was reached through it. */
export function pathTo(departments: readonly Department[], id: number | null): readonly Department[] {
  const department = departments.find((one) => one.id === id);
  return department ? [...pathTo(departments, department.parent_id), department] : [];
}

/** What the rest of the year asks for: amount a day, rounded up; null when nothing is missing or no day is left. */
export function neededPerDay(gap: number, daysLeft: number): number | null {
  return gap > 0 && daysLeft > 0 ? Number((BigInt(gap) + BigInt(daysLeft) - 1n) / BigInt(daysLeft)) : null;
}

export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly target: { readonly y: number; readonly height: number };
  readonly actual: { readonly y: number; readonly height: number };
}

/** Bars of a chart: target behind, actual in front, on one scale from the lowest (refunds can exceed) to the highest. */
export function barsOf(
  periods: readonly Period[],
  size: { readonly width: number; readonly height: number },
): { readonly zero: number; readonly bars: readonly Bar[] } {
  const values = periods.flatMap((period) => [period.target, period.actual]);
  const high = Math.max(0, ...values);
  const low = Math.min(0, ...values);
  const scale = high > low ? size.height / (high - low) : 0;
  const zero = scale > 0 ? high * scale : size.height;
  const slot = periods.length > 0 ? size.width / periods.length : 0;
  const width = Math.min(56, slot * 0.64);
  const column = (value: number): { y: number; height: number } => ({
    y: value >= 0 ? zero - value * scale : zero,
    height: Math.abs(value) * scale,
  });
  return {
    zero,
    bars: periods.map((period, index) => ({
      x: index * slot + (slot - width) / 2,
      width,
      target: column(period.target),
      actual: column(period.actual),
    })),
  };
}

/** A department and all below it. */
export function subtreeOf(departments: readonly Department[], id: number | null): readonly number[] {
  const found = new Set(id === null ? [] : [id]);
  departments.forEach((one) => one.parent_id !== null && found.has(one.parent_id) && found.add(one.id));
  return [...found];
}
