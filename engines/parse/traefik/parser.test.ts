import { describeSamples } from '../testing/samples.ts';
import { traefik } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(traefik, samples);
