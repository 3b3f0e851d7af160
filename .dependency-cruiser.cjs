/**
 * Who may import whom. `npm run pnpm -- depcruise` checks it; CONTRIBUTING.md and ARCHITECTURE.md explain it.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */

const core = '^packages/core/src'
const adapters = ['driver-[^/]+', 'transport-[^/]+', 'event-log-[^/]+']
const adapterPath = `^packages/(${adapters.join('|')})/`
/** Tests, examples and the lab may wire up anything. */
const test = ['\\.(test|test-d|bench)\\.ts$', '^packages/[^/]+/(test|bench)/', '^packages/lab/', '^examples/']

/**
 * Inside core, from the bottom up: a file may import its own layer and those below it.
 * Layers in one entry are peers; the rule against cycles covers them.
 */
const coreLayers = [
  { name: 'values', path: `${core}/values/` },
  { name: 'event-format', path: `${core}/event-format/` },
  { name: 'mesh-facts', path: `${core}/mesh/(?!decide|mesh-command|commands/)` },
  { name: 'policy', path: `${core}/policy/` },
  { name: 'decide', path: `${core}/mesh/(decide|mesh-command|commands/)` },
  { name: 'host-config', path: `${core}/host-config/` },
  { name: 'reconcile', path: `${core}/(reconcile|protocol|ports|paths)/` },
  { name: 'on-top', path: `${core}/(reactions|explain)/` },
]

const coreLayerRules = coreLayers.slice(0, -1).map((layer, rank) => ({
  name: `core-${layer.name}-imports-downwards`,
  comment: `${layer.name} is below what it imports: see the order of layers in .dependency-cruiser.cjs.`,
  severity: 'error',
  from: { path: layer.path, pathNot: test },
  to: { path: coreLayers.slice(rank + 1).map(({ path }) => path) },
}))

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'declared-dependencies-only',
      comment: "A package imports only what its own package.json lists; its tests also what the root's lists.",
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: test },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], pathNot: 'node_modules/fast-check/' },
    },
    ...coreLayerRules,
    {
      name: 'core-is-pure',
      comment: 'No node:* module in core: clock, randomness, crypto and I/O arrive through ports.',
      severity: 'error',
      from: { path: core, pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-libraries',
      comment: 'core imports fp-ts, io-ts and immer, nothing else.',
      severity: 'error',
      from: { path: core, pathNot: [...test, `${core}/testing(/|\\.ts$)`] },
      to: { pathNot: [core, 'node_modules/(fp-ts|io-ts|immer)/'] },
    },
    {
      name: 'core-testing-libraries',
      comment: 'core/testing may also use fast-check, which its users install themselves.',
      severity: 'error',
      from: { path: `${core}/testing(/|\\.ts$)`, pathNot: test },
      to: { pathNot: [core, 'node_modules/(fp-ts|io-ts|immer|fast-check)/'] },
    },
    {
      name: 'testing-stays-in-tests',
      comment: 'Nothing that runs in production imports the conformance kits and their helpers.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: [...test, `${core}/testing(/|\\.ts$)`] },
      to: { path: `${core}/testing(/|\\.ts$)` },
    },
    {
      name: 'adapters-import-core-only',
      comment: 'A driver, transport or event log knows core and no other package of ours.',
      severity: 'error',
      from: { path: `^packages/(${adapters.join('|')})/src/`, pathNot: test },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/core/', 'node_modules'] },
    },
    {
      name: 'only-compose-picks-adapters',
      comment: 'In the agent and the server a file named compose.ts chooses drivers, transports and event logs.',
      severity: 'error',
      from: { path: '^packages/', pathNot: [...test, adapterPath, '/compose\\.ts$'] },
      to: { path: adapterPath },
    },
    {
      name: 'references-stay-apart',
      comment: 'Nobody builds on the reference server or agent, and they do not build on each other.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: test },
      to: { path: '^packages/(reference-agent|reference-server|dashboard|lab)/', pathNot: '^packages/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/fixtures/', '/tsup\\.config\\.ts$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
