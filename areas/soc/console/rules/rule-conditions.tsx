import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons';
import { PlainTag, useText } from '@xinglin/platform/ui';
import type { RuleRequirement } from '@xinglin/soc';
import { groupWanted, selectionOf, shownValue } from './requirement-text.ts';
import './rules.css';

const SHOWN = 6;

/** What a condition wants of which field. */
export function RequirementText({ requirement }: { readonly requirement: RuleRequirement }) {
  const t = useText();
  return (
    <span className="soc-req">
      <PlainTag mono>{requirement.field === '' ? t('rule.anyField') : requirement.field}</PlainTag>
      {requirement.excluded ? <b className="soc-req-not">{t('rule.wants.not')}</b> : null}
      {groupWanted(requirement).map(({ verb, values }) => (
        <span key={verb}>
          {verb === '' ? '' : `${t(`rule.wants.${verb}`)} `}
          <span className="xl-mono">{values.slice(0, SHOWN).join(' | ')}</span>
          {values.length > SHOWN ? ` +${String(values.length - SHOWN)}` : ''}
        </span>
      ))}
      <span className="xl-muted">{selectionOf(requirement.path)}</span>
    </span>
  );
}

/** Every condition with what the event has there: what held, what did not. */
export function ConditionList({
  conditions,
}: {
  readonly conditions: readonly (RuleRequirement & { readonly met: boolean; readonly value?: unknown })[];
}) {
  const t = useText();
  return (
    <ul className="soc-conditions">
      {conditions.map((condition, index) => (
        <li key={`${condition.path}${String(index)}`} className={condition.met ? 'soc-met' : 'soc-unmet'}>
          {condition.met ? (
            <CheckCircleFilled aria-label={t('rule.met')} />
          ) : (
            <CloseCircleFilled aria-label={t('rule.unmet')} />
          )}
          <RequirementText requirement={condition} />
          <span className="xl-mono soc-has">
            {condition.value === undefined ? t('rule.hasNone') : shownValue(condition.value)}
          </span>
        </li>
      ))}
    </ul>
  );
}
