// Two customers that are one: everything follows the survivor, both ids lead to it, and it can be taken back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, query, send, sql, stack, unique } from "./lib.mjs";
import { amend, personWith, role } from "./samples.mjs";

await stack();

let boss; // the administrator
let north; // a department
let rep; // a salesperson there
let mate; // another one there
let manager; // of both
let stranger; // a salesperson elsewhere

before(async () => {
    boss = await admin();
    north = await department({ name: unique("merge-north") });
    rep = await person({ role: "sales", department_id: north.id });
    mate = await person({ role: "sales", department_id: north.id });
    manager = await person({ role: "manager", department_id: north.id });
    stranger = await person({ role: "sales", department_id: (await department({ name: unique("merge-south") })).id });
});

const merge = (client, survivor, source, rest = {}) =>
    client.send("POST", `/customers/${survivor.id}/merge`, { body: { source_id: source.id, ...rest } });
const undo = (client, done) => client.send("POST", `/customer-merges/${done.id}/undo`);
const get = (client, customer) => client.get(`/customers/${customer.id}`);
const today = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
const examine = async () => {
    const report = JSON.parse((await dabiao(["doctor", "--json"])).stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_targets, report.wrong_others], [0, 0, 0, 0]);
};

// A customer of `client` with one record of every kind.
async function whole(client, fields = {}) {
    const customer = await client.post("/customers", { name: unique("合并客户"), ...fields });
    const of = { customer_id: customer.id };
    const contact = await client.post("/contacts", { ...of, name: unique("联系人"), mobile: `137${String(Math.random()).slice(2, 10)}`, duplicate_confirmed: true });
    const followUp = await client.post("/follow-ups", { ...of, content: "谈过了", method: "call", followed_at: new Date(Date.now() - 60_000).toISOString() });
    const opportunity = await client.post("/opportunities", { ...of, name: unique("商机"), amount_minor: 500_00 });
    const contract = await client.post("/contracts", { ...of, name: unique("合同"), amount_minor: 300_00, signed_on: today(), status: "signed" });
    const payment = await boss.post("/payments", { contract_id: contract.id, amount_minor: 100_00, received_on: today() });
    return { ...customer, records: { contacts: contact, "follow-ups": followUp, opportunities: opportunity, contracts: contract, payments: payment } };
}

const intervals = async (customer) =>
    (await boss.get("/assignments", { filter: { field: "customer_id", op: "eq", value: customer.id } })).items;

test("CUS-2: every table that names a customer is dealt with", async () => {
    const known = new Set([...(await readFile(new URL("../../app/customer/merge_store.c", import.meta.url), "utf8")).matchAll(/(?:\{|MOVE\()"([a-z_]+)(?:\.([a-z_]+))?"/g)]
        .map(([, table, column]) => `${table}.${column ?? "customer_id"}`));
    const rows = await sql(`SELECT DISTINCT CONCAT(table_name, '.', column_name) FROM (
        SELECT table_name, column_name FROM information_schema.key_column_usage
          WHERE table_schema = DATABASE() AND referenced_table_name = 'customer'
        UNION SELECT table_name, column_name FROM information_schema.columns
          WHERE table_schema = DATABASE() AND column_name LIKE '%customer\\_id'
        UNION SELECT c.table_name, c.column_name FROM information_schema.columns c
          JOIN information_schema.columns o ON o.table_schema = c.table_schema AND o.table_name = c.table_name AND o.column_name = 'object'
          WHERE c.table_schema = DATABASE() AND c.column_name = 'record_id') x`);
    const found = rows.map(([name]) => name);
    assert.ok(found.length > 20, found.join());
    for (const name of found) {
        assert.ok(known.has(name), `${name} names customers: say in MERGE_REFERENCES what a merge does with it`);
    }
});

test("CUS-2: everything goes along, both ids lead to the survivor, and the way back is exact", async () => {
    const survivor = await whole(rep, { phone: "010-62781234", code: unique("S") });
    const source = await whole(mate, { industry: "制造", code: unique("Q") });
    const child = await mate.post("/customers", { name: unique("子公司"), parent_id: source.id });
    const beforeSource = await get(boss, source);
    const beforeSurvivor = await get(boss, survivor);
    const held = { source: await intervals(source), survivor: await intervals(survivor) };
    const preview = await manager.get(`/customers/${survivor.id}/merge`, { source_id: source.id });
    const answer = await merge(manager, survivor, source, { values: { industry: "制造", code: beforeSource.code }, reason: "同一家" });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    const done = answer.body;
    assert.deepEqual([done.source_id, done.survivor_id, done.source_name, done.reason], [source.id, survivor.id, source.name, "同一家"]);
    assert.deepEqual(done.moved, { contact: 1, contract: 1, customer: 1, follow_up: 1, opportunity: 1, payment: 1 });

    assert.deepEqual(preview.moved, done.moved);

    const merged = await get(boss, source);
    assert.deepEqual([merged.id, merged.merged_from_id, merged.industry, merged.code, merged.phone], [survivor.id, source.id, "制造", beforeSource.code, beforeSurvivor.phone]);
    assert.equal((await get(boss, survivor)).merged_from_id, undefined);
    // Whoever held the survivor alone finds it under both ids.
    assert.equal((await get(rep, source)).id, survivor.id);
    for (const [kind, record] of Object.entries(source.records)) {
        const now = await boss.get(`/${kind}/${record.id}`);
        assert.deepEqual([now.customer_id, now.customer_name], [survivor.id, beforeSurvivor.name], kind);
        assert.equal(now.owner_id, record.owner_id, `${kind} stays with its owner`);
    }
    assert.equal((await get(boss, child)).parent_id, survivor.id);
    // Not among the customers, not to be changed or restored on its own.
    expectProblem(await mate.send("PATCH", `/customers/${source.id}`, { body: { industry: "x" }, headers: { "If-Match": "1" } }), 404, "not_found");
    expectProblem(await boss.send("POST", `/customers/${source.id}/restore`), 409, "conflict");
    assert.ok((await boss.get(`/customers/${survivor.id}/timeline`)).items.some((item) => item.action === "merge"));
    // What each had while they were two stays with its holder.
    const [was] = await intervals(source);
    assert.deepEqual([was.owner_id, was.end_cause, was.to_owner_id], [mate.user.id, "merge", rep.user.id]);
    assert.deepEqual([was.follow_up_count, was.opportunity_count], [held.source[0].follow_up_count, held.source[0].opportunity_count]);
    const [is] = await intervals(survivor);
    assert.deepEqual([is.follow_up_count, is.opportunity_count], [held.survivor[0].follow_up_count, held.survivor[0].opportunity_count]);
    await examine();
    // A follow-up from now on counts for the survivor.
    await rep.post("/follow-ups", { customer_id: survivor.id, content: "合并之后", method: "call" });
    assert.equal((await intervals(survivor))[0].follow_up_count, held.survivor[0].follow_up_count + 1);
    assert.deepEqual((await manager.get("/customer-merges", { customer_id: survivor.id })).items.map((item) => item.id), [done.id]);

    const back = await undo(manager, done);
    assert.equal(back.status, 200, JSON.stringify(back.body));
    assert.ok(back.body.undone_at !== null && back.body.undo_until === null);
    const again = await get(boss, source);
    for (const name of ["id", "name", "code", "phone", "industry", "owner_id", "completeness", "last_follow_up_at"]) {
        assert.deepEqual(again[name], beforeSource[name], name);
    }
    const restored = await get(boss, survivor);
    for (const name of ["name", "code", "phone", "industry", "owner_id", "completeness"]) {
        assert.deepEqual(restored[name], beforeSurvivor[name], name);
    }
    for (const [kind, record] of Object.entries(source.records)) {
        assert.equal((await boss.get(`/${kind}/${record.id}`)).customer_id, source.id, kind);
    }
    assert.equal((await get(boss, child)).parent_id, source.id);
    const [open] = await intervals(source);
    assert.deepEqual([open.ended_at, open.end_cause, open.follow_up_count], [null, null, held.source[0].follow_up_count]);
    await examine();
    expectProblem(await undo(manager, done), 409, "merge_not_undoable");
});

test("a deal of before the merge stays with who held the customer then, whatever is changed later", async () => {
    const survivor = await rep.post("/customers", { name: unique("留下") });
    const source = await whole(mate);
    await sql(`UPDATE assignment SET started_at = started_at - INTERVAL 20 DAY, started_on = started_on - INTERVAL 20 DAY WHERE customer_id IN (${source.id}, ${survivor.id})`);
    const early = new Date(Date.now() - 5 * 86400_000).toISOString().slice(0, 10);
    const contract = await boss.get(`/contracts/${source.records.contracts.id}`);
    await boss.patch(`/contracts/${contract.id}`, { signed_on: early }, contract.version);
    const done = (await merge(boss, survivor, source)).body;
    assert.deepEqual([(await intervals(source))[0].ordered_minor, (await intervals(survivor))[0].ordered_minor], [300_00, 0]);
    const later = await boss.get(`/contracts/${contract.id}`);
    assert.equal(later.customer_id, survivor.id);
    assert.equal(later.amount_minor, 300_00);
    await amend(boss, contract, { amount_minor: 400_00 }, { effective_on: early });
    assert.deepEqual([(await intervals(source))[0].ordered_minor, (await intervals(survivor))[0].ordered_minor], [400_00, 0]);
    // Changed today, the difference is the survivor's.
    await amend(boss, contract, { amount_minor: 450_00 });
    assert.deepEqual([(await intervals(source))[0].ordered_minor, (await intervals(survivor))[0].ordered_minor], [400_00, 50_00]);
    // And on into a third one: each counts what it had in its time.
    const third = await rep.post("/customers", { name: unique("第三") });
    const chained = (await merge(boss, third, survivor)).body;
    assert.equal((await get(boss, source)).id, third.id);
    await examine();
    expectProblem(await undo(boss, done), 409, "merge_not_undoable");
    assert.equal((await undo(boss, chained)).status, 200);
    assert.equal((await get(boss, source)).id, survivor.id);
    assert.equal((await undo(boss, done)).status, 200);
    assert.equal((await get(boss, source)).id, source.id);
    await examine();
});

test("who may, and what is refused", async () => {
    const a = await rep.post("/customers", { name: unique("甲") });
    const b = await rep.post("/customers", { name: unique("乙") });
    const far = await stranger.post("/customers", { name: unique("远") });
    expectProblem(await send("POST", `/customers/${a.id}/merge`, { body: { source_id: b.id } }), 401, "not_signed_in");
    expectProblem(await merge(rep, a, b), 403, "forbidden");
    expectProblem(await merge(manager, a, far), 404, "not_found");
    expectProblem(await merge(manager, far, a), 404, "not_found");
    expectProblem(await merge(manager, a, a), 422, "invalid", "source_id");
    expectProblem(await merge(manager, a, { id: 999999999 }), 404, "not_found");
    expectProblem(await manager.send("POST", `/customers/${a.id}/merge`, { body: {} }), 422, "invalid", "source_id");
    expectProblem(await merge(manager, a, b, { values: { completeness: 100 } }), 422, "invalid");
    expectProblem(await merge(manager, a, b, { values: { nonsense: 1 } }), 422, "invalid");
    expectProblem(await merge(manager, a, b, { values: { level: "nonsense" } }), 422, "invalid");
    const preview = (client, survivor, source) => client.send("GET", `/customers/${survivor.id}/merge${query({ source_id: source?.id })}`);
    expectProblem(await send("GET", `/customers/${a.id}/merge`), 401, "not_signed_in");
    expectProblem(await preview(rep, a, b), 403, "forbidden");
    expectProblem(await preview(manager, a, far), 404, "not_found");
    expectProblem(await preview(manager, a, a), 422, "invalid", "source_id");
    expectProblem(await preview(manager, a), 422, "invalid", "source_id");
    expectProblem(await manager.send("GET", "/customer-merges"), 422, "invalid", "customer_id");
    expectProblem(await stranger.send("GET", `/customer-merges${query({ customer_id: a.id })}`), 404, "not_found");
    const done = (await merge(manager, a, b)).body;
    expectProblem(await undo(rep, done), 403, "forbidden");
    const elsewhere = await person({ role: "manager", department_id: (await department({ name: unique("merge-far") })).id });
    expectProblem(await undo(elsewhere, done), 404, "not_found");
    expectProblem(await stranger.send("GET", `/customers/${b.id}`), 404, "not_found");
    await sql(`UPDATE customer_merge SET merged_at = merged_at - INTERVAL 31 DAY WHERE id = ${done.id}`);
    expectProblem(await undo(manager, done), 409, "merge_not_undoable");
    await sql(`UPDATE customer_merge SET merged_at = merged_at + INTERVAL 31 DAY WHERE id = ${done.id}`);
    // A field that is closed to the user is not written by way of a merge.
    const narrow = await role("all", { permissions: ["customer.view", "customer.edit", "customer.merge", "customer.delete"], fields: [{ object: "customer", field: "phone", access: "read" }] });
    const half = await personWith(narrow);
    const c = await rep.post("/customers", { name: unique("丙") });
    expectProblem(await merge(half, a, c, { values: { phone: "010-88886666" } }), 422, "invalid");
    assert.equal((await undo(manager, done)).status, 200);
});

test("the name of the source goes to the survivor; somebody who takes it meanwhile keeps the merge from being undone", async () => {
    const word = [...String(process.pid) + String(Date.now()).slice(-8)].map((digit) => "子丑寅卯辰巳午未申酉"[digit]).join("");
    const phone = `0755-${String(Date.now()).slice(-8)}`;
    const survivor = await rep.post("/customers", { name: unique("旧名") });
    const source = await rep.post("/customers", { name: word, phone });
    const done = await merge(manager, survivor, source, { values: { name: word, phone } });
    assert.equal(done.status, 201, JSON.stringify(done.body));
    assert.equal((await get(rep, source)).name, word);
    const again = await rep.send("POST", "/customers", { body: { name: word } });
    expectProblem(again, 409, "possible_duplicate");
    const now = await get(rep, survivor);
    await rep.patch(`/customers/${survivor.id}`, { name: unique("新名"), phone: null }, now.version);
    await rep.post("/customers", { name: word, phone });
    expectProblem(await undo(manager, done.body), 409, "duplicate_customer");
    assert.equal((await get(rep, source)).id, survivor.id);
});

test("a customer goes into the one below it, and the tree stays a tree", async () => {
    const top = await rep.post("/customers", { name: unique("顶") });
    const upper = await rep.post("/customers", { name: unique("上"), parent_id: top.id });
    const middle = await rep.post("/customers", { name: unique("中"), parent_id: upper.id });
    const lower = await rep.post("/customers", { name: unique("下"), parent_id: middle.id });
    const done = (await merge(manager, lower, upper)).body;
    assert.equal((await get(rep, lower)).parent_id, top.id);
    assert.equal((await get(rep, middle)).parent_id, lower.id);
    assert.equal((await undo(manager, done)).status, 200);
    assert.deepEqual([(await get(rep, lower)).parent_id, (await get(rep, middle)).parent_id, (await get(rep, upper)).parent_id], [middle.id, upper.id, top.id]);
});

test("shares, tags and claims of both come together and part again", async () => {
    const a = await rep.post("/customers", { name: unique("共享甲") });
    const b = await mate.post("/customers", { name: unique("共享乙") });
    const [one, two] = [await boss.post("/tags", { name: unique("签") }), await boss.post("/tags", { name: unique("签") })];
    for (const [client, customer, tag] of [[rep, a, one], [mate, b, two]]) {
        await client.patch(`/customers/${customer.id}`, { tag_ids: [tag.id] }, customer.version);
    }
    const share = (client, record, user, edit) =>
        client.post("/shares", { object: "customer", record_id: record.id, user_id: user.user.id, can_edit: edit });
    await share(rep, a, stranger, false);
    await share(mate, b, stranger, true);
    const claim = (customer) => stranger.post("/conflict-claims", { customer_id: customer.id, reason: "先联系的" });
    const [kept, ended] = [await claim(a), await claim(b)];
    const done = (await merge(manager, a, b)).body;
    const now = await get(rep, a);
    assert.deepEqual(now.tag_ids, [one.id, two.id]);
    const shares = async (customer) => (await boss.get("/shares", { object: "customer", record_id: customer.id })).items.map((item) => [item.user_id, item.can_edit]);
    assert.deepEqual(await shares(a), [[stranger.user.id, true]]);
    const status = async (made) => (await stranger.get(`/conflict-claims/${made.id}`)).status;
    assert.deepEqual([await status(kept), await status(ended)], ["open", "withdrawn"]);
    assert.equal((await undo(manager, done)).status, 200);
    assert.deepEqual([await shares(a), await shares(b)], [[[stranger.user.id, false]], [[stranger.user.id, true]]]);
    assert.deepEqual([(await get(rep, a)).tag_ids, (await get(mate, b)).tag_ids], [[one.id], [two.id]]);
});

test("merges of the same customers at one time: one goes through", async () => {
    const rows = [];
    for (let i = 0; i < 4; i++) {
        rows.push(await rep.post("/customers", { name: unique("并发") }));
    }
    const [a, b, c, d] = rows;
    const answers = await Promise.all([merge(manager, a, b), merge(boss, b, a), merge(manager, c, b), merge(boss, d, b), merge(manager, b, c)]);
    const statuses = answers.map((answer) => answer.status);
    assert.ok(statuses.every((status) => [201, 404].includes(status)), statuses.join());
    assert.ok(statuses.filter((status) => status === 201).length >= 1);
    for (const row of rows) {
        const now = await get(boss, row);
        assert.equal(now.deleted_at ?? null, null);
        assert.ok(rows.some((other) => other.id === now.id));
    }
    await examine();
});

test("what comes between merge and undo goes back with what it hangs on", async () => {
    const [a, b] = [await whole(rep), await rep.post("/customers", { name: unique("存续") })];
    const done = (await merge(boss, b, a)).body;
    const payment = await boss.post("/payments", { contract_id: a.records.contracts.id, amount_minor: 70_00, received_on: today() });
    const refund = await boss.post("/refunds", { payment_id: payment.id, amount_minor: 20_00, refunded_on: today() });
    const call = await boss.post("/follow-ups", { customer_id: b.id, contact_id: a.records.contacts.id, content: "又谈过" });
    const visit = await boss.post("/follow-ups", { customer_id: b.id, opportunity_id: a.records.opportunities.id, content: "上门" });
    const second = await boss.post("/contracts", { customer_id: b.id, opportunity_id: a.records.opportunities.id, name: unique("增补") });
    const own = await boss.post("/follow-ups", { customer_id: b.id, content: "本客户" });
    assert.equal((await undo(boss, done)).status, 200);
    for (const [plural, record] of [["contracts", a.records.contracts], ["contracts", second], ["payments", payment], ["refunds", refund],
        ["follow-ups", call], ["follow-ups", visit]]) {
        assert.equal((await boss.get(`/${plural}/${record.id}`)).customer_id, a.id, plural);
    }
    assert.equal((await boss.get(`/follow-ups/${own.id}`)).customer_id, b.id);
    const received = async (customer) => (await intervals(customer)).map((interval) => interval.received_minor);
    assert.deepEqual([await received(a), await received(b)], [[150_00], [0]]);
    await examine();
});

test("the fields of a merge are an object", async () => {
    const [a, b] = [await rep.post("/customers", { name: unique("甲") }), await rep.post("/customers", { name: unique("乙") })];
    expectProblem(await merge(boss, a, b, { values: [] }), 422, "invalid", "values");
});

test("merges that were taken back are told to whoever sees both customers", async () => {
    const [a, b] = [await rep.post("/customers", { name: unique("甲") }), await stranger.post("/customers", { name: unique("乙") })];
    const { body: done } = await merge(boss, a, b);
    const told = async (client, customer) => (await client.get("/customer-merges", { customer_id: customer.id })).items.map((item) => item.id);
    assert.deepEqual([await told(rep, a), await told(rep, b)], [[done.id], [done.id]], "one customer now");
    assert.equal((await undo(boss, done)).status, 200);
    assert.deepEqual([await told(rep, a), await told(stranger, b), await told(boss, a), await told(boss, b)], [[], [], [done.id], [done.id]]);
});

const purge = async () => {
    await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('record.purge', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
    const [[id]] = await sql("SELECT MAX(id) FROM job WHERE kind = 'record.purge'");
    await boss.job(Number(id));
};
const age = (customer, days) => sql(`UPDATE customer SET deleted_at = UTC_TIMESTAMP(3) - INTERVAL ${days} DAY WHERE id = ${customer.id}`);
const exists = async (customer) => (await sql(`SELECT COUNT(*) FROM customer WHERE id = ${customer.id}`))[0][0] === "1";

test("CUS-2: what was merged away leaves the recycle bin for good; its id, its holders and their figures stay with the survivor", async () => {
    const survivor = await whole(rep);
    const source = await whole(mate);
    await sql(`UPDATE assignment SET started_at = started_at - INTERVAL 20 DAY, started_on = started_on - INTERVAL 20 DAY WHERE customer_id IN (${source.id}, ${survivor.id})`);
    const early = new Date(Date.now() - 5 * 86400_000).toISOString().slice(0, 10);
    const contract = await boss.get(`/contracts/${source.records.contracts.id}`);
    await boss.patch(`/contracts/${contract.id}`, { signed_on: early }, contract.version);
    const fresh = (await merge(boss, await rep.post("/customers", { name: unique("留") }), await mate.post("/customers", { name: unique("走") }))).body;
    const done = (await merge(boss, survivor, source)).body;
    await age(source, 31);
    await purge();
    assert.equal(await exists(source), false);
    assert.equal(await exists({ id: fresh.source_id }), true, "not before its time");
    assert.equal((await undo(boss, fresh)).status, 200);
    const refused = expectProblem(await undo(boss, done), 409, "merge_not_undoable");
    assert.match(refused.detail, /for good/);
    expectProblem(await undo(stranger, done), 403, "forbidden");
    const found = await get(boss, source);
    assert.deepEqual([found.id, found.merged_from_id], [survivor.id, source.id]);
    assert.deepEqual((await boss.get("/customer-merges", { customer_id: survivor.id })).items.map((item) => [item.id, item.source_name, item.survivor_name]),
        [[done.id, source.name, survivor.name]]);
    assert.deepEqual((await boss.get("/customer-merges", { customer_id: source.id })).items.map((item) => item.id), [done.id]);
    // A deal of before the merge is still that of who held the source then, and follows its record.
    assert.deepEqual([(await intervals(source))[0].ordered_minor, (await intervals(survivor))[0].ordered_minor], [300_00, 300_00]);
    await amend(boss, contract, { amount_minor: 450_00 }, { effective_on: early });
    assert.equal((await intervals(source))[0].ordered_minor, 450_00);
    await examine();
});

test("a chain of merges is removed from its beginning, the last survivor after all others", async () => {
    const [first, second, last] = [await rep.post("/customers", { name: unique("甲") }), await rep.post("/customers", { name: unique("乙") }), await rep.post("/customers", { name: unique("丙") })];
    const one = (await merge(boss, second, first)).body;
    const two = (await merge(boss, last, second)).body;
    await age(second, 31);
    await purge();
    assert.deepEqual([await exists(first), await exists(second)], [true, false]);
    assert.equal((await get(boss, first)).id, last.id);
    assert.equal((await boss.get("/customer-merges", { customer_id: first.id })).items[0].survivor_name, second.name);
    expectProblem(await undo(boss, two), 409, "merge_not_undoable");
    assert.match(expectProblem(await undo(boss, one), 409, "merge_not_undoable").detail, /it went into .* for good/);
    // The survivor waits for what went into it.
    const { version } = await get(boss, last);
    await boss.delete(`/customers/${last.id}`, version);
    await age(last, 40);
    await purge();
    assert.deepEqual([await exists(first), await exists(last)], [true, true]);
    await age(first, 40);
    await purge();
    await purge();
    assert.deepEqual([await exists(first), await exists(last)], [false, false]);
    assert.deepEqual(await sql(`SELECT COUNT(*) FROM customer_merge WHERE id IN (${one.id}, ${two.id})`), [["0"]]);
    assert.deepEqual(await sql(`SELECT COUNT(*) FROM assignment WHERE customer_id IN (${first.id}, ${second.id}, ${last.id})`), [["0"]]);
    expectProblem(await boss.send("GET", `/customers/${first.id}`), 404, "not_found");
    await examine();
});

test("files come along: of the customer, of its follow-ups and of its contracts, and go back when the merge is undone", async () => {
    const [survivor, source] = [await whole(rep), await whole(rep)];
    const bytes = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
    const attach = async (object, record, name) => (await rep.send("POST", `/attachments?object=${object}&record_id=${record.id}&name=${name}`,
        { raw: bytes, headers: { "Content-Type": "application/octet-stream" } })).body;
    const files = async (object, record) => (await rep.get("/attachments", { object, record_id: record.id })).items.map((one) => one.id);
    const own = await attach("customer", survivor, "own.png");
    const came = await attach("customer", source, "came.png");
    const visit = await attach("follow_up", source.records["follow-ups"], "visit.png");
    const paper = await attach("contract", source.records.contracts, "paper.png");
    const read = async (file) => assert.equal((await rep.send("GET", `/attachments/${file.id}/file`)).status, 200);
    const { body: done } = await merge(manager, survivor, source);
    assert.deepEqual((await files("customer", survivor)).toSorted((a, b) => a - b), [own.id, came.id]);
    assert.deepEqual(await files("follow_up", source.records["follow-ups"]), [visit.id]);
    assert.deepEqual(await files("contract", source.records.contracts), [paper.id]);
    assert.equal((await rep.get(`/follow-ups/${source.records["follow-ups"].id}`)).customer_id, survivor.id);
    await Promise.all([own, came, visit, paper].map(read));
    assert.equal((await undo(manager, done)).status, 200);
    assert.deepEqual([await files("customer", survivor), await files("customer", source)], [[own.id], [came.id]]);
    assert.deepEqual(await files("follow_up", source.records["follow-ups"]), [visit.id]);
    assert.deepEqual(await files("contract", source.records.contracts), [paper.id]);
    await Promise.all([own, came, visit, paper].map(read));
});
