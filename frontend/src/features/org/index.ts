/** Organisation: departments and people, roles, company settings. */
import { Building, Network, ShieldCheck, UserPlus } from '@lucide/vue';
import { defineFeature } from '@/shared/lib/feature';

export default defineFeature({
  name: 'org',
  routes: [
    {
      path: 'org',
      name: 'org',
      meta: { title: 'org.title', permission: 'department.view' },
      component: () => import('./pages/OrgPage.vue'),
    },
    {
      path: 'org/people/:id(\\d+)',
      name: 'org-person',
      props: (route) => ({ id: Number(route.params.id) }),
      meta: { title: 'org.title', permission: 'user.view' },
      component: () => import('./pages/PersonPage.vue'),
    },
    {
      path: 'roles',
      name: 'org-roles',
      meta: { title: 'org.roles.title', permission: 'role.view' },
      component: () => import('./pages/RolesPage.vue'),
    },
    {
      path: 'roles/:id(\\d+|new)',
      name: 'org-role',
      props: (route) => ({ id: route.params.id === 'new' ? null : Number(route.params.id) }),
      meta: { title: 'org.roles.title', permission: 'role.view' },
      component: () => import('./pages/RolePage.vue'),
    },
    {
      path: 'company',
      name: 'org-company',
      meta: { title: 'org.company.title', permission: 'company.edit' },
      component: () => import('./pages/CompanyPage.vue'),
    },
  ],
  nav: [
    { key: 'org', label: 'org.title', icon: Network, to: '/org', order: 210, permission: 'department.view' },
    {
      key: 'roles',
      label: 'org.roles.title',
      icon: ShieldCheck,
      to: '/roles',
      order: 220,
      permission: 'role.view',
    },
    {
      key: 'company',
      label: 'org.company.title',
      icon: Building,
      to: '/company',
      order: 240,
      permission: 'company.edit',
    },
  ],
  actions: [
    {
      key: 'new-user',
      label: 'org.person.create',
      icon: UserPlus,
      to: { path: '/org', query: { create: '1' } },
      permission: 'user.create',
    },
  ],
});
