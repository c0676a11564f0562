/** Pipelines: the board and other ways to look at open deals, the guide on each, its settings, what can be learnt. */
import { ChartColumn, SquareKanban, Workflow } from '@lucide/vue';
import { defineAsyncComponent } from 'vue';
import { registerChoices } from '@/shared/api/options';
import { defineFeature } from '@/shared/lib/feature';

/** Parts of the pages of records. */
export const GuidePanel = defineAsyncComponent(() => import('./components/GuidePanel.vue'));
export const StageSelect = defineAsyncComponent(() => import('./components/StageSelect.vue'));
export const StageSteps = defineAsyncComponent(() => import('./components/StageSteps.vue'));

for (const object of ['stage', 'pipeline', 'close_reason'] as const) {
  registerChoices(object, async (query) => (await import('./queries')).choicesOf(object, query));
}

export default defineFeature({
  name: 'pipeline',
  routes: [
    {
      path: 'pipeline',
      name: 'pipeline',
      meta: { title: 'pipeline.title', permission: 'opportunity.view' },
      beforeEnter: (to) => {
        void import('./ahead').then(({ askAhead }) => askAhead(to.query));
      },
      component: () => import('./pages/BoardPage.vue'),
    },
    {
      path: 'pipeline/analysis',
      name: 'pipeline-analysis',
      meta: { title: 'pipeline.analysis.title', permission: 'opportunity.view' },
      component: () => import('./pages/AnalysisPage.vue'),
    },
    {
      path: 'pipeline/settings',
      name: 'pipeline-settings',
      meta: { title: 'pipeline.settings.title', permission: 'pipeline.edit' },
      component: () => import('./pages/SettingsPage.vue'),
    },
    {
      path: 'pipeline/settings/:id(\\d+|new)',
      name: 'pipeline-settings-one',
      props: (route) => ({ id: route.params.id === 'new' ? null : Number(route.params.id) }),
      meta: { title: 'pipeline.settings.title', permission: 'pipeline.edit' },
      component: () => import('./pages/PipelinePage.vue'),
    },
    { path: 'pipelines', redirect: '/pipeline/settings' }, // its address of old
  ],
  nav: [
    {
      key: 'pipeline',
      label: 'pipeline.nav',
      icon: SquareKanban,
      to: '/pipeline',
      order: 28,
      permission: 'opportunity.view',
    },
    {
      key: 'pipeline-analysis',
      label: 'pipeline.analysis.title',
      icon: ChartColumn,
      to: '/pipeline/analysis',
      order: 128,
      permission: 'opportunity.view',
    },
    {
      key: 'pipeline-settings',
      label: 'pipeline.settings.title',
      icon: Workflow,
      to: '/pipeline/settings',
      order: 230,
      permission: 'pipeline.edit',
    },
  ],
});
