/**
 * The first answer of the site: index.html holds what paints at once and fetches the rest at the same time.
 *
 *   shell.html, shell.css  the frame of the page, grey, until the program is there
 *   boot.js                theme and language before the first paint; then asks for the chunks of where this person is
 *                          going and, with a session, for the answers that every page needs. Put in verbatim: nginx allows
 *                          it by its hash (tests/boot.test.ts)
 *   the plan               which files those are, filled in after bundling
 */
import { readFileSync } from 'node:fs';
import type { Plugin, Rollup } from 'vite';

type OutputBundle = Rollup.OutputBundle;
type OutputChunk = Rollup.OutputChunk;

/** Lists that start with this page's chunk: `/customers` and so on (features/records/objects.ts). */
export const LISTS: readonly string[] = [
  'customers',
  'contacts',
  'follow-ups',
  'tasks',
  'opportunities',
  'quotes',
  'contracts',
  'change-orders',
  'installments',
  'payments',
  'invoices',
  'refunds',
  'products',
];
/** What such a list asks for first (features/records/api.ts). */
const FIRST_PAGE = 'limit=100&total=1';
/** What the board of deals asks for first (features/pipeline/queries.ts). */
export const BOARD_ASKS: readonly string[] = ['/pipelines', '/close-reasons', '/opportunities/board'];
const API = '/api/v1';
const LOCALES = ['zh-CN', 'en'];

const here = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
export const bootScript = (): string => here('./boot.js').trim();

type Files = readonly string[];
type Kind = 'home' | 'list' | 'board'; // of pages that many days begin with
interface PlannedPage {
  readonly kind: Kind;
  readonly asks: Files; // of the server
}
interface Plan {
  readonly outside: Files; // sign-in
  readonly inside: Files; // shell and what all pages share
  readonly kinds: Readonly<Record<Kind, Files>>;
  readonly pages: Readonly<Record<string, PlannedPage>>; // by address
  readonly texts: Readonly<Record<string, { core: Files; rest: Files }>>;
}

/** The files of a module's chunk and of those it imports, in the order of loading. */
function filesOf(bundle: OutputBundle, module: string): string[] {
  const chunks = Object.values(bundle).filter((item): item is OutputChunk => item.type === 'chunk');
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const files = new Set<string>();
  const visit = (chunk: OutputChunk | undefined): void => {
    if (!chunk || files.has(chunk.fileName)) {
      return;
    }
    files.add(chunk.fileName);
    const meta = (chunk as OutputChunk & { viteMetadata?: { importedCss: Set<string> } }).viteMetadata;
    meta?.importedCss.forEach((file) => files.add(file));
    chunk.imports.forEach((file) => visit(byFile.get(file)));
  };
  const entry =
    chunks.find((chunk) => chunk.facadeModuleId?.endsWith(module)) ??
    chunks.find((chunk) => chunk.moduleIds.some((id) => id.endsWith(module)));
  if (!entry) {
    throw new Error(`no chunk begins with ${module}`);
  }
  visit(entry);
  return [...files].map((file) => `/${file}`);
}

function planOf(bundle: OutputBundle): Plan {
  const entry = new Set(filesOf(bundle, 'index.html')); // the page loads these by itself
  const without = (files: Files, ...others: Files[]): Files =>
    files.filter((file) => !entry.has(file) && !others.some((other) => other.includes(file)));
  const inside = without(filesOf(bundle, 'src/app/inside.ts'));
  const texts = (part: string, locale: string): Files =>
    without(filesOf(bundle, `src/app/locales/${part}.${locale}.ts`), inside);
  return {
    outside: without(filesOf(bundle, 'sign-in/pages/SignInPage.vue')),
    inside,
    kinds: {
      home: without(filesOf(bundle, 'targets/pages/HomePage.vue'), inside),
      list: without(filesOf(bundle, 'records/pages/RecordsPage.vue'), inside),
      board: without(
        [...new Set([...filesOf(bundle, 'pipeline/pages/BoardPage.vue'), ...filesOf(bundle, 'pipeline/ahead.ts')])],
        inside,
      ),
    },
    pages: Object.fromEntries([
      ...['/', '/home'].map((path): [string, PlannedPage] => [path, { kind: 'home', asks: [] }]),
      ...LISTS.map((plural): [string, PlannedPage] => [
        `/${plural}`,
        { kind: 'list', asks: [`${API}/${plural}?${FIRST_PAGE}`] },
      ]),
      ['/pipeline', { kind: 'board', asks: BOARD_ASKS.map((path) => API + path) }],
    ]),
    texts: Object.fromEntries(
      LOCALES.map((locale) => [locale, { core: texts('core', locale), rest: texts('rest', locale) }]),
    ),
  };
}

const NOTHING: Plan = { outside: [], inside: [], kinds: { home: [], list: [], board: [] }, pages: {}, texts: {} };

/** Style sheets behind the frame: what stands before them is painted without waiting. */
function sheetsLast(html: string): string {
  const sheets = html.match(/^.*<link rel="stylesheet".*\n/gm) ?? [];
  return sheets
    .reduce((text, sheet) => text.replace(sheet, ''), html)
    .replace('</body>', () => `${sheets.join('')}  </body>`);
}

export function boot(): Plugin {
  return {
    name: 'dabiao-boot',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const plan = bundle ? planOf(bundle as unknown as OutputBundle) : NOTHING;
        return sheetsLast(html)
          .replace('<!--shell.css-->', () => `<style>${here('./shell.css').replace(/\s*\n\s*/g, '')}</style>`)
          .replace('<!--shell.html-->', () => here('./shell.html').replace(/\s*\n\s*/g, ''))
          .replace('{"boot":"plan"}', () => JSON.stringify(plan))
          .replace('/*boot.js*/', bootScript);
      },
    },
  };
}
