/** What one network of the bank makes of one feature, and which features it listens to. */
import { useMemo, useRef } from 'preact/hooks';
import type { NetworkResponse } from '../../../src/protocol/live/index';
import { LoadingText, Section } from '../../shared/components';
import { LinePlot } from '../../shared/plot';
import { linearTicks } from '../../shared/scales';
import type { Range } from '../../shared/scales';
import { useSize } from '../../shared/useSize';
import { sectionState } from '../editor';
import type { Editor } from '../editor';
import { responseTable } from '../exports';
import { responseFigure } from '../figures';
import { FeatureList } from './FeatureList';

const HEIGHT = 206;
const GUTTERS = { left: 64, right: 16, top: 10, bottom: 36 };
const X_RANGE: Range = [-3, 3];
const X_TICKS = linearTicks(...X_RANGE, 6);

export function Response({ editor }: { readonly editor: Editor }) {
  const { inspection, model } = editor;
  const { response } = model;
  const { networks, features } = inspection.architecture;
  const table = response && { table: () => responseTable(inspection, response) };
  return (
    <Section
      title={networks === 1 ? 'Response of the network' : 'Response of one network'}
      unit={`direction · exp(0.001 m) at control 1, the other ${features - 1} features at 0`}
      tools={networks > 1 && <NetworkPicker editor={editor} />}
      {...table}
      {...sectionState(editor, 'response')}
    >
      {response === undefined ? (
        <LoadingText>Working out the response</LoadingText>
      ) : (
        <div class="response">
          <Curve response={response} featureNames={inspection.featureNames} />
          <FeatureList editor={editor} response={response} />
        </div>
      )}
    </Section>
  );
}

function NetworkPicker({ editor }: { readonly editor: Editor }) {
  const { inspection, choices, change } = editor;
  const last = inspection.architecture.networks - 1;
  return (
    <label class="field">
      <span>Network</span>
      <input
        type="number"
        class="network-number"
        min={0}
        max={last}
        step={1}
        value={Math.min(choices.network, last)}
        onInput={(event) => {
          const network = event.currentTarget.valueAsNumber;
          if (Number.isInteger(network) && network >= 0 && network <= last) change({ network });
        }}
      />
      <span>of 0…{last}</span>
    </label>
  );
}

function Curve({
  response,
  featureNames,
}: {
  readonly response: NetworkResponse;
  readonly featureNames: readonly string[];
}) {
  const room = useRef<HTMLDivElement>(null);
  const { width } = useSize(room);
  const name = featureNames[response.feature] ?? `feature ${response.feature}`;
  const figure = useMemo(() => responseFigure(response, name), [response, name]);
  return (
    <div ref={room} class="response-chart">
      {width > 0 && (
        <LinePlot
          width={width}
          height={HEIGHT}
          gutters={GUTTERS}
          xRange={X_RANGE}
          xTicks={X_TICKS}
          xTitle={`${name}, in units of its RMS over the tensor`}
          y={figure.y}
          lines={figure.lines}
          shapes={figure.shapes}
          label={figure.label}
          urgent={`${response.network} ${response.feature}`}
        />
      )}
    </div>
  );
}
