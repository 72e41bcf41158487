import { describeSamples } from '../testing/samples.ts';
import { ciscoMeraki } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(ciscoMeraki, samples);
