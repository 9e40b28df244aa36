// Writes how many tests passed, failed and were skipped to the file named by HOLDFAST_TEST_COUNTS.
const { writeFileSync } = require('node:fs');

module.exports = class CountsReporter {
  onRunComplete(_contexts, results) {
    const counts = {
      passed: results.numPassedTests,
      // A file that could not even run is a failure nobody counted.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    writeFileSync(process.env.HOLDFAST_TEST_COUNTS, JSON.stringify(counts));
  }
};
