import type { DrawRecord } from '@xinglin/antiscalp/release';
import type { Context, Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import type { Answer } from '../hospital/hospital.ts';
import type { Account } from '../hospital/people.ts';
import { Refused, drawOf, originOf } from './api.ts';
import type { ApiContext } from './api.ts';
import { momentText } from './layout.ts';
import type { Html, PageOptions } from './layout.ts';
import { departmentPage, familyPage, homePage, loginPage, minePage } from './pages.ts';
import { cancelPage, drawPage, helpPage, payPage, sessionPage } from './session-pages.ts';
import { refusal } from './refusals.ts';
import { NewMember, Phone } from './shapes.ts';

/** What the page handlers share with the frame around them. */
export interface Visitor {
  readonly account: Account | undefined;
  readonly userName: string | undefined;
  page(
    options: Pick<PageOptions, 'title'> & Partial<PageOptions>,
    content: Html,
    status?: 200 | 400 | 403 | 404 | 409,
  ): Promise<Response>;
}

interface Doors {
  readonly visitor: (c: Context) => Visitor;
  readonly login: (c: Context, token: string) => void;
  readonly logout: (c: Context) => void;
}

const DONE: Readonly<Record<string, string>> = {
  entered: '登记成功。抽签后可在这里查看结果和凭证。',
  held: '号源已为您保留，请在期限内支付。',
  paid: '预约成功。请按时就诊，如不能前来请尽早取消。',
  cancelled: '已取消。',
  withdrawn: '已退出候补。',
  added: '已添加。',
};

/** The pages: every act is a form post that ends in a redirect, so that going back or reloading repeats nothing. */
export function pageRoutes(app: Hono, { hospital, signIn, demo }: ApiContext, doors: Doors): void {
  const { visitor } = doors;
  const missing = (c: Context): Promise<Response> =>
    visitor(c).page(
      { title: '找不到页面', notice: { kind: 'problem', text: '找不到这个页面。' } },
      html`<p><a href="/">返回首页</a></p>`,
      404,
    );
  const show = (c: Context, title: string, content: Html | undefined, current?: 'home' | 'mine' | 'family' | 'help') =>
    content === undefined
      ? missing(c)
      : visitor(c).page({ title, notice: noticeOf(c), ...(current === undefined ? {} : { current }) }, content);
  const needs = (c: Context): Response => c.redirect(`/login?next=${encodeURIComponent(c.req.path)}`, 303);

  app.get('/', (c) => show(c, '预约', homePage(hospital), 'home'));
  app.get('/departments/:id', (c) => show(c, '科室', departmentPage(hospital, c.req.param('id')), 'home'));
  app.get('/sessions/:id', (c) =>
    show(c, '门诊', sessionPage(hospital, c.req.param('id'), visitor(c).account), 'home'),
  );
  app.get('/help', (c) => show(c, '规则与帮助', helpPage(), 'help'));
  app.get('/draws/:id', (c) => {
    let record: DrawRecord;
    try {
      record = drawOf(hospital, c.req.param('id'));
    } catch {
      return missing(c);
    }
    const key = c.req.query('key');
    return show(c, '抽签公示', drawPage(record, key !== undefined && /^[0-9a-f]{1,64}$/.test(key) ? key : undefined));
  });

  app.get('/login', (c) => show(c, '登录', loginPage('', undefined, local(c.req.query('next')))));
  app.post('/login/code', async (c) => {
    const form = await c.req.formData();
    const phone = Phone.safeParse(form.get('phone'));
    const next = local(text(form, 'next'));
    if (!phone.success)
      return await visitor(c).page(
        { title: '登录', notice: { kind: 'problem', text: '请填写 11 位手机号。' } },
        loginPage('', undefined, next),
        400,
      );
    const code = signIn.code(phone.data);
    return await visitor(c).page({ title: '登录' }, loginPage(phone.data, demo ? code : undefined, next));
  });
  app.post('/login', async (c) => {
    const form = await c.req.formData();
    const account = hospital.byPhone.get(text(form, 'phone'));
    const token = account === undefined ? undefined : signIn.enter(account, text(form, 'code'));
    const next = local(text(form, 'next'));
    if (token === undefined)
      return await visitor(c).page(
        { title: '登录', notice: { kind: 'problem', text: refusal('login.failed').zh } },
        loginPage('', undefined, next),
        400,
      );
    doors.login(c, token);
    return c.redirect(next, 303);
  });
  app.post('/logout', (c) => {
    doors.logout(c);
    return c.redirect('/', 303);
  });
  app.post('/settings/font', async (c) => {
    const form = await c.req.formData();
    const large = /(?:^|;\s*)font=large/.test(c.req.header('cookie') ?? '');
    setCookie(c, 'font', large ? 'normal' : 'large', { path: '/', sameSite: 'Lax', maxAge: 365 * 86_400 });
    return c.redirect(local(text(form, 'back')), 303);
  });

  /** A page or an act of who is signed in. */
  const own =
    (work: (c: Context, account: Account) => Promise<Response> | Response) =>
    (c: Context): Promise<Response> | Response => {
      const { account } = visitor(c);
      return account === undefined ? needs(c) : work(c, account);
    };
  const act =
    (
      done: string,
      to: (c: Context) => string,
      work: (c: Context, account: Account, form: FormData) => Answer<unknown>,
    ) =>
    async (c: Context, account: Account): Promise<Response> => {
      const form = await c.req.formData().catch(() => new FormData());
      try {
        const answer = work(c, account, form);
        if (answer.ok) return c.redirect(`${to(c)}?done=${done}`, 303);
        return await refused(c, answer.reason, 'until' in answer ? answer.until : undefined);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return await refused(c, error.reason, error.until);
      }
    };
  const refused = (c: Context, reason: string, until?: number): Promise<Response> => {
    const { zh, status } = refusal(reason);
    const more = until === undefined ? '' : `，至 ${momentText(until)}`;
    return visitor(c).page(
      { title: '未能完成', notice: { kind: 'problem', text: `${zh}${more}。` } },
      html`<h1>未能完成</h1>
        <p>
          您可以<a href="/">选择其他门诊</a>、<a href="/mine">查看我的预约</a
          >，或拨打预约电话、到门诊窗口办理，机会相同。
        </p>
        <p class="muted">原因代码 ${reason}</p>`,
      status === 401 ? 403 : status,
    );
  };
  const param = (c: Context, name: string): string => c.req.param(name) ?? '';

  app.get(
    '/mine',
    own((c, account) => show(c, '我的预约', minePage(hospital, account), 'mine')),
  );
  app.get(
    '/family',
    own((c, account) => show(c, '就诊人', familyPage(hospital, account), 'family')),
  );
  app.get(
    '/bookings/:id/pay',
    own((c, account) => show(c, '演示支付', payPage(hospital, account, param(c, 'id')))),
  );
  app.get(
    '/bookings/:id/cancel',
    own((c, account) => show(c, '取消预约', cancelPage(hospital, account, param(c, 'id')))),
  );
  app.post(
    '/sessions/:id/enter',
    own(
      act(
        'entered',
        () => '/mine',
        (c, account, form) =>
          hospital.enter(account, text(form, 'patient'), param(c, 'id'), originOf(c.req.raw.headers)),
      ),
    ),
  );
  app.post(
    '/sessions/:id/withdraw',
    own(
      act(
        'withdrawn',
        () => '/mine',
        (c, account, form) => hospital.withdraw(account, text(form, 'patient'), param(c, 'id')),
      ),
    ),
  );
  app.post(
    '/sessions/:id/book',
    own(async (c, account) => {
      const form = await c.req.formData();
      const answer = hospital.book(
        account,
        text(form, 'patient'),
        param(c, 'id'),
        text(form, 'slot') || undefined,
        originOf(c.req.raw.headers),
      );
      return answer.ok
        ? c.redirect(`/bookings/${answer.value.id}/pay?done=held`, 303)
        : await refused(c, answer.reason, 'until' in answer ? answer.until : undefined);
    }),
  );
  app.post(
    '/bookings/:id/pay',
    own(
      act(
        'paid',
        () => '/mine',
        (c, account) => hospital.pay(account, param(c, 'id')),
      ),
    ),
  );
  app.post(
    '/bookings/:id/cancel',
    own(
      act(
        'cancelled',
        () => '/mine',
        (c, account) => hospital.cancel(account, param(c, 'id')),
      ),
    ),
  );
  app.post(
    '/family',
    own(
      act(
        'added',
        () => '/family',
        (_c, account, form) => {
          const member = NewMember.safeParse(Object.fromEntries(form));
          return member.success ? hospital.addMember(account, member.data) : { ok: false, reason: 'member.bad-id' };
        },
      ),
    ),
  );
}

function noticeOf(c: Context): { kind: 'done'; text: string } | undefined {
  const done = DONE[c.req.query('done') ?? ''];
  return done === undefined ? undefined : { kind: 'done', text: done };
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** Only a path of this site: a sign-in must not send people elsewhere. */
function local(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[^\s]*$/.test(path) ? path : '/';
}
