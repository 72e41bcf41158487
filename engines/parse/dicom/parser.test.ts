import { describeSamples } from '../testing/samples.ts';
import { dicom } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(dicom, samples);
