/** Public pools: what may be claimed, what leaves, and by which rules. */
import { Waves } from '@lucide/vue';
import { defineAsyncComponent } from 'vue';
import { defineFeature } from '@/shared/lib/feature';

/** For the page of a customer. */
export const ReturnDialog = defineAsyncComponent(() => import('./components/ReturnDialog.vue'));

export default defineFeature({
  name: 'pools',
  routes: [
    {
      path: 'pools',
      name: 'pools',
      meta: { title: 'pools.title', permission: 'pool.view' },
      component: () => import('./pages/PoolsPage.vue'),
    },
    {
      path: 'pools/settings',
      name: 'pool-settings',
      meta: { title: 'pools.settings.title', permission: 'pool.view' },
      component: () => import('./pages/SettingsPage.vue'),
    },
  ],
  nav: [{ key: 'pools', label: 'pools.title', icon: Waves, to: '/pools', order: 110, permission: 'pool.view' }],
  actions: [
    {
      key: 'pool-settings',
      label: 'pools.settings.title',
      icon: Waves,
      to: '/pools/settings',
      permission: 'pool.edit',
    },
  ],
});
