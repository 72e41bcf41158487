import { describeSamples } from '../testing/samples.ts';
import { mssql } from './parser.ts';
import samples from './samples.ndjson?raw';

describeSamples(mssql, samples);
