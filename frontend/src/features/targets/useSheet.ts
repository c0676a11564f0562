/** The work on one sheet: reading, changing, undoing, saving, and meeting what others save at the same time. */
import { computed, ref, shallowRef } from 'vue';
import { hasCode } from '@/shared/api/problem';
import { getGrid, saveCells, type Grid, type GridOf } from './api';
import {
  amountsOf,
  applyEdits,
  changedCells,
  editOf,
  mergeFresh,
  NO_HISTORY,
  stepBack,
  stepForth,
  withDone,
  withStored,
  type Conflict,
  type Edit,
  type Work,
} from './model';

const ATTEMPTS = 3; // when others save the same cells between reading and saving, without disagreeing

function freshWork(grid: Grid): Work {
  return { grid, amounts: amountsOf(grid), history: NO_HISTORY, conflicts: [] };
}

export function useSheet() {
  const work = shallowRef<Work | null>(null);
  const failure = shallowRef<unknown>(null);
  const saving = ref(false);
  const changes = computed(() => (work.value ? changedCells(work.value.grid, work.value.amounts) : []));
  let wanted: GridOf = { year: null, measure: null, department_id: null };
  let turn = 0; // answers to questions from an earlier turn come too late

  async function open(of: GridOf): Promise<void> {
    wanted = of;
    turn += 1;
    const mine = turn;
    failure.value = null;
    work.value = null;
    try {
      const grid = await getGrid(of);
      if (mine === turn) {
        work.value = freshWork(grid);
      }
    } catch (cause) {
      if (mine === turn) {
        failure.value = cause;
      }
    }
  }

  /** Takes in what others saved. Failures stay silent: the next time comes soon. */
  async function renew(): Promise<void> {
    const mine = turn;
    if (!work.value || saving.value) {
      return;
    }
    const fresh = await getGrid(wanted).catch(() => null);
    if (fresh && mine === turn && work.value) {
      work.value = mergeFresh(work.value, fresh);
    }
  }

  function edit(edits: readonly Edit[]): void {
    const real = edits.filter((one) => one.before !== one.after);
    if (work.value && real.length > 0) {
      const { amounts, history } = work.value;
      work.value = { ...work.value, amounts: applyEdits(amounts, real), history: withDone(history, real) };
    }
  }

  function undo(): void {
    if (work.value) {
      const { edits, history } = stepBack(work.value.history);
      work.value = { ...work.value, amounts: applyEdits(work.value.amounts, edits, true), history };
    }
  }

  function redo(): void {
    if (work.value) {
      const { edits, history } = stepForth(work.value.history);
      work.value = { ...work.value, amounts: applyEdits(work.value.amounts, edits), history };
    }
  }

  /** One attempt: true when stored. False: others were quicker; what they saved is taken in now. */
  async function attempt(now: Work, mine: number): Promise<boolean> {
    const meet = (next: (work: Work) => Work): void => {
      work.value = work.value && mine === turn ? next(work.value) : work.value;
    };
    try {
      const saved = await saveCells(now.grid.year, now.grid.measure, changedCells(now.grid, now.amounts));
      meet((old) => ({ ...old, grid: withStored(old.grid, saved) }));
      return true;
    } catch (cause) {
      if (!hasCode(cause, 'target_conflict')) {
        throw cause;
      }
      const fresh = await getGrid(wanted);
      meet((old) => mergeFresh(old, fresh));
      return false;
    }
  }

  /** Saves all changes in one request. False: there are conflicts to choose about. Throws what the server refuses. */
  async function save(): Promise<boolean> {
    saving.value = true;
    turn += 1;
    const mine = turn;
    try {
      for (let count = 0; count < ATTEMPTS && work.value && work.value.conflicts.length === 0; count += 1) {
        if (await attempt(work.value, mine)) {
          return true;
        }
      }
      return false;
    } finally {
      saving.value = false;
    }
  }

  /** Ends a conflict: my amount stays to be saved, or theirs takes its place (which can be undone). */
  function settle(conflict: Conflict, takeTheirs: boolean): void {
    if (!work.value) {
      return;
    }
    const { grid, amounts, conflicts } = work.value;
    const theirs = takeTheirs ? editOf(grid.rows, amounts, conflict, conflict.theirs) : undefined;
    edit(theirs ? [theirs] : []);
    work.value = {
      ...work.value,
      conflicts: conflicts.filter((one) => one.row !== conflict.row || one.month !== conflict.month),
    };
  }

  return { work, failure, saving, changes, open, renew, edit, undo, redo, save, settle };
}
