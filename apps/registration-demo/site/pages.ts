import { html } from 'hono/html';
import type { Hospital, Listed } from '../hospital/hospital.ts';
import { RELATIONS, maskId } from '../hospital/people.ts';
import type { Account } from '../hospital/people.ts';
import { BOOKING_TEXT, ENTRY_TEXT, RELATION_TEXT, RELEASE_TEXT, clockText, dayText, momentText } from './layout.ts';
import type { Html } from './layout.ts';
import { bookingItem, entryItem, sessionItem } from './shapes.ts';

const half = (value: 'am' | 'pm'): string => (value === 'am' ? '上午' : '下午');

/** What a session offers now, in two words and a colour that is never alone. */
function stateOf(item: ReturnType<typeof sessionItem>, now: number): { text: string; kind: string } {
  if (Date.parse(item.closeAt) <= now) return { text: '已截止', kind: 'off' };
  if (item.open > 0) return { text: `余 ${item.open} 个号`, kind: 'open' };
  if (item.entriesOpen) return { text: item.drawAt === null ? '可候补' : '登记中', kind: 'wait' };
  return { text: '未放号', kind: 'off' };
}

function sessionCard(listed: Listed, now: number): Html {
  const item = sessionItem(listed, now);
  const state = stateOf(item, now);
  return html`<li>
    <a class="card session" href="/sessions/${item.id}">
      <span class="day">${dayText(item.date)} ${half(item.half)}</span>
      <span class="person"><b>${item.doctorName}</b> ${listed.doctor.title}</span>
      <span class="rule">${RELEASE_TEXT[item.release]} · ${item.fee} 元</span>
      <span class="badge ${state.kind}">${state.text}</span>
    </a>
  </li>`;
}

export function homePage(hospital: Hospital): Html {
  const soon = hospital
    .sessions()
    .filter(
      ({ doctor, book }) => doctor.expert && book.data.draws.some(({ main, phase }) => main && phase === 'committed'),
    )
    .toSorted((a, b) => a.book.data.draws[0]!.closesAt - b.book.data.draws[0]!.closesAt)
    .slice(0, 6);
  return html`<h1>预约挂号</h1>
    <section aria-labelledby="departments">
      <h2 id="departments">选择科室</h2>
      <ul class="grid">
        ${hospital.catalogue.departments.map(
          ({ id, name, about }) =>
            html`<li>
              <a class="card" href="/departments/${id}"><b>${name}</b><span class="muted">${about}</span></a>
            </li>`,
        )}
      </ul>
    </section>
    ${
      soon.length === 0
        ? ''
        : html`<section aria-labelledby="soon">
            <h2 id="soon">专家号登记抽签</h2>
            <p class="muted">先登记、后抽签，早到晚到机会一样，不必抢，也不必守着刷新。</p>
            <ul class="list">
              ${soon.map((one) => sessionCard(one, hospital.now))}
            </ul>
          </section>`
    }`;
}

export function departmentPage(hospital: Hospital, id: string): Html | undefined {
  const department = hospital.catalogue.departments.find((one) => one.id === id);
  if (department === undefined) return undefined;
  const sessions = hospital.sessions().filter(({ plan }) => plan.session.department === id);
  const doctors = hospital.catalogue.doctors.filter((doctor) => doctor.department === id);
  return html`<p class="crumbs"><a href="/">全部科室</a></p>
    <h1>${department.name}</h1>
    <p class="muted">${department.about}</p>
    ${doctors.map(
      (doctor) =>
        html`<section aria-labelledby="${doctor.id}">
          <h2 id="${doctor.id}">${doctor.name} <small>${doctor.title} · ${doctor.about}</small></h2>
          <ul class="list">
            ${sessions.filter((one) => one.doctor.id === doctor.id).map((one) => sessionCard(one, hospital.now))}
          </ul>
        </section>`,
    )}`;
}

export function loginPage(phone: string, demoCode: string | undefined, next: string): Html {
  if (phone === '')
    return html`<h1>登录</h1>
      <form method="post" action="/login/code" class="panel">
        <input type="hidden" name="next" value="${next}" />
        <label for="phone">手机号</label>
        <input
          id="phone"
          name="phone"
          type="tel"
          inputmode="numeric"
          autocomplete="tel"
          pattern="1[0-9]{10}"
          maxlength="11"
          required
          aria-describedby="phone-help"
        />
        <p id="phone-help" class="muted">演示账号：10000000001 起，依次递增</p>
        <button>获取验证码</button>
      </form>`;
  return html`<h1>登录</h1>
    <form method="post" action="/login" class="panel">
      <input type="hidden" name="next" value="${next}" />
      <input type="hidden" name="phone" value="${phone}" />
      <p>验证码已发送至 ${phone}</p>
      ${demoCode === undefined ? '' : html`<p class="notice done" role="status">演示模式不发短信，验证码为 <b class="code">${demoCode}</b></p>`}
      <label for="code">验证码</label>
      <input
        id="code"
        name="code"
        inputmode="numeric"
        autocomplete="one-time-code"
        pattern="[0-9]{6}"
        maxlength="6"
        required
        autofocus
      />
      <button>登录</button>
      <p><a href="/login">换一个手机号</a></p>
    </form>`;
}

export function minePage(hospital: Hospital, account: Account): Html {
  const bookings = hospital.bookingsOf(account);
  const entries = hospital.entriesOf(account);
  const nameOf = (person: string): string => hospital.people.get(person)?.name ?? '';
  return html`<h1>我的预约</h1>
    <section aria-labelledby="bookings">
      <h2 id="bookings">预约</h2>
      ${bookings.length === 0 ? html`<p class="muted">还没有预约。<a href="/">去预约</a></p>` : ''}
      <ul class="list">
        ${bookings.map((booking) => {
          const item = bookingItem(hospital, booking);
          const { doctor, plan } = hospital.session(booking.session)!;
          return html`<li class="card booking">
            <p class="head">
              <b>${dayText(plan.session.date)} ${clockText(item.startAt)}</b>
              <span class="badge ${item.state === 'booked' ? 'open' : item.state === 'held' ? 'wait' : 'off'}"
                >${BOOKING_TEXT[item.state]}</span
              >
            </p>
            <p>
              ${doctor.name} ${doctor.title} · 就诊人
              ${nameOf(item.patient)}${item.draw === null ? '' : html` · <a href="/draws/${item.draw}">抽签所得，查看凭证</a>`}
            </p>
            ${item.state === 'held' ? html`<p>请在 <time datetime="${item.holdUntil}" data-until="${item.holdUntil}">${momentText(item.holdUntil)}</time> 前支付，否则号源将进入下一次抽签。</p>` : ''}
            <p class="actions">
              ${item.state === 'held' ? html`<a class="button" href="/bookings/${item.id}/pay">去支付 ${doctor.fee} 元</a>` : ''}
              ${item.state === 'held' || item.state === 'booked' ? html`<a class="button second" href="/bookings/${item.id}/cancel">取消预约</a>` : ''}
            </p>
          </li>`;
        })}
      </ul>
    </section>
    <section aria-labelledby="entries">
      <h2 id="entries">抽签与候补</h2>
      ${entries.length === 0 ? html`<p class="muted">没有登记。</p>` : ''}
      <ul class="list">
        ${entries.map((entry) => {
          const item = entryItem(hospital, entry);
          const { doctor, plan } = hospital.session(entry.session)!;
          return html`<li class="card booking">
            <p class="head">
              <b
                ><a href="/sessions/${entry.session}"
                  >${dayText(plan.session.date)} ${half(plan.half)} ${doctor.name}</a
                ></b
              >
              <span class="badge ${item.state === 'waiting' ? 'wait' : item.state === 'won' ? 'open' : 'off'}"
                >${ENTRY_TEXT[item.state]}</span
              >
            </p>
            <p>就诊人 ${nameOf(item.patient)} · ${momentText(item.enteredAt)} 登记</p>
            ${item.keys.map(({ draw, key }) => html`<p>抽签编号 <code>${key}</code> · <a href="/draws/${draw}?key=${key}">抽签结果与凭证</a></p>`)}
            ${
              item.state === 'waiting'
                ? html`<form method="post" action="/sessions/${entry.session}/withdraw">
                    <input type="hidden" name="patient" value="${entry.person}" /><button class="second">
                      退出候补
                    </button>
                  </form>`
                : ''
            }
          </li>`;
        })}
      </ul>
    </section>`;
}

export function familyPage(hospital: Hospital, account: Account): Html {
  return html`<h1>就诊人</h1>
    <ul class="list">
      ${account.members.map(({ person, relation }) => {
        const { name, idNumber } = hospital.people.get(person)!;
        return html`<li class="card">
          <b>${name}</b><span>${RELATION_TEXT[relation]} · <span class="nowrap">${maskId(idNumber)}</span></span>
        </li>`;
      })}
    </ul>
    <h2>添加家人</h2>
    <form method="post" action="/family" class="panel">
      <label for="name">姓名</label>
      <input id="name" name="name" minlength="2" maxlength="30" required />
      <label for="idNumber">身份证号码</label>
      <input id="idNumber" name="idNumber" minlength="18" maxlength="24" required aria-describedby="id-help" />
      <p id="id-help" class="muted">
        演示站点请勿填写真实号码；可用以 99 开头且校验位正确的号码，例如 990101195001010010
      </p>
      <label for="relation">与您的关系</label>
      <select id="relation" name="relation">
        ${RELATIONS.filter((relation) => relation !== 'self').map((relation) => html`<option value="${relation}">${RELATION_TEXT[relation]}</option>`)}
      </select>
      <button>添加</button>
    </form>`;
}
