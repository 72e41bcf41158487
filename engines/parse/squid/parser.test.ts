import { describeSamples } from '../testing/samples.ts';
import { squid } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(squid, samples);
