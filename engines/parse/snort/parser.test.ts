import { describeSamples } from '../testing/samples.ts';
import { snort } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(snort, samples);
