import { describe, expect, it } from 'vitest';
import { withScales } from '../../../src/extension/config/scalesInConfig';
import { checkMetaConfig } from '../../../src/protocol/index';

const CONFIG = `{
  // Small.
  "kind": "metatrain",
  "optimizer": { "kind": "velo", "options": { "hidden": 13, "bank": 1 } },
  "budget": "2m" // minutes
}
`;

describe('scales in a config', () => {
  it('come into it, comments and the rest stay, and the config is right', () => {
    const text = withScales(CONFIG, { LSTM: 0.5 });
    expect(text).toContain('// Small.');
    expect(text).toContain('"budget": "2m" // minutes');
    const plain = JSON.parse(text.replaceAll(/\/\/.*/g, '')) as { optimizer: object };
    expect(plain.optimizer).toEqual({
      kind: 'velo',
      options: { hidden: 13, bank: 1 },
      scales: { LSTM: 0.5 },
    });
    expect(checkMetaConfig(plain).problems).toBeUndefined();
  });

  it('take the place of those that were there', () => {
    const before = withScales(CONFIG, { LSTM: 0.5, bank: 2 });
    const text = withScales(before, { LSTM: 0.25 });
    expect(text).toContain('0.25');
    expect(text).not.toContain('bank": 2');
    expect(withScales(text, {})).not.toContain('scales');
  });

  it('come into a config without an optimizer, in its own line ends', () => {
    const text = withScales('{\r\n  "kind": "metatrain"\r\n}\r\n', { LSTM: 2 });
    expect(JSON.parse(text)).toEqual({ kind: 'metatrain', optimizer: { scales: { LSTM: 2 } } });
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });
});
