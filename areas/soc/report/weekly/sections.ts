import { chineseDay } from '../../supervise/calendar/index.ts';
import { COLORS, barChart, compact, stackChart, timeChart } from '../charts/svg.ts';
import { advice, changes, periodName, summary } from './prose.ts';
import { LEVEL_COLOR, LEVEL_ZH, STATUS_COLOR, STATUS_ZH, duration } from './report-model.ts';
import type { Change, ReportModel } from './report-model.ts';

/** A report in the order it is read, free of any output format. */
export type Section =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | {
      readonly kind: 'list';
      readonly items: readonly string[];
      /** Number of the first item; default 1. */ readonly from?: number;
    }
  | {
      readonly kind: 'figures';
      readonly items: readonly {
        readonly label: string;
        readonly value: string;
        readonly note: string;
        readonly tone: 'good' | 'bad' | 'plain';
      }[];
    }
  | {
      readonly kind: 'chart';
      readonly caption: string;
      readonly width: number;
      readonly height: number;
      readonly svg: (fontFamily: string) => string;
    }
  | { readonly kind: 'table'; readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

const CHART_WIDTH = 480;

export function sectionsOf(model: ReportModel): Section[] {
  const before = periodName(model.kind);
  const sections: Section[] = [];
  const heading = (text: string): void => void sections.push({ kind: 'heading', text });
  const paragraph = (text: string): void => void sections.push({ kind: 'paragraph', text });
  const chart = (
    caption: string,
    height: number,
    draw: (style: { fontFamily: string; width: number; height: number }) => string,
  ): void =>
    void sections.push({
      kind: 'chart',
      caption,
      width: CHART_WIDTH,
      height,
      svg: (fontFamily) => draw({ fontFamily, width: CHART_WIDTH, height }),
    });

  heading('一、总体情况');
  for (const text of summary(model)) paragraph(text);
  sections.push({ kind: 'figures', items: figures(model, before) });

  heading(`二、与${before}相比的变化`);
  const different = changes(model);
  if (different.length === 0) paragraph(`与${before}相比没有显著变化。`);
  else sections.push({ kind: 'list', items: different });

  heading('三、告警与攻击');
  chart('图1  每日日志量与告警数', 190, (style) =>
    timeChart(
      style,
      model.trend.map((point) => point.day.slice(5).replace('-', '/')),
      [
        { name: '告警', color: COLORS.blue, kind: 'bar', values: model.trend.map((point) => point.alerts) },
        { name: '严重告警', color: COLORS.red, kind: 'bar', values: model.trend.map((point) => point.critical) },
        {
          name: '日志',
          color: COLORS.green,
          kind: 'line',
          axis: 'right',
          values: model.trend.map((point) => point.events),
        },
      ],
    ),
  );
  chart('图2  告警级别构成', 52, (style) =>
    stackChart(
      style,
      model.levels.map(({ level, count }) => ({
        label: LEVEL_ZH[level] ?? level,
        value: count,
        ...(LEVEL_COLOR[level] === undefined ? {} : { color: LEVEL_COLOR[level] }),
      })),
    ),
  );
  chart(`图3  触发最多的检测规则(浅色为${before})`, bars(model.topRules.length), (style) =>
    barChart(
      style,
      model.topRules.map((rule) => ({
        label: rule.name,
        value: rule.count,
        before: rule.before,
        color: LEVEL_COLOR[rule.level] ?? COLORS.blue,
      })),
    ),
  );
  chart(`图4  ATT&CK 战术分布(浅色为${before})`, bars(model.tactics.length), (style) =>
    barChart(
      style,
      model.tactics.map((tactic) => ({ label: tactic.name, value: tactic.count, before: tactic.before })),
    ),
  );
  if (model.region) {
    chart(`图5  告警最多的机构(浅色为${before})`, bars(model.topInstitutions.length), (style) =>
      barChart(
        style,
        model.topInstitutions.map((institution) => ({
          label: institution.name,
          value: institution.alerts,
          before: institution.before,
          color: institution.critical > 0 ? COLORS.red : COLORS.blue,
        })),
      ),
    );
    if (model.topInstitutions.length > 0)
      sections.push({
        kind: 'table',
        header: ['机构', '告警', '其中严重', '安全事件', '逾期通报'],
        rows: model.topInstitutions.map((item) => [
          item.name,
          compact(item.alerts),
          String(item.critical),
          String(item.incidents),
          String(item.overdue),
        ]),
      });
  }

  heading('四、安全事件');
  if (model.incidentList.length === 0) paragraph('本期没有新增安全事件。');
  else {
    paragraph(
      `本期新增安全事件${model.incidents.now}起，${model.incidents.now > model.incidentList.length ? `其中较重的${model.incidentList.length}起` : '情况'}如下：`,
    );
    sections.push({
      kind: 'table',
      header: ['编号', '事件', ...(model.region ? ['机构'] : []), '级别', '状态', '发现日期'],
      rows: model.incidentList.map((item) => [
        item.number,
        item.title,
        ...(model.region ? [item.institution] : []),
        item.grade,
        STATUS_ZH[item.status] ?? item.status,
        chineseDay(new Date(item.at)).slice(5),
      ]),
    });
  }

  heading('五、通报与整改');
  paragraph(
    `期末未办结${model.notices.open}家次，逾期${model.notices.overdue}家次；本期审核通过${model.notices.accepted.now}家次（${before}${model.notices.accepted.before}家次）。`,
  );
  chart('图6  通报办理状态（家次）', 52, (style) =>
    stackChart(
      style,
      model.notices.states.map(({ status, count }) => ({
        label: STATUS_ZH[status] ?? status,
        value: count,
        ...(STATUS_COLOR[status] === undefined ? {} : { color: STATUS_COLOR[status] }),
      })),
    ),
  );
  if (model.notices.overdueList.length > 0)
    sections.push({
      kind: 'table',
      header: ['通报编号', '标题', '单位', '整改期限', '逾期天数'],
      rows: model.notices.overdueList.map((item) => [
        item.number,
        item.title,
        item.institution,
        chineseDay(new Date(item.deadline)),
        String(item.days),
      ]),
    });

  heading('六、工作建议');
  sections.push({ kind: 'list', items: advice(model) });
  return sections;
}

const bars = (count: number): number => Math.max(60, count * 24 + 8);

function figures(model: ReportModel, before: string): Extract<Section, { kind: 'figures' }>['items'] {
  const arrow = ({ now, before: then }: { now: number; before: number }): string =>
    now === then ? `与${before}持平` : `${now > then ? '↑' : '↓'} ${compact(Math.abs(now - then))}`;
  const more = (
    label: string,
    change: Change,
  ): { label: string; value: string; note: string; tone: 'good' | 'bad' | 'plain' } => ({
    label,
    value: compact(change.now),
    note: arrow(change),
    tone: change.now === change.before ? 'plain' : change.now > change.before ? 'bad' : 'good',
  });
  const time = (
    label: string,
    { now, before: then }: ReportModel['mttd'],
  ): { label: string; value: string; note: string; tone: 'good' | 'bad' | 'plain' } => ({
    label,
    value: duration(now),
    note:
      now === null || then === null
        ? ''
        : Math.abs(now - then) < 1
          ? `与${before}持平`
          : `${now > then ? '↑' : '↓'} ${duration(Math.abs(now - then))}`,
    tone: now === null || then === null || Math.abs(now - then) < 1 ? 'plain' : now > then ? 'bad' : 'good',
  });
  return [
    more('安全告警', model.alerts),
    more('严重告警', model.criticalAlerts),
    more('安全事件', model.incidents),
    time('平均发现(MTTD)', model.mttd),
    time('平均处置(MTTR)', model.mttr),
    {
      label: '逾期通报',
      value: String(model.notices.overdue),
      note: `未办结 ${model.notices.open}`,
      tone: model.notices.overdue > 0 ? 'bad' : 'good',
    },
  ];
}
