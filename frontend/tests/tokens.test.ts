/** Text keeps WCAG AA on every ground that it is used on, in both themes and under the pointer. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const AA = 4.5;
const css = readFileSync('src/shared/style/tokens.css', 'utf8');

function tokensOf(block: string): Record<string, string> {
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]));
}
const light = tokensOf(css.slice(0, css.indexOf("[data-theme='dark']")));
const dark = { ...light, ...tokensOf(css.slice(css.indexOf("[data-theme='dark']"))) };

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(a: string, b: string): number {
  const [dim = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dim + 0.05);
}

const GROUNDS = ['ground', 'surface', 'surface-2', 'surface-3', 'row-hover', 'row-selected'];
const PAIRS: readonly (readonly [string, readonly string[]])[] = [
  ['text', GROUNDS],
  ['text-2', GROUNDS],
  ['text-3', GROUNDS],
  ['primary-text', [...GROUNDS, 'primary-soft']],
  ['text-on-primary', ['primary', 'primary-hover', 'danger', 'danger-hover']],
  ...['danger', 'warning', 'success', 'info'].map((tone) => [`${tone}-text`, ['surface', `${tone}-soft`]] as const),
  ['nav-text', ['nav', 'nav-2', 'nav-3']],
  ['nav-text-strong', ['nav', 'nav-2', 'nav-3']],
];

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_, tokens) => {
  it.each(PAIRS.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s on %s',
    (text, ground) => {
      expect(contrast(tokens[text] ?? '', tokens[ground] ?? '')).toBeGreaterThanOrEqual(AA);
    },
  );
});
