import { describeSamples } from '../testing/samples.ts';
import { sophos } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(sophos, samples);
