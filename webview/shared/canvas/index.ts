/** Charts of many cells, on canvas. */
export { Canvas } from './Canvas';
export type { CanvasProps } from './Canvas';
export { drawHeatmap } from './heatmap';
export type { HeatmapOptions } from './heatmap';
export type { CanvasDependencies, DrawCanvas } from './useCanvas';
