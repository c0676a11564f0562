/** The person's own account: details, password, second step, sessions. */
import { defineFeature } from '@/shared/lib/feature';

export default defineFeature({
  name: 'account',
  routes: [
    {
      path: 'account',
      name: 'account',
      meta: { title: 'account.title' },
      component: () => import('./pages/AccountPage.vue'),
    },
  ],
});
