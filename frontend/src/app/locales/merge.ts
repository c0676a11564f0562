/** Joins the text files of many folders into one tree. */
import type { Messages } from '@/shared/i18n';

export type TextFile = Messages;

function mergeInto(target: Messages, source: Messages): void {
  for (const [key, value] of Object.entries(source)) {
    const old = target[key];
    if (typeof old === 'object' && typeof value === 'object') {
      mergeInto(old, value);
    } else {
      target[key] = typeof value === 'object' ? structuredClone(value) : value;
    }
  }
}

export function mergeTexts(files: readonly TextFile[]): Messages {
  const all: Messages = {};
  files.forEach((file) => mergeInto(all, file));
  return all;
}
