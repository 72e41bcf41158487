import { expect, test } from 'vitest';
import type { Candidate, PendingAlert } from './candidates.ts';
import { decide } from './decide.ts';
import { buildGraph } from './graph.ts';
import { INCIDENT, isOver } from './machine.ts';
import type { IncidentState } from './machine.ts';
import type { ScoreContext } from './score.ts';
import { furthestStage, stageOf } from './attack-stages.ts';

const plain: ScoreContext = { frequency: () => 0, assetOf: () => undefined, isInfrastructure: () => false };
const host = (value: string) => ({ type: 'host', value, role: 'target' });

function alert(severity: number, hosts: readonly string[], tactics: readonly string[] = []): PendingAlert {
  return {
    id: 'new',
    tenant: 't',
    title: 'x',
    level: 'medium',
    severity,
    entities: hosts.map(host),
    tactics,
    from: 0,
    to: 0,
  };
}

function other(id: string, over: Partial<Candidate> & { hosts: readonly string[] }): Candidate {
  const { hosts, ...rest } = over;
  return {
    kind: 'incident',
    id,
    number: id,
    status: 'new',
    origin: 'auto',
    severity: 60,
    createdAt: 0,
    entities: hosts.map(host),
    tactics: [],
    from: 0,
    to: 0,
    ...rest,
  };
}

test('decide() joins the best incident and takes free alerts along', () => {
  const decision = decide(
    alert(20, ['a', 'b']),
    [other('i1', { hosts: ['a'] }), other('i2', { hosts: ['a', 'b'] }), other('f1', { kind: 'alert', hosts: ['b'] })],
    plain,
  );
  expect(decision).toMatchObject({
    kind: 'join',
    best: { candidate: { id: 'i2' } },
    propose: [{ candidate: { id: 'i1' } }],
    merge: [],
    with: [{ candidate: { id: 'f1' } }],
  });
});

test('decide() merges only what is strong on both sides and untouched', () => {
  const strong = ['a', 'b'];
  const both = (over: Partial<Candidate>) =>
    decide(alert(20, strong), [other('i1', { hosts: strong }), other('i2', { hosts: strong, ...over })], plain);
  expect(both({})).toMatchObject({ merge: [{ candidate: { id: 'i2' } }], propose: [] });
  for (const touched of [{ status: 'triage' }, { origin: 'manual' }])
    expect(both(touched)).toMatchObject({ merge: [], propose: [{ candidate: { id: 'i2' } }] });
});

test('decide() opens an incident for one severe alert, for notable pairs and for a chain of small ones, not for noise', () => {
  const free = (severity: number, tactics: readonly string[] = [], id = 'f') =>
    other(id, { kind: 'alert', hosts: ['a'], severity, tactics });
  expect(decide(alert(85, ['z']), [], plain).kind).toBe('open');
  expect(decide(alert(84, ['z']), [], plain).kind).toBe('none');
  expect(decide(alert(20, ['a']), [free(50)], plain).kind).toBe('open');
  expect(decide(alert(20, ['a']), [free(49)], plain).kind).toBe('none');
  const chain = [free(30, ['discovery'], 'f1'), free(10, ['lateral-movement'], 'f2')];
  expect(decide(alert(20, ['a'], ['discovery']), chain, plain).kind).toBe('open');
  expect(
    decide(alert(20, ['a'], ['discovery']), [free(30, ['discovery'], 'f1'), free(10, ['discovery'], 'f2')], plain).kind,
  ).toBe('none');
  expect(
    decide(
      alert(20, ['a'], ['discovery']),
      [free(50)].map((item) => ({ ...item, entities: [host('q')] })),
      plain,
    ).kind,
  ).toBe('none');
});

test('the incident machine lets work go forward, and back only from closed', () => {
  expect(INCIDENT.actions('new', undefined)).toEqual(['triage', 'contain', 'close', 'merge']);
  expect(INCIDENT.actions('contained', undefined)).toEqual(['close', 'merge']);
  expect(INCIDENT.final).toEqual(['merged']);
  expect(INCIDENT.actions('closed', undefined)).toEqual(['reopen']);
  expect(['new', 'triage', 'contained', 'closed', 'merged'].filter((state) => isOver(state as IncidentState))).toEqual([
    'closed',
    'merged',
  ]);
  expect(() => INCIDENT.next('closed', 'triage', undefined)).toThrow(
    expect.objectContaining({ code: 'fsm.not_allowed' }),
  );
});

test('stageOf() knows the chain in both spellings', () => {
  expect(stageOf('lateral_movement')).toBe(stageOf('lateral-movement'));
  expect(stageOf('nonsense')).toBe(-1);
  expect(furthestStage(['discovery', 'impact', 'x'])).toBe(13);
  expect(furthestStage([])).toBe(-1);
});

test('buildGraph() draws who did what to whom, with counts, labels and assets', () => {
  const flow = {
    'source.ip': '10.1.9.33',
    'destination.ip': '10.1.2.10',
    'observer.type': 'firewall',
    'host.name': 'fw',
  };
  const { nodes, edges } = buildGraph(
    [
      { event: flow, label: 'SMB' },
      { event: flow, label: 'SMB' },
      { event: flow, label: '扫描' },
      {
        event: { 'host.name': 'db', 'user.name': 'svc', 'process.name': 'x.exe', 'url.original': '/ignored' },
        label: '加密',
      },
      { event: { 'source.ip': '10.1.9.33', 'user.name': 'li' }, label: '登录' },
    ],
    (_, value) => (value === '10.1.2.10' ? 'HIS 数据库' : undefined),
  );
  expect(nodes[0]).toEqual({ id: 'ip:10.1.9.33', type: 'ip', label: '10.1.9.33', weight: 4, asset: null });
  expect(nodes.find((node) => node.id === 'ip:10.1.2.10')?.asset).toBe('HIS 数据库');
  expect(nodes.some((node) => node.type === 'url' || node.id === 'host:fw')).toBe(false);
  expect(edges).toEqual([
    { from: 'ip:10.1.9.33', to: 'ip:10.1.2.10', count: 3, label: 'SMB、扫描' },
    { from: 'host:db', to: 'process:x.exe', count: 1, label: '加密' },
    { from: 'ip:10.1.9.33', to: 'user:li', count: 1, label: '登录' },
    { from: 'user:svc', to: 'host:db', count: 1, label: '加密' },
  ]);
});

test('buildGraph() stays drawable when there are thousands of machines', () => {
  const events = Array.from({ length: 3_000 }, (_, index) => ({
    event: { 'source.ip': `198.18.${index >> 8}.${index & 255}`, 'host.name': `h${index % 50}` },
    label: 'x',
  }));
  const { nodes, edges } = buildGraph(events, () => undefined);
  expect(nodes.length).toBeLessThanOrEqual(80);
  expect(edges.length).toBeLessThanOrEqual(160);
  const ids = new Set(nodes.map((node) => node.id));
  expect(edges.every((edge) => ids.has(edge.from) && ids.has(edge.to))).toBe(true);
});
