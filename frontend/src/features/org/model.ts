/** Pure parts of the organisation pages: the tree, forms, the rights of a role. */
import type { FieldType, MetaObject } from '@/shared/api/types';
import type { Filter } from '@/shared/lib/filter';
import type { FieldSpec } from '@/shared/ui/form/form';
import type { Access, Assignment, DepartmentNode, Permission, Role, RoleBody, RoleScope, Scope } from './api';

/* ---- departments ---- */

export interface TreeRow extends DepartmentNode {
  readonly total: number; // people in it and below
  readonly parent: boolean; // has departments below
}

/** The tree as rows: each department followed by those below it, in the server's order among neighbours. */
export function treeRows(nodes: readonly DepartmentNode[]): TreeRow[] {
  const known = new Set(nodes.map((node) => node.id));
  const below = new Map<number | null, DepartmentNode[]>();
  for (const node of nodes) {
    const parent = node.parent_id !== null && known.has(node.parent_id) ? node.parent_id : null;
    below.set(parent, [...(below.get(parent) ?? []), node]);
  }
  const rows: TreeRow[] = [];
  const walk = (parent: number | null, depth: number): number => {
    let sum = 0;
    for (const node of below.get(parent) ?? []) {
      const at = rows.length;
      rows.push({ ...node, depth, total: 0, parent: below.has(node.id) });
      const total = node.user_count + walk(node.id, depth + 1);
      rows[at] = { ...node, depth, total, parent: below.has(node.id) };
      sum += total;
    }
    return sum;
  };
  walk(null, 0);
  return rows;
}

/** Rows that stay visible when the departments in `folded` are closed. */
export function visibleRows(rows: readonly TreeRow[], folded: ReadonlySet<number>): TreeRow[] {
  const shown: TreeRow[] = [];
  let hiddenBelow: number | null = null;
  for (const row of rows) {
    if (hiddenBelow !== null && row.depth > hiddenBelow) {
      continue;
    }
    hiddenBelow = folded.has(row.id) ? row.depth : null;
    shown.push(row);
  }
  return shown;
}

export interface PeopleView {
  readonly department: number | null;
  readonly below: boolean; // with the departments below
  readonly disabled: boolean; // those who left
}

/** The filter of a list of people. */
export function peopleFilter(view: PeopleView): Filter {
  const status: Filter = { field: 'status', op: 'eq', value: view.disabled ? 'disabled' : 'active' };
  if (view.department === null) {
    return status;
  }
  return { all: [status, { field: 'department_id', op: view.below ? 'under' : 'eq', value: view.department }] };
}

/* ---- forms ---- */

/** The fields of an object that a form may write, in the order of `names`; others are left out. */
export function specsOf(meta: MetaObject, names: readonly string[], creating: boolean): FieldSpec[] {
  return names.flatMap((name) => {
    const field = meta.fields.find((other) => other.name === name);
    if (!field || field.read_only || field.access !== 'edit' || (field.create_only && !creating)) {
      return [];
    }
    return [
      {
        name: field.name,
        label: field.label,
        type: field.type,
        required: field.required,
        nullable: field.nullable,
        options: field.options,
        ref: field.ref,
        min: field.min,
        max: field.max,
      },
    ];
  });
}

/** The day before the first day after: how people say when something ended. */
export function lastDay(assignment: Assignment, addDays: (date: string, days: number) => string): string | null {
  return assignment.valid_to === null ? null : addDays(assignment.valid_to, -1);
}

/* ---- roles ---- */

export const ACTIONS = ['view', 'create', 'edit', 'delete', 'export', 'import', 'transfer'] as const;
export type Action = (typeof ACTIONS)[number];
export const SCOPES: readonly Scope[] = [
  'none',
  'own',
  'own_and_subordinates',
  'department',
  'department_and_below',
  'chosen_departments',
  'all',
];

/** The rights of a role while they are edited. */
export interface Rights {
  name: string;
  description: string;
  permissions: Set<string>;
  scopes: Map<string, RoleScope>;
  fields: Map<string, Access>; // "object.field" → access narrower than edit
}

export interface MatrixRow {
  readonly object: string;
  readonly keys: Readonly<Partial<Record<Action, string>>>; // permission of each action
  readonly scoped: boolean; // sees only some of the records
}

/** Permissions as a matrix of objects and actions; what fits no column is listed apart. */
export function matrixOf(
  permissions: readonly Permission[],
  objects: readonly MetaObject[],
): { rows: MatrixRow[]; others: Permission[] } {
  const rows = new Map<string, { object: string; keys: Partial<Record<Action, string>>; scoped: boolean }>();
  const others: Permission[] = [];
  for (const permission of permissions) {
    const [object = '', verb = ''] = permission.key.split('.');
    const action = ACTIONS.find((one) => one === verb);
    const meta = objects.find((one) => one.name === object);
    if (!action || (!meta && object !== 'target')) {
      others.push(permission);
      continue;
    }
    const scoped = object === 'target' || (meta?.fields.some((field) => field.name === 'owner_id') ?? false);
    const row = rows.get(object) ?? { object, keys: {}, scoped };
    row.keys[action] = permission.key;
    rows.set(object, row);
  }
  return { rows: [...rows.values()], others };
}

export function rightsOf(role: Role | null): Rights {
  return {
    name: role?.name ?? '',
    description: role?.description ?? '',
    permissions: new Set(role?.permissions ?? []),
    scopes: new Map((role?.scopes ?? []).map((scope) => [scope.object, scope])),
    fields: new Map(
      (role?.fields ?? [])
        .filter((field) => field.access !== 'edit')
        .map((field) => [`${field.object}.${field.field}`, field.access]),
    ),
  };
}

/** The body that the server takes; chosen departments only where they count. */
export function bodyOf(rights: Rights): RoleBody {
  return {
    name: rights.name.trim(),
    description: rights.description.trim() || null,
    permissions: [...rights.permissions].sort(),
    scopes: [...rights.scopes.values()].map((scope) => ({
      ...scope,
      department_ids: scope.scope === 'chosen_departments' ? scope.department_ids : [],
    })),
    fields: [...rights.fields].map(([key, access]) => {
      const [object = '', field = ''] = key.split('.');
      return { object, field, access };
    }),
  };
}

/** Gives or takes one permission. Whoever may change records must see them: view follows, and goes last. */
export function withPermission(rights: Rights, row: MatrixRow, action: Action, on: boolean): Rights {
  const permissions = new Set(rights.permissions);
  const key = row.keys[action];
  const view = row.keys.view;
  if (key && on) {
    permissions.add(key);
    if (view) {
      permissions.add(view);
    }
  }
  if (key && !on) {
    permissions.delete(key);
    if (action === 'view') {
      Object.values(row.keys).forEach((other) => permissions.delete(other));
    }
  }
  return { ...rights, permissions };
}

export interface RightsFault {
  readonly object: string;
  readonly code: 'no_scope' | 'no_departments';
}

function scopeFault(scope: RoleScope | undefined): RightsFault['code'] | null {
  if (!scope || scope.scope === 'none') {
    return 'no_scope';
  }
  return scope.scope === 'chosen_departments' && scope.department_ids.length === 0 ? 'no_departments' : null;
}

/** Objects that the role may see, yet none of their records; empty choices of departments. */
export function rightsFaults(rights: Rights, rows: readonly MatrixRow[]): RightsFault[] {
  return rows.flatMap((row) => {
    const sees = row.scoped && row.keys.view !== undefined && rights.permissions.has(row.keys.view);
    const code = sees ? scopeFault(rights.scopes.get(row.object)) : null;
    return code === null ? [] : [{ object: row.object, code }];
  });
}

/** The narrower accesses that make sense for a type: half of a date or a tick is no mask. */
export function accessesOf(type: FieldType): readonly Access[] {
  return ['text', 'long_text', 'email', 'phone', 'url', 'money'].includes(type)
    ? ['hidden', 'masked', 'read']
    : ['hidden', 'read'];
}

/* ---- company ---- */

/** Currencies offered; another one in use stays offered too. */
export const CURRENCIES = [
  'CNY',
  'USD',
  'EUR',
  'GBP',
  'JPY',
  'HKD',
  'TWD',
  'KRW',
  'SGD',
  'AUD',
  'CAD',
  'CHF',
  'INR',
  'THB',
  'VND',
  'MYR',
];
