/** Dragging a card with mouse, pen or finger. A finger that moves at once scrolls; one that rests a moment lifts. */
import { onBeforeUnmount, shallowRef, type Ref } from 'vue';
import type { Card } from './api';

export interface Drag {
  readonly card: Card;
  readonly width: number;
  readonly over: number | null; // stage under the pointer
}

const START_PX = 6;
const REST_MS = 260;
const EDGE_PX = 48;
const SCROLL_PX = 14; // a frame

export function useCardDrag(options: {
  readonly box: Ref<HTMLElement | null>; // scrolls sideways near its edges
  readonly ghost: Ref<HTMLElement | null>; // follows the pointer
  readonly drop: (card: Card, stageId: number) => void;
}) {
  const drag = shallowRef<Drag | null>(null);
  let stop: (() => void) | null = null;

  /** Answers at once; what follows is heard on the window. */
  function start(event: PointerEvent, card: Card): void {
    if (event.button !== 0 || !event.isPrimary || (event.target as Element).closest('button, input')) {
      return;
    }
    stop?.();
    const touch = event.pointerType === 'touch';
    const from = { x: event.clientX, y: event.clientY };
    const rect = (event.currentTarget as HTMLElement).getBoundingClientRect();
    let at = from;
    let frame = 0;
    const timer = touch ? setTimeout(lift, REST_MS) : undefined;

    function stageUnder(): number | null {
      const column = document.elementFromPoint(at.x, at.y)?.closest<HTMLElement>('[data-stage]');
      return column ? Number(column.dataset.stage) : null;
    }
    /** The board is drawn anew only when the pointer comes over another column. */
    function show(): void {
      const over = stageUnder();
      if (drag.value?.over !== over) {
        drag.value = { card, width: rect.width, over };
      }
      const [x, y] = [at.x - (from.x - rect.left), at.y - (from.y - rect.top)];
      options.ghost.value?.style.setProperty('transform', `translate(${x}px, ${y}px) rotate(1.5deg)`);
    }
    /** Once a frame: follows the pointer and brings columns beyond the edge into view. */
    function follow(): void {
      const box = options.box.value;
      if (box) {
        const { left, right } = box.getBoundingClientRect();
        const step = at.x > right - EDGE_PX ? SCROLL_PX : at.x < left + EDGE_PX ? -SCROLL_PX : 0;
        box.scrollLeft += step;
      }
      show();
      frame = requestAnimationFrame(follow);
    }
    function lift(): void {
      window.getSelection()?.removeAllRanges();
      document.documentElement.classList.add('dragging');
      follow();
    }
    function onMove(move: PointerEvent): void {
      if (move.pointerId !== event.pointerId) {
        return;
      }
      at = { x: move.clientX, y: move.clientY };
      const far = Math.hypot(at.x - from.x, at.y - from.y) > START_PX;
      if (drag.value === null && far) {
        if (touch) {
          end(); // it scrolls
        } else {
          lift();
        }
      }
    }
    function onUp(up: PointerEvent): void {
      if (up.pointerId !== event.pointerId) {
        return;
      }
      const over = drag.value ? stageUnder() : null;
      const dragged = drag.value !== null;
      end();
      if (dragged) {
        // The click that ends a drag opens nothing.
        window.addEventListener('click', swallow, { capture: true, once: true });
        setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0);
      }
      if (over !== null) {
        options.drop(card, over);
      }
    }
    function swallow(click: Event): void {
      click.preventDefault();
      click.stopPropagation();
    }
    function onKey(key: KeyboardEvent): void {
      if (key.key === 'Escape' && drag.value) {
        key.preventDefault();
        key.stopPropagation();
        end();
      }
    }
    function hold(touchMove: Event): void {
      if (drag.value) {
        touchMove.preventDefault(); // no scrolling under a lifted card
      }
    }
    function noMenu(menu: Event): void {
      menu.preventDefault(); // of a long touch
    }
    function end(): void {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      document.documentElement.classList.remove('dragging');
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onUp);
      window.removeEventListener('pointercancel', end);
      window.removeEventListener('keydown', onKey, true);
      window.removeEventListener('touchmove', hold);
      window.removeEventListener('contextmenu', noMenu);
      drag.value = null;
      stop = null;
    }
    window.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', onUp);
    window.addEventListener('pointercancel', end);
    window.addEventListener('keydown', onKey, true);
    window.addEventListener('touchmove', hold, { passive: false });
    if (touch) {
      window.addEventListener('contextmenu', noMenu);
    }
    stop = end;
  }
  onBeforeUnmount(() => stop?.());
  return { drag, start };
}
