import { verifyDraw } from '@xinglin/antiscalp/release';
import type { DrawRecord } from '@xinglin/antiscalp/release';
import { html } from 'hono/html';
import type { Hospital } from '../hospital/hospital.ts';
import type { Account } from '../hospital/people.ts';
import { RELATION_TEXT, RELEASE_TEXT, clockText, dayText, momentText } from './layout.ts';
import type { Html } from './layout.ts';
import { bookingItem, sessionDetail } from './shapes.ts';

export function sessionPage(hospital: Hospital, id: string, account: Account | undefined): Html | undefined {
  const listed = hospital.session(id);
  if (listed === undefined) return undefined;
  const detail = sessionDetail(listed, hospital.now);
  const { doctor } = listed;
  const department = hospital.catalogue.departments.find((one) => one.id === detail.department);
  const draws = detail.draws as unknown as DrawRecord[];
  const over = Date.parse(detail.closeAt) <= hospital.now;
  const canEnter = detail.entriesOpen && detail.open === 0;
  const patient = patientChoice(hospital, account);
  const gate = html`<p><a class="button" href="/login?next=/sessions/${id}">登录后预约</a></p>`;
  return html`<p class="crumbs">
      <a href="/">全部科室</a> › <a href="/departments/${detail.department}">${department?.name ?? '科室'}</a>
    </p>
    <h1>${doctor.name} <small>${doctor.title}</small></h1>
    <p class="lead">
      ${dayText(detail.date)} ${detail.half === 'am' ? '上午' : '下午'} · ${detail.fee} 元 ·
      ${RELEASE_TEXT[detail.release]}
    </p>
    ${over ? html`<p class="notice problem">该门诊已停止网上预约，余号由门诊窗口发放。</p>` : ''}
    ${
      detail.open > 0
        ? html`<section aria-labelledby="slots">
            <h2 id="slots">选择时间</h2>
            ${
              account === undefined
                ? gate
                : html`<form method="post" action="/sessions/${id}/book" class="panel">
                    ${patient}
                    <fieldset>
                      <legend>就诊时间</legend>
                      <div class="slots">
                        ${detail.slots.map(
                          (slot, at) =>
                            html`<label class="slot ${slot.state}"
                              ><input
                                type="radio"
                                name="slot"
                                value="${slot.id}"
                                required
                                ${slot.state === 'open' ? '' : 'disabled'}
                              /><span>${clockText(slot.startAt)}</span
                              ><small
                                >${slot.state === 'open' ? '可约' : slot.state === 'later' ? '待放' : '已约'}</small
                              ><span class="sr">${at + 1} 号</span></label
                            >`,
                        )}
                      </div>
                    </fieldset>
                    <button>确认预约</button>
                  </form>`
            }
          </section>`
        : ''
    }
    ${
      canEnter
        ? html`<section aria-labelledby="enter">
            <h2 id="enter">${detail.drawAt === null ? '登记候补' : '登记抽签'}</h2>
            <p>
              共 ${detail.total} 个号，已有 ${detail.waiting}
              人登记。${
                detail.drawAt === null
                  ? '有人退号时，将在候补者中抽签，不会直接放出。'
                  : html`<time datetime="${detail.drawAt}" data-until="${detail.drawAt}"
                        >${momentText(detail.drawAt)}</time
                      >
                      截止并抽签，先后登记机会一样。`
              }
            </p>
            ${account === undefined ? gate : html`<form method="post" action="/sessions/${id}/enter" class="panel">${patient}<button>${detail.drawAt === null ? '登记候补' : '登记抽签'}</button></form>`}
          </section>`
        : ''
    }
    ${!canEnter && detail.open === 0 && !over ? html`<p class="notice done">${momentText(detail.releaseAt)} 开始登记。</p>` : ''}
    ${
      draws.length === 0
        ? ''
        : html`<section aria-labelledby="draws">
            <h2 id="draws">抽签公示</h2>
            <p class="muted">登记截止前先公布种子的承诺值，截止时公布名单，抽签后公布种子，任何人都可以重算。</p>
            <ul class="list">
              ${draws.map(
                (draw) =>
                  html`<li class="card">
                    <a href="/draws/${draw.id}"
                      >${momentText(draw.closesAt)}
                      ${draw.seed === undefined ? '截止（未抽）' : `已抽签：${draw.entrants?.length ?? 0} 人登记，${draw.winners?.length ?? 0} 人中签`}</a
                    >
                    <span class="muted hash">承诺值 ${draw.commitment}</span>
                  </li>`,
              )}
            </ul>
          </section>`
    }`;
}

function patientChoice(hospital: Hospital, account: Account | undefined): Html {
  if (account === undefined) return html``;
  return html`<label for="patient">就诊人</label>
    <select id="patient" name="patient">
      ${account.members.map(({ person, relation }) => html`<option value="${person}">${hospital.people.get(person)?.name}（${RELATION_TEXT[relation]}）</option>`)}
    </select>`;
}

/** The payment step of the demo: it says twice that no money moves. */
export function payPage(hospital: Hospital, account: Account, id: string): Html | undefined {
  const booking = hospital.booking(account, id);
  if (booking?.state !== 'held') return undefined;
  const item = bookingItem(hospital, booking);
  const { doctor, plan } = hospital.session(booking.session)!;
  return html`<h1>演示支付</h1>
    <div class="panel">
      <p class="notice done">这是演示支付，不会扣款，也不需要卡号。</p>
      <dl>
        <dt>医生</dt>
        <dd>${doctor.name} ${doctor.title}</dd>
        <dt>时间</dt>
        <dd>${dayText(plan.session.date)} ${clockText(item.startAt)}</dd>
        <dt>就诊人</dt>
        <dd>${hospital.people.get(booking.person)?.name}</dd>
        <dt>挂号费</dt>
        <dd>${doctor.fee} 元（演示）</dd>
        <dt>支付截止</dt>
        <dd><time datetime="${item.holdUntil}" data-until="${item.holdUntil}">${momentText(item.holdUntil)}</time></dd>
      </dl>
      <form method="post" action="/bookings/${id}/pay"><button autofocus>完成演示支付</button></form>
      <p><a href="/mine">稍后支付</a></p>
    </div>`;
}

export function cancelPage(hospital: Hospital, account: Account, id: string): Html | undefined {
  const booking = hospital.booking(account, id);
  if (booking === undefined || (booking.state !== 'held' && booking.state !== 'booked')) return undefined;
  const { doctor, plan } = hospital.session(booking.session)!;
  const penalty = plan.policy.limits.cancel;
  return html`<h1>取消预约</h1>
    <div class="panel">
      <p>确定取消 ${dayText(plan.session.date)} ${doctor.name}的预约吗？</p>
      <ul>
        <li>号源会在候补者中抽签，不能转给指定的人。</li>
        <li>取消后，该就诊人不能再登记这一门诊。</li>
        ${penalty === null ? '' : html`<li>${penalty.withinDays} 天内取消 ${penalty.count} 次，暂停预约 ${penalty.banDays} 天。</li>`}
      </ul>
      <form method="post" action="/bookings/${id}/cancel"><button class="danger">确定取消</button></form>
      <p><a href="/mine">不取消，返回</a></p>
    </div>`;
}

const CHECK_TEXT = {
  format: '记录完整',
  times: '先承诺、后截止、再公布',
  commitment: '种子与事先公布的承诺值一致',
  entrants: '名单与截止时公布的哈希一致',
  beacon: '公共随机数',
  order: '重算的抽签顺序一致',
  winners: '重算的中签名单一致',
} as const;

export function drawPage(record: DrawRecord, key: string | undefined): Html {
  if (record.seed === undefined)
    return html`<h1>抽签公示</h1>
      <div class="panel">
        <p>
          登记截止：<time datetime="${record.closesAt}" data-until="${record.closesAt}"
            >${momentText(record.closesAt)}</time
          >
        </p>
        <p>种子承诺值(${record.algorithm.toUpperCase()}):</p>
        <p class="hash">${record.commitment}</p>
        <p class="muted">请抄下或截图保存。抽签后公布种子，承诺值对不上就说明种子被换过。</p>
      </div>`;
  const verdict = verifyDraw(record, key === undefined ? {} : { key });
  const winners = new Set(record.winners);
  return html`<h1>抽签结果与凭证</h1>
    ${
      key === undefined
        ? ''
        : verdict.rank === 0
          ? html`<p class="notice problem" role="alert">名单中没有编号 ${key}。</p>`
          : html`<p class="notice ${verdict.won === true ? 'done' : 'problem'}" role="status">
              编号 <code>${key}</code>：第 ${verdict.rank}
              顺位，${verdict.won === true ? '已中签' : '未中签，已自动转入候补'}
            </p>`
    }
    <div class="panel">
      <p>
        ${record.entrants?.length} 人登记，${record.places} 个号，${momentText(record.revealedAt ?? record.closesAt)}
        抽签。
      </p>
      <ul class="checks">
        ${verdict.checks.map(({ name, ok }) => html`<li class="${ok ? 'ok' : 'bad'}">${ok ? '通过' : '不通过'}：${CHECK_TEXT[name]}</li>`)}
      </ul>
      <dl>
        <dt>承诺值</dt>
        <dd class="hash">${record.commitment}</dd>
        <dt>名单哈希</dt>
        <dd class="hash">${record.entrantsHash}</dd>
        <dt>种子</dt>
        <dd class="hash">${record.seed}</dd>
      </dl>
      <p class="actions">
        <a class="button" href="/verify?draw=${record.id}">在您自己的设备上重算</a>
        <a class="button second" href="/api/draws/${record.id}" download="draw-${record.id}.json">下载记录</a>
      </p>
    </div>
    <h2>抽签顺序</h2>
    <ol class="order">
      ${(record.order ?? []).slice(0, 500).map((one) => html`<li><code>${one}</code>${winners.has(one) ? html` <b class="badge open">中签</b>` : ''}</li>`)}
    </ol>`;
}

export function helpPage(): Html {
  return html`<h1>规则与帮助</h1>
    <div class="panel prose">
      <h2>怎么放号</h2>
      <p>普通号先到先得。专家号先登记、后抽签：同一身份证同一门诊只能登记一次，登记先后不影响机会。</p>
      <h2>退号去哪里</h2>
      <p>退号和超时未付的号进入下一次候补抽签，不会马上放出，所以无法“退给”某个人。</p>
      <h2>怎么证明没有黑幕</h2>
      <p>
        每次抽签前公布种子的承诺值，截止时公布（编号化的）名单，抽签后公布种子。任何人可以在<a href="/verify">验证页</a
        >重算。
      </p>
      <h2>限制</h2>
      <p>
        每人每天最多 2 个号，未就诊的预约最多 5 个；一年内爽约 3 次暂停 90 天；30 天内取消 3 次暂停 30 天。14
        岁以下须由监护人代约，每个账号可同时为 6 人预约。
      </p>
      <h2>不方便上网</h2>
      <p>电话、窗口、自助机登记与网上同池抽签，并保留一成号源给这些渠道。</p>
    </div>`;
}
