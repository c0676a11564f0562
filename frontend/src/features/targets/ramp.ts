/** What is expected of newcomers: percents of a full month, ascending. */
import { useQuery } from '@tanstack/vue-query';
import { send } from '@/shared/api/client';
import { queryClient } from '@/shared/api/query';

export const RAMP_MONTHS_MAX = 12;
const PPM = 10_000; // millionths of a percent's hundredth

export interface RampSettings {
  readonly ramp: readonly number[]; // millionths
  readonly version: number;
}
export function useRamp() {
  return useQuery({
    queryKey: ['targets', 'settings'],
    queryFn: ({ signal }): Promise<RampSettings> => send('GET', '/targets/settings', { signal }),
  });
}
export async function saveRamp(percents: readonly (number | null)[], version: number): Promise<void> {
  const ramp = percents.map((percent) => (percent ?? 0) * PPM);
  await send('PUT', '/targets/settings', { body: { ramp }, version });
  await Promise.all(
    [
      ['targets', 'settings'],
      ['targets', 'round'],
    ].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
}
export function percentsOf(settings: RampSettings): (number | null)[] {
  return settings.ramp.map((ppm) => Math.round(ppm / PPM));
}
/** As the server wants it: all there, between nothing and all, none below the one before. */
export function isRamp(percents: readonly (number | null)[]): boolean {
  return percents.every(
    (percent, index) =>
      percent !== null && percent >= 0 && percent <= 100 && (index === 0 || percent >= (percents[index - 1] ?? 0)),
  );
}
