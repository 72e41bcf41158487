import { describeSamples } from '../testing/samples.ts';
import { venustech } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(venustech, samples);
