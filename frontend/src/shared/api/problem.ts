/** Failures of the API, and the one function that turns any failure into what the person reads. */
import { currentLocale, hasText, t } from '@/shared/i18n';
import { formatInstant } from '@/shared/lib/dates';

export interface FieldProblem {
  readonly field: string; // "name", "lines[2].quantity_milli"
  readonly code: string; // "required", "too_long" …
  readonly message?: string;
}

/** The body of application/problem+json. */
export interface ProblemBody {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldProblem[];
  readonly request_id?: string;
  readonly retry_at?: string;
  readonly available_at?: string | null;
  readonly current?: unknown;
}

/** A refusal by the server, or a request that did not reach it (code "offline"). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly fields: readonly FieldProblem[];
  readonly requestId: string;
  readonly retryAt: string | null;
  readonly availableAt: string | null; // from then on it is possible
  readonly current: unknown;
  readonly extra: Readonly<Record<string, unknown>>; // what some refusals tell besides: matches, holdings …

  constructor(status: number, body: ProblemBody) {
    super(body.title ?? body.code ?? `HTTP ${status}`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'offline' : 'internal_error');
    this.detail = body.detail ?? '';
    this.fields = body.errors ?? [];
    this.requestId = body.request_id ?? '';
    this.retryAt = body.retry_at ?? null;
    this.availableAt = body.available_at ?? null;
    this.current = body.current ?? null;
    this.extra = { ...body };
  }
}

/** True for requests that the program itself gave up; nobody needs to hear of them. */
export function isAborted(failure: unknown): boolean {
  return failure instanceof DOMException && failure.name === 'AbortError';
}

export function hasCode(failure: unknown, ...codes: readonly string[]): failure is ApiProblem {
  return failure instanceof ApiProblem && codes.includes(failure.code);
}

/** Whether time may cure it: the same question is worth asking again. */
export function isPassing(failure: unknown): boolean {
  return !(failure instanceof ApiProblem) || failure.status === 0 || failure.status === 429 || failure.status >= 500;
}

let zone = 'UTC';
/** Sets the company's zone, in which times in sentences are given. */
export function setProblemZone(name: string): void {
  zone = name;
}

/** The sentence for one field error; the server's own message is used for codes that have no translation. */
export function fieldMessage(problem: FieldProblem): string {
  const key = `field_error.${problem.code}`;
  if (hasText(key)) {
    return t(key);
  }
  return problem.message || t('field_error.invalid');
}

/** The sentences of a refusal by field, for a form; empty for any other failure. */
export function fieldFaults(failure: unknown): Record<string, string> {
  return failure instanceof ApiProblem
    ? Object.fromEntries(failure.fields.map((problem) => [problem.field, fieldMessage(problem)]))
    : {};
}

/** The same in one line, where no form marks them: each with the name of its field. Empty where none of them is known. */
export function namedFaults(
  failure: unknown,
  fields: readonly { readonly name: string; readonly label: string }[],
): string {
  const faults = failure instanceof ApiProblem ? failure.fields : [];
  return faults
    .flatMap((fault) => {
      const name = fields.find((field) => field.name === fault.field)?.label;
      return name === undefined ? [] : t('error.field', { name, fault: fieldMessage(fault) });
    })
    .join(' ');
}

/** What the person reads for any failure: the translated reason, the detail where it adds something, and when it
 * becomes possible again. Empty for aborted requests. */
export function problemSentence(failure: unknown): string {
  if (isAborted(failure)) {
    return '';
  }
  if (!(failure instanceof ApiProblem)) {
    return t('error.internal_error');
  }
  const key = `error.${failure.code}`;
  const sentence = hasText(key) ? t(key) : failure.detail || t('error.internal_error');
  const parts = [sentence];
  if (failure.retryAt) {
    parts.push(t('error.retry_at', { time: formatInstant(failure.retryAt, currentLocale(), zone) }));
  }
  if (failure.availableAt) {
    parts.push(t('error.available_at', { time: formatInstant(failure.availableAt, currentLocale(), zone) }));
  }
  if (failure.status >= 500 && failure.requestId) {
    parts.push(t('error.request_id', { id: failure.requestId }));
  }
  return parts.join(' ');
}
