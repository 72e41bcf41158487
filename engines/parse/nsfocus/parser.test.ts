import { describeSamples } from '../testing/samples.ts';
import { nsfocus } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(nsfocus, samples);
