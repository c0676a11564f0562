/** What lies behind the sign-in: the shell, all features' pages, their texts. Loaded once somebody is signed in. */
import type { RouteLocationRaw, Router } from 'vue-router';
import { addMessages } from '@/shared/i18n';
import { loadMeta } from '@/shared/api/meta';
import { FEATURES, NAV } from './features';
import { restTexts } from './locales';
import AppShell from './shell/AppShell.vue';
import BareFrame from './shell/BareFrame.vue';

/** Adds the pages. */
export function addPages(router: Router): void {
  const routes = FEATURES.flatMap((feature) => feature.routes);
  routes
    .filter((route) => route.meta?.plain && !router.hasRoute(route.name ?? ''))
    .forEach((route) =>
      router.addRoute({ path: route.path, component: BareFrame, children: [{ ...route, path: '' }] }),
    );
  router.addRoute({
    path: '/',
    component: AppShell,
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
  });
}

/** What every page relies on. */
export async function loadInside(): Promise<void> {
  await Promise.all([addMessages(restTexts), loadMeta()]);
}

/** The first page of the navigation that this person may open. */
export function homeOf(can: (permission: string) => boolean): RouteLocationRaw {
  return (
    NAV.find((entry) => !entry.permission || can(entry.permission))?.to ?? {
      name: 'not-found',
      params: { rest: ['home'] },
    }
  );
}
