import type { Role } from '../access/actor.ts';

/** Tells people: in-app inbox, e-mail, DingTalk, WeCom, Feishu. Delivery is queued, retried and recorded; the caller does not wait for it. */
export interface Notification {
  /** Stable kind, e.g. `notice.issued`, `notice.due_soon`, `alert.critical`, `source.silent`. */
  readonly kind: string;
  readonly tenant: string;
  readonly title: string;
  readonly text: string;
  /** Path in the console, e.g. `/notices/123`. */
  readonly link?: string;
  readonly severity: 'info' | 'warning' | 'critical';
  /** Only people with one of these roles find it in their inbox; everyone of the tenant when absent. */
  readonly roles?: readonly Role[];
  /** Same key within a day is sent once. */
  readonly dedupKey?: string;
}

export interface Notifier {
  /** To every user of the tenant (exact path) holding one of the roles, and to the tenant's configured channels that accept the kind. */
  send(notification: Notification): Promise<void>;
}
