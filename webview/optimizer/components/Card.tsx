/** Where the weights come from: the file's own words, and the checksum to tell it from others. */
import { IconButton, KeyValues, Section } from '../../shared/components';
import { integer } from '../../shared/format';
import { useSave } from '../../shared/save';
import { sectionState } from '../editor';
import type { Editor } from '../editor';

export function Card({ editor }: { readonly editor: Editor }) {
  const { card, fileName, sizeBytes, sha256 } = editor.inspection;
  const { copy } = useSave();
  return (
    <Section title="Card" {...sectionState(editor, 'card')}>
      <div class="card-room">
        <KeyValues
          layout="card"
          items={[
            { label: 'Name', value: card.name },
            { label: 'Provenance', value: card.provenance },
            { label: 'Licence', value: card.licence ?? 'not stated' },
            { label: 'File', value: `${fileName}, ${integer(sizeBytes)} bytes` },
            {
              label: 'sha256',
              value: (
                <span class="checksum">
                  <span class="mono">
                    {sha256.slice(0, 32)}
                    <wbr />
                    {sha256.slice(32)}
                  </span>
                  <IconButton
                    icon="copy"
                    label="Copy the checksum"
                    onClick={() => {
                      copy(sha256);
                    }}
                  />
                </span>
              ),
            },
            ...card.further,
          ]}
        />
      </div>
    </Section>
  );
}
