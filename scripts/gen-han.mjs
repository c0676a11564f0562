// Writes app/engines/han_table.c: what the engines know about Han characters.
// Sources: npm package opencc-js (dictionary TSCharacters of OpenCC: traditional to simplified) and npm package pinyin-pro
// (readings of characters and of words). Only characters of the basic plane are taken.
//
// Usage: npm install --no-save opencc-js pinyin-pro && node scripts/gen-han.mjs node_modules
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.argv[2];
if (!folder) {
  console.error('usage: node scripts/gen-han.mjs PATH/TO/node_modules');
  process.exit(2);
}
const path = (...parts) => join(resolve(folder), ...parts);
const load = (...parts) => import(pathToFileURL(path(...parts)));
const { pinyin } = await load('pinyin-pro', 'dist', 'index.mjs');
const { default: pairs } = await load('opencc-js', 'dist', 'esm-lib', 'dict', 'TSCharacters.js');

const FIRST = 0x4e00;
const LAST = 0x9fff;
const inPlane = (text) => [...text].length === 1 && text.length === 1;

// Where a character has several simplified forms, the usual one stands first.
const simplified = pairs.split('|').map((pair) => pair.split(' ')).filter(([from, to]) => inPlane(from) && inPlane(to))
  .sort(([a], [b]) => a.charCodeAt(0) - b.charCodeAt(0));

const readings = (text) => pinyin(text, { pattern: 'first', toneType: 'none', type: 'array' }).join('');
const letterOf = (char) => (/^[a-z]$/.test(readings(char)) ? readings(char) : '?');

// Words whose letters differ from those of their characters one by one. Beside the dictionary: places that stand in
// names of companies and that it lacks.
const PLACES = { 乐清: 'yq', 乐陵: 'll', 番禺: 'py', 什邡: 'sf', 铅山: 'ys', 单县: 'sx', 洪洞: 'ht', 大埔: 'db', 黄埔: 'hp', 厦门: 'xm', 重庆: 'cq',
  长治: 'cz', 长兴: 'cx', 浚县: 'xx', 尉犁: 'yl', 蔚县: 'yx', 会稽: 'kj', 涡阳: 'gy' };
const wordsOf = (length) => {
  const source = readFileSync(path('pinyin-pro', 'dist', 'esm', 'data', `dict${length}.mjs`), 'utf8');
  return [...source.matchAll(/["']?([\u4e00-\u9fff]+)["']?\s*:/g)].map((match) => match[1]).filter((word) => word.length === length);
};
const words = new Map();
for (const word of [...wordsOf(2), ...wordsOf(3)]) words.set(word, readings(word));
for (const [word, letters] of Object.entries(PLACES)) words.set(word, letters);
const special = [...words].filter(([word, letters]) => letters !== [...word].map(letterOf).join('') && /^[a-z]+$/.test(letters))
  .sort(([a], [b]) => (a < b ? -1 : 1));

const lines = (items, width, render) => {
  const out = [];
  for (let at = 0; at < items.length; at += width) out.push(`    ${render(items.slice(at, at + width))}`);
  return out.join('\n');
};
const letters = Array.from({ length: LAST - FIRST + 1 }, (_, at) => letterOf(String.fromCharCode(FIRST + at)));

writeFileSync(new URL('../app/engines/han_table.c', import.meta.url), `/* Han characters as data. Written by scripts/gen-han.mjs from npm opencc-js and pinyin-pro; do not edit. */
#include "han_table.h"

/* clang-format off */
const char16_t HAN_SIMPLIFIED[] =
${lines(simplified, 50, (part) => `u"${part.flat().join('')}"`)};
const size_t HAN_SIMPLIFIED_COUNT = ${simplified.length};

const char HAN_LETTERS[] =
${lines(letters, 110, (part) => `"${part.join('').replaceAll('?', '.')}"`)};

const struct han_word HAN_WORDS[] = {
${lines(special, 5, (part) => part.map(([word, text]) => `{u"${word}", "${text}"},`).join(' '))}
};
const size_t HAN_WORD_COUNT = ${special.length};
`);
console.log(`${simplified.length} traditional characters, ${letters.length} letters, ${special.length} words`);
