import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Modal, Select, TreeSelect } from 'antd';
import { api, PlainTag, useAct, useText } from '@xinglin/platform/ui';
import type { Role } from '@xinglin/platform/access';
import { POWERS, ROLE_NAMES, type RoleInfo, type User } from './roles.ts';

/** Roles of an account with what each may do; a separate power excludes every other role before the server has to. */
export function GrantDialog({
  user,
  places,
  close,
}: {
  readonly user: User;
  readonly places: { value: string; title: string }[];
  readonly close: () => void;
}) {
  const t = useText();
  const [form] = Form.useForm<{ roles: Role[]; assigned?: string[] }>();
  const roles = useQuery({
    queryKey: ['/roles'],
    queryFn: () => api<{ readonly items: readonly RoleInfo[] }>('/roles'),
    staleTime: Infinity,
  });
  const chosen = Form.useWatch('roles', form) ?? [...user.roles];
  const act = useAct({ done: t('ui.saved'), refresh: [['/users']], onDone: close });
  const power = chosen.find((role) => POWERS.includes(role));
  const conflict = power !== undefined && chosen.length > 1;
  return (
    <Modal
      open
      width={640}
      title={t('user.grantTo', { name: user.name })}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('ui.save')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
      okButtonProps={{ disabled: conflict }}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ roles: [...user.roles], assigned: [...user.assigned] }}
        onFinish={({ roles: granted, assigned }) =>
          act.mutate({
            path: `/users/${user.id}/roles`,
            method: 'PUT',
            body: { roles: granted, assigned: assigned ?? [] },
          })
        }
      >
        <Form.Item name="roles" label={t('user.roles')}>
          <Select
            mode="multiple"
            options={ROLE_NAMES.map((value) => ({
              value,
              label: t(`role.${value}`),
              disabled: power !== undefined && value !== power && !chosen.includes(value),
            }))}
          />
        </Form.Item>
        {conflict ? <Alert type="error" showIcon title={t('user.conflict')} /> : null}
        {chosen.includes('engineer') ? (
          <Form.Item
            name="assigned"
            label={t('user.assigned')}
            rules={[{ required: true, message: t('user.assignedNeeded') }]}
          >
            <TreeSelect multiple treeCheckable treeDefaultExpandAll treeNodeFilterProp="title" treeData={places} />
          </Form.Item>
        ) : null}
        <div className="pg-permissions">
          {(roles.data?.items ?? [])
            .filter((role) => chosen.includes(role.role))
            .map((role) => (
              <div key={role.role}>
                <b>{t(`role.${role.role}`)}</b>
                <span className="xl-row-wrap">
                  {role.permissions.map((permission) => (
                    <PlainTag mono key={permission}>
                      {permission}
                    </PlainTag>
                  ))}
                </span>
              </div>
            ))}
        </div>
      </Form>
    </Modal>
  );
}
