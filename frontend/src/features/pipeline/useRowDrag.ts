/** Rows put in another order by dragging their handle, with mouse, pen or finger. Arrow keys do the same: the rows'
 * buttons call `move` themselves. */
import { onBeforeUnmount, ref, type Ref } from 'vue';

export function useRowDrag(list: Ref<HTMLElement | null>, move: (from: number, to: number) => void) {
  const dragged = ref<number | null>(null);
  let stop: (() => void) | null = null;

  function placeAt(y: number): number {
    const rows = [...(list.value?.children ?? [])];
    const place = rows.findIndex((row) => {
      const { top, height } = row.getBoundingClientRect();
      return y < top + height / 2;
    });
    return place === -1 ? rows.length - 1 : place;
  }

  function start(event: PointerEvent, index: number): void {
    if (event.button !== 0 || !event.isPrimary) {
      return;
    }
    event.preventDefault(); // no selection, no scrolling
    stop?.();
    dragged.value = index;
    function onMove(at: PointerEvent): void {
      const from = dragged.value;
      const rows = [...(list.value?.children ?? [])];
      const own = from === null ? undefined : rows[from]?.getBoundingClientRect();
      if (from === null || !own || (at.clientY >= own.top && at.clientY <= own.bottom)) {
        return;
      }
      const wished = placeAt(at.clientY);
      const to = wished > from ? Math.min(wished, from + 1) : Math.max(wished, from - 1);
      if (to !== from) {
        move(from, to);
        dragged.value = to;
      }
    }
    function end(): void {
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', end);
      window.removeEventListener('pointercancel', end);
      dragged.value = null;
      stop = null;
    }
    window.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', end);
    window.addEventListener('pointercancel', end);
    stop = end;
  }
  onBeforeUnmount(() => stop?.());
  return { dragged, start };
}
