/** Sharing a record with a colleague, and why somebody sees it. Shown on the pages of records. */
import { defineAsyncComponent } from 'vue';
import { defineFeature } from '@/shared/lib/feature';

export const ShareDialog = defineAsyncComponent(() => import('./components/ShareDialog.vue'));
export const WhyDialog = defineAsyncComponent(() => import('./components/WhyDialog.vue'));

export { loadColleagues } from './api';

export default defineFeature({ name: 'share', routes: [] });
