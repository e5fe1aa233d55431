/** What is shown of the gallery: words, a kind, a data set. */
import { TASK_KINDS } from '../../../src/protocol/live/index';
import { Select } from '../../shared/components';
import type { Choices } from '../view';
import { datasetsOf } from '../view';
import { KIND_TITLES } from '../words';
import type { Gallery } from '../useGallery';

const ANY = '';

export function Controls({ gallery }: { readonly gallery: Gallery }) {
  const { model, choices, change } = gallery;
  const kinds = TASK_KINDS.filter((kind) => model.families.some((family) => family.kind === kind));
  return (
    <div class="view-controls">
      <label class="field">
        <span>Filter</span>
        <input
          type="text"
          class="task-filter"
          value={choices.text}
          placeholder="name, data, option"
          onInput={(event) => {
            change({ text: event.currentTarget.value });
          }}
        />
      </label>
      <Select<Choices['kind']>
        label="Kind"
        showLabel
        value={choices.kind}
        options={[
          { value: 'all', label: 'All' },
          ...kinds.map((kind) => ({ value: kind, label: KIND_TITLES[kind] })),
        ]}
        onChange={(kind) => {
          change({ kind });
        }}
      />
      <Select<string>
        label="Data"
        showLabel
        value={choices.dataset}
        options={[
          { value: ANY, label: 'All' },
          ...datasetsOf(model.families).map((name) => ({ value: name, label: name })),
        ]}
        onChange={(dataset) => {
          change({ dataset });
        }}
      />
      <span class="spring" />
      <span class="dim small wide-only">
        <kbd>←</kbd> <kbd>↑</kbd> <kbd>↓</kbd> <kbd>→</kbd> move, <kbd>Enter</kbd> open,{' '}
        <kbd>T</kbd> train
      </span>
    </div>
  );
}
