/** The features, those that move the output most first; arrow keys go through them. */
import { useMemo, useRef } from 'preact/hooks';
import type { NetworkResponse } from '../../../src/protocol/live/index';
import { num } from '../../shared/format';
import type { Editor } from '../editor';
import { rankEffects } from '../model';

export interface FeatureListProps {
  readonly editor: Editor;
  readonly response: NetworkResponse;
}

export function FeatureList({ editor, response }: FeatureListProps) {
  const { inspection, change } = editor;
  const { effects } = response;
  const list = useRef<HTMLDivElement>(null);
  const ranked = useMemo(() => rankEffects(effects), [effects]);
  const largest = effects[ranked[0] ?? 0] ?? 0;
  const choose = (place: number) => {
    const feature = ranked[place];
    if (feature === undefined) return;
    change({ feature });
    const button = list.current?.children[place];
    if (button instanceof HTMLElement) button.focus();
  };
  return (
    <div
      ref={list}
      class="features"
      role="radiogroup"
      aria-label="Features by effect"
      onKeyDown={(event) => {
        const next = placeAfter(event.key, ranked.indexOf(response.feature), ranked.length);
        if (next === undefined) return;
        event.preventDefault();
        choose(next);
      }}
    >
      {ranked.map((feature) => (
        <Feature
          key={feature}
          name={inspection.featureNames[feature] ?? `feature ${feature}`}
          effect={effects[feature] ?? 0}
          share={largest > 0 ? (effects[feature] ?? 0) / largest : 0}
          isChosen={feature === response.feature}
          onChoose={() => {
            change({ feature });
          }}
        />
      ))}
    </div>
  );
}

function placeAfter(key: string, place: number, count: number): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: place + 1,
    ArrowRight: place + 1,
    ArrowUp: place - 1,
    ArrowLeft: place - 1,
    Home: 0,
    End: count - 1,
  };
  const next = moves[key];
  return next === undefined ? undefined : Math.min(count - 1, Math.max(0, next));
}

interface FeatureProps {
  readonly name: string;
  readonly effect: number;
  /** Of the largest effect, in [0, 1]. */
  readonly share: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Feature({ name, effect, share, isChosen, onChoose }: FeatureProps) {
  return (
    <button
      type="button"
      class="feature"
      role="radio"
      aria-checked={isChosen}
      aria-label={`${name}, effect ${num(effect, 2)}`}
      tabIndex={isChosen ? 0 : -1}
      onClick={onChoose}
    >
      <span class="ellipsis">{name}</span>
      <span class="feature-room">
        <span class="feature-bar" style={{ width: `${(100 * share).toFixed(1)}%` }} />
      </span>
      <span class="feature-effect">{num(effect, 2)}</span>
    </button>
  );
}
