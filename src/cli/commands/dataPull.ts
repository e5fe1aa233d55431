/** `velo data pull`: one data set after another, with what is being done on stderr. */
import { Presets, SingleBar } from 'cli-progress';
import type { PullPhase, PullSource } from '../../engine/index';
import { samplesText, usage } from '../dataText';
import { INTERRUPTED, withInterrupt } from '../interrupt';
import type { Output } from '../output';

/** Every name is checked before the first is pulled. */
export async function pullAll(names: readonly string[], output: Output): Promise<void> {
  const { pullSource } = await import('../../engine/index');
  const sources = [...new Set(names.map(pullSource))];
  const abort = new AbortController();
  const stop = (): void => {
    abort.abort(new Error('stopped'));
  };
  const work = async (): Promise<void> => {
    for (const source of sources) await pullOne(source, abort.signal, output);
  };
  const { wasInterrupted } = await withInterrupt(
    output,
    stop,
    () =>
      work().catch((thrown: unknown) => {
        if (!abort.signal.aborted) throw thrown;
      }),
    'Stopping, whole downloads are kept',
  );
  if (!wasInterrupted) return;
  process.exitCode = INTERRUPTED;
  output.note('Pull again to go on.');
}

async function pullOne(source: PullSource, signal: AbortSignal, output: Output): Promise<void> {
  const { dataCacheFolder, pullData } = await import('../../engine/index');
  signal.throwIfAborted();
  const progress = showProgress(source, output);
  try {
    const { card, wasThere } = await pullData(source, {
      cache: dataCacheFolder(),
      signal,
      onProgress: progress.say,
    });
    progress.end();
    output.emit({ type: 'dataset', state: 'cached', wasThere, ...card });
    const what = wasThere ? 'is there already' : `has ${samplesText(card)}`;
    output.print(`${card.name} ${what}. Use it as ${usage(card)}`);
  } finally {
    progress.end();
  }
}

const DOING: Readonly<Record<PullPhase, string>> = {
  check: 'looking into the cache',
  download: 'downloading',
  unpack: 'unpacking',
  convert: 'converting',
  write: 'writing',
};

interface PullProgress {
  readonly say: (phase: PullPhase, bytes: number) => void;
  readonly end: () => void;
}

/** A bar where a person watches, else a line for each phase. */
function showProgress({ name, package: pin }: PullSource, output: Output): PullProgress {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const total = `${megabytes(pin.bytes)} MB`;
  let last: PullPhase | undefined;
  if (!output.isInteractive) {
    const say = (phase: PullPhase): void => {
      const size = phase === 'download' ? ` ${total} with ${pin.manager}` : '';
      if (phase !== last) output.note(`${name}: ${DOING[phase]}${size}`);
      last = phase;
    };
    return { say, end: () => undefined };
  }
  const bar = new SingleBar(
    {
      format: `${name}: {doing}  {bar}  {done} of ${total}  {duration_formatted}`,
      stream: process.stderr,
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  bar.start(pin.bytes, 0, { doing: DOING.check, done: '0.0' });
  const say = (phase: PullPhase, bytes: number): void => {
    bar.update(Math.min(bytes, pin.bytes), { doing: DOING[phase], done: megabytes(bytes) });
  };
  return {
    say,
    end: () => {
      bar.stop();
    },
  };
}
