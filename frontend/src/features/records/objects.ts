/** What the program knows of each kind of record beyond the server's description: icon, sections, presets, tabs. */
import {
  Banknote,
  Building2,
  CalendarClock,
  FilePen,
  FileSignature,
  FileText,
  HandCoins,
  History,
  Layers,
  ListTodo,
  MessagesSquare,
  Package,
  Receipt,
  Route,
  Tags,
  Timer,
  Undo2,
  UserRound,
  Waves,
  Waypoints,
} from '@lucide/vue';
import type { Component } from 'vue';
import type { Filter } from '@/shared/lib/filter';
import type { Tone } from '@/shared/ui/base/tone';

export interface Section {
  readonly key: string; // text: records.section.<key>
  readonly fields: readonly string[];
}
export interface Preset {
  readonly key: string; // text: records.preset.<key>
  readonly filter: Filter | null;
}
export interface ChildTab {
  readonly object: string;
  readonly column: string; // its reference to this record
}
export interface ObjectConfig {
  readonly name: string;
  readonly plural: string;
  readonly icon: Component;
  readonly order: number; // in the navigation
  readonly columns: readonly string[]; // shown first, in this order; the server's other list fields stay choosable
  readonly sections: readonly Section[]; // of form and detail; fields not named follow in "other"
  readonly headline: readonly string[]; // figures at the top of the detail page
  readonly presets: readonly Preset[];
  readonly tabs: readonly ChildTab[];
  readonly tones: Readonly<Record<string, Readonly<Record<string, Tone>>>>; // field → value → colour
  readonly card: { readonly side: string; readonly lines: readonly string[] };
  readonly timeline?: boolean; // the server tells its history
  readonly inNav?: boolean;
  readonly isOpen?: boolean; // everybody sees all of them: nothing to share, nothing to explain
  readonly elsewhere?: boolean; // another feature has its pages
}

const MINE: Preset = { key: 'mine', filter: { field: 'owner_id', op: 'eq', value: 'me' } };
const ALL: Preset = { key: 'all', filter: null };

const CUSTOMER: ObjectConfig = {
  name: 'customer',
  plural: 'customers',
  icon: Building2,
  order: 10,
  timeline: true,
  inNav: true,
  columns: [
    'name',
    'level',
    'customer_type',
    'region_id',
    'industry',
    'phone',
    'owner_id',
    'last_follow_up_at',
    'next_plan_at',
    'tag_ids',
  ],
  sections: [
    { key: 'basic', fields: ['name', 'code', 'customer_type', 'level', 'source', 'industry', 'tag_ids', 'parent_id'] },
    { key: 'contact', fields: ['region_id', 'address', 'phone', 'website'] },
    { key: 'company', fields: ['employee_count', 'annual_revenue_minor', 'founded_year'] },
    { key: 'other', fields: ['owner_id', 'remark'] },
  ],
  headline: ['level', 'customer_type', 'owner_id', 'last_follow_up_at', 'next_plan_at', 'completeness'],
  presets: [
    ALL,
    MINE,
    { key: 'key_customers', filter: { field: 'level', op: 'eq', value: 'a' } },
    {
      key: 'untouched',
      filter: {
        any: [
          { field: 'last_follow_up_at', op: 'is_null' },
          { field: 'last_follow_up_at', op: 'relative', value: 'over_30_days_ago' },
        ],
      },
    },
    { key: 'planned_week', filter: { field: 'next_plan_at', op: 'relative', value: 'this_week' } },
    { key: 'new_month', filter: { field: 'created_at', op: 'relative', value: 'this_month' } },
    { key: 'at_risk', filter: { field: 'is_at_risk', op: 'eq', value: true } },
  ],
  tabs: [
    { object: 'contact', column: 'customer_id' },
    { object: 'opportunity', column: 'customer_id' },
    { object: 'quote', column: 'customer_id' },
    { object: 'contract', column: 'customer_id' },
    { object: 'payment', column: 'customer_id' },
    { object: 'follow_up', column: 'customer_id' },
  ],
  tones: { level: { a: 'danger', b: 'warning', c: 'info', d: 'neutral' } },
  card: { side: 'level', lines: ['owner_id', 'region_id', 'last_follow_up_at', 'phone'] },
};

const CONTACT: ObjectConfig = {
  name: 'contact',
  plural: 'contacts',
  icon: UserRound,
  order: 20,
  inNav: true,
  columns: ['name', 'customer_id', 'title', 'mobile', 'email', 'is_primary', 'owner_id'],
  sections: [
    { key: 'basic', fields: ['name', 'customer_id', 'title', 'is_primary', 'code'] },
    { key: 'contact', fields: ['mobile', 'phone', 'email', 'wechat'] },
    { key: 'other', fields: ['owner_id', 'remark'] },
  ],
  headline: ['customer_id', 'title', 'mobile', 'owner_id'],
  presets: [ALL, MINE, { key: 'primary', filter: { field: 'is_primary', op: 'eq', value: true } }],
  tabs: [{ object: 'follow_up', column: 'contact_id' }],
  tones: {},
  card: { side: 'title', lines: ['customer_id', 'mobile', 'email', 'owner_id'] },
};

const OPPORTUNITY: ObjectConfig = {
  name: 'opportunity',
  plural: 'opportunities',
  icon: HandCoins,
  order: 30,
  inNav: true,
  columns: [
    'name',
    'customer_id',
    'stage_id',
    'status',
    'amount_minor',
    'win_probability_ppm',
    'expected_close_on',
    'next_step_on',
    'owner_id',
  ],
  sections: [
    { key: 'basic', fields: ['name', 'customer_id', 'pipeline_id', 'stage_id', 'product_id', 'source', 'code'] },
    { key: 'money', fields: ['amount_minor', 'currency', 'win_probability_ppm'] },
    {
      key: 'dates',
      fields: [
        'engaged_on',
        'expected_close_on',
        'slip_count',
        'closed_on',
        'next_step',
        'next_step_on',
        'last_activity_at',
      ],
    },
    { key: 'closing', fields: ['close_reason_id', 'competitor', 'close_note', 'lost_reason'] },
    { key: 'other', fields: ['owner_id', 'remark'] },
  ],
  headline: ['amount_minor', 'win_probability_ppm', 'expected_close_on', 'next_step', 'customer_id', 'owner_id'],
  presets: [
    ALL,
    MINE,
    { key: 'open', filter: { field: 'status', op: 'eq', value: 'open' } },
    {
      key: 'closing_month',
      filter: {
        all: [
          { field: 'status', op: 'eq', value: 'open' },
          { field: 'expected_close_on', op: 'relative', value: 'this_month' },
        ],
      },
    },
    {
      key: 'overdue',
      filter: {
        all: [
          { field: 'status', op: 'eq', value: 'open' },
          { field: 'expected_close_on', op: 'relative', value: 'over_1_days_ago' },
        ],
      },
    },
    {
      key: 'won_quarter',
      filter: {
        all: [
          { field: 'status', op: 'eq', value: 'won' },
          { field: 'closed_on', op: 'relative', value: 'this_quarter' },
        ],
      },
    },
  ],
  tabs: [
    { object: 'task', column: 'opportunity_id' },
    { object: 'follow_up', column: 'opportunity_id' },
    { object: 'quote', column: 'opportunity_id' },
    { object: 'contract', column: 'opportunity_id' },
  ],
  tones: { status: { open: 'info', won: 'success', lost: 'neutral' } },
  card: { side: 'amount_minor', lines: ['stage_id', 'customer_id', 'expected_close_on', 'owner_id'] },
};

const TASK: ObjectConfig = {
  name: 'task',
  plural: 'tasks',
  icon: ListTodo,
  order: 26,
  inNav: true,
  columns: ['name', 'kind', 'due_on', 'status', 'opportunity_id', 'customer_id', 'owner_id'],
  sections: [
    { key: 'basic', fields: ['name', 'kind', 'due_on', 'status', 'done_at'] },
    { key: 'about', fields: ['customer_id', 'opportunity_id'] },
    { key: 'other', fields: ['owner_id', 'remark'] },
  ],
  headline: ['kind', 'due_on', 'status', 'opportunity_id', 'owner_id'],
  presets: [
    ALL,
    MINE,
    {
      key: 'task_due',
      filter: {
        all: [
          { field: 'status', op: 'eq', value: 'open' },
          { field: 'owner_id', op: 'eq', value: 'me' },
          { field: 'due_on', op: 'relative', value: 'today' },
        ],
      },
    },
    {
      key: 'task_late',
      filter: {
        all: [
          { field: 'status', op: 'eq', value: 'open' },
          { field: 'due_on', op: 'relative', value: 'over_1_days_ago' },
        ],
      },
    },
    { key: 'task_open', filter: { field: 'status', op: 'eq', value: 'open' } },
  ],
  tabs: [],
  tones: { status: { open: 'info', done: 'success', cancelled: 'neutral' } },
  card: { side: 'status', lines: ['due_on', 'kind', 'opportunity_id', 'owner_id'] },
};

const CONTRACT: ObjectConfig = {
  name: 'contract',
  plural: 'contracts',
  icon: FileSignature,
  order: 40,
  inNav: true,
  columns: ['number', 'name', 'customer_id', 'status', 'amount_minor', 'received_minor', 'signed_on', 'owner_id'],
  sections: [
    { key: 'basic', fields: ['number', 'name', 'customer_id', 'opportunity_id', 'status'] },
    {
      key: 'money',
      fields: [
        'amount_minor',
        'discount_minor',
        'tax_rate_ppm',
        'tax_minor',
        'cost_minor',
        'margin_minor',
        'margin_ppm',
        'currency',
        'rate_nano',
        'base_minor',
        'base_margin_minor',
        'received_minor',
        'planned_minor',
        'invoiced_minor',
        'overdue_minor',
        'change_count',
        'changed_minor',
        'changed_profit_minor',
        'changed_base_minor',
        'changed_base_margin_minor',
      ],
    },
    {
      key: 'dates',
      fields: [
        'signed_on',
        'starts_on',
        'ends_on',
        'renewal_on',
        'renewal_of_id',
        'renewed_by_id',
        'renewal_opportunity_id',
      ],
    },
    { key: 'other', fields: ['owner_id', 'remark'] },
  ],
  headline: ['status', 'amount_minor', 'received_minor', 'signed_on', 'customer_id', 'owner_id'],
  presets: [
    ALL,
    MINE,
    {
      key: 'signed_month',
      filter: {
        all: [
          { field: 'status', op: 'in', value: ['signed', 'completed'] },
          { field: 'signed_on', op: 'relative', value: 'this_month' },
        ],
      },
    },
    { key: 'draft', filter: { field: 'status', op: 'eq', value: 'draft' } },
    {
      key: 'ending',
      filter: {
        all: [
          { field: 'status', op: 'eq', value: 'signed' },
          { field: 'ends_on', op: 'relative', value: 'next_30_days' },
        ],
      },
    },
    {
      key: 'to_renew',
      filter: {
        all: [
          { field: 'status', op: 'in', value: ['signed', 'completed'] },
          { field: 'renewed_by_id', op: 'is_null' },
          {
            any: [
              { field: 'renewal_on', op: 'relative', value: 'next_60_days' },
              { field: 'renewal_on', op: 'relative', value: 'over_1_days_ago' },
            ],
          },
        ],
      },
    },
    { key: 'overdue_contracts', filter: { field: 'overdue_minor', op: 'gt', value: 0 } },
  ],
  tabs: [
    { object: 'change_order', column: 'contract_id' },
    { object: 'installment', column: 'contract_id' },
    { object: 'payment', column: 'contract_id' },
    { object: 'refund', column: 'contract_id' },
    { object: 'invoice', column: 'contract_id' },
  ],
  tones: { status: { draft: 'neutral', signed: 'info', completed: 'success', void: 'danger' } },
  card: { side: 'amount_minor', lines: ['customer_id', 'status', 'signed_on', 'owner_id'] },
};

const CHANGE_ORDER: ObjectConfig = {
  name: 'change_order',
  plural: 'change-orders',
  icon: FilePen,
  order: 42,
  inNav: true,
  columns: [
    'number',
    'contract_id',
    'reason',
    'status',
    'amount_before_minor',
    'amount_minor',
    'delta_minor',
    'effective_on',
    'owner_id',
  ],
  sections: [
    { key: 'basic', fields: ['number', 'contract_id', 'change_number', 'reason', 'status', 'effective_on'] },
    {
      key: 'money',
      fields: [
        'amount_before_minor',
        'amount_minor',
        'delta_minor',
        'cost_before_minor',
        'cost_minor',
        'profit_delta_minor',
        'base_delta_minor',
        'base_profit_delta_minor',
        'discount_before_minor',
        'discount_minor',
        'tax_rate_before_ppm',
        'tax_rate_ppm',
        'currency',
      ],
    },
    { key: 'dates', fields: ['ends_before_on', 'ends_on'] },
    { key: 'other', fields: ['owner_id', 'remark'] },
  ],
  headline: ['status', 'amount_minor', 'delta_minor', 'effective_on', 'contract_id', 'owner_id'],
  presets: [
    ALL,
    MINE,
    { key: 'draft', filter: { field: 'status', op: 'eq', value: 'draft' } },
    {
      key: 'effective_month',
      filter: {
        all: [
          { field: 'status', op: 'eq', value: 'effective' },
          { field: 'effective_on', op: 'relative', value: 'this_month' },
        ],
      },
    },
  ],
  tabs: [],
  tones: { status: { draft: 'warning', effective: 'success' } },
  card: { side: 'delta_minor', lines: ['contract_id', 'reason', 'effective_on', 'owner_id'] },
};

const PAYMENT: ObjectConfig = {
  name: 'payment',
  plural: 'payments',
  icon: Banknote,
  order: 50,
  inNav: true,
  columns: ['number', 'customer_id', 'contract_id', 'amount_minor', 'received_on', 'method', 'owner_id'],
  sections: [
    {
      key: 'basic',
      fields: ['number', 'contract_id', 'customer_id', 'amount_minor', 'currency', 'received_on', 'method'],
    },
    { key: 'other', fields: ['owner_id', 'remark'] },
  ],
  headline: ['amount_minor', 'refunded_minor', 'prepaid_minor', 'received_on', 'contract_id', 'owner_id'],
  presets: [
    ALL,
    MINE,
    { key: 'received_month', filter: { field: 'received_on', op: 'relative', value: 'this_month' } },
    { key: 'received_quarter', filter: { field: 'received_on', op: 'relative', value: 'this_quarter' } },
    { key: 'prepaid', filter: { field: 'prepaid_minor', op: 'gt', value: 0 } },
  ],
  tabs: [{ object: 'refund', column: 'payment_id' }],
  tones: {},
  card: { side: 'amount_minor', lines: ['customer_id', 'received_on', 'contract_id', 'owner_id'] },
};

const QUOTE: ObjectConfig = {
  name: 'quote',
  plural: 'quotes',
  icon: FileText,
  order: 35,
  inNav: true,
  columns: [
    'number',
    'name',
    'customer_id',
    'status',
    'amount_minor',
    'discount_ppm',
    'authority_state',
    'valid_until',
    'version_number',
    'owner_id',
  ],
  sections: [
    {
      key: 'basic',
      fields: ['number', 'name', 'customer_id', 'opportunity_id', 'price_book_id', 'status', 'valid_until'],
    },
    {
      key: 'money',
      fields: [
        'list_minor',
        'amount_minor',
        'discount_minor',
        'discount_ppm',
        'tax_rate_ppm',
        'tax_minor',
        'cost_minor',
        'margin_minor',
        'margin_ppm',
        'currency',
        'rate_nano',
        'base_minor',
      ],
    },
    { key: 'other', fields: ['contract_id', 'owner_id', 'remark'] },
  ],
  headline: ['status', 'amount_minor', 'valid_until', 'version_number', 'customer_id', 'owner_id'],
  presets: [
    ALL,
    MINE,
    { key: 'waiting', filter: { field: 'authority_state', op: 'eq', value: 'needs_approval' } },
    { key: 'sent_quotes', filter: { field: 'status', op: 'eq', value: 'sent' } },
    {
      key: 'expiring',
      filter: {
        all: [
          { field: 'status', op: 'eq', value: 'sent' },
          { field: 'valid_until', op: 'relative', value: 'next_7_days' },
        ],
      },
    },
  ],
  tabs: [],
  tones: {
    status: { draft: 'neutral', sent: 'info', accepted: 'success', expired: 'warning', void: 'danger' },
    authority_state: { fine: 'success', needs_approval: 'warning', approved: 'success' },
  },
  card: { side: 'amount_minor', lines: ['customer_id', 'status', 'valid_until', 'owner_id'] },
};

const INSTALLMENT: ObjectConfig = {
  name: 'installment',
  plural: 'installments',
  icon: CalendarClock,
  order: 45,
  inNav: true,
  columns: [
    'name',
    'contract_id',
    'customer_id',
    'due_on',
    'amount_minor',
    'received_minor',
    'open_minor',
    'status',
    'overdue_days',
    'owner_id',
  ],
  sections: [
    {
      key: 'basic',
      fields: [
        'name',
        'contract_id',
        'customer_id',
        'due_on',
        'amount_minor',
        'received_minor',
        'open_minor',
        'status',
      ],
    },
    { key: 'other', fields: ['owner_id', 'remark'] },
  ],
  headline: ['status', 'due_on', 'amount_minor', 'received_minor', 'open_minor', 'contract_id', 'owner_id'],
  presets: [
    ALL,
    MINE,
    { key: 'overdue_plan', filter: { field: 'status', op: 'eq', value: 'overdue' } },
    {
      key: 'due_month',
      filter: {
        all: [
          { field: 'status', op: 'in', value: ['pending', 'partial', 'overdue'] },
          { field: 'due_on', op: 'relative', value: 'this_month' },
        ],
      },
    },
    { key: 'unpaid', filter: { field: 'status', op: 'in', value: ['pending', 'partial', 'overdue'] } },
  ],
  tabs: [],
  tones: { status: { pending: 'neutral', partial: 'info', paid: 'success', overdue: 'danger', void: 'neutral' } },
  card: { side: 'amount_minor', lines: ['contract_id', 'due_on', 'status', 'owner_id'] },
};

const INVOICE: ObjectConfig = {
  name: 'invoice',
  plural: 'invoices',
  icon: Receipt,
  order: 55,
  inNav: true,
  columns: [
    'number',
    'title',
    'contract_id',
    'kind',
    'amount_minor',
    'tax_rate_ppm',
    'issued_on',
    'is_reversed',
    'owner_id',
  ],
  sections: [
    { key: 'basic', fields: ['number', 'contract_id', 'customer_id', 'kind', 'title', 'tax_number', 'issued_on'] },
    {
      key: 'money',
      fields: ['amount_minor', 'tax_rate_ppm', 'tax_minor', 'net_minor', 'currency', 'rate_nano', 'base_minor'],
    },
    { key: 'other', fields: ['red_of_id', 'is_reversed', 'owner_id', 'remark'] },
  ],
  headline: ['amount_minor', 'tax_minor', 'kind', 'issued_on', 'contract_id', 'owner_id'],
  presets: [
    ALL,
    MINE,
    { key: 'issued_month', filter: { field: 'issued_on', op: 'relative', value: 'this_month' } },
    { key: 'red', filter: { field: 'red_of_id', op: 'not_null' } },
  ],
  tabs: [],
  tones: {},
  card: { side: 'amount_minor', lines: ['title', 'issued_on', 'contract_id', 'owner_id'] },
};

const REFUND: ObjectConfig = {
  name: 'refund',
  plural: 'refunds',
  icon: Undo2,
  order: 60,
  inNav: true,
  columns: ['number', 'customer_id', 'payment_id', 'amount_minor', 'refunded_on', 'reason', 'owner_id'],
  sections: [
    {
      key: 'basic',
      fields: ['number', 'payment_id', 'contract_id', 'amount_minor', 'currency', 'refunded_on', 'reason'],
    },
    { key: 'other', fields: ['owner_id', 'remark'] },
  ],
  headline: ['amount_minor', 'refunded_on', 'payment_id', 'contract_id', 'owner_id'],
  presets: [
    ALL,
    MINE,
    { key: 'refunded_month', filter: { field: 'refunded_on', op: 'relative', value: 'this_month' } },
  ],
  tabs: [],
  tones: {},
  card: { side: 'amount_minor', lines: ['customer_id', 'refunded_on', 'payment_id', 'owner_id'] },
};

const FOLLOW_UP: ObjectConfig = {
  name: 'follow_up',
  plural: 'follow-ups',
  icon: MessagesSquare,
  order: 25,
  inNav: true,
  columns: [
    'content',
    'customer_id',
    'method',
    'followed_at',
    'next_plan_at',
    'plan_status',
    'owner_id',
    'contact_id',
    'opportunity_id',
  ],
  sections: [
    { key: 'basic', fields: ['customer_id', 'contact_id', 'opportunity_id', 'method', 'followed_at', 'content'] },
    { key: 'plan', fields: ['next_plan_at', 'next_plan', 'plan_status', 'plan_closed_at', 'plan_follow_up_id'] },
    { key: 'other', fields: ['owner_id', 'code'] },
  ],
  headline: ['customer_id', 'method', 'followed_at', 'next_plan_at', 'owner_id'],
  presets: [
    ALL,
    MINE,
    { key: 'followed_today', filter: { field: 'followed_at', op: 'relative', value: 'today' } },
    { key: 'followed_week', filter: { field: 'followed_at', op: 'relative', value: 'this_week' } },
    {
      key: 'plan_today',
      filter: {
        all: [
          { field: 'plan_status', op: 'eq', value: 'open' },
          { field: 'next_plan_at', op: 'relative', value: 'today' },
        ],
      },
    },
    {
      key: 'plan_overdue',
      filter: {
        all: [
          { field: 'plan_status', op: 'eq', value: 'open' },
          { field: 'next_plan_at', op: 'relative', value: 'over_1_days_ago' },
        ],
      },
    },
  ],
  tabs: [],
  tones: { plan_status: { open: 'info', done: 'success', cancelled: 'neutral' } },
  card: { side: 'method', lines: ['customer_id', 'followed_at', 'next_plan_at', 'owner_id'] },
};

const PRODUCT: ObjectConfig = {
  name: 'product',
  plural: 'products',
  icon: Package,
  order: 70,
  inNav: true,
  isOpen: true,
  columns: ['name', 'code', 'product_line', 'unit', 'price_minor', 'cost_minor', 'is_active'],
  sections: [
    { key: 'basic', fields: ['name', 'code', 'product_line', 'unit', 'is_active'] },
    { key: 'money', fields: ['price_minor', 'cost_minor'] },
    { key: 'other', fields: ['remark'] },
  ],
  headline: ['price_minor', 'product_line', 'unit', 'is_active'],
  presets: [ALL, { key: 'active', filter: { field: 'is_active', op: 'eq', value: true } }],
  tabs: [{ object: 'opportunity', column: 'product_id' }],
  tones: {},
  card: { side: 'price_minor', lines: ['code', 'product_line', 'unit', 'is_active'] },
};

const ASSIGNMENT: ObjectConfig = {
  name: 'assignment',
  plural: 'assignments',
  icon: Route,
  order: 0,
  elsewhere: true,
  columns: [
    'name',
    'owner_id',
    'started_at',
    'start_cause',
    'response_minutes',
    'follow_up_count',
    'stage_id',
    'contract_count',
    'ordered_minor',
    'received_minor',
    'deal_on',
    'days_to_deal',
    'outcome',
  ],
  sections: [],
  headline: [],
  presets: [
    ALL,
    MINE,
    {
      key: 'not_touched',
      filter: {
        all: [
          { field: 'ended_at', op: 'is_null' },
          { field: 'first_touch_at', op: 'is_null' },
        ],
      },
    },
    { key: 'held', filter: { field: 'ended_at', op: 'is_null' } },
    { key: 'deals', filter: { field: 'deal_on', op: 'not_null' } },
    { key: 'lost_again', filter: { field: 'outcome', op: 'in', value: ['recycled', 'returned', 'transferred'] } },
  ],
  tabs: [],
  tones: {
    outcome: {
      open: 'info',
      won: 'success',
      recycled: 'warning',
      returned: 'neutral',
      transferred: 'neutral',
      deleted: 'danger',
    },
  },
  card: { side: 'outcome', lines: ['owner_id', 'started_at', 'response_minutes', 'stage_id', 'ordered_minor'] },
};

const PLAIN = { order: 0, elsewhere: true, sections: [], headline: [], tabs: [], presets: [ALL] } as const;

const ASSIGNMENT_BATCH: ObjectConfig = {
  ...PLAIN,
  name: 'assignment_batch',
  plural: 'assignment-batches',
  icon: Layers,
  presets: [ALL, MINE],
  columns: ['name', 'status', 'strategy', 'total_count', 'assigned_count', 'refused_count', 'owner_id', 'created_at'],
  tones: {
    status: {
      queued: 'neutral',
      running: 'info',
      done: 'success',
      failed: 'danger',
      cancelled: 'neutral',
      undoing: 'info',
      undone: 'neutral',
    },
  },
  card: { side: 'status', lines: ['assigned_count', 'total_count', 'owner_id', 'created_at'] },
};

const SLA_POLICY: ObjectConfig = {
  ...PLAIN,
  name: 'sla_policy',
  plural: 'sla-policies',
  icon: Timer,
  columns: ['name', 'touch_hours'],
  sections: [
    {
      key: 'basic',
      fields: [
        'name',
        'touch_hours',
        'remind_before_hours',
        'escalate_after_hours',
        'take_back_after_hours',
        'is_default',
      ],
    },
  ],
  tones: {},
  card: { side: 'touch_hours', lines: [] },
};

const TAG: ObjectConfig = {
  ...PLAIN,
  name: 'tag',
  plural: 'tags',
  icon: Tags,
  isOpen: true,
  columns: ['name', 'color', 'is_active'],
  sections: [{ key: 'basic', fields: ['name', 'color', 'is_active'] }],
  tones: {},
  card: { side: 'color', lines: [] },
};

const POOL_CUSTOMER: ObjectConfig = {
  ...PLAIN,
  name: 'pool_customer',
  plural: 'pool-customers',
  icon: Waves,
  columns: [
    'name',
    'level',
    'customer_type',
    'region_id',
    'industry',
    'source',
    'phone',
    'last_follow_up_at',
    'pool_entered_at',
  ],
  tones: CUSTOMER.tones,
  card: { side: 'level', lines: ['region_id', 'industry', 'phone', 'pool_entered_at'] },
};

const POOL_RUN: ObjectConfig = {
  ...PLAIN,
  name: 'pool_run',
  plural: 'pool-runs',
  icon: History,
  columns: ['name', 'run_on', 'status', 'taken_count', 'skipped_count', 'warned_count', 'started_at', 'undone_at'],
  tones: { status: { planning: 'info', running: 'info', done: 'success', undone: 'neutral' } },
  card: { side: 'status', lines: ['run_on', 'taken_count', 'skipped_count'] },
};

const POOL_RUN_ITEM: ObjectConfig = {
  ...PLAIN,
  name: 'pool_run_item',
  plural: 'pool-run-items',
  icon: History,
  columns: ['name', 'owner_id', 'rule_id', 'last_act', 'last_act_at', 'days', 'pool_id', 'result'],
  tones: {
    result: { due: 'info', taken: 'warning', undone: 'neutral', deal: 'success', open_opportunity: 'success' },
  },
  card: { side: 'result', lines: ['owner_id', 'rule_id', 'last_act', 'last_act_at'] },
};

const POOL_EVENT: ObjectConfig = {
  ...PLAIN,
  name: 'pool_event',
  plural: 'pool-events',
  icon: History,
  columns: ['name', 'pool_id', 'kind', 'owner_id', 'at', 'waited_minutes', 'rule_id', 'reason'],
  tones: { kind: { claim: 'success', assign: 'info', auto: 'info', recycle: 'warning', return: 'warning' } },
  card: { side: 'kind', lines: ['pool_id', 'owner_id', 'at', 'reason'] },
};

const POOL_ROUTE: ObjectConfig = {
  ...PLAIN,
  name: 'pool_route',
  plural: 'pool-routes',
  icon: Waypoints,
  columns: ['name', 'priority', 'region_id', 'customer_type', 'source', 'pool_id', 'is_active'],
  sections: [
    { key: 'basic', fields: ['name', 'region_id', 'customer_type', 'source', 'pool_id', 'priority', 'is_active'] },
  ],
  tones: {},
  card: { side: 'priority', lines: ['region_id', 'customer_type', 'source', 'pool_id'] },
};

export const OBJECTS: readonly ObjectConfig[] = [
  CUSTOMER,
  CONTACT,
  FOLLOW_UP,
  OPPORTUNITY,
  TASK,
  CONTRACT,
  QUOTE,
  INSTALLMENT,
  CHANGE_ORDER,
  PAYMENT,
  INVOICE,
  REFUND,
  PRODUCT,
  ASSIGNMENT,
  ASSIGNMENT_BATCH,
  SLA_POLICY,
  TAG,
  POOL_CUSTOMER,
  POOL_RUN,
  POOL_RUN_ITEM,
  POOL_EVENT,
  POOL_ROUTE,
];

export function configOf(name: string): ObjectConfig | undefined {
  return OBJECTS.find((config) => config.name === name);
}
