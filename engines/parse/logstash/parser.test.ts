import { describeSamples } from '../testing/samples.ts';
import { logstash } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(logstash, samples);
