import { describeSamples } from '../testing/samples.ts';
import { qihoo360 } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(qihoo360, samples);
