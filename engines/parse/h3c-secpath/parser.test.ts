import { describeSamples } from '../testing/samples.ts';
import { h3cSecpath } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(h3cSecpath, samples);
