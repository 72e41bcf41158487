import { describeSamples } from '../testing/samples.ts';
import { kibana } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(kibana, samples);
