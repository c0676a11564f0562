/** Holds what a page loads first (JS and CSS, brotli) to its budget: what index.html names itself and what its plan says for
 * sign-in and for a list. Run after the build. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DIST = new URL('../dist', import.meta.url).pathname;
const KB = 1000;
const html = readFileSync(join(DIST, 'index.html'), 'utf8');
const plan = JSON.parse(html.match(/<script id="boot" type="application\/json">(.*?)<\/script>/)[1]);
const itself = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file);
const { core, rest } = plan.texts['zh-CN'];

const PAGES = [
  { name: 'sign-in', limit: 60, files: [...itself, ...plan.outside, ...core] },
  { name: 'list', limit: 145, files: [...itself, ...core, ...rest, ...plan.inside, ...plan.kinds.list] },
];

function sizeOf(file) {
  try {
    return statSync(join(DIST, `${file}.br`)).size;
  } catch {
    return statSync(join(DIST, file)).size; // too small to be compressed
  }
}

let over = 0;
for (const { name, limit, files } of PAGES) {
  const bytes = [...new Set(files)].reduce((sum, file) => sum + sizeOf(file), 0);
  over += bytes > limit * KB ? 1 : 0;
  console.log(`${name}: ${(bytes / KB).toFixed(1)} kB brotli in ${new Set(files).size} files (limit ${limit})`);
}
process.exit(over > 0 ? 1 : 0);
