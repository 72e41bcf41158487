import { describeSamples } from '../testing/samples.ts';
import { topsec } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(topsec, samples);
