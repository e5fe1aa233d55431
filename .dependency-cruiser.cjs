/** The layer rules of ARCHITECTURE.md that the TypeScript projects alone can't enforce. */
const layer = (name) => `^src/${name}/`;
const mayImport = (from, allowed) => ({
  name: `${from}-imports`,
  severity: 'error',
  from: { path: layer(from) },
  to: { path: '^(src|webview|test)/', pathNot: [from, ...allowed].map(layer) },
});
const outsideInsideOnly = ['base', 'core', 'storage', 'engine', 'client', 'cli'].map((name) => ({
  name: `${name}-only-through-its-index`,
  comment: 'Another layer is used through its index.ts.',
  severity: 'error',
  from: { path: '^src/', pathNot: layer(name) },
  to: { path: layer(name), pathNot: `^src/${name}/index\\.ts$` },
}));
const coreOrder = [
  ['compute', ['optimizers', 'tasks', 'training', 'meta']],
  ['optimizers', ['tasks', 'training', 'meta']],
  ['tasks', ['training', 'meta']],
  ['training', ['meta']],
  ['evaluation', ['meta']],
  ['meta', ['evaluation']],
].map(([from, later]) => ({
  name: `core-${from}-order`,
  severity: 'error',
  from: { path: `^src/core/${from}/` },
  to: { path: later.map((folder) => `^src/core/${folder}/`), dependencyTypesNot: ['type-only'] },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    mayImport('base', []),
    mayImport('core', ['base']),
    mayImport('protocol', ['base']),
    mayImport('storage', ['base', 'protocol']),
    mayImport('engine', ['base', 'core', 'protocol', 'storage']),
    mayImport('cli', ['base', 'core', 'protocol', 'storage', 'engine']),
    mayImport('extension', ['base', 'protocol', 'storage', 'client']),
    mayImport('client', ['base', 'protocol', 'storage']),
    ...outsideInsideOnly,
    {
      name: 'protocol-only-through-its-indexes',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: layer('protocol') },
      to: { path: layer('protocol'), pathNot: '^src/protocol/(live/)?index\\.ts$' },
    },
    {
      name: 'webview-imports',
      comment: 'Webviews carry the light part of the protocol only.',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/', pathNot: '^src/(base/|protocol/live/)' },
    },
    {
      name: 'no-view-to-view',
      severity: 'error',
      from: { path: '^webview/([^/]+)/' },
      to: { path: '^webview/', pathNot: '^webview/($1|shared)/' },
    },
    {
      name: 'plotly-only-in-the-plot-module',
      severity: 'error',
      from: { pathNot: '^webview/shared/plot/' },
      to: { path: 'plotly' },
    },
    ...coreOrder,
    {
      name: 'vscode-only-in-extension',
      severity: 'error',
      from: { pathNot: [layer('extension'), '^test/host/'] },
      to: { path: '^vscode$' },
    },
    {
      name: 'node-not-in-core',
      severity: 'error',
      from: { path: '^src/(base|core|protocol)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^(src|webview)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json'] },
  },
};
