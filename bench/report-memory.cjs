/** Loaded before a server under test: answers SIGUSR2 with what is in use after a collection, on stderr. */
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write(`in use ${heapUsed + external}\n`);
});
