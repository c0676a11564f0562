import { describe, expect, it } from 'vitest';
import type { MetaField, MetaObject, RecordRow } from '@/shared/api/types';
import type { Match, Step } from './api';
import {
  checkBody,
  earlierSide,
  matchText,
  mentioned,
  mentionQuery,
  mergeRows,
  mergeValues,
  refusedNames,
  stepText,
  withMention,
  type Moment,
} from './model';

const WHERE = { locale: 'zh-CN', zone: 'Asia/Shanghai' };

describe('duplicates', () => {
  const match: Match = {
    object: 'customer',
    matched_by: ['name'],
    state: 'owned',
    owner_id: 7,
    owner_name: '刘洋',
    pool_name: null,
    last_follow_up_at: '2026-03-01T02:00:00.000Z',
    mine: false,
    id: null,
    name: null,
    claim_ref: 'x',
  };
  it('tells whose it is, where it lies and when it was touched', () => {
    expect(matchText(match, WHERE)).toBe('负责人：刘洋 · 最近跟进 2026-03-01 10:00');
    expect(matchText({ ...match, state: 'pool', pool_name: '华东公海', last_follow_up_at: null }, WHERE)).toBe(
      '在公海“华东公海” · 还没有跟进',
    );
    expect(matchText({ ...match, mine: true }, WHERE)).toContain('您自己的客户');
  });
  it('asks only about what is long enough to tell something', () => {
    expect(checkBody('customer', { name: ' 甲 ', phone: '0101' })).toBeNull();
    expect(checkBody('customer', { name: '甲乙', phone: '010-6278 1234' })).toEqual({
      name: '甲乙',
      phone: '010-6278 1234',
    });
    expect(checkBody('contact', { name: '甲乙', mobile: '13900001111' })).toEqual({ mobile: '13900001111' });
  });
});

describe('claims', () => {
  const moment = (side: string, at: string): Moment => ({
    side,
    at,
    kind: 'follow_up',
    user_id: null,
    user_name: null,
    count: 1,
  });
  it('says whose records begin first, when both sides have some', () => {
    const [claimant, owner] = [moment('claimant', '2026-01-02T00:00:00Z'), moment('owner', '2026-01-01T00:00:00Z')];
    expect(earlierSide([claimant, owner])).toBe('owner');
    expect(earlierSide([claimant])).toBeNull();
    expect(earlierSide([moment('claimant', '2025-01-01T00:00:00Z'), owner])).toBe('claimant');
  });
});

describe('merges', () => {
  const field = (name: string, more: Partial<MetaField> = {}): MetaField =>
    ({ name, label: name, type: 'text', access: 'edit', read_only: false, create_only: false, ...more }) as MetaField;
  const meta = {
    fields: [
      field('name'),
      field('phone'),
      field('industry'),
      field('remark'),
      field('owner_id'),
      field('completeness', { read_only: true }),
      field('secret', { access: 'read' }),
    ],
  } as unknown as MetaObject;
  const survivor: RecordRow = {
    id: 1,
    version: 1,
    name: '甲',
    phone: null,
    industry: '制造',
    owner_id: 1,
    secret: 'a',
  };
  const source: RecordRow = { id: 2, version: 1, name: '乙', phone: '1', industry: '制造', owner_id: 2, secret: 'b' };
  const rows = mergeRows(meta, survivor, source);
  it('offers what differs and may be written; what one lacks the other gives', () => {
    expect(rows.map((row) => [row.field.name, row.side])).toEqual([
      ['name', 'survivor'],
      ['phone', 'source'],
    ]);
  });
  it('sends what is taken from the source', () => {
    expect(mergeValues(rows, {}, source)).toEqual({ phone: '1' });
    expect(mergeValues(rows, { name: 'source', phone: 'survivor' }, source)).toEqual({ name: '乙' });
  });
});

describe('mentions', () => {
  const people = [
    { id: 1, name: '刘洋' },
    { id: 2, name: '张伟' },
  ];
  it('offers people for the word behind an @', () => {
    expect(mentionQuery('请 @刘', 4)).toBe('刘');
    expect(mentionQuery('@', 1)).toBe('');
    expect(mentionQuery('见面，@zh', 6)).toBe('zh');
    expect(mentionQuery('a@b', 3)).toBeNull();
    expect(mentionQuery('@刘洋 好', 5)).toBeNull();
  });
  it('puts the name in and the caret behind it', () => {
    expect(withMention('请 @刘 看', 4, '刘洋')).toEqual({ text: '请 @刘洋 看', caret: 6 });
  });
  it('calls those whose name still stands there, each once', () => {
    expect(mentioned('@刘洋 @刘洋 来', [...people, { id: 1, name: '刘洋' }])).toEqual([1]);
    expect(mentioned('没有', people)).toEqual([]);
  });
  it('names who may not be called', () => {
    const text = '@张伟 @刘洋';
    expect(refusedNames([{ field: 'mention_ids.1' }, { field: 'content' }], text, people)).toBe('张伟');
    expect(refusedNames([], text, people)).toBe('');
  });
});

it('an escalation step in words', () => {
  const step: Step = {
    id: 1,
    version: 1,
    name: 'x',
    days: 3,
    day_kind: 'working',
    notify_owner: true,
    notify_manager: true,
    notify_department_head: false,
    notify_operations: false,
    mark_risk: true,
    filter: null,
    is_active: true,
  };
  expect(stepText(step)).toMatch(/^3 个工作日未跟进 · 提醒负责人.*直属上级 · 标记流失风险$/);
});
