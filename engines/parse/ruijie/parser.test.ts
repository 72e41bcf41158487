import { describeSamples } from '../testing/samples.ts';
import { ruijie } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(ruijie, samples);
