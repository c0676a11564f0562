/** What is shown lives in the address, so that it can be sent, and comes back with the back button. */
import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

export type Change = Readonly<Record<string, string | number | null>>;
const DEFAULT_MEASURE = 'signed_amount';

export function useAddress() {
  const route = useRoute();
  const router = useRouter();

  function number(name: string): ComputedRef<number | null> {
    return computed(() => {
      const value = Number(route.query[name]);
      return Number.isSafeInteger(value) && value > 0 ? value : null;
    });
  }
  /** The address with some of its parts changed; null takes a part away. */
  function queryWith(change: Change): Record<string, string> {
    const parts = Object.entries({ ...route.query, ...change });
    return Object.fromEntries(
      parts.filter(([, value]) => value !== null && value !== '').map(([name, value]) => [name, String(value)]),
    );
  }
  async function go(change: Change): Promise<void> {
    await router.push({ query: queryWith(change) });
  }
  const measure = computed(() => (typeof route.query.measure === 'string' ? route.query.measure : DEFAULT_MEASURE));
  const by = computed<'month' | 'quarter'>(() => (route.query.by === 'month' ? 'month' : 'quarter'));
  return {
    measure,
    by,
    year: number('year'),
    department: number('department'),
    user: number('user'),
    queryWith,
    go,
  };
}
