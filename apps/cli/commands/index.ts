import type { Register } from '../command.ts';
import { registerAntiscalp } from './antiscalp.ts';
import { registerAudit } from './audit.ts';
import { registerCollect } from './collect.ts';
import { registerReveal } from './collect-reveal.ts';
import { registerDatasec } from './datasec.ts';
import { registerDeid } from './deid.ts';
import { registerDemo } from './demo.ts';
import { registerDetect } from './detect.ts';
import { registerDoctor } from './doctor.ts';
import { registerDraw } from './draw.ts';
import { registerGateway } from './gateway.ts';
import { registerMigrate } from './migrate.ts';
import { registerOpenapi } from './openapi.ts';
import { registerParse } from './parse.ts';
import { registerRegistrationDemo } from './registration-demo.ts';
import { registerReplay } from './replay.ts';
import { registerRules } from './rules.ts';
import { registerServe } from './serve.ts';
import { registerUser } from './user.ts';

/** All verbs, in the order of the help. */
export const COMMANDS: readonly Register[] = [
  registerServe,
  registerDemo,
  registerCollect,
  registerReveal,
  registerGateway,
  registerReplay,
  registerDetect,
  registerDeid,
  registerRules,
  registerParse,
  registerDoctor,
  registerMigrate,
  registerAntiscalp,
  registerAudit,
  registerDraw,
  registerRegistrationDemo,
  registerUser,
  registerOpenapi,
  registerDatasec,
];
