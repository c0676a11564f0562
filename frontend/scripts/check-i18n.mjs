/** Holds the texts together: both languages have the same keys and placeholders, every key used in the sources exists,
 * every key is used, every error code of the server has its sentence. Keys made at run time count by their fixed
 * beginning: t(`records.section.${key}`) uses all of "records.section.". */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = new URL('..', import.meta.url).pathname;
const LANGUAGES = ['zh-CN', 'en'];
const faults = [];

const files = readdirSync(join(ROOT, 'src'), { recursive: true }).map((name) => join(ROOT, 'src', name));

function flatten(tree, prefix, into) {
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'object') {
      flatten(value, `${prefix}${key}.`, into);
    } else {
      into.set(prefix + key, value);
    }
  }
  return into;
}

function textsOf(language) {
  const all = new Map();
  for (const file of files.filter((name) => name.endsWith(`/locales/${language}.json`))) {
    flatten(JSON.parse(readFileSync(file, 'utf8')), '', all);
  }
  return all;
}

function placeholders(text) {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort().join(' ');
}

const [first, ...others] = LANGUAGES.map(textsOf);
others.forEach((other, index) => {
  const name = LANGUAGES[index + 1];
  for (const [key, text] of first) {
    if (!other.has(key)) {
      faults.push(`${name} lacks ${key}`);
    } else if (placeholders(text) !== placeholders(other.get(key))) {
      faults.push(`${name} has other placeholders in ${key}`);
    }
  }
  [...other.keys()].filter((key) => !first.has(key)).forEach((key) => faults.push(`${LANGUAGES[0]} lacks ${key}`));
});

const sources = files
  .filter((name) => /\.(ts|vue)$/.test(name) && !name.endsWith('.test.ts'))
  .map((name) => [name, readFileSync(name, 'utf8')]);
const roots = [...new Set([...first.keys()].map((key) => key.split('.')[0]))].join('|');
const literal = new RegExp(`['"\`]((?:${roots})\\.[\\w.-]*?)(\\$\\{|['"\`])`, 'g');
const used = new Set();
const prefixes = new Set();
for (const [name, text] of sources) {
  for (const [, key, end] of text.matchAll(literal)) {
    if (end === '${') {
      prefixes.add(key);
    } else {
      used.add(key);
      const isCall = new RegExp(`\\bt\\((?:[^()]*\\?[^()]*)?['"]${key.replaceAll('.', '\\.')}['"]`).test(text);
      if (isCall && !first.has(key)) {
        faults.push(`${name.slice(ROOT.length)} uses ${key}, which has no text`);
      }
    }
  }
}
for (const key of first.keys()) {
  if (!used.has(key) && ![...prefixes].some((prefix) => key.startsWith(prefix))) {
    faults.push(`${key} is not used`);
  }
}

const errors = join(ROOT, '../include/errors.def');
if (existsSync(errors)) {
  for (const [, code] of readFileSync(errors, 'utf8').matchAll(/^ERROR\(\w+, \d+, "(\w+)"/gm)) {
    if (!first.has(`error.${code}`)) {
      faults.push(`the error code ${code} has no sentence (shared/api/locales)`);
    }
  }
}

faults.forEach((fault) => console.error(fault));
console.log(`${first.size} texts in ${LANGUAGES.length} languages, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
