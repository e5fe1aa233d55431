/** The scales of theta's groups in the text of a meta-training's config; comments and layout of the rest stay. Pure. */
import { applyEdits, modify } from 'jsonc-parser';

/** @param scales  `optimizer.scales`, in the place of those that were there; none where it is empty */
export function withScales(text: string, scales: Readonly<Record<string, number>>): string {
  const formattingOptions = {
    insertSpaces: true,
    tabSize: 2,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  const value = Object.keys(scales).length === 0 ? undefined : scales;
  return applyEdits(text, modify(text, ['optimizer', 'scales'], value, { formattingOptions }));
}
