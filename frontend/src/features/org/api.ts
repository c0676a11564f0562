/** Routes of departments, people, roles and the company. */
import { send } from '@/shared/api/client';
import type { Company, Page, RecordRow } from '@/shared/api/types';
import type { Filter } from '@/shared/lib/filter';

export type Body = Readonly<Record<string, unknown>>;

export interface DepartmentNode {
  readonly id: number;
  readonly parent_id: number | null;
  readonly name: string;
  readonly manager_id: number | null;
  readonly manager_name: string | null;
  readonly user_count: number; // active people directly in it
  readonly depth: number;
}
export interface Department extends RecordRow {
  readonly name: string;
  readonly parent_name: string | null;
  readonly manager_name: string | null;
}
export interface Person extends RecordRow {
  readonly name: string;
  readonly login: string;
  readonly employee_number: string | null;
  readonly department_id: number;
  readonly department_name: string | null;
  readonly manager_id: number | null;
  readonly manager_name: string | null;
  readonly title: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly status: 'active' | 'disabled';
  readonly joined_on: string | null;
  readonly left_on: string | null;
  readonly role_ids?: readonly number[]; // with one record
}
export interface Assignment {
  readonly department_id: number;
  readonly department_name: string;
  readonly manager_id: number | null;
  readonly manager_name: string | null;
  readonly valid_from: string | null; // null: from the beginning
  readonly valid_to: string | null; // first day after; null: open
}
export interface Holdings {
  readonly items: readonly { readonly object: string; readonly count: number }[];
  readonly total: number;
}
export interface UserSession {
  readonly id: number;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly created_at: string;
  readonly last_seen_at: string;
}
export interface RoleHead {
  readonly id: number;
  readonly name: string;
  readonly code: string | null; // of built-in roles
  readonly description: string | null;
  readonly user_count: number;
  readonly version: number;
}
export type Scope =
  'none' | 'own' | 'own_and_subordinates' | 'department' | 'department_and_below' | 'chosen_departments' | 'all';
export type Access = 'hidden' | 'masked' | 'read' | 'edit';
export interface RoleScope {
  readonly object: string;
  readonly scope: Scope;
  readonly department_ids: readonly number[];
}
export interface RoleField {
  readonly object: string;
  readonly field: string;
  readonly access: Access;
}
export interface RoleBody {
  readonly name: string;
  readonly description: string | null;
  readonly permissions: readonly string[];
  readonly scopes: readonly RoleScope[];
  readonly fields: readonly RoleField[];
}
export interface Role extends RoleHead, RoleBody {
  readonly name: string;
  readonly description: string | null;
}
export interface Permission {
  readonly key: string; // object.action
  readonly label_zh: string;
  readonly label_en: string;
}
export interface CompanySettings extends Company {
  readonly version: number;
}

const PAGE = 100;

async function items<T>(path: string): Promise<readonly T[]> {
  return (await send<Page<T>>('GET', path)).items;
}

export const listTree = () => items<DepartmentNode>('/departments/tree');
export function getDepartment(id: number): Promise<Department> {
  return send('GET', `/departments/${id}`);
}
export function createDepartment(body: Body): Promise<Department> {
  return send('POST', '/departments', { body });
}
export function updateDepartment(id: number, version: number, body: Body): Promise<Department> {
  return send('PATCH', `/departments/${id}`, { body, version });
}
export function deleteDepartment(id: number, version: number): Promise<void> {
  return send('DELETE', `/departments/${id}`, { version });
}

export function listPeople(
  filter: Filter | null,
  q: string,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Page<Person>> {
  const query = {
    limit: PAGE,
    cursor,
    q,
    sort: 'name',
    filter: filter ? JSON.stringify(filter) : null,
    total: cursor === null ? 1 : null,
  };
  return send('GET', '/users', { signal, query });
}
export function getPerson(id: number): Promise<Person> {
  return send('GET', `/users/${id}`);
}
export function createPerson(body: Body): Promise<Person> {
  return send('POST', '/users', { body });
}
export function updatePerson(id: number, version: number, body: Body): Promise<Person> {
  return send('PATCH', `/users/${id}`, { body, version });
}
export function movePerson(id: number, body: Body): Promise<Person> {
  return send('POST', `/users/${id}/move`, { body });
}
export const listAssignments = (id: number) => items<Assignment>(`/users/${id}/assignments`);
export function getHoldings(id: number): Promise<Holdings> {
  return send('GET', `/users/${id}/holdings`);
}
export function disablePerson(id: number, body: Body): Promise<{ readonly job_id: number | null }> {
  return send('POST', `/users/${id}/disable`, { body });
}
export function enablePerson(id: number): Promise<Person> {
  return send('POST', `/users/${id}/enable`, { body: {} });
}
export function resetPassword(id: number): Promise<{ readonly first_password: string }> {
  return send('POST', `/users/${id}/reset-password`, { body: {} });
}
export const listSessions = (id: number) => items<UserSession>(`/users/${id}/sessions`);
export function endSessions(id: number): Promise<void> {
  return send('DELETE', `/users/${id}/sessions`);
}

export const listRoles = () => items<RoleHead>('/roles');
export const listPermissions = () => items<Permission>('/permissions');
export function getRole(id: number): Promise<Role> {
  return send('GET', `/roles/${id}`);
}
export function createRole(body: RoleBody): Promise<Role> {
  return send('POST', '/roles', { body });
}
export function updateRole(id: number, version: number, body: RoleBody): Promise<Role> {
  return send('PUT', `/roles/${id}`, { body, version });
}
export function deleteRole(id: number): Promise<void> {
  return send('DELETE', `/roles/${id}`);
}

export function getCompany(): Promise<CompanySettings> {
  return send('GET', '/company');
}
export function updateCompany(version: number, body: Body): Promise<CompanySettings> {
  return send('PATCH', '/company', { body, version });
}
