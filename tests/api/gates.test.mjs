// Gates (PIPE-2): the same rules through a single change, the API, bulk, and imports that create and update; everything that
// stands in the way is told at once, and nothing is half-written. Reasons of closing (PIPE-4).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, roleId, stack, unique } from "./lib.mjs";
import { lostReason, makePipeline, reason, stage } from "./pipeline-samples.mjs";

await stack();

let boss;
let rep;
let customer;
let strict; // a pipeline that asks for everything
let items; // of its guide by title

before(async () => {
    boss = await admin();
    rep = await person({ role: "sales", department_id: (await department({ name: unique("gate") })).id });
    customer = await boss.post("/customers", { name: unique("客户"), owner_id: rep.user.id });
    strict = await makePipeline([
        stage("接洽", "open", { guide: [{ kind: "ask", title: "预算", is_mandatory: true }, { kind: "confirm", title: "可选" }, { kind: "script", title: "话术" }] }),
        stage("方案", "open", { required_fields: ["expected_close_on", "amount_minor"], guide: [{ kind: "deliver", title: "方案书", is_mandatory: true, needs_file: true }] }),
        stage("谈判", "open", { required_fields: ["competitor", "amount_minor"], enter_role_ids: [await roleId("sales"), await roleId("admin")] }),
        stage("赢", "won", { required_fields: ["close_reason_id"] }), stage("输", "lost")], { allow_skip: false, allow_back: false });
    items = Object.fromEntries(strict.stages.flatMap((one) => one.guide).map((item) => [item.title, item.id]));
});

const deal = (more = {}) => boss.post("/opportunities", { name: unique("商机"), code: unique("g"), customer_id: customer.id, owner_id: rep.user.id,
    pipeline_id: strict.id, ...more });
const patch = (record, body, client = boss) => client.send("PATCH", `/opportunities/${record.id}`, { body, headers: { "If-Match": String(record.version) } });
const tick = (record, title, done = true) => boss.put(`/opportunities/${record.id}/guide/${items[title]}`, { done });
const told = (gates) => gates.map((gate) => [gate.code, gate.field ?? gate.item_id ?? gate.stage_id]).sort((a, b) => String(a).localeCompare(String(b)));
const same = (gates, wanted) => assert.deepEqual(told(gates), wanted.toSorted((a, b) => String(a).localeCompare(String(b))));

async function refused(answer, wanted) {
    const problem = expectProblem(answer, 422, "gate_closed");
    same(problem.gates, wanted);
    for (const gate of problem.gates) {
        assert.ok(gate.text.length > 5);
        assert.ok(problem.detail.includes(gate.text));
    }
}

async function unchanged(record) {
    const now = await boss.get(`/opportunities/${record.id}`);
    assert.deepEqual(now, record);
}

/** Ready for the second stage. */
async function ready(more = {}) {
    const record = await deal({ amount_minor: 5_000_00, expected_close_on: "2030-01-31", ...more });
    await tick(record, "预算");
    return record;
}

const csv = (rows) => rows.map((row) => row.join(",")).join("\n");
async function importRows(rows, fields, more = {}) {
    const batch = await boss.upload(`/import/batches?${new URLSearchParams({ kind: "opportunity", name: "d.csv" })}`, Buffer.from(csv([fields, ...rows])));
    await boss.put(`/import/batches/${batch.id}/mapping`, { mapping: { columns: fields.map((field) => ({ column: field, field })), key: "code", on_existing: "update",
        constants: { pipeline_id: strict.id }, ...more } });
    const { job_id } = await boss.post(`/import/batches/${batch.id}/run`, { dry_run: false });
    await boss.job(job_id);
    const done = await boss.get(`/import/batches/${batch.id}`);
    const { items: faults } = await boss.get(`/import/batches/${batch.id}/faults`);
    return { counts: [done.created_count, done.updated_count, done.skipped_count, done.failed_count], faults };
}

const byCode = async (code) => (await boss.list("/opportunities", { filter: { field: "code", op: "eq", value: code } }))[0];
/** All that the first move needs, when nothing is there. */
const FIRST = () => [["guide_item", items.预算], ["required_field", "expected_close_on"], ["required_field", "amount_minor"]];

test("PIPE-2 a single change: everything that is missing is told at once, nothing is written", async () => {
    const record = await deal();
    await refused(await patch(record, { stage_id: strict.at.方案, remark: "x" }), FIRST());
    await unchanged(record);
    // What the change itself brings counts.
    await refused(await patch(record, { stage_id: strict.at.方案, amount_minor: 1, expected_close_on: "2030-01-01" }), [["guide_item", items.预算]]);
    await tick(record, "预算");
    const moved = await patch(record, { stage_id: strict.at.方案, amount_minor: 1, expected_close_on: "2030-01-01" });
    assert.equal(moved.status, 200, JSON.stringify(moved.body));
    // The sentence is in the language of who asks.
    const chinese = await boss.send("PATCH", `/opportunities/${record.id}`, { body: { stage_id: strict.at.谈判 },
        headers: { "If-Match": String(moved.body.version), "Accept-Language": "zh-CN" } });
    assert.match(expectProblem(chinese, 422, "gate_closed").gates[0].text, /[\u4e00-\u9fff]/);
});

test("PIPE-2 a file is asked for where the item needs one", async () => {
    let record = await ready();
    record = (await patch(record, { stage_id: strict.at.方案 })).body;
    const onward = () => patch(record, { stage_id: strict.at.谈判, competitor: "甲公司" });
    await refused(await onward(), [["guide_item", items.方案书]]);
    await tick(record, "方案书");
    await refused(await onward(), [["guide_file", items.方案书]]);
    const file = await boss.upload(`/attachments?${new URLSearchParams({ object: "opportunity", record_id: record.id, guide_item_id: items.方案书, name: "方案.txt" })}`,
        Buffer.from("我们的方案"));
    assert.deepEqual([file.guide_item_id, file.object], [items.方案书, "opportunity"]);
    assert.equal((await onward()).status, 200);
    // Taken back, the gate is shut again for the next move.
    await tick(record, "方案书", false);
    record = await boss.get(`/opportunities/${record.id}`);
    const won = await reason("won", (one) => !one.needs_note && !one.needs_competitor);
    assert.equal((await patch(record, { stage_id: strict.at.赢, close_reason_id: won.id })).status, 200, "an item of a stage that was passed before is not asked again");
});

test("PIPE-2 no stage is skipped, none is gone back to, and reopening is going back", async () => {
    let record = await ready({ competitor: "乙" });
    await refused(await patch(record, { stage_id: strict.at.谈判 }), [["skip", strict.at.方案], ["guide_item", items.方案书]]);
    record = (await patch(record, { stage_id: strict.at.方案 })).body;
    await refused(await patch(record, { stage_id: strict.at.接洽 }), [["back", strict.at.接洽]]);
    const lost = await patch(record, { stage_id: strict.at.输, close_reason_id: (await lostReason()).id });
    assert.equal(lost.status, 200, "lost from anywhere, without items");
    await refused(await patch(lost.body, { stage_id: strict.at.方案 }), [["back", strict.at.方案]]);
    // Lost and back is no way around a gate.
    await refused(await patch(lost.body, { stage_id: strict.at.赢 }), [["skip", strict.at.谈判], ["guide_item", items.方案书], ["required_field", "close_reason_id"]]);
    await unchanged(lost.body);
});

test("PIPE-2 where skipping is allowed the stages passed are asked all the same", async () => {
    const open = await makePipeline([stage("一", "open", { guide: [{ kind: "ask", title: "甲", is_mandatory: true }] }),
        stage("二", "open", { required_fields: ["product_id"], guide: [{ kind: "ask", title: "乙", is_mandatory: true }] }), stage("三"),
        stage("赢", "won"), stage("输", "lost")]);
    const [one, two] = open.stages.flatMap((item) => item.guide).map((item) => item.id);
    const record = await deal({ pipeline_id: open.id });
    for (const to of ["三", "赢"]) {
        await refused(await patch(record, { stage_id: open.at[to] }), [["guide_item", one], ["guide_item", two], ["required_field", "product_id"]]);
    }
    const second = await deal({ pipeline_id: open.id, stage_id: open.at.三, product_id: (await boss.post("/products", { name: unique("品") })).id });
    assert.equal((await patch(second, { stage_id: open.at.一 })).status, 200, "back is allowed here");
    // Lost and open again further on: what lies between is asked.
    const lost = (await patch(record, { stage_id: open.at.输, close_reason_id: (await lostReason()).id })).body;
    await refused(await patch(lost, { stage_id: open.at.三 }), [["guide_item", one], ["guide_item", two], ["required_field", "product_id"]]);
    const again = await patch(lost, { stage_id: open.at.一 });
    assert.deepEqual([again.status, again.body.close_reason_id, again.body.status], [200, null, "open"]);
});

test("PIPE-2 roles: who may bring in and take out", async () => {
    const managers = await roleId("manager");
    const guarded = await makePipeline([stage("一", "open", { leave_role_ids: [managers] }), stage("二", "open", { enter_role_ids: [managers] }), stage("赢", "won"), stage("输", "lost")]);
    const record = await deal({ pipeline_id: guarded.id });
    await refused(await patch(record, { stage_id: guarded.at.二 }, rep), [["leave_role", guarded.at.一], ["enter_role", guarded.at.二]]);
    await refused(await patch(record, { stage_id: guarded.at.输, close_reason_id: (await lostReason()).id }, rep), [["leave_role", guarded.at.一]]);
    await refused(await patch(record, { stage_id: guarded.at.二 }, boss), [["leave_role", guarded.at.一], ["enter_role", guarded.at.二]]);
    const head = await person({ role: "manager", department_id: rep.user.department_id });
    assert.equal((await patch(record, { stage_id: guarded.at.二 }, head)).status, 200);
    await refused(await rep.send("POST", "/opportunities", { body: { name: "x", customer_id: customer.id, pipeline_id: guarded.id, stage_id: guarded.at.二 } }),
        [["enter_role", guarded.at.二]]);
});

test("PIPE-2 creating: fields of the stage and those before, no items; won by hand only where stages may be skipped", async () => {
    const body = { name: unique("商机"), customer_id: customer.id, pipeline_id: strict.id };
    await refused(await boss.send("POST", "/opportunities", { body: { ...body, stage_id: strict.at.谈判 } }),
        [["required_field", "expected_close_on"], ["required_field", "amount_minor"], ["required_field", "competitor"]]);
    const full = { ...body, amount_minor: 1, expected_close_on: "2030-01-01", competitor: "丙" };
    assert.equal((await boss.send("POST", "/opportunities", { body: { ...full, stage_id: strict.at.谈判 } })).status, 201);
    const won = await reason("won", (one) => !one.needs_note && !one.needs_competitor);
    await refused(await boss.send("POST", "/opportunities", { body: { ...full, stage_id: strict.at.赢, close_reason_id: won.id } }), [["skip", strict.at.接洽]]);
});

test("PIPE-2 bulk: each record by the same gate; the others are moved", async () => {
    const [good, bad] = [await ready(), await deal()];
    const { job_id } = await boss.post("/opportunities/bulk", { action: "update", ids: [good.id, bad.id], changes: { stage_id: strict.at.方案 } });
    const { result } = await boss.job(job_id);
    assert.equal((await boss.get(`/opportunities/${good.id}`)).stage_id, strict.at.方案);
    await unchanged(bad);
    const text = JSON.stringify(result);
    assert.match(text, /gate_closed/);
    const single = expectProblem(await patch(bad, { stage_id: strict.at.方案 }), 422, "gate_closed");
    assert.ok(text.includes(String(bad.id)) && !text.includes(`"id":${good.id},`));
    assert.equal(single.gates.length, 3);
});

test("PIPE-2 an import that creates: the same fields are asked, the good rows are made", async () => {
    const [good, bad] = [unique("gi"), unique("gi")];
    const { counts, faults } = await importRows([[good, "甲", "方案", "100", "2030-02-01"], [bad, "乙", "方案", "", ""]],
        ["code", "name", "stage_id", "amount_minor", "expected_close_on"]);
    assert.deepEqual(counts, [1, 0, 0, 1]);
    assert.equal((await byCode(good)).stage_id, strict.at.方案);
    assert.equal(await byCode(bad), undefined);
    assert.equal(faults[0].errors[0].code, "gate_closed");
    const body = { name: "乙", pipeline_id: strict.id, stage_id: strict.at.方案 };
    const single = expectProblem(await boss.send("POST", "/opportunities", { body, headers: { "Accept-Language": "zh-CN" } }), 422, "gate_closed");
    const other = expectProblem(await boss.send("POST", "/opportunities", { body }), 422, "gate_closed");
    assert.ok([single.detail, other.detail].includes(faults[0].errors[0].message), faults[0].errors[0].message);
});

test("PIPE-2 an import that updates: the same items are asked", async () => {
    const [good, bad] = [await ready(), await deal({ amount_minor: 1, expected_close_on: "2030-01-01" })];
    const { counts, faults } = await importRows([[good.code, "方案"], [bad.code, "方案"]], ["code", "stage_id"]);
    assert.deepEqual(counts, [0, 1, 0, 1]);
    assert.equal((await boss.get(`/opportunities/${good.id}`)).stage_id, strict.at.方案);
    await unchanged(bad);
    assert.equal(faults[0].errors[0].code, "gate_closed");
});

test("PIPE-4 an imported lost deal without a reason gets the one that says so; one that is lost later needs its own", async () => {
    const code = unique("gi");
    const history = await importRows([[code, "甲", "输", "2023-05-06"]], ["code", "name", "stage_id", "closed_on"]);
    assert.deepEqual(history.counts, [1, 0, 0, 0], JSON.stringify(history.faults));
    const made = await byCode(code);
    const { items: reasons } = await boss.get("/close-reasons");
    assert.equal(made.close_reason_id, reasons.find((one) => one.code === "not_recorded").id);
    assert.equal(made.lost_reason, null);
    const live = await deal();
    const later = await importRows([[live.code, "输"]], ["code", "stage_id"]);
    assert.deepEqual(later.counts, [0, 0, 0, 1]);
    await unchanged(live);
    const named = await importRows([[live.code, "输", (await lostReason()).name]], ["code", "stage_id", "close_reason_id"]);
    assert.deepEqual(named.counts, [0, 1, 0, 0], JSON.stringify(named.faults));
});

test("PIPE-4 lost needs a reason, and what the reason needs; it cannot be taken away afterwards", async () => {
    const record = await deal();
    const lose = (body) => patch(record, { stage_id: strict.at.输, ...body });
    const rival = await reason("lost", (one) => one.needs_competitor && !one.needs_note);
    const note = await reason("lost", (one) => one.needs_note && !one.needs_competitor);
    const won = await reason("won");
    const { items: reasons } = await boss.get("/close-reasons");
    const hidden = reasons.find((one) => one.code === "not_recorded");
    await refused(await lose({}), [["reason", "close_reason_id"]]);
    await refused(await lose({ close_reason_id: won.id }), [["reason", "close_reason_id"]]);
    await refused(await lose({ close_reason_id: hidden.id }), [["reason", "close_reason_id"]]);
    await refused(await lose({ close_reason_id: rival.id }), [["competitor", "competitor"]]);
    await refused(await lose({ close_reason_id: note.id }), [["note", "close_note"]]);
    await unchanged(record);
    const lost = await lose({ close_reason_id: rival.id, competitor: "甲公司" });
    assert.deepEqual([lost.status, lost.body.close_reason_id, lost.body.competitor, lost.body.status], [200, rival.id, "甲公司", "lost"]);
    await refused(await patch(lost.body, { close_reason_id: null }), [["reason", "close_reason_id"]]);
    await refused(await patch(lost.body, { competitor: null }), [["competitor", "competitor"]]);
    assert.equal((await patch(lost.body, { remark: "好" })).status, 200);
    expectProblem(await patch({ ...lost.body, version: lost.body.version + 1 }, { close_reason_id: 987654321 }), 422, "invalid", "close_reason_id");
});

test("PIPE-2 what one may not change, and whose it is not, stays as before the gates", async () => {
    const record = await deal();
    const stranger = await person({ role: "sales", department_id: (await department({ name: unique("far") })).id });
    expectProblem(await patch(record, { stage_id: strict.at.方案 }, stranger), 404, "not_found");
    expectProblem(await patch({ ...record, version: 99 }, { stage_id: strict.at.方案 }), 412, "stale_version");
    await dabiao(["doctor"]);
});

test("PIPE-2 the expected close put off counts as a slip, only of open ones and only to a later day", async () => {
    const record = await deal({ expected_close_on: "2030-01-10" });
    assert.equal(record.slip_count, 0);
    let now = (await patch(record, { expected_close_on: "2030-01-20" })).body;
    assert.equal(now.slip_count, 1);
    now = (await patch(now, { expected_close_on: "2030-01-15" })).body;
    // Taken away and set anew: the day that was expected last counts.
    now = (await patch(now, { expected_close_on: null })).body;
    now = (await patch(now, { expected_close_on: "2030-01-15" })).body;
    assert.equal(now.slip_count, 1, "the same day again");
    now = (await patch(now, { expected_close_on: null, remark: "以后再说" })).body;
    now = (await patch(now, { amount_minor: 7_00 })).body;
    now = (await patch(now, { expected_close_on: "2030-03-01" })).body;
    assert.equal(now.slip_count, 2);
    now = (await patch(now, { expected_close_on: "2030-03-02", remark: "再等" })).body;
    assert.equal(now.slip_count, 3);
    // The first day that is ever expected puts nothing off.
    const later = await deal();
    assert.equal((await patch(later, { expected_close_on: "2030-05-01" })).body.slip_count, 0);
    expectProblem(await patch(now, { slip_count: 0 }), 422, "invalid", "slip_count");
});
