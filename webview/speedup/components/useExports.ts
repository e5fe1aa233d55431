/** The entries of the export menu: what is shown, as files. */
import type { RefObject } from 'preact';
import type { MenuItem } from '../../shared/components';
import { chartPicture, svgPicture } from '../../shared/plot';
import { useSave } from '../../shared/save';
import { evaluationJson, exportName, tasksCsv } from '../exports';
import { settingsCsv, sweepJson, sweepName } from '../sweepTable';
import type { Shown } from './useShown';
import type { SweepShown } from './useSweep';

export function useExports(
  shown: Shown,
  frame: RefObject<HTMLDivElement | null>,
  sweep: SweepShown,
): MenuItem[] {
  const { save } = useSave();
  if (shown.choices.chart === 'sweep') return sweepExports(sweep, save);
  const { overview, choices } = shown;
  const name = exportName(overview, choices);
  const savePicture = async (format: 'png' | 'svg') => {
    if (frame.current === null) return;
    save(`${name}.${format}`, await chartPicture(frame.current, format));
  };
  return [
    {
      label: 'Table of tasks (CSV)…',
      onSelect: () => {
        save(`speedup-${overview.suite}.csv`, tasksCsv(overview));
      },
    },
    {
      label: 'Everything (JSON)…',
      onSelect: () => {
        save(`speedup-${overview.suite}.json`, evaluationJson(overview));
      },
    },
    {
      label: 'Chart (PNG)…',
      disabled: !shown.isOpen('chart'),
      onSelect: () => {
        void savePicture('png');
      },
    },
    {
      label: 'Chart (SVG)…',
      disabled: !shown.isOpen('chart'),
      onSelect: () => {
        void savePicture('svg');
      },
    },
  ];
}

function sweepExports(
  { shown, table, axes, settings, frame }: SweepShown,
  save: ReturnType<typeof useSave>['save'],
): MenuItem[] {
  const { overview, isOpen } = shown;
  const name = sweepName(overview, table);
  const savePicture = async (format: 'png' | 'svg') => {
    if (frame.current !== null) save(`${name}.${format}`, await svgPicture(frame.current, format));
  };
  const pictures = (['png', 'svg'] as const).map((format) => ({
    label: `Chart (${format.toUpperCase()})…`,
    disabled: table === undefined || !isOpen('parallel'),
    onSelect: () => {
      void savePicture(format);
    },
  }));
  return [
    {
      label: 'Table of settings (CSV)…',
      disabled: table === undefined,
      onSelect: () => {
        save(`${name}.csv`, settingsCsv({ overview, table, axes, settings }));
      },
    },
    {
      label: 'Every setting and curve (JSON)…',
      disabled: table === undefined,
      onSelect: () => {
        if (table !== undefined) save(`${name}.json`, sweepJson(table));
      },
    },
    ...pictures,
  ];
}
