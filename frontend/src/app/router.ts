/** Addresses of all pages, and who may open them. */
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw } from 'vue-router';
import { loadMeta } from '@/shared/api/meta';
import { useSession } from '@/shared/api/session';
import { addMessages, t } from '@/shared/i18n';
import { recall, remember } from '@/shared/lib/preferences';
import { FEATURES, NAV } from './features';
import { restTexts } from './locales';

const routes = FEATURES.flatMap((feature) => feature.routes);

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    ...routes.filter((route) => route.meta?.plain),
    {
      path: '/',
      component: () => import('./shell/AppShell.vue'),
      children: [
        { path: '', name: 'home', component: () => import('./pages/NotFound.vue') },
        ...routes.filter((route) => !route.meta?.plain),
        {
          path: 'no-right',
          name: 'no-right',
          meta: { title: 'app.no_right.title' },
          component: () => import('./pages/NoRight.vue'),
        },
        {
          path: ':rest(.*)*',
          name: 'not-found',
          meta: { title: 'app.not_found.title' },
          component: () => import('./pages/NotFound.vue'),
        },
      ],
    },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

/** The first page of the navigation that this person may open. */
function homeOf(can: (permission: string) => boolean): RouteLocationRaw {
  return (
    NAV.find((entry) => !entry.permission || can(entry.permission))?.to ?? {
      name: 'not-found',
      params: { rest: ['home'] },
    }
  );
}

async function guard(to: RouteLocationNormalized): Promise<RouteLocationRaw | boolean> {
  const session = useSession();
  if (to.meta.open) {
    return session.isSignedIn && to.name === 'sign-in' && !session.mustChangePassword ? '/' : true;
  }
  if (!session.isSignedIn) {
    return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
  }
  if (session.mustChangePassword) {
    return to.name === 'first-password' ? true : { name: 'first-password', query: { next: to.fullPath } };
  }
  await Promise.all([addMessages(restTexts), loadMeta()]);
  if (to.name === 'home') {
    return homeOf(session.can);
  }
  return to.meta.permission && !session.can(to.meta.permission) ? { name: 'no-right' } : true;
}

router.beforeEach(guard);

/** A chunk of an older build is gone after an upgrade: load the new program once. */
router.onError((failure: Error, to) => {
  const isChunk = /dynamically imported module|Importing a module script failed|preload CSS/i.test(failure.message);
  if (isChunk && recall('reloaded-for') !== to.fullPath) {
    remember('reloaded-for', to.fullPath);
    window.location.assign(to.fullPath);
  }
});
router.afterEach(() => remember('reloaded-for', null));

export function titleOf(route: RouteLocationNormalized): string {
  return route.meta.title ? t(route.meta.title) : '';
}
