/** What pages behind the sign-in ask for data with; forgotten when they are left by somebody who signed out. */
import { VUE_QUERY_CLIENT } from '@tanstack/vue-query';
import { onBeforeUnmount, provide } from 'vue';
import { provideMeta } from '@/shared/api/meta';
import { queryClient } from '@/shared/api/query';
import { useSession } from '@/shared/api/session';

export function useData(): void {
  const session = useSession();
  provide(VUE_QUERY_CLIENT, queryClient);
  provideMeta();
  // From the shell to a page without it, what is known stays: that page was let in because of it.
  onBeforeUnmount(() => {
    if (!session.isSignedIn) {
      queryClient.clear();
    }
  });
}
