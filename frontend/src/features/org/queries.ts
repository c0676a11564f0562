/** The cache of the organisation. Keys: ["org", …]; any change here drops them all, and the names elsewhere. */
import { useInfiniteQuery, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import type { ChoiceLoader } from '@/shared/api/options';
import { queryClient } from '@/shared/api/query';
import type { Filter } from '@/shared/lib/filter';
import {
  getCompany,
  getHoldings,
  getPerson,
  getRole,
  listAssignments,
  listPeople,
  listPermissions,
  listRoles,
  listSessions,
  listTree,
} from './api';
import { peopleFilter } from './model';

const KEY = 'org';

export async function forgetOrg(): Promise<void> {
  await Promise.all([KEY, 'records', 'targets'].map((name) => queryClient.invalidateQueries({ queryKey: [name] })));
}
/** The company's name, currency and zone are part of the description that every page uses. */
export async function forgetCompany(): Promise<void> {
  await Promise.all(
    [[KEY, 'company'], ['meta'], ['targets']].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
}

export function useTree() {
  return useQuery({ queryKey: [KEY, 'tree'], queryFn: listTree });
}
export function usePeople(filter: Ref<Filter | null>, q: Ref<string>, enabled: Ref<boolean>) {
  return useInfiniteQuery({
    queryKey: computed(() => [KEY, 'people', filter.value, q.value]),
    queryFn: ({ pageParam, signal }) => listPeople(filter.value, q.value, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled,
  });
}
export function usePerson(id: Ref<number>) {
  return useQuery({ queryKey: computed(() => [KEY, 'person', id.value]), queryFn: () => getPerson(id.value) });
}
export function useAssignments(id: Ref<number>) {
  return useQuery({
    queryKey: computed(() => [KEY, 'assignments', id.value]),
    queryFn: () => listAssignments(id.value),
  });
}
export function useUserSessions(id: Ref<number>, enabled: boolean) {
  return useQuery({
    queryKey: computed(() => [KEY, 'sessions', id.value]),
    queryFn: () => listSessions(id.value),
    enabled,
  });
}
export function useHoldings(id: Ref<number>, enabled: Ref<boolean>) {
  return useQuery({
    queryKey: computed(() => [KEY, 'holdings', id.value]),
    queryFn: () => getHoldings(id.value),
    enabled,
    staleTime: 0,
  });
}
export function useRoles(enabled = true) {
  return useQuery({ queryKey: [KEY, 'roles'], queryFn: listRoles, enabled });
}
export function useRole(id: Ref<number | null>) {
  return useQuery({
    queryKey: computed(() => [KEY, 'role', id.value]),
    queryFn: () => getRole(id.value ?? 0),
    enabled: computed(() => id.value !== null),
  });
}
export function usePermissions() {
  return useQuery({ queryKey: [KEY, 'permissions'], queryFn: listPermissions, staleTime: Infinity });
}
export function useCompanySettings() {
  return useQuery({ queryKey: [KEY, 'company'], queryFn: getCompany });
}

/** People who may be given something: those who left are not offered. */
export const loadActivePeople: ChoiceLoader = async (query, signal) => {
  const filter = peopleFilter({ department: null, below: true, disabled: false });
  const page = await listPeople(filter, query, null, signal);
  return page.items.map((person) => ({ value: person.id, label: person.name, hint: person.department_name }));
};
