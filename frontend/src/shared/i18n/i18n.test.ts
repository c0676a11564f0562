/** Texts: places of values, plurals, languages, keys without a text. */
import { afterEach, describe, expect, it } from 'vitest';
import { computed } from 'vue';
import { firstText, hasText, mergeMessages, setLocale, t } from '.';

mergeMessages('en', { probe: { plain: 'Plain', name: 'Hello {name}, {name}!', things: 'one thing | {n} things' } });
mergeMessages('zh-CN', { probe: { plain: '平', name: '你好 {name}', things: '{n} 件' } });

afterEach(() => setLocale('zh-CN', false));

describe('texts', () => {
  it('puts values in their places, also twice and also empty ones', async () => {
    await setLocale('en', false);
    expect(t('probe.name', { name: 'Li' })).toBe('Hello Li, Li!');
    expect(t('probe.name', { name: null })).toBe('Hello , !');
    expect(t('probe.name', { name: '$1 {n}' })).toBe('Hello $1 {n}, $1 {n}!');
  });

  it('chooses between one and many', async () => {
    expect(t('probe.things', { n: 1 })).toBe('1 件');
    await setLocale('en', false);
    expect(t('probe.things', { n: 1 })).toBe('one thing');
    expect(t('probe.things', { n: 0 })).toBe('0 things');
    expect(t('probe.things', { count: 2, n: 2 })).toBe('2 things');
  });

  it('follows a switch of language and texts that arrive later', async () => {
    const shown = computed(() => t('probe.plain'));
    const late = computed(() => t('probe.late'));
    expect(shown.value).toBe('平');
    expect(late.value).toBe('probe.late');
    mergeMessages('zh-CN', { probe: { late: '晚' } });
    expect(late.value).toBe('晚');
    await setLocale('en', false);
    expect(shown.value).toBe('Plain');
  });

  it('knows what has a text: a branch and what objects inherit do not', () => {
    expect(hasText('probe.plain')).toBe(true);
    expect(hasText('probe')).toBe(false);
    expect(hasText('probe.constructor')).toBe(false);
    expect(hasText('probe.plain.length')).toBe(false);
    expect(firstText(['probe.none', 'probe.plain'], 'else')).toBe('平');
    expect(firstText(['probe.none'], 'else')).toBe('else');
  });
});
