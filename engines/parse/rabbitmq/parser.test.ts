import { describeSamples } from '../testing/samples.ts';
import { rabbitmq } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(rabbitmq, samples);
