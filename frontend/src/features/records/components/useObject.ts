/** Description and config of the object a page is about. */
import { computed, type ComputedRef } from 'vue';
import { findObject, useCompany, useMeta } from '@/shared/api/meta';
import type { Company, MetaObject } from '@/shared/api/types';
import { currentLocale } from '@/shared/i18n';
import type { Showing } from '../model';
import { configOf, type ObjectConfig } from '../objects';

export interface ObjectContext {
  readonly meta: ComputedRef<MetaObject>;
  readonly config: ComputedRef<ObjectConfig>;
  readonly company: ComputedRef<Company>;
  readonly showing: ComputedRef<Showing>;
}

export function useObject(name: () => string): ObjectContext {
  const all = useMeta();
  const company = useCompany();
  return {
    meta: computed(() => {
      const found = findObject(all.value, name());
      if (!found) {
        throw new Error(`unknown object ${name()}`);
      }
      return found;
    }),
    config: computed(() => {
      const found = configOf(name());
      if (!found) {
        throw new Error(`no pages for ${name()}`);
      }
      return found;
    }),
    company,
    showing: computed(() => ({
      locale: currentLocale(),
      zone: company.value.time_zone,
      currency: company.value.currency,
    })),
  };
}
