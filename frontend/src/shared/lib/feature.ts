/** What a feature gives the app: routes, navigation entries, actions of the command palette. */
import type { Component } from 'vue';
import type { RouteLocationRaw, RouteRecordRaw } from 'vue-router';
import type { Notification } from '@/shared/api/types';

declare module 'vue-router' {
  interface RouteMeta {
    title?: string; // key of the page's title
    permission?: string; // without it the page says so; "*.import": the import of anything
    plain?: boolean; // outside the shell (sign-in, printing)
    open?: boolean; // without a session
  }
}

export interface NavEntry {
  readonly key: string;
  readonly label: string; // key of the text
  readonly icon: Component;
  readonly to: RouteLocationRaw;
  readonly order: number; // 0…99 daily work, 100…199 planning and measuring, 200… administration
  readonly permission?: string;
}

/** Something to do from anywhere, offered by the command palette. */
export interface CommandAction {
  readonly key: string;
  readonly label: string; // key of the text
  readonly icon: Component;
  readonly to: RouteLocationRaw;
  readonly permission?: string;
}

export interface Feature {
  readonly name: string; // the folder's
  readonly routes: readonly RouteRecordRaw[];
  readonly nav?: readonly NavEntry[];
  readonly actions?: readonly CommandAction[];
  /** Where notifications of a kind lead, when that is not the page of the record they name. */
  readonly notices?: Readonly<Record<string, (notice: Notification) => RouteLocationRaw>>;
}

/** Checks the shape at compile time; the default export of `features/<name>/index.ts`. */
export function defineFeature(feature: Feature): Feature {
  return feature;
}
