/** Targets: the year's grid, and how far everybody is. */
import { ChartNoAxesColumn, Goal, Handshake, House, Ruler } from '@lucide/vue';
import { defineFeature } from '@/shared/lib/feature';
import { withTexts } from './later/texts';

/** Everything that people are told about planning rounds leads to the round. */
const NOTICES = [
  'target_asked',
  'target_reminder',
  'target_submitted',
  'target_returned',
  'target_agreed',
  'target_accepted',
  'target_comment',
  'target_change',
  'target_change_agreed',
  'target_change_declined',
] as const;

export default defineFeature({
  name: 'targets',
  notices: Object.fromEntries(
    NOTICES.map((kind) => [
      kind,
      ({ detail }) => {
        const { year, measure, subject_kind: subject, subject_id: id } = detail ?? {};
        const place = { [subject === 'department' ? 'department' : 'user']: id === undefined ? undefined : String(id) };
        return { path: '/target-round', query: { year: String(year), measure: String(measure), ...place } };
      },
    ]),
  ),
  routes: [
    {
      path: 'home',
      name: 'my-targets',
      meta: { title: 'targets.home.title', permission: 'target.view' },
      component: () => import('./pages/HomePage.vue'),
    },
    {
      path: 'target-map',
      name: 'target-map',
      meta: { title: 'targets.map.title', permission: 'target.view' },
      component: () => import('./pages/MapPage.vue'),
    },
    {
      path: 'target-round',
      name: 'target-round',
      meta: { title: 'targets.round.title', permission: 'target.view' },
      component: () => import('./pages/RoundPage.vue'),
    },
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
    {
      path: 'target-measures',
      name: 'target-measures',
      meta: { title: 'targets.measures.title', permission: 'measure.edit' },
      component: () => withTexts(() => import('./pages/MeasuresPage.vue')),
    },
  ],
  nav: [
    { key: 'my-targets', label: 'targets.home.title', icon: House, to: '/home', order: 5, permission: 'target.view' },
    {
      key: 'target-round',
      label: 'targets.round.title',
      icon: Handshake,
      to: '/target-round',
      order: 105,
      permission: 'target.view',
    },
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
    {
      key: 'target-measures',
      label: 'targets.measures.title',
      icon: Ruler,
      to: '/target-measures',
      order: 242,
      permission: 'measure.edit',
    },
  ],
  actions: [
    { key: 'set-targets', label: 'targets.grid.title', icon: Goal, to: '/target-grid', permission: 'target.edit' },
  ],
});
