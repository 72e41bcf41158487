import { describeSamples } from '../testing/samples.ts';
import { oceanbase } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(oceanbase, samples);
