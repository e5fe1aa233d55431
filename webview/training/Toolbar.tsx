/** Buttons that control the run, and those that take something out of the panel. */
import type { TrainingViewMessage } from '../../src/protocol/live/index';
import { IconButton, Menu } from '../shared/components';
import type { IconName } from '../shared/components';
import { integer } from '../shared/format';
import { runControls } from './actions';
import type { RunControls } from './actions';
import type { ExportFormat } from './exports';
import type { Training } from './model';

export interface ToolbarProps {
  readonly data: Training;
  readonly post: (message: TrainingViewMessage) => void;
  readonly onExport: (format: ExportFormat) => void;
}

const MAIN_LOOKS: Readonly<
  Record<NonNullable<RunControls['main']>, { readonly icon: IconName; readonly label: string }>
> = {
  pause: { icon: 'debug-pause', label: 'Pause' },
  continue: { icon: 'debug-continue', label: 'Continue' },
  resume: { icon: 'debug-restart', label: 'Resume' },
};

export function Toolbar({ data, post, onExport }: ToolbarProps) {
  return (
    <div class="toolbar" role="toolbar" aria-label="Run">
      <ControlButtons data={data} post={post} />
      <Menu
        icon="desktop-download"
        label="Export what is shown"
        items={[
          {
            label: 'Picture, PNG…',
            onSelect: () => {
              onExport('png');
            },
          },
          {
            label: 'Picture, SVG…',
            onSelect: () => {
              onExport('svg');
            },
          },
          {
            label: 'Numbers, CSV…',
            onSelect: () => {
              onExport('csv');
            },
          },
          {
            label: 'Numbers, JSON…',
            onSelect: () => {
              onExport('json');
            },
          },
        ]}
      />
      <IconButton
        icon="go-to-file"
        label="Open the config"
        onClick={() => {
          post({ type: 'openConfig' });
        }}
      />
      <Menu
        icon="ellipsis"
        label="More actions"
        items={[
          {
            label: 'Duplicate…',
            icon: 'copy',
            disabled: !data.run.canControl,
            onSelect: () => {
              post({ type: 'duplicate' });
            },
          },
          {
            label: 'Reveal the folder',
            icon: 'folder-opened',
            onSelect: () => {
              post({ type: 'reveal' });
            },
          },
          {
            label: 'Open the log',
            icon: 'output',
            onSelect: () => {
              post({ type: 'openLog' });
            },
          },
        ]}
      />
    </div>
  );
}

function ControlButtons({ data, post }: Omit<ToolbarProps, 'onExport'>) {
  const controls = runControls(data);
  const { main, enabled, why } = controls;
  const hint = why === undefined ? '' : `. ${why}`;
  if (main === undefined) return null;
  const { icon, label } = MAIN_LOOKS[main];
  const { checkpointStep, state } = data.main.entry;
  const key = main === 'resume' ? '' : ' (Space)';
  const from =
    main === 'resume' && checkpointStep !== null ? ` from step ${integer(checkpointStep)}` : '';
  return (
    <>
      <IconButton
        icon={icon}
        label={label}
        title={`${label}${from}${key}${hint}`}
        disabled={!enabled || state === 'queued'}
        onClick={() => {
          post({ type: 'control', action: main });
        }}
      />
      {main !== 'resume' && (
        <>
          <IconButton
            icon="debug-step-over"
            label="Step once"
            title={controls.step ? `Step once (.)${hint}` : 'Step once (.): pause first'}
            disabled={!enabled || !controls.step}
            onClick={() => {
              post({ type: 'control', action: 'step' });
            }}
          />
          <IconButton
            icon="debug-stop"
            label="Stop"
            title={`Stop: end the training, keep the run${hint}`}
            disabled={!enabled || !controls.stop}
            onClick={() => {
              post({ type: 'control', action: 'stop' });
            }}
          />
        </>
      )}
      <span class="separator" />
    </>
  );
}
