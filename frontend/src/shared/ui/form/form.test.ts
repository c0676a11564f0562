import { describe, expect, it } from 'vitest';
import { checkValue, useRecordForm, type FieldSpec } from './form';

const NAME: FieldSpec = { name: 'name', label: 'Name', type: 'text', required: true, max: 5 };
const MONEY: FieldSpec = { name: 'amount_minor', label: 'Amount', type: 'money', min: 1, max: 1000 };
const SEEN: FieldSpec = { name: 'seen_at', label: 'Seen', type: 'instant', readOnly: true };

describe('checkValue', () => {
  it.each<[FieldSpec, unknown, string | null]>([
    [NAME, '', 'required'],
    [NAME, '   ', 'required'],
    [NAME, '有限公司一二', 'too_long'],
    [NAME, '😀😀😀😀😀', null],
    [MONEY, null, null],
    [MONEY, 0, 'too_small'],
    [MONEY, 1001, 'too_large'],
    [MONEY, 1000, null],
    [{ name: 'd', label: '', type: 'date' }, '2026-02-30', 'not_a_date'],
    [{ name: 'e', label: '', type: 'email' }, 'a@b', 'not_an_email'],
    [{ name: 'e', label: '', type: 'email' }, 'a@b.cn', null],
    [{ name: 'p', label: '', type: 'phone' }, '+86 (10) 123-45', null],
    [{ name: 'p', label: '', type: 'phone' }, 'call me', 'not_a_phone'],
    [{ name: 'p', label: '', type: 'phone' }, '1234', 'not_a_phone'],
    [{ name: 'u', label: '', type: 'url' }, 'www.example.com', null],
    [{ name: 'u', label: '', type: 'url' }, 'javascript:alert(1)', 'not_a_url'],
  ])('%o with %o is %s', (spec, value, code) => {
    expect(checkValue(spec, value)).toBe(code);
  });
});

describe('useRecordForm', () => {
  const start = { name: 'Acme', amount_minor: 500, seen_at: 'x' };

  it('knows what changed; an emptied field is cleared with null', () => {
    const form = useRecordForm(() => [NAME, MONEY, SEEN], start);
    expect(form.dirty.value).toBe(false);
    form.set('name', '');
    form.set('seen_at', 'y');
    expect(form.changes()).toEqual({ name: null });
    form.set('name', 'Acme');
    expect(form.dirty.value).toBe(false);
  });

  it('places errors at their fields and drops them when the field changes', () => {
    const form = useRecordForm(() => [NAME, MONEY], start);
    form.set('name', '');
    expect(form.validate()).toBe(false);
    expect(form.errors.value).toEqual({ name: '必填' });
    form.set('name', 'B');
    expect(form.errors.value).toEqual({});
    form.place([
      { field: 'amount_minor', code: 'too_large' },
      { field: 'lines[2].name', code: 'strange_code', message: 'Said by the server.' },
    ]);
    expect(form.errors.value).toEqual({ amount_minor: '数值太大', lines: 'Said by the server.' });
  });

  it('refuses a text that is no number', () => {
    const form = useRecordForm(() => [MONEY], start);
    form.setBad('amount_minor', true);
    expect(form.dirty.value).toBe(true);
    expect(form.validate()).toBe(false);
    form.setBad('amount_minor', false);
    expect(form.validate()).toBe(true);
  });
});
