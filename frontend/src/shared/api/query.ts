/** The cache of server data: one client, and the rules that hold for every query. */
import { QueryClient } from '@tanstack/vue-query';
import { ApiProblem } from './problem';

/** A refusal stays a refusal; only what time may cure is asked again. */
function worthRetrying(count: number, failure: unknown): boolean {
  return count < 2 && failure instanceof ApiProblem && (failure.status === 0 || failure.status >= 502);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 300_000,
      retry: worthRetrying,
      refetchOnWindowFocus: true,
      shallow: true, // answers are replaced, never changed in place: nobody watches what is inside them
    },
    mutations: { retry: false },
  },
});
