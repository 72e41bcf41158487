import { Alert, Button, Form, Input, QRCode } from 'antd';
import { useState } from 'react';
import { api, ApiError, Copyable, useLocale, useText } from '@xinglin/platform/ui';
import { Gate } from './gate.tsx';

interface Problem {
  readonly zh: string;
  readonly en: string;
}

/** Old, new and repeated password, checked by the server's policy while the person types. */
export function PasswordForm({
  username,
  onDone,
  submitLabel,
}: {
  readonly username: string;
  readonly onDone: () => Promise<void> | void;
  readonly submitLabel: string;
}) {
  const t = useText();
  const locale = useLocale();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const check = async (_rule: unknown, value: string | undefined) => {
    if (value === undefined || value === '') return;
    const { problems } = await api<{ readonly problems: readonly Problem[] }>('/me/password/check', {
      method: 'POST',
      body: { password: value },
    });
    if (problems.length > 0)
      throw new Error(
        problems.map((problem) => (locale === 'en' ? problem.en : problem.zh)).join(locale === 'en' ? '; ' : ';'),
      );
  };
  return (
    <Form<{ current: string; next: string }>
      layout="vertical"
      requiredMark={false}
      validateTrigger="onBlur"
      onFinish={({ current, next }) => {
        setBusy(true);
        setError(undefined);
        api('/me/password', { method: 'PUT', body: { current, next } })
          .then(() => onDone())
          .catch((problem: unknown) => setError(problem instanceof ApiError ? problem.message : String(problem)))
          .finally(() => setBusy(false));
      }}
    >
      {error === undefined ? null : (
        <Alert type="error" showIcon title={error} className="xl-gate-alert" role="alert" />
      )}
      <input type="text" autoComplete="username" value={username} readOnly hidden />
      <Form.Item
        name="current"
        label={t('signIn.currentPassword')}
        rules={[{ required: true, message: t('ui.required') }]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="next"
        label={t('signIn.newPassword')}
        extra={t('signIn.passwordRule')}
        rules={[{ required: true, message: t('ui.required') }, { validator: check }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('signIn.repeatPassword')}
        dependencies={['next']}
        rules={[
          { required: true, message: t('ui.required') },
          ({ getFieldValue }) => ({
            validator: (_rule, value) =>
              value === undefined || value === getFieldValue('next')
                ? Promise.resolve()
                : Promise.reject(new Error(t('signIn.notSame'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy} block>
        {submitLabel}
      </Button>
    </Form>
  );
}

export function ForcedPassword({
  username,
  onDone,
  onCancel,
}: {
  readonly username: string;
  readonly onDone: () => Promise<void>;
  readonly onCancel: () => void;
}) {
  const t = useText();
  return (
    <Gate title={t('signIn.changeFirst')} note={t('signIn.changeFirstNote')}>
      <PasswordForm username={username} onDone={onDone} submitLabel={t('signIn.changeAndGo')} />
      <Button type="link" block onClick={onCancel}>
        {t('signIn.otherAccount')}
      </Button>
    </Gate>
  );
}

/** Three steps of an authenticator: prove it is you, scan, type the first code, keep the recovery codes. */
export function TotpSteps({ onDone }: { readonly onDone: () => Promise<void> | void }) {
  const t = useText();
  const [made, setMade] = useState<{ readonly secret: string; readonly uri: string }>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const run = (work: Promise<void>) => {
    setBusy(true);
    setError(undefined);
    work
      .catch((problem: unknown) => setError(problem instanceof ApiError ? problem.message : String(problem)))
      .finally(() => setBusy(false));
  };
  const problem =
    error === undefined ? null : <Alert type="error" showIcon title={error} className="xl-gate-alert" role="alert" />;
  if (codes !== undefined)
    return (
      <>
        <Alert type="warning" showIcon title={t('signIn.recoveryKeep')} className="xl-gate-alert" />
        <pre className="xl-raw">{codes.join('\n')}</pre>
        <div className="xl-row xl-gap-top">
          <Copyable text={codes.join('\n')}>{t('signIn.copyCodes')}</Copyable>
        </div>
        <Button type="primary" block className="xl-gap-top" onClick={() => void onDone()}>
          {t('signIn.codesKept')}
        </Button>
      </>
    );
  if (made !== undefined)
    return (
      <>
        {problem}
        <p className="xl-gate-note">{t('signIn.scan')}</p>
        <div className="xl-qr">
          <QRCode value={made.uri} size={176} bgColor="#fff" color="#10242a" />
          <Copyable text={made.secret} />
        </div>
        <Form<{ code: string }>
          layout="vertical"
          requiredMark={false}
          onFinish={({ code }) =>
            run(
              api<{ recoveryCodes: string[] }>('/me/totp', { method: 'PUT', body: { code } }).then((answer) =>
                setCodes(answer.recoveryCodes),
              ),
            )
          }
        >
          <Form.Item name="code" label={t('signIn.firstCode')} rules={[{ required: true, message: t('ui.required') }]}>
            <Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} autoFocus />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t('signIn.bind')}
          </Button>
        </Form>
      </>
    );
  return (
    <>
      {problem}
      <Form<{ password: string }>
        layout="vertical"
        requiredMark={false}
        onFinish={({ password }) =>
          run(api<{ secret: string; uri: string }>('/me/totp', { method: 'POST', body: { password } }).then(setMade))
        }
      >
        <Form.Item
          name="password"
          label={t('signIn.currentPassword')}
          rules={[{ required: true, message: t('ui.required') }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('signIn.next')}
        </Button>
      </Form>
    </>
  );
}

export function EnrolTotp({
  title,
  onDone,
  onCancel,
}: {
  readonly title: string;
  readonly onDone: () => Promise<void>;
  readonly onCancel: () => void;
}) {
  const t = useText();
  return (
    <Gate title={title} note={t('signIn.totpWhy')}>
      <TotpSteps onDone={onDone} />
      <Button type="link" block onClick={onCancel}>
        {t('signIn.otherAccount')}
      </Button>
    </Gate>
  );
}
