import { describeSamples } from '../testing/samples.ts';
import { atna } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(atna, samples);
