/** Assignments: what became of every assigned customer, batches, promises, how many one may hold. */
import { Route, UsersRound } from '@lucide/vue';
import { defineAsyncComponent } from 'vue';
import type { RouteLocationRaw } from 'vue-router';
import type { Notification } from '@/shared/api/types';
import { defineFeature } from '@/shared/lib/feature';

/** For the page of a customer. */
export const CustomerAssignments = defineAsyncComponent(() => import('./components/CustomerAssignments.vue'));
/** For pools: how many customers one holds, and may hold. */
export const CapacityGauge = defineAsyncComponent(() => import('./components/CapacityGauge.vue'));

/** The customer may be out of sight by then, the assignment is not. */
function toAssignment(notice: Notification): RouteLocationRaw {
  return { path: '/assignments', query: { period: 'all', open: String(notice.detail?.assignment_id) } };
}

export default defineFeature({
  name: 'assignments',
  notices: {
    assigned: (notice) => ({ path: '/assignments', query: { batch: String(notice.record_id) } }),
    sla_reminder: toAssignment,
    sla_escalated: toAssignment,
    sla_taken_back: toAssignment,
  },
  routes: [
    {
      path: 'assignments',
      name: 'assignments',
      meta: { title: 'assignments.title', permission: 'assignment.view' },
      component: () => import('./pages/TrackingPage.vue'),
    },
    {
      path: 'assignments/new',
      name: 'assignment-new',
      meta: { title: 'assignments.wizard.action', permission: 'assignment_batch.create' },
      component: () => import('./pages/WizardPage.vue'),
    },
    {
      path: 'assignments/batches',
      name: 'assignment-batches',
      meta: { title: 'assignments.batches.title', permission: 'assignment_batch.view' },
      component: () => import('./pages/BatchesPage.vue'),
    },
    {
      path: 'assignments/rules',
      name: 'assignment-rules',
      meta: { title: 'assignments.rules.title', permission: 'assignment.view' },
      component: () => import('./pages/RulesPage.vue'),
    },
  ],
  nav: [
    {
      key: 'assignments',
      label: 'assignments.title',
      icon: Route,
      to: '/assignments',
      order: 120,
      permission: 'assignment.view',
    },
  ],
  actions: [
    {
      key: 'assign-customers',
      label: 'assignments.wizard.action',
      icon: UsersRound,
      to: '/assignments/new',
      permission: 'assignment_batch.create',
    },
  ],
});
