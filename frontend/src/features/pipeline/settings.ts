/** Pure parts of the pipeline settings: drafts of a pipeline, what is wrong with them, what is sent. */
import type { Category, GuideKind, GuideLine, Pipeline, PlanLine, Stage, StageKind, StageMove, TaskKind } from './api';
import { TICKED } from './gates';

export const STAGE_KINDS = ['open', 'won', 'lost'] as const;
export const CATEGORIES = ['pipeline', 'best_case', 'commit', 'closed', 'omitted'] as const;
export const GUIDE_KINDS = ['ask', 'deliver', 'confirm', 'script', 'template', 'objection'] as const;
export const TASK_KINDS = ['call', 'visit', 'meeting', 'email', 'quote', 'other'] as const;
const CATEGORY_OF: Readonly<Record<StageKind, Category>> = { open: 'pipeline', won: 'closed', lost: 'omitted' };
const CERTAIN_PPM = 1_000_000;
const MOST_DAYS = 3_650;

type Draft<T> = { -readonly [K in keyof T]: T[K] };
export type GuideDraft = Draft<Omit<GuideLine, 'id' | 'body'>> & { id: number | null; key: number; body: string };
export type PlanDraft = Draft<Omit<PlanLine, 'id' | 'days_after'>> & {
  id: number | null;
  key: number;
  days_after: number | null;
};
export interface StageDraft {
  id: number | null; // null: new
  key: number; // of the row, while it is edited
  name: string;
  kind: StageKind;
  win_probability_ppm: number | null;
  forecast_category: Category;
  usual_days: number | null;
  longest_days: number | null;
  required_fields: string[];
  enter_role_ids: number[];
  leave_role_ids: number[];
  guide: GuideDraft[];
  plan: PlanDraft[];
}
export interface PipelineDraft {
  name: string;
  is_default: boolean; // new opportunities begin in it where no other fits
  department_ids: number[];
  allow_skip: boolean;
  allow_back: boolean;
  stages: StageDraft[];
}

let lastKey = 0;
function nextKey(): number {
  lastKey += 1;
  return lastKey;
}

export function newStage(name = '', kind: StageKind = 'open'): StageDraft {
  return withKind(
    {
      id: null,
      key: nextKey(),
      name,
      kind: 'open',
      win_probability_ppm: null,
      forecast_category: 'pipeline',
      usual_days: null,
      longest_days: null,
      required_fields: [],
      enter_role_ids: [],
      leave_role_ids: [],
      guide: [],
      plan: [],
    },
    kind,
  );
}
export function newGuide(kind: GuideKind = 'ask'): GuideDraft {
  return { id: null, key: nextKey(), kind, title: '', body: '', is_mandatory: false, needs_file: false };
}
export function newPlan(): PlanDraft {
  return { id: null, key: nextKey(), name: '', kind: 'call', days_after: 1 };
}

export function draftOf(
  pipeline: Pipeline | null,
  names: Readonly<Record<StageKind, string>> = { open: '', won: '', lost: '' },
): PipelineDraft {
  if (!pipeline) {
    const stages = STAGE_KINDS.map((kind) => newStage(names[kind], kind));
    stages[0]!.win_probability_ppm = 100_000;
    return { name: '', is_default: false, department_ids: [], allow_skip: true, allow_back: true, stages };
  }
  return {
    name: pipeline.name,
    is_default: pipeline.is_default,
    department_ids: [...pipeline.department_ids],
    allow_skip: pipeline.allow_skip,
    allow_back: pipeline.allow_back,
    stages: pipeline.stages.map(stageDraft),
  };
}
function stageDraft(stage: Stage): StageDraft {
  return {
    id: stage.id,
    key: nextKey(),
    name: stage.name,
    kind: stage.kind,
    win_probability_ppm: stage.win_probability_ppm,
    forecast_category: stage.forecast_category,
    usual_days: stage.usual_days,
    longest_days: stage.longest_days,
    required_fields: [...stage.required_fields],
    enter_role_ids: [...stage.enter_role_ids],
    leave_role_ids: [...stage.leave_role_ids],
    guide: stage.guide.map((line) => ({ ...line, id: line.id ?? null, key: nextKey(), body: line.body ?? '' })),
    plan: stage.plan.map((line) => ({ ...line, id: line.id ?? null, key: nextKey() })),
  };
}

/** A stage of another kind: won is certain, lost is hopeless, and the forecast counts them so. */
export function withKind(stage: StageDraft, kind: StageKind): StageDraft {
  const chance =
    kind === 'won' ? CERTAIN_PPM : kind === 'lost' ? 0 : stage.kind === 'open' ? stage.win_probability_ppm : null;
  return { ...stage, kind, win_probability_ppm: chance, forecast_category: CATEGORY_OF[kind] };
}

/** `list` with the item at `from` put at `to`. */
export function movedTo<T>(list: readonly T[], from: number, to: number): T[] {
  const item = list[from];
  if (item === undefined) {
    return [...list];
  }
  const place = Math.max(0, Math.min(list.length - 1, to));
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, place), item, ...rest.slice(place)];
}

export type StageFault = 'name' | 'same_name' | 'probability' | 'days' | 'guide' | 'plan';
export type PipelineFault = 'name' | 'kinds' | 'stages';

function isCount(value: number | null, least: number): boolean {
  return value !== null && value >= least && value <= MOST_DAYS;
}
/** What the server would refuse about a stage. */
export function stageFaults(stage: StageDraft, all: readonly StageDraft[]): readonly StageFault[] {
  const name = stage.name.trim();
  const chance = stage.win_probability_ppm;
  const { usual_days: usual, longest_days: longest } = stage;
  const found: [StageFault, boolean][] = [
    ['name', name === ''],
    ['same_name', name !== '' && all.some((other) => other !== stage && other.name.trim() === name)],
    ['probability', chance === null || chance < 0 || chance > CERTAIN_PPM],
    [
      'days',
      (usual !== null && !isCount(usual, 1)) ||
        (longest !== null && !isCount(longest, 1)) ||
        (usual !== null && longest !== null && longest < usual),
    ],
    ['guide', stage.guide.some((line) => line.title.trim() === '')],
    ['plan', stage.plan.some((line) => line.name.trim() === '' || !isCount(line.days_after, 0))],
  ];
  return found.filter(([, bad]) => bad).map(([fault]) => fault);
}
export function pipelineFaults(draft: PipelineDraft): readonly PipelineFault[] {
  const kinds = new Set(draft.stages.map((stage) => stage.kind));
  const found: [PipelineFault, boolean][] = [
    ['name', draft.name.trim() === ''],
    ['kinds', kinds.size < STAGE_KINDS.length],
    ['stages', draft.stages.some((stage) => stageFaults(stage, draft.stages).length > 0)],
  ];
  return found.filter(([, bad]) => bad).map(([fault]) => fault);
}

function guideBody(line: GuideDraft): GuideLine {
  const ticked = TICKED.some((kind) => kind === line.kind);
  return {
    ...(line.id === null ? {} : { id: line.id }),
    kind: line.kind,
    title: line.title.trim(),
    body: line.body.trim() === '' ? null : line.body,
    is_mandatory: ticked && line.is_mandatory,
    needs_file: ticked && line.needs_file,
  };
}
function planBody(line: PlanDraft): PlanLine {
  return {
    ...(line.id === null ? {} : { id: line.id }),
    name: line.name.trim(),
    kind: line.kind as TaskKind,
    days_after: line.days_after ?? 0,
  };
}
function stageBody(stage: StageDraft): Omit<Stage, 'id'> & { readonly id?: number } {
  return {
    ...(stage.id === null ? {} : { id: stage.id }),
    name: stage.name.trim(),
    kind: stage.kind,
    win_probability_ppm: stage.win_probability_ppm ?? 0,
    forecast_category: stage.forecast_category,
    usual_days: stage.usual_days,
    longest_days: stage.longest_days,
    required_fields: stage.required_fields,
    enter_role_ids: stage.enter_role_ids,
    leave_role_ids: stage.leave_role_ids,
    guide: stage.guide.map(guideBody),
    plan: stage.plan.map(planBody),
  };
}
/** What is sent: the whole pipeline, and where the opportunities of stages that go away are put. */
export function pipelineBody(draft: PipelineDraft, moves: readonly StageMove[]): Record<string, unknown> {
  return {
    name: draft.name.trim(),
    is_default: draft.is_default,
    department_ids: draft.is_default ? [] : draft.department_ids, // the default one is everybody's
    allow_skip: draft.allow_skip,
    allow_back: draft.allow_back,
    stages: draft.stages.map(stageBody),
    ...(moves.length > 0 ? { moves } : {}),
  };
}

/** The draft as text, to tell whether anything was changed. */
export function fingerprint(draft: PipelineDraft): string {
  return JSON.stringify(pipelineBody(draft, []));
}
