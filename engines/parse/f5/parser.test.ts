import { describeSamples } from '../testing/samples.ts';
import { f5 } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(f5, samples);
