/** Customers in depth: duplicates and claims, merges, tags, files, comments, plans, escalation. */
import { BellRing, Scale, ScanSearch, Tags } from '@lucide/vue';
import { defineAsyncComponent } from 'vue';
import { defineFeature } from '@/shared/lib/feature';

/** Parts of the pages of records. */
export const DuplicateHint = defineAsyncComponent(() => import('./components/DuplicateHint.vue'));
export const DuplicateDialog = defineAsyncComponent(() => import('./components/DuplicateDialog.vue'));
export const ClaimDialog = defineAsyncComponent(() => import('./components/ClaimDialog.vue'));
export const MergeDialog = defineAsyncComponent(() => import('./components/MergeDialog.vue'));
export const MergeNotes = defineAsyncComponent(() => import('./components/MergeNotes.vue'));
export const CompletenessBadge = defineAsyncComponent(() => import('./components/CompletenessBadge.vue'));
export const TagList = defineAsyncComponent(() => import('./components/TagList.vue'));
export const TagDialog = defineAsyncComponent(() => import('./components/TagDialog.vue'));
export const FileList = defineAsyncComponent(() => import('./components/FileList.vue'));
export const FilePicker = defineAsyncComponent(() => import('./components/FilePicker.vue'));
export const MentionArea = defineAsyncComponent(() => import('./components/MentionArea.vue'));
export const OpenPlans = defineAsyncComponent(() => import('./components/OpenPlans.vue'));
export const FollowUpParts = defineAsyncComponent(() => import('./components/FollowUpParts.vue'));
export { uploadAll } from './files';
export { mentioned, refusedNames } from './model';

export default defineFeature({
  name: 'customers',
  routes: [
    {
      path: 'conflict-claims',
      name: 'conflict-claims',
      meta: { title: 'customers.claims.title', permission: 'customer.view' },
      component: () => import('./pages/ClaimsPage.vue'),
    },
    {
      path: 'duplicate-rules',
      name: 'duplicate-rules',
      meta: { title: 'customers.rules.title', permission: 'duplicate_rule.edit' },
      component: () => import('./pages/RulesPage.vue'),
    },
    {
      path: 'tags',
      name: 'tags',
      meta: { title: 'customers.tags.title', permission: 'tag.edit' },
      component: () => import('./pages/TagsPage.vue'),
    },
    {
      path: 'escalation',
      name: 'escalation',
      meta: { title: 'customers.steps.title', permission: 'escalation.edit' },
      component: () => import('./pages/EscalationPage.vue'),
    },
  ],
  nav: [
    {
      key: 'conflict-claims',
      label: 'customers.claims.title',
      icon: Scale,
      to: '/conflict-claims',
      order: 75,
      permission: 'customer.view',
    },
    {
      key: 'duplicate-rules',
      label: 'customers.rules.title',
      icon: ScanSearch,
      to: '/duplicate-rules',
      order: 250,
      permission: 'duplicate_rule.edit',
    },
    { key: 'tags', label: 'customers.tags.title', icon: Tags, to: '/tags', order: 252, permission: 'tag.edit' },
    {
      key: 'escalation',
      label: 'customers.steps.title',
      icon: BellRing,
      to: '/escalation',
      order: 254,
      permission: 'escalation.edit',
    },
  ],
});
