/**
 * Makes `dictionary.data.ts` (value representation of every standard element) and `profile.data.ts` (PS3.15 table E.1-1). Run by hand
 * when the standard changes:
 *
 *   pip download --no-deps pydicom==3.0.1 && unzip pydicom-3.0.1*.whl pydicom/_dicom_dict.py
 *   node --conditions=source engines/deid/dicom/build.ts pydicom/_dicom_dict.py confidentiality_profile_attributes.json
 *
 * pydicom (MIT) carries PS3.6, innolitics/dicom-standard (MIT) the profile table as JSON.
 */
/* oxlint-disable no-restricted-imports, no-restricted-globals -- a development script, not part of the engine: it reads the lists and writes the modules */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [dictionary = '', profile = ''] = process.argv.slice(2);

/** `gggg` once, then `eeeeVR` for each of its elements. */
const groups = new Map<string, string[]>();
for (const [, tag = '', vr = ''] of readFileSync(dictionary, 'utf8').matchAll(
  /^ {4}0x([0-9A-F]{8}): \('([A-Z]{2})/gm,
)) {
  const group = groups.get(tag.slice(0, 4)) ?? [];
  group.push(`${tag.slice(4)}${vr}`);
  groups.set(tag.slice(0, 4), group);
}
const vrs = [...groups].map(([group, elements]) => `${group}${elements.join('')}`).join(' ');
writeFileSync(
  join(import.meta.dirname, 'dictionary.data.ts'),
  `/** Made by build.ts; do not edit. Source: PS3.6 by pydicom 3.0.1 (MIT). */\nexport const DICTIONARY =\n  '${vrs}';\n`,
);

/** Letters of the options of E.3; the action under the option follows (K keep, C clean). */
const OPTIONS: readonly (readonly [string, string])[] = [
  ['rtnSafePrivOpt', 'p'],
  ['rtnUIDsOpt', 'u'],
  ['rtnDevIdOpt', 'd'],
  ['rtnInstIdOpt', 'i'],
  ['rtnPatCharsOpt', 'c'],
  ['rtnLongFullDatesOpt', 'f'],
  ['rtnLongModifDatesOpt', 'm'],
  ['cleanDescOpt', 't'],
  ['cleanStructContOpt', 's'],
  ['cleanGraphOpt', 'g'],
];
const rows = (JSON.parse(readFileSync(profile, 'utf8')) as Record<string, string>[])
  .filter(({ id = '' }) => /^[0-9a-f]{8}$/.test(id))
  .map((row) => {
    const options = OPTIONS.flatMap(([key, letter]) => (row[key] === undefined ? [] : [`${letter}${row[key]}`]));
    return `${row.id ?? ''}${row.basicProfile ?? ''}${options.length === 0 ? '' : ':'}${options.join('')}`;
  });
writeFileSync(
  join(import.meta.dirname, 'profile.data.ts'),
  `/** Made by build.ts; do not edit. Source: PS3.15 table E.1-1 by innolitics/dicom-standard (MIT). */\nexport const PROFILE =\n  '${rows.join(' ')}';\n`,
);
