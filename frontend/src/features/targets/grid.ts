/** What the grid page holds: the loaded grid, the amounts shown, the history of edits, and the conflict with others. */
import { computed, ref, shallowRef } from 'vue';
import { ApiProblem, hasCode } from '@/shared/api/problem';
import { loadGrid, saveGrid, type Grid, type SavedCell } from './api';
import { amountsOf, applyEdits, changedCells, withStored, type Amounts, type Edit } from './model';

export function useTargetGrid() {
  const grid = shallowRef<Grid | null>(null);
  const amounts = shallowRef<Amounts>([]);
  const past = ref<(readonly Edit[])[]>([]);
  const future = ref<(readonly Edit[])[]>([]);
  const failure = shallowRef<unknown>(null);
  const saving = ref(false);
  const conflicts = shallowRef<readonly SavedCell[]>([]);
  const changes = computed(() => (grid.value ? changedCells(grid.value, amounts.value) : []));

  async function load(year: number, measure: string, departmentId: number | null): Promise<void> {
    failure.value = null;
    try {
      grid.value = await loadGrid(year, measure, departmentId);
      amounts.value = amountsOf(grid.value);
      past.value = [];
      future.value = [];
      conflicts.value = [];
    } catch (cause) {
      failure.value = cause;
    }
  }

  function edit(edits: readonly Edit[]): void {
    const real = edits.filter((one) => one.before !== one.after);
    if (real.length > 0) {
      amounts.value = applyEdits(amounts.value, real);
      past.value.push(real);
      future.value = [];
    }
  }

  function undo(): void {
    const last = past.value.pop();
    if (last) {
      amounts.value = applyEdits(amounts.value, last, true);
      future.value.push(last);
    }
  }

  function redo(): void {
    const next = future.value.pop();
    if (next) {
      amounts.value = applyEdits(amounts.value, next);
      past.value.push(next);
    }
  }

  /** Takes what is stored now for the cells that somebody else changed; my amounts stay, marked until saved again. */
  function meet(cause: unknown): boolean {
    const current =
      cause instanceof ApiProblem ? (cause.current as { cells?: readonly SavedCell[] } | undefined) : undefined;
    if (!hasCode(cause, 'target_conflict') || !grid.value || !current?.cells) {
      return false;
    }
    conflicts.value = current.cells;
    grid.value = withStored(grid.value, current.cells);
    return true;
  }

  async function save(): Promise<boolean> {
    if (!grid.value || changes.value.length === 0) {
      return false;
    }
    saving.value = true;
    try {
      const answer = await saveGrid(grid.value.year, grid.value.measure, changes.value);
      grid.value = withStored(grid.value, answer.cells);
      conflicts.value = [];
      past.value = [];
      future.value = [];
      return true;
    } catch (cause) {
      if (!meet(cause)) {
        throw cause;
      }
      return false;
    } finally {
      saving.value = false;
    }
  }

  /** The other's amount wins in one cell. */
  function takeTheirs(cell: SavedCell): void {
    const row =
      grid.value?.rows.findIndex(
        (one) => one.subject_kind === cell.subject_kind && one.subject_id === cell.subject_id,
      ) ?? -1;
    const before = amounts.value[row]?.[cell.month - 1];
    if (before !== null && before !== undefined) {
      edit([{ row, month: cell.month - 1, before, after: cell.amount }]);
    }
    conflicts.value = conflicts.value.filter((one) => one !== cell);
  }

  return { grid, amounts, past, future, failure, saving, conflicts, changes, load, edit, undo, redo, save, takeTheirs };
}
