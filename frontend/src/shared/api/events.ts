/** What happens on the server while a page is open: server-sent events say that something changed, never what. Where
 * they cannot be had (proxy, old browser) the listeners are called at intervals instead. */
import { sendRaw } from './client';

export type EventListener = (name: string) => void;

const POLL_MS = 30_000;
const RETRY_MS = 60_000;

const listeners = new Set<EventListener>();
let source: EventSource | null = null;
let timer: ReturnType<typeof setInterval> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;

function tell(name: string): void {
  listeners.forEach((listener) => listener(name));
}

function poll(): void {
  timer ??= setInterval(() => {
    if (document.visibilityState === 'visible') {
      tell('poll');
    }
  }, POLL_MS);
}

async function connect(): Promise<void> {
  try {
    await sendRaw('POST', '/events/ticket', { body: {} });
  } catch {
    poll();
    retry = setTimeout(() => void connect(), RETRY_MS);
    return;
  }
  source = new EventSource('/events', { withCredentials: true });
  source.onopen = () => {
    clearInterval(timer);
    timer = undefined;
  };
  source.onmessage = (event: MessageEvent<string>) => {
    try {
      (JSON.parse(event.data) as { names: string[] }).names.forEach(tell);
    } catch {
      tell('poll');
    }
  };
  source.onerror = () => {
    source?.close();
    source = null;
    poll();
    retry = setTimeout(() => void connect(), RETRY_MS);
  };
}

/** Starts listening after sign-in; the answer stops it. */
export function startEvents(): () => void {
  void connect();
  return () => {
    source?.close();
    source = null;
    clearInterval(timer);
    timer = undefined;
    clearTimeout(retry);
  };
}

/** Calls `listener` with the name of what changed ("job", "notification", an object's name, or "poll"). */
export function onEvent(listener: EventListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
