/** Targets: the year's grid, and how far everybody is. */
import { ChartNoAxesColumn, Goal } from '@lucide/vue';
import { defineFeature } from '@/shared/lib/feature';

export default defineFeature({
  name: 'targets',
  routes: [
    {
      path: 'targets',
      name: 'targets',
      meta: { title: 'targets.overview.title', permission: 'target.view' },
      component: () => import('./pages/OverviewPage.vue'),
    },
    {
      path: 'target-grid',
      name: 'target-grid',
      meta: { title: 'targets.grid.title', permission: 'target.view' },
      component: () => import('./pages/GridPage.vue'),
    },
  ],
  nav: [
    {
      key: 'targets',
      label: 'targets.overview.title',
      icon: ChartNoAxesColumn,
      to: '/targets',
      order: 100,
      permission: 'target.view',
    },
    {
      key: 'target-grid',
      label: 'targets.grid.title',
      icon: Goal,
      to: '/target-grid',
      order: 110,
      permission: 'target.view',
    },
  ],
  actions: [
    { key: 'set-targets', label: 'targets.grid.title', icon: Goal, to: '/target-grid', permission: 'target.edit' },
  ],
});
