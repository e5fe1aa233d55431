/** What every part of the editor needs: the file's content, the choices, and how to change them. */
import type { OptimizerInspection, OptimizerViewMessage } from '../../src/protocol/live/index';
import type { SectionProps } from '../shared/components';
import type { OptimizerModel } from './model';
import type { SectionId, ViewChoices } from './view';

export interface Editor {
  readonly model: OptimizerModel;
  readonly inspection: OptimizerInspection;
  readonly choices: ViewChoices;
  readonly narrow: boolean;
  readonly change: (changes: Partial<ViewChoices>) => void;
  readonly post: (message: OptimizerViewMessage) => void;
}

/** Whether a section is open, and what its toggle does. */
export function sectionState(
  { choices, change }: Pick<Editor, 'choices' | 'change'>,
  id: SectionId,
): Pick<SectionProps, 'open' | 'onToggle'> {
  return {
    open: !choices.closed.includes(id),
    onToggle: (open) => {
      const others = choices.closed.filter((closed) => closed !== id);
      change({ closed: open ? others : [...others, id] });
    },
  };
}
