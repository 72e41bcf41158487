import { describeSamples } from '../testing/samples.ts';
import { hillstone } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(hillstone, samples);
