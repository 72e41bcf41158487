import { describeSamples } from '../testing/samples.ts';
import { vsftpd } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(vsftpd, samples);
