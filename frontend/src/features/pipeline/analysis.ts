/** Pure parts of the analysis page: addresses of rows, periods, shares for the pictures. */
import type { LocationQuery, LocationQueryRaw, RouteLocationRaw } from 'vue-router';
import { addMonths, isDate } from '@/shared/lib/dates';
import { allOf, parseFilter, type Filter } from '@/shared/lib/filter';
import type { Analysis, Period, ReasonFigures, Stage, StageFigures } from './api';
import { idOf } from './model';

export const PERIODS = ['quarter', 'half', 'year', 'two_years'] as const;
export type PeriodName = (typeof PERIODS)[number];
const MONTHS: Readonly<Record<PeriodName, number>> = { quarter: 3, half: 6, year: 12, two_years: 24 };
export const WAYS = ['cohort', 'flow'] as const;
export type Way = (typeof WAYS)[number];

/** What the figures are about, as the address says it. */
export interface Asked {
  readonly pipeline: number | null;
  readonly period: PeriodName | null; // null: own dates
  readonly from: string | null;
  readonly to: string | null; // last day
  readonly owner: number | null;
  readonly department: number | null;
  readonly more: Filter | null;
  readonly way: Way;
}

function first(value: LocationQuery[string] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
function dateOf(value: LocationQuery[string] | undefined): string | null {
  const text = first(value);
  return text !== null && isDate(text) ? text : null;
}

export function askedOf(query: LocationQuery): Asked {
  const from = dateOf(query.from);
  const to = dateOf(query.to);
  const own = from !== null && to !== null && from <= to;
  return {
    pipeline: idOf(query.pipeline),
    period: own ? null : (PERIODS.find((one) => one === first(query.period)) ?? 'year'),
    from: own ? from : null,
    to: own ? to : null,
    owner: idOf(query.owner),
    department: idOf(query.department),
    more: parseFilter(first(query.f)),
    way: WAYS.find((one) => one === first(query.way)) ?? 'cohort',
  };
}
export function askedQuery(asked: Asked): LocationQueryRaw {
  return {
    ...(asked.pipeline === null ? {} : { pipeline: String(asked.pipeline) }),
    ...(asked.period === null || asked.period === 'year' ? {} : { period: asked.period }),
    ...(asked.from === null || asked.to === null ? {} : { from: asked.from, to: asked.to }),
    ...(asked.owner === null ? {} : { owner: String(asked.owner) }),
    ...(asked.department === null ? {} : { department: String(asked.department) }),
    ...(asked.more === null ? {} : { f: JSON.stringify(asked.more) }),
    ...(asked.way === 'cohort' ? {} : { way: asked.way }),
  };
}

/** The days asked for, first and last; a named period ends today and begins on the first of a month. */
export function periodOf(asked: Asked, today: string): Period {
  if (asked.period === null && asked.from !== null && asked.to !== null) {
    return { from_on: asked.from, to_on: asked.to };
  }
  const months = MONTHS[asked.period ?? 'year'];
  return { from_on: addMonths(`${today.slice(0, 7)}-01`, 1 - months), to_on: today };
}
export function filterOf(asked: Asked): Filter | null {
  return allOf([
    asked.owner === null ? null : { field: 'owner_id', op: 'eq', value: asked.owner },
    asked.department === null ? null : { field: 'department_id', op: 'under', value: asked.department },
    asked.more,
  ]);
}

/** Where the rows behind a figure are listed. */
export function rowsAt(filter: Filter | null, q = ''): RouteLocationRaw {
  return { path: '/opportunities', query: { ...(filter ? { f: JSON.stringify(filter) } : {}), ...(q ? { q } : {}) } };
}
/** The rows behind a reason: what closed in the period because of it. */
export function reasonRows(
  reason: ReasonFigures,
  pipeline: number,
  period: Period,
  more: Filter | null,
): Filter | null {
  return allOf([
    { field: 'pipeline_id', op: 'eq', value: pipeline },
    { field: 'status', op: 'eq', value: reason.kind },
    reason.reason_id === null
      ? { field: 'close_reason_id', op: 'is_null' }
      : { field: 'close_reason_id', op: 'eq', value: reason.reason_id },
    { field: 'closed_on', op: 'between', value: [period.from_on, period.to_on] },
    more,
  ]);
}
const OPEN_END = 3; // those that were put off more often are counted with it

/** The rows behind a number of slips: what closed in the period after it was put off that often. */
export function slipRows(
  slips: number,
  statuses: readonly ('won' | 'lost')[],
  pipeline: number,
  period: Period,
  more: Filter | null,
): Filter | null {
  return allOf([
    { field: 'pipeline_id', op: 'eq', value: pipeline },
    { field: 'status', op: 'in', value: statuses },
    { field: 'slip_count', op: slips >= OPEN_END ? 'ge' : 'eq', value: slips },
    { field: 'closed_on', op: 'between', value: [period.from_on, period.to_on] },
    more,
  ]);
}

export interface StageLine {
  readonly stage: Stage;
  readonly figures: StageFigures;
  readonly isBottleneck: boolean;
}
/** Stages with their figures, in the pipeline's order. */
export function stageLines(stages: readonly Stage[], analysis: Analysis): readonly StageLine[] {
  return stages.flatMap((stage) => {
    const figures = analysis.stages.find((one) => one.stage_id === stage.id);
    return figures ? [{ stage, figures, isBottleneck: analysis.bottleneck_stage_id === stage.id }] : [];
  });
}
/** Whether there is anything to say. */
export function isEmptyAnalysis(analysis: Analysis): boolean {
  return analysis.stages.every(
    ({ open, cohort, flow }) => open.count + cohort.reached + flow.entered + flow.lost === 0,
  );
}
