// How opportunities pass through a pipeline (PIPE-3, PIPE-7): every number against one computed by hand, every filter against
// the rows it opens, for everybody who may look.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { lostReason, makePipeline, stage } from "./pipeline-samples.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

let boss;
let rep;
let other;
let head;
let customer;
let pipeline;
let lost;
let items;
const deals = {};
const PERIOD = { from_on: "2024-01-01", to_on: "2024-03-31" };

const deal = (more = {}, owner = rep) => boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, owner_id: owner.user.id,
    pipeline_id: pipeline.id, amount_minor: 1_000_00, ...more });
async function move(name, to, more = {}) {
    const now = await boss.get(`/opportunities/${deals[name].id}`);
    return boss.patch(`/opportunities/${now.id}`, { stage_id: pipeline.at[to], ...more }, now.version);
}

/** Writes a deal's history: [day, seconds in the stage before] for each of its moves, in order. */
async function history(name, steps) {
    const { id } = deals[name];
    const events = await sql(`SELECT id FROM stage_event WHERE opportunity_id = ${id} AND (from_stage_id IS NULL OR from_stage_id <> to_stage_id) ORDER BY id`);
    assert.equal(events.length, steps.length, name);
    for (const [index, [day, stayed]] of steps.entries()) {
        await sql(`UPDATE stage_event SET at = '${day} 04:00:00', seconds_in_stage = ${stayed === undefined ? "NULL" : stayed * 86_400} WHERE id = ${events[index][0]}`);
    }
    const last = steps.at(-1)[0];
    await sql(`UPDATE opportunity SET created_at = '${steps[0][0]} 04:00:00', stage_entered_at = '${last} 04:00:00', last_activity_at = '${last} 04:00:00' WHERE id = ${id}`);
}

before(async () => {
    boss = await admin();
    const place = await department({ name: unique("ana") });
    rep = await person({ role: "sales", department_id: place.id });
    other = await person({ role: "sales", department_id: place.id });
    head = await person({ role: "manager", department_id: place.id });
    customer = await boss.post("/customers", { name: unique("客户"), owner_id: rep.user.id });
    lost = await lostReason();
    pipeline = await makePipeline([stage("一", "open", { usual_days: 5, longest_days: 10, guide: [{ kind: "ask", title: "甲" }, { kind: "script", title: "读" }] }),
        stage("二", "open", { guide: [{ kind: "confirm", title: "乙" }] }), stage("赢", "won"), stage("输", "lost")]);
    items = Object.fromEntries(pipeline.stages.flatMap((one) => one.guide).map((item) => [item.title, item.id]));
    for (const name of "ABCDE") {
        deals[name] = await deal({ name: `${name}${unique("商机")}` }, name === "D" ? other : rep);
    }
    await boss.put(`/opportunities/${deals.A.id}/guide/${items.甲}`, { done: true });
    await move("A", "二");
    await move("A", "赢", { closed_on: "2024-02-09" });
    await move("B", "输", { closed_on: "2024-02-04", close_reason_id: lost.id });
    await move("C", "二");
    await move("C", "一", { expected_close_on: "2024-06-01" });
    await move("E", "二");
    await boss.post("/tasks", { name: "x", due_on: "2031-01-01", opportunity_id: deals.D.id, owner_id: other.user.id });
    await history("A", [["2024-01-10"], ["2024-01-20", 10], ["2024-02-09", 20]]);
    await history("B", [["2024-01-15"], ["2024-02-04", 20]]);
    await history("C", [["2024-02-01"], ["2024-02-05", 4], ["2024-02-10", 5]]);
    await history("D", [["2024-03-01"]]);
    await history("E", [["2023-12-01"], ["2024-01-05", 35]]);
    await sql(`UPDATE opportunity SET slip_count = 2 WHERE id IN (${deals.B.id}, ${deals.E.id})`);
    await dabiao(["doctor", "--repair"]);
});

const analyse = (client = boss, parameters = PERIOD, which = pipeline) => client.get(`/pipelines/${which.id}/analysis`, parameters);
const ids = (names) => [...names].map((name) => deals[name].id).sort((a, b) => a - b);
const rows = async (client, filter) => (await client.list("/opportunities", { filter })).map((record) => record.id).sort((a, b) => a - b);
const named = (answer, name) => answer.stages.find((one) => one.stage_id === pipeline.at[name]);

test("PIPE-7 cohort: those created in the period, and how far they came", async () => {
    const answer = await analyse();
    for (const [name, who, rate] of [["一", "ABCD", 1_000_000], ["二", "AC", 500_000], ["赢", "A", 250_000], ["输", "B", 250_000]]) {
        const { cohort } = named(answer, name);
        assert.deepEqual([cohort.reached, cohort.rate_ppm], [who.length, rate], name);
        assert.deepEqual(await rows(boss, cohort.filter), ids(who), name);
    }
});

test("PIPE-7 flow: moves in the period", async () => {
    const answer = await analyse();
    assert.deepEqual(answer.stages.map((one) => one.flow), [
        { entered: 5, forward: 3, lost: 1, back: 0, rate_ppm: 750_000 }, { entered: 3, forward: 1, lost: 0, back: 1, rate_ppm: 500_000 },
        { entered: 1, forward: 0, lost: 0, back: 0, rate_ppm: null }, { entered: 1, forward: 0, lost: 0, back: 0, rate_ppm: null }]);
    assert.equal(answer.bottleneck_stage_id, null, "four moves out of a stage say nothing yet");
    const january = await analyse(boss, { from_on: "2024-01-01", to_on: "2024-01-31" });
    assert.deepEqual(named(january, "一").flow, { entered: 2, forward: 2, lost: 0, back: 0, rate_ppm: 1_000_000 });
});

test("PIPE-3 days in the stages of those that left them in the period", async () => {
    const answer = await analyse();
    assert.deepEqual(answer.stages.map((one) => one.days), [{ median: 15, mean: 17, p90: 35, count: 4 }, { median: 13, mean: 13, p90: 20, count: 2 }, null, null]);
});

test("PIPE-7 the moves behind each figure, and the closed deals behind each step of the guide", async () => {
    const behind = async (parameters, client = boss) => client.get(`/pipelines/${pipeline.id}/analysis-rows`, { ...PERIOD, ...parameters });
    const answer = await analyse();
    for (const one of answer.stages) {
        for (const figure of ["entered", "forward", "lost", "back"]) {
            const { items: found, more } = await behind({ figure, stage_id: one.stage_id });
            assert.deepEqual([found.length, more], [one.flow[figure], false], `${figure} ${one.stage_id}`);
            assert.ok(found.every((row) => (figure === "entered" ? row.to_stage_id : row.from_stage_id) === one.stage_id));
            assert.deepEqual(found.map((row) => row.at), found.map((row) => row.at).toSorted().toReversed());
        }
        assert.equal((await behind({ figure: "left", stage_id: one.stage_id })).items.length, one.days?.count ?? 0);
    }
    const [back] = (await behind({ figure: "back", stage_id: pipeline.at.二 })).items;
    assert.deepEqual([back.id, back.name, back.from_stage_id, back.to_stage_id, back.days], [deals.C.id, deals.C.name, pipeline.at.二, pipeline.at.一, 5]);
    for (const step of answer.guide) {
        for (const figure of ["with", "without"]) {
            const { items: found } = await behind({ figure, item_id: step.item_id });
            assert.equal(found.length, step[figure].closed, `${figure} ${step.title}`);
            assert.equal(found.filter((row) => row.status === "won").length, step[figure].won);
        }
    }
    assert.deepEqual((await behind({ figure: "with", item_id: items.甲 })).items.map((row) => [row.id, row.closed_on]), [[deals.A.id, "2024-02-09"]]);
    // Nobody sees more than the list shows.
    assert.deepEqual((await behind({ figure: "entered", stage_id: pipeline.at.一 }, other)).items.map((row) => row.id), ids("D"));
    const blind = await personWith(await role("all", { fields: [{ object: "opportunity", field: "name", access: "hidden" }] }));
    assert.ok((await behind({ figure: "entered", stage_id: pipeline.at.一 }, blind)).items.every((row) => row.name === null));
    const path = `/pipelines/${pipeline.id}/analysis-rows`;
    expectProblem(await send("GET", `${path}?figure=lost&stage_id=1`), 401, "not_signed_in");
    expectProblem(await boss.send("GET", path), 422, "invalid", "figure");
    expectProblem(await boss.send("GET", `${path}?figure=won`), 422, "invalid", "figure");
    expectProblem(await boss.send("GET", `${path}?figure=lost`), 422, "invalid", "stage_id");
    expectProblem(await boss.send("GET", `${path}?figure=lost&stage_id=987654321`), 422, "invalid", "stage_id");
    expectProblem(await boss.send("GET", `${path}?figure=with&item_id=987654321`), 422, "invalid", "item_id");
    expectProblem(await boss.send("GET", `/pipelines/987654321/analysis-rows?figure=lost&stage_id=1`), 404, "not_found");
    const unseeing = await personWith(await role("all", { fields: [{ object: "opportunity", field: "closed_on", access: "hidden" }] }));
    expectProblem(await unseeing.send("GET", `${path}?figure=lost&stage_id=${pipeline.at.一}`), 403, "forbidden");
});

test("PIPE-7 what is open now, overdue and stuck: every filter opens exactly its rows", async () => {
    const answer = await analyse();
    const open = { 一: "CD", 二: "E", 赢: "", 输: "" };
    for (const [name, who] of Object.entries(open)) {
        const one = named(answer, name);
        assert.equal(one.open.count, who.length, name);
        assert.deepEqual(await rows(boss, one.open.filter), ids(who), name);
        assert.deepEqual(await rows(boss, one.overdue.filter), ids(name === "一" ? "CD" : ""), name);
        assert.equal(one.overdue.count, name === "一" ? 2 : 0);
    }
    const sum = { currency: deals.C.currency, amount_minor: 2_000_00, weighted_minor: 200_00 };
    assert.deepEqual([named(answer, "一").open.sums, named(answer, "一").open.total], [[sum], sum]);
    const stuck = { no_activity: "CDE", over_longest: "CD", no_next_step: "CE", close_passed: "C", slipped_twice: "E" };
    assert.deepEqual(answer.stuck.map((one) => one.cause), Object.keys(stuck));
    for (const { cause, count, filter } of answer.stuck) {
        assert.equal(count, stuck[cause].length, cause);
        assert.deepEqual(await rows(boss, filter), ids(stuck[cause]), cause);
    }
});

test("PIPE-7 the whole pipeline says what a filter that all fit says, without the deleted and those of another", async () => {
    const one = await makePipeline([stage("一", "open"), stage("二", "open"), stage("赢", "won"), stage("输", "lost")]);
    const away = await makePipeline([stage("甲", "open"), stage("赢", "won"), stage("输", "lost")]);
    const made = [];
    for (let i = 0; i < 5; i++) {
        const { id } = await deal({ pipeline_id: one.id });
        made.push(await boss.patch(`/opportunities/${id}`, { stage_id: one.at.二 }, 1));
    }
    const all = { filter: JSON.stringify({ field: "amount_minor", op: "ge", value: 0 }) };
    const flows = (answer) => answer.stages.map((each) => each.flow);
    const same = async (entered) => {
        const answer = await analyse(boss, {}, one);
        assert.equal(answer.stages[1].flow.entered, entered);
        assert.deepEqual(flows(answer), flows(await analyse(boss, all, one)));
        assert.deepEqual(answer.stages.map((each) => each.days), (await analyse(boss, all, one)).stages.map((each) => each.days));
    };
    await same(5);
    await boss.delete(`/opportunities/${made[0].id}`, made[0].version);
    const { id } = await deal({ pipeline_id: away.id });
    await boss.patch(`/opportunities/${id}`, { stage_id: away.at.赢 }, 1);
    await same(4);
    assert.equal((await analyse(boss, {}, away)).stages[1].flow.entered, 1);
});

test("PIPE-4 reasons and slips of what was closed in the period", async () => {
    const answer = await analyse();
    assert.deepEqual(answer.reasons, [{ reason_id: null, name: null, kind: "won", count: 1, amount_minor: 1_000_00 },
        { reason_id: lost.id, name: lost.name, kind: "lost", count: 1, amount_minor: 1_000_00 }]);
    assert.deepEqual(answer.slips, [{ slips: 0, count: 1, won: 1, rate_ppm: 1_000_000 }, { slips: 2, count: 1, won: 0, rate_ppm: 0 }]);
    const later = await analyse(boss, { from_on: "2024-02-05", to_on: "2024-02-09" });
    assert.deepEqual(later.reasons.map((one) => one.kind), ["won"]);
});

test("PIPE-7 what a step of the guide changes: only deals that came so far, and too few are said to be", async () => {
    const answer = await analyse();
    const nobody = { closed: 0, won: 0, rate_ppm: null, median_days: null };
    assert.deepEqual(answer.guide, [
        { item_id: items.甲, stage_id: pipeline.at.一, title: "甲", with: { closed: 1, won: 1, rate_ppm: 1_000_000, median_days: 30 },
            without: { closed: 1, won: 0, rate_ppm: 0, median_days: 20 }, too_few: true },
        { item_id: items.乙, stage_id: pipeline.at.二, title: "乙", with: nobody, without: { closed: 1, won: 1, rate_ppm: 1_000_000, median_days: 30 }, too_few: true }]);
    assert.equal(answer.too_few_below, 20);
});

test("PIPE-7 with twenty on both sides a step's effect is told; a bottleneck needs five moves", async () => {
    const many = await makePipeline([stage("一", "open", { guide: [{ kind: "ask", title: "甲" }] }), stage("二"), stage("赢", "won"), stage("输", "lost")]);
    const item = many.stages[0].guide[0].id;
    for (let i = 0; i < 40; i += 1) {
        const with_ = i < 20;
        const won = with_ ? i < 15 : i < 25;
        const made = await boss.post("/opportunities", { name: unique("多"), customer_id: customer.id, owner_id: rep.user.id, pipeline_id: many.id, engaged_on: "2024-01-01",
            stage_id: many.at[won ? "赢" : "输"], closed_on: with_ ? "2024-01-11" : "2024-01-31", ...(!won && { close_reason_id: lost.id }) });
        if (with_) {
            await boss.put(`/opportunities/${made.id}/guide/${item}`, { done: true });
        }
    }
    for (const to of ["二", "二", "输", "输", "输", "二"]) {
        const made = await boss.post("/opportunities", { name: unique("流"), customer_id: customer.id, owner_id: rep.user.id, pipeline_id: many.id });
        await boss.patch(`/opportunities/${made.id}`, { stage_id: many.at[to], ...(to === "输" && { close_reason_id: lost.id }) }, made.version);
    }
    const answer = await analyse(boss, { from_on: "2024-01-01", to_on: "2024-03-31" }, many);
    assert.deepEqual(answer.guide, [{ item_id: item, stage_id: many.at.一, title: "甲", with: { closed: 20, won: 15, rate_ppm: 750_000, median_days: 10 },
        without: { closed: 20, won: 5, rate_ppm: 250_000, median_days: 30 }, too_few: false }]);
    const now = await analyse(boss, {}, many);
    assert.equal(now.bottleneck_stage_id, many.at.一);
    assert.deepEqual(now.stages[0].flow.rate_ppm, 500_000);
});

test("PIPE-6 a removed stage counts as no move", async () => {
    const mine = await makePipeline([stage("一"), stage("二"), stage("三"), stage("赢", "won"), stage("输", "lost")]);
    const made = await boss.post("/opportunities", { name: unique("移"), customer_id: customer.id, owner_id: rep.user.id, pipeline_id: mine.id });
    const stages = mine.stages.filter((one) => one.name !== "一");
    const moved = await boss.send("PUT", `/pipelines/${mine.id}`, { body: { name: mine.name, stages, moves: [{ from_stage_id: mine.at.一, to_stage_id: mine.at.二 }] },
        headers: { "If-Match": String(mine.version) } });
    assert.equal(moved.status, 200, JSON.stringify(moved.body));
    const answer = await analyse(boss, {}, mine);
    assert.deepEqual(answer.stages.map((one) => [one.open.count, one.cohort.reached, one.flow.entered]), [[1, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]);
    assert.deepEqual(await rows(boss, answer.stages[0].cohort.filter), [made.id]);
});

test("the scope, the filter and field rights hold here as everywhere", async () => {
    const mine = await analyse(other);
    assert.deepEqual(mine.stages.map((one) => one.cohort.reached), [1, 0, 0, 0]);
    assert.deepEqual(await rows(other, mine.stages[0].open.filter), ids("D"));
    assert.deepEqual(mine.reasons, []);
    assert.deepEqual((await analyse(head)).stages.map((one) => one.cohort.reached), [4, 2, 1, 1]);
    const filter = { field: "owner_id", op: "eq", value: rep.user.id };
    const part = await analyse(boss, { ...PERIOD, filter });
    assert.deepEqual(part.stages.map((one) => one.cohort.reached), [3, 2, 1, 1]);
    for (const one of part.stages) {
        assert.equal((await rows(boss, one.cohort.filter)).length, one.cohort.reached);
        assert.equal((await rows(boss, one.open.filter)).length, one.open.count);
    }
    const masked = await personWith(await role("all", { fields: [{ object: "opportunity", field: "amount_minor", access: "masked" }] }));
    const hidden = await analyse(masked);
    assert.deepEqual([hidden.reasons[0].amount_minor, hidden.stages[0].open.sums[0].amount_minor, hidden.stages[0].open.sums[0].weighted_minor], [null, null, null]);
    // A hidden chance is not told by the weighted sum either.
    const careful = await personWith(await role("all", { fields: [{ object: "opportunity", field: "win_probability_ppm", access: "hidden" }] }));
    const unweighted = await careful.get(`/pipelines/${pipeline.id}/analysis`);
    const sums = unweighted.stages.flatMap((one) => one.open.sums);
    assert.ok(sums.length > 0 && sums.every((sum) => sum.weighted_minor === null && sum.amount_minor !== null));
    const blind = await personWith(await role("all", { fields: [{ object: "opportunity", field: "closed_on", access: "hidden" }] }));
    const path = `/pipelines/${pipeline.id}/analysis`;
    expectProblem(await blind.send("GET", path), 403, "forbidden");
    expectProblem(await send("GET", path), 401, "not_signed_in");
    expectProblem(await boss.send("GET", "/pipelines/987654321/analysis"), 404, "not_found");
    expectProblem(await boss.send("GET", `${path}?from_on=2024-03-01&to_on=2024-02-01`), 422, "invalid", "to_on");
    expectProblem(await boss.send("GET", `${path}?from_on=soon`), 422, "invalid", "from_on");
    expectProblem(await boss.send("GET", `${path}?filter=x`), 400, "bad_filter");
});
