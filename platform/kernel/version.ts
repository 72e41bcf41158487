import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The product's version: that of the workspace root, or of this package when it is installed alone. */
export function productVersion(): string {
  let found = '0.0.0';
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (version !== undefined) found = version;
    if (name === 'xinglin') break;
  }
  return found;
}
