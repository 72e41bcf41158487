import { describeSamples } from '../testing/samples.ts';
import { kafka } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(kafka, samples);
