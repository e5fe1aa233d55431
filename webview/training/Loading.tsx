/** The frame of the panel while the run is read, and what stands in its place when it can't be shown. */
import { EmptyState, LoadingText, ProgressLine, Skeleton } from '../shared/components';

const TITLE = { width: 96, height: 12 };
/** Pixels of the sections that will stand here. */
const HEIGHTS = [170, 88, 206, 220];

export function Loading({ words }: { readonly words: string }) {
  return (
    <main class="training" aria-busy="true">
      <div class="view-header">
        <div class="view-row">
          <Skeleton width={120} height={16} />
          <Skeleton width={320} height={16} />
        </div>
        <ProgressLine label="Reading the run" value={undefined} />
      </div>
      <LoadingText>{words}</LoadingText>
      {HEIGHTS.map((height) => (
        <div class="loading-section" key={height}>
          <Skeleton {...TITLE} />
          <Skeleton height={height} />
        </div>
      ))}
    </main>
  );
}

interface FailedProps {
  readonly message: string;
  readonly remedy?: string | undefined;
}

export function Failed({ message, remedy }: FailedProps) {
  return (
    <main class="training training-failed">
      <div role="alert">
        <EmptyState icon="error" title={message}>
          {remedy}
        </EmptyState>
      </div>
    </main>
  );
}
