import { describeSamples } from '../testing/samples.ts';
import { paloalto } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(paloalto, samples);
