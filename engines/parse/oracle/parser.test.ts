import { describeSamples } from '../testing/samples.ts';
import { oracle } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(oracle, samples);
