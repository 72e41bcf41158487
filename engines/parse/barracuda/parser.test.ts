import { describeSamples } from '../testing/samples.ts';
import { barracuda } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(barracuda, samples);
