/** The view of a meta-training: what it shows before, without and with one. */
import { useRef } from 'preact/hooks';
import type { MetaViewMessage } from '../../src/protocol/live/index';
import { Button, EmptyState, LoadingText, Skeleton, Unreadable } from '../shared/components';
import { useBreakpoint, useSize } from '../shared/useSize';
import { useThrottled } from '../shared/useThrottled';
import { Measured } from './components/Measured';
import { Meta } from './components/Meta';
import type { MetaModel } from './model';
import type { ViewChoices } from './view';

export interface AppProps {
  readonly model: MetaModel;
  /** Choices that the host kept. */
  readonly initial: ViewChoices;
  readonly post: (message: MetaViewMessage) => void;
  readonly keep: (choices: ViewChoices) => void;
}

export function App({ model, ...rest }: AppProps) {
  const page = useRef<HTMLElement>(null);
  const { width } = useSize(page);
  const shown = useThrottled(model);
  const breakpoint = useBreakpoint(width);
  return (
    <main ref={page} class="meta">
      {width > 0 && <Content {...{ breakpoint, width }} {...rest} model={shown} />}
    </main>
  );
}

interface ContentProps extends AppProps {
  readonly breakpoint: ReturnType<typeof useBreakpoint>;
  readonly width: number;
}

function Content({ model, ...rest }: ContentProps) {
  const { data, sensitivity, problem, canControl } = model;
  const { post, breakpoint } = rest;
  switch (model.phase) {
    case 'loading':
      return <Loading />;
    case 'empty':
      return <Nothing {...{ canControl, post }} />;
    case 'failed':
      return (
        <Unreadable
          problem={problem}
          title="The meta-training cannot be read"
          onRetry={() => {
            post({ type: 'resync' });
          }}
        />
      );
    case 'measured': {
      const isNarrow = breakpoint === 'narrow';
      return sensitivity && <Measured state={sensitivity} {...{ canControl, isNarrow, post }} />;
    }
    case 'ready':
      if (data === undefined) return null;
      // Half of it would jump about while the rest comes.
      if (data.isFilling && data.iterations.iteration.length < data.entry.iterations)
        return <Loading />;
      return <Meta key={data.entry.metaId} {...{ model, data }} {...rest} />;
  }
}

function Nothing({ canControl, post }: Pick<AppProps, 'post'> & { readonly canControl: boolean }) {
  return (
    <EmptyState
      icon="circuit-board"
      title="No meta-training yet"
      actions={
        <Button
          kind="primary"
          icon="add"
          disabled={!canControl}
          onClick={() => {
            post({ type: 'newMeta' });
          }}
        >
          New Meta-Training…
        </Button>
      }
    >
      Here a learned optimizer is trained: how good it is on tasks that it has not seen, against
      tuned Adam, and what it learns on the way.
      {canControl ? '' : ' This workspace is not trusted: nothing can be run in it.'}
    </EmptyState>
  );
}

function Loading() {
  return (
    <div class="loading" aria-busy="true">
      <Skeleton height={44} />
      <Skeleton height={34} />
      <Skeleton height={280} />
      <Skeleton height={200} />
      <LoadingText>Reading the meta-training</LoadingText>
    </div>
  );
}
