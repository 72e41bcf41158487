import { describeSamples } from '../testing/samples.ts';
import { sangfor } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(sangfor, samples);
