import { describeSamples } from '../testing/samples.ts';
import { huaweiUsg } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(huaweiUsg, samples);
