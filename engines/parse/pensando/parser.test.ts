import { describeSamples } from '../testing/samples.ts';
import { pensando } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(pensando, samples);
