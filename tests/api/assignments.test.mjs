// Batches of assignments: who gets how many before anything is written, then exactly that, and back again (ASG-1…3).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, send, sql, stack, unique, until } from "./lib.mjs";
import { parseCsv, personWith, role } from "./samples.mjs";

await stack();

let boss;
let sellers;

before(async () => {
    boss = await admin();
    const place = await department();
    sellers = [];
    for (let i = 0; i < 3; i += 1) {
        sellers.push(await person({ department_id: place.id }));
    }
});

/** Customers of an owner, or of nobody (put into the table, as nobody's are made by pools). */
async function customers(count, more = {}, owner = null) {
    const made = [];
    for (let i = 0; i < count; i += 1) {
        made.push(await boss.post("/customers", { name: unique("批量客户"), ...more, owner_id: (owner ?? boss).user.id,
            duplicate_confirmed: true }));
    }
    if (owner === null) {
        const ids = made.map((each) => each.id).join(",");
        await sql(`UPDATE customer SET owner_id = NULL, department_id = NULL WHERE id IN (${ids})`);
        await sql(`UPDATE assignment SET ended_at = started_at, ended_on = started_on, end_cause = 'return', outcome = 'returned' WHERE customer_id IN (${ids})`);
    }
    return made;
}

const ids = (records) => records.map((record) => record.id);
const to = (...people) => people.map((one) => ({ user_id: one.user.id }));

/** Runs a batch to its end: { batch, result, items }. */
async function assign(body, client = boss) {
    const { id, job_id } = await client.post("/assignment-batches", body);
    const { result } = await client.job(job_id);
    return { id, job_id, result, batch: await client.get(`/assignment-batches/${id}`), items: await client.list(`/assignment-batches/${id}/items`, {}) };
}

async function owners(records) {
    return Promise.all(records.map(async (record) => (await boss.get(`/customers/${record.id}`)).owner_id));
}

const counts = (list, people) => people.map((one) => list.filter((id) => id === one.user.id).length);

test("ASG-1: to one, evenly, by weight: the preview says it, nothing is written, the run does it", async () => {
    for (const [strategy, people, expected] of [
        ["one", to(sellers[0]), [7, 0, 0]],
        ["evenly", to(...sellers), [3, 2, 2]],
        ["weighted", [{ user_id: sellers[0].user.id, weight: 1 }, { user_id: sellers[1].user.id, weight: 2 }, { user_id: sellers[2].user.id, weight: 4 }], [1, 2, 4]],
    ]) {
        const made = await customers(7);
        const body = { ids: ids(made), strategy, people, reason: "展会线索", expected_action_on: "2031-05-06" };
        const preview = await boss.post("/assignment-batches/preview", body);
        assert.deepEqual([preview.total, preview.assigned, preview.conflicts], [7, 7, []], strategy);
        assert.deepEqual(preview.people.map((one) => one.given), expected.slice(0, people.length), strategy);
        assert.deepEqual(await owners(made), Array(7).fill(null), "nothing is written");
        const { batch, result, items } = await assign(body);
        assert.deepEqual([batch.status, batch.total_count, batch.assigned_count, batch.refused_count, batch.strategy, batch.owner_id],
            ["done", 7, 7, 0, strategy, boss.user.id]);
        assert.deepEqual([result.total, result.assigned], [7, 7]);
        assert.deepEqual(counts(await owners(made), sellers), expected, strategy);
        assert.deepEqual(items.map((item) => [item.customer_id, item.result]), ids(made).map((id) => [id, "assigned"]));
        const rows = await boss.list("/assignments", { filter: { field: "batch_id", op: "eq", value: batch.id } });
        assert.equal(rows.length, 7);
        assert.ok(rows.every((row) => row.start_cause === "assign" && row.reason === "展会线索" && row.expected_action_on === "2031-05-06" && row.batch_name === batch.name));
    }
});

test("ASG-1: up to capacity, and nobody above it whatever the strategy", async () => {
    const [a, b] = [await person({}), await person({})];
    await boss.post("/holding-limits", { name: unique("库容"), user_id: a.user.id, maximum: 2, uncounted: { field: "level", op: "eq", value: "a" } });
    await boss.post("/holding-limits", { name: unique("库容"), user_id: b.user.id, maximum: 3 });
    const made = await customers(6);
    const body = { ids: ids(made), strategy: "to_capacity", people: to(a, b) };
    const preview = await boss.post("/assignment-batches/preview", body);
    assert.deepEqual(preview.people.map((one) => [one.given, one.maximum, one.room, one.held]), [[2, 2, 0, 0], [3, 3, 0, 0]]);
    assert.deepEqual(preview.conflicts.map((one) => [one.code, one.count, one.examples[0].customer_id]), [["over_capacity", 1, made[5].id]]);
    const { batch, items } = await assign(body);
    assert.deepEqual([batch.assigned_count, batch.refused_count], [5, 1]);
    assert.deepEqual(counts(await owners(made), [a, b]), [2, 3]);
    assert.deepEqual([items[5].result, items[5].code], ["refused", "over_capacity"]);
    // What does not count takes no room.
    const big = await customers(3, { level: "a" });
    assert.equal((await assign({ ids: ids(big), strategy: "one", people: to(a) })).batch.assigned_count, 3);
    assert.equal((await assign({ ids: ids(await customers(1)), strategy: "one", people: to(a) })).batch.refused_count, 1);
});

test("ASG-1: turns go on from batch to batch under their name", async () => {
    const pointer = unique("turns");
    const got = [];
    for (const count of [2, 2, 1, 4]) {
        const made = await customers(count);
        const { batch } = await assign({ ids: ids(made), strategy: "round_robin", people: to(...sellers), pointer });
        assert.equal(batch.pointer_key, pointer);
        got.push(...await owners(made));
    }
    assert.deepEqual(got, Array.from({ length: 9 }, (_, i) => sellers[i % 3].user.id));
    const preview = await boss.post("/assignment-batches/preview", { ids: ids(await customers(1)), strategy: "round_robin", people: to(...sellers), pointer });
    assert.equal(preview.last_user_id, sellers[0].user.id);
    const other = await customers(1);
    await assign({ ids: ids(other), strategy: "round_robin", people: to(...sellers), pointer: unique("turns") });
    assert.deepEqual(await owners(other), [sellers[0].user.id]);
});

test("ASG-1: a map of filters: the first that fits decides, what fits none is told", async () => {
    const [x, y, z] = [await customers(3, { source: "referral" }), await customers(2, { level: "a", source: "referral" }), await customers(2)];
    const map = [{ filter: { field: "level", op: "eq", value: "a" }, people: to(sellers[2]) },
        { filter: { field: "source", op: "eq", value: "referral" }, people: [{ user_id: sellers[0].user.id, weight: 2 }, { user_id: sellers[1].user.id, weight: 1 }] }];
    const body = { ids: ids([...x, ...y, ...z]), strategy: "map", map };
    const preview = await boss.post("/assignment-batches/preview", body);
    assert.deepEqual(preview.rules, [2, 3]);
    assert.deepEqual(preview.conflicts.map((one) => [one.code, one.count]), [["no_rule", 2]]);
    const { items } = await assign(body);
    assert.deepEqual(counts(await owners(x), sellers), [2, 1, 0]);
    assert.deepEqual(counts(await owners(y), sellers), [0, 0, 2]);
    assert.deepEqual(await owners(z), [null, null]);
    assert.deepEqual(items.map((item) => item.rule), [1, 1, 1, 0, 0, null, null]);
});

test("ASG-1: existing owners and open deals stay when asked; who has it already keeps it", async () => {
    const mine = await customers(2, {}, sellers[0]);
    const free = await customers(2);
    await boss.post("/opportunities", { name: unique("商机"), customer_id: free[0].id, amount_minor: 1_00 });
    const { items } = await assign({ ids: ids([...mine, ...free]), strategy: "one", people: to(sellers[1]), keep_owner: true, skip_open_deals: true });
    assert.deepEqual(items.map((item) => [item.result, item.code]), [["kept", "has_owner"], ["kept", "has_owner"], ["kept", "open_deal"], ["assigned", null]]);
    assert.deepEqual(await owners([...mine, ...free]), [sellers[0].user.id, sellers[0].user.id, null, sellers[1].user.id]);
    const again = await assign({ ids: ids(mine), strategy: "one", people: to(sellers[0]) });
    assert.deepEqual(again.items.map((item) => [item.result, item.code]), [["kept", "already_owner"], ["kept", "already_owner"]]);
});

test("ASG-1: a pasted list: codes, names however written, phones; ambiguous, unknown and repeated lines are told", async () => {
    const tag = unique("列表").replaceAll("-", "");
    const phone = `139${String(Date.now()).slice(-8)}`;
    const [a] = await customers(1, { name: `${tag}华星技术有限公司`, code: unique("C") });
    const [b] = await customers(1, { name: `${tag}(上海)贸易有限公司` });
    const [c] = await customers(1, { phone });
    await customers(2, { name: `${tag}双生股份有限公司` });
    const lines = `${a.code}\n${tag}（上海）貿易\n\n+86 ${phone}\n${tag}双生\n${tag}华星技术\r\n没有这家${tag}\n`;
    const preview = await boss.post("/assignment-batches/preview", { lines, strategy: "one", people: to(sellers[0]) });
    assert.deepEqual([preview.total, preview.assigned], [6, 3]);
    assert.deepEqual(preview.conflicts.map((one) => [one.code, one.count, one.examples[0].line]),
        [["ambiguous", 1, `${tag}双生`], ["duplicate", 1, `${tag}华星技术`], ["unknown", 1, `没有这家${tag}`]]);
    const { job_id } = await assign({ lines, strategy: "one", people: to(sellers[0]), file_format: "csv" });
    assert.deepEqual(await owners([a, b, c]), Array(3).fill(sellers[0].user.id));
    const rows = parseCsv(await boss.get(`/jobs/${job_id}/file`));
    assert.equal(rows.length, 7, "a row for each line");
    assert.deepEqual(rows.slice(1).map((row) => row[6]), ["", "", "", "ambiguous", "duplicate", "unknown"]);
    assert.equal(rows[1][2], a.name);
});

test("ASG-1: an uploaded list, its column found by the heading", async () => {
    const made = await customers(2);
    const list = await boss.upload("/assignment-lists?name=x.csv", Buffer.from(`序号,客户名称\n1,${made[0].name}\n2,${made[1].name}\n`));
    assert.deepEqual([list.line_count, list.columns, list.column], [2, ["序号", "客户名称"], 1]);
    const { batch } = await assign({ list_id: list.id, strategy: "evenly", people: to(sellers[0], sellers[1]) });
    assert.equal(batch.assigned_count, 2);
    expectProblem(await boss.send("POST", "/assignment-lists", { raw: "", headers: { "Content-Type": "application/octet-stream" } }), 422, "import_unreadable");
    const other = await person({ role: "operations" });
    expectProblem(await other.send("POST", "/assignment-batches/preview", { body: { list_id: list.id, strategy: "one", people: to(sellers[0]) } }), 422, "invalid", "list_id");
});

test("ASG-1: an uploaded workbook, its column by the heading or as chosen; numbers stay numbers", async () => {
    const made = await customers(3);
    const { job_id } = await boss.post("/customers/export", { format: "xlsx", filter: { field: "id", op: "in", value: ids(made) }, columns: ["level", "name", "phone"] });
    await boss.job(job_id);
    const file = await fetch(`${(await stack()).url}/api/v1/jobs/${job_id}/file`, { headers: { Authorization: `Bearer ${boss.token}` } });
    const workbook = Buffer.from(await file.arrayBuffer());
    assert.equal(workbook.subarray(0, 2).toString(), "PK");
    const list = await boss.upload("/assignment-lists?name=名单.xlsx", workbook);
    assert.deepEqual([list.line_count, list.columns[list.column]], [3, "客户名称"]);
    const { batch, items } = await assign({ list_id: list.id, strategy: "one", people: to(sellers[2]) });
    assert.deepEqual([batch.assigned_count, items.map((item) => item.customer_id).sort()], [3, ids(made).sort()]);
    assert.deepEqual(await owners(made), Array(3).fill(sellers[2].user.id));
    const other = await boss.upload(`/assignment-lists?name=x.xlsx&column=${list.columns.indexOf("客户级别")}`, workbook);
    const preview = await boss.post("/assignment-batches/preview", { list_id: other.id, strategy: "one", people: to(sellers[2]) });
    assert.equal(preview.assigned, 0, "levels name no customers");
});

test("ASG-1: a map by region takes what lies below it, and the narrower region before the wider one", async () => {
    const [[province, city], [, sibling]] = await sql(`SELECT p.ancestor_id, p.descendant_id FROM region_path p JOIN region r ON r.id = p.ancestor_id
        JOIN region d ON d.id = p.descendant_id WHERE r.level = 1 AND d.level = 2 AND (SELECT COUNT(*) FROM region_path q JOIN region e ON e.id = q.descendant_id AND e.level = 2 WHERE q.ancestor_id = r.id) > 1 ORDER BY 1 DESC, 2 LIMIT 2`);
    const [[elsewhere]] = await sql(`SELECT r.id FROM region r WHERE r.level = 1 AND r.id <> ${province} LIMIT 1`);
    const here = [await customers(2, { region_id: Number(province) }), await customers(3, { region_id: Number(sibling) })].flat();
    const near = await customers(4, { region_id: Number(city) });
    const [far, none] = [await customers(1, { region_id: Number(elsewhere) }), await customers(1)];
    const under = (region) => ({ field: "region_id", op: "under", value: Number(region) });
    const all = [...here, ...near, ...far, ...none];
    const body = { ids: ids(all), strategy: "map", map: [{ filter: under(city), people: to(sellers[0]) }, { filter: under(province), people: to(sellers[1]) }] };
    const preview = await boss.post("/assignment-batches/preview", body);
    assert.deepEqual([preview.rules, preview.conflicts.map((one) => [one.code, one.count])], [[4, 5], [["no_rule", 2]]]);
    await assign(body);
    assert.deepEqual(counts(await owners(near), sellers), [4, 0, 0]);
    assert.deepEqual(counts(await owners(here), sellers), [0, 5, 0]);
    assert.deepEqual(await owners([...far, ...none]), [null, null]);
    // The selection may name a region, too.
    const tag = { field: "id", op: "in", value: ids(all) };
    const { batch } = await assign({ filter: { all: [tag, under(province)] }, strategy: "one", people: to(sellers[2]) });
    assert.equal(batch.assigned_count, 9);
});

test("ASG-1: protected customers stay with their holder and are told in the preview, unless the batch says otherwise", async () => {
    const held = await customers(3, {}, sellers[0]);
    const free = await customers(1);
    const today = (await boss.get("/meta")).today;
    await boss.put(`/customers/${held[0].id}/protection`, { until_on: today });
    await boss.put(`/customers/${held[1].id}/protection`, { until_on: today });
    await sql(`UPDATE pool_protection SET until_on = until_on - INTERVAL 1 DAY WHERE customer_id = ${held[1].id}`);
    await sql(`INSERT INTO pool_protection (customer_id, kind, created_at) VALUES (${free[0].id}, 'manual', UTC_TIMESTAMP(3))`);
    const body = { ids: ids([...held, ...free]), strategy: "one", people: to(sellers[1]) };
    const preview = await boss.post("/assignment-batches/preview", body);
    assert.deepEqual([preview.assigned, preview.conflicts.map((one) => [one.code, one.result, one.count, one.examples[0].customer_id])],
        [3, [["protected", "kept", 1, held[0].id]]]);
    const { items } = await assign(body);
    assert.deepEqual(items.map((item) => [item.result, item.code]), [["kept", "protected"], ["assigned", null], ["assigned", null], ["assigned", null]]);
    assert.deepEqual(await owners([...held, ...free]), [sellers[0], sellers[1], sellers[1], sellers[1]].map((one) => one.user.id));
    assert.equal((await assign({ ...body, skip_protected: false })).batch.assigned_count, 1);
    assert.deepEqual(await owners(held), Array(3).fill(sellers[1].user.id));
});

test("a batch that is cancelled half-way: what is done stays, the rest is as it was, each says so, and undo takes it back", async () => {
    const tag = unique("取消");
    const size = 8000;
    await sql(`INSERT INTO customer (name, created_at, updated_at) SELECT CONCAT('${tag}', seq), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_${size}`);
    await dabiao(["doctor", "--repair"]); // new customers count for somebody, those that SQL makes too
    const { id, job_id } = await boss.post("/assignment-batches", { filter: { field: "name", op: "starts_with", value: tag }, strategy: "evenly", people: to(...sellers), sla_policy_id: null });
    await until(async () => (await boss.get(`/assignment-batches/${id}`)).assigned_count > 0, 60);
    await boss.post(`/jobs/${job_id}/cancel`);
    await boss.job(job_id, { expected: "cancelled", seconds: 120 });
    const batch = await until(async () => {
        const now = await boss.get(`/assignment-batches/${id}`);
        return now.status === "cancelled" ? now : null;
    }, 30);
    assert.ok(batch.assigned_count > 0 && batch.assigned_count < size, `${batch.assigned_count} were done`);
    assert.deepEqual([batch.total_count, batch.done_count, batch.refused_count], [size, size, size - batch.assigned_count]);
    const state = async () => (await sql(`SELECT SUM(c.owner_id IS NOT NULL), (SELECT COUNT(*) FROM assignment a WHERE a.batch_id = ${id}), (SELECT COUNT(*) FROM assignment a WHERE a.batch_id = ${id} AND a.ended_at IS NULL),
        (SELECT COUNT(*) FROM assignment_batch_item i WHERE i.batch_id = ${id} AND i.result = 'assigned'), (SELECT COUNT(*) FROM assignment_batch_item i WHERE i.batch_id = ${id} AND i.code = 'cancelled') FROM customer c WHERE c.name LIKE '${tag}%'`))[0].map(Number);
    assert.deepEqual(await state(), [batch.assigned_count, batch.assigned_count, batch.assigned_count, batch.assigned_count, size - batch.assigned_count]);
    const undo = await boss.post(`/assignment-batches/${id}/undo`);
    await boss.job(undo.job_id, { seconds: 120 });
    assert.deepEqual((await state()).slice(0, 3), [0, batch.assigned_count, 0]);
    const after = await boss.get(`/assignment-batches/${id}`);
    assert.deepEqual([after.status, after.undone_count], ["undone", batch.assigned_count]);
});

test("ASG-1: a filter takes what the asker may hand on, unowned customers too, and nothing else", async () => {
    const [here, there] = [await department(), await department()];
    const tag = unique("范围");
    const [inside, outside] = [await person({ department_id: here.id }), await person({ department_id: there.id })];
    await customers(2, { name: tag }, inside);
    const foreign = await customers(2, { name: tag }, outside);
    const free = await customers(1, { name: tag });
    const manager = await person({ role: "manager", department_id: here.id });
    const filter = { field: "name", op: "eq", value: tag };
    const body = { filter, strategy: "one", people: to(manager) };
    assert.equal((await manager.post("/assignment-batches/preview", body)).total, 2);
    assert.equal((await boss.post("/assignment-batches/preview", body)).total, 5);
    const named = await manager.post("/assignment-batches/preview", { ids: ids([...foreign, ...free]), strategy: "one", people: to(manager) });
    assert.deepEqual(named.conflicts.map((one) => [one.code, one.count, one.examples.map((each) => each.name)]), [["not_found", 3, [null, null, null]]]);
    const { batch } = await assign(body, manager);
    assert.equal(batch.assigned_count, 2);
    assert.deepEqual(await owners(foreign), [outside.user.id, outside.user.id]);
});

test("children that were chosen go along, a colleague's stay", async () => {
    const [customer] = await customers(1, {}, sellers[0]);
    const contact = await boss.post("/contacts", { name: "王", customer_id: customer.id, owner_id: sellers[0].user.id });
    const other = await boss.post("/contacts", { name: "李", customer_id: customer.id, owner_id: sellers[2].user.id });
    const open = await boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, amount_minor: 1, owner_id: sellers[0].user.id });
    await assign({ ids: [customer.id], strategy: "one", people: to(sellers[1]), choices: ["contacts"] });
    assert.equal((await boss.get(`/contacts/${contact.id}`)).owner_id, sellers[1].user.id);
    assert.equal((await boss.get(`/contacts/${other.id}`)).owner_id, sellers[2].user.id);
    assert.equal((await boss.get(`/opportunities/${open.id}`)).owner_id, sellers[0].user.id);
});

test("all or nothing: one refusal leaves everything, and each customer says why", async () => {
    const made = await customers(3);
    const [holder] = [await person({})];
    await boss.post("/holding-limits", { name: unique("库容"), user_id: holder.user.id, maximum: 2 });
    const { batch, items } = await assign({ ids: ids(made), strategy: "one", people: to(holder), all_or_nothing: true });
    assert.deepEqual([batch.status, batch.assigned_count, batch.refused_count], ["failed", 0, 3]);
    assert.deepEqual(items.map((item) => item.code), ["not_all", "not_all", "over_capacity"]);
    assert.deepEqual(await owners(made), [null, null, null]);
    const fine = await assign({ ids: ids(made.slice(0, 2)), strategy: "one", people: to(holder), all_or_nothing: true });
    assert.deepEqual([fine.batch.status, fine.batch.assigned_count], ["done", 2]);
});

test("one notice a person, not one a customer", async () => {
    const receiver = await person({});
    await assign({ ids: ids(await customers(4)), strategy: "one", people: to(receiver), name: "四个客户" });
    const { items } = await receiver.get("/notifications");
    assert.deepEqual(items.map((item) => [item.kind, item.detail.count, item.detail.batch]), [["assigned", 4, "四个客户"]]);
});

test("ASG-3: undo takes back what nobody touched, and tells of the rest", async () => {
    const former = await person({});
    const [free, owned, called, deal, moved] = [...await customers(1), ...await customers(4, {}, former)];
    const made = [free, owned, called, deal, moved];
    const { batch } = await assign({ ids: ids(made), strategy: "one", people: to(sellers[0]) });
    await sellers[0].post("/follow-ups", { customer_id: called.id, content: "电话" });
    await boss.post("/opportunities", { name: unique("商机"), customer_id: deal.id, amount_minor: 1 });
    await boss.post(`/customers/${moved.id}/transfer`, { owner_id: sellers[2].user.id });
    const { job_id } = await boss.post(`/assignment-batches/${batch.id}/undo`);
    const { result } = await boss.job(job_id);
    assert.deepEqual([result.undone, result.left], [2, 3]);
    assert.deepEqual(await owners(made), [null, former.user.id, sellers[0].user.id, sellers[0].user.id, sellers[2].user.id]);
    const items = await boss.list(`/assignment-batches/${batch.id}/items`);
    assert.deepEqual(items.map((item) => [item.result, item.code]),
        [["undone", null], ["undone", null], ["assigned", "followed_up"], ["assigned", "opportunity"], ["assigned", "moved"]]);
    const intervals = await boss.list("/assignments", { filter: { field: "customer_id", op: "eq", value: owned.id }, sort: "started_at" });
    assert.deepEqual(intervals.map((row) => [row.owner_id, row.start_cause, row.end_cause]),
        [[former.user.id, "create", "assign"], [sellers[0].user.id, "assign", "undo"], [former.user.id, "undo", null]]);
    expectProblem(await boss.send("POST", `/assignment-batches/${batch.id}/undo`), 409, "conflict");
});

test("ASG-3: what came from a pool that works no more goes where the routes tell, or is nobody's", async () => {
    const pool = await boss.post("/pools", { name: unique("撤销公海") });
    const customer = await boss.post("/customers", { name: unique("公海客户"), pool_id: pool.id });
    const { id } = await assign({ ids: [customer.id], strategy: "one", people: to(sellers[0]) });
    await boss.delete(`/pools/${pool.id}`, (await boss.get(`/pools/${pool.id}`)).version);
    const { job_id } = await boss.post(`/assignment-batches/${id}/undo`, undefined);
    assert.equal((await boss.job(job_id)).result.undone, 1);
    const now = await boss.get(`/customers/${customer.id}`);
    const route = await boss.get(`/customers/${customer.id}/pool-route`);
    assert.deepEqual([now.owner_id, now.pool_id], [null, route.pool_id]);
    assert.notEqual(now.pool_id, pool.id);
});

test("ASG-3: after the company's hours a batch stays", async () => {
    const set = async (hours) => {
        const now = await boss.get("/company");
        await boss.patch("/company", { assignment_undo_hours: hours }, now.version);
    };
    assert.equal((await boss.get("/company")).assignment_undo_hours, 24);
    await set(0);
    const { batch } = await assign({ ids: ids(await customers(1)), strategy: "one", people: to(sellers[0]) });
    await set(24);
    expectProblem(await boss.send("POST", `/assignment-batches/${batch.id}/undo`), 409, "conflict");
});

test("parallel batches over the same customers: one owner each, and the results say whose", async () => {
    const made = await customers(40);
    const batches = await Promise.all(sellers.map((seller) => boss.post("/assignment-batches", { ids: ids(made), strategy: "one", people: to(seller) })));
    for (const { job_id } of batches) {
        await boss.job(job_id);
    }
    const now = await owners(made);
    const [[open]] = await sql(`SELECT COUNT(*) FROM assignment WHERE ended_at IS NULL AND customer_id IN (${ids(made).join(",")})`);
    assert.equal(open, "40");
    const got = await Promise.all(batches.map(({ id }) => boss.list(`/assignment-batches/${id}/items`, { result: "assigned" })));
    const last = new Map();
    got.flat().sort((a, b) => a.position - b.position).forEach((item) => last.set(item.customer_id, [...(last.get(item.customer_id) ?? []), item.to_owner_id]));
    made.forEach((customer, i) => assert.ok(last.get(customer.id).includes(now[i]), `${customer.id} has an owner that a batch named`));
});

test("somebody disabled between preview and run gets nothing, the others do", async () => {
    const gone = await person({});
    const made = await customers(4);
    const body = { ids: ids(made), strategy: "evenly", people: to(gone, sellers[0]) };
    await boss.post("/assignment-batches/preview", body);
    // The job waits until the person is gone.
    const { id, job_id } = await boss.post("/assignment-batches", { ...body, name: "等待" });
    await sql(`UPDATE user SET status = 'disabled' WHERE id = ${gone.user.id}`);
    await boss.job(job_id);
    const items = await boss.list(`/assignment-batches/${id}/items`);
    const theirs = items.filter((item) => item.to_owner_id === gone.user.id);
    assert.equal(theirs.length, 2);
    for (const item of theirs) {
        assert.ok(item.result === "assigned" || item.code === "not_active");
    }
    expectProblem(await boss.send("POST", "/assignment-batches/preview", { body }), 422, "invalid", "people.0.user_id");
    expectProblem(await boss.send("POST", "/assignment-batches", { body }), 422, "invalid", "people.0.user_id");
});

test("bad input is refused with the names of the fields", async () => {
    const good = { ids: [1], strategy: "one", people: to(sellers[0]) };
    const bad = [
        [{ ...good, ids: undefined }, "ids"], [{ ...good, lines: "x" }, "lines"], [{ ...good, strategy: "best" }, "strategy"],
        [{ ...good, strategy: undefined }, "strategy"], [{ ...good, people: undefined }, "people"], [{ ...good, people: to(sellers[0], sellers[1]) }, "people"],
        [{ ...good, strategy: "evenly", people: to(sellers[0], sellers[0]) }, "people.1.user_id"], [{ ...good, people: [{ user_id: 987654321 }] }, "people.0.user_id"],
        [{ ...good, strategy: "weighted", people: [{ user_id: sellers[0].user.id, weight: 0 }] }, "people"], [{ ...good, people: [{ user_id: 1, weight: -1 }] }, "people.0.weight"],
        [{ ...good, strategy: "map" }, "map"], [{ ...good, strategy: "map", map: [{ filter: {}, people: [] }] }, "map.0.people"],
        [{ ...good, choices: ["everything"] }, "choices.0"], [{ ...good, sla_policy_id: 987654321 }, "sla_policy_id"],
        [{ ...good, expected_action_on: "tomorrow" }, "expected_action_on"], [{ ...good, reason: "x".repeat(501) }, "reason"], [{ ...good, unknown: 1 }, "unknown"],
    ];
    for (const [body, field] of bad) {
        for (const path of ["/assignment-batches/preview", "/assignment-batches"]) {
            const answer = await boss.send("POST", path, { body });
            expectProblem(answer, 422, "invalid", field);
        }
    }
    expectProblem(await boss.send("POST", "/assignment-batches/preview", { body: { ...good, ids: undefined, filter: { field: "no", op: "eq", value: 1 } } }), 400, "bad_filter");
    const nothing = await boss.post("/assignment-batches/preview", { ...good, ids: undefined, filter: { field: "name", op: "eq", value: unique() } });
    assert.deepEqual([nothing.total, nothing.assigned], [0, 0]);
});

test("no token, no right, out of scope", async () => {
    const body = { ids: [1], strategy: "one", people: to(sellers[0]) };
    const { batch } = await assign({ ids: ids(await customers(1)), strategy: "one", people: to(sellers[0]) });
    const routes = [["POST", "/assignment-batches/preview", body], ["POST", "/assignment-batches", body], ["POST", `/assignment-batches/${batch.id}/undo`],
        ["GET", `/assignment-batches/${batch.id}/items`], ["GET", `/assignment-batches/${batch.id}`], ["GET", "/assignment-batches"], ["POST", "/assignment-lists"]];
    const blind = await personWith(await role("all", { permissions: ["customer.view", "customer.transfer"] }));
    const stranger = await personWith(await role("own"));
    for (const [method, path, json] of routes) {
        assert.equal((await send(method, path, { body: json })).status, 401, path);
        expectProblem(await blind.send(method, path, { body: json }), 403, "forbidden");
    }
    expectProblem(await stranger.send("GET", `/assignment-batches/${batch.id}/items`), 404, "not_found");
    expectProblem(await stranger.send("POST", `/assignment-batches/${batch.id}/undo`), 404, "not_found");
    const untransferred = await personWith(await role("all", { permissions: ["assignment_batch.create", "assignment_batch.view", "customer.view"] }));
    expectProblem(await untransferred.send("POST", "/assignment-batches/preview", { body }), 403, "forbidden");
    expectProblem(await untransferred.send("POST", `/assignment-batches/${batch.id}/undo`), 403, "forbidden");
});

test("ASG-2: 10,000 customers to fifty people, each exactly once", async () => {
    const tag = unique("一万");
    await sql(`INSERT INTO customer (name, created_at, updated_at) SELECT CONCAT('${tag}', seq), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_10000`);
    await dabiao(["doctor", "--repair"]); // new customers count for somebody, those that SQL makes too
    const people = [];
    for (let i = 0; i < 50; i += 1) {
        people.push((await boss.post("/users", { login: unique("t").toLowerCase(), name: `${tag}${i}`, department_id: boss.user.department_id, role_ids: [] })).id);
    }
    const body = { filter: { field: "name", op: "starts_with", value: tag }, strategy: "evenly", people: people.map((user_id) => ({ user_id })) };
    const preview = await boss.post("/assignment-batches/preview", body);
    assert.deepEqual([preview.total, preview.assigned, new Set(preview.people.map((one) => one.given)).size], [10000, 10000, 1]);
    const { id, job_id } = await boss.post("/assignment-batches", body);
    await boss.job(job_id, { seconds: 300 });
    const rows = await sql(`SELECT owner_id, COUNT(*) FROM assignment WHERE batch_id = ${id} AND ended_at IS NULL GROUP BY owner_id`);
    assert.deepEqual([rows.length, new Set(rows.map((row) => row[1]))], [50, new Set(["200"])]);
    const [[owned]] = await sql(`SELECT COUNT(*) FROM customer c JOIN assignment a ON a.open_customer_id = c.id AND a.owner_id = c.owner_id WHERE a.batch_id = ${id}`);
    assert.equal(owned, "10000");
});
