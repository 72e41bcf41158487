import { describeSamples } from '../testing/samples.ts';
import { nats } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(nats, samples);
