/** Addresses of all pages, and who may open them. Those behind the sign-in come with ./inside. */
import {
  createRouter,
  createWebHistory,
  START_LOCATION,
  type RouteLocationNormalized,
  type RouteLocationRaw,
} from 'vue-router';
import signIn from '@/features/sign-in';
import { useSession } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { recall, remember } from '@/shared/lib/preferences';

const WAITING = 'waiting'; // an address whose page is not known yet

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    ...signIn.routes,
    { path: '/:rest(.*)*', name: WAITING, component: () => import('./pages/NotFound.vue') }, // never shown
  ],
  // A page just opened stands at its top already; asking for that would lay it out before it is drawn.
  scrollBehavior: (_to, from, saved) => saved ?? (from === START_LOCATION ? false : { top: 0 }),
});

/** The rest of the program. Asked for again after a failure. */
export const loadPages = () => import('./inside');

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
  const inside = await loadPages();
  await inside.loadInside();
  if (router.hasRoute(WAITING)) {
    router.removeRoute(WAITING);
    inside.addPages(router);
    return to.fullPath;
  }
  if (to.name === 'home') {
    return inside.homeOf(session.can);
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
