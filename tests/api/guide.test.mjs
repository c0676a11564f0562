// The guide of one opportunity: what is to do, done and missing, its files, and the tasks one click makes; tasks themselves,
// and what an opportunity shows of them (PIPE-1, PIPE-2).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { change, lostReason, makePipeline, reload, stage } from "./pipeline-samples.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

let boss;
let rep;
let stranger;
let customer;
let pipeline;
let items;

before(async () => {
    boss = await admin();
    rep = await person({ role: "sales", department_id: (await department({ name: unique("guide") })).id });
    stranger = await person({ role: "sales", department_id: (await department({ name: unique("far") })).id });
    customer = await boss.post("/customers", { name: unique("客户"), owner_id: rep.user.id });
    pipeline = await makePipeline([
        stage("接洽", "open", { usual_days: 3, longest_days: 9, guide: [{ kind: "ask", title: "预算", body: "多少\n何时", is_mandatory: true }, { kind: "script", title: "话术" }],
            plan: [{ name: "回访", kind: "call", days_after: 1 }, { name: "拜访", kind: "visit", days_after: 5 }] }),
        stage("方案", "open", { required_fields: ["expected_close_on"], guide: [{ kind: "deliver", title: "方案书", is_mandatory: true, needs_file: true }] }),
        stage("赢", "won"), stage("输", "lost")]);
    items = Object.fromEntries(pipeline.stages.flatMap((one) => one.guide).map((item) => [item.title, item.id]));
});

const deal = (more = {}) => boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, owner_id: rep.user.id, pipeline_id: pipeline.id, ...more });
const guide = async (record, client = rep) => client.get(`/opportunities/${record.id}/guide`);
const mark = (record, title, body, client = rep) => client.send("PUT", `/opportunities/${record.id}/guide/${items[title]}`, { body });
const missing = (shown, name) => shown.stages.find((one) => one.name === name).missing.map((gate) => gate.code).sort();
const day = (instant) => instant.slice(0, 10);

test("PIPE-1 the guide shows stages, items, plan, and what each gate would say today", async () => {
    const record = await deal();
    const shown = await guide(record);
    assert.deepEqual([shown.pipeline_id, shown.stage_id, shown.stages.map((one) => one.name)], [pipeline.id, pipeline.at.接洽, ["接洽", "方案", "赢", "输"]]);
    const [first, second] = shown.stages;
    assert.deepEqual([first.is_current, first.is_past, first.days, first.usual_days, first.longest_days, first.missing], [true, false, 0, 3, 9, []]);
    assert.equal(day(first.entered_at), day(record.created_at));
    assert.deepEqual(first.items[0], { id: items.预算, kind: "ask", title: "预算", body: "多少\n何时", is_mandatory: true, needs_file: false,
        done_at: null, done_by_name: null, note: null, files: [] });
    assert.deepEqual(first.plan.map((line) => [line.name, line.kind, line.days_after]), [["回访", "call", 1], ["拜访", "visit", 5]]);
    assert.deepEqual([second.is_past, second.is_current, second.entered_at, second.days], [false, false, null, null]);
    assert.deepEqual(missing(shown, "方案"), ["guide_item", "required_field"]);
    assert.deepEqual(missing(shown, "赢"), ["guide_item", "guide_item", "required_field"]);
    assert.deepEqual(missing(shown, "输"), ["reason"]);
    // What the guide says is what the gate says.
    const refused = await rep.send("PATCH", `/opportunities/${record.id}`, { body: { stage_id: pipeline.at.赢 }, headers: { "If-Match": "1" } });
    assert.deepEqual(expectProblem(refused, 422, "gate_closed").gates, shown.stages.find((one) => one.name === "赢").missing);
});

test("PIPE-1 an item is ticked, noted, taken back; who did it and when is kept", async () => {
    const record = await deal();
    const done = (await mark(record, "预算", { done: true, note: "约五十万" })).body;
    assert.deepEqual([done.done_by_name, done.note], [rep.user.name, "约五十万"]);
    const noted = (await mark(record, "预算", { done: true, note: "六十万" }, boss)).body;
    assert.deepEqual([noted.done_at, noted.done_by_name, noted.note], [done.done_at, rep.user.name, "六十万"]);
    assert.deepEqual(missing(await guide(record), "方案"), ["required_field"]);
    const open = (await mark(record, "预算", { done: false })).body;
    assert.deepEqual([open.done_at, open.done_by_name, open.note], [null, null, "六十万"]);
    assert.deepEqual(missing(await guide(record), "方案"), ["guide_item", "required_field"]);
    assert.equal((await boss.get(`/opportunities/${record.id}`)).version, record.version, "nobody who edits it is disturbed");
    const rows = await sql(`SELECT action, changes FROM audit_entry WHERE object = 'opportunity' AND record_id = ${record.id} AND action = 'guide' ORDER BY id`);
    assert.deepEqual(rows.map(([, changes]) => JSON.parse(changes)), [{ guide: [null, "预算"] }, { guide: ["预算", null] }]);
});

test("PIPE-1 what cannot be ticked, is not there, or is not one's own, is refused", async () => {
    const record = await deal();
    const other = await makePipeline([stage("甲", "open", { guide: [{ kind: "ask", title: "别的" }] }), stage("赢", "won"), stage("输", "lost")]);
    expectProblem(await mark(record, "话术", { done: true }), 422, "invalid", "done");
    expectProblem(await mark(record, "预算", {}), 422, "invalid", "done");
    expectProblem(await mark(record, "预算", { done: "yes" }), 422, "invalid", "done");
    expectProblem(await rep.send("PUT", `/opportunities/${record.id}/guide/${other.stages[0].guide[0].id}`, { body: { done: true } }), 404, "not_found");
    expectProblem(await mark(record, "预算", { done: true }, stranger), 404, "not_found");
    expectProblem(await stranger.send("GET", `/opportunities/${record.id}/guide`), 404, "not_found");
    expectProblem(await send("GET", `/opportunities/${record.id}/guide`), 401, "not_signed_in");
    const reader = await personWith(await role("all", { permissions: ["opportunity.view"] }));
    expectProblem(await mark(record, "预算", { done: true }, reader), 403, "forbidden");
    assert.equal((await guide(record, reader)).stages.length, 4);
    expectProblem(await reader.send("POST", `/opportunities/${record.id}/plan`, { body: {} }), 403, "forbidden");
    expectProblem(await rep.send("POST", `/opportunities/${record.id}/plan`, { body: { stage_id: other.at.甲 } }), 422, "invalid", "stage_id");
});

test("PIPE-1 files show that an item is done; they are the opportunity's own", async () => {
    const record = await deal();
    const path = (more) => `/attachments?${new URLSearchParams({ object: "opportunity", record_id: record.id, name: "证.txt", ...more })}`;
    const file = await rep.upload(path({ guide_item_id: items.方案书 }), Buffer.from("内容"));
    const plain = await rep.upload(path({}), Buffer.from("别的"));
    assert.deepEqual([file.guide_item_id, plain.guide_item_id], [items.方案书, null]);
    const shown = (await guide(record)).stages[1].items[0];
    assert.deepEqual([shown.files, shown.done_at], [[{ id: file.id, name: "证.txt" }], null]);
    assert.equal((await rep.get("/attachments", { object: "opportunity", record_id: record.id })).items.length, 2);
    const wrong = await rep.send("POST", path({ guide_item_id: 987654321 }), { raw: Buffer.from("x"), headers: { "Content-Type": "application/octet-stream" } });
    expectProblem(wrong, 422, "invalid", "guide_item_id");
    const foreign = await rep.send("POST", `/attachments?${new URLSearchParams({ object: "customer", record_id: customer.id, guide_item_id: items.方案书 })}`,
        { raw: Buffer.from("x"), headers: { "Content-Type": "application/octet-stream" } });
    expectProblem(foreign, 422, "invalid", "guide_item_id");
    expectProblem(await stranger.send("GET", path({})), 404, "not_found");
    expectProblem(await stranger.send("POST", path({}), { raw: Buffer.from("x"), headers: { "Content-Type": "application/octet-stream" } }), 404, "not_found");
    await rep.delete(`/attachments/${file.id}`);
    assert.deepEqual((await guide(record)).stages[1].items[0].files, []);
});

test("PIPE-1 one click makes the stage's tasks on working days; a second one makes none twice", async () => {
    const record = await deal();
    const { created, tasks } = await rep.post(`/opportunities/${record.id}/plan`, {});
    assert.deepEqual([created, tasks.map((task) => [task.name, task.kind, task.owner_id])], [2, [["回访", "call", rep.user.id], ["拜访", "visit", rep.user.id]]]);
    const made = await Promise.all(tasks.map((task) => rep.get(`/tasks/${task.id}`)));
    assert.deepEqual(made.map((task) => [task.status, task.customer_id, task.opportunity_id, task.guide_plan_id]),
        pipeline.stages[0].plan.map((line) => ["open", customer.id, record.id, line.id]));
    for (const task of made) {
        const [[worked]] = await sql(`SELECT COALESCE((SELECT is_workday FROM workday WHERE day = '${task.due_on}'), WEEKDAY('${task.due_on}') < 5)`);
        assert.equal(String(worked), "1", task.due_on);
    }
    assert.deepEqual(await rep.post(`/opportunities/${record.id}/plan`, {}), { created: 0, tasks: [] });
    // A cancelled one may be made again, a done one not while the opportunity stays here.
    await rep.patch(`/tasks/${made[0].id}`, { status: "cancelled" }, made[0].version);
    await rep.patch(`/tasks/${made[1].id}`, { status: "done" }, made[1].version);
    const again = await rep.post(`/opportunities/${record.id}/plan`, { stage_id: pipeline.at.接洽 });
    assert.deepEqual(again.tasks.map((task) => task.name), ["回访"]);
    // Two clicks at once.
    const other = await deal();
    const both = await Promise.all([1, 2, 3].map(() => rep.send("POST", `/opportunities/${other.id}/plan`, { body: {} })));
    assert.deepEqual(both.map((answer) => answer.status), [200, 200, 200]);
    assert.equal(both.reduce((sum, answer) => sum + answer.body.created, 0), 2);
});

test("PIPE-1 the plan of another's opportunity goes to its owner", async () => {
    const record = await deal();
    const { tasks } = await boss.post(`/opportunities/${record.id}/plan`, {});
    assert.deepEqual(tasks.map((task) => task.owner_id), [rep.user.id, rep.user.id]);
});

test("an opportunity shows its earliest open task and its last sign of life; its version stays", async () => {
    const record = await deal();
    const now = () => boss.get(`/opportunities/${record.id}`);
    const shows = async () => { const one = await now(); return [one.next_step, one.next_step_on, one.version]; };
    assert.deepEqual(await shows(), [null, null, 1]);
    assert.equal((await now()).last_activity_at, (await now()).stage_entered_at);
    const body = { customer_id: customer.id, opportunity_id: record.id };
    const late = await rep.post("/tasks", { name: "晚", due_on: "2031-05-05", ...body });
    const early = await rep.post("/tasks", { name: "早", due_on: "2031-05-01", ...body });
    assert.deepEqual(await shows(), ["早", "2031-05-01", 1]);
    const done = await rep.patch(`/tasks/${early.id}`, { status: "done" }, early.version);
    assert.ok(done.done_at);
    assert.deepEqual(await shows(), ["晚", "2031-05-05", 1]);
    assert.equal((await now()).last_activity_at, done.done_at);
    const open = await rep.patch(`/tasks/${early.id}`, { status: "open", due_on: "2031-06-01" }, done.version);
    assert.equal(open.done_at, null);
    assert.equal((await now()).last_activity_at, record.last_activity_at);
    await rep.delete(`/tasks/${late.id}`, late.version);
    assert.deepEqual(await shows(), ["早", "2031-06-01", 1]);
    await boss.post(`/tasks/${late.id}/restore`);
    assert.deepEqual(await shows(), ["晚", "2031-05-05", 1]);
    // To another opportunity of the same customer.
    const second = await deal();
    const moved = await rep.get(`/tasks/${late.id}`);
    await rep.patch(`/tasks/${late.id}`, { opportunity_id: second.id }, moved.version);
    assert.deepEqual(await shows(), ["早", "2031-06-01", 1]);
    assert.equal((await boss.get(`/opportunities/${second.id}`)).next_step, "晚");
    const call = await rep.post("/follow-ups", { ...body, content: "谈过" });
    assert.equal((await now()).last_activity_at, call.followed_at);
    await rep.delete(`/follow-ups/${call.id}`, call.version);
    assert.equal((await now()).last_activity_at, record.last_activity_at);
    assert.deepEqual((await rep.list("/opportunities", { sort: "next_step_on", filter: { all: [{ field: "next_step_on", op: "not_null" }, { field: "pipeline_id", op: "eq", value: pipeline.id },
        { field: "id", op: "in", value: [record.id, second.id] }] } })).map((one) => one.id), [second.id, record.id]);
    await dabiao(["doctor"]);
});

test("a task belongs to the customer of its opportunity", async () => {
    const record = await deal();
    const other = await boss.post("/customers", { name: unique("别家"), owner_id: rep.user.id });
    const taken = await rep.post("/tasks", { name: "x", due_on: "2031-01-01", opportunity_id: record.id });
    assert.equal(taken.customer_id, customer.id);
    expectProblem(await rep.send("POST", "/tasks", { body: { name: "x", due_on: "2031-01-01", opportunity_id: record.id, customer_id: other.id } }), 422, "invalid", "opportunity_id");
    expectProblem(await rep.send("PATCH", `/tasks/${taken.id}`, { body: { customer_id: other.id }, headers: { "If-Match": String(taken.version) } }), 422, "invalid", "opportunity_id");
    expectProblem(await rep.send("POST", "/tasks", { body: { name: "x" } }), 422, "invalid", "due_on");
    expectProblem(await rep.send("POST", "/tasks", { body: { name: "x", due_on: "2031-01-01", guide_plan_id: 1 } }), 422, "invalid", "guide_plan_id");
    const alone = await rep.post("/tasks", { name: "写周报", due_on: "2031-01-01" });
    assert.deepEqual([alone.customer_id, alone.kind, alone.status], [null, "other", "open"]);
    expectProblem(await stranger.send("GET", `/tasks/${taken.id}`), 404, "not_found");
});

test("open tasks go along with their customer when that is chosen; a colleague's stays", async () => {
    const heir = await person({ role: "sales", department_id: rep.user.department_id });
    const mine = await boss.post("/customers", { name: unique("客户"), owner_id: rep.user.id });
    const task = (more) => boss.post("/tasks", { name: unique("待办"), due_on: "2031-01-01", customer_id: mine.id, owner_id: rep.user.id, ...more });
    const [open, done, others] = [await task(), await task({ status: "done" }), await task({ owner_id: boss.user.id })];
    await boss.post(`/customers/${mine.id}/transfer`, { owner_id: heir.user.id, choices: ["tasks"] });
    const owners = await Promise.all([open, done, others].map(async (one) => (await boss.get(`/tasks/${one.id}`)).owner_id));
    assert.deepEqual(owners, [heir.user.id, rep.user.id, boss.user.id]);
    const now = await boss.get(`/customers/${mine.id}`);
    await boss.delete(`/customers/${mine.id}`, now.version);
    assert.ok((await boss.get(`/tasks/${open.id}`)).deleted_at, "in the bin with the customer");
    await boss.post(`/customers/${mine.id}/restore`);
    assert.equal((await boss.get(`/tasks/${open.id}`)).deleted_at, null);
});

test("a contract names an opportunity of its own customer", async () => {
    const record = await deal();
    const other = await boss.post("/customers", { name: unique("别家"), owner_id: rep.user.id });
    expectProblem(await boss.send("POST", "/contracts", { body: { customer_id: other.id, opportunity_id: record.id, amount_minor: 1 } }), 422, "invalid", "opportunity_id");
    const made = await boss.post("/contracts", { opportunity_id: record.id, amount_minor: 1 });
    assert.equal(made.customer_id, customer.id);
    expectProblem(await boss.send("PATCH", `/contracts/${made.id}`, { body: { customer_id: other.id }, headers: { "If-Match": String(made.version) } }), 422, "invalid", "opportunity_id");
    assert.equal((await boss.patch(`/contracts/${made.id}`, { remark: "x" }, made.version)).remark, "x");
});

test("PIPE-3 stages passed, days in them, and what was lost, are read from the history", async () => {
    const record = await deal({ expected_close_on: "2031-01-01" });
    await mark(record, "预算", { done: true });
    const moved = await rep.patch(`/opportunities/${record.id}`, { stage_id: pipeline.at.方案 }, record.version);
    await sql(`UPDATE stage_event SET seconds_in_stage = 5 * 86400 + 10 WHERE opportunity_id = ${record.id} AND from_stage_id = ${pipeline.at.接洽}`);
    let shown = await guide(record);
    assert.deepEqual(shown.stages.map((one) => [one.is_past, one.is_current, one.days]).slice(0, 2), [[true, false, 5], [false, true, 0]]);
    await rep.patch(`/opportunities/${record.id}`, { stage_id: pipeline.at.输, close_reason_id: (await lostReason()).id }, moved.version);
    shown = await guide(record);
    assert.deepEqual(shown.stages.map((one) => [one.is_past, one.is_current]), [[true, false], [true, false], [false, false], [false, true]]);
});

test("PIPE-6 marks of removed items stay readable in the database, and block nothing", async () => {
    const mine = await makePipeline([stage("甲", "open", { guide: [{ kind: "ask", title: "旧", is_mandatory: true }] }), stage("乙"), stage("赢", "won"), stage("输", "lost")]);
    const record = await deal({ pipeline_id: mine.id });
    const item = mine.stages[0].guide[0].id;
    await rep.put(`/opportunities/${record.id}/guide/${item}`, { done: true });
    const stages = mine.stages.map((one) => ({ ...one, guide: [] }));
    assert.equal((await change(mine, { stages })).status, 200);
    assert.deepEqual((await reload(mine)).stages[0].guide, []);
    const [[kept]] = await sql(`SELECT COUNT(*) FROM guide_mark WHERE opportunity_id = ${record.id} AND item_id = ${item} AND done_at IS NOT NULL`);
    assert.equal(String(kept), "1");
    assert.equal((await boss.send("PATCH", `/opportunities/${record.id}`, { body: { stage_id: mine.at.乙 }, headers: { "If-Match": "1" } })).status, 200);
    expectProblem(await rep.send("PUT", `/opportunities/${record.id}/guide/${item}`, { body: { done: true } }), 404, "not_found");
});
