// Without the flag Jest would quietly run the sources as CommonJS: other semantics than the product's.
if (require('node:vm').SourceTextModule === undefined) {
  throw new Error('Jest was started without --experimental-vm-modules: start it with `node tools/jest.mjs`');
}
