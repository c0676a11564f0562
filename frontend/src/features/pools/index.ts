/** Public pools: what may be claimed, what leaves, and by which rules. */
import { Waves } from '@lucide/vue';
import { defineAsyncComponent } from 'vue';
import { defineFeature } from '@/shared/lib/feature';

/** For the page of a customer. */
export const ReturnDialog = defineAsyncComponent(() => import('./components/ReturnDialog.vue'));

const LEAVING = { path: '/pools', query: { leaving: '1' } };

export const CustomerProtection = defineAsyncComponent(() => import('./components/CustomerProtection.vue'));

export default defineFeature({
  name: 'pools',
  notices: {
    pool_assigned: (notice) => (notice.detail?.count === 1 ? `/customers/${notice.record_id}` : '/assignments'),
    pool_given: () => '/assignments',
    pool_leaving: () => LEAVING,
    pool_leaving_team: () => LEAVING,
  },
  routes: [
    { path: 'pools/:id(\\d+)', redirect: (to) => ({ path: '/pools', query: { pool: to.params.id } }) },
    {
      path: 'pool-runs/:id(\\d+)',
      redirect: (to) => ({ path: '/pools/settings', query: { tab: 'runs', run: to.params.id } }),
    },
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
  nav: [{ key: 'pools', label: 'pools.title', icon: Waves, to: '/pools', order: 118, permission: 'pool.view' }],
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
