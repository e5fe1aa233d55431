/** What is compared: what is the same in all runs, what differs, and what can be done with it. */
import { useState } from 'preact/hooks';
import { DataTable, IconButton, KeyValues, Menu } from '../../shared/components';
import type { MenuItem } from '../../shared/components';
import { compareConfigs, configTable } from '../configs';
import type { ComparedRun } from '../model';

export interface HeaderProps {
  readonly runs: readonly ComparedRun[];
  readonly narrow: boolean;
  readonly exports: readonly MenuItem[];
  readonly onAdd: () => void;
}

export function Header({ runs, narrow, exports, onAdd }: HeaderProps) {
  const [shown, setShown] = useState(false);
  const items = headerItems(runs);
  return (
    <header class="view-row">
      <div class="view-name">
        <h1>
          Comparison of {runs.length} {runs.length === 1 ? 'run' : 'runs'}
        </h1>
      </div>
      <KeyValues layout="header" items={narrow ? items.slice(0, 1) : items} />
      <span class="spring" />
      <div class="toolbar" role="toolbar" aria-label="Comparison">
        <IconButton icon="add" label="Add runs…" onClick={onAdd} />
        <IconButton
          icon="git-compare"
          label="Show the differences of the configurations"
          disabled={runs.length === 0}
          onClick={() => {
            setShown(true);
          }}
        />
        <Menu icon="desktop-download" label="Export what is shown…" items={exports} />
      </div>
      {shown && (
        <DataTable
          {...configurations(runs)}
          onClose={() => {
            setShown(false);
          }}
        />
      )}
    </header>
  );
}

function headerItems(runs: readonly ComparedRun[]) {
  const { same, differs } = compareConfigs(runs.map(({ config }) => config));
  const tasks = [...new Set(runs.map(({ entry }) => entry.task))];
  return [
    { label: 'Task', value: tasks.length === 1 ? tasks[0] : `${tasks.length} tasks` },
    { label: 'Same in all', value: same.join(', ') || 'nothing' },
    { label: 'Differs', value: differs.join(', ') || 'nothing' },
  ];
}

function configurations(runs: readonly ComparedRun[]) {
  const { columns, rows } = configTable(runs);
  return {
    title: 'Configurations',
    columns: columns.map((label) => ({ label })),
    rows,
    fileName: 'configurations',
  };
}
