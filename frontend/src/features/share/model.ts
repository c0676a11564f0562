/** What shares and reasons say in words. Pure. */
import type { MetaObject } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/lib/dates';
import type { Explanation, Reason, Share } from './api';

/** The kinds of records that can be shared along with one: each once. */
export function childrenOf(meta: MetaObject): readonly string[] {
  return [...new Set(meta.children.map((child) => child.object))];
}

/** Is the last day of a share over? */
export function isOver(until: string | null, today: string): boolean {
  return until !== null && until < today;
}

/** "until 31 Dec 2026", or that there is no end. */
export function untilText(until: string | null, today: string, locale: string): string {
  if (until === null) {
    return t('share.until.open');
  }
  return t(isOver(until, today) ? 'share.until.over' : 'share.until.day', { day: formatDate(until, locale) });
}

export function rightText(canEdit: boolean): string {
  return t(canEdit ? 'share.right.edit' : 'share.right.read');
}

/** Only what one sees by a role, or through the record above, can be shared: a share is not passed on. */
export function mayShare(explanation: Explanation | undefined): boolean {
  return explanation?.reasons.some((reason) => ['admin', 'role', 'parent'].includes(reason.kind)) ?? false;
}

/** Who shared, who received, and who may change the record by role end a share; the server decides. */
export function mayEnd(share: Share, me: number, mayChange: boolean): boolean {
  return share.user_id === me || share.created_by_id === me || mayChange;
}

/** Who and what the sentences are about. */
export interface About {
  readonly who: string; // a name, or "you"
  readonly objects: string; // the kind of record, plural
  readonly today: string;
  readonly locale: string;
}
export interface ReasonText {
  readonly title: string;
  readonly text: string;
}

/** One reason as a title and a sentence. */
export function reasonText(reason: Reason, about: About): ReasonText {
  const { who, objects, today, locale } = about;
  switch (reason.kind) {
    case 'role':
    case 'outside_scope':
      return {
        title: t('share.why.role', { role: reason.role_name ?? '' }),
        text: t(`share.why.scope.${reason.scope ?? 'none'}`, { who, objects }),
      };
    case 'parent':
      return { title: t('share.why.role', { role: reason.role_name ?? '' }), text: t('share.why.parent') };
    case 'share': {
      const by = reason.share?.created_by_name;
      const right = rightText(reason.share?.can_edit ?? false);
      return {
        title: by ? t('share.why.share', { name: by }) : t('share.why.share_unknown'),
        text: [right, untilText(reason.share?.until_on ?? null, today, locale)].join(t('share.why.and')),
      };
    }
    default:
      return { title: t(`share.why.${reason.kind}.title`), text: t(`share.why.${reason.kind}.text`, { objects }) };
  }
}
