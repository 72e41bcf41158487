/** Topics the shell's one stream listens to; `inbox.changed` is the person's own notifications. */
export const LIVE_TOPICS: readonly string[] = [
  'alert.changed',
  'incident.changed',
  'notice.changed',
  'source.changed',
  'report.changed',
  'rules.changed',
  'inbox.changed',
  'antiscalp.decision',
  'antiscalp.appeal',
];
