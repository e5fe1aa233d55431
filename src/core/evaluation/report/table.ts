/** Tables of text, from which both the Markdown and the HTML report are written. */

export interface ReportTable {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
}

export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

export const words = (title: string): TableColumn => ({ title, align: 'left' });
export const numbers = (title: string): TableColumn => ({ title, align: 'right' });

/** A table of two columns. */
export function factsTable(
  entries: readonly (readonly [name: string, value: string])[],
): ReportTable {
  return { columns: [words(''), words('')], rows: entries };
}
