/** The bundled file of a thread's entry; threads run JavaScript, also when the starting code was loaded from its source. */
export const workerFile = (name: string, startedFrom: string): URL =>
  new URL(name, startedFrom.replace(/\/src\/.*\.ts$/, '/dist/bundle/main.js'));
