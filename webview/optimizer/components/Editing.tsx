/** The editor once the file is read: asks the host for what the choices need, and lays the parts out. */
import { useEffect, useState } from 'preact/hooks';
import type { OptimizerInspection, OptimizerViewMessage } from '../../../src/protocol/live/index';
import { Banner } from '../../shared/components';
import type { Breakpoint } from '../../shared/useSize';
import type { Editor } from '../editor';
import { chosenGroup, chosenResponse } from '../model';
import type { OptimizerModel } from '../model';
import type { ViewChoices } from '../view';
import { Architecture } from './Architecture';
import { Card } from './Card';
import { Header } from './Header';
import { Matrix } from './Matrix';
import { Multipliers } from './Multipliers';
import { Response } from './Response';
import { Weights } from './Weights';

export interface EditingProps {
  readonly model: OptimizerModel;
  readonly inspection: OptimizerInspection;
  readonly breakpoint: Breakpoint;
  readonly initial: ViewChoices;
  readonly post: (message: OptimizerViewMessage) => void;
  readonly keep: (choices: ViewChoices) => void;
}

export function Editing({ model, inspection, breakpoint, initial, post, keep }: EditingProps) {
  const [choices, setChoices] = useState(initial);
  useEffect(() => {
    keep(choices);
  }, [choices]);
  const change = (changes: Partial<ViewChoices>) => {
    setChoices((before) => ({ ...before, ...changes }));
  };
  const narrow = breakpoint === 'narrow';
  const editor: Editor = { model, inspection, choices, narrow, change, post };
  const group = chosenGroup(inspection, choices.group);
  useRequests(editor, group);
  return (
    <>
      <Header editor={editor} />
      <Notices model={model} />
      <div class={`editor ${breakpoint}`}>
        <div class="editor-side">
          <Card editor={editor} />
          <Architecture editor={editor} />
          <Multipliers editor={editor} />
        </div>
        <div class="editor-main">
          <Response editor={editor} />
          <Weights editor={editor} chosen={group} />
          <Matrix editor={editor} chosen={group} />
        </div>
      </div>
    </>
  );
}

/** Asks for the matrix, the response and the curve that are chosen, and again when the file was read anew. */
function useRequests({ model, inspection, choices, post }: Editor, group: string): void {
  const { reading } = model;
  const { network, feature } = chosenResponse(model, choices);
  const { usedBy } = inspection;
  const run = usedBy.find(({ runId }) => runId === choices.runId) ?? usedBy[0];
  useEffect(() => {
    if (group !== '') post({ type: 'matrix', name: group });
  }, [reading, group]);
  useEffect(() => {
    post({ type: 'response', network, feature });
  }, [reading, network, feature]);
  useEffect(() => {
    if (run !== undefined) post({ type: 'multipliers', runId: run.runId });
  }, [reading, run?.runId]);
}

function Notices({ model: { engine, problem } }: { readonly model: OptimizerModel }) {
  return (
    <>
      {engine.state === 'lost' && (
        <Banner kind="warning" icon="debug-disconnect" title="The engine does not answer.">
          {engine.message ?? 'What is shown stays; other arrays can be read when it is back.'}
        </Banner>
      )}
      {problem && (
        <Banner kind="error" title={problem.message}>
          {problem.remedy}
        </Banner>
      )}
    </>
  );
}
