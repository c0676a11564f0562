/** Answers that index.html asked for while the program was still on its way (boot/boot.js). Each is used once, soon. */
interface Early {
  session: Promise<Response> | null;
  readonly answers: Record<string, Promise<Response | null>>;
  readonly locale: string | null; // of the answers, known with the session
}
declare global {
  interface Window {
    dabiaoEarly?: Early;
    dabiaoFetchPages?: (kind: string) => void;
  }
}

const FRESH_MS = 15_000; // after the page was opened

function early(): Early | null {
  return window.dabiaoEarly && performance.now() < FRESH_MS ? window.dabiaoEarly : null;
}

/** The renewal of the session that is on its way, if any. */
export function earlySession(): Promise<Response> | null {
  const session = early()?.session ?? null;
  if (window.dabiaoEarly) {
    window.dabiaoEarly.session = null;
  }
  return session;
}

/** What the server answered to this address in this language, if it was asked and all is well. */
export async function earlyAnswer(address: string, locale: string): Promise<Response | null> {
  const all = early();
  const answer = all?.answers[address];
  if (!all || !answer) {
    return null;
  }
  delete all.answers[address];
  const response = await answer.catch(() => null);
  return response?.ok && all.locale === locale ? response : null;
}

/** Somebody else signs in, or nobody is: nothing asked before counts. */
export function dropEarly(): void {
  delete window.dabiaoEarly;
}

/** Fetches what lies behind the sign-in, while somebody types. */
export function fetchPages(): void {
  window.dabiaoFetchPages?.('home');
}
