import { describeSamples } from '../testing/samples.ts';
import { dasWaf } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(dasWaf, samples);
