import { Alert, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useAct, useSession, useText } from '@xinglin/platform/ui';
import { shortKey } from '../figures.ts';

const HOURS = [4, 24, 72, 168, 720] as const;
export interface OverrideTarget {
  readonly tenant: string;
  /** Salted keys by kind. */
  readonly keys: Readonly<Record<string, string>>;
}

/** Lets an entity pass, or asks it for a second verification, for a limited time and with a reason; the author is who is signed in. */
export function OverrideDialog({ target, onClose }: { readonly target: OverrideTarget; readonly onClose: () => void }) {
  const t = useText();
  const { actor } = useSession();
  const kinds = (['device', 'account', 'person', 'phone'] as const).filter((kind) => target.keys[kind] !== undefined);
  const [entity, setEntity] = useState<string>(kinds[0] ?? 'device');
  const [effect, setEffect] = useState<'allow' | 'verify'>('allow');
  const [hours, setHours] = useState<number>(72);
  const [reason, setReason] = useState('');
  const act = useAct({
    done: t('guard.overrideMade'),
    refresh: [['/antiscalp/overrides'], ['/antiscalp/overview'], ['/antiscalp/decisions']],
    onDone: onClose,
  });
  return (
    <Modal
      open
      title={t('guard.override')}
      okText={t('guard.overrideMake')}
      cancelText={t('ui.cancel')}
      okButtonProps={{ disabled: reason.trim().length < 2, loading: act.isPending }}
      onCancel={onClose}
      onOk={() =>
        act.mutate({
          path: '/antiscalp/overrides',
          body: {
            tenant: target.tenant,
            entity,
            key: target.keys[entity],
            effect,
            reason,
            expiresAt: new Date(Date.now() + hours * 3_600_000).toISOString(),
          },
        })
      }
    >
      <div className="guard-form">
        <Alert type="info" title={t('guard.overrideNote', { name: actor.name })} />
        <div className="guard-field">
          {t('guard.overrideWho')}
          <Select
            aria-label={t('guard.overrideWho')}
            value={entity}
            onChange={setEntity}
            options={kinds.map((kind) => ({
              value: kind,
              label: `${t(`guard.key.${kind}`)} ${shortKey(target.keys[kind] ?? '')}`,
            }))}
          />
        </div>
        <div className="guard-field">
          {t('guard.overrideEffect')}
          <Select
            aria-label={t('guard.overrideEffect')}
            value={effect}
            onChange={setEffect}
            options={(['allow', 'verify'] as const).map((value) => ({ value, label: t(`guard.effect.${value}`) }))}
          />
        </div>
        <div className="guard-field">
          {t('guard.overrideEnds')}
          <Select
            aria-label={t('guard.overrideEnds')}
            value={hours}
            onChange={setHours}
            options={HOURS.map((value) => ({ value, label: t(`guard.hours.${value}`) }))}
          />
        </div>
        <div className="guard-field">
          {t('guard.overrideReason')}
          <Input.TextArea
            aria-label={t('guard.overrideReason')}
            rows={3}
            maxLength={500}
            value={reason}
            placeholder={t('guard.overrideReasonHint')}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      </div>
    </Modal>
  );
}
