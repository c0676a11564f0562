// The suites. Each takes a Report, to which it adds one result a test, and a pattern ("" for all).

import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT, run, tail } from "./process.mjs";
import { startStack } from "./stack.mjs";

const FUZZ_SECONDS = 5;

/** The published samples some tests compare with; they are not part of the project. */
const DATA_AT_HAND = existsSync(process.env.DABIAO_TEST_DATA ?? join(ROOT, "../shared/data"));

/** A test that did not run. */
function unfinished(report, name, why) {
    if (DATA_AT_HAND) {
        report.fail(name, why);
    } else {
        report.skip(name);
    }
}

/** Files of a folder below tests/ whose names fit. Sorted, so that each run has the same order. */
function testFiles(folder, shape) {
    const path = join(ROOT, "tests", folder);
    return existsSync(path) ? readdirSync(path).filter((name) => shape.test(name)).sort().map((name) => join(path, name)) : [];
}

function matches(name, pattern) {
    return pattern === "" || new RegExp(pattern).test(name);
}

/** Builds with make; a failure is a failed test of the suite and ends it. */
async function build(report, log, args) {
    const result = await run("make", ["-s", "-k", "-j2", ...args], { log: `build-${log}`, seconds: 1800,
        env: { MAKEFLAGS: "", MAKELEVEL: "" } });
    if (result.code !== 0) {
        report.fail(`build ${args.join(" ")}`, tail(result.output));
        return false;
    }
    return true;
}

/** One script is one test: its exit code counts. */
async function runScript(report, file, log, seconds) {
    const result = await run("bash", [file], { log, seconds });
    const name = basename(file, ".sh");
    if (result.code === 0) {
        report.pass(name);
    } else {
        report.fail(name, result.timedOut ? `still running after ${seconds} s` : tail(result.output));
    }
}

async function checks(report, pattern) {
    const files = testFiles("checks", /\.sh$/).filter((file) => matches(basename(file), pattern));
    if (files.length > 0 && (await build(report, "release", ["MODE=release", "all"]))) {
        for (const file of files) {
            await runScript(report, file, `check-${basename(file, ".sh")}`, 300);
        }
    }
}

/** Adds the results of one cmocka program that printed TAP. A program that died, or ran fewer than planned, has failed. */
function addTap(report, program, result) {
    let planned = 0;
    let seen = 0;
    let failed = 0;
    for (const line of result.output.split("\n")) {
        const plan = /^1\.\.(\d+)/.exec(line);
        const test = /^(not )?ok \d+ (?:- )?(.*)$/.exec(line); // cmocka prints a skipped one as "not ok 3 # SKIP name"
        if (plan) {
            planned += Number(plan[1]);
        }
        if (test) {
            seen += 1;
            if (/# SKIP/i.test(test[2])) {
                unfinished(report, `${program}: ${test[2]}`, "      skipped");
            } else if (test[1]) {
                failed += 1;
                report.fail(`${program}: ${test[2]}`, tail(result.output));
            } else {
                report.pass(`${program}: ${test[2]}`);
            }
        }
    }
    if (seen === 0 || seen < planned || (result.code !== 0 && failed === 0)) {
        report.fail(`${program}: ran to its end`, tail(result.output));
    }
}

async function unitTests(report, pattern, mode) {
    const names = testFiles("unit", /^test_.*\.c$/).map((file) => basename(file, ".c")).filter((name) => matches(name, pattern));
    const targets = names.map((name) => `build/${mode}/tests/${name}`);
    if (names.length === 0) {
        return;
    }
    const built = await build(report, mode, [`MODE=${mode}`, ...targets]);
    for (const name of names) {
        if (!built && (await run("make", ["-q", `MODE=${mode}`, `build/${mode}/tests/${name}`], { log: "is-built" })).code !== 0) {
            report.fail(`${name}: builds`, "      see above");
            continue;
        }
        const result = await run(join(ROOT, "build", mode, "tests", name), [], { log: `${mode}-${name}`, seconds: 300,
            env: { CMOCKA_MESSAGE_OUTPUT: "tap", UBSAN_OPTIONS: "print_stacktrace=1" } });
        addTap(report, name, result);
    }
}

/** Tests with node, which print one @result line a test. */
async function nodeTests(report, files, pattern, { log, env, seconds }) {
    const chosen = files.filter((file) => matches(basename(file), pattern));
    const args = ["--test", `--test-reporter=${join(ROOT, "tests/harness/node-reporter.mjs")}`];
    if (chosen.length === 0) {
        args.push(`--test-name-pattern=${pattern}`);
    }
    const result = await run("node", [...args, ...(chosen.length > 0 ? chosen : files)], { log, env, seconds });
    let failed = 0;
    for (const line of result.output.split("\n")) {
        if (line.startsWith("@result ")) {
            const test = JSON.parse(line.slice(8));
            const name = `${basename(test.file ?? "")}: ${test.name}`;
            if (test.passed) {
                report.pass(name);
            } else if (test.why === "skipped" && chosen.length > 0) {
                unfinished(report, name, "      skipped");
            } else if (test.why !== "skipped") {
                failed += 1;
                report.fail(name, tail(test.why));
            }
        }
    }
    if (result.timedOut || (result.code !== 0 && failed === 0)) {
        report.fail("node --test ran to its end", tail(result.output));
    }
}

/** Runs something against a fresh program and adds what the sanitizers found in it. */
async function withStack(report, options, body) {
    const stack = await startStack(options);
    try {
        await body(stack);
    } finally {
        const faults = await stack.stop();
        for (const fault of faults) {
            report.fail("sanitizers", fault);
        }
        if (options.mode === "asan" && faults.length === 0) {
            report.pass("sanitizers saw nothing in the program under test");
        }
    }
}

async function api(report, pattern) {
    const files = testFiles("api", /\.test\.mjs$/);
    if (files.length === 0 || !(await build(report, "asan", ["MODE=asan", "all"]))) {
        return;
    }
    await withStack(report, { mode: "asan", demo: false }, (stack) =>
        nodeTests(report, files, pattern, { log: "api", seconds: 1500, env: { DABIAO_TEST_STACK: stack.file } }));
}

async function frontend(report, pattern) {
    if (pattern !== "" || !(await build(report, "npm", ["npm-ci"]))) {
        return;
    }
    for (const script of ["typecheck", "lint", "i18n"]) {
        const result = await run("npm", ["run", script], { log: `frontend-${script}`, cwd: join(ROOT, "frontend"), seconds: 600 });
        if (result.code === 0) {
            report.pass(script);
        } else {
            report.fail(script, tail(result.output));
        }
    }
    const file = join(ROOT, "build/log/vitest.json");
    rmSync(file, { force: true });
    const result = await run("npx", ["vitest", "run", "--reporter=json", `--outputFile=${file}`],
        { log: "vitest", cwd: join(ROOT, "frontend"), seconds: 600 });
    if (!existsSync(file)) {
        report.fail("vitest ran to its end", tail(result.output));
        return;
    }
    const outcome = JSON.parse(readFileSync(file, "utf8"));
    for (const suite of outcome.testResults) {
        for (const test of suite.assertionResults) {
            const name = `${basename(suite.name)}: ${test.fullName}`;
            if (test.status === "passed") {
                report.pass(name);
            } else {
                report.fail(name, tail((test.failureMessages ?? [test.status]).join("\n")));
            }
        }
        if (suite.assertionResults.length === 0) {
            report.fail(basename(suite.name), tail(suite.message ?? "no tests"));
        }
    }
}

/** Playwright comes with the front end's parts; the specs find it through this link. */
function linkPlaywright() {
    const link = join(ROOT, "tests/node_modules");
    if (!lstatSync(link, { throwIfNoEntry: false })) {
        symlinkSync("../frontend/node_modules", link);
    }
}

/** Every test below a Playwright suite, with the file it stands in. */
function* playwrightTests(suite, file) {
    for (const spec of suite.specs ?? []) {
        for (const test of spec.tests) {
            yield { name: `${basename(file)}: ${spec.title} [${test.projectName}]`, test };
        }
    }
    for (const inner of suite.suites ?? []) {
        yield* playwrightTests(inner, inner.file ?? file);
    }
}

async function e2e(report, pattern) {
    const files = testFiles("e2e", /\.spec\.ts$/);
    if (files.length === 0 || !(await build(report, "release", ["MODE=release", "all", "frontend"]))) {
        return;
    }
    linkPlaywright();
    const file = join(ROOT, "build/log/playwright.json");
    rmSync(file, { force: true });
    const chosen = files.filter((name) => matches(basename(name), pattern));
    const args = chosen.length > 0 ? chosen : [`--grep=${pattern}`];
    await withStack(report, { mode: "release", demo: true }, async (stack) => {
        const result = await run(join(ROOT, "frontend/node_modules/.bin/playwright"),
            ["test", "--config", join(ROOT, "tests/e2e/playwright.config.ts"), "--reporter=json", ...args],
            { log: "e2e", seconds: 1500,
                env: { DABIAO_TEST_STACK: stack.file, DABIAO_TEST_URL: stack.url, PLAYWRIGHT_JSON_OUTPUT_NAME: file } });
        if (!existsSync(file)) {
            report.fail("playwright ran to its end", tail(result.output));
            return;
        }
        const outcome = JSON.parse(readFileSync(file, "utf8"));
        for (const error of outcome.errors) {
            report.fail("playwright", tail(error.message ?? String(error)));
        }
        for (const suite of outcome.suites) {
            for (const { name, test } of playwrightTests(suite, suite.file)) {
                addBrowserTest(report, name, test);
            }
        }
    });
}

/** One test of Playwright's report. One that does not apply to a project (phone only) is left out there. */
function addBrowserTest(report, name, test) {
    if (test.status === "expected") {
        report.pass(name);
    } else if (test.status === "skipped" && test.annotations?.some((note) => note.type === "skip" && /data/.test(note.description ?? ""))) {
        unfinished(report, name, "      skipped");
    } else if (test.status !== "skipped") {
        const errors = test.results.flatMap((result) => result.errors.map((error) => error.message));
        report.fail(name, tail(errors.join("\n").replace(/\u001b\[\d+m/g, "")));
    }
}

async function fuzz(report, pattern) {
    const names = testFiles("fuzz", /^fuzz_.*\.c$/).map((file) => basename(file, ".c")).filter((name) => matches(name, pattern));
    const targets = names.map((name) => `build/fuzz/${name}`);
    if (names.length === 0 || !(await build(report, "fuzz", ["MODE=fuzz", "CC=clang-14", ...targets]))) {
        return;
    }
    for (const name of names) {
        const seeds = join(ROOT, "tests/fuzz/corpus", name.replace(/^fuzz_/, ""));
        const found = join(ROOT, "build/fuzz/corpus", name); // new inputs go here, the seeds stay as they are
        mkdirSync(found, { recursive: true });
        const args = [`-max_total_time=${FUZZ_SECONDS}`, "-max_len=4096", "-timeout=10", "-rss_limit_mb=1024",
            `-artifact_prefix=${join(ROOT, "build/log/")}${name}-`, found];
        const result = await run(join(ROOT, "build/fuzz", name), existsSync(seeds) ? [...args, seeds] : args,
            { log: name, seconds: FUZZ_SECONDS + 60 });
        if (result.code === 0) {
            report.pass(name);
        } else {
            report.fail(name, tail(result.output));
        }
    }
}

async function long(report, pattern) {
    for (const file of testFiles("long", /\.sh$/).filter((name) => matches(basename(name), pattern))) {
        await runScript(report, file, `long-${basename(file, ".sh")}`, 3600);
    }
}

/** In the order in which they run; `make test` leaves out those that are not everyday. */
export const SUITES = [
    { name: "checks", run: checks, everyday: true },
    { name: "unit", run: (report, pattern) => unitTests(report, pattern, "release"), everyday: true },
    { name: "asan", run: (report, pattern) => unitTests(report, pattern, "asan"), everyday: true },
    { name: "fuzz", run: fuzz, everyday: true },
    { name: "frontend", run: frontend, everyday: true },
    { name: "api", run: api, everyday: true },
    { name: "e2e", run: e2e, everyday: true },
    { name: "long", run: long, everyday: false },
];
