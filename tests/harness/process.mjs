// Child processes of the test runner: each ends with it, however it ends.

import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const children = new Set();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
        for (const child of children) {
            child.kill("SIGTERM");
        }
        console.log(`The tests were ended by ${signal}.`);
        process.exit(130);
    });
}

/** Starts a program in the checkout that gets TERM when this process dies. */
export function start(command, args, { env = {}, stdio = "inherit", cwd = ROOT } = {}) {
    const child = spawn("setpriv", ["--pdeathsig", "TERM", command, ...args], { cwd, env: { ...process.env, ...env }, stdio });
    children.add(child);
    child.on("exit", () => children.delete(child));
    return child;
}

/**
 * Runs a program to its end. Its output goes to the file build/log/NAME.log, and to the terminal when `echo` is set.
 * Past `seconds` it is killed. Resolves to { code, output, timedOut }; code is null when a signal ended it.
 */
export function run(command, args, { log, echo = false, seconds = 600, ...options }) {
    return new Promise((resolve, reject) => {
        const path = join(ROOT, "build/log", `${log}.log`);
        mkdirSync(dirname(path), { recursive: true });
        const file = createWriteStream(path);
        const child = start(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
        const chunks = [];
        const take = (chunk) => {
            chunks.push(chunk);
            file.write(chunk);
            if (echo) {
                process.stdout.write(chunk);
            }
        };
        child.stdout.on("data", take);
        child.stderr.on("data", take);
        let timedOut = false;
        const timer = setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
        }, seconds * 1000);
        child.on("error", reject);
        child.on("close", (code) => {
            clearTimeout(timer);
            file.end();
            resolve({ code, timedOut, output: Buffer.concat(chunks).toString() });
        });
    });
}

/** The last lines of an output, indented, for a person who looks for the cause. */
export function tail(output, lines = 25) {
    return output.trimEnd().split("\n").slice(-lines).map((line) => `      ${line}`).join("\n");
}

/** The workers that a master started: a Map of process id to resident kilobytes. */
export function workersOf(master) {
    const children = readFileSync(`/proc/${master}/task/${master}/children`, "utf8").trim().split(" ");
    const workers = children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("run-worker"));
    return new Map(workers.map((pid) => [pid, Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1])]));
}
