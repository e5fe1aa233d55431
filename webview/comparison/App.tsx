/** The comparison panel: what it shows before, without and with runs. */
import { useRef } from 'preact/hooks';
import type { ComparisonViewMessage } from '../../src/protocol/live/index';
import { Button, EmptyState, LoadingText, Skeleton, Unreadable } from '../shared/components';
import { useBreakpoint, useSize } from '../shared/useSize';
import { useThrottled } from '../shared/useThrottled';
import { Comparing } from './components/Comparing';
import type { ComparisonModel } from './model';
import type { KeptState, ViewChoices } from './view';

export interface AppProps {
  readonly model: ComparisonModel;
  /** Choices that the host kept. */
  readonly initial: ViewChoices;
  readonly post: (message: ComparisonViewMessage) => void;
  readonly keep: (state: KeptState) => void;
}

export function App({ model, initial, post, keep }: AppProps) {
  const page = useRef<HTMLElement>(null);
  const { width } = useSize(page);
  const shown = useThrottled(model);
  const narrow = useBreakpoint(width) === 'narrow';
  return (
    <main ref={page} class="comparison">
      {width > 0 && <Content {...{ narrow, initial, post, keep }} model={shown} />}
    </main>
  );
}

function Content({ model, narrow, ...rest }: AppProps & { readonly narrow: boolean }) {
  const { post } = rest;
  switch (model.phase) {
    case 'loading':
      return <Loading height={narrow ? 320 : 400} />;
    case 'empty':
      return (
        <EmptyState
          icon="graph-line"
          title="No runs to compare"
          actions={
            <Button
              kind="primary"
              icon="add"
              onClick={() => {
                post({ type: 'addRuns' });
              }}
            >
              Add runs…
            </Button>
          }
        >
          Check two or more runs in the tree to compare them: their curves by step and by seconds,
          and what each reached.
        </EmptyState>
      );
    case 'failed':
      return (
        <Unreadable
          problem={model.problem}
          title="The runs cannot be read"
          onRetry={() => {
            post({ type: 'resync' });
          }}
        />
      );
    case 'ready':
      return <Comparing {...{ model, narrow }} {...rest} />;
  }
}

function Loading({ height }: { readonly height: number }) {
  return (
    <div class="loading" aria-busy="true">
      <Skeleton height={44} />
      <Skeleton height={34} />
      <Skeleton height={height} />
      <Skeleton height={200} />
      <LoadingText>Reading the runs</LoadingText>
    </div>
  );
}
