/** Moving, choosing, typing, copying and filling in a sheet: what keys and the pointer do. */
import { computed, nextTick, ref, type Ref } from 'vue';
import { readAmount, writeAmount } from './amounts';
import { applyEdits, editOf, type Edit } from './model';
import {
  COLUMNS,
  copy,
  fill,
  isIn,
  paste,
  placeAt,
  rangeOf,
  setAll,
  stretched,
  type Changes,
  type Sheet,
  type Spot,
} from './sheet';

export interface CellActions {
  readonly edit: (edits: readonly Edit[]) => void;
  readonly refused: (count: number) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly open: (spot: Spot) => void; // Enter on a cell that holds no amount itself
  readonly reveal: (line: number) => void; // scrolls a line into view
}

/** What is being typed. `fresh`: over the old amount, so arrows end it as in other spreadsheets. */
interface Draft {
  readonly spot: Spot;
  readonly text: string;
  readonly fresh: boolean;
}

const PAGE = 15; // lines of Page Up and Page Down
const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-PAGE, 0],
  PageDown: [PAGE, 0],
};

export function useCells(
  sheet: Readonly<Ref<Sheet>>,
  table: Readonly<Ref<HTMLElement | null>>,
  mayEdit: Readonly<Ref<boolean>>,
  actions: CellActions,
) {
  const active = ref<Spot>({ line: 0, column: 1 });
  const corner = ref<Spot>({ line: 0, column: 1 }); // the range's other end
  const fillTo = ref<Spot | null>(null);
  const draft = ref<Draft | null>(null);
  const range = computed(() => rangeOf(active.value, corner.value));
  const target = computed(() => (fillTo.value ? stretched(range.value, fillTo.value) : null));
  const draftEdit = computed(() => {
    const place = draft.value && placeAt(sheet.value, draft.value.spot);
    const amount = draft.value ? readAmount(draft.value.text, sheet.value.unit) : undefined;
    return place ? editOf(sheet.value.rows, sheet.value.amounts, place, amount) : undefined;
  });
  let tapped: { readonly spot: Spot; readonly again: boolean } | null = null;
  let leaving = false; // after Escape, Tab leaves the sheet

  async function focusActive(): Promise<void> {
    actions.reveal(active.value.line);
    await nextTick();
    const { line, column } = active.value;
    table.value?.querySelector<HTMLElement>(`[data-spot="${line}/${column}"]`)?.focus();
  }

  function go(spot: Spot, keep = false): void {
    active.value = {
      line: Math.max(0, Math.min(sheet.value.lines.length - 1, spot.line)),
      column: Math.max(0, Math.min(COLUMNS - 1, spot.column)),
    };
    if (!keep) {
      corner.value = active.value;
    }
    void focusActive();
  }

  function move(lines: number, columns: number, keep = false): void {
    go({ line: active.value.line + lines, column: active.value.column + columns }, keep);
  }

  function change(changes: Changes): void {
    if (!mayEdit.value) {
      return;
    }
    actions.edit(changes.edits);
    if (changes.refused > 0) {
      actions.refused(changes.refused);
    }
  }

  // --- typing ---

  async function begin(text: string | null): Promise<void> {
    const spot = active.value;
    const place = placeAt(sheet.value, spot);
    const edit = place && editOf(sheet.value.rows, sheet.value.amounts, place, 0);
    if (!mayEdit.value || !edit) {
      return;
    }
    const old = edit.before === 0 ? '' : writeAmount(edit.before, sheet.value.unit);
    draft.value = { spot, text: text ?? old, fresh: text !== null };
    await nextTick();
    const input = table.value?.querySelector<HTMLInputElement>('input');
    input?.focus();
    if (text === null) {
      input?.select();
    }
  }

  function type(text: string): void {
    draft.value = draft.value && { ...draft.value, text };
  }

  /** Ends typing. False when the text is no amount: it stays, to be mended. */
  function commit(): boolean {
    const edit = draftEdit.value;
    if (draft.value && !edit) {
      return false;
    }
    draft.value = null;
    if (edit) {
      actions.edit([edit]);
    }
    return true;
  }

  /** The pointer went elsewhere: what is no amount is given up. */
  function leave(): void {
    if (!commit()) {
      draft.value = null;
      actions.refused(1);
    }
  }

  function onDraftKey(event: KeyboardEvent): void {
    const back = event.shiftKey ? -1 : 1;
    const steps = { Enter: [back, 0] as const, Tab: [0, back] as const, ...(draft.value?.fresh ? STEPS : {}) };
    const step = (steps as typeof STEPS)[event.key];
    event.stopPropagation();
    if (event.isComposing) {
      return;
    }
    if (event.key === 'Escape') {
      event.preventDefault();
      draft.value = null;
      void focusActive();
    } else if (step) {
      event.preventDefault();
      if (commit()) {
        move(step[0], step[1]);
      }
    }
  }

  /** A cell with an amount is typed into; a sum folds its department or splits its year. */
  function open(): void {
    if (placeAt(sheet.value, active.value)) {
      void begin(null);
    } else {
      actions.open(active.value);
    }
  }

  // --- keys ---

  /** From the range's first line or column; a single one takes what stands before it. */
  function fillInside(down: boolean): void {
    const { top, bottom, left, right } = range.value;
    const from = down ? top - (top === bottom ? 1 : 0) : left - (left === right ? 1 : 0);
    if (from >= 0) {
      const source = { ...range.value, ...(down ? { top: from, bottom: from } : { left: from, right: from }) };
      change(fill(sheet.value, source, range.value));
    }
  }

  function onControlKey(event: KeyboardEvent): boolean {
    const end = { line: sheet.value.lines.length - 1, column: COLUMNS - 1 };
    const deeds: Readonly<Record<string, () => void>> = {
      z: event.shiftKey ? actions.redo : actions.undo,
      y: actions.redo,
      d: () => fillInside(true),
      r: () => fillInside(false),
      a: () => {
        corner.value = { line: 0, column: 0 };
        go(end, true);
      },
      home: () => go({ line: 0, column: 0 }, event.shiftKey),
      end: () => go(end, event.shiftKey),
      arrowup: () => go({ ...active.value, line: 0 }, event.shiftKey),
      arrowdown: () => go({ ...active.value, line: end.line }, event.shiftKey),
      arrowleft: () => go({ ...active.value, column: 0 }, event.shiftKey),
      arrowright: () => go({ ...active.value, column: end.column }, event.shiftKey),
    };
    const deed = deeds[event.key.toLowerCase()];
    deed?.();
    return deed !== undefined;
  }

  /** Tab runs through the cells line by line; past the last one, and after Escape, it leaves the sheet. */
  function onTab(back: boolean): boolean {
    const next = active.value.line * COLUMNS + active.value.column + (back ? -1 : 1);
    if (leaving || next < 0 || next >= sheet.value.lines.length * COLUMNS) {
      return false;
    }
    go({ line: Math.floor(next / COLUMNS), column: next % COLUMNS });
    return true;
  }

  function onPlainKey(event: KeyboardEvent): boolean {
    const step = STEPS[event.key];
    if (step) {
      move(step[0], step[1], event.shiftKey);
    } else if (event.key === 'Tab') {
      return onTab(event.shiftKey);
    } else if (event.key === 'Home' || event.key === 'End') {
      move(0, event.key === 'Home' ? -COLUMNS : COLUMNS, event.shiftKey);
    } else if (event.key === 'Enter' || event.key === 'F2') {
      open();
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      change(setAll(sheet.value, range.value, 0));
    } else if (event.key === 'Escape') {
      leaving = true;
      corner.value = active.value;
      fillTo.value = null;
    } else if (/^[\d.(¥$-]$/.test(event.key)) {
      void begin(event.key);
    } else {
      return false;
    }
    return true;
  }

  function onKey(event: KeyboardEvent): void {
    if (event.target instanceof Element && !event.target.closest('[data-spot]')) {
      return;
    }
    const done = event.ctrlKey || event.metaKey ? onControlKey(event) : !event.altKey && onPlainKey(event);
    if (event.key !== 'Escape' && event.key !== 'Shift') {
      leaving = false;
    }
    if (done) {
      event.preventDefault();
    }
  }

  // --- clipboard ---

  function onCopy(event: ClipboardEvent): void {
    if (!draft.value) {
      event.clipboardData?.setData('text/plain', copy(sheet.value, range.value));
      event.preventDefault();
    }
  }
  function onCut(event: ClipboardEvent): void {
    if (!draft.value) {
      onCopy(event);
      change(setAll(sheet.value, range.value, 0));
    }
  }
  function onPaste(event: ClipboardEvent): void {
    if (!draft.value) {
      event.preventDefault();
      change(paste(sheet.value, range.value, event.clipboardData?.getData('text/plain') ?? ''));
    }
  }

  // --- pointer ---

  function spotOf(event: Event): Spot | null {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-spot]') : null;
    const [line, column] = (cell?.dataset.spot ?? '').split('/').map(Number);
    return line !== undefined && column !== undefined ? { line, column } : null;
  }

  /** Follows the pointer over the cells until it is let go. */
  function follow(over: (spot: Spot) => void, end: () => void): void {
    const onOver = (event: Event): void => {
      const spot = spotOf(event);
      if (spot) {
        over(spot);
      }
    };
    table.value?.addEventListener('pointerover', onOver);
    const stop = (): void => {
      table.value?.removeEventListener('pointerover', onOver);
      end();
    };
    window.addEventListener('pointerup', stop, { once: true });
  }

  function onPointerDown(event: PointerEvent): void {
    const spot = spotOf(event);
    if (!spot || event.target instanceof HTMLInputElement || event.button !== 0) {
      return;
    }
    const again = spot.line === active.value.line && spot.column === active.value.column;
    leave();
    tapped = event.pointerType === 'mouse' ? null : { spot, again };
    if (!tapped) {
      go(spot, event.shiftKey);
      follow(
        (over) => go(over, true),
        () => undefined,
      );
    }
  }

  /** A finger's tap (not the start of scrolling): chooses; on the chosen cell it opens. */
  function onClick(): void {
    if (tapped?.again) {
      open();
    } else if (tapped) {
      go(tapped.spot);
    }
    tapped = null;
  }

  function onHandleDown(event: PointerEvent): void {
    event.preventDefault();
    event.stopPropagation();
    follow(
      (over) => {
        fillTo.value = over;
      },
      () => {
        const to = target.value;
        fillTo.value = null;
        if (to) {
          change(fill(sheet.value, range.value, to));
          corner.value = { line: to.top, column: to.left };
          go({ line: to.bottom, column: to.right }, true);
        }
      },
    );
  }

  const isChosen = (line: number, column: number): boolean => isIn(range.value, line, column);
  const isTarget = (line: number, column: number): boolean =>
    target.value !== null && isIn(target.value, line, column) && !isChosen(line, column);
  /** Amounts with what is being typed, so that sums move with every key. */
  const live = computed(() =>
    draftEdit.value ? applyEdits(sheet.value.amounts, [draftEdit.value]) : sheet.value.amounts,
  );
  const handlers = {
    keydown: onKey,
    copy: onCopy,
    cut: onCut,
    paste: onPaste,
    pointerdown: onPointerDown,
    click: onClick,
    dblclick: open,
  };
  return { active, range, draft, draftEdit, live, handlers, isChosen, isTarget, type, onDraftKey, onHandleDown, leave };
}
