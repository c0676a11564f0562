import { ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { t } from '@/shared/i18n';
import { showProblem } from '@/shared/ui/feedback/toast';
import { confirm } from './confirm';

/** What a dialog edits: nothing while it is closed, null while it makes something new. */
export interface Editing<Row> {
  readonly open: Ref<boolean>;
  readonly chosen: ShallowRef<Row | null>;
  edit(row: Row | null): void;
}

export function useEditing<Row>(): Editing<Row> {
  const open = ref(false);
  const chosen = shallowRef<Row | null>(null);
  return {
    open,
    chosen,
    edit(row) {
      chosen.value = row;
      open.value = true;
    },
  };
}

/** Removes something once that was confirmed; a refusal is told. */
export async function removeAfter(
  question: { readonly title: string; readonly text?: string },
  remove: () => Promise<unknown>,
): Promise<void> {
  if (await confirm({ ...question, action: t('kit.delete'), danger: true })) {
    await remove().catch(showProblem);
  }
}
