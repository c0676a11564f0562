/** Dragging a field by its grip: mouse, pen and finger alike. Wherever it comes over a place it takes that place. */
import { onBeforeUnmount, ref, type Ref } from 'vue';
import type { Place } from '../layout';

const EDGE_PX = 60; // near the edge of the window the page scrolls along
const SCROLL_PX = 12;

/** The place below a point: over a tile its own, over a section its end. */
function placeAt(x: number, y: number): Place | null {
  const over = document.elementFromPoint(x, y);
  const section = over?.closest<HTMLElement>('[data-section]');
  if (!section) {
    return null;
  }
  const tile = over?.closest<HTMLElement>('[data-place]');
  const index = tile ? Number(tile.dataset.place) : section.querySelectorAll('[data-place]').length;
  return { section: Number(section.dataset.section), index };
}

export interface Drag {
  readonly name: Ref<string | null>; // what is being dragged
  start(event: PointerEvent, name: string): void;
  cancel(): void;
}

export function useDrag(move: (name: string, to: Place) => void, dropped: (name: string) => void): Drag {
  const name = ref<string | null>(null);
  let last = '';
  let grip: HTMLElement | null = null;

  function onMove(event: PointerEvent): void {
    if (name.value === null) {
      return;
    }
    const to = placeAt(event.clientX, event.clientY);
    const key = to ? `${to.section}/${to.index}` : last;
    if (to && key !== last) {
      last = key;
      move(name.value, to);
    }
    const page = document.getElementById('main');
    if (event.clientY < EDGE_PX) {
      page?.scrollBy(0, -SCROLL_PX);
    } else if (event.clientY > window.innerHeight - EDGE_PX) {
      page?.scrollBy(0, SCROLL_PX);
    }
  }

  function stop(): void {
    window.removeEventListener('pointermove', onMove);
    window.removeEventListener('pointerup', onUp);
    window.removeEventListener('pointercancel', stop);
    name.value = null;
    last = '';
  }
  function onUp(): void {
    const moved = name.value;
    stop();
    if (moved !== null) {
      dropped(moved);
      grip?.focus();
    }
  }
  onBeforeUnmount(stop);

  return {
    name,
    start(event, chosen) {
      if (event.button !== 0) {
        return;
      }
      grip = event.currentTarget as HTMLElement;
      name.value = chosen;
      window.addEventListener('pointermove', onMove);
      window.addEventListener('pointerup', onUp);
      window.addEventListener('pointercancel', stop);
    },
    cancel: stop,
  };
}
