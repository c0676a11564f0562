/** Signing in, and choosing the first own password. */
import { defineFeature } from '@/shared/lib/feature';

export default defineFeature({
  name: 'sign-in',
  routes: [
    {
      path: '/sign-in',
      name: 'sign-in',
      meta: { plain: true, open: true, title: 'sign_in.title' },
      component: () => import('./pages/SignInPage.vue'),
    },
    {
      path: '/first-password',
      name: 'first-password',
      meta: { plain: true, title: 'sign_in.first.title' },
      component: () => import('./pages/FirstPasswordPage.vue'),
    },
  ],
});
