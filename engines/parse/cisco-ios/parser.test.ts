import { describeSamples } from '../testing/samples.ts';
import { ciscoIos } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(ciscoIos, samples);
