/** Routes of planning rounds, and their place in the cache: keys ["targets", "round", …]. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { send } from '@/shared/api/client';
import { queryClient } from '@/shared/api/query';
import type { Kind, SavedCell } from './api';

export type Level = 'base' | 'stretch' | 'challenge';
export type PlanState = 'draft' | 'submitted' | 'returned' | 'agreed' | 'locked';
export type SubjectKind = 'user' | 'department';
export const LEVELS: readonly Level[] = ['base', 'stretch', 'challenge'];

export interface Round {
  readonly id: number;
  readonly year: number;
  readonly deadline_on: string;
  readonly state: 'open' | 'locked';
  readonly note: string | null;
  readonly version: number;
  readonly measures: readonly string[]; // something is asked for these
}
export interface RoundLine {
  readonly kind: 'department' | 'user' | 'scope';
  readonly id: number | null;
  readonly name: string;
  readonly asked: number | null;
  readonly ask_version: number;
  readonly entered: number; // own and people and departments below
  readonly stretch: number;
  readonly challenge: number;
  readonly own: number;
  readonly people: number;
  readonly gap: number | null; // asked less entered
  readonly over_ppm: number | null; // what people promise over what is asked, less 1
  readonly expected: number;
  readonly answered: number;
  readonly agreed: number;
  readonly state: PlanState | null; // null while nothing is asked
  readonly is_mine: boolean;
}
export interface RoundNode {
  readonly round: Round;
  readonly measure: string;
  readonly kind: Kind;
  readonly path: readonly { readonly id: number; readonly name: string }[];
  readonly node: RoundLine;
  readonly own: Readonly<Record<Level, number>>;
  readonly children: readonly RoundLine[];
}
export interface LevelAmounts {
  readonly level: Level;
  readonly amounts: readonly number[];
  readonly versions: readonly number[];
}
export interface PlanVersion {
  readonly number: number;
  readonly kind: 'submitted' | 'counter' | 'change';
  readonly made_by: string;
  readonly made_at: string;
  readonly reason: string | null;
  readonly effective_on: string;
  readonly agreed_at: string | null;
  readonly levels: readonly LevelAmounts[];
  readonly diff: readonly number[];
  readonly in_force: {
    readonly from_on: string;
    readonly to_on: string;
    readonly target: number;
    readonly actual: number;
    readonly completion_ppm: number | null;
  } | null;
}
export interface PlanEvent {
  readonly id: number;
  readonly kind: string;
  readonly text: string | null;
  readonly number: number | null;
  readonly made_at: string;
  readonly made_by: string;
}
export interface Signature {
  readonly name: string | null;
  readonly at: string;
}
export interface Plan {
  readonly round: Round;
  readonly measure: string;
  readonly kind: Kind;
  readonly subject_kind: SubjectKind;
  readonly subject_id: number;
  readonly name: string;
  readonly state: PlanState;
  readonly version: number;
  readonly is_mine: boolean;
  readonly may_review: boolean;
  readonly months: readonly string[];
  readonly asked: readonly { readonly department_id: number; readonly name: string; readonly amount: number }[];
  readonly levels: readonly LevelAmounts[];
  readonly presence: { readonly days: readonly number[]; readonly of_days: readonly number[] };
  readonly signed: Signature | null;
  readonly agreed: Signature | null;
  readonly counter_number: number | null;
  readonly change_number: number | null;
  readonly change_by_owner: boolean;
  readonly may_answer: boolean; // may agree to the counter-offer or change that waits
  readonly is_open: boolean; // the measure is not switched off
  readonly last_year: { readonly target: readonly number[]; readonly actual: readonly number[] };
  readonly smart: Smart;
  readonly versions: readonly PlanVersion[];
  readonly events: readonly PlanEvent[];
}
export type SmartKey = 'specific' | 'measurable' | 'achievable' | 'relevant' | 'time_bound';
export interface Smart {
  readonly score: number;
  readonly points: readonly { readonly key: SmartKey; readonly is_met: boolean; readonly hint: string | null }[];
  readonly estimate: {
    readonly low: number;
    readonly expected: number;
    readonly high: number;
    readonly probability_ppm: number;
    readonly months: number;
    readonly source: 'own' | 'colleagues'; // whose months they are
  } | null;
  readonly ramp: readonly number[]; // millionths of a full month that are expected of a newcomer
  readonly coverage: Coverage | null; // of a person, for measures that opportunities become
  readonly colleagues: number; // of a person with too few months: who has enough
}
export interface Coverage {
  readonly open: number;
  readonly missing: number;
  readonly coverage_ppm: number | null;
  readonly needed_ppm: number | null;
  readonly closed: number;
  readonly is_short: boolean;
}
/** Which target. */
export interface PlanOf {
  readonly round: number;
  readonly measure: string;
  readonly subject_kind: SubjectKind;
  readonly subject_id: number;
}
export type Step =
  'submit' | 'withdraw' | 'return' | 'agree' | 'accept' | 'comment' | 'change' | 'change-agree' | 'change-decline';
export interface StepBody {
  readonly reason?: string;
  readonly amounts?: readonly number[];
  readonly effective_on?: string;
  readonly cause_kind?: string; // what it follows from: who joined, moved or left
  readonly cause_on?: string;
  readonly to_department?: boolean; // what is set free goes to the department's own
}
export interface Ask {
  readonly department_id: number;
  readonly amount: number | null;
  readonly version: number;
}

export function useRounds() {
  return useQuery({
    queryKey: ['targets', 'round', 'list'],
    queryFn: async ({ signal }) => (await send<{ items: readonly Round[] }>('GET', '/target-rounds', { signal })).items,
  });
}
export function useRoundNode(round: Ref<Round | null>, measure: Ref<string>, department: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => ['targets', 'round', 'node', round.value?.id, measure.value, department.value]),
    queryFn: ({ signal }): Promise<RoundNode> =>
      send('GET', `/target-rounds/${round.value?.id ?? 0}/node`, {
        query: { measure: measure.value, department_id: department.value },
        signal,
      }),
    enabled: computed(() => round.value !== null),
    placeholderData: keepPreviousData,
  });
}
export function usePlan(of: Ref<PlanOf | null>) {
  return useQuery({
    queryKey: computed(() => ['targets', 'round', 'plan', of.value]),
    queryFn: ({ signal }): Promise<Plan> => {
      const { round, ...query } = of.value as PlanOf;
      return send('GET', `/target-rounds/${round}/plan`, { query, signal });
    },
    enabled: computed(() => of.value !== null),
  });
}
export async function forgetRound(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['targets', 'round'] });
}

export function createRound(body: { year: number; deadline_on: string; note: string | null }): Promise<Round> {
  return send('POST', '/target-rounds', { body });
}
export function updateRound(round: Round, body: { deadline_on: string; note: string | null }): Promise<Round> {
  return send('PATCH', `/target-rounds/${round.id}`, { body, version: round.version });
}
export function lockRound(round: Round, anyway: boolean): Promise<Round> {
  return send('POST', `/target-rounds/${round.id}/lock`, { body: { anyway }, version: round.version });
}
export function saveAsks(round: number, measure: string, asks: readonly Ask[]): Promise<Round> {
  return send('PUT', `/target-rounds/${round}/asks`, { body: { measure, asks } });
}
export function saveLevel(year: number, measure: string, level: Level, cells: readonly SavedCell[]): Promise<unknown> {
  return send('PUT', '/targets/grid', { body: { year, measure, level, cells } });
}
export function takeStep(plan: Plan, step: Step, more: StepBody): Promise<Plan> {
  const { measure, subject_kind, subject_id, version } = plan;
  return send('POST', `/target-rounds/${plan.round.id}/plan/${step}`, {
    body: { measure, subject_kind, subject_id, version, ...more },
  });
}
