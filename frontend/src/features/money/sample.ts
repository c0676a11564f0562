/** A record with which templates are tried. */
import type { RecordRow } from '@/shared/api/types';

export function sampleRecord(language: 'zh-CN' | 'en', currency: string): RecordRow {
  const zh = language === 'zh-CN';
  return {
    id: 0,
    version: 1,
    number: 'A202603-0001',
    name: zh ? '设备采购与安装' : 'Machines and installation',
    customer_name: zh ? '示例客户有限公司' : 'Example Customer Ltd.',
    owner_name: zh ? '张伟' : 'Jane Doe',
    contract_name: 'A202603-0001',
    currency,
    amount_minor: 12_345_67,
    discount_minor: 100_00,
    tax_minor: 698_81,
    tax_rate_ppm: 60_000,
    valid_until: '2026-04-30',
    signed_on: '2026-03-31',
    starts_on: '2026-04-01',
    ends_on: '2027-03-31',
    received_on: '2026-03-31',
    remark: zh ? '交货期三十天。' : 'Delivery within thirty days.',
    lines: [
      {
        product_id: null,
        name: zh ? '设备' : 'Machine',
        quantity_milli: 2000,
        unit_price_minor: 5_000_00,
        amount_minor: 10_000_00,
      },
      {
        product_id: null,
        name: zh ? '安装' : 'Installation',
        quantity_milli: 1500,
        unit_price_minor: 1_164_57,
        amount_minor: 1_746_86,
      },
    ],
  };
}
