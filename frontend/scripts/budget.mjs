/** Holds what a page loads (JS and CSS, brotli) to its budget: the chunks reached from the page without those it loads
 * on demand. Run after the build. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DIST = new URL('../dist', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'));
const KB = 1000;

const LANGUAGE = ['src/app/locales/core.zh-CN.ts'];
const INSIDE = ['src/app/locales/rest.zh-CN.ts', 'src/app/shell/AppShell.vue'];
const PAGES = [
  { name: 'sign-in', limit: 125, entries: ['index.html', 'src/features/sign-in/pages/SignInPage.vue', ...LANGUAGE] },
  {
    name: 'list',
    limit: 190,
    entries: ['index.html', ...LANGUAGE, ...INSIDE, 'src/features/records/pages/RecordsPage.vue'],
  },
];

function filesOf(key, seen = new Set(), files = new Set()) {
  if (seen.has(key)) {
    return files;
  }
  seen.add(key);
  const chunk = manifest[key];
  if (!chunk) {
    throw new Error(`the build has no ${key}`);
  }
  files.add(chunk.file);
  chunk.css?.forEach((file) => files.add(file));
  chunk.imports?.forEach((other) => filesOf(other, seen, files));
  return files;
}

function sizeOf(file) {
  try {
    return statSync(join(DIST, `${file}.br`)).size;
  } catch {
    return statSync(join(DIST, file)).size; // too small to be compressed
  }
}

let over = 0;
for (const page of PAGES) {
  const files = new Set(page.entries.flatMap((entry) => [...filesOf(entry)]));
  const bytes = [...files].reduce((sum, file) => sum + sizeOf(file), 0);
  over += bytes > page.limit * KB ? 1 : 0;
  console.log(`${page.name}: ${(bytes / KB).toFixed(1)} kB brotli in ${files.size} files (limit ${page.limit})`);
}
process.exit(over > 0 ? 1 : 0);
