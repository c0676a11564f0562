/** Workbooks of targets and completion: out through a job, and back in after a look at what would change. */
import { send } from '@/shared/api/client';
import { followJob, saveJobFile } from '@/shared/api/jobs';
import { fieldMessage } from '@/shared/api/problem';
import type { Job } from '@/shared/api/types';
import type { Kind, SavedCell } from './api';

/** Which targets. */
export interface FileOf {
  readonly year: number | null;
  readonly measure: string;
}
/** A cell of the file that would change. */
export interface FileChange extends SavedCell {
  readonly before: number;
  readonly row: number;
  readonly column: string;
  readonly name: string;
}
/** A cell of the file that cannot be taken. */
export interface FileFault {
  readonly row: number;
  readonly column: string; // empty: the whole row
  readonly name: string;
  readonly code: string;
  readonly detail: string;
}
export interface FileLook {
  readonly year: number;
  readonly measure: string;
  readonly kind: Kind;
  readonly cell_count: number;
  readonly changes: readonly FileChange[];
  readonly faults: readonly FileFault[];
}

export function lookAtFile(of: FileOf, file: File): Promise<FileLook> {
  return send('POST', '/targets/import', { query: { ...of }, body: file });
}

/** What the sheet is saved with: without what only the preview shows. */
export function cellsOf(changes: readonly FileChange[]): readonly SavedCell[] {
  return changes.map(({ subject_kind, subject_id, month, amount, version }) => ({
    subject_kind,
    subject_id,
    month,
    amount,
    version,
  }));
}

/** By how much all changes together raise or lower the targets. */
export function difference(changes: readonly FileChange[]): number {
  return changes.reduce((sum, change) => sum + change.amount - change.before, 0);
}

export function faultText(fault: FileFault): string {
  return fieldMessage({ field: fault.column, code: fault.code, message: fault.detail });
}

/** Makes the workbook and saves it where the browser saves files. */
export async function saveWorkbook(of: FileOf & { department_id: number | null }, completion: boolean): Promise<Job> {
  const { job_id: id } = await send<{ job_id: number }>('POST', '/targets/export', {
    body: Object.fromEntries(Object.entries({ ...of, completion }).filter(([, value]) => value !== null)),
  });
  const job = await followJob(id);
  if (job.has_file) {
    await saveJobFile(job);
  }
  return job;
}
