/** The entries of the export menu: what is shown, as files. */
import type { RefObject } from 'preact';
import type { MenuItem } from '../../shared/components';
import { chartPicture } from '../../shared/plot';
import { useSave } from '../../shared/save';
import { evaluationJson, exportName, tasksCsv } from '../exports';
import type { Shown } from './useShown';

export function useExports(shown: Shown, frame: RefObject<HTMLDivElement | null>): MenuItem[] {
  const { save } = useSave();
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
