/** The company's calendar on this page. */
import { computed } from 'vue';
import { useCompany } from '@/shared/api/meta';
import { dateOfInstant } from '@/shared/lib/dates';

export function useToday() {
  const company = useCompany();
  return {
    company,
    zone: computed(() => company.value.time_zone),
    today: computed(() => dateOfInstant(Date.now(), company.value.time_zone)),
  };
}
