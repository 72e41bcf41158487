import { describeSamples } from '../testing/samples.ts';
import { mirth } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(mirth, samples);
