// Jobs as people see them: their own, with progress, result and file; and the event that tells a browser to look.

import assert from "node:assert/strict";
import { test } from "node:test";
import { admin, dabiao, expectProblem, person, send, sql, stack, unique, until } from "./lib.mjs";

const { url } = await stack();
const rep = await person({ role: "operations" });
const other = await person({ role: "sales" });

async function exportCustomers(client) {
    const { job_id: id } = await client.post("/customers/export", { format: "csv" });
    return id;
}

test("an export becomes a file with a name", async () => {
    const id = await exportCustomers(rep);
    const job = await rep.job(id);
    assert.equal(job.has_file, true);
    assert.ok(job.file_name.endsWith(".csv"), job.file_name);
    const file = await fetch(`${url}/api/v1/jobs/${id}/file`, { headers: { Authorization: `Bearer ${rep.token}` } });
    assert.equal(file.status, 200);
    assert.match(file.headers.get("content-disposition"), /^attachment; filename\*=UTF-8''/);
    assert.match(file.headers.get("cache-control"), /no-store/);
    assert.ok((await file.text()).length > 0);
});

test("jobs of others are not there, unless the right opens them", async () => {
    const id = await exportCustomers(rep);
    await rep.job(id);
    for (const [method, path] of [["GET", `/jobs/${id}`], ["GET", `/jobs/${id}/file`], ["POST", `/jobs/${id}/cancel`]]) {
        expectProblem(await other.send(method, path), 404, "not_found");
    }
    assert.ok((await other.get("/jobs", { all: 1 })).items.every((job) => job.user_id === other.user.id));
    const everybody = await (await admin()).get("/jobs", { all: 1 });
    assert.ok(everybody.items.some((job) => job.id === id));
    expectProblem(await send("GET", "/jobs"), 401, "not_signed_in");
});

test("the list goes on page by page, newest first", async () => {
    const ids = [];
    for (let i = 0; i < 3; i += 1) {
        ids.push(await exportCustomers(rep));
    }
    const first = await rep.get("/jobs", { limit: 2 });
    assert.deepEqual(first.items.map((job) => job.id), [ids[2], ids[1]]);
    const second = await rep.get("/jobs", { limit: 1, before_id: ids[1] });
    assert.deepEqual(second.items.map((job) => job.id), [ids[0]]);
    expectProblem(await rep.send("GET", "/jobs?limit=0"), 422, "invalid", "limit");
    expectProblem(await rep.send("GET", "/jobs?before_id=x"), 422, "invalid", "before_id");
    await Promise.all(ids.map((id) => rep.job(id)));
});

test("a queued job is cancelled at once, a finished one stays as it is", async () => {
    await sql(`INSERT INTO job (kind, user_id, input, run_after, created_at)
        VALUES ('record.export', ${rep.user.id}, '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))`);
    const [queued] = (await rep.get("/jobs", { limit: 1 })).items;
    assert.equal((await rep.post(`/jobs/${queued.id}/cancel`)).status, "cancelled");
    const done = await exportCustomers(rep);
    await rep.job(done);
    assert.equal((await rep.post(`/jobs/${done}/cancel`)).status, "done");
});

test("the command line lists and cancels", async () => {
    await sql(`INSERT INTO job (kind, user_id, input, run_after, created_at)
        VALUES ('record.export', ${rep.user.id}, '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))`);
    const { stdout } = await dabiao(["job", "list", "--json"]);
    const job = JSON.parse(stdout).find((item) => item.status === "queued" && item.user_name === rep.user.name);
    assert.ok(job, stdout);
    assert.match((await dabiao(["job", "cancel", String(job.id)])).stdout, /cancelled/);
    await assert.rejects(dabiao(["job", "cancel", "999999999"]), (error) => error.code === 1);
    await assert.rejects(dabiao(["job", "dance"]), (error) => error.code === 2);
});

test("old jobs and their files are cleared away", async () => {
    const id = await exportCustomers(rep);
    await rep.job(id);
    await sql(`UPDATE job SET finished_at = UTC_TIMESTAMP(3) - INTERVAL 31 DAY WHERE id = ${id}`);
    await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('job.clean', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
    await until(async () => (await rep.send("GET", `/jobs/${id}`)).status === 404);
});

/** The events of a person's stream, as they come. */
async function openStream(client) {
    const ticket = await client.send("POST", "/api/v1/events/ticket");
    assert.equal(ticket.status, 204, JSON.stringify(ticket.body));
    const cookie = ticket.headers.get("set-cookie").split(";")[0];
    const abort = new AbortController();
    const answer = await fetch(`${url}/events`, { headers: { Accept: "text/event-stream", Cookie: cookie }, signal: abort.signal });
    assert.equal(answer.status, 200);
    const stream = { text: "", close: () => abort.abort() };
    (async () => {
        for await (const chunk of answer.body) {
            stream.text += Buffer.from(chunk).toString();
        }
    })().catch(() => {});
    return stream;
}

test("a job's progress is told to its owner and to nobody else", async (t) => {
    const mine = await openStream(rep);
    const theirs = await openStream(other);
    t.after(() => [mine, theirs].forEach((stream) => stream.close()));
    await rep.job(await exportCustomers(rep));
    await until(() => mine.text.includes('data: {"names":["job"]}'));
    assert.ok(!theirs.text.includes('"job"'), theirs.text);
});

test("what one change touches is told to everybody at once, by names only", async (t) => {
    const stream = await openStream(other);
    t.after(stream.close);
    const boss = await admin();
    const pool = await boss.post("/pools", { name: unique("told"), members: [{ user_id: rep.user.id }] });
    const customer = await boss.post("/customers", { name: unique("told"), pool_id: pool.id });
    await rep.post(`/pools/${pool.id}/claim`, { customer_ids: [customer.id] });
    await until(() => stream.text.includes('data: {"names":["customer","pool_customer","pool_event"]}'));
    assert.ok(!/told/.test(stream.text), stream.text);
});

test("a stream opens only with a ticket", async () => {
    const answer = await fetch(`${url}/events`, { headers: { Accept: "text/event-stream" } });
    assert.ok([401, 403].includes(answer.status), String(answer.status));
    await answer.body?.cancel();
});

test("the request command answers like the API", async () => {
    const name = unique("command");
    const { stdout } = await dabiao(["request", "POST", "/api/v1/customers", "--as", rep.login, "--body", "-"], { input: JSON.stringify({ name }) });
    assert.equal(JSON.parse(stdout).name, name);
    const { stdout: list } = await dabiao(["request", "GET", "/api/v1/customers?limit=1", "--as", rep.login]);
    assert.equal(JSON.parse(list).items.length, 1);
    await assert.rejects(dabiao(["request", "GET", "/api/v1/jobs", "--as", "nobody-of-that-name"]), (error) => error.code === 1);
    await assert.rejects(dabiao(["request", "GET", "/api/v1/nowhere", "--as", rep.login]), (error) => error.code === 1);
});

test("metrics count what was served, on their own socket only", async () => {
    const { request } = await import("node:http");
    const { run } = await stack();
    const text = await new Promise((resolve, reject) => {
        request({ socketPath: `${run}/app/metrics.sock`, path: "/metrics" }, (answer) => {
            let body = "";
            answer.on("data", (chunk) => (body += chunk)).on("end", () => resolve(body));
        }).on("error", reject).end();
    });
    assert.match(text, /dabiao_requests_total\{group="job",status="2xx"\} [1-9]/);
    assert.match(text, /dabiao_jobs_total\{result="done"\} [1-9]/);
    assert.equal((await send("GET", "/metrics")).status, 404);
});
