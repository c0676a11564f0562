// The test runner: suites one after the other, one total. See tests/run.
//   --suite NAME   only this one   --match PATTERN   only tests (files or names) that fit the regular expression

import { parseArgs } from "node:util";
import { SUITES } from "./suites.mjs";

/** Counts of one suite; failures are told at once. */
class Report {
    passed = 0;
    failed = 0;
    skipped = 0;

    pass(_name) {
        this.passed += 1;
    }

    fail(name, why) {
        this.failed += 1;
        console.log(`    FAILED ${name}\n${why}`);
    }

    /** Only where the published sample data is not at hand; anywhere else a skipped test has failed. */
    skip(name) {
        this.skipped += 1;
        console.log(`    skipped ${name}: the sample data is not at hand (DABIAO_TEST_DATA)`);
    }
}

async function runSuite(suite, pattern) {
    const report = new Report();
    const began = Date.now();
    console.log(`${suite.name} …`);
    try {
        await suite.run(report, pattern);
    } catch (error) {
        report.fail(`${suite.name} ran to its end`, `      ${error.stack}`);
    }
    if (report.passed + report.failed === 0 && pattern === "") {
        report.fail(`${suite.name} has tests`, "      no test was found");
    }
    const seconds = Math.round((Date.now() - began) / 1000);
    console.log(`${suite.name}: ${report.passed} passed, ${report.failed} failed (${seconds} s)`);
    return report;
}

const { values } = parseArgs({ options: { suite: { type: "string", default: "" }, match: { type: "string", default: "" } } });
const chosen = SUITES.filter((suite) => (values.suite === "" ? suite.everyday : suite.name === values.suite));
let passed = 0;
let failed = 0;
let skipped = 0;
if (chosen.length === 0) {
    console.log(`There is no suite ${values.suite}; there are ${SUITES.map((suite) => suite.name).join(", ")}.`);
    failed = 1;
}
for (const suite of chosen) {
    const report = await runSuite(suite, values.match);
    passed += report.passed;
    failed += report.failed;
    skipped += report.skipped;
}
if (passed + failed === 0) {
    console.log(`No test fits ${values.match}.`);
    failed = 1;
}
if (skipped > 0) {
    console.log(`${skipped} skipped for want of the sample data (DABIAO_TEST_DATA)`);
}
console.log(`${passed} passed, ${failed} failed`); // the last line, always in this form
process.exit(failed === 0 ? 0 : 1);
