import { describeSamples } from '../testing/samples.ts';
import { devicePairs } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(devicePairs, samples);
