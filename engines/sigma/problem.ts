import type { SigmaIssue } from './types.ts';

/** Internal: carries one issue from deep in a rule to where the file and rule id are known. Never leaves the package. */
export class Problem extends Error {
  readonly code: string;
  readonly path: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, place: { path?: string; remedy?: string } = {}) {
    super(message);
    this.code = code;
    this.path = place.path;
    this.remedy = place.remedy;
  }
}

export function issueOf(
  problem: Problem,
  where: { file: string; ruleId?: string },
  severity: SigmaIssue['severity'] = 'error',
): SigmaIssue {
  return {
    code: problem.code,
    file: where.file,
    ...(where.ruleId === undefined ? {} : { ruleId: where.ruleId }),
    ...(problem.path === undefined ? {} : { path: problem.path }),
    message: problem.message,
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
    severity,
  };
}
