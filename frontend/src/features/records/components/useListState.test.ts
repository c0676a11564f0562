import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { computed, defineComponent, h } from 'vue';
import { createMemoryHistory, createRouter, RouterView, type Router } from 'vue-router';
import { configOf } from '../objects';
import { useListState, type ListControl } from './useListState';

let control: ListControl;
const List = defineComponent(() => {
  control = useListState(computed(() => configOf('customer')!));
  return () => null;
});
const Empty = defineComponent(() => () => null);

async function shown(address: string): Promise<Router> {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/customers', component: List },
      { path: '/elsewhere', component: Empty },
    ],
  });
  await router.push(address);
  mount({ render: () => h(RouterView) }, { global: { plugins: [router] } });
  await flushPromises();
  return router;
}
async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  await flushPromises();
}

describe('list state', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('searches when typing has paused', async () => {
    const router = await shown('/customers?sort=name');
    control.put(' ab');
    await pass(200);
    control.put(' abc ');
    await pass(200);
    expect(router.currentRoute.value.fullPath).toBe('/customers?sort=name');
    await pass(200);
    expect(router.currentRoute.value.query).toEqual({ sort: 'name', q: 'abc' });
    expect(control.typed.value).toBe(' abc ');
  });

  it('takes what was typed along with another change, so that nothing comes late', async () => {
    const router = await shown('/customers?q=abc');
    control.put('');
    control.go({ deleted: true });
    await pass(0);
    expect(router.currentRoute.value.query).toEqual({ deleted: '1' });
    const asked = control.params.value;
    await pass(1000);
    expect(control.params.value).toBe(asked); // the same list, not asked for again
  });

  it('follows the address back, unless somebody is typing', async () => {
    const router = await shown('/customers?q=abc');
    await router.push('/customers?q=x');
    await flushPromises();
    expect(control.typed.value).toBe('x');
    control.put('xy');
    await router.push('/customers');
    await flushPromises();
    expect(control.typed.value).toBe('xy');
    await pass(300);
    expect(router.currentRoute.value.query).toEqual({ q: 'xy' });
  });

  it('empties the field when everything is cleared', async () => {
    const router = await shown('/customers?view=mine');
    control.put('abc');
    control.clear();
    await pass(1000);
    expect([control.typed.value, router.currentRoute.value.fullPath]).toEqual(['', '/customers']);
  });

  it('does nothing to the page that comes after', async () => {
    const router = await shown('/customers');
    control.put('abc');
    await router.push('/elsewhere');
    await flushPromises();
    await pass(1000);
    expect(router.currentRoute.value.fullPath).toBe('/elsewhere');
  });
});
