/** Everything about one task: what it is, what it costs, its data, its options, its config. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button, IconButton, KeyValues, Section } from '../../shared/components';
import type { KeyValue } from '../../shared/components';
import { integer, sentence } from '../../shared/format';
import type { TasksModel } from '../model';
import type { Gallery } from '../useGallery';
import type { FoundTask } from '../view';
import { KIND_TITLES, bytesText, flopsText } from '../words';
import { Options } from './Options';
import { Sample } from './Sample';
import { RESTRICTED } from './TaskCard';

export interface DetailProps {
  readonly gallery: Gallery;
  readonly found: FoundTask;
}

export function Detail({ gallery, found }: DetailProps) {
  const { model, ask, train, evaluate, copy, close } = gallery;
  const { family, task } = found;
  const { id, name, summary, configText } = task;
  const problem = problemOf(model, id);
  useEffect(() => {
    ask(id);
  }, [id, ask]);
  return (
    <aside class="detail" aria-label={`Task ${name}`}>
      <header class="detail-header">
        <div class="detail-title">
          <h2>{name}</h2>
          <IconButton icon="close" label="Close (Escape)" onClick={close} />
        </div>
        <p class="dim small">
          {family.title} · {KIND_TITLES[family.kind]}
        </p>
        <p>{summary}</p>
        <div class="actions">
          <Button
            kind="primary"
            icon="play"
            disabled={!model.canControl}
            title={model.canControl ? 'Opens a config with VeLO, ready to run (T)' : RESTRICTED}
            onClick={() => {
              train(id);
            }}
          >
            Train this
          </Button>
          <Button
            icon="add"
            disabled={!model.canControl}
            title={model.canControl ? 'Puts the task into the config of an evaluation' : RESTRICTED}
            onClick={() => {
              evaluate(id);
            }}
          >
            Add to evaluation…
          </Button>
          <Button
            icon="copy"
            onClick={() => {
              copy(configText);
            }}
          >
            Copy config
          </Button>
        </div>
      </header>
      <div class="detail-facts">
        <KeyValues layout="lines" items={facts(found, model)} />
        {problem !== undefined && <p class="warn-text small">{sentence(problem)}</p>}
      </div>
      <Folding title="Data">
        <Sample sample={model.samples.get(id)} />
      </Folding>
      <Folding title="Options" unit={`task.family ${family.family}`}>
        <Options options={family.options} task={task.task} />
      </Folding>
      <Folding title="Config">
        <pre class="config mono" tabIndex={0} role="group" aria-label="Config">
          {configText}
        </pre>
      </Folding>
    </aside>
  );
}

function facts({ task }: FoundTask, { costs }: TasksModel): KeyValue[] {
  const { id, parameters, batch, dataset, lossUnit, inside, seed } = task;
  const cost = costs.get(id);
  const costText = (text: (known: { flops: number; bytes: number }) => string) =>
    cost === undefined ? '…' : 'problem' in cost ? '–' : text(cost);
  return [
    { label: 'Parameters', value: integer(parameters) },
    { label: 'Loss and gradient of a step', value: costText(({ flops }) => flopsText(flops)) },
    { label: 'Memory without the optimizer', value: costText(({ bytes }) => bytesText(bytes)) },
    { label: 'Data set', value: dataset === '' ? 'none' : dataset },
    ...(batch > 0 ? [{ label: 'Batch', value: integer(batch) }] : []),
    { label: 'Loss', value: lossUnit === '' ? 'a plain number' : lossUnit },
    ...(inside === undefined ? [] : [{ label: 'Inside', value: inside }]),
    ...(seed === undefined
      ? []
      : [{ label: "Drawn by the family's sampler", value: `seed ${seed}` }]),
  ];
}

/** Why there are no costs. */
function problemOf({ costs }: TasksModel, id: string): string | undefined {
  const cost = costs.get(id);
  return cost !== undefined && 'problem' in cost ? cost.problem : undefined;
}

interface FoldingProps {
  readonly title: string;
  readonly unit?: string;
  readonly children: ComponentChildren;
}

function Folding({ title, unit, children }: FoldingProps) {
  const [open, setOpen] = useState(true);
  return (
    <Section {...{ title, unit, open }} onToggle={setOpen}>
      {children}
    </Section>
  );
}
