import { describeSamples } from '../testing/samples.ts';
import { santa } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(santa, samples);
