import type { RuleIssue } from '../types.ts';

/** Thrown by what must succeed or not happen at all; carries every issue, not the first. */
export class RuleSetError extends Error {
  readonly issues: readonly RuleIssue[];

  constructor(issues: readonly RuleIssue[]) {
    super(issues.map(issueText).join('\n'));
    this.name = 'RuleSetError';
    this.issues = issues;
  }
}

/** One issue as one line for people: place, message, remedy. */
export function issueText(issue: RuleIssue): string {
  const place = issue.line === undefined ? (issue.path ?? '') : `${issue.line}:${issue.column ?? 1}`;
  return `${place === '' ? '' : `${place} `}${issue.message}${issue.remedy === undefined ? '' : ` ${issue.remedy}`}`;
}
