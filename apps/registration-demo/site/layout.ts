import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { HOSPITAL_NAME } from '../hospital/catalogue.ts';
import { maskName } from '../hospital/people.ts';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface PageOptions {
  readonly title: string;
  readonly userName?: string | undefined;
  readonly largeFont: boolean;
  /** Where the large-font switch returns to. */
  readonly path: string;
  readonly notice?: { readonly kind: 'done' | 'problem'; readonly text: string } | undefined;
  readonly current?: 'home' | 'mine' | 'family' | 'help';
}

/** The frame of every page: skip link, one banner, one navigation, one main. Works without scripts. */
export function layout(options: PageOptions, content: Html | Html[]): Html {
  const { title, userName, largeFont, path, notice, current } = options;
  const mark = (name: PageOptions['current']): Html => (name === current ? raw(' aria-current="page"') : raw(''));
  return html`<!doctype html>
    <html lang="zh-CN" class="${largeFont ? 'large' : ''}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${HOSPITAL_NAME}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/style.css" />
        <script src="/app.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">跳到正文</a>
        <p class="demo-bar">演示站点：人员和号源均为虚构，不收费，不发短信</p>
        <header>
          <div class="wide bar">
            <a class="brand" href="/"
              ><span aria-hidden="true" class="leaf"></span>${HOSPITAL_NAME}<small>预约挂号</small></a
            >
            <div class="tools">
              <form method="post" action="/settings/font" class="inline">
                <input type="hidden" name="back" value="${path}" />
                <button class="ghost" aria-pressed="${largeFont ? 'true' : 'false'}">
                  ${largeFont ? '标准字号' : '大字版'}
                </button>
              </form>
              <span class="who">
                ${
                  userName === undefined
                    ? html`<a href="/login">登录</a>`
                    : html`<form method="post" action="/logout" class="inline">
                        <span>${maskName(userName)}</span> <button class="ghost">退出</button>
                      </form>`
                }
              </span>
            </div>
          </div>
          <nav class="wide" aria-label="主导航">
            <a href="/" ${mark('home')}>预约</a>
            <a href="/mine" ${mark('mine')}>我的预约</a>
            <a href="/family" ${mark('family')}>就诊人</a>
            <a href="/help" ${mark('help')}>规则与帮助</a>
          </nav>
        </header>
        <main id="main" class="wide" tabindex="-1">
          ${
            notice === undefined
              ? ''
              : html`<div class="notice ${notice.kind}" role="${notice.kind === 'problem' ? 'alert' : 'status'}">
                  ${notice.text}
                </div>`
          }
          ${content}
        </main>
        <footer class="wide">
          <p>网上、电话、窗口、自助机同池抽签。不方便上网请拨打预约电话或到门诊大厅服务台，机会相同。</p>
        </footer>
      </body>
    </html>`;
}

const DAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];
const local = (at: number | string): Date => new Date(new Date(at).getTime() + 8 * 3_600_000);
const two = (value: number): string => String(value).padStart(2, '0');

/** `11月24日 周二` */
export function dayText(date: string): string {
  const [, month, day] = date.split('-');
  return `${Number(month)}月${Number(day)}日 ${DAYS[new Date(`${date}T00:00:00Z`).getUTCDay()] ?? ''}`;
}

export function clockText(at: number | string): string {
  const time = local(at);
  return `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
}

/** `11月24日 07:00` */
export function momentText(at: number | string): string {
  const time = local(at);
  return `${time.getUTCMonth() + 1}月${time.getUTCDate()}日 ${clockText(at)}`;
}

export const RELEASE_TEXT = {
  immediate: '先到先得',
  'random-delay': '随机放号',
  window: '限时登记抽签',
  waitlist: '实名候补抽签',
} as const;

export const BOOKING_TEXT = {
  held: '待支付',
  booked: '已预约',
  cancelled: '已取消',
  expired: '超时未付',
  visited: '已就诊',
  missed: '爽约',
} as const;

export const ENTRY_TEXT = { waiting: '候补中', won: '已中签', withdrawn: '已退出', lapsed: '已结束' } as const;
export const RELATION_TEXT = { self: '本人', child: '子女', parent: '父母', spouse: '配偶', other: '其他' } as const;
