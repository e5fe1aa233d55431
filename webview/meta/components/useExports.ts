/** The entries of the export menu: what is shown, as files. */
import type { RefObject } from 'preact';
import type { MenuItem } from '../../shared/components';
import { picturePng, pictureSvg } from '../../shared/picture';
import { fileNameOf, useSave } from '../../shared/save';
import { entryLooks } from '../figures/pairs';
import { csvOf, iterationTable, lossTable, metaJson, pairTable } from '../figures/tables';
import type { Panel } from '../panel';

export function useExports(
  { data, choices }: Panel,
  charts: RefObject<HTMLDivElement | null>,
): MenuItem[] {
  const { save } = useSave();
  const name = fileNameOf(data.entry.metaId);
  const item = (label: string, ending: string, make: () => string): MenuItem => ({
    label,
    onSelect: () => {
      save(`${name}${ending}`, make());
    },
  });
  const savePicture = async (format: 'png' | 'svg') => {
    const areas = [...(charts.current?.children ?? [])].filter(
      (area) => area instanceof HTMLElement,
    );
    const make = format === 'png' ? picturePng : pictureSvg;
    save(`${name}.${format}`, await make(areas));
  };
  const picture = (format: 'png' | 'svg'): MenuItem => ({
    label: `Charts (${format.toUpperCase()})…`,
    onSelect: () => {
      void savePicture(format);
    },
  });
  const pairs = () => csvOf(pairTable(data, entryLooks(data)));
  return [
    item('Outer steps (CSV)…', '.csv', () => csvOf(iterationTable(data, 'Outer steps'))),
    item('Validations (CSV)…', '-validations.csv', () => csvOf(lossTable(data, choices.grouping))),
    data.about.playsPairs
      ? item('Pairs (CSV)…', '-pairs.csv', pairs)
      : item('Trainings (CSV)…', '-trainings.csv', pairs),
    item('Everything (JSON)…', '.json', () => metaJson(data)),
    picture('png'),
    picture('svg'),
  ];
}
