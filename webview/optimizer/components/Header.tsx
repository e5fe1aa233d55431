/** Which file this is, and what can be done with it. */
import { useState } from 'preact/hooks';
import { Badge, Button, DataTable, IconButton, KeyValues, Menu } from '../../shared/components';
import { count } from '../../shared/format';
import { toCsv, useSave } from '../../shared/save';
import type { TableContent } from '../../shared/components';
import type { Editor } from '../editor';
import { inspectionJson, matrixTable, responseTable, stemOf, weightsTable } from '../exports';

export function Header({ editor }: { readonly editor: Editor }) {
  const { inspection, post } = editor;
  const { fileName, card, architecture } = inspection;
  const [shown, setShown] = useState(false);
  const { kind, hidden, networks } = architecture;
  const bank = networks === 1 ? '1 network' : `${networks} networks`;
  return (
    <header class="view-header view-row">
      <div class="view-name">
        <h1 class="ellipsis" title={inspection.path}>
          {fileName}
        </h1>
        <Badge>Read-only</Badge>
      </div>
      <KeyValues
        layout="header"
        items={[
          { label: 'Architecture', value: `${kind}, LSTM ${hidden}, ${bank}` },
          { label: 'Parameters', value: count(architecture.parameters) },
          { label: 'Licence', value: card.licence ?? 'unknown' },
        ]}
      />
      <span class="spring" />
      <Button
        kind="primary"
        icon="play"
        onClick={() => {
          post({ type: 'trainWithIt' });
        }}
      >
        Train with it
      </Button>
      <div class="toolbar" role="toolbar" aria-label="Optimizer">
        <IconButton
          icon="table"
          label="Show the norms of all weights as a table"
          onClick={() => {
            setShown(true);
          }}
        />
        <Menu icon="desktop-download" label="Export what is shown…" items={useExports(editor)} />
      </div>
      {shown && (
        <DataTable
          {...weightsTable(inspection)}
          onClose={() => {
            setShown(false);
          }}
        />
      )}
    </header>
  );
}

function useExports({ inspection, model }: Editor) {
  const { save } = useSave();
  const saveTable = ({ columns, rows, fileName, title }: TableContent) => {
    const labels = columns.map(({ label }) => label);
    save(`${fileName ?? title}.csv`, toCsv(labels, rows));
  };
  const { response, matrix } = model;
  return [
    {
      label: 'Norms of the weights (CSV)…',
      onSelect: () => {
        saveTable(weightsTable(inspection));
      },
    },
    {
      label: 'Response (CSV)…',
      disabled: response === undefined,
      onSelect: () => {
        if (response !== undefined) saveTable(responseTable(inspection, response));
      },
    },
    {
      label: 'Matrix (CSV)…',
      disabled: matrix === undefined,
      onSelect: () => {
        if (matrix !== undefined) saveTable(matrixTable(inspection, matrix));
      },
    },
    {
      label: 'Card and norms (JSON)…',
      onSelect: () => {
        save(`${stemOf(inspection)}.json`, inspectionJson(inspection));
      },
    },
  ];
}
