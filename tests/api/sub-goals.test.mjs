// Sub-goals: what has to be done to reach a quarter, by the person's own rates, those of the department or the company; every rate
// opens what it was counted from.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";

await stack();

let boss;
let home;
let rep; // enough cases
let fresh; // none: goes by the department
let lonely; // alone in a department without cases: goes by the company
let stranger;
let finance;

const DAY = 86_400_000;
const today = new Date();
const day = (offset) => new Date(today.getTime() + offset * DAY).toISOString().slice(0, 10);
const year = today.getUTCFullYear();
const quarter = Math.floor(today.getUTCMonth() / 3) + 1;
const lastMonth = quarter * 3;
const goals = (client, more = {}) => client.get("/targets/sub-goals", { year, quarter, ...more });
const step = (answer, key) => answer.steps.find((one) => one.key === key);
const rows = (client, query) => client.get("/targets/sub-goals/rows", { year, quarter, ...query });

async function setTarget(who, amount, measure = "signed_amount") {
    const grid = await boss.get("/targets/grid", { year, measure });
    const row = grid.rows.find((one) => one.subject_kind === "user" && one.subject_id === who.user.id);
    await boss.put("/targets/grid", { year, measure, cells: [{ subject_kind: "user", subject_id: who.user.id, month: lastMonth, amount,
        version: row?.cells[lastMonth - 1]?.version ?? 0 }] });
}

before(async () => {
    boss = await admin();
    await company();
    home = await department({ name: unique("home") });
    const away = await department({ name: unique("away") });
    rep = await person({ department_id: home.id });
    fresh = await person({ department_id: home.id });
    lonely = await person({ department_id: away.id });
    stranger = await person({ department_id: away.id });
    finance = await person({ role: "finance" });
    const stages = (await boss.get("/pipelines")).items.find((one) => one.is_default ?? true).stages;
    const second = stages.filter((one) => one.kind === "open")[1];
    const customers = [];
    for (let i = 0; i < 20; i++) { // 20 customers visited, the first of them three times
        customers.push(await rep.post("/customers", { name: unique("拜访") }));
        for (let visit = 0; visit < (i === 0 ? 3 : 1); visit++) {
            await rep.post("/follow-ups", { customer_id: customers[i].id, content: "拜访", method: "visit", followed_at: new Date(today.getTime() - (200 + visit) * DAY).toISOString() });
        }
    }
    const deals = [];
    for (let i = 0; i < 10; i++) { // 10 opportunities past the first stage …
        const deal = await rep.post("/opportunities", { name: unique("商机"), customer_id: customers[i].id, amount_minor: 100_00, engaged_on: day(-150), expected_close_on: day(0) });
        deals.push(await rep.patch(`/opportunities/${deal.id}`, { stage_id: second.id }, deal.version));
    }
    await rep.post("/opportunities", { name: unique("商机"), customer_id: customers[0].id, amount_minor: 1, engaged_on: day(-150) }); // … one that is not
    for (let i = 0; i < 5; i++) { // 5 contracts of 200.00 each, 400.00 of 1,000.00 received
        const contract = await rep.post("/contracts", { name: unique("合同"), customer_id: customers[i].id, status: "signed", signed_on: day(-140), amount_minor: 200_00 });
        await boss.post("/payments", { contract_id: contract.id, owner_id: rep.user.id, amount_minor: 80_00, received_on: day(-130) });
    }
    // Closed as the histories of an import say: 2 won, 8 lost of ten; the ten of above stay open.
    for (let i = 0; i < 10; i++) {
        const deal = await rep.post("/opportunities", { name: unique("旧商机"), customer_id: customers[0].id, amount_minor: 1, engaged_on: day(-800) });
        await sql(`UPDATE opportunity SET status = '${i < 2 ? "won" : "lost"}', closed_on = '${day(-30)}' WHERE id = ${deal.id}`);
    }
    await dabiao(["doctor", "--repair", "--json"]); // what was written past the program counts as well
});

test("no token, no right, out of scope, bad input", async () => {
    expectProblem(await send("GET", "/targets/sub-goals"), 401, "not_signed_in");
    expectProblem(await send("GET", "/targets/sub-goals/rows?figure=won&source=own"), 401, "not_signed_in");
    const nobody = await person({ role: "sales", role_ids: [(await boss.post("/roles", { name: unique("role"), permissions: ["customer.view"], fields: [], scopes: [] })).id] });
    expectProblem(await nobody.send("GET", "/targets/sub-goals"), 403, "forbidden");
    expectProblem(await nobody.send("GET", "/targets/sub-goals/rows?figure=won&source=own"), 403, "forbidden");
    for (const path of ["/targets/sub-goals?", "/targets/sub-goals/rows?figure=won&source=own&"]) {
        expectProblem(await stranger.send("GET", `${path}user_id=${rep.user.id}`), 404, "not_found");
        expectProblem(await stranger.send("GET", `${path}department_id=${home.id}`), 404, "not_found");
        expectProblem(await rep.send("GET", `${path}quarter=5`), 422, "invalid", "quarter");
        expectProblem(await rep.send("GET", `${path}quarter=x`), 422, "invalid", "quarter");
        expectProblem(await rep.send("GET", `${path}year=1`), 422, "invalid", "year");
        expectProblem(await rep.send("GET", `${path}measure=luck`), 422, "invalid", "measure");
        expectProblem(await rep.send("GET", `${path}level=luck`), 422, "invalid", "level");
        expectProblem(await rep.send("GET", `${path}user_id=-1`), 422, "invalid", "user_id");
    }
    expectProblem(await rep.send("GET", "/targets/sub-goals/rows?figure=luck&source=own"), 422, "invalid", "figure");
    expectProblem(await rep.send("GET", "/targets/sub-goals/rows?figure=won"), 422, "invalid", "source");
    expectProblem(await rep.send("GET", "/targets/sub-goals/rows?figure=won&source=own&limit=0"), 422, "invalid", "limit");
    expectProblem(await rep.send("GET", `/targets/sub-goals/rows?figure=won&source=department&department_id=1`), 404, "not_found");
});

test("from the gap back to first visits, by the person's own rates", async () => {
    await setTarget(rep, 1_000_00);
    const answer = await goals(rep);
    const { actual } = answer;
    assert.deepEqual([answer.state, answer.kind, answer.node.id, answer.target, answer.gap], ["open", "money", rep.user.id, 1_000_00, 1_000_00 - actual]);
    assert.deepEqual(answer.steps.map((one) => one.key), ["contracts", "opportunities", "first_visits"]);
    const contracts = step(answer, "contracts");
    assert.deepEqual(contracts.rates, [{ source: "own", part: 1_000_00, whole: 5, cases: 5, is_enough: true }]);
    assert.equal(contracts.need, Math.ceil(answer.gap / 200_00));
    const opportunities = step(answer, "opportunities");
    assert.deepEqual(opportunities.rates[0], { source: "own", part: 2, whole: 10, cases: 10, is_enough: true });
    assert.deepEqual([opportunities.asked, opportunities.need, opportunities.have], [contracts.more, contracts.more * 5, 10]);
    assert.equal(opportunities.more, Math.max(0, opportunities.need - 10));
    const visits = step(answer, "first_visits");
    assert.deepEqual(visits.rates[0], { source: "own", part: 10, whole: 20, cases: 20, is_enough: true });
    assert.equal(visits.need, opportunities.more * 2);
    assert.equal(visits.per_week, answer.days_left >= 7 ? Math.ceil((visits.more * 7) / answer.days_left) : null);
    assert.equal(visits.per_working_day_milli, answer.working_days_left > 0 ? Math.ceil((visits.more * 1000) / answer.working_days_left) : null);
    assert.equal(contracts.per_working_day_milli === null, answer.working_days_left === 0);
});

test("every count opens its records", async () => {
    for (const [figure, count, sum] of [["first_visits", 20, 20], ["opportunities", 10, 10], ["closed", 10, 10], ["won", 2, 2], ["contracts", 5, 5],
        ["signed", 5, 1_000_00], ["received", 5, 400_00], ["open", 10, 10], ["outstanding", 5, 600_00]]) {
        const answer = await rows(rep, { figure, source: "own", limit: 200 });
        assert.deepEqual([answer.count, answer.sum, answer.visible, answer.items.length], [count, sum, count, count], figure);
        assert.equal(answer.items.reduce((all, item) => all + item.amount, 0), sum, figure);
        assert.ok(answer.items.every((item) => item.label !== null && item.record_id > 0), figure);
    }
    assert.equal((await rows(rep, { figure: "first_visits", source: "own" })).items[0].object, "customer");
});

test("as time goes: what is signed closes the gap, reached asks for nothing", async () => {
    const before = await goals(rep);
    const customer = await rep.post("/customers", { name: unique("新") });
    await rep.post("/contracts", { name: unique("合同"), customer_id: customer.id, status: "signed", signed_on: day(0), amount_minor: 400_00 });
    const after = await goals(rep);
    assert.equal(after.gap, before.gap - 400_00);
    assert.ok(step(after, "first_visits").more < step(before, "first_visits").more);
    await setTarget(rep, 1);
    const reached = await goals(rep);
    assert.deepEqual([reached.state, reached.gap, reached.per_week], ["reached", 0, null]);
    assert.ok(reached.steps.every((one) => one.more === 0 && one.per_week === null));
});

test("too few cases: the department's rate, then the company's, and it is said", async () => {
    await setTarget(fresh, 500_00);
    const answer = await goals(boss, { user_id: fresh.user.id });
    const visits = step(answer, "first_visits");
    assert.equal(visits.source, "department");
    assert.deepEqual(visits.rates.map((rate) => [rate.source, rate.whole, rate.is_enough]), [["own", 0, false], ["department", 20, true]]);
    await setTarget(lonely, 500_00);
    const alone = await goals(lonely);
    assert.equal(step(alone, "contracts").source, "company");
    assert.deepEqual(step(alone, "contracts").rates.map((rate) => rate.source), ["own", "department", "company"]);
    // The company's count is told, its records only as far as the person may see them.
    const seen = await rows(lonely, { figure: "contracts", source: "company" });
    assert.ok(seen.count >= 5);
    assert.deepEqual([seen.visible, seen.items], [0, []]);
});

test("a department goes by its own rates", async () => {
    const answer = await goals(boss, { department_id: home.id });
    assert.deepEqual([answer.node.kind, answer.node.id, step(answer, "first_visits").source], ["department", home.id, "own"]);
    assert.deepEqual(step(answer, "first_visits").rates, [{ source: "own", part: 10, whole: 20, cases: 20, is_enough: true }]);
});

test("received money goes back over what is signed and outstanding", async () => {
    await setTarget(rep, 2_000_00, "received_amount");
    const answer = await goals(rep, { measure: "received_amount" });
    assert.deepEqual(answer.steps.map((one) => one.key), ["signed", "contracts", "opportunities", "first_visits"]);
    const signed = answer.steps[0];
    assert.equal(signed.unit, "money");
    assert.equal(signed.have, (await rows(rep, { figure: "outstanding", source: "own" })).sum);
    assert.equal(signed.need, Math.ceil((answer.gap * signed.rates[0].whole) / signed.rates[0].part));
    assert.equal(signed.per_working_day_milli, null);
});

test("what is done itself has a pace and no way back; without a target, over, other quarters, the year", async () => {
    await setTarget(rep, 900, "visits");
    const visits = await goals(rep, { measure: "visits" });
    assert.deepEqual(visits.steps, []);
    assert.equal(visits.per_week, visits.days_left >= 7 ? Math.ceil((visits.gap * 7) / visits.days_left) : null);
    const none = await goals(rep, { measure: "new_customers" });
    assert.deepEqual([none.state, none.target, none.per_week], ["no_target", 0, null]);
    const past = await boss.get("/targets/sub-goals", { year: year - 1, user_id: rep.user.id });
    assert.deepEqual([past.quarter, past.days_left, past.state], [4, 0, "no_target"]);
    await boss.put("/targets/grid", { year: year - 1, measure: "won_deals", cells: [{ subject_kind: "user", subject_id: rep.user.id, month: 12, amount: 9, version: 0 }] });
    const over = await boss.get("/targets/sub-goals", { year: year - 1, measure: "won_deals", user_id: rep.user.id });
    assert.deepEqual([over.state, over.days_left, over.working_days_left], ["over", 0, 0]);
    assert.ok(over.steps.every((one) => one.per_week === null && one.per_working_day_milli === null));
    const ahead = await boss.get("/targets/sub-goals", { year: year + 1, user_id: rep.user.id });
    assert.deepEqual([ahead.quarter, ahead.from_on], [1, `${year + 1}-01-01`]);
    const whole = await goals(rep, { quarter: 0 });
    assert.deepEqual([whole.from_on, whole.to_on], [`${year}-01-01`, `${year + 1}-01-01`]);
    assert.equal((await goals(rep, { level: "stretch" })).target, 0);
});
