/** The view once there is an evaluation: header, controls, chart beside one task's detail, table of tasks. */
import { useEffect, useRef } from 'preact/hooks';
import { ProgressLine } from '../../shared/components';
import { wantsCurves } from '../model';
import type { SpeedupModel } from '../model';
import { ChartSection } from './ChartSection';
import { Controls } from './Controls';
import { Detail } from './Detail';
import { Header } from './Header';
import { Notices } from './Notices';
import { SweepView } from './SweepView';
import { TaskTable } from './TaskTable';
import { useExports } from './useExports';
import { useKeys } from './useKeys';
import { useShown } from './useShown';
import type { ShownOptions } from './useShown';
import { useSweep } from './useSweep';

export interface EvaluationProps extends ShownOptions {
  readonly model: SpeedupModel;
}

export function Evaluation({ model, breakpoint, post, ...rest }: EvaluationProps) {
  const shown = useShown({ breakpoint, post, ...rest });
  const { overview, chosen, choices } = shown;
  const frame = useRef<HTMLDivElement>(null);
  const page = useRef<HTMLDivElement>(null);
  const sweep = useSweep(model, shown, post);
  const exports = useExports(shown, frame, sweep);
  useKeys(page, shown);
  useEffect(() => {
    if (choices.chart !== 'sweep' && chosen.task !== undefined && wantsCurves(model, chosen.task))
      post({ type: 'curves', task: chosen.task });
  }, [choices.chart, chosen.task, overview]);
  const { done, total } = overview.progress;
  const isLive = ['starting', 'running', 'stopping'].includes(overview.state);
  const curves = chosen.task === undefined ? undefined : model.curves.get(chosen.task)?.curves;
  const isSideBySide = breakpoint === 'wide' && chosen.task !== undefined;
  return (
    <div ref={page}>
      <div class="view-header">
        <Header {...{ overview, exports, post }} canControl={model.canControl} />
        {isLive && <ProgressLine label="Evaluation" value={total > 0 ? done / total : undefined} />}
        <Controls choices={choices} baseline={overview.protocol.baseline} onChange={shown.change} />
      </div>
      <Notices {...{ model, overview, post }} />
      {choices.chart === 'sweep' ? (
        <SweepView sweep={sweep} isWide={breakpoint === 'wide'} />
      ) : (
        <>
          <div class={isSideBySide ? 'speedup-columns' : undefined}>
            <ChartSection shown={shown} frame={frame} />
            {chosen.task !== undefined && (
              <Detail
                {...{ shown, curves }}
                task={chosen.task}
                isWaiting={wantsCurves(model, chosen.task)}
              />
            )}
          </div>
          <TaskTable shown={shown} />
        </>
      )}
    </div>
  );
}
