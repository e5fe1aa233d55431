/** What leaves a view as a file or on the clipboard: both go through the host, which asks where to. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** The part of the bridge that shared components need. */
export type SaveMessage =
  | {
      readonly type: 'save';
      readonly fileName: string;
      readonly content: string | Uint8Array<ArrayBuffer>;
    }
  | { readonly type: 'copy'; readonly text: string };
export type PostSave = (message: SaveMessage) => void;

const PostContext = createContext<PostSave>(() => undefined);
/** Put it around the view with the bridge's `post`; without it, tables can neither copy nor save. */
export const SaveProvider = PostContext.Provider;

/** `save` and `copy` of the surrounding SaveProvider. */
export function useSave(): {
  save: (fileName: string, content: string | Uint8Array<ArrayBuffer>) => void;
  copy: (text: string) => void;
} {
  const post = useContext(PostContext);
  return {
    save: (fileName, content) => {
      post({ type: 'save', fileName, content });
    },
    copy: (text) => {
      post({ type: 'copy', text });
    },
  };
}

export type CellValue = string | number | boolean | null | undefined;

/** Comma-separated values with a header line (RFC 4180); numbers as they are, no value as an empty field. */
export function toCsv(columns: readonly string[], rows: readonly (readonly CellValue[])[]): string {
  return [columns, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n') + '\r\n';
}

function csvField(value: CellValue): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Tab-separated values with a header line, as spreadsheets take them from the clipboard. */
export function toTsv(columns: readonly string[], rows: readonly (readonly CellValue[])[]): string {
  const field = (value: CellValue) => String(value ?? '').replace(/[\t\r\n]+/g, ' ');
  return [columns, ...rows].map((row) => row.map(field).join('\t')).join('\n') + '\n';
}

/** A file name without what file systems refuse: `fashion 784 / loss` → `fashion-784-loss`. */
export function fileNameOf(...parts: readonly string[]): string {
  return (
    parts
      .join('-')
      .replace(/[^\p{L}\p{N}._-]+/gu, '-')
      .replace(/^[-.]+|-+$/g, '') || 'data'
  );
}
