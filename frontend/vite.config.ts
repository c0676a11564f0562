/** Build of the front end: few chunks for what is loaded first, one for each other page, no inline assets (CSP). */
import { fileURLToPath, URL } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import { groupsOf, layersOf } from './boot/chunks.ts';
import { boot } from './boot/plugin.ts';

let layers: ReadonlyMap<string, string> = new Map();

export default defineConfig({
  plugins: [
    vue(),
    boot(),
    {
      name: 'dabiao-layers',
      buildEnd() {
        layers = layersOf({ ids: [...this.getModuleIds()], getModuleInfo: (id) => this.getModuleInfo(id) });
      },
    },
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
  },
  build: {
    target: 'es2022',
    manifest: true,
    cssCodeSplit: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { codeSplitting: { groups: groupsOf(() => layers) } } },
  },
  server: {
    proxy: {
      '/api': { target: process.env.DABIAO_API ?? 'http://127.0.0.1:8080' },
      '/events': { target: process.env.DABIAO_API ?? 'http://127.0.0.1:8080' },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    server: { deps: { inline: ['element-plus'] } },
  },
});
