/**
 * Which modules lie together. A page that needs sixty small files waits for sixty answers, so what is needed together is
 * one chunk: libraries, sign-in, what lies behind it, lists, the board, the start page, forms. Each takes everything its
 * modules import that no chunk before it has; all other pages are split as the bundler does it.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface ModuleInfo {
  readonly code: string | null;
  readonly importedIds: readonly string[];
}
export interface Modules {
  getModuleInfo(id: string): ModuleInfo | null;
  readonly ids: readonly string[];
}

const LAYERS = [
  { name: 'core', roots: ['src/app/main.ts', 'features/sign-in/pages/SignInPage.vue'] },
  {
    name: 'inside',
    roots: [
      'src/app/inside.ts',
      'ui/page/PageHeader.vue',
      'ui/base/UiMoney.vue',
      'ui/base/UiTag.vue',
      'ui/grid/rows.ts',
      // small things of several of those below, which would fetch one another for them
      'shared/lib/links.ts',
      'icons/chevron-down.mjs',
      'icons/funnel.mjs',
      'ui/base/SelectPlace.vue',
    ],
  },
  { name: 'list', roots: ['features/records/pages/RecordsPage.vue'] },
  { name: 'board', roots: ['features/pipeline/pages/BoardPage.vue', 'features/pipeline/ahead.ts'] },
  { name: 'home', roots: ['features/targets/pages/HomePage.vue'] },
  { name: 'form', roots: ['shared/ui/form/RecordForm.vue', 'shared/ui/filter/FilterBuilder.vue'] },
] as const;
const LIBRARIES = [
  { name: 'vue', test: /node_modules\/(@vue|vue|vue-router|pinia)\// },
  { name: 'echarts', test: /node_modules\/(echarts|zrender)\// },
];
const ICONS = /@lucide\/vue\/dist\/esm\/lucide-vue\.mjs$/;
const ICON = /@lucide\/vue\/dist\/esm\/icons\//;

/** Name of an icon → file: the library's index imports all of them, so an import of it says nothing about which. */
function iconFiles(): ReadonlyMap<string, string> {
  const index = createRequire(import.meta.url)
    .resolve('@lucide/vue')
    .replace(/dist\/.*$/, 'dist/esm/lucide-vue.mjs');
  const files = new Map<string, string>();
  for (const [, names, file] of readFileSync(index, 'utf8').matchAll(/export \{([^}]*)\} from '\.\/(icons\/[^']+)'/g)) {
    for (const [, name] of (names ?? '').matchAll(/default as (\w+)/g)) {
      files.set(name!, index.replace('lucide-vue.mjs', file!));
    }
  }
  return files;
}

function iconsIn(code: string | null, files: ReadonlyMap<string, string>): string[] {
  const lists = [...(code ?? '').matchAll(/import\s*\{([^}]*)\}\s*from\s*["']@lucide\/vue["']/g)];
  return lists
    .flatMap(([, names]) => (names ?? '').split(','))
    .map((name) => files.get(name.trim().split(/\s+as\s+/)[0] ?? ''))
    .filter((file) => file !== undefined);
}

function reached(start: string, modules: Modules, icons: ReadonlyMap<string, string>, seen: Set<string>): void {
  const waiting = [start];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id) || ICONS.test(id)) {
      continue;
    }
    seen.add(id);
    const info = modules.getModuleInfo(id);
    waiting.push(...(info?.importedIds ?? []), ...iconsIn(info?.code ?? null, icons));
  }
}

/** Module → chunk, for those that lie in one of the layers. */
export function layersOf(modules: Modules): ReadonlyMap<string, string> {
  const icons = iconFiles();
  const layers = new Map<string, string>();
  for (const { name, roots } of LAYERS) {
    const seen = new Set<string>();
    for (const root of roots) {
      const start = modules.ids.find((id) => id.endsWith(root));
      if (start === undefined) {
        throw new Error(`there is no module ${root}`);
      }
      reached(start, modules, icons, seen);
    }
    seen.forEach((id) => layers.set(id, layers.get(id) ?? name));
  }
  return layers;
}

/** The groups for the bundler; `layers` is asked once all modules are known. A group takes what its modules import along,
 * so those loaded first choose first. */
export function groupsOf(layers: () => ReadonlyMap<string, string>) {
  const groups = [
    ...LIBRARIES,
    ...LAYERS.map(({ name }) => ({ name, test: (id: string) => layers().get(id) === name })),
    { name: 'icons', test: ICON },
  ];
  return groups.map((group, index) => ({ ...group, priority: groups.length - index }));
}
