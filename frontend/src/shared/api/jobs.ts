/** Long work on the server: the list of one's own jobs, followed while any of them runs. */
import { useQuery } from '@tanstack/vue-query';
import { computed, ref, type ComputedRef } from 'vue';
import { firstText } from '@/shared/i18n';
import { saveFile } from '@/shared/lib/async';
import { send, sendRaw } from './client';
import { queryClient } from './query';
import type { Job, Page } from './types';

const KEY = ['jobs'] as const;
const BUSY_MS = 1_000;

/** Shown by the shell: opens when a job is started. */
export const trayOpen = ref(false);

export function isActive(job: Job): boolean {
  return job.status === 'queued' || job.status === 'running';
}

export function useJobs(): { jobs: ComputedRef<readonly Job[]>; active: ComputedRef<number> } {
  const query = useQuery({
    queryKey: KEY,
    queryFn: async () => (await send<Page<Job>>('GET', '/jobs')).items,
    refetchInterval: (state) => (state.state.data?.some(isActive) ? BUSY_MS : false),
  });
  const jobs = computed(() => query.data.value ?? []);
  return { jobs, active: computed(() => jobs.value.filter(isActive).length) };
}

interface Bulk {
  readonly refused?: number;
  readonly reasons?: readonly { readonly code: string; readonly detail: string }[];
}

/** What a job over many records left undone: how many, and each reason once. */
export function refusalsOf(job: Job): { readonly count: number; readonly reasons: readonly string[] } {
  const { refused = 0, reasons = [] } = (job.result ?? {}) as Bulk;
  const sentences = reasons.map((reason) => firstText([`error.${reason.code}`], reason.detail));
  return { count: refused, reasons: [...new Set(sentences)] };
}

export function refreshJobs(): void {
  void queryClient.invalidateQueries({ queryKey: KEY });
}

/** Opens the tray and waits for the end of a job. Answers the job, whatever became of it. Errors: ApiProblem. */
export async function followJob(id: number): Promise<Job> {
  trayOpen.value = true;
  refreshJobs();
  for (;;) {
    const job = await send<Job>('GET', `/jobs/${id}`);
    if (!isActive(job)) {
      refreshJobs();
      return job;
    }
    await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
  }
}

export async function cancelJob(id: number): Promise<void> {
  await send('POST', `/jobs/${id}/cancel`, { body: {} });
  refreshJobs();
}

/** Saves the file that a job made. */
export async function saveJobFile(job: Job): Promise<void> {
  const response = await sendRaw('GET', `/jobs/${job.id}/file`);
  saveFile(await response.blob(), job.file_name ?? `job-${job.id}`);
}
