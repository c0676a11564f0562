/** What dialogs, drawers and sheets share: the page behind is inert, Escape closes the topmost, the focus goes in and
 * comes back. */
import { nextTick, onBeforeUnmount, watch, type Ref } from 'vue';

interface Layer {
  readonly panel: HTMLElement;
  readonly close: () => void;
  readonly returnTo: HTMLElement | null;
}

const layers: Layer[] = [];

function applyInert(): void {
  document.getElementById('app')?.toggleAttribute('inert', layers.length > 0);
  layers.forEach((layer, index) => layer.panel.toggleAttribute('inert', index < layers.length - 1));
}

document.addEventListener('keydown', (event) => {
  const top = layers.at(-1);
  if (event.key === 'Escape' && !event.defaultPrevented && top) {
    event.preventDefault();
    top.close();
  }
});

const FOCUSABLE =
  'input:not(:disabled):not([type=hidden]), textarea:not(:disabled), select:not(:disabled), button:not(:disabled), a[href], [tabindex="0"]';

function focusInto(panel: HTMLElement): void {
  const wanted =
    panel.querySelector<HTMLElement>('[autofocus]') ??
    panel.querySelector<HTMLElement>(`[data-body] :is(${FOCUSABLE})`);
  (wanted ?? panel).focus();
}

/** Ties an overlay's life to `open`. `panel` is its root element (with tabindex -1). */
export function useOverlay(
  open: Readonly<Ref<boolean>>,
  panel: Readonly<Ref<HTMLElement | null>>,
  close: () => void,
): void {
  let mine: Layer | null = null;

  function enter(): void {
    if (panel.value && !mine) {
      mine = {
        panel: panel.value,
        close,
        returnTo: document.activeElement instanceof HTMLElement ? document.activeElement : null,
      };
      layers.push(mine);
      applyInert();
      focusInto(panel.value);
    }
  }

  function leave(): void {
    if (!mine) {
      return;
    }
    const left = mine;
    mine = null;
    layers.splice(layers.indexOf(left), 1);
    applyInert();
    if (left.returnTo?.isConnected) {
      left.returnTo.focus();
    }
  }

  watch(
    open,
    async (value) => {
      if (!value) {
        leave();
        return;
      }
      await nextTick();
      enter();
    },
    { immediate: true },
  );
  onBeforeUnmount(leave);
}
