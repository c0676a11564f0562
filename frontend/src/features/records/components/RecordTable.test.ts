import { flushPromises, mount } from '@vue/test-utils';
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { computed, defineComponent, h, ref } from 'vue';
import type { RecordRow } from '@/shared/api/types';
import { useColumns } from '@/shared/ui/grid/columns';
import { listRecords, type ListParams } from '../api';
import RecordTable from './RecordTable.vue';

vi.mock('../api', async (original) => ({ ...(await original<object>()), listRecords: vi.fn() }));
vi.mock('vue-router', async (original) => ({ ...(await original<object>()), useRouter: () => ({ push: vi.fn() }) }));
vi.mock('./useObject', () => ({
  useObject: () => ({
    meta: computed(() => ({ name: 'customer', plural: 'customers', label: '客户', fields: [], default_sort: 'name' })),
    config: computed(() => ({ icon: 'i', tones: {} })),
  }),
}));

/** The list's answers, given when the test wants. */
let answer: (ids: readonly number[], next?: string | null) => Promise<void>;
const params = ref<ListParams>({ filter: null, q: '', sort: null, deleted: false });
const selected = ref(new Set<number>());
const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
const Page = defineComponent(() => {
  const columns = useColumns<RecordRow>(
    () => [{ key: 'name', label: 'Name' }],
    () => 'ticks',
  );
  return () =>
    h(RecordTable, {
      object: 'customer',
      params: params.value,
      columns,
      selectable: true,
      selected: selected.value,
      'onUpdate:selected': (ids: Set<number>) => (selected.value = ids),
    });
});

describe('ticks of a list', () => {
  beforeEach(async () => {
    client.clear();
    params.value = { filter: null, q: '', sort: null, deleted: false };
    vi.mocked(listRecords).mockImplementation(
      () =>
        new Promise((resolve) => {
          answer = async (ids, next = null) => {
            resolve({ items: ids.map((id) => ({ id, version: 1 })), next_cursor: next, total: ids.length });
            await flushPromises();
            await new Promise((done) => setTimeout(done, 5)); // the cache tells its users a little later
          };
        }),
    );
    mount(Page, { global: { plugins: [[VueQueryPlugin, { queryClient: client }]] } });
    await flushPromises();
  });

  it('stay when another list has the rows too, however late it comes', async () => {
    await answer([1, 2, 3]);
    selected.value = new Set([1, 3]);
    params.value = { ...params.value, q: 'x' };
    await flushPromises();
    expect(selected.value).toEqual(new Set([1, 3])); // nothing is known yet
    await answer([3, 4]);
    expect(selected.value).toEqual(new Set([3]));
  });

  it('stay when the same list is asked again', async () => {
    await answer([1, 2, 3], 'more');
    selected.value = new Set([1, 3]);
    void client.invalidateQueries();
    await flushPromises();
    await answer([9, 1, 2], 'more'); // 3 may be on a page that is not loaded
    expect(selected.value).toEqual(new Set([1, 3]));
    void client.invalidateQueries();
    await flushPromises();
    await answer([9, 1, 2]);
    expect(selected.value).toEqual(new Set([1]));
  });
});
