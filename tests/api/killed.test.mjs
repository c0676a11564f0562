// Workers, schedulers and the database are killed under load: nothing that was acknowledged is lost, nothing is done twice,
// and the program comes back by itself. Runs a program of its own, on a database as durable as in production.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import * as harness from "../harness/stack.mjs";
import { until } from "./lib.mjs";

const CLIENTS = 6;
let stack;
let token;

function sleep(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One request; status 0 when there was no answer at all. */
async function send(method, path, { body, key } = {}) {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...(key && { "Idempotency-Key": key }) };
    try {
        const answer = await fetch(`${stack.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
        return { status: answer.status, body: await answer.json() };
    } catch {
        return { status: 0, body: null };
    }
}

/** Processes of the master that do one thing: "run-worker", "run-scheduler". */
function children(word) {
    const found = [];
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        try {
            const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
            if (parent === String(service("dabiao")) && readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[1] === word) {
                found.push(Number(pid));
            }
        } catch {
            // it ended meanwhile
        }
    }
    return found;
}

/** The process of a service now: the launcher writes it anew when it has started one again. */
function service(name) {
    return JSON.parse(readFileSync(stack.file, "utf8")).services[name];
}

/**
 * Clients that create customers without pause until `stop.now`. Each repeats a request with its key until it has a 201, as an
 * app does. Resolves to the keys that were acknowledged, and to the statuses seen.
 */
async function createCustomers(stop, prefix) {
    const names = [];
    const statuses = new Map();
    async function client(number) {
        for (let i = 0; !stop.now; i += 1) {
            const name = `${prefix}-${number}-${i}`;
            const key = randomUUID();
            for (;;) {
                const { status } = await send("POST", "/customers", { body: { name }, key });
                statuses.set(status, (statuses.get(status) ?? 0) + 1);
                if (status === 201) {
                    names.push(name);
                    break;
                }
                assert.ok([0, 409, 429, 502, 503, 504].includes(status), `unexpected ${status}`);
                await sleep(50);
            }
        }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
    return { names, statuses };
}

async function assertKept(prefix, names) {
    const rows = await harness.sql(stack, `SELECT name, COUNT(*) FROM customer WHERE name LIKE '${prefix}-%' GROUP BY name`);
    const counts = new Map(rows.map(([name, count]) => [name, Number(count)]));
    for (const name of names) {
        assert.equal(counts.get(name), 1, `${name} stands ${counts.get(name) ?? 0} times`);
    }
    assert.equal(counts.size, names.length);
}

before(async () => {
    stack = await harness.startStack({ mode: process.env.DABIAO_TEST_MODE ?? "asan", demo: false });
    await harness.sql(stack, "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
    const answer = await fetch(`${stack.url}/api/v1/auth/sign-in`, { method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ ...harness.ADMIN, client: "app" }) });
    token = (await answer.json()).access_token;
    assert.ok(token);
});

after(async () => {
    assert.deepEqual(await stack.stop(), []);
});

test("workers killed under load lose nothing and do nothing twice", async () => {
    const stop = { now: false };
    const load = createCustomers(stop, "killed");
    for (let i = 0; i < 20; i += 1) {
        await sleep(150);
        const workers = children("run-worker");
        if (workers.length > 0) {
            process.kill(workers[i % workers.length], "SIGKILL");
        }
    }
    stop.now = true;
    const { names } = await load;
    assert.ok(names.length > 20, `only ${names.length} customers`);
    await assertKept("killed", names);
    await until(() => children("run-worker").length === 4);
});

test("renewing the processes under load drops no request", async () => {
    const stop = { now: false };
    const load = createCustomers(stop, "renewed");
    const old = new Set(children("run-worker"));
    for (let i = 0; i < 3; i += 1) {
        await sleep(700);
        process.kill(service("dabiao"), "SIGHUP");
    }
    await sleep(700);
    stop.now = true;
    const { names, statuses } = await load;
    assert.deepEqual([...statuses.keys()], [201], JSON.stringify([...statuses]));
    await assertKept("renewed", names);
    await until(() => children("run-worker").length === 4);
    assert.ok(children("run-worker").every((pid) => !old.has(pid)));
});

test("a killed database loses nothing that was acknowledged, and everything comes back", async () => {
    const stop = { now: false };
    const load = createCustomers(stop, "crashed");
    await sleep(1000);
    const workers = new Set(children("run-worker"));
    process.kill(service("mariadb"), "SIGKILL");
    await until(async () => (await send("GET", "/jobs")).status === 200, 40);
    await sleep(1000);
    stop.now = true;
    const { names, statuses } = await load;
    assert.ok(names.length > 20, `only ${names.length} customers`);
    await assertKept("crashed", names);
    assert.ok(!statuses.has(0), "nginx answered all along");
    assert.ok(children("run-worker").every((pid) => workers.has(pid)), "no worker died of it");
});

test("a job whose scheduler was killed goes on", async () => {
    const answer = await send("POST", "/customers/export", { body: { format: "csv" }, key: randomUUID() });
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    const id = answer.body.job_id;
    // As if its process had died in the middle: the row says running, the lease is over.
    await until(async () => (await send("GET", `/jobs/${id}`)).body.status === "done");
    await harness.sql(stack, `UPDATE job SET status = 'running', finished_at = NULL, lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE id = ${id}`);
    for (const pid of children("run-scheduler")) {
        process.kill(pid, "SIGKILL");
    }
    const job = await until(async () => {
        const { body } = await send("GET", `/jobs/${id}`);
        return body.status === "done" ? body : null;
    }, 30);
    assert.equal(job.has_file, true);
    assert.deepEqual(await harness.sql(stack, `SELECT attempts FROM job WHERE id = ${id}`), [["2"]]);
});

test("a batch of assignments whose scheduler was killed goes on behind what it did", async () => {
    const name = `批次${randomUUID()}`;
    await harness.sql(stack, `INSERT INTO customer (name, created_at, updated_at) SELECT CONCAT('${name}', seq), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_6000`);
    const [[user]] = await harness.sql(stack, "SELECT MIN(id) FROM user");
    const filter = { field: "name", op: "starts_with", value: name };
    const body = { filter, strategy: "one", people: [{ user_id: Number(user) }], sla_policy_id: null };
    const { body: made } = await send("POST", "/assignment-batches", { body, key: randomUUID() });
    const assigned = async () => Number((await harness.sql(stack, `SELECT COUNT(*) FROM assignment WHERE batch_id = ${made.id}`))[0][0]);
    await until(async () => (await assigned()) > 0, 30);
    for (const pid of children("run-scheduler")) {
        process.kill(pid, "SIGKILL");
    }
    const done = await assigned();
    assert.ok(done > 0 && done % 500 === 0, `${done} when it was killed: whole chunks only`);
    // The lease of a dead run ends by itself after a while; here at once.
    await harness.sql(stack, `UPDATE job SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE id = ${made.job_id} AND status = 'running'`);
    await until(async () => (await send("GET", `/jobs/${made.job_id}`)).body?.status === "done", 60);
    const rows = await harness.sql(stack, `SELECT COUNT(*), COUNT(DISTINCT customer_id), SUM(ended_at IS NULL) FROM assignment WHERE batch_id = ${made.id}`);
    assert.deepEqual(rows, [["6000", "6000", "6000"]], "nobody was assigned twice");
    const { body: batch } = await send("GET", `/assignment-batches/${made.id}`);
    assert.deepEqual([batch.status, batch.assigned_count, batch.refused_count], ["done", 6000, 0]);
});

test("a run of the recycle rules whose scheduler was killed goes on behind what it took; nobody is told twice", async () => {
    const size = 4000;
    const industry = `回收${randomUUID()}`;
    const made = async (path, body) => (await send("POST", path, { body, key: randomUUID() })).body;
    await harness.sql(stack, `INSERT INTO customer (name, industry, created_at, updated_at) SELECT CONCAT('${industry}', seq), '${industry}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_${size}`);
    const [[place]] = await harness.sql(stack, "SELECT MIN(id) FROM department");
    const { id: user } = await made("/users", { login: `holder${process.pid}`, name: "持有人", department_id: Number(place), role_ids: [] });
    const covers = { field: "industry", op: "eq", value: industry };
    const batch = await made("/assignment-batches", { filter: covers, strategy: "one", people: [{ user_id: user }], sla_policy_id: null });
    await until(async () => (await send("GET", `/jobs/${batch.job_id}`)).body?.status === "done", 60);
    await harness.sql(stack, `UPDATE customer SET held_since = held_since - INTERVAL 30 DAY WHERE industry = '${industry}'`);
    const pool = await made("/pools", { name: industry });
    const rule = await made("/pool-rules", { name: industry, kind: "no_follow_up", days: 10, pool_id: pool.id, covers });
    const { job_id: job } = await made("/pool-runs");
    const taken = async () => Number((await harness.sql(stack, `SELECT COUNT(*) FROM customer WHERE pool_id = ${pool.id}`))[0][0]);
    await until(async () => (await taken()) > 0, 60);
    for (const pid of children("run-scheduler")) {
        process.kill(pid, "SIGKILL");
    }
    const done = await taken();
    assert.ok(done > 0 && done % 400 === 0, `${done} when it was killed: whole chunks only`);
    await harness.sql(stack, `UPDATE job SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE id = ${job} AND status = 'running'`);
    await until(async () => (await send("GET", `/jobs/${job}`)).body?.status === "done", 60);
    assert.equal(await taken(), size);
    const [[items, customers]] = await harness.sql(stack, `SELECT COUNT(*), COUNT(DISTINCT customer_id) FROM pool_run_item WHERE rule_id = ${rule.id} AND result = 'taken'`);
    const [[events, entered]] = await harness.sql(stack, `SELECT COUNT(*), COUNT(DISTINCT customer_id) FROM pool_event WHERE pool_id = ${pool.id} AND kind = 'recycle'`);
    const [[intervals, ended]] = await harness.sql(stack, `SELECT COUNT(*), SUM(outcome = 'recycled') FROM assignment WHERE batch_id = ${batch.id}`);
    assert.deepEqual([items, customers, events, entered, intervals, ended], Array(6).fill(`${size}`));
    const [[runs, state, count]] = await harness.sql(stack, `SELECT COUNT(*), MAX(status), MAX(taken_count) FROM pool_run WHERE id = (SELECT MAX(run_id) FROM pool_run_item WHERE rule_id = ${rule.id})`);
    assert.deepEqual([runs, state, count], ["1", "done", `${size}`]);
    const told = await harness.sql(stack, `SELECT user_id, COUNT(*) FROM notification WHERE kind = 'pool_recycled' GROUP BY user_id`);
    assert.deepEqual(told, [[`${user}`, "1"]]);
});
