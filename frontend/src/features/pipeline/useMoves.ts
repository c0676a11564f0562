/** Moves of cards: shown at once, taken back with the server's reason when it refuses; what a gate asks for is asked in
 * a dialog. */
import { shallowRef, type ComputedRef } from 'vue';
import { queryClient } from '@/shared/api/query';
import type { RecordRow } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { showProblem, showToast } from '@/shared/ui/feedback/toast';
import { changeOpportunity, type Asked, type Board, type Card, type CloseReason, type Gate, type Stage } from './api';
import { askedFirst, gatesOf } from './gates';
import { columnOf, moveCard, putBack, withRecord } from './model';
import { forgetDeals, keys } from './queries';

/** A move that waits for what its gate asks. */
export interface Waiting {
  readonly card: Card;
  readonly stage: Stage;
  readonly gates: readonly Gate[];
}

export function useMoves(asked: ComputedRef<Asked | null>, reasons: () => readonly CloseReason[]) {
  const waiting = shallowRef<Waiting | null>(null);

  function put(change: (board: Board) => Board): void {
    queryClient.setQueryData<Board>(keys.board(asked.value), (board) => (board ? change(board) : board));
  }
  function board(): Board | undefined {
    return queryClient.getQueryData<Board>(keys.board(asked.value));
  }

  async function move(card: Card, stage: Stage): Promise<void> {
    const from = board() ? columnOf(board()!, card.id)?.stage_id : undefined;
    if (from === undefined || from === stage.id) {
      return;
    }
    const first = askedFirst(stage, reasons());
    if (first) {
      waiting.value = { card, stage, gates: first };
      return;
    }
    await queryClient.cancelQueries({ queryKey: keys.boards }); // an answer from before the move would undo it
    put((now) => moveCard(now, card.id, stage, new Date().toISOString()));
    try {
      const record = await changeOpportunity(card.id, card.version, { stage_id: stage.id });
      put((now) => withRecord(now, record));
      showToast('success', t('pipeline.moved', { name: card.name, stage: stage.name }));
    } catch (failure) {
      put((now) => putBack(now, card, from));
      const gates = gatesOf(failure);
      if (gates) {
        waiting.value = { card, stage, gates };
      } else {
        showProblem(failure);
      }
    }
    await forgetDeals();
  }

  /** The dialog has moved it. */
  async function moved(record: RecordRow): Promise<void> {
    const done = waiting.value;
    waiting.value = null;
    if (done) {
      put((now) => withRecord(moveCard(now, done.card.id, done.stage, new Date().toISOString()), record));
    }
    await forgetDeals();
  }

  return { waiting, move, moved };
}
