import { describe, expect, it } from 'vitest';
import { showAmount, showQuantity, readAmount, unitOf } from './amounts';
import { definitionOf, draftOf, ofLines, type CustomMeasure } from './measures';

const measure = {
  object: 'contract',
  how: 'line_amount',
  filter: { all: [{ field: 'status', op: 'eq', value: 'signed' }] },
  product_ids: [3],
  product_lines: ['云', '端'],
  name_zh: '云',
  name_en: 'cloud',
  date_field: null,
  owner_field: null,
  sum_field: null,
  is_active: false,
} as unknown as CustomMeasure;

describe('measures that people define', () => {
  it('come back from the form as they were', () => {
    const { object, how, filter, product_ids, product_lines } = measure;
    expect(definitionOf(draftOf(measure, ''))).toEqual({
      object,
      how,
      filter,
      product_ids,
      product_lines,
      date_field: null,
      owner_field: null,
      sum_field: null,
    });
    expect(draftOf(measure, '').is_active).toBe(false);
  });
  it('leave out what their way of counting does not know', () => {
    const draft = {
      ...draftOf(null, 'customer'),
      date_field: 'created_at',
      sum_field: 'x',
      product_lines: 'a，b、 c ;',
    };
    expect(definitionOf(draft)).toMatchObject({ date_field: 'created_at', sum_field: null, product_lines: [] });
    expect(definitionOf({ ...draft, how: 'sum' }).sum_field).toBe('x');
    expect(definitionOf({ ...draft, how: 'line_quantity' })).toMatchObject({
      date_field: null,
      product_lines: ['a', 'b', 'c'],
    });
    expect([ofLines('count'), ofLines('line_amount')]).toEqual([false, true]);
  });
  it('show quantities with the decimals they have', () => {
    expect(showQuantity(5000)).toBe('5');
    expect(showQuantity(2250)).toBe('2.25');
    expect(showQuantity(0)).toBe('0');
    expect(showQuantity(1_000_000)).toBe('1,000');
    const unit = unitOf('quantity', 'CNY');
    expect(readAmount('2.5', unit)).toBe(2500);
    expect(showAmount(2500, unit)).toBe('2.5');
    expect(unitOf('money', 'CNY')).toBe('CNY');
    expect(unitOf('count', 'CNY')).toBeNull();
  });
});
