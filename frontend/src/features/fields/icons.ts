/** A picture for each kind of field. */
import {
  AlignLeft,
  AtSign,
  Banknote,
  Building2,
  Calculator,
  Calendar,
  CalendarClock,
  CalendarRange,
  CircleDollarSign,
  DecimalsArrowRight,
  Hash,
  Link,
  ListChecks,
  ListFilter,
  ListOrdered,
  MapPin,
  Network,
  Percent,
  Phone,
  Sigma,
  Star,
  ToggleLeft,
  Type,
  UserRound,
} from '@lucide/vue';
import type { Component } from 'vue';

const ICONS: Readonly<Record<string, Component>> = {
  text: Type,
  long_text: AlignLeft,
  email: AtSign,
  phone: Phone,
  url: Link,
  integer: Hash,
  decimal: DecimalsArrowRight,
  money: Banknote,
  percent: Percent,
  currency: CircleDollarSign,
  rating: Star,
  select: ListFilter,
  multi_select: ListChecks,
  boolean: ToggleLeft,
  date: Calendar,
  date_time: CalendarClock,
  month: CalendarRange,
  user: UserRound,
  department: Network,
  region: MapPin,
  record: Building2,
  formula: Calculator,
  rollup: Sigma,
  serial: ListOrdered,
};

export function iconOf(kind: string): Component {
  return ICONS[kind] ?? Type;
}
