/** Which rows of a scrolling box are drawn, where all have one height: those in view and some around them. */
import { computed, nextTick, onBeforeUnmount, ref, watch, type Ref } from 'vue';

const ABOVE_PX = 220; // what usually stands above the rows: they are drawn before anything is measured

export interface RowsInView {
  readonly box: Ref<HTMLElement | null>;
  readonly count: () => number;
  readonly step: () => number; // height of a row with its gap
  readonly around?: number; // rows kept ready above and below
  readonly head?: number; // height of what stays at the top of the box, over the rows
}

export function useRowsInView({ box, count, step, around = 4, head = 0 }: RowsInView) {
  const height = ref<number | null>(null); // of the box, once it is known
  const first = ref(0); // the row at its upper edge

  const rows = computed(() => {
    const seen = Math.ceil((height.value ?? window.innerHeight - ABOVE_PX) / step()) + 1;
    const more = height.value === null ? 0 : around;
    const start = Math.max(0, Math.min(first.value, count() - seen));
    return { from: Math.max(0, start - more), to: Math.min(count(), start + seen + more) };
  });

  function onScroll(): void {
    first.value = Math.max(0, Math.floor((box.value?.scrollTop ?? 0) / step()));
  }
  // Told while a frame is being made: the rows around come in the next one, so that those in view are painted first.
  const observer = new ResizeObserver(([entry]) => {
    setTimeout(() => (height.value = entry?.contentRect.height ?? null));
  });
  watch(box, (now, before) => {
    if (before) {
      observer.unobserve(before);
    }
    if (now) {
      observer.observe(now);
      first.value = 0; // a new box stands at its top; asking where it stands would lay the page out
    }
  });
  watch(step, onScroll);
  onBeforeUnmount(() => observer.disconnect());

  /** Scrolls as little as brings a row into view; resolves when it is drawn. */
  async function reveal(row: number): Promise<void> {
    const element = box.value;
    if (!element) {
      return;
    }
    const top = row * step();
    const lowest = Math.max(element.scrollTop, top + step() + head - element.clientHeight);
    element.scrollTop = Math.min(top, lowest);
    onScroll();
    await nextTick();
  }
  return { rows, onScroll, reveal };
}
