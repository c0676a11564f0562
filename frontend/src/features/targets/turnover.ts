/** Joiners, leavers and transfers of a year, and what the pro-rata rule proposes for their targets. Nothing of it changes a target. */
import { useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { send } from '@/shared/api/client';
import type { Kind } from './api';
import type { PlanState, Round } from './rounds';

export interface Proposal {
  readonly step: 'change' | 'return';
  readonly effective_on: string;
  readonly before: readonly number[]; // from that month to the end of the year
  readonly amounts: readonly number[];
  readonly released: number; // what is set free over the year
  readonly may_propose: boolean;
  readonly may_release: boolean; // to the department's own
}
interface DepartmentName {
  readonly id: number;
  readonly name: string;
}
export interface Turnover {
  readonly kind: 'joined' | 'moved' | 'left';
  readonly on: string; // first day here, first day there, last day
  readonly user_id: number;
  readonly name: string;
  readonly from_department: DepartmentName | null;
  readonly to_department: DepartmentName | null;
  readonly state: PlanState;
  readonly days: number; // working days of the year from then on; of a leaver: until then
  readonly of_days: number;
  readonly days_ppm: number | null;
  readonly year: number;
  readonly moves: number;
  readonly along: number; // of a transfer: counts for the new department already
  readonly is_settled: boolean;
  readonly waits: boolean;
  readonly proposal: Proposal | null;
  readonly suggested: readonly number[] | null; // of a joiner without a target
  readonly colleagues: number;
}
/** A change that a proposal fills in. */
export interface Preset {
  readonly line: Turnover;
  readonly proposal: Proposal;
  readonly reason: string;
}

export function useTurnover(round: Ref<Round | null>, measure: Ref<string>, department: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => ['targets', 'round', 'turnover', round.value?.id, measure.value, department.value]),
    queryFn: ({ signal }): Promise<{ kind: Kind; items: readonly Turnover[] }> =>
      send('GET', `/target-rounds/${round.value?.id ?? 0}/turnover`, {
        query: { measure: measure.value, department_id: department.value },
        signal,
      }),
    enabled: computed(() => round.value !== null),
  });
}

/** What somebody may do something about comes first; the rest tells what happened. */
export function sortTurnover(items: readonly Turnover[]): {
  readonly open: readonly Turnover[];
  readonly past: readonly Turnover[];
} {
  const isOpen = (line: Turnover): boolean => line.proposal !== null || line.waits || line.suggested !== null;
  return { open: items.filter(isOpen), past: items.filter((line) => !isOpen(line)) };
}

/** Twelve months as the plan holds them: the proposal's over those before it. */
export function proposedYear(proposal: Proposal, stored: readonly (number | null)[]): readonly (number | null)[] {
  const first = stored.length - proposal.amounts.length;
  return stored.map((amount, index) => (index < first ? amount : (proposal.amounts[index - first] ?? 0)));
}
