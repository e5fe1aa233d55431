/** What noise on each group of theta alone does to the meta-loss, and the scales that follow from it. */
import type { MetaViewMessage, SensitivityState } from '../../../src/protocol/live/index';
import { Banner, Button, ProgressLine, Section } from '../../shared/components';
import { duration, integer, sentence, tickLabel } from '../../shared/format';
import { useSave } from '../../shared/save';
import { NoiseTable } from '../components/NoiseTable';
import { findingOf, hasProposal, scalesText, sensitivityTable } from '../figures/sensitivity';

export interface SensitivityProps {
  readonly state: SensitivityState | undefined;
  readonly canControl: boolean;
  readonly isNarrow: boolean;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly post: (message: MetaViewMessage) => void;
}

const NOT_TRUSTED = 'Not in a workspace that is not trusted';

export function Sensitivity(props: SensitivityProps) {
  const { state, isNarrow, open, onToggle } = props;
  const { work, result, problem } = state ?? {};
  const finding = result && findingOf(result);
  return (
    <Section
      title="Sensitivity of θ"
      unit="what noise on one group alone does to the meta-loss"
      warning={finding === undefined ? undefined : { text: finding }}
      tools={<Tools {...props} />}
      table={result && (() => sensitivityTable(result))}
      {...{ open, onToggle }}
    >
      {work && <Progress work={work} />}
      {problem !== undefined && <Banner kind="error" title={sentence(problem)} />}
      {result && <NoiseTable sensitivity={result} isNarrow={isNarrow} />}
      <p class="chart-note noise-note dim small">
        {result ? noteOf(result) : work ? HOW : `Not measured yet. ${HOW}`}
      </p>
    </Section>
  );
}

const HOW =
  'All groups play the same problems with the same noise: those whose noise costs too much drown the signal of the others, those whose noise nobody sees learn nothing. Scales that mend that are proposed.';

function noteOf(result: NonNullable<SensitivityState['result']>): string {
  const { theta, sigma, problems, innerSteps, targetRise } = result;
  return [
    `θ: ${theta}. Noise of ${tickLabel(sigma)} on ${integer(problems)} problems, ${integer(innerSteps)} inner steps; a rise of 0.01 is about 1\u2009% more loss.`,
    'The line at a bar is one standard error; of L⁺ − L⁻ the median is filled, the root mean square hollow.',
    `Proposed scales are such that no group alone costs more than ${tickLabel(targetRise)}, and that its differences stand out from chaos.`,
    hasProposal(result) ? '' : 'The scales can stay.',
  ]
    .join(' ')
    .trim();
}

function Progress({ work }: { readonly work: NonNullable<SensitivityState['work']> }) {
  const { done, parts, secondsLeft, isStopping } = work;
  const words = isStopping
    ? 'Stopping'
    : parts === undefined
      ? 'Measuring'
      : `Measuring: ${integer(done)} of ${integer(parts)} parts${secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`}`;
  return (
    <>
      <ProgressLine label="Measurement" value={parts === undefined ? undefined : done / parts} />
      <p class="chart-note noise-note">{words}</p>
    </>
  );
}

function Tools({ state, canControl, post }: SensitivityProps) {
  const { work, result, config } = state ?? {};
  const { copy } = useSave();
  const measure = (action: 'start' | 'stop') => () => {
    post({ type: 'measure', action });
  };
  const title = canControl ? undefined : NOT_TRUSTED;
  return (
    <>
      {result && hasProposal(result) && (
        <>
          <Button
            icon="copy"
            title="Copies them as they stand in a config"
            onClick={() => {
              copy(scalesText(result));
            }}
          >
            Copy the scales
          </Button>
          <Button
            icon="go-to-file"
            disabled={!canControl}
            title={title ?? 'Nothing is saved before you do'}
            onClick={() => {
              post({ type: 'applyScales', scales: result.scales });
            }}
          >
            {config === undefined ? 'New config with them' : 'Put them into the config'}
          </Button>
        </>
      )}
      {work ? (
        <Button
          icon="debug-stop"
          disabled={!canControl || work.isStopping}
          title={title}
          onClick={measure('stop')}
        >
          Stop measuring
        </Button>
      ) : (
        <Button icon="beaker" disabled={!canControl} title={title} onClick={measure('start')}>
          {result ? 'Measure again' : 'Measure'}
        </Button>
      )}
    </>
  );
}
