/** Money beyond the records themselves: what payments are for, payment plans, and the settings of numbers and prices. */
import { Hash } from '@lucide/vue';
import { defineAsyncComponent } from 'vue';
import { defineFeature } from '@/shared/lib/feature';

/** Parts of the pages of records. */
export const RedLetter = defineAsyncComponent(() => import('./components/RedLetter.vue'));
export const PlanCard = defineAsyncComponent(() => import('./components/PlanCard.vue'));
export const PaymentAllocations = defineAsyncComponent(() => import('./components/PaymentAllocations.vue'));

export default defineFeature({
  name: 'money',
  routes: [
    {
      path: 'number-patterns',
      name: 'number-patterns',
      meta: { title: 'money.numbers.title', permission: 'number_pattern.edit' },
      component: () => import('./pages/NumbersPage.vue'),
    },
  ],
  nav: [
    {
      key: 'number-patterns',
      label: 'money.numbers.title',
      icon: Hash,
      to: '/number-patterns',
      order: 260,
      permission: 'number_pattern.edit',
    },
  ],
});
