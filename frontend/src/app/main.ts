/** Starts the program: texts of the language, the session of the cookie, then the page asked for. */
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { mayBeSignedIn, useSession } from '@/shared/api/session';
import { addMessages, initialLocale, setLocale } from '@/shared/i18n';
import '@/shared/style/tokens.css';
import '@/shared/style/base.css';
import App from './App.vue';
import { coreTexts } from './locales';
import { loadPages, router } from './router';

async function start(): Promise<void> {
  const app = createApp(App);
  app.use(createPinia());
  if (mayBeSignedIn()) {
    loadPages().catch(() => undefined); // the router asks again
  }
  await setLocale(initialLocale(), false);
  await addMessages(coreTexts);
  try {
    await useSession().restore();
  } catch {
    app.provide('unreachable', true);
  }
  app.use(router);
  await router.isReady().catch(() => undefined); // until then the frame of index.html stands there
  app.mount('#app');
}

void start();
