import { useNumber, useText } from '@xinglin/platform/ui';
import type { Overview } from '@xinglin/soc';
import { TACTICS } from '../shared/words.ts';

/** The stages of an intrusion from first look to damage; how far attackers have come. */
export function TacticLadder({ data }: { readonly data: Overview }) {
  const t = useText();
  const number = useNumber();
  const counts = new Map(data.byTactic.map((one) => [one.tactic, one.count]));
  const max = Math.max(1, ...counts.values());
  return (
    <ol className="scr-ladder">
      {TACTICS.filter((tactic) => tactic !== 'resource-development').map((tactic) => {
        const count = counts.get(tactic) ?? 0;
        return (
          <li key={tactic} className={count === 0 ? 'scr-ladder-none' : ''}>
            <span>{t(`tactic.${tactic}`)}</span>
            <i>
              <u
                style={{
                  transform: `scaleX(${String(count === 0 ? 0 : 0.04 + 0.96 * (Math.sqrt(count) / Math.sqrt(max)))})`,
                }}
              />
            </i>
            <b>{count === 0 ? '' : number(count)}</b>
          </li>
        );
      })}
    </ol>
  );
}
