/** Small helpers for things that happen later. */

import { getCurrentScope, onScopeDispose } from 'vue';

export interface Debounced<A extends unknown[]> {
  (...args: A): void;
  cancel(): void;
  waits(): boolean; // a call is still to come
}

/** Calls `action` once `waitMs` have passed without another call. What still waits when the component goes is dropped:
 * it would act on the page that came after. */
export function debounce<A extends unknown[]>(action: (...args: A) => void, waitMs: number): Debounced<A> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const call = (...args: A): void => {
    cancel();
    timer = setTimeout(() => {
      timer = undefined;
      action(...args);
    }, waitMs);
  };
  if (getCurrentScope()) {
    onScopeDispose(cancel);
  }
  return Object.assign(call, { cancel, waits: () => timer !== undefined });
}

/** Saves data under a file name, as if the person had followed a download link. */
export function saveFile(data: Blob, name: string): void {
  const url = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const IDLE_MS = 500; // at the latest

/** Runs the action when the browser has nothing better to do; the answer takes that back. */
export function whenIdle(action: () => void): () => void {
  if (typeof requestIdleCallback === 'undefined') {
    const timer = setTimeout(action, 1);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(action, { timeout: IDLE_MS });
  return () => cancelIdleCallback(handle);
}
