/** Line charts; the only user of plotly.js. */
export { chartPicture, svgPicture } from './chartPicture';
export { LinePlot } from './LinePlot';
export type { LinePlotProps } from './LinePlot';
export type { MarkerSymbol, PlotAxis, PlotDash, PlotLine, PlotShape, PlotText } from './figure';
export { plotImage, svgPng } from './image';
export { Words } from './Words';
