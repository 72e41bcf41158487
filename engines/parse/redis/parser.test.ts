import { describeSamples } from '../testing/samples.ts';
import { redis } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(redis, samples);
