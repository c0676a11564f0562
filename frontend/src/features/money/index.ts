/** Money beyond the records themselves: what payments are for, payment plans, and the settings of numbers and prices. */
import { ArrowRightLeft, BadgePercent, BookOpen, FileCog, FileType, Hash } from '@lucide/vue';
import { defineAsyncComponent } from 'vue';
import type { RouteLocationNormalized } from 'vue-router';
import { defineFeature } from '@/shared/lib/feature';

export { linesBody, linesOf, type Line } from './lines';
export { lockedFields } from './model';

/** Parts of the pages of records. */
export const RedLetter = defineAsyncComponent(() => import('./components/RedLetter.vue'));
export const PrintButton = defineAsyncComponent(() => import('./components/PrintButton.vue'));
export const ContractCard = defineAsyncComponent(() => import('./components/ContractCard.vue'));
export const ChangeOrderCard = defineAsyncComponent(() => import('./components/ChangeOrderCard.vue'));
export const LineEditor = defineAsyncComponent(() => import('./components/LineEditor.vue'));
export const QuoteCard = defineAsyncComponent(() => import('./components/QuoteCard.vue'));
export const PlanCard = defineAsyncComponent(() => import('./components/PlanCard.vue'));
export const PaymentAllocations = defineAsyncComponent(() => import('./components/PaymentAllocations.vue'));

export default defineFeature({
  name: 'money',
  routes: [
    {
      path: 'number-patterns',
      name: 'number-patterns',
      meta: { title: 'money.numbers.title', permission: 'number_pattern.edit' },
      component: () => import('./pages/NumbersPage.vue'),
    },
    {
      path: 'price-books',
      name: 'price-books',
      meta: { title: 'money.book.title', permission: 'quote.view' },
      component: () => import('./pages/PriceBooksPage.vue'),
    },
    {
      path: 'discount-authorities',
      name: 'discount-authorities',
      meta: { title: 'money.discount.title', permission: 'discount_authority.edit' },
      component: () => import('./pages/DiscountsPage.vue'),
    },
    {
      path: 'print-templates',
      name: 'print-templates',
      meta: { title: 'money.template.title', permission: 'print_template.edit' },
      component: () => import('./pages/TemplatesPage.vue'),
    },
    ...(['contract', 'quote', 'payment'] as const).map((object) => ({
      path: `/${object}s/:id(\\d+)/print`,
      name: `print-${object}`,
      props: (route: RouteLocationNormalized) => ({ object, id: Number(route.params.id) }),
      meta: { title: 'money.print.title', permission: `${object}.view`, plain: true },
      component: () => import('./pages/PrintPage.vue'),
    })),
    {
      path: 'exchange-rates',
      name: 'exchange-rates',
      meta: { title: 'money.rate.title', permission: 'exchange_rate.edit' },
      component: () => import('./pages/RatesPage.vue'),
    },
    {
      path: 'contract-settings',
      name: 'contract-settings',
      meta: { title: 'money.settings.title', permission: 'company.edit' },
      component: () => import('./pages/ContractSettingsPage.vue'),
    },
  ],
  nav: [
    {
      key: 'number-patterns',
      label: 'money.numbers.title',
      icon: Hash,
      to: '/number-patterns',
      order: 260,
      permission: 'number_pattern.edit',
    },
    {
      key: 'price-books',
      label: 'money.book.title',
      icon: BookOpen,
      to: '/price-books',
      order: 262,
      permission: 'price_book.edit',
    },
    {
      key: 'discount-authorities',
      label: 'money.discount.title',
      icon: BadgePercent,
      to: '/discount-authorities',
      order: 264,
      permission: 'discount_authority.edit',
    },
    {
      key: 'print-templates',
      label: 'money.template.title',
      icon: FileType,
      to: '/print-templates',
      order: 263,
      permission: 'print_template.edit',
    },
    {
      key: 'exchange-rates',
      label: 'money.rate.title',
      icon: ArrowRightLeft,
      to: '/exchange-rates',
      order: 265,
      permission: 'exchange_rate.edit',
    },
    {
      key: 'contract-settings',
      label: 'money.settings.title',
      icon: FileCog,
      to: '/contract-settings',
      order: 266,
      permission: 'company.edit',
    },
  ],
});
