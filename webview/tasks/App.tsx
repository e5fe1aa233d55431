/** The gallery of tasks: what it shows before, without and with tasks. */
import { useEffect, useRef } from 'preact/hooks';
import type { TasksViewMessage } from '../../src/protocol/live/index';
import {
  Banner,
  Button,
  EmptyState,
  KeyValues,
  LoadingText,
  Skeleton,
  Unreadable,
} from '../shared/components';
import { sentence } from '../shared/format';
import { useBreakpoint, useSize } from '../shared/useSize';
import { Controls } from './components/Controls';
import { Detail } from './components/Detail';
import { Family } from './components/Family';
import type { TasksModel } from './model';
import { useGallery } from './useGallery';
import type { Gallery } from './useGallery';
import { useKeys } from './useKeys';
import type { Choices } from './view';

export interface AppProps {
  readonly model: TasksModel;
  /** Choices that the host kept. */
  readonly initial: Choices;
  readonly post: (message: TasksViewMessage) => void;
  readonly keep: (choices: Choices) => void;
}

export function App({ model, initial, post, keep }: AppProps) {
  const page = useRef<HTMLElement>(null);
  const { width } = useSize(page);
  const hasSide = useBreakpoint(width) === 'wide';
  const gallery = useGallery({ model, initial, hasSide, post, keep });
  useKeys(model.phase === 'ready' ? gallery : undefined);
  return (
    <main ref={page} class="tasks">
      {width > 0 && <Content {...{ gallery, hasSide, width, post }} />}
    </main>
  );
}

interface ContentProps {
  readonly gallery: Gallery;
  readonly hasSide: boolean;
  readonly width: number;
  readonly post: AppProps['post'];
}

function Content({ gallery, hasSide, width, post }: ContentProps) {
  const { phase, problem } = gallery.model;
  switch (phase) {
    case 'loading':
      return <Loading />;
    case 'empty':
      return (
        <EmptyState icon="beaker" title="No tasks">
          The tasks that come with VeLO Lab would be here.
        </EmptyState>
      );
    case 'failed':
      return (
        <Unreadable
          problem={problem}
          title="The tasks cannot be listed"
          onRetry={() => {
            post({ type: 'resync' });
          }}
        />
      );
    case 'ready':
      return <Ready {...{ gallery, hasSide, width }} />;
  }
}

function Ready({ gallery, hasSide, width }: Omit<ContentProps, 'post'>) {
  const { model, chosen } = gallery;
  const { problem, engine } = model;
  const isPage = chosen !== undefined && !hasSide;
  return (
    <>
      {engine.state === 'lost' && (
        <Banner kind="error" title="The engine is gone.">
          {engine.message === undefined ? 'What is shown stays.' : sentence(engine.message)}
        </Banner>
      )}
      {problem !== undefined && (
        <Banner kind="error" title={problem.message}>
          {problem.remedy}
        </Banner>
      )}
      {isPage ? (
        <DetailPage {...{ gallery }} />
      ) : (
        <div class={chosen === undefined ? undefined : 'with-detail'}>
          <Cards {...{ gallery }} width={chosen === undefined ? width : width - SIDE} />
          {chosen !== undefined && <Detail {...{ gallery }} found={chosen} />}
        </div>
      )}
    </>
  );
}

/** Pixels of the detail beside the cards; also in style.css. */
const SIDE = 400;

/** Where there is no room beside the cards, the detail takes their place; the focus goes with it. */
function DetailPage({ gallery }: { readonly gallery: Gallery }) {
  const page = useRef<HTMLDivElement>(null);
  useEffect(() => {
    window.scrollTo(0, 0);
    page.current?.querySelector<HTMLElement>('.detail-title button')?.focus();
  }, []);
  const { chosen } = gallery;
  return <div ref={page}>{chosen !== undefined && <Detail {...{ gallery }} found={chosen} />}</div>;
}

const SMALLEST_CARD = 176;
const CARD_GAP = 10;
const CARD_BORDER = 2;

function Cards({ gallery, width }: { readonly gallery: Gallery; readonly width: number }) {
  const { model, shown, change } = gallery;
  const inner = width - 2 * (width > 900 || window.innerWidth > 900 ? 16 : 10);
  const columns = Math.max(1, Math.floor((inner + CARD_GAP) / (SMALLEST_CARD + CARD_GAP)));
  const card = Math.floor((inner - CARD_GAP * (columns - 1)) / columns);
  const all = model.families.reduce((sum, { tasks }) => sum + tasks.length, 0);
  const count = shown.reduce((sum, { tasks }) => sum + tasks.length, 0);
  return (
    <div class="gallery">
      <header class="view-row">
        <div class="view-name">
          <h1>Tasks</h1>
        </div>
        <KeyValues
          layout="header"
          items={[
            { label: 'Families', value: String(shown.length) },
            { label: 'Tasks', value: count === all ? String(all) : `${count} of ${all}` },
          ]}
        />
      </header>
      <Controls gallery={gallery} />
      {shown.map((family) => (
        <Family key={family.family} {...{ gallery, family, columns }} width={card - CARD_BORDER} />
      ))}
      {shown.length === 0 && (
        <EmptyState
          icon="filter"
          title="No task matches"
          actions={
            <Button
              onClick={() => {
                change({ text: '', kind: 'all', dataset: '' });
              }}
            >
              Clear the filter
            </Button>
          }
        >
          Words are looked for in names, data sets and options.
        </EmptyState>
      )}
    </div>
  );
}

function Loading() {
  return (
    <div class="loading" aria-busy="true">
      <Skeleton height={44} />
      <Skeleton height={34} />
      <Skeleton height={180} />
      <Skeleton height={180} />
      <LoadingText>Reading the tasks</LoadingText>
    </div>
  );
}
