// Spec files that take long start first, so that no worker is busy alone at the end: a file's size, which Jest goes by
// where it knows no earlier run, says little about a file that starts the whole platform.
const { default: Sequencer } = require('@jest/test-sequencer'); // Comes with Jest.

const SLOWEST_FIRST = [/\/platform-e2e\/|\/start-and-demo\./, /\.int\.spec\.ts$/];

const rank = ({ path }) => {
  const found = SLOWEST_FIRST.findIndex((pattern) => pattern.test(path));
  return found === -1 ? SLOWEST_FIRST.length : found;
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
