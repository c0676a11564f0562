/** A target in its round, without a page: what has been typed, what may be done next, pro-rata months. Pure. */
import type { SavedCell } from './api';
import { MONTHS, sum } from './model';
import { LEVELS, type Level, type Plan, type PlanState, type Step } from './rounds';

/** Amounts as typed, by level and month. */
export type Draft = Readonly<Record<Level, readonly (number | null)[]>>;

export const STATE_TONES: Readonly<Record<PlanState, 'neutral' | 'info' | 'warning' | 'success' | 'primary'>> = {
  draft: 'neutral',
  submitted: 'info',
  returned: 'warning',
  agreed: 'success',
  locked: 'primary',
};

function amountsOf(plan: Plan, level: Level): readonly number[] {
  return plan.levels.find((one) => one.level === level)?.amounts ?? Array<number>(MONTHS).fill(0);
}

export function draftOf(plan: Plan): Draft {
  return {
    base: amountsOf(plan, 'base'),
    stretch: amountsOf(plan, 'stretch'),
    challenge: amountsOf(plan, 'challenge'),
  };
}

export function withMonth(draft: Draft, level: Level, month: number, amount: number | null): Draft {
  return { ...draft, [level]: draft[level].map((old, index) => (index === month ? amount : old)) };
}

/** The cells that differ from what is stored. */
export function changesOf(plan: Plan, draft: Draft, level: Level): readonly SavedCell[] {
  const stored = plan.levels.find((one) => one.level === level);
  return draft[level].flatMap((amount, index) => {
    const before = stored?.amounts[index] ?? 0;
    const { subject_kind, subject_id } = plan;
    const version = stored?.versions[index] ?? 0;
    return (amount ?? 0) === before
      ? []
      : [{ subject_kind, subject_id, month: index + 1, amount: amount ?? 0, version }];
  });
}

export function isChanged(plan: Plan, draft: Draft): boolean {
  return LEVELS.some((level) => changesOf(plan, draft, level).length > 0);
}

function isUnsent(plan: Plan): boolean {
  return plan.is_mine && (plan.state === 'draft' || plan.state === 'returned');
}

export function mayType(plan: Plan): boolean {
  return plan.is_open && isUnsent(plan);
}

/** What the person may do next, the most likely first. */
export function stepsFor(plan: Plan): readonly Step[] {
  const { is_mine: mine, may_review: review, is_open: open, state } = plan;
  const steps: Step[] = [];
  if (open && plan.may_answer && plan.counter_number !== null) {
    steps.push('accept');
  }
  if (isUnsent(plan)) {
    steps.push('submit');
  }
  if (review && state === 'submitted') {
    steps.push('agree');
  }
  if (review && (state === 'submitted' || state === 'agreed')) {
    steps.push('return');
  }
  if (mine && state === 'submitted') {
    steps.push('withdraw');
  }
  if (state === 'locked' && plan.change_number !== null) {
    steps.push(...(open && plan.may_answer ? (['change-agree'] as const) : []), 'change-decline');
  } else if (open && state === 'locked') {
    steps.push('change');
  }
  return mine || review ? [...steps, 'comment'] : [];
}

/** Amounts by the days that the person is here; what rounding takes away is less than one unit a month. */
export function proRata(plan: Plan, amounts: readonly number[]): readonly number[] {
  const { days, of_days } = plan.presence;
  return amounts.map((amount, index) => Math.round((amount * (days[index] ?? 0)) / (of_days[index] ?? 1)));
}

export function isPartly(plan: Plan): boolean {
  return plan.presence.days.some((days, index) => days < (plan.presence.of_days[index] ?? 0));
}

/** Months that are not over, by their index. */
export function openMonths(plan: Plan, today: string): readonly number[] {
  return plan.months.flatMap((month, index) => (month.slice(0, 7) >= today.slice(0, 7) ? [index] : []));
}

export { sum };
