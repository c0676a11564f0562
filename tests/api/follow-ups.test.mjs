// Follow-ups in depth: files, plans and their reminders, mentions, comments, escalation, and what a customer keeps of them.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { admin, department, expectProblem, person, send, sql, stack, unique, until } from "./lib.mjs";
import { exportRows, personWith, role } from "./samples.mjs";

await stack();

let boss; // the administrator
let rep; // a salesperson
let stranger; // of another department
let manager; // the salesperson's
let north; // their department

before(async () => {
    boss = await admin();
    north = await department({ name: unique("fu-north") });
    manager = await person({ role: "manager", department_id: north.id });
    rep = await person({ role: "sales", department_id: north.id, manager_id: manager.user.id });
    stranger = await person({ role: "sales", department_id: (await department({ name: unique("fu-south") })).id });
});

const customer = (client = rep, more = {}) => client.post("/customers", { name: unique("跟进客户"), ...more });
const followUp = (client, record, more = {}) => client.post("/follow-ups", { customer_id: record.id, content: "通话", ...more });
const ahead = (ms) => new Date(Date.now() + ms).toISOString();
const HOUR = 3_600_000;
const notices = async (client, kind) => (await client.get("/notifications")).items.filter((item) => item.kind === kind);

/** Queues a kind of scheduled job now and waits until it has run. */
async function runJob(kind) {
    await sql(`INSERT INTO job (kind, input, run_after, created_at) VALUES ('${kind}', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`);
    const [[id]] = await sql(`SELECT MAX(id) FROM job WHERE kind = '${kind}'`);
    await boss.job(Number(id));
}

// ---- files ----

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const attach = (client, object, record, bytes, name = "a.png") => client.send("POST", `/attachments?object=${object}&record_id=${record.id}&name=${encodeURIComponent(name)}`,
    { raw: bytes, headers: { "Content-Type": "application/octet-stream" } });

test("a file is attached, listed, given back as it was and removed", async () => {
    const record = await followUp(rep, await customer());
    const made = await attach(rep, "follow_up", record, PNG, "报价/单\".png");
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.deepEqual([made.body.name, made.body.content_type, made.body.size_bytes, made.body.created_by_name], ["报价_单_.png", "image/png", PNG.length, rep.user.name]);
    const { items } = await rep.get("/attachments", { object: "follow_up", record_id: record.id });
    assert.deepEqual(items, [made.body]);
    assert.equal((await rep.get(`/follow-ups/${record.id}`)).attachment_count, 1);
    const { url } = await stack();
    const answer = await fetch(`${url}/api/v1/attachments/${made.body.id}/file`, { headers: { Authorization: `Bearer ${rep.token}` } });
    assert.equal(answer.status, 200);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), PNG);
    assert.equal(answer.headers.get("content-type"), "image/png");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.match(answer.headers.get("content-disposition"), /^attachment; filename\*=UTF-8''%E6%8A%A5%E4%BB%B7_/);
    assert.match(answer.headers.get("cache-control"), /no-store/);
    const shown = await fetch(`${url}/api/v1/attachments/${made.body.id}/file?inline=1`, { headers: { Authorization: `Bearer ${rep.token}` } });
    assert.match(shown.headers.get("content-disposition"), /^inline;/);
    await rep.delete(`/attachments/${made.body.id}`);
    assert.deepEqual((await rep.get("/attachments", { object: "follow_up", record_id: record.id })).items, []);
    assert.equal((await rep.get(`/follow-ups/${record.id}`)).attachment_count, 0);
    expectProblem(await rep.send("GET", `/attachments/${made.body.id}/file`), 404, "not_found");
});

test("what the bytes are counts, not the name", async () => {
    const record = await followUp(rep, await customer());
    const kinds = [[Buffer.from("%PDF-1.4 x"), "application/pdf"], [Buffer.from("ffd8ffe000104a46", "hex"), "image/jpeg"],
        [Buffer.from("你好，报价如下"), "text/plain"], [Buffer.from("c4e3bac3", "hex"), "text/plain"],
        [Buffer.concat([Buffer.from("504b0304", "hex"), Buffer.from("[Content_Types].xml word/document.xml")]), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"]];
    for (const [bytes, type] of kinds) {
        assert.equal((await attach(rep, "follow_up", record, bytes, "x.exe")).body.content_type, type);
    }
    const refused = ["<html><script>alert(1)</script>", "<svg xmlns='x' onload='alert(1)'/>", "  <?xml version='1.0'?><svg/>", "#!/bin/sh\nrm -rf /", "MZ\u0000\u0001", "\u0000\u0001\u0002"];
    for (const text of refused) {
        expectProblem(await attach(rep, "follow_up", record, Buffer.from(text, "latin1"), "x.png"), 415, "unsupported_type");
    }
    expectProblem(await attach(rep, "follow_up", record, Buffer.alloc(0)), 400, "bad_request");
    expectProblem(await attach(rep, "follow_up", record, Buffer.alloc(20 * 1024 * 1024 + 1, 65)), 413, "too_large");
});

test("the customer's story says how many files a follow-up has", async () => {
    const record = await customer();
    const [with_files, without] = [await followUp(rep, record), await followUp(rep, record, { content: "没有附件" })];
    for (const name of ["a.png", "b.png"]) {
        assert.equal((await attach(rep, "follow_up", with_files, PNG, name)).status, 201);
    }
    const counts = async () => Object.fromEntries((await rep.get(`/customers/${record.id}/timeline`)).items.map((item) => [`${item.kind}.${item.record_id}`, item.file_count]));
    const told = await counts();
    assert.deepEqual([told[`follow_up.${with_files.id}`], told[`follow_up.${without.id}`], told[`audit.${record.id}`]], [2, 0, 0]);
    const { items } = await rep.get("/attachments", { object: "follow_up", record_id: with_files.id });
    await rep.delete(`/attachments/${items[0].id}`);
    assert.equal((await counts())[`follow_up.${with_files.id}`], 1);
});

test("files are seen and added with the record only", async () => {
    const theirs = await customer();
    const record = await followUp(rep, theirs);
    const { body: made } = await attach(rep, "follow_up", record, PNG);
    for (const [object, one] of [["follow_up", record], ["customer", theirs]]) {
        expectProblem(await attach(stranger, object, one, PNG), 404, "not_found");
        expectProblem(await stranger.send("GET", `/attachments?object=${object}&record_id=${one.id}`), 404, "not_found");
    }
    expectProblem(await stranger.send("GET", `/attachments/${made.id}/file`), 404, "not_found");
    expectProblem(await stranger.send("DELETE", `/attachments/${made.id}`), 404, "not_found");
    expectProblem(await send("GET", `/attachments/${made.id}/file`), 401, "not_signed_in");
    expectProblem(await attach(rep, "product", record, PNG), 422, "invalid", "object");
    expectProblem(await rep.send("GET", "/attachments?object=follow_up"), 422, "invalid", "record_id");
    // Read only: seen, not changed.
    await rep.post("/shares", { object: "customer", record_id: theirs.id, user_id: stranger.user.id, cascade_to: ["follow_up"] });
    assert.equal((await stranger.get("/attachments", { object: "follow_up", record_id: record.id })).items.length, 1);
    expectProblem(await attach(stranger, "follow_up", record, PNG), 403, "forbidden");
    expectProblem(await stranger.send("DELETE", `/attachments/${made.id}`), 403, "forbidden");
    const viewer = await personWith(await role("all", { permissions: ["customer.view"] }));
    expectProblem(await viewer.send("GET", `/attachments/${made.id}/file`), 403, "forbidden");
    assert.equal((await attach(manager, "customer", theirs, PNG)).status, 201);
    assert.equal((await rep.get("/attachments", { object: "customer", record_id: theirs.id })).items.length, 1);
});

test("the twenty-first file is refused, however many come at once", async () => {
    const record = await followUp(rep, await customer());
    const answers = await Promise.all(Array.from({ length: 24 }, () => attach(rep, "follow_up", record, PNG)));
    assert.deepEqual([answers.filter((answer) => answer.status === 201).length, answers.filter((answer) => answer.status === 409).length], [20, 4]);
    assert.equal((await rep.get(`/follow-ups/${record.id}`)).attachment_count, 20);
});

test("what a claim proves is seen by its sides and frozen with the decision", async () => {
    const name = `撞单附件${unique("x")}`;
    const contested = await rep.post("/customers", { name });
    const ref = (await stranger.post("/customers/duplicate-check", { name })).items[0].claim_ref;
    const claim = await stranger.post("/conflict-claims", { claim_ref: ref, claimed_name: name, reason: "先签的意向书" });
    const { body: made } = await attach(stranger, "conflict_claim", claim, PNG);
    for (const client of [stranger, rep, manager]) {
        assert.equal((await client.get("/attachments", { object: "conflict_claim", record_id: claim.id })).items.length, 1);
    }
    const other = await person({ role: "sales" });
    expectProblem(await other.send("GET", `/attachments/${made.id}/file`), 404, "not_found");
    await manager.post(`/conflict-claims/${claim.id}/reject`, { reason: "晚了" });
    expectProblem(await attach(stranger, "conflict_claim", claim, PNG), 403, "forbidden");
    expectProblem(await stranger.send("DELETE", `/attachments/${made.id}`), 403, "forbidden");
    assert.ok(contested.id);
});

test("files go with the purge of their record, the sweep clears the disk", async () => {
    const theirs = await customer(boss);
    const record = await followUp(boss, theirs);
    const { body: kept } = await attach(boss, "follow_up", await followUp(boss, theirs), PNG);
    const { body: gone } = await attach(boss, "follow_up", record, PNG);
    const { var: folder } = await stack();
    const path = async (id) => join(folder, "files", (await sql(`SELECT path FROM attachment WHERE id = ${id}`))[0][0]);
    const [keptPath, gonePath] = [await path(kept.id), await path(gone.id)];
    assert.ok(existsSync(gonePath), gonePath);
    await boss.delete(`/follow-ups/${record.id}`, (await boss.get(`/follow-ups/${record.id}`)).version);
    await sql(`UPDATE follow_up SET deleted_at = '2020-01-01' WHERE id = ${record.id}`);
    await runJob("record.purge");
    assert.deepEqual(await sql(`SELECT COUNT(*) FROM follow_up WHERE id = ${record.id}`), [["0"]]);
    await runJob("attachment.sweep");
    assert.deepEqual([existsSync(gonePath), existsSync(keptPath)], [false, true]);
    assert.deepEqual(await sql(`SELECT COUNT(*) FROM attachment WHERE id = ${gone.id}`), [["0"]]);
});

// ---- plans ----

test("a plan is open until a follow-up does it", async () => {
    const theirs = await customer();
    const contact = await rep.post("/contacts", { customer_id: theirs.id, name: "王五" });
    const at = ahead(48 * HOUR);
    const plan = await followUp(rep, theirs, { next_plan_at: at, next_plan: "送样品", contact_id: contact.id });
    assert.deepEqual([plan.plan_status, plan.plan_closed_at, plan.plan_follow_up_id], ["open", null, null]);
    assert.equal((await followUp(rep, theirs)).plan_status, null);
    assert.equal((await rep.get(`/customers/${theirs.id}`)).next_plan_at, at);
    expectProblem(await rep.send("POST", `/follow-ups/${plan.id}/plan/complete`, { body: {} }), 422, "invalid", "content");
    expectProblem(await rep.send("POST", `/follow-ups/${plan.id}/plan/complete`, { body: { content: "x", customer_id: 1 } }), 422, "invalid", "customer_id");
    expectProblem(await stranger.send("POST", `/follow-ups/${plan.id}/plan/complete`, { body: { content: "x" } }), 404, "not_found");
    const next = ahead(72 * HOUR);
    const { id } = await rep.post(`/follow-ups/${plan.id}/plan/complete`, { content: "样品已送", method: "visit", next_plan_at: next });
    const done = await rep.get(`/follow-ups/${id}`);
    assert.deepEqual([done.customer_id, done.contact_id, done.content, done.method, done.plan_status], [theirs.id, contact.id, "样品已送", "visit", "open"]);
    const closed = await rep.get(`/follow-ups/${plan.id}`);
    assert.deepEqual([closed.plan_status, closed.plan_follow_up_id, closed.plan_closed_at !== null], ["done", id, true]);
    assert.equal((await rep.get(`/customers/${theirs.id}`)).next_plan_at, next);
    expectProblem(await rep.send("POST", `/follow-ups/${plan.id}/plan/complete`, { body: { content: "x" } }), 409, "plan_closed");
    await rep.post(`/follow-ups/${id}/plan/cancel`, { reason: "客户取消" });
    assert.equal((await rep.get(`/customers/${theirs.id}`)).next_plan_at, null);
    expectProblem(await rep.send("POST", `/follow-ups/${id}/plan/cancel`, { body: {} }), 409, "plan_closed");
    // Another time opens it again.
    const again = await rep.patch(`/follow-ups/${id}`, { next_plan_at: at }, (await rep.get(`/follow-ups/${id}`)).version);
    assert.deepEqual([again.plan_status, again.plan_closed_at], ["open", null]);
    assert.equal((await rep.patch(`/follow-ups/${id}`, { next_plan_at: null }, again.version)).plan_status, null);
});

test("ten who do one plan at once make one follow-up", async () => {
    const theirs = await customer();
    const plan = await followUp(rep, theirs, { next_plan_at: ahead(HOUR) });
    const answers = await Promise.all(Array.from({ length: 10 }, () => rep.send("POST", `/follow-ups/${plan.id}/plan/complete`, { body: { content: "x" } })));
    assert.equal(answers.filter((answer) => answer.status === 201).length, 1);
    assert.equal((await rep.list("/follow-ups", { filter: { field: "customer_id", op: "eq", value: theirs.id } })).length, 2);
});

test("the owner is told when a plan is due, and once more when it was missed", async () => {
    const theirs = await customer();
    const due = await followUp(rep, theirs, { next_plan_at: ahead(5 * 60_000), next_plan: "回电" });
    const later = await followUp(rep, theirs, { next_plan_at: ahead(5 * HOUR) });
    const missed = await followUp(rep, theirs, { next_plan_at: ahead(HOUR) });
    await sql(`UPDATE follow_up SET next_plan_at = UTC_TIMESTAMP(3) - INTERVAL 3 DAY WHERE id = ${missed.id}`);
    await runJob("plan.remind");
    await runJob("plan.remind");
    const told = async (kind) => (await notices(rep, kind)).map((notice) => notice.record_id);
    assert.deepEqual([await told("plan_due"), await told("plan_overdue")], [[due.id], [missed.id]]);
    const [notice] = await notices(rep, "plan_due");
    assert.deepEqual([notice.object, notice.detail.customer, notice.detail.plan], ["follow_up", theirs.name, "回电"]);
    // A new time is told anew.
    await rep.patch(`/follow-ups/${due.id}`, { next_plan_at: ahead(6 * 60_000) }, (await rep.get(`/follow-ups/${due.id}`)).version);
    await runJob("plan.remind");
    assert.equal((await told("plan_due")).length, 2);
    assert.ok(!(await told("plan_due")).includes(later.id));
    const overdue = await rep.list("/follow-ups", { filter: { all: [{ field: "plan_status", op: "eq", value: "open" }, { field: "next_plan_at", op: "relative", value: "over_1_days_ago" }] } });
    assert.deepEqual(overdue.map((item) => item.id), [missed.id]);
});

// ---- mentions and comments ----

test("people who see the customer are called by name, others are not", async () => {
    const theirs = await customer();
    const refused = await rep.send("POST", "/follow-ups", { body: { customer_id: theirs.id, content: "@", mention_ids: [manager.user.id, stranger.user.id, 987654321] } });
    const problem = expectProblem(refused, 422, "invalid", "mention_ids.1");
    assert.deepEqual(problem.errors.map((error) => error.code), ["cannot_see", "cannot_see"]);
    assert.equal((await rep.list("/follow-ups", { filter: { field: "customer_id", op: "eq", value: theirs.id } })).length, 0);
    const record = await followUp(rep, theirs, { mention_ids: [manager.user.id, manager.user.id] });
    assert.deepEqual(record.mentions, [{ user_id: manager.user.id, user_name: manager.user.name }]);
    const [notice] = await notices(manager, "mention");
    assert.deepEqual([notice.object, notice.record_id, notice.detail], ["follow_up", record.id, { customer: theirs.name, user: rep.user.name }]);
    // Once told is told; who is new hears of it.
    const changed = await rep.patch(`/follow-ups/${record.id}`, { mention_ids: [manager.user.id, rep.user.id] }, record.version);
    assert.equal(changed.mentions.length, 2);
    assert.equal((await notices(manager, "mention")).length, 1);
    expectProblem(await rep.send("POST", "/follow-ups", { body: { customer_id: theirs.id, content: "@", mention_ids: ["x"] } }), 422, "invalid", "mention_ids.0");
});

test("comments are for who sees the follow-up, and tell its author", async () => {
    const theirs = await customer();
    const record = await followUp(rep, theirs);
    const path = `/follow-ups/${record.id}/comments`;
    expectProblem(await stranger.send("GET", path), 404, "not_found");
    expectProblem(await stranger.send("POST", path, { body: { content: "x" } }), 404, "not_found");
    expectProblem(await manager.send("POST", path, { body: { content: "  " } }), 422, "invalid", "content");
    expectProblem(await manager.send("POST", path, { body: { content: "x", mention_ids: [stranger.user.id] } }), 422, "invalid", "mention_ids.0");
    const made = await manager.post(path, { content: "问一下预算" });
    assert.deepEqual([made.content, made.mine, made.created_by_name, made.mentions], ["问一下预算", true, manager.user.name, []]);
    const [notice] = await notices(rep, "comment");
    assert.deepEqual([notice.record_id, notice.detail], [record.id, { user: manager.user.name, comment: "问一下预算" }]);
    const answer = await rep.post(path, { content: "二十万", mention_ids: [manager.user.id] });
    assert.deepEqual((await rep.get(path)).items.map((item) => [item.content, item.mine]), [["问一下预算", false], ["二十万", true]]);
    assert.equal((await rep.get(`/follow-ups/${record.id}`)).comment_count, 2);
    assert.ok((await notices(manager, "mention")).some((item) => item.record_id === record.id));
    expectProblem(await rep.send("DELETE", `/comments/${made.id}`), 403, "forbidden");
    expectProblem(await stranger.send("DELETE", `/comments/${made.id}`), 404, "not_found");
    await rep.delete(`/comments/${answer.id}`);
    assert.equal((await rep.get(path)).items.length, 1);
    assert.equal((await rep.get(`/follow-ups/${record.id}`)).comment_count, 1);
    expectProblem(await rep.send("DELETE", `/comments/${answer.id}`), 404, "not_found");
});

test("a manager reads and exports the follow-ups of the department across customers", async () => {
    const tag = unique("看板");
    for (const client of [rep, rep, stranger]) {
        await followUp(client, await customer(client), { content: tag });
    }
    const filter = { field: "content", op: "contains", value: tag };
    const items = await manager.list("/follow-ups", { filter });
    assert.deepEqual(items.map((item) => item.owner_id), [rep.user.id, rep.user.id]);
    assert.ok(items.every((item) => item.customer_name.startsWith("跟进客户")));
    const rows = await exportRows(manager, "follow-ups", { filter, columns: ["customer_id", "content", "owner_id", "followed_at", "plan_status"] });
    assert.deepEqual(rows.slice(1).map((row) => [row[1], row[2]]), [[tag, rep.user.name], [tag, rep.user.name]]);
});

// ---- what the customer keeps (CUS-6) ----

test("last follow-up and next plan are right under parallel writers, deletes and restores", async () => {
    const theirs = await customer(boss);
    const day = (n) => new Date(Date.UTC(2024, 0, 1 + n, 8)).toISOString();
    const made = await Promise.all(Array.from({ length: 30 }, (_, n) => followUp(boss, theirs, { followed_at: day(n), next_plan_at: ahead((100 - n) * HOUR) })));
    const kept = async () => {
        const [[stored, truth]] = await sql(`SELECT CONCAT_WS('|', c.last_follow_up_at, c.next_plan_at), CONCAT_WS('|',
            (SELECT MAX(f.followed_at) FROM follow_up f WHERE f.customer_id = c.id AND f.deleted_at IS NULL),
            (SELECT MIN(f.next_plan_at) FROM follow_up f WHERE f.customer_id = c.id AND f.deleted_at IS NULL AND f.plan_status = 'open'))
            FROM customer c WHERE c.id = ${theirs.id}`);
        assert.equal(stored, truth);
        return stored;
    };
    assert.match(await kept(), /^2024-01-30/);
    const act = async (record, n) => {
        const path = `/follow-ups/${record.id}`;
        const { version } = await boss.get(path);
        const headers = { "If-Match": `${version}` };
        if (n % 3 === 0) {
            await boss.send("DELETE", path, { headers });
            return n % 2 ? boss.send("POST", `${path}/restore`) : null;
        }
        return n % 3 === 1 ? boss.send("POST", `${path}/plan/cancel`, { body: {} }) : boss.send("PATCH", path, { body: { followed_at: day(n + 40) }, headers });
    };
    const answers = await Promise.all([...made.map(act), ...Array.from({ length: 10 }, (_, n) => followUp(boss, theirs, { followed_at: day(100 + n) }))]);
    assert.ok(answers.every((answer) => answer === null || answer.status === undefined || answer.status < 300), JSON.stringify(answers.map((one) => one?.status)));
    assert.match(await kept(), /^2024-04-19/);
});

// ---- escalation (CUS-5) ----

test("steps of escalation are settings of who may", async () => {
    expectProblem(await rep.send("GET", "/escalation-steps"), 403, "forbidden");
    expectProblem(await boss.send("POST", "/escalation-steps", { body: { name: "x", days: 0 } }), 422, "invalid", "days");
    expectProblem(await boss.send("POST", "/escalation-steps", { body: { name: "x", days: 3, filter: { field: "nonsense", op: "eq", value: 1 } } }), 400, "bad_filter");
    const made = await boss.post("/escalation-steps", { name: unique("step"), days: 3, is_active: false });
    assert.deepEqual([made.day_kind, made.notify_owner, made.notify_manager, made.mark_risk], ["calendar", true, false, false]);
    await boss.delete(`/escalation-steps/${made.id}`, made.version);
});

test("nobody follows up: owner, then manager, then risk, each step once; a follow-up begins anew", async () => {
    const theirs = await customer(rep, { level: "a" });
    const fresh = await customer(rep, { level: "a" });
    const only = { all: [{ field: "level", op: "eq", value: "a" }, { field: "owner_id", op: "eq", value: rep.user.id }] };
    const steps = [];
    for (const [days, more] of [[3, { notify_owner: true }], [5, { notify_owner: false, notify_manager: true }], [7, { notify_owner: false, mark_risk: true, notify_manager: true }]]) {
        steps.push(await boss.post("/escalation-steps", { name: unique("step"), days, filter: only, ...more }));
    }
    const age = (id, days) => sql(`UPDATE customer SET held_since = UTC_TIMESTAMP(3) - INTERVAL ${days} DAY WHERE id = ${id}`);
    const state = async () => [(await notices(rep, "no_follow_up")).length, (await notices(manager, "no_follow_up")).length, (await rep.get(`/customers/${theirs.id}`)).is_at_risk];
    try {
        await age(theirs.id, 2);
        await runJob("escalation.run");
        assert.deepEqual(await state(), [0, 0, false]);
        await age(theirs.id, 4);
        await runJob("escalation.run");
        await runJob("escalation.run");
        assert.deepEqual(await state(), [1, 0, false], "one notice a step");
        const [notice] = await notices(rep, "no_follow_up");
        assert.deepEqual([notice.object, notice.record_id, notice.detail.days, notice.detail.customers], ["customer", theirs.id, 3, theirs.name]);
        await age(theirs.id, 6);
        await runJob("escalation.run");
        assert.deepEqual(await state(), [1, 1, false]);
        await age(theirs.id, 8);
        await runJob("escalation.run");
        assert.deepEqual(await state(), [1, 2, true]);
        assert.deepEqual((await rep.list("/customers", { filter: { field: "is_at_risk", op: "eq", value: true } })).map((item) => item.id), [theirs.id]);
        // A follow-up of long ago changes nothing, a new one everything.
        await followUp(rep, theirs, { followed_at: "2024-01-01T00:00:00Z" });
        assert.equal((await rep.get(`/customers/${theirs.id}`)).is_at_risk, true);
        await followUp(rep, theirs);
        assert.equal((await rep.get(`/customers/${theirs.id}`)).is_at_risk, false);
        await runJob("escalation.run");
        assert.deepEqual(await state(), [1, 2, false]);
        await sql(`UPDATE customer SET last_follow_up_at = UTC_TIMESTAMP(3) - INTERVAL 4 DAY WHERE id = ${theirs.id}`);
        await runJob("escalation.run");
        assert.deepEqual(await state(), [2, 2, false]);
        assert.equal((await rep.get(`/customers/${fresh.id}`)).is_at_risk, false);
    } finally {
        for (const step of steps) {
            await boss.delete(`/escalation-steps/${step.id}`, step.version);
        }
    }
});

test("many customers of one person are one message", async () => {
    const few = await Promise.all(Array.from({ length: 7 }, () => customer(rep, { level: "d" })));
    await sql(`UPDATE customer SET held_since = UTC_TIMESTAMP(3) - INTERVAL 40 DAY WHERE id IN (${few.map((one) => one.id)})`);
    const step = await boss.post("/escalation-steps", { name: unique("step"), days: 10, day_kind: "working",
        filter: { all: [{ field: "level", op: "eq", value: "d" }, { field: "owner_id", op: "eq", value: rep.user.id }] } });
    try {
        await runJob("escalation.run");
        const [notice] = await notices(rep, "no_follow_ups");
        assert.deepEqual([notice.record_id, notice.detail.count, notice.detail.customers.split("、").length], [null, 7, 5]);
        // Another owner has his own time.
        const other = await person({ role: "sales", department_id: north.id });
        await manager.post(`/customers/${few[0].id}/transfer`, { owner_id: other.user.id });
        assert.deepEqual(await sql(`SELECT COUNT(*) FROM escalation_notice WHERE customer_id = ${few[0].id}`), [["0"]]);
    } finally {
        await boss.delete(`/escalation-steps/${step.id}`, step.version);
    }
});
