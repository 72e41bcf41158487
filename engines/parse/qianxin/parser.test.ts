import { describeSamples } from '../testing/samples.ts';
import { qianxin } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(qianxin, samples);
