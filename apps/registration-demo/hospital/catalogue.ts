import { DEFAULT_POLICY, seededRandom } from '@xinglin/antiscalp/release';
import type { Policy, Session } from '@xinglin/antiscalp/release';

export interface Department {
  readonly id: string;
  readonly name: string;
  readonly about: string;
}

export interface Doctor {
  readonly id: string;
  readonly department: string;
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Yuan. */
  readonly fee: number;
  readonly expert: boolean;
}

export interface PlannedSession {
  readonly session: Session;
  readonly policy: Policy;
  readonly half: 'am' | 'pm';
  readonly slots: readonly { readonly id: string; readonly startAt: number }[];
}

export interface Catalogue {
  readonly departments: readonly Department[];
  readonly doctors: readonly Doctor[];
  readonly sessions: readonly PlannedSession[];
}

export interface CatalogueOptions {
  readonly seed: number | string;
  readonly startAt: number;
  /** Doctors per department; the first is the contested expert. */
  readonly doctors: number;
  readonly days: number;
  readonly slots: number;
  /** For all sessions; without it experts show a window and a waitlist, the others release at once. */
  readonly policy?: Partial<Policy>;
  /** Seconds from the start to the release of all sessions; without it the demo's own times. */
  readonly releaseInSeconds?: number;
}

export const HOSPITAL_NAME = '杏林示范医院';
const DAY = 86_400_000;
const ZONE = 8 * 3_600_000;

const DEPARTMENTS: readonly Department[] = [
  { id: 'cardiology', name: '心血管内科', about: '胸闷、心悸、高血压、冠心病' },
  { id: 'pediatrics', name: '儿科', about: '14 岁以下儿童内科疾病' },
  { id: 'stomatology', name: '口腔科', about: '牙痛、种植、正畸' },
  { id: 'orthopedics', name: '骨科', about: '颈肩腰腿痛、骨折、关节' },
  { id: 'ophthalmology', name: '眼科', about: '白内障、青光眼、近视' },
  { id: 'tcm', name: '中医科', about: '内科杂病、调理、针灸' },
];
const NAMES =
  '林慧敏 周正国 陈思远 黄秋萍 吴建平 郑雅文 何志刚 梁晓燕 谢文博 罗玉珍 邓国强 许佳宁 曹明德 彭丽华 沈一鸣 吕春梅 袁海峰 唐静怡 韩立新 冯紫薇'.split(
    ' ',
  );

/** `2026-11-23` in China's time. */
export function localDay(at: number): string {
  return new Date(at + ZONE).toISOString().slice(0, 10);
}

export function makeCatalogue(options: CatalogueOptions): Catalogue {
  const random = seededRandom(`catalogue ${options.seed}`);
  const doctors: Doctor[] = [];
  const sessions: PlannedSession[] = [];
  const today = Date.parse(`${localDay(options.startAt)}T00:00:00+08:00`);
  for (const [index, department] of DEPARTMENTS.entries()) {
    for (let at = 0; at < options.doctors; at += 1) {
      const expert = at === 0;
      const doctor: Doctor = {
        id: `${department.id}-${at + 1}`,
        department: department.id,
        name: NAMES[(index * options.doctors + at) % NAMES.length]!,
        title: expert ? '主任医师' : at === 1 ? '副主任医师' : '主治医师',
        about: `${department.about.split('、')[at % 3] ?? department.about}的诊治`,
        fee: expert ? 50 : at === 1 ? 30 : 20,
        expert,
      };
      doctors.push(doctor);
      for (let day = 1; day <= options.days; day += 1) {
        const half = (day + at + index) % 2 === 0 ? 'am' : 'pm';
        const first = today + day * DAY + (half === 'am' ? 8 : 14) * 3_600_000;
        const id = `${doctor.id}-${localDay(first).replaceAll('-', '')}-${half}`;
        const releaseAt = releaseOf(options, expert, day, index);
        sessions.push({
          half,
          policy: { ...policyOf(options, expert, index, day), ...options.policy },
          session: {
            id,
            hospital: 'demo',
            department: department.id,
            doctor: doctor.id,
            date: localDay(first),
            publishAt: Math.min(options.startAt, releaseAt),
            releaseAt,
            closeAt: first - 3_600_000,
          },
          slots: Array.from({ length: options.slots }, (_, slot) => ({
            id: `${id}-${String(slot + 1).padStart(2, '0')}`,
            startAt: first + slot * 600_000 + (slot > 9 ? random.below(2) * 60_000 : 0),
          })),
        });
      }
    }
  }
  return { departments: DEPARTMENTS, doctors, sessions };
}

/** Ordinary sessions are out already; of an expert's, tomorrow's release is minutes away and the others follow in the days to come. */
function releaseOf(options: CatalogueOptions, expert: boolean, day: number, index: number): number {
  if (options.releaseInSeconds !== undefined) return options.startAt + options.releaseInSeconds * 1000;
  if (!expert) return options.startAt;
  if (day === 1) return options.startAt + (index % 2 === 0 ? 0 : 5 * 60_000);
  return options.startAt + (day - 1) * DAY;
}

function policyOf(options: CatalogueOptions, expert: boolean, index: number, day: number): Policy {
  if (!expert) return { ...DEFAULT_POLICY, release: { kind: 'immediate' } };
  const window = index % 2 === 0 && day === 1;
  return { ...DEFAULT_POLICY, release: window ? { kind: 'window', windowSeconds: 600 } : { kind: 'waitlist' } };
}
