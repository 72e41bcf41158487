import { describeSamples } from '../testing/samples.ts';
import { checkpoint } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(checkpoint, samples);
