import { describeSamples } from '../testing/samples.ts';
import { dameng } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(dameng, samples);
