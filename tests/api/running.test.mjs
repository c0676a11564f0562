// How a program starts and stops on a machine (scripts/stack.sh): sentences for what stands in the way, nothing left
// behind, and coming back after its parts were killed. Each test runs a program of its own in a folder of its own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { stack as mainStack, sql as mainSql, until } from "./lib.mjs";
import { ROOT } from "../harness/process.mjs";
import { sql } from "../harness/stack.mjs";

const SCRIPT = join(ROOT, "scripts/stack.sh");

function folder(t) {
    const path = mkdtempSync(join(tmpdir(), "dabiao-running-"));
    chmodSync(path, 0o755);
    t.after(() => rmSync(path, { recursive: true, force: true }));
    return path;
}

function port() {
    return new Promise((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
            const { port: free } = server.address();
            server.close(() => resolve(free));
        });
    });
}

/** Starts a program; resolves when it is ready, or when it has ended: { child, ready, code, text, info }. */
async function launch(t, path, options = {}) {
    const { binary } = await mainStack();
    const child = spawn(SCRIPT, ["--var", path, "--port", String(options.port ?? (await port())), "--binary", options.binary ?? binary,
        "--fast", "--demo", "no"], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...options.env } });
    const run = { child, text: "", code: undefined };
    child.stdout.on("data", (chunk) => (run.text += chunk));
    child.stderr.on("data", (chunk) => (run.text += chunk));
    run.ended = new Promise((resolve) => child.on("exit", (code) => resolve((run.code = code ?? -1))));
    t.after(() => {
        child.kill("SIGTERM");
        return run.ended;
    });
    await until(() => run.code !== undefined || existsSync(join(path, "stack.json")), 60);
    run.info = run.code === undefined ? JSON.parse(readFileSync(join(path, "stack.json"), "utf8")) : null;
    return run;
}

/** Processes, other than this one, that work for a folder: named in their command, or with a file of it open. */
function processesOf(path) {
    return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid).filter((pid) => {
        try {
            const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
            return command.includes(path) || readlinkSync(`/proc/${pid}/cwd`).startsWith(path);
        } catch {
            return false; // it ended meanwhile
        }
    });
}

async function nothingLeft(path) {
    await until(() => processesOf(path).length === 0, 40);
}

async function answers(url) {
    try {
        return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) })).ok;
    } catch {
        return false;
    }
}

test("INT stops everything, and a second start finds its data", async (t) => {
    const path = folder(t);
    const first = await launch(t, path);
    assert.ok(first.info, first.text);
    await sql(first.info, "CREATE TABLE kept (id INT)");
    first.child.kill("SIGINT");
    assert.equal(await first.ended, 0);
    await nothingLeft(path);
    const began = Date.now();
    const second = await launch(t, path);
    assert.ok(Date.now() - began < 10_000, "the second start takes less than 10 s");
    assert.deepEqual(await sql(second.info, "SHOW TABLES LIKE 'kept'"), [["kept"]]);
});

test("killing the launcher leaves no process behind", async (t) => {
    const path = folder(t);
    const run = await launch(t, path);
    run.child.kill("SIGKILL");
    await nothingLeft(path);
});

test("two programs run side by side; the same folder or port is refused with one sentence", async (t) => {
    const path = folder(t);
    const run = await launch(t, path);
    assert.ok(await answers(run.info.url));
    assert.ok(await answers((await mainStack()).url));
    const sameFolder = await launchRefused(t, path, {});
    assert.match(sameFolder, new RegExp(`already runs from ${path} \\(process \\d+\\)`));
    const other = folder(t);
    const samePort = await launchRefused(t, other, { port: new URL(run.info.url).port });
    assert.match(samePort, /port \d+ is taken by another program; choose another/);
    assert.match(await launchRefused(t, other, { port: "80x" }), /DABIAO_PORT must be a number/);
    assert.ok(await answers(run.info.url));
});

/** Starts where it must fail; gives the one line that says why. */
async function launchRefused(t, path, options) {
    const { binary } = await mainStack();
    const child = spawn(SCRIPT, ["--var", path, "--port", String(options.port ?? (await port())), "--binary", binary, "--demo", "no",
        "--quiet", "--fast"], { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...options.env } });
    let text = "";
    child.stderr.on("data", (chunk) => (text += chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 1, text);
    assert.equal(text.trimEnd().split("\n").length, 1, text);
    return text;
}

test("a database of a newer version is refused with one sentence", async (t) => {
    const path = folder(t);
    const first = await launch(t, path);
    await sql(first.info, "INSERT INTO schema_migration (number, name, checksum, applied_at) "
        + "VALUES (9999, '9999_later.sql', REPEAT('0', 64), UTC_TIMESTAMP(3))");
    first.child.kill("SIGTERM");
    await first.ended;
    assert.match(await launchRefused(t, path, {}), /newer/);
});

test("killed parts come back by themselves", async (t) => {
    const path = folder(t);
    const run = await launch(t, path);
    for (const service of ["nginx", "dabiao", "mariadb"]) {
        process.kill(run.info.services[service], "SIGKILL");
    }
    await until(() => answers(run.info.url), 60).catch((error) => assert.fail(`${error.message}\n${run.text}`));
    assert.match(run.text, /mariadb ended unexpectedly; starting it again/);
});

test("a folder too deep for socket names works", async (t) => {
    const path = join(folder(t), "d".repeat(120));
    mkdirSync(path, { recursive: true });
    const run = await launch(t, path);
    assert.ok(run.info, run.text);
    assert.ok(await answers(run.info.url));
});

test("the workers and the database do not run as root", async () => {
    const { services } = await mainStack();
    for (const pid of Object.values(services)) {
        const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
        assert.notEqual(uid, "0");
    }
    assert.deepEqual(await mainSql("SELECT COUNT(*) FROM mysql.global_priv WHERE User = ''"), [["0"]]);
});
