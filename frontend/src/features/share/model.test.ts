import { describe, expect, it } from 'vitest';
import type { MetaObject } from '@/shared/api/types';
import { setLocale } from '@/shared/i18n';
import type { Explanation, Reason, Share } from './api';
import { childrenOf, isOver, mayEnd, mayShare, reasonText, untilText, type About } from './model';

const TODAY = '2026-11-25';
const ABOUT: About = { who: '您', objects: '客户', today: TODAY, locale: 'zh-CN' };

function reason(kind: string, more: Partial<Reason> = {}): Reason {
  return { kind, role_name: null, scope: null, share: null, ...more };
}
function explanation(...kinds: readonly string[]): Explanation {
  return { visible: true, reasons: kinds.map((kind) => reason(kind)) };
}
const SHARE: Share = {
  id: 1,
  object: 'customer',
  record_id: 5,
  user_id: 7,
  user_name: '刘洋',
  can_edit: false,
  cascade_to: [],
  until_on: null,
  created_at: '2026-11-01T00:00:00.000Z',
  created_by_id: 8,
  created_by_name: '张伟',
};

describe('shares', () => {
  it('offer each kind of child once', () => {
    const children = ['contact', 'opportunity', 'opportunity'].map((object) => ({ object, column: 'x', choice: null }));
    expect(childrenOf({ children } as unknown as MetaObject)).toEqual(['contact', 'opportunity']);
  });
  it('last through their last day', () => {
    expect([isOver(TODAY, TODAY), isOver('2026-11-24', TODAY), isOver(null, TODAY)]).toEqual([false, true, false]);
    expect(untilText(null, TODAY, 'zh-CN')).toBe('长期有效');
    expect(untilText('2026-11-24', TODAY, 'zh-CN')).toContain('到期');
    expect(untilText('2026-12-24', TODAY, 'zh-CN')).toContain('为止');
  });
  it('are given by those who see the record by a role', () => {
    expect(['admin', 'role', 'parent', 'share'].map((kind) => mayShare(explanation(kind)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(mayShare(explanation('share', 'role'))).toBe(true);
    expect(mayShare(undefined)).toBe(false);
  });
  it('are ended by who gave, who received, and who may change the record', () => {
    expect([7, 8, 9].map((me) => mayEnd(SHARE, me, false))).toEqual([true, true, false]);
    expect(mayEnd(SHARE, 9, true)).toBe(true);
  });
});

describe('reasons', () => {
  it('name role and scope', () => {
    expect(reasonText(reason('role', { role_name: '销售', scope: 'own' }), ABOUT)).toEqual({
      title: '角色“销售”',
      text: '可以看到您自己负责的客户',
    });
    expect(reasonText(reason('outside_scope', { role_name: '销售', scope: 'none' }), ABOUT).text).toBe('不开放客户');
    expect(reasonText(reason('parent', { role_name: '销售', scope: 'own' }), ABOUT).text).toContain('所属的记录');
  });
  it('name who shared, for what and until when', () => {
    const share = { id: 1, object: 'customer', record_id: 5, can_edit: true, created_by_name: '张伟' };
    expect(reasonText(reason('share', { share: { ...share, until_on: null } }), ABOUT)).toEqual({
      title: '张伟的共享',
      text: '可编辑，长期有效',
    });
    const nobody = { ...share, can_edit: false, until_on: '2026-12-31', created_by_name: null };
    expect(reasonText(reason('share', { share: nobody }), ABOUT)).toEqual({
      title: '共享',
      text: expect.stringMatching(/^只读，到 .*2026.* 为止$/),
    });
  });
  it.each(['admin', 'directory', 'no_permission', 'no_such_record'])('%s is told in both languages', async (kind) => {
    for (const locale of ['zh-CN', 'en'] as const) {
      await setLocale(locale, false);
      const { title, text } = reasonText(reason(kind), { ...ABOUT, locale });
      expect(`${title}${text}`).not.toContain('share.why');
    }
    await setLocale('zh-CN', false);
  });
});
