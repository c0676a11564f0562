// Pipelines as people set them up (PIPE-1), what a change of stages does to opportunities (PIPE-6), departments, and the
// reasons of closing (PIPE-4).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, roleId, send, sql, stack, unique } from "./lib.mjs";
import { change, makePipeline, reload, stage } from "./pipeline-samples.mjs";

await stack();

let boss;
let rep;
let customer;

before(async () => {
    boss = await admin();
    rep = await person({ role: "sales", department_id: (await department({ name: unique("pipe") })).id });
    customer = await boss.post("/customers", { name: unique("客户"), owner_id: rep.user.id });
});

const deal = (pipeline, name, more = {}) => boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, owner_id: rep.user.id,
    pipeline_id: pipeline.id, stage_id: pipeline.at[name], amount_minor: 1_000_00, ...more });

const GUIDE = [{ kind: "ask", title: "预算多少", body: "先问年度预算。\n再问采购流程。", is_mandatory: true, needs_file: false },
    { kind: "deliver", title: "方案书", body: null, is_mandatory: true, needs_file: true },
    { kind: "script", title: "开场白", body: "您好", is_mandatory: false, needs_file: false }];
const PLAN = [{ name: "电话回访", kind: "call", days_after: 2 }, { name: "上门", kind: "visit", days_after: 5 }];

test("PIPE-1 a pipeline keeps all that is set up, and reads back the same", async () => {
    const managers = await roleId("manager");
    const place = await department({ name: unique("部") });
    const made = await makePipeline([
        stage("甲", "open", { usual_days: 7, longest_days: 20, required_fields: ["expected_close_on"], forecast_category: "best_case", guide: GUIDE, plan: PLAN }),
        stage("乙", "open", { enter_role_ids: [managers], leave_role_ids: [managers] }), stage("赢", "won"), stage("输", "lost")],
    { department_ids: [place.id], allow_skip: false, allow_back: false });
    assert.deepEqual([made.department_ids, made.allow_skip, made.allow_back, made.is_default], [[place.id], false, false, false]);
    const [first, second, won] = made.stages;
    assert.deepEqual([first.usual_days, first.longest_days, first.required_fields, first.forecast_category], [7, 20, ["expected_close_on"], "best_case"]);
    assert.deepEqual(first.guide.map(({ id, ...rest }) => rest), GUIDE);
    assert.deepEqual(first.plan.map(({ id, ...rest }) => rest), PLAN);
    assert.deepEqual([second.enter_role_ids, second.leave_role_ids, second.usual_days, second.guide], [[managers], [managers], null, []]);
    assert.deepEqual([won.enter_role_ids, won.required_fields], [[], []]);
    // The answer is the body of a change, and changes nothing.
    const { version, id: _id, is_default: _default, is_own: _own, at: _at, ...body } = made;
    const answer = await boss.send("PUT", `/pipelines/${made.id}`, { body, headers: { "If-Match": String(version) } });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const again = await reload(made);
    assert.deepEqual({ ...again, version }, made);
});

test("PIPE-1 what a change leaves out of a stage stays, what it names is replaced; removed items keep their rows", async () => {
    const made = await makePipeline([stage("甲", "open", { guide: GUIDE, plan: PLAN, usual_days: 3 }), stage("赢", "won"), stage("输", "lost")]);
    const bare = made.stages.map(({ id, name, kind, win_probability_ppm }) => ({ id, name, kind, win_probability_ppm }));
    assert.equal((await change(made, { stages: bare })).status, 200);
    let now = await reload(made);
    assert.deepEqual(now.stages, made.stages);
    const [ask, file, script] = made.stages[0].guide;
    const renamed = { ...file, title: "报价单" };
    const stages = [{ ...bare[0], guide: [script, renamed], usual_days: null }, ...bare.slice(1)];
    assert.equal((await change(now, { stages })).status, 200);
    now = await reload(made);
    assert.deepEqual(now.stages[0].guide, [script, renamed]);
    assert.deepEqual([now.stages[0].plan, now.stages[0].usual_days], [made.stages[0].plan, null]);
    const [[kept]] = await sql(`SELECT deleted_at IS NOT NULL FROM guide_item WHERE id = ${ask.id}`);
    assert.equal(String(kept), "1");
});

test("PIPE-1 each fault of a pipeline is named", async () => {
    const good = [stage("甲"), stage("赢", "won"), stage("输", "lost")];
    const wrong = [
        [{ stages: [stage("甲"), stage("赢", "won")] }, "stages"],
        [{ stages: [stage("甲", "open", { required_fields: ["nonsense"] }), ...good.slice(1)] }, "stages.0.required_fields"],
        [{ stages: [stage("甲", "open", { required_fields: ["status"] }), ...good.slice(1)] }, "stages.0.required_fields"],
        [{ stages: [stage("甲", "open", { enter_role_ids: [987654321] }), ...good.slice(1)] }, "stages.0.enter_role_ids"],
        [{ stages: [stage("甲", "open", { usual_days: 9, longest_days: 3 }), ...good.slice(1)] }, "stages.0.longest_days"],
        [{ stages: [stage("甲", "open", { usual_days: 0 }), ...good.slice(1)] }, "stages.0.usual_days"],
        [{ stages: [stage("甲", "open", { guide: [{ kind: "script", title: "x", is_mandatory: true }] }), ...good.slice(1)] }, "stages.0.guide.0.is_mandatory"],
        [{ stages: [stage("甲", "open", { guide: [{ kind: "sing", title: "x" }] }), ...good.slice(1)] }, "stages.0.guide.0.kind"],
        [{ stages: [stage("甲", "open", { plan: [{ kind: "call" }] }), ...good.slice(1)] }, "stages.0.plan.0.name"],
        [{ stages: [stage("甲", "open", { id: 987654321 }), ...good.slice(1)] }, "stages.0.id"],
        [{ department_ids: [987654321] }, "department_ids"],
        [{ allow_skip: "yes" }, "allow_skip"],
    ];
    for (const [more, field] of wrong) {
        expectProblem(await boss.send("POST", "/pipelines", { body: { name: unique("p"), stages: good, ...more } }), 422, "invalid", field);
    }
    const other = await makePipeline(good);
    const mine = await makePipeline([stage("甲", "open", { guide: GUIDE }), ...good.slice(1)]);
    const foreign = { ...other.stages[0], guide: mine.stages[0].guide };
    expectProblem(await change(other, { stages: [foreign, ...other.stages.slice(1)] }), 422, "invalid", "stages.0.guide.0.id");
    expectProblem(await change(other, { stages: [other.stages[0], other.stages[0], ...other.stages.slice(1)] }), 422, "invalid", "stages.1.id");
    expectProblem(await change({ ...other, version: 99 }, {}), 412, "stale_version");
    expectProblem(await change({ ...other, id: 987654321 }, {}), 404, "not_found");
    expectProblem(await change(other, {}, rep), 403, "forbidden");
    expectProblem(await send("PUT", `/pipelines/${other.id}`, { body: {} }), 401, "not_signed_in");
    assert.deepEqual(await reload(other), other, "nothing was half-written");
});

test("PIPE-6 a used stage goes only with a move; its opportunities get an event, its history stays readable", async () => {
    const made = await makePipeline([stage("甲"), stage("乙"), stage("丙"), stage("赢", "won"), stage("输", "lost")]);
    const [one, two] = [await deal(made, "乙"), await deal(made, "乙", { win_probability_ppm: 770_000 })];
    const binned = await deal(made, "乙");
    await boss.delete(`/opportunities/${binned.id}`, binned.version);
    const stages = made.stages.filter((item) => item.name !== "乙");
    const refused = expectProblem(await change(made, { stages }), 409, "in_use");
    assert.deepEqual([refused.stage_id, refused.count], [made.at.乙, 3]);
    for (const [to, code] of [[made.at.赢, 422], [made.at.乙, 422], [987654321, 422]]) {
        const answer = await change(made, { stages, moves: [{ from_stage_id: made.at.乙, to_stage_id: to }] });
        expectProblem(answer, code, "invalid", "moves.0.to_stage_id");
    }
    assert.equal((await boss.get(`/opportunities/${one.id}`)).stage_id, made.at.乙);
    const answer = await change(made, { stages, moves: [{ from_stage_id: made.at.乙, to_stage_id: made.at.丙 }] });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    for (const before of [one, two]) {
        const now = await boss.get(`/opportunities/${before.id}`);
        assert.deepEqual([now.stage_id, now.stage_name, now.status, now.version], [made.at.丙, "丙", "open", before.version + 1]);
        assert.deepEqual(now.stage_history.map((move) => [move.from_stage, move.to_stage, move.cause]), [["乙", "丙", "mapping"], [null, "乙", "change"]]);
        assert.equal(now.furthest_stage_id, made.at.丙);
    }
    assert.equal((await boss.get(`/opportunities/${two.id}`)).win_probability_ppm, 770_000, "set by hand");
    const back = await boss.post(`/opportunities/${binned.id}/restore`);
    assert.equal(back.stage_id, made.at.丙);
    assert.equal((await reload(made)).stages.length, 4);
    await dabiao(["doctor"]);
});

test("PIPE-6 whoever moves a deal into a stage while it is removed ends in one that stays, or is refused", async () => {
    const made = await makePipeline([stage("甲"), stage("乙"), stage("丙"), stage("赢", "won"), stage("输", "lost")]);
    const deals = [];
    for (let i = 0; i < 12; i += 1) {
        deals.push(await deal(made, i % 2 === 0 ? "甲" : "乙"));
    }
    const moves = [{ from_stage_id: made.at.乙, to_stage_id: made.at.丙 }];
    const answers = await Promise.all([...deals.filter((_, i) => i % 2 === 0).map((one) => boss.send("PATCH", `/opportunities/${one.id}`,
        { body: { stage_id: made.at.乙 }, headers: { "If-Match": "1" } })), change(made, { stages: made.stages.filter((one) => one.name !== "乙"), moves })]);
    assert.equal(answers.at(-1).status, 200, JSON.stringify(answers.at(-1).body));
    for (const answer of answers.slice(0, -1)) {
        assert.ok([200, 422].includes(answer.status), JSON.stringify(answer.body));
    }
    const [[lost]] = await sql(`SELECT COUNT(*) FROM opportunity o JOIN stage s ON s.id = o.stage_id WHERE o.pipeline_id = ${made.id} AND s.deleted_at IS NOT NULL`);
    assert.equal(String(lost), "0");
    await dabiao(["doctor"]);
});

test("PIPE-6 the kind of a used stage stays; an unused one goes as it likes", async () => {
    const made = await makePipeline([stage("甲"), stage("乙"), stage("赢", "won"), stage("输", "lost")]);
    await deal(made, "甲");
    const turned = made.stages.map((item) => (item.name === "甲" ? { ...item, kind: "won" } : item));
    expectProblem(await change(made, { stages: turned }), 422, "invalid", "stages.0.kind");
    assert.equal((await change(made, { stages: made.stages.filter((item) => item.name !== "乙") })).status, 200);
});

test("PIPE-6 another order of stages: the furthest stage is found again", async () => {
    const made = await makePipeline([stage("甲"), stage("乙"), stage("赢", "won"), stage("输", "lost")]);
    const one = await deal(made, "甲");
    const moved = await boss.patch(`/opportunities/${one.id}`, { stage_id: made.at.乙 }, one.version);
    assert.equal(moved.furthest_stage_id, made.at.乙);
    const [first, second, ...rest] = made.stages;
    assert.equal((await change(made, { stages: [second, first, ...rest] })).status, 200);
    assert.equal((await boss.get(`/opportunities/${one.id}`)).furthest_stage_id, made.at.甲);
});

test("PIPE-1 pipelines for departments: where new opportunities begin, and what is refused", async () => {
    const upper = await department({ name: unique("上") });
    const lower = await department({ name: unique("下"), parent_id: upper.id });
    const other = await department({ name: unique("旁") });
    const seller = await person({ role: "sales", department_id: lower.id });
    const stranger = await person({ role: "sales", department_id: other.id });
    const stages = [stage("甲"), stage("赢", "won"), stage("输", "lost")];
    const wide = await makePipeline(stages, { department_ids: [upper.id] });
    const mine = async (client) => client.post("/opportunities", { name: unique("商机"), customer_id: (await client.post("/customers", { name: unique("客户") })).id });
    assert.equal((await mine(seller)).pipeline_id, wide.id);
    const near = await makePipeline(stages, { department_ids: [lower.id] });
    assert.equal((await mine(seller)).pipeline_id, near.id, "the nearest above");
    const ordinary = (await boss.get("/pipelines")).items.find((item) => item.is_default);
    assert.equal((await mine(stranger)).pipeline_id, ordinary.id);
    // The board opens with it.
    const shown = async (client) => [(await client.get("/pipelines")).items.filter((item) => item.is_own).map((item) => item.id), (await client.get("/opportunities/board")).pipeline_id];
    assert.deepEqual(await shown(seller), [[near.id], near.id]);
    assert.deepEqual(await shown(stranger), [[ordinary.id], ordinary.id]);
    const body = { name: unique("商机"), pipeline_id: near.id };
    const refused = expectProblem(await stranger.send("POST", "/opportunities", { body }), 422, "gate_closed");
    assert.deepEqual(refused.gates.map((gate) => [gate.code, gate.field]), [["pipeline_department", "pipeline_id"]]);
    assert.equal((await seller.post("/opportunities", { ...body, pipeline_id: wide.id })).pipeline_id, wide.id);
    // A removed pipeline is nobody's.
    const wanted = await makePipeline(stages, { department_ids: [other.id] });
    await boss.delete(`/pipelines/${wanted.id}`);
    assert.equal((await mine(stranger)).pipeline_id, ordinary.id);
});

test("PIPE-1 another pipeline becomes the default one; the default one is everybody's", async () => {
    const stages = [stage("甲"), stage("赢", "won"), stage("输", "lost")];
    const before = (await boss.get("/pipelines")).items.find((item) => item.is_default);
    const begins = async () => (await boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id })).pipeline_id;
    const next = await makePipeline(stages);
    const bound = await makePipeline(stages, { department_ids: [(await department({ name: unique("部") })).id] });
    expectProblem(await change(bound, { is_default: true, department_ids: bound.department_ids }), 422, "invalid", "department_ids");
    expectProblem(await change(await reload(before), { is_default: false }), 422, "invalid", "is_default");
    expectProblem(await boss.send("PUT", `/pipelines/${next.id}`, { body: { name: next.name, stages: next.stages, is_default: true },
        headers: { "If-Match": String(next.version + 1) } }), 412, "stale_version");
    assert.equal((await change(next, { is_default: true })).status, 200);
    assert.deepEqual((await boss.get("/pipelines")).items.filter((item) => item.is_default).map((item) => item.id), [next.id]);
    assert.equal(await begins(), next.id);
    expectProblem(await boss.send("DELETE", `/pipelines/${next.id}`), 404, "not_found");
    // Two at once: one of them is.
    const [one, two] = [await makePipeline(stages), await makePipeline(stages)];
    const answers = await Promise.all([one, two].map((each) => change(each, { is_default: true })));
    assert.ok(answers.some((answer) => answer.status === 200), JSON.stringify(answers));
    assert.equal((await boss.get("/pipelines")).items.filter((item) => item.is_default).length, 1);
    // A new one may be made the default at once.
    const born = await makePipeline(stages, { is_default: true });
    assert.equal(await begins(), born.id);
    assert.equal((await change(await reload(before), { is_default: true })).status, 200);
    assert.equal(await begins(), before.id);
});

test("PIPE-6 nothing begins in a removed pipeline, whoever creates while it goes", async () => {
    const stages = [stage("甲"), stage("赢", "won"), stage("输", "lost")];
    const create = (pipeline) => rep.send("POST", "/opportunities", { body: { name: unique("商机"), customer_id: customer.id, stage_id: pipeline.at.甲 } });
    const gone = await makePipeline(stages);
    await boss.delete(`/pipelines/${gone.id}`);
    expectProblem(await create(gone), 422, "invalid", "stage_id");
    for (let round = 0; round < 5; round++) {
        const pipeline = await makePipeline(stages);
        const [removed, ...created] = await Promise.all([boss.send("DELETE", `/pipelines/${pipeline.id}`), ...Array.from({ length: 6 }, () => create(pipeline))]);
        const made = created.filter((answer) => answer.status === 201).length;
        assert.equal(removed.status, made > 0 ? 409 : 204, JSON.stringify([removed.body, created.map((answer) => answer.status)]));
        assert.equal((await boss.get("/pipelines")).items.some((item) => item.id === pipeline.id), made > 0);
    }
});

test("PIPE-4 reasons of closing are kept in order, changed and removed; deals keep their names", async () => {
    const added = await boss.post("/close-reasons", { kind: "lost", name: unique("原因"), needs_note: true, sort_order: 1 });
    assert.deepEqual([added.code, added.needs_competitor, added.needs_note, added.is_active], [null, false, true, true]);
    const changed = await boss.put(`/close-reasons/${added.id}`, { kind: "lost", name: unique("改名"), needs_note: false });
    assert.deepEqual([changed.needs_note, changed.is_active], [false, true]);
    expectProblem(await boss.send("PUT", `/close-reasons/${added.id}`, { body: { kind: "won", name: "x" } }), 422, "invalid", "kind");
    expectProblem(await boss.send("POST", "/close-reasons", { body: { kind: "draw", name: "x" } }), 422, "invalid", "kind");
    expectProblem(await boss.send("PUT", "/close-reasons/987654321", { body: { kind: "won", name: "x" } }), 404, "not_found");
    expectProblem(await boss.send("DELETE", "/close-reasons/987654321"), 404, "not_found");
    expectProblem(await rep.send("POST", "/close-reasons", { body: { kind: "won", name: "x" } }), 403, "forbidden");
    const ordinary = (await boss.get("/pipelines")).items.find((item) => item.is_default);
    const lost = await boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, pipeline_id: ordinary.id,
        stage_id: ordinary.stages.find((item) => item.kind === "lost").id, close_reason_id: added.id });
    assert.equal(lost.close_reason_name, changed.name);
    await boss.delete(`/close-reasons/${added.id}`);
    const { items } = await rep.get("/close-reasons");
    assert.ok(!items.some((item) => item.id === added.id));
    assert.equal((await boss.get(`/opportunities/${lost.id}`)).close_reason_name, changed.name);
    const unrecorded = items.find((item) => item.code === "not_recorded");
    expectProblem(await boss.send("DELETE", `/close-reasons/${unrecorded.id}`), 409, "in_use");
});

test("PIPE-1 a role that a stage names cannot be removed", async () => {
    const role = await boss.post("/roles", { name: unique("role"), permissions: [], scopes: [] });
    await makePipeline([stage("甲", "open", { enter_role_ids: [role.id] }), stage("赢", "won"), stage("输", "lost")]);
    assert.ok((await company()).id > 0);
    expectProblem(await boss.send("DELETE", `/roles/${role.id}`, { headers: { "If-Match": String(role.version) } }), 409, "in_use");
});
