import { describeSamples } from '../testing/samples.ts';
import { asiainfo } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(asiainfo, samples);
