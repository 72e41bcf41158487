/**
 * Trains the name model and writes `../names/weights.data.ts`:
 *
 *   node --conditions=source engines/deid/text/train/train-names.ts
 */
/* oxlint-disable no-restricted-imports -- a development script, not part of the engine: it writes the module of weights */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from '../names/weights.ts';
import { learn, SHIPPED } from './learn.ts';

const packed = encode(learn(SHIPPED));
writeFileSync(
  join(import.meta.dirname, '../names/weights.data.ts'),
  `/** Made by train/train-names.ts; do not edit. */\nexport const WEIGHTS_BASE64 =\n  '${packed}';\n`,
);
