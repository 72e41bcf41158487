import { describeSamples } from '../testing/samples.ts';
import { juniperSrx } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(juniperSrx, samples);
