import { describeSamples } from '../testing/samples.ts';
import { zeek } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(zeek, samples);
