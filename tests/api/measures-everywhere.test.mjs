// Measures that people define, wherever targets are used: planning rounds from what is asked to the lock and after it, how good a target is,
// sub-goals, workbooks, home card and map, and completion after a change of owner, of the filter, and when the measure is switched off.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, sql, stack, unique } from "./lib.mjs";
import { changeWorkbook, evaluate, readWorkbook } from "./workbook.mjs";

await stack();

let boss;
let ops;
let north; // manager, rep, mate
let east; // other
let manager;
let rep;
let mate;
let other;
let customer;
let today;
let year; // the running one: histories and paces are of today
let round;
let deals; // count of opportunities of 50.00 and more, by the day they were begun
let amounts; // their amounts: money
let pieces; // pieces of a product in signed contracts: a quantity
let product;
const made = [];

const body = (more = {}) => ({
    name_zh: unique("指标"), name_en: unique("measure"), object: "opportunity", how: "count", date_field: "engaged_on",
    filter: { field: "amount_minor", op: "ge", value: 50_00 }, ...more,
});
async function built(id) {
    for (let i = 0; i < 100; i++) {
        const measure = await ops.get(`/measures/${id}`);
        if (measure.state !== "building") {
            return measure;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the measure is not counted");
}
async function define(more) {
    const measure = await ops.post("/measures", body(more));
    made.push(measure.key);
    return built(measure.id);
}
/** Writes the measure as it is but for `more`. */
const redefine = (measure, more) => ops.send("PUT", `/measures/${measure.id}`, { headers: { "If-Match": `${measure.version}` },
    body: { ...Object.fromEntries(["name_zh", "name_en", "object", "how", "filter", "date_field", "owner_field", "sum_field", "product_ids", "product_lines"]
        .map((key) => [key, measure[key]])), ...more } });

const day = (month, number = 10) => `${year}-${String(month).padStart(2, "0")}-${String(number).padStart(2, "0")}`;
/** The tenth of the month so many months before this one. */
const monthsAgo = (back) => new Date(Date.UTC(year, Number(today.slice(5, 7)) - 1 - back, 10)).toISOString().slice(0, 10);
const deal = (owner, more = {}) => boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, owner_id: owner.user.id, amount_minor: 100_00, ...more });
const contract = (owner, quantity, on) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: owner.user.id, status: "signed", signed_on: on,
    lines: [{ product_id: product.id, name: product.name, quantity_milli: quantity, unit_price_minor: 10_00 }] });

const subject = (who) => (who.token ? { subject_kind: "user", subject_id: who.user.id } : { subject_kind: "department", subject_id: who.id });
const cell = (who, month, amount, version = 0) => ({ ...subject(who), month, amount, version });
const save = (client, measure, cells, more = {}) => client.send("PUT", "/targets/grid", { body: { year, measure: measure.key, cells, ...more } });
const plan = (client, measure, who) => client.get(`/target-rounds/${round.id}/plan`, { measure: measure.key, ...subject(who) });
const step = (client, measure, word, who, version, more = {}) =>
    client.send("POST", `/target-rounds/${round.id}/plan/${word}`, { body: { measure: measure.key, ...subject(who), version, ...more } });
const node = (client, measure, of) => client.get(`/target-rounds/${round.id}/node`, { measure: measure.key, department_id: of.id });
const ask = (measure, asks) => ops.send("PUT", `/target-rounds/${round.id}/asks`, { body: { measure: measure.key, asks } });
const overview = (client, measure, query = {}) => client.get("/targets/overview", { year, measure: measure.key, ...query });
const sum = (list) => list.reduce((all, one) => all + one, 0);

async function done(answer) {
    const { status, body: got } = await answer;
    assert.ok(status < 300, `${status} ${JSON.stringify(got)}`);
    return got;
}
/** The step from the state as it is now. */
async function take(client, measure, word, who, more) {
    return done(step(client, measure, word, who, (await plan(client, measure, who)).version, more));
}
async function file(client, measure, more = {}) {
    const { job_id } = await client.post("/targets/export", { year, measure: measure.key, ...more });
    await client.job(job_id);
    const { url } = await stack();
    const answer = await fetch(`${url}/api/v1/jobs/${job_id}/file`, { headers: { Authorization: `Bearer ${client.token}` } });
    return Buffer.from(await answer.arrayBuffer());
}
const look = (client, measure, bytes) => client.send("POST", `/targets/import?${new URLSearchParams({ year, measure: measure.key })}`,
    { raw: bytes, headers: { "Content-Type": "application/octet-stream" } });
async function assertHealthy() {
    const report = JSON.parse((await dabiao(["doctor", "--json"])).stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_targets], [0, 0, 0]);
}

before(async () => {
    const top = await company();
    boss = await admin();
    ops = await person({ role: "operations" });
    today = (await boss.get("/meta")).today;
    year = Number(today.slice(0, 4));
    north = await department({ name: unique("north"), parent_id: top.id });
    east = await department({ name: unique("east"), parent_id: north.id });
    manager = await person({ role: "manager", department_id: north.id });
    [rep, mate] = await Promise.all([person({ department_id: north.id }), person({ department_id: north.id })]);
    other = await person({ department_id: east.id });
    await boss.patch(`/departments/${north.id}`, { manager_id: manager.user.id }, north.version);
    await sql(`UPDATE \`user\` SET locale = 'en' WHERE id IN (${manager.user.id}, ${rep.user.id})`);
    customer = await boss.post("/customers", { name: unique("客户") });
    product = await boss.post("/products", { name: unique("产品"), price_minor: 10_00, cost_minor: 1_00 });
    deals = await define();
    amounts = await define({ how: "sum", sum_field: "amount_minor" });
    pieces = await define({ object: "contract", how: "line_quantity", product_ids: [product.id], filter: null, date_field: null });
    assert.deepEqual([deals.unit, amounts.unit, pieces.unit], ["count", "money", "quantity"]);
    round = await ops.post("/target-rounds", { year, deadline_on: today });
});

test("a planning round asks for it, and the grid follows the round", async () => {
    const asked = await done(ask(deals, [{ department_id: north.id, amount: 100, version: 0 }]));
    assert.ok(asked.measures.includes(deals.key) && !asked.measures.includes(amounts.key));
    assert.deepEqual((await ops.get(`/measures/${deals.id}`)).use, { targets: 0, first_year: null, last_year: null, rounds: 1 });
    expectProblem(await ops.send("DELETE", `/measures/${deals.id}`, { headers: { "If-Match": `${deals.version}` } }), 409, "measure_in_use");
    expectProblem(await redefine(deals, { filter: null }), 409, "measure_in_use");
    expectProblem(await step(rep, amounts, "submit", rep, 0), 422, "invalid", "measure");
    expectProblem(await save(manager, deals, [cell(rep, 3, 9)]), 422, "invalid", "cells.0.subject_id");
    await done(save(rep, deals, [1, 4, 7, 10].map((month) => cell(rep, month, 15))));
    await done(save(rep, deals, [cell(rep, 1, 70)], { level: "stretch" }));
    await done(save(mate, deals, [cell(mate, 2, 30)]));
    await done(save(manager, deals, [cell(north, 12, 5)]));
    const seen = await node(manager, deals, north);
    assert.deepEqual([seen.measure, seen.kind, seen.round.id], [deals.key, "count", round.id]);
    const { asked: wanted, entered, stretch, own, people, gap, over_ppm, expected, answered } = seen.node;
    assert.deepEqual({ wanted, entered, stretch, own, people, gap, over_ppm, expected, answered },
        { wanted: 100, entered: 95, stretch: 70, own: 5, people: 90, gap: 5, over_ppm: -100_000, expected: 4, answered: 0 });
    assert.equal(seen.children.find((line) => line.kind === "user" && line.id === rep.user.id).entered, 60);
});

test("submitted, returned with another number, accepted; submitted, withdrawn, agreed", async () => {
    await take(rep, deals, "submit", rep);
    expectProblem(await save(rep, deals, [cell(rep, 1, 16, 1)]), 422, "invalid", "cells.0.subject_id");
    const offered = Array(12).fill(6);
    const returned = await take(manager, deals, "return", rep, { reason: "six a month", amounts: offered });
    assert.deepEqual([returned.state, returned.measure, returned.kind, returned.counter_number], ["returned", deals.key, "count", 2]);
    const accepted = await take(rep, deals, "accept", rep);
    assert.equal(accepted.state, "agreed");
    assert.deepEqual(accepted.levels[0].amounts, offered);
    assert.equal((await overview(rep, deals, { user_id: rep.user.id })).node.target, 72, "the grid took them over");
    await take(mate, deals, "submit", mate);
    await take(mate, deals, "withdraw", mate);
    await take(mate, deals, "submit", mate);
    await take(manager, deals, "agree", mate);
    await take(manager, deals, "submit", north);
    const { node: line } = await node(ops, deals, north);
    assert.deepEqual([line.entered, line.answered, line.agreed, line.state], [107, 2, 2, "submitted"]);
    const told = async (who, kind) => (await who.get("/notifications")).items.find((item) => item.kind === kind && item.detail.measure === deals.key);
    assert.ok(await told(manager, "target_submitted"));
    assert.ok(await told(rep, "target_returned"));
});

test("each of the five points of a target", async () => {
    await done(ask(amounts, [{ department_id: east.id, amount: null, version: 0 }]));
    const points = ({ smart }) => Object.fromEntries(smart.points.map((point) => [point.key, point.hint]));
    const none = await plan(rep, amounts, rep);
    assert.deepEqual(points(none), { specific: "no_amount", measurable: "no_data", achievable: "no_amount", relevant: "not_asked", time_bound: "empty_quarter" });
    assert.deepEqual([none.smart.score, none.smart.estimate, none.smart.coverage], [0, null, null], "opportunities do not become any measure");
    // The source has no data: everything else is there, and it is said.
    await done(ask(amounts, [{ department_id: north.id, amount: 10_000_00, version: 0 }]));
    await done(save(rep, amounts, [1, 4, 7, 10].map((month) => cell(rep, month, 300_00))));
    assert.deepEqual(points(await plan(rep, amounts, rep)), { specific: null, measurable: "no_data", achievable: "no_history", relevant: null, time_bound: null });
    // Eight months of 100.00 that are over: a year of 1,200.00 is as likely as not, and what is below the filter is no data.
    for (let back = 8; back >= 1; back -= 1) {
        await deal(mate, { engaged_on: monthsAgo(back) });
        await deal(rep, { engaged_on: monthsAgo(back), amount_minor: 49_99 });
    }
    await done(save(mate, amounts, [1, 4, 7, 10].map((month) => cell(mate, month, 300_00))));
    const good = await plan(mate, amounts, mate);
    assert.deepEqual([good.kind, good.smart.score, good.smart.estimate.expected, good.smart.estimate.probability_ppm, good.smart.estimate.months],
        ["money", 5, 1_200_00, 500_000, 8]);
    assert.equal(points(await plan(rep, amounts, rep)).measurable, "no_data");
    for (const [amount, hint] of [[3_000_00, "too_hard"], [30_00, "too_easy"]]) {
        const { versions } = (await plan(mate, amounts, mate)).levels[0];
        await done(save(mate, amounts, [1, 4, 7, 10].map((month) => cell(mate, month, amount, versions[month - 1]))));
        assert.equal(points(await plan(mate, amounts, mate)).achievable, hint);
    }
    const { versions } = (await plan(mate, amounts, mate)).levels[0];
    await done(save(mate, amounts, [cell(mate, 4, 0, versions[3])]));
    assert.equal(points(await plan(mate, amounts, mate)).time_bound, "empty_quarter");
    // A department has what its people have; this one has set itself nothing.
    assert.deepEqual(points(await plan(manager, amounts, north)), { specific: "no_amount", measurable: null, achievable: "no_amount", relevant: null, time_bound: "empty_quarter" });
    // A quantity is measured like the others.
    await contract(rep, 2_500, monthsAgo(2));
    await done(ask(pieces, [{ department_id: north.id, amount: 90_500, version: 0 }]));
    const counted = await plan(rep, pieces, rep);
    assert.deepEqual([counted.kind, points(counted).measurable, sum(counted.last_year.actual)], ["quantity", null, monthsAgo(2) < day(1, 1) ? 2_500 : 0]);
});

test("sub-goals: a pace in the measure's own unit, and no way back", async () => {
    const last = Number(today.slice(5, 7));
    const quarter = Math.ceil(last / 3);
    const goals = (measure) => rep.get("/targets/sub-goals", { year, quarter, measure: measure.key, user_id: rep.user.id });
    const up = (amount, by) => Math.ceil(amount / by);
    for (const [measure, unit] of [[deals, "count"], [amounts, "money"], [pieces, "quantity"]]) {
        if (measure === pieces) {
            await done(save(rep, pieces, [cell(rep, last, 40_500)]));
        }
        const answer = await goals(measure);
        assert.deepEqual([answer.measure, answer.kind, answer.steps], [measure.key, unit, []]);
        assert.equal(answer.gap, Math.max(0, answer.target - answer.actual));
        assert.ok(answer.gap > 0, unit);
        assert.equal(answer.state, "open");
        assert.equal(answer.per_week, answer.days_left >= 7 ? up(answer.gap * 7, answer.days_left) : null, unit);
        const thousandths = { count: answer.gap * 1000, quantity: answer.gap, money: null }[unit];
        assert.equal(answer.per_working_day_milli, thousandths === null || answer.working_days_left === 0 ? null : up(thousandths, answer.working_days_left), unit);
    }
});

test("workbooks go out and come back in, in the measure's unit", async () => {
    const lineOf = (sheet, who) => Array.from({ length: 60 }, (_, at) => at + 2).find((line) => sheet[`A${line}`]?.value === "Person" && sheet[`B${line}`]?.value === String(who.user.id));
    const month = Number(today.slice(5, 7));
    const column = "DEFHIJLMNPQR"[month - 1];
    for (const [measure, digits] of [[deals, 1], [amounts, 100], [pieces, 1000]]) {
        const bytes = await file(manager, measure, { completion: true });
        const book = readWorkbook(bytes);
        const line = lineOf(book.Targets, rep);
        const of = await overview(manager, measure, { user_id: rep.user.id });
        assert.equal(Math.round(evaluate(book, "Targets", `T${line}`) * digits), of.node.target, measure.unit);
        assert.equal(Math.round(evaluate(book, "Actual", `T${line}`) * digits), of.node.actual, measure.unit);
        assert.ok(Object.values(book.About).some(({ value }) => value === measure.key));
        assert.deepEqual((await done(look(manager, measure, bytes))).changes, [], "as it went out");
    }
    // A quantity comes back in with its decimals; in a round each brings in what is theirs.
    const bytes = await file(rep, pieces);
    const line = lineOf(readWorkbook(bytes).Targets, rep);
    const filled = changeWorkbook(bytes, { Targets: { [`${column}${line}`]: 12.345 } });
    const seen = await done(look(rep, pieces, filled));
    assert.deepEqual([seen.kind, seen.faults, seen.changes.map((one) => [one.before, one.amount])], ["quantity", [], [[40_500, 12_345]]]);
    assert.equal((await done(look(manager, pieces, filled))).faults.length, 1, "the manager moves nobody's cells in a round");
    await done(save(rep, pieces, seen.changes.map(({ subject_kind, subject_id, month: of, amount, version }) => ({ subject_kind, subject_id, month: of, amount, version }))));
    const bad = async (value) => (await done(look(rep, pieces, changeWorkbook(bytes, { Targets: { [`${column}${line}`]: value } })))).faults.length;
    assert.deepEqual([await bad("many"), await bad(-1), await bad(1.2345)], [1, 1, 1]);
    const count = await file(rep, deals);
    assert.equal((await look(rep, amounts, count)).body.faults?.[0]?.code ?? (await look(rep, amounts, count)).body.errors?.[0]?.code, "other_measure");
});

test("home card and map show it by its names, and add up", async () => {
    const known = (await rep.get("/targets/measures")).items.filter((item) => made.includes(item.key));
    assert.deepEqual(known.map(({ key, kind, is_active }) => [key, kind, is_active]),
        [[deals.key, "count", true], [amounts.key, "money", true], [pieces.key, "quantity", true]]);
    for (const measure of [deals, amounts, pieces]) {
        const card = await overview(mate, measure);
        assert.equal(card.kind, measure.unit);
        const facts = await mate.get("/targets/facts", { year, measure: measure.key, user_id: mate.user.id });
        assert.equal(facts.sum, card.node.actual);
        for (const period of ["year", "quarter", "month"]) {
            const outlook = await mate.get("/targets/outlook", { measure: measure.key, period, user_id: mate.user.id });
            assert.ok(outlook.actual <= card.node.actual && outlook.target <= card.node.target);
        }
        const map = await manager.get("/targets/map", { year, measure: measure.key, department_id: north.id });
        const whole = await overview(manager, measure, { department_id: north.id, by: "month" });
        const [total] = map.rows;
        assert.deepEqual([map.kind, total.target, total.actual, total.completion_ppm], [measure.unit, whole.node.target, whole.node.actual, whole.node.completion_ppm]);
        total.cells.forEach((one, at) => assert.deepEqual([one.target, one.actual], [whole.node.periods[at].target, whole.node.periods[at].actual]));
        assert.equal(sum(map.rows.filter((row) => row.kind !== "total").map((row) => row.actual)), total.actual);
        assert.ok(!(await other.get("/targets/map", { year, measure: measure.key })).rows.some((row) => row.id === mate.user.id), "not of others");
    }
});

test("completion after a change of owner: what is over stays, what is ahead goes along", async () => {
    const of = async (who, measure) => (await overview(boss, measure, { user_id: who.user.id })).node.actual;
    const before = [await of(rep, deals), await of(other, deals), await of(rep, amounts), await of(other, amounts)];
    const [past, now] = [await deal(rep, { engaged_on: monthsAgo(1) }), await deal(rep, { engaged_on: today, amount_minor: 70_00 })];
    const thisYear = monthsAgo(1).startsWith(String(year)) ? 1 : 0;
    assert.deepEqual([await of(rep, deals), await of(rep, amounts)], [before[0] + 1 + thisYear, before[2] + 70_00 + thisYear * 100_00]);
    await boss.post(`/opportunities/${past.id}/transfer`, { owner_id: other.user.id });
    await boss.post(`/opportunities/${now.id}/transfer`, { owner_id: other.user.id });
    assert.deepEqual([await of(rep, deals), await of(other, deals), await of(rep, amounts), await of(other, amounts)],
        [before[0] + thisYear, before[1] + 1, before[2] + thisYear * 100_00, before[3] + 70_00]);
    const map = await boss.get("/targets/map", { year, measure: amounts.key, department_id: east.id });
    assert.equal(map.rows.find((row) => row.id === other.user.id).cells[Number(today.slice(5, 7)) - 1].actual, 70_00);
    await boss.delete(`/opportunities/${now.id}`, (await boss.get(`/opportunities/${now.id}`)).version);
    assert.equal(await of(other, deals), before[1]);
    await assertHealthy();
});

test("completion after a change of the filter: only when said, and the same figure everywhere", async () => {
    const before = (await overview(boss, amounts, { user_id: rep.user.id })).node.actual;
    amounts = await ops.get(`/measures/${amounts.id}`);
    expectProblem(await redefine(amounts, { filter: null }), 409, "measure_in_use");
    assert.equal((await overview(boss, amounts, { user_id: rep.user.id })).node.actual, before);
    await done(redefine(amounts, { filter: null, confirm: true }));
    amounts = await built(amounts.id);
    const { node: after } = await overview(boss, amounts, { user_id: rep.user.id });
    const months = Array.from({ length: 8 }, (_, at) => monthsAgo(at + 1)).filter((on) => on.startsWith(String(year)));
    assert.equal(after.actual - before, months.length * 49_99, "what was below it counts now");
    assert.equal(after.target, 1_200_00, "what was entered stays");
    const facts = await boss.get("/targets/facts", { year, measure: amounts.key, user_id: rep.user.id });
    const map = await boss.get("/targets/map", { year, measure: amounts.key, department_id: north.id });
    assert.deepEqual([facts.sum, map.rows.find((row) => row.id === rep.user.id).actual], [after.actual, after.actual]);
    const { smart } = await plan(rep, amounts, rep);
    assert.equal(smart.points.find((point) => point.key === "measurable").is_met, true, "the source has data now");
    await assertHealthy();
});

test("switched off in the middle of a round: nothing new is entered, what was entered is finished, completion goes on", async () => {
    const sent = async (who) => (await who.get("/notifications")).items.filter((item) => item.kind === "target_reminder" && item.detail.measure === amounts.key).length;
    const remind = async () => {
        await sql(`UPDATE target_round SET reminded_on = NULL WHERE id = ${round.id}`);
        await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('target.remind', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
        await dabiao(["job", "run", "--at", `${today}T23:00:00+08:00`]);
    };
    await remind();
    const reminded = await sent(rep);
    assert.ok(reminded >= 1, "while it is asked for");
    await take(mate, amounts, "submit", mate);
    const offer = { reason: "more", amounts: Array(12).fill(1) };
    await take(manager, amounts, "return", mate, offer);
    await done(redefine(amounts, { is_active: false }));
    amounts = await ops.get(`/measures/${amounts.id}`);
    expectProblem(await ask(amounts, [{ department_id: north.id, amount: 1, version: 1 }]), 422, "invalid", "measure");
    expectProblem(await save(rep, amounts, [cell(rep, 12, 1)]), 422, "invalid", "measure");
    const { rows } = await rep.get("/targets/grid", { year, measure: amounts.key });
    assert.deepEqual(rows.filter((row) => row.subject_id === rep.user.id).map((row) => row.can_edit), [false]);
    expectProblem(await look(rep, amounts, Buffer.from("x")), 422, "invalid", "measure");
    assert.equal(readWorkbook(await file(rep, amounts)).Targets.A2.value, "Person", "what was entered can still be taken out");
    const { version, is_open } = await plan(mate, amounts, mate);
    assert.equal(is_open, false);
    expectProblem(await step(mate, amounts, "accept", mate, version), 422, "invalid", "measure");
    await take(mate, amounts, "submit", mate);
    expectProblem(await step(manager, amounts, "return", mate, version + 1, offer), 422, "invalid", "measure");
    await take(manager, amounts, "return", mate, { reason: "again" });
    await take(mate, amounts, "submit", mate);
    assert.equal((await take(manager, amounts, "agree", mate)).state, "agreed", "what was entered may be finished");
    await remind();
    assert.equal(await sent(rep), reminded, "nobody is asked for it any more");
    const before = (await overview(rep, amounts, { user_id: rep.user.id })).node;
    await deal(rep, { engaged_on: today, amount_minor: 12_34 });
    const after = (await overview(rep, amounts, { user_id: rep.user.id })).node;
    assert.deepEqual([after.target, after.actual], [before.target, before.actual + 12_34]);
    assert.equal((await node(manager, amounts, north)).kind, "money");
    assert.equal((await rep.get("/targets/measures")).items.find((item) => item.key === amounts.key).is_active, false);
});

test("the round is closed, and what is locked changes by agreement", async () => {
    const { version } = (await ops.get("/target-rounds")).items.find((one) => one.id === round.id);
    const lock = (more) => ops.send("POST", `/target-rounds/${round.id}/lock`, { body: more, headers: { "If-Match": String(version) } });
    const { current } = expectProblem(await lock({}), 409, "target_not_agreed");
    const missing = current.missing.map((one) => one.measure);
    assert.ok(missing.includes(deals.key) && missing.includes(pieces.key));
    assert.ok(!missing.includes(amounts.key), "what is switched off is waited for no longer");
    await done(lock({ anyway: true }));
    assert.equal((await plan(rep, deals, rep)).state, "locked");
    const from = day(12, 1);
    const changed = await take(rep, deals, "change", rep, { reason: "a new territory", effective_on: from, amounts: [9] });
    assert.equal(changed.levels[0].amounts[11], 6);
    const agreed = await take(manager, deals, "change-agree", rep);
    assert.deepEqual([agreed.levels[0].amounts[10], agreed.levels[0].amounts[11], agreed.versions.at(-1).in_force.from_on], [6, 9, from]);
    assert.equal(agreed.versions.at(-1).in_force.target, 9);
    assert.equal((await overview(rep, deals, { user_id: rep.user.id })).node.target, 75);
    expectProblem(await step(mate, amounts, "change", mate, (await plan(mate, amounts, mate)).version, { reason: "late", effective_on: from, amounts: [9] }), 422, "invalid", "measure");
    await assertHealthy();
});

test("what this file defined goes again: files share a database", async () => {
    const list = made.map((key) => `'${key}'`).join(", ");
    await sql(`DELETE FROM target_plan WHERE round_id = ${round.id}`);
    await sql(`DELETE FROM target_ask WHERE round_id = ${round.id}`);
    await sql(`DELETE FROM target_round WHERE id = ${round.id}`);
    for (const table of ["target_value", "target_total", "target_year", "target_sheet"]) {
        await sql(`DELETE FROM ${table} WHERE measure IN (${list})`);
    }
    for (const measure of (await ops.get("/measures")).items.filter((one) => made.includes(one.key))) {
        await ops.delete(`/measures/${measure.id}`, measure.version);
    }
    const left = await sql(`SELECT COUNT(*) FROM metric_fact WHERE measure IN (${list})`);
    assert.equal(Number(left[0][0]), 0);
    await assertHealthy();
});
