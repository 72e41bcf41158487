import { expect, test } from 'vitest';
import { incidentSeverity, proposeTitle, tacticsInOrder } from './propose.ts';
import type { StoryAlert } from './propose.ts';

function alert(severity: number, techniques: string[], tactics: string[], firstSeen = 0, kind = 'rule'): StoryAlert {
  return { severity, techniques, tactics, title: '规则标题', firstSeen, kind };
}

test('proposeTitle() names the story after its worst alert and tells the way it went', () => {
  const story = [
    alert(60, ['T1110.003'], ['credential-access'], 1),
    alert(75, ['T1021.002'], ['lateral-movement'], 2),
    alert(95, ['T1486'], ['impact'], 3),
    alert(20, ['T1046'], ['discovery'], 4),
  ];
  expect(proposeTitle(story, tacticsInOrder(story), '市一院', 'HIS 数据库')).toEqual({
    title: '市一院 HIS 数据库：疑似勒索软件攻击（凭据访问→横向移动→破坏影响→发现）',
    category: '恶意程序/勒索软件',
  });
});

test('proposeTitle() takes the longest technique, then the tactic, then says what the rule says', () => {
  expect(proposeTitle([alert(50, ['T1505.003'], [])], [], 'A', '').title).toBe('A：疑似 WebShell');
  expect(proposeTitle([alert(50, ['T1505.001'], [])], [], 'A', '').title).toBe('A：疑似植入后门');
  expect(proposeTitle([alert(50, [], ['exfiltration'])], [], 'A', 'b').category).toBe('数据安全/数据窃取');
  expect(proposeTitle([alert(50, [], [], 0, 'intel')], [], 'A', '').category).toBe('网络攻击/失陷主机');
  expect(proposeTitle([alert(50, ['T9999'], [])], [], 'A', '')).toEqual({
    title: 'A：规则标题',
    category: '异常行为/其他',
  });
  expect(proposeTitle([], [], 'A', '').title).toBe('A：安全事件');
});

test('tacticsInOrder() follows first sight, then the chain', () => {
  expect(tacticsInOrder([alert(1, [], ['impact', 'Lateral_Movement'], 5), alert(1, [], ['impact'], 1)])).toEqual([
    'impact',
    'lateral-movement',
  ]);
  expect(tacticsInOrder([alert(1, [], ['impact', 'execution'], 5)])).toEqual(['execution', 'impact']);
});

test('incidentSeverity() grows with tactics and machines up to a bound', () => {
  expect(incidentSeverity(60, 1, 1)).toBe(60);
  expect(incidentSeverity(60, 2, 2)).toBe(65);
  expect(incidentSeverity(80, 4, 40)).toBe(95);
  expect(incidentSeverity(0, 0, 0)).toBe(0);
});
