/** Short messages that come and go; failures stay longer. */
import { shallowRef } from 'vue';
import { namedFaults, problemSentence } from '@/shared/api/problem';

export interface Toast {
  readonly id: number;
  readonly tone: 'success' | 'danger' | 'info';
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const LIFE_MS = 5_000;
const LONG_LIFE_MS = 12_000; // time to read what is wrong, or to use the action
const LIMIT = 4;
export const toasts = shallowRef<readonly Toast[]>([]);
let lastId = 0;

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function showToast(tone: Toast['tone'], text: string, action?: Toast['action']): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value.filter((toast) => toast.text !== text), { id, tone, text, action }].slice(-LIMIT);
  setTimeout(() => dismissToast(id), tone === 'danger' || action ? LONG_LIFE_MS : LIFE_MS);
}

/** Tells of a failure in the person's words; silent for aborted requests. Where no form marks what is wrong, `fields` names it. */
export function showProblem(failure: unknown, fields: Parameters<typeof namedFaults>[1] = []): void {
  const sentence = namedFaults(failure, fields) || problemSentence(failure);
  if (sentence) {
    showToast('danger', sentence);
  }
}
