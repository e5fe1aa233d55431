/** The optimizer editor: what it shows before the file is read, with it, and where it is no theta. */
import { useRef } from 'preact/hooks';
import type { OptimizerViewMessage } from '../../src/protocol/live/index';
import { Button, EmptyState, LoadingText, Skeleton } from '../shared/components';
import { useBreakpoint, useSize } from '../shared/useSize';
import { Editing } from './components/Editing';
import type { OptimizerModel } from './model';
import type { ViewChoices } from './view';

export interface AppProps {
  readonly model: OptimizerModel;
  /** Choices that the host kept. */
  readonly initial: ViewChoices;
  readonly post: (message: OptimizerViewMessage) => void;
  readonly keep: (choices: ViewChoices) => void;
}

export function App({ model, initial, post, keep }: AppProps) {
  const page = useRef<HTMLElement>(null);
  const { width } = useSize(page);
  const breakpoint = useBreakpoint(width);
  const { phase, inspection, problem } = model;
  return (
    <main ref={page} class="optimizer">
      {phase === 'loading' && <Loading />}
      {phase === 'failed' && (
        <EmptyState
          icon="error"
          title={problem?.message ?? 'The file cannot be read'}
          actions={
            <Button
              icon="refresh"
              onClick={() => {
                post({ type: 'resync' });
              }}
            >
              Read it again
            </Button>
          }
        >
          {problem?.remedy ??
            'This editor shows the weights of learned optimizers; the file was not changed.'}
        </EmptyState>
      )}
      {phase === 'ready' && inspection !== undefined && width > 0 && (
        <Editing {...{ model, inspection, breakpoint, initial, post, keep }} />
      )}
    </main>
  );
}

function Loading() {
  return (
    <div class="loading" aria-busy="true">
      <Skeleton height={44} />
      <Skeleton height={240} />
      <Skeleton height={312} />
      <Skeleton height={180} />
      <LoadingText>Reading the weights</LoadingText>
    </div>
  );
}
