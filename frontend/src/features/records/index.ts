/** Customers, contacts, follow-ups, opportunities, contracts, payments, refunds, products: lists and detail pages. */
import { Plus } from '@lucide/vue';
import { defineAsyncComponent } from 'vue';
import { defineFeature } from '@/shared/lib/feature';
import UiSkeleton from '@/shared/ui/feedback/UiSkeleton.vue';
import { OBJECTS } from './objects';

export { fieldText as recordText, formSpecs, transferChoices } from './model';

const OWN = OBJECTS.filter((config) => !config.elsewhere);

/** Parts of the lists for features that have pages of their own over records. */
export const RecordsPanel = defineAsyncComponent({
  loader: () => import('./components/RecordsPanel.vue'),
  loadingComponent: UiSkeleton, // a page that seems done and then grows is no help to anybody
  delay: 0,
});
export const RecordDrawer = defineAsyncComponent(() => import('./components/RecordDrawer.vue'));
export const RecordFields = defineAsyncComponent(() => import('./components/RecordFields.vue'));
export const FilterEditor = defineAsyncComponent(() => import('./components/FilterEditor.vue'));
export const FilterPanel = defineAsyncComponent(() => import('./components/FilterPanel.vue'));
export const FollowUpComposer = defineAsyncComponent(() => import('./components/FollowUpComposer.vue'));

export default defineFeature({
  name: 'records',
  routes: OWN.flatMap((config) => [
    {
      path: config.plural,
      name: config.plural,
      props: { object: config.name },
      meta: { title: `records.nav.${config.name}`, permission: `${config.name}.view` },
      component: () => import('./pages/RecordsPage.vue'),
    },
    {
      path: `${config.plural}/:id(\\d+)`,
      name: `${config.plural}-one`,
      props: (route) => ({ object: config.name, id: Number(route.params.id) }),
      meta: { title: `records.nav.${config.name}`, permission: `${config.name}.view` },
      component: () => import('./pages/RecordPage.vue'),
    },
  ]),
  nav: OWN.filter((config) => config.inNav).map((config) => ({
    key: config.plural,
    label: `records.nav.${config.name}`,
    icon: config.icon,
    to: `/${config.plural}`,
    order: config.order,
    permission: `${config.name}.view`,
  })),
  actions: OWN.map((config) => ({
    key: `new-${config.name}`,
    label: `records.create.${config.name}`,
    icon: Plus,
    to: { path: `/${config.plural}`, query: { create: '1' } },
    permission: `${config.name}.create`,
  })),
});
