import { describeSamples } from '../testing/samples.ts';
import { qianxinTianqing } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(qianxinTianqing, samples);
