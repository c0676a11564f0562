import { describe, expect, it } from 'vitest';
import { amountInEnglish, amountInWords, renderTemplate } from './print';

describe('amounts in words', () => {
  it('are written as on cheques', () => {
    const cases: [number, string][] = [
      [0, '人民币零元整'],
      [1, '人民币壹分'],
      [10, '人民币壹角整'],
      [105, '人民币壹元零伍分'],
      [123450, '人民币壹仟贰佰叁拾肆元伍角整'],
      [1000000, '人民币壹万元整'],
      [1000500, '人民币壹万零伍元整'],
      [10500000, '人民币壹拾万伍仟元整'],
      [10000000001, '人民币壹亿元零壹分'],
      [10000100000, '人民币壹亿零壹仟元整'],
      [12030405067, '人民币壹亿贰仟零叁拾万肆仟零伍拾元陆角柒分'],
      [-250, '人民币负贰元伍角整'],
    ];
    cases.forEach(([minor, words]) => expect(amountInWords(minor, 'CNY')).toBe(words));
    expect(amountInWords(1234, 'JPY')).toBe('JPY 壹仟贰佰叁拾肆元整');
  });
  it('are written in English too', () => {
    const cases: [number, string, string][] = [
      [0, 'USD', 'USD zero only'],
      [1, 'USD', 'USD zero and 01/100 only'],
      [123450, 'USD', 'USD one thousand two hundred and thirty-four and 50/100 only'],
      [100500, 'EUR', 'EUR one thousand and five only'],
      [1900000, 'CNY', 'CNY nineteen thousand only'],
      [10000000001, 'CNY', 'CNY one hundred million and 01/100 only'],
      [100001000, 'CNY', 'CNY one million and ten only'],
      [-250, 'USD', 'USD minus two and 50/100 only'],
      [80, 'JPY', 'JPY eighty only'],
      [12345, 'KWD', 'KWD twelve and 345/1000 only'],
      [
        9007199254740991,
        'CNY',
        'CNY ninety trillion seventy-one billion nine hundred and ninety-two million five hundred and forty-seven thousand four hundred and nine and 91/100 only',
      ],
    ];
    cases.forEach(([minor, currency, words]) => expect(amountInEnglish(minor, currency)).toBe(words));
  });
});

describe('a template', () => {
  const values = { number: 'BJ1', amount: '¥1.00', customer_name: '<img src=x onerror=alert(1)>' };
  it('becomes blocks of text', () => {
    const blocks = renderTemplate(
      '# 报价单 {{number}}\n## {{amount}}\n\n---\n甲 {{customer_name}} || {{seal}}\n{{lines name price amount}}',
      values,
      true,
    );
    expect(blocks).toEqual([
      {
        kind: 'title',
        parts: [
          { kind: 'text', text: '报价单 ' },
          { kind: 'text', text: 'BJ1' },
        ],
      },
      { kind: 'heading', parts: [{ kind: 'text', text: '¥1.00' }] },
      { kind: 'gap' },
      { kind: 'rule' },
      {
        kind: 'row',
        cells: [
          [
            { kind: 'text', text: '甲 ' },
            { kind: 'text', text: '<img src=x onerror=alert(1)>' },
          ],
          [{ kind: 'seal' }],
        ],
      },
      { kind: 'lines', columns: ['name', 'price', 'amount'] },
    ]);
  });
  it('shows no amount without prices, and nothing that the record does not have', () => {
    expect(renderTemplate('{{amount}}{{constructor}}{{nonsense}}\n{{lines name price amount}}', values, false)).toEqual(
      [
        {
          kind: 'row',
          cells: [
            [
              { kind: 'text', text: '—' },
              { kind: 'text', text: '' },
              { kind: 'text', text: '' },
            ],
          ],
        },
        { kind: 'lines', columns: ['name'] },
      ],
    );
  });
  it('takes no placeholder out of a value', () => {
    const [block] = renderTemplate('{{number}}', { number: '{{seal}}' }, true);
    expect(block).toEqual({ kind: 'row', cells: [[{ kind: 'text', text: '{{seal}}' }]] });
  });
});
