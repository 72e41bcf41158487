import { describeSamples } from '../testing/samples.ts';
import { o365 } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(o365, samples);
