import { LockOutlined, SafetyOutlined, UserOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Alert, Button, Divider, Form, Input } from 'antd';
import { useEffect, useState } from 'react';
import { api, ApiError, setCsrf, useFilters, useText, type SessionAnswer } from '@xinglin/platform/ui';
import { Gate } from './gate.tsx';

interface SignInForm {
  readonly username: string;
  readonly password: string;
  readonly totp?: string;
}

/** Addresses inside the console only: a link must not send a signed-in person elsewhere. */
export function safeBack(back: string | undefined): string {
  return back !== undefined && back.startsWith('/') && !back.startsWith('//') && !back.startsWith('/\\') ? back : '/';
}

export function SignInPage() {
  const t = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [filters] = useFilters();
  const [form] = Form.useForm<SignInForm>();
  const [needsTotp, setNeedsTotp] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>(filters['error']);
  const methods = useQuery({
    queryKey: ['sign-in-methods'],
    queryFn: () =>
      api<{ readonly oidc: { readonly name: string; readonly start: string } | null }>('/session/methods', {
        signingIn: true,
      }),
    retry: false,
  });
  const oidc = methods.data?.oidc ?? null;
  useEffect(() => {
    document.title = `${t('signIn.title')} · ${t('shell.product')}`;
  }, [t]);
  const submit = async (values: SignInForm) => {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await api<SessionAnswer>('/session', {
        method: 'POST',
        body: { ...values, username: values.username.trim(), totp: needsTotp ? values.totp : undefined },
        signingIn: true,
      });
      if (answer.csrf !== undefined) setCsrf(answer.csrf);
      client.clear();
      client.setQueryData(['session'], answer);
      void navigate({ href: safeBack(filters['back']), replace: true } as never);
    } catch (problem) {
      if (problem instanceof ApiError && problem.code === 'access.totp_required') setNeedsTotp(true);
      else setError(problem instanceof ApiError ? problem.message : String(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Gate title={t('signIn.title')}>
      {error === undefined ? null : (
        <Alert type="error" showIcon title={error} className="xl-gate-alert" role="alert" />
      )}
      <Form<SignInForm>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => void submit(values)}
        size="large"
      >
        <Form.Item
          name="username"
          label={t('signIn.username')}
          rules={[{ required: true, message: t('signIn.usernameNeeded') }]}
        >
          <Input prefix={<UserOutlined />} autoComplete="username" autoFocus disabled={needsTotp} />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('signIn.password')}
          rules={[{ required: true, message: t('signIn.passwordNeeded') }]}
        >
          <Input.Password prefix={<LockOutlined />} autoComplete="current-password" disabled={needsTotp} />
        </Form.Item>
        {needsTotp ? (
          <Form.Item
            name="totp"
            label={t('signIn.totp')}
            extra={t('signIn.totpHint')}
            rules={[{ required: true, message: t('signIn.totpNeededField') }]}
          >
            <Input
              prefix={<SafetyOutlined />}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={32}
              autoFocus
            />
          </Form.Item>
        ) : null}
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('signIn.submit')}
        </Button>
      </Form>
      {oidc !== null ? (
        <>
          <Divider plain>{t('signIn.or')}</Divider>
          <Button block size="large" href={`${oidc.start}?returnTo=${encodeURIComponent(safeBack(filters['back']))}`}>
            {oidc.name === '' ? t('signIn.oidc') : t('signIn.oidcWith', { name: oidc.name })}
          </Button>
        </>
      ) : null}
    </Gate>
  );
}
