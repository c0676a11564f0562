/** Fields of a company's own, and how forms are laid out. */
import { ListPlus } from '@lucide/vue';
import { defineFeature } from '@/shared/lib/feature';

export default defineFeature({
  name: 'fields',
  routes: [
    {
      path: 'custom-fields',
      name: 'custom-fields',
      meta: { title: 'fields.title', permission: 'custom_field.edit' },
      component: () => import('./pages/FieldsPage.vue'),
    },
  ],
  nav: [
    {
      key: 'custom-fields',
      label: 'fields.title',
      icon: ListPlus,
      to: '/custom-fields',
      order: 240,
      permission: 'custom_field.edit',
    },
  ],
});
