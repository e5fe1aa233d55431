/** The speedup chart: what it shows before, without and with an evaluation. */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { SpeedupViewMessage } from '../../src/protocol/live/index';
import { Button, EmptyState, LoadingText, Skeleton, Unreadable } from '../shared/components';
import { useBreakpoint, useSize } from '../shared/useSize';
import { useThrottled } from '../shared/useThrottled';
import { Evaluation } from './components/Evaluation';
import type { SpeedupModel } from './model';
import type { ViewChoices } from './view';

export interface AppProps {
  readonly model: SpeedupModel;
  /** Choices that the host kept. */
  readonly initial: ViewChoices;
  readonly post: (message: SpeedupViewMessage) => void;
  readonly keep: (choices: ViewChoices) => void;
}

export function App({ model, initial, post, keep }: AppProps) {
  const page = useRef<HTMLElement>(null);
  const { width } = useSize(page);
  const shown = useThrottled(model);
  const breakpoint = useBreakpoint(width);
  return (
    <main ref={page} class="speedup">
      {width > 0 && <Content {...{ breakpoint, initial, post, keep }} model={shown} />}
    </main>
  );
}

type ContentProps = AppProps & { readonly breakpoint: ReturnType<typeof useBreakpoint> };

function Content({ model, breakpoint, ...rest }: ContentProps) {
  const { overview, problem } = model;
  const { post } = rest;
  switch (model.phase) {
    case 'loading':
      return <Loading />;
    case 'empty':
      return (
        <Nothing canControl={model.canControl}>
          <Button
            kind="primary"
            icon="add"
            disabled={!model.canControl}
            onClick={() => {
              post({ type: 'newEvaluation' });
            }}
          >
            New Evaluation…
          </Button>
        </Nothing>
      );
    case 'failed':
      return (
        <Unreadable
          problem={problem}
          title="The evaluation cannot be read"
          onRetry={() => {
            post({ type: 'resync' });
          }}
        />
      );
    case 'ready':
      return overview === undefined ? null : (
        <Evaluation {...{ model, overview, breakpoint }} {...rest} />
      );
  }
}

interface NothingProps {
  readonly canControl: boolean;
  readonly children: ComponentChildren;
}

function Nothing({ canControl, children }: NothingProps) {
  return (
    <EmptyState icon="graph-scatter" title="No evaluation yet" actions={children}>
      Here stands how many times fewer steps and seconds an optimizer needs than Adam with the best
      learning rate, on each task of a suite.
      {canControl ? '' : ' This workspace is not trusted: nothing can be run in it.'}
    </EmptyState>
  );
}

function Loading() {
  return (
    <div class="loading" aria-busy="true">
      <Skeleton height={44} />
      <Skeleton height={34} />
      <Skeleton height={430} />
      <Skeleton height={200} />
      <LoadingText>Reading the evaluation</LoadingText>
    </div>
  );
}
