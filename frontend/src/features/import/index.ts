/** Import: a table becomes records; tried first, taken back with one click. */
import { Upload } from '@lucide/vue';
import { defineFeature } from '@/shared/lib/feature';

/** Whoever may import any kind of record; the page offers the kinds. */
const PERMISSION = '*.import';

export default defineFeature({
  name: 'import',
  routes: [
    {
      path: 'import',
      name: 'import',
      meta: { title: 'import.title', permission: PERMISSION },
      component: () => import('./pages/ImportsPage.vue'),
    },
    {
      path: 'import/:id(\\d+)',
      name: 'import-one',
      props: (route) => ({ id: Number(route.params.id) }),
      meta: { title: 'import.title', permission: PERMISSION },
      component: () => import('./pages/ImportPage.vue'),
    },
  ],
  nav: [
    {
      key: 'import',
      label: 'import.title',
      icon: Upload,
      to: '/import',
      order: 200,
      permission: PERMISSION,
    },
  ],
  actions: [{ key: 'import', label: 'import.action', icon: Upload, to: '/import', permission: PERMISSION }],
});
