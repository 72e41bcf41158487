import { apache } from './apache/parser.ts';
import { linuxAuth } from './linux-auth/parser.ts';
import { linuxSyslog } from './linux-syslog/parser.ts';
import { nginx } from './nginx/parser.ts';
import type { ParserSpec } from './types.ts';

/**
 * Every parser of the package. Order matters only between equally sure candidates: the first wins.
 * @example
 * ```ts
 * import { catalogue } from '@xinglin/parse';
 * catalogue.map((spec) => spec.dataset); // ['linux.auth', 'nginx.access', …]
 * ```
 */
export const catalogue: readonly ParserSpec[] = [linuxAuth, nginx, apache, linuxSyslog];
