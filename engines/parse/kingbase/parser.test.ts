import { describeSamples } from '../testing/samples.ts';
import { kingbase } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(kingbase, samples);
