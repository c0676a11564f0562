/** Sub-goals: what has to be done to reach a target, by what came of what in the last twelve months. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { send } from '@/shared/api/client';
import type { Kind } from './api';

export type Source = 'own' | 'department' | 'company';
export interface Rate {
  readonly source: Source;
  readonly part: number; // what came …
  readonly whole: number; // … of so many
  readonly cases: number;
  readonly is_enough: boolean;
}
export interface Pace {
  readonly per_week: number | null;
  readonly per_working_day_milli: number | null;
}
export interface GoalStep extends Pace {
  readonly key: 'signed' | 'contracts' | 'opportunities' | 'first_visits';
  readonly unit: Kind;
  readonly asked: number | null;
  readonly need: number | null; // null: nobody has a rate to go by
  readonly have: number;
  readonly more: number | null;
  readonly source: Source | null;
  readonly part_figure: string;
  readonly whole_figure: string;
  readonly have_figure: string | null;
  readonly cases_min: number;
  readonly rates: readonly Rate[];
}
export interface Goals extends Pace {
  readonly year: number;
  readonly quarter: number; // 0: the whole year
  readonly measure: string;
  readonly kind: Kind;
  readonly since_on: string;
  readonly as_of: string;
  readonly to_on: string;
  readonly target: number;
  readonly actual: number;
  readonly gap: number;
  readonly state: 'open' | 'reached' | 'no_target' | 'over';
  readonly days_left: number;
  readonly working_days_left: number;
  readonly steps: readonly GoalStep[];
}
export interface GoalsOf {
  readonly year: number;
  readonly measure: string;
  readonly quarter: number | null; // null: the running one
  readonly department_id: number | null;
  readonly user_id: number | null;
}
/** One count behind a rate. */
export interface CountOf {
  readonly figure: string;
  readonly source: Source;
}
export interface GoalRows {
  readonly items: readonly {
    readonly object: string;
    readonly record_id: number;
    readonly label: string | null;
    readonly on: string;
    readonly amount: number;
  }[];
  readonly sum: number;
  readonly count: number;
  readonly visible: number; // of them within sight
}

/** Figures that are amounts; all others are counted. */
export const MONEY_FIGURES: ReadonlySet<string> = new Set(['signed', 'margin', 'received', 'outstanding']);

export function useGoals(of: Ref<GoalsOf>) {
  return useQuery({
    queryKey: computed(() => ['targets', 'goals', of.value]),
    queryFn: ({ signal }): Promise<Goals> => send('GET', '/targets/sub-goals', { query: { ...of.value }, signal }),
    placeholderData: keepPreviousData,
  });
}
export function useGoalRows(of: Ref<GoalsOf>, count: Ref<CountOf | null>) {
  return useQuery({
    queryKey: computed(() => ['targets', 'goals', 'rows', of.value, count.value]),
    queryFn: ({ signal }): Promise<GoalRows> =>
      send('GET', '/targets/sub-goals/rows', { query: { ...of.value, ...count.value }, signal }),
    enabled: computed(() => count.value !== null),
  });
}

/** The step in which one does something: the last one that is known and asks for more. */
export function lastKnown(goals: Goals): GoalStep | null {
  return goals.steps.findLast((step) => step.more !== null && step.more > 0) ?? null;
}
/** The rate that a step goes by. */
export function rateOf(step: GoalStep): Rate | null {
  return step.rates.find((rate) => rate.source === step.source) ?? null;
}
/** What is done in a week, or, with less than one left, all of it. */
export function paceOf(
  step: Pace & { readonly more?: number | null },
): { kind: 'week' | 'all'; amount: number } | null {
  if (step.per_week !== null) {
    return { kind: 'week', amount: step.per_week };
  }
  return step.more ? { kind: 'all', amount: step.more } : null;
}
