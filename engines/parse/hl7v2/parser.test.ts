import { describeSamples } from '../testing/samples.ts';
import { hl7v2 } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(hl7v2, samples);
