import { describeSamples } from '../testing/samples.ts';
import { icinga } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(icinga, samples);
