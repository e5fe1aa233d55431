import type { BuildOptions } from 'esbuild';

export const VIEWS: readonly string[];
export const PLOTLY: string;
export function viewBuildOptions(
  entryPoints: Readonly<Record<string, string>>,
  outdir: string,
): BuildOptions;
export function buildViews(outdir: string): Promise<void>;
