/** What the forms of departments and people share: the fields of the object, and saving with the server's refusals put
 * where they belong. */
import { computed, ref } from 'vue';
import { ApiProblem } from '@/shared/api/problem';
import { findObject, useCompany, useMeta } from '@/shared/api/meta';
import { t } from '@/shared/i18n';
import { showProblem, showToast } from '@/shared/ui/feedback/toast';
import { useRecordForm, type Values } from '@/shared/ui/form/form';
import { specsOf } from '../model';

export function useOrgForm(object: 'department' | 'user', names: readonly string[], creating: () => boolean) {
  const meta = useMeta();
  const company = useCompany();
  const specs = computed(() => {
    const found = findObject(meta.value, object);
    return found ? specsOf(found, names, creating()) : [];
  });
  const form = useRecordForm(() => specs.value, {});
  const shown = ref<Record<string, string | null>>({}); // names of chosen records by field
  const busy = ref(false);

  /** Runs the write; true when it went through. */
  async function save(write: () => Promise<void>): Promise<boolean> {
    if (!form.validate()) {
      showToast('danger', t('error.invalid'));
      return false;
    }
    busy.value = true;
    try {
      await write();
      return true;
    } catch (failure) {
      if (failure instanceof ApiProblem) {
        form.place(failure.fields);
      }
      showProblem(failure);
      return false;
    } finally {
      busy.value = false;
    }
  }

  function fill(values: Values, names: Record<string, string | null>): void {
    form.reset(Object.fromEntries(specs.value.map((spec) => [spec.name, values[spec.name] ?? null])));
    shown.value = names;
  }
  return { specs, form, shown, busy, company, save, fill };
}
