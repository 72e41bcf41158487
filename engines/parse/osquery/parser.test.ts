import { describeSamples } from '../testing/samples.ts';
import { osquery } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(osquery, samples);
