/** Asks a yes-or-no question from anywhere: `if (await confirm({…}))`. */
import { shallowRef } from 'vue';

export interface Question {
  readonly title: string;
  readonly text?: string;
  readonly action: string; // what the button says: a verb
  readonly danger?: boolean;
}
interface Asked extends Question {
  readonly answer: (yes: boolean) => void;
}

export const asked = shallowRef<Asked | null>(null);

/** True when the person agrees. A second question while one is open answers the first with no. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}
