/** What conditions of fields look at: the values, who is asking, today. */
import { computed, type ComputedRef } from 'vue';
import { useCompany } from '@/shared/api/meta';
import { useSession } from '@/shared/api/session';
import { dateOfInstant } from '@/shared/lib/dates';
import type { Facts } from '@/shared/lib/evaluate';

export function useFacts(values: () => Readonly<Record<string, unknown>>): ComputedRef<Facts> {
  const session = useSession();
  const company = useCompany();
  return computed(() => ({
    values: values(),
    me: session.me?.id ?? null,
    today: dateOfInstant(new Date(), company.value.time_zone),
  }));
}
