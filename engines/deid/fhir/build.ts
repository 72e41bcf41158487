/**
 * Makes `model-r4.data.ts` and `model-stu3.data.ts`: which type each element of FHIR has. Run by hand when a release is added:
 *
 *   npm pack fhirpath@3.18.0 && tar xzf fhirpath-3.18.0.tgz
 *   node --conditions=source engines/deid/fhir/build.ts package/fhir-context
 *
 * The facts are those of the HL7 FHIR specification (CC0); fhirpath 3.18.0 carries them as plain tables.
 */
/* oxlint-disable no-restricted-imports, no-restricted-globals -- a development script, not part of the engine: it reads the tables and writes the modules */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [source = ''] = process.argv.slice(2);

for (const version of ['r4', 'stu3']) {
  const read = <T>(file: string): Record<string, T> =>
    JSON.parse(readFileSync(join(source, version, file), 'utf8')) as Record<string, T>;
  const types = read<string>('path2Type.json');
  const parents = read<string>('type2Parent.json');
  const choices = read<string[]>('choiceTypePaths.json');
  const elsewhere = read<string>('pathsDefinedElsewhere.json');

  const choiceOf = (owner: string, key: string): string | undefined =>
    Object.keys(choices).find(
      (path) =>
        path.startsWith(`${owner}.`) &&
        key.startsWith(path.slice(owner.length + 1)) &&
        choices[path]?.includes(key.slice(path.length - owner.length - 1)) === true,
    );
  /** What an element inherits needs no line of its own. */
  const inherited = (owner: string, key: string): string | undefined => {
    const parent = owner.includes('.') ? types[owner] : parents[owner];
    return parent === undefined ? undefined : (types[`${parent}.${key}`] ?? inherited(parent, key));
  };

  const owners = new Map<string, string[]>();
  for (const [path, type] of Object.entries(types)) {
    const cut = path.lastIndexOf('.');
    if (cut < 0) continue;
    const owner = path.slice(0, cut);
    const key = path.slice(cut + 1);
    // A primitive has nothing but its value, its id and its extensions.
    if (/^[a-z]/.test(owner) || choiceOf(owner, key) !== undefined || inherited(owner, key) === type) continue;
    const line = owners.get(owner) ?? [];
    // The tables call the identity of a resource and the address of an extension strings; the specification does not.
    const exact =
      path === 'Resource.id' ? 'id' : path === 'Extension.url' ? 'uri' : type.replace('System.String', 'string');
    line.push(`${key}=${exact}`);
    owners.set(owner, line);
  }
  for (const [path, shared] of Object.entries(elsewhere)) {
    const cut = path.lastIndexOf('.');
    const line = owners.get(path.slice(0, cut)) ?? [];
    line.push(`${path.slice(cut + 1)}=@${shared}`);
    owners.set(path.slice(0, cut), line);
  }
  for (const [path, list] of Object.entries(choices)) {
    const cut = path.lastIndexOf('.');
    const owner = path.slice(0, cut);
    const line = owners.get(owner) ?? [];
    line.push(`${path.slice(cut + 1)}*${list.join('|')}`);
    owners.set(owner, line);
  }
  const text = [...owners].map(([owner, line]) => {
    const parent = parents[owner];
    return `${owner}${parent === undefined ? '' : `:${parent}`} ${line.join(',')}`;
  });
  // Types that add nothing to their parent still have to be known as types.
  for (const [type, parent] of Object.entries(parents))
    if (!owners.has(type) && /^[A-Z]/.test(type)) text.push(`${type}:${parent} `);
  writeFileSync(
    join(import.meta.dirname, `model-${version}.data.ts`),
    `/** Made by build.ts; do not edit. Element types of HL7 FHIR ${version.toUpperCase()} (CC0). */\nexport const MODEL_${version.toUpperCase()} =\n  '${text.toSorted().join(';')}';\n`,
  );
}
