import type { DemoSite } from '../region.ts';
import type { Random } from '../random.ts';
import { assetNamed } from '../traffic.ts';
import type { Emission, Via } from '../traffic.ts';

/** One record of a story: `after` is seconds from the story's start. */
export interface Step {
  readonly after: number;
  readonly emit: (at: Date) => Emission;
}

export interface Story {
  readonly key: string;
  readonly titleZh: string;
  /** `night`: its records carry last night's time, as an HIS that uploads its audit trail in the morning does. */
  readonly clock?: 'night';
  /** Which sites it can happen at: those that have the systems it needs. */
  readonly fits: (site: DemoSite) => boolean;
  readonly steps: (site: DemoSite, random: Random) => readonly Step[];
}

/** Documentation addresses (RFC 5737) stand for attackers, so nobody real is named. */
export const ATTACKERS = ['203.0.113.44', '203.0.113.107', '198.51.100.23', '198.51.100.77', '192.0.2.146'];
export const MINING_POOL = '198.51.100.200';
export const COMMAND_SERVER = '203.0.113.200';

export const to =
  (via: Via, site: DemoSite, payload: (at: Date) => Emission['payload']) =>
  (at: Date): Emission => ({ via, tenant: site.institution.tenant, payload: payload(at) });
export const hostOf = (site: DemoSite, suffix: string): { hostname: string; ip: string } =>
  assetNamed(site, suffix) ?? { hostname: 'UNKNOWN', ip: '10.0.0.1' };
export const isHospital = (site: DemoSite): boolean => site.institution.kind === 'hospital';
export const hasWeb = (site: DemoSite): boolean => assetNamed(site, 'WEBAPP01') !== undefined;
/** Where Windows keeps its own programs. */
export const SYSTEM32 = 'C:\\Windows\\System32\\';
