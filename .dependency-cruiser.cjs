// The directions in which the house may be walked: screens, cli → parties, sdk → formats → ground; parties meet on the wire only.
module.exports = {
  forbidden: [
    {
      name: 'no-party-imports-another',
      severity: 'error',
      from: { path: '^parties/([^/]+)/' },
      to: { path: '^parties/', pathNot: '^parties/$1/' },
    },
    {
      name: 'parties-stand-on-formats-and-ground',
      severity: 'error',
      from: { path: '^parties/' },
      to: { path: '^(screens|cli|journeys|faults|interop|bench)/' },
    },
    {
      // The verifier is a relying party: it is made of what relying parties install.
      name: 'only-the-verifier-installs-the-sdk',
      severity: 'error',
      from: { path: '^parties/', pathNot: '^parties/verifier/' },
      to: { path: '^sdk/' },
    },
    {
      name: 'sdk-stands-on-formats-and-ground',
      severity: 'error',
      from: { path: '^sdk/' },
      to: { path: '^(parties|screens|cli|journeys|faults|interop|bench)/' },
    },
    {
      name: 'formats-stand-on-ground',
      severity: 'error',
      from: { path: '^formats/' },
      to: { path: '^(parties|sdk|screens|cli|journeys|faults|interop|bench)/' },
    },
    {
      name: 'ground-stands-on-itself',
      severity: 'error',
      from: { path: '^ground/' },
      to: { path: '^(formats|parties|sdk|screens|cli|journeys|faults|interop|bench)/' },
    },
    {
      name: 'nobody-imports-the-screens-or-the-cli',
      severity: 'error',
      from: { path: '^(ground|formats|parties|sdk)/' },
      to: { path: '^(screens|cli)/' },
    },
    {
      name: 'only-the-builder-and-tests-use-an-asn1-library',
      severity: 'error',
      from: { path: '^(ground|formats|parties|cli|screens|sdk)/', pathNot: '^formats/x509-build/|\\.test\\.ts$' },
      to: { path: 'node_modules/(@peculiar|pkijs|asn1js)' },
    },
    {
      name: 'peers-are-for-interop-and-bench',
      severity: 'error',
      from: { pathNot: '^(interop|bench)/' },
      to: { path: 'node_modules/(@auth0/mdl|@owf/mdoc|@animo-id/mdoc)' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-grab-bags',
      severity: 'error',
      from: {},
      to: { path: '/(utils?|common|core|helpers?|misc|shared)(/|\\.ts$)', pathNot: 'node_modules' },
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
