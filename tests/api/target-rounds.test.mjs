// Planning rounds: what is asked, who moves what, from draft to locked, changes after that; every sum is the sum of its rows
// (TGT-2, 5, 6, 7).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, roundOf, send, sql, stack, unique } from "./lib.mjs";

const YEAR = 2041; // a year no other test has figures in
const MEASURE = "signed_amount";
const NEVER = { id: 999_999_999 };

await stack();

let top; // the company: north (manager, rep, mate), north > east (lead, other)
let north;
let east;
let boss; // an executive
let ops;
let manager;
let lead;
let rep;
let mate;
let other;
let finance;
let round;

const subject = (who) => (who.token ? { subject_kind: "user", subject_id: who.user.id } : { subject_kind: "department", subject_id: who.id });
const cell = (who, month, amount, version = 0) => ({ ...subject(who), month, amount, version });
const save = (client, cells, options = {}) => client.send("PUT", "/targets/grid", { body: { year: YEAR, measure: MEASURE, cells, ...options } });
const plan = (client, who, query = {}) => client.get(`/target-rounds/${round.id}/plan`, { measure: MEASURE, ...subject(who), ...query });
const step = (client, word, who, version, body = {}) =>
    client.send("POST", `/target-rounds/${round.id}/plan/${word}`, { body: { measure: MEASURE, ...subject(who), version, ...body } });
const node = (client, query = {}) => client.get(`/target-rounds/${round.id}/node`, { measure: MEASURE, ...query });
const ask = (client, asks, measure = MEASURE) => client.send("PUT", `/target-rounds/${round.id}/asks`, { body: { measure, asks } });
const months = (...given) => [...given, ...Array(12 - given.length).fill(0)];

async function done(answer) {
    const { status, body } = await answer;
    assert.ok(status < 300, `${status} ${JSON.stringify(body)}`);
    return body;
}
/** The step from the state as it is now. */
async function take(client, word, who, body) {
    return done(step(client, word, who, (await plan(client, who)).version, body));
}

before(async () => {
    top = await company();
    north = await department({ name: unique("north") });
    east = await department({ name: unique("east"), parent_id: north.id });
    boss = await person({ role: "executive" });
    ops = await person({ role: "operations" });
    manager = await person({ role: "manager", department_id: north.id });
    lead = await person({ role: "manager", department_id: east.id });
    [rep, mate] = await Promise.all([person({ department_id: north.id }), person({ department_id: north.id })]);
    other = await person({ department_id: east.id });
    finance = await person({ role: "finance" });
    const chief = await admin();
    await chief.patch(`/departments/${north.id}`, { manager_id: manager.user.id }, north.version);
    await chief.patch(`/departments/${east.id}`, { manager_id: lead.user.id }, east.version);
});

/** Every line is the sum of what stands below it, down to the rows of the table; the fiscal year begins in `start`. */
async function assertAddsUp(client, departmentId, start = "01") {
    const answer = await node(client, { department_id: departmentId });
    for (const [key, level] of [["entered", "base"], ["stretch", "stretch"], ["challenge", "challenge"]]) {
        const parts = answer.children.reduce((sum, line) => sum + line[key], answer.own[level]);
        assert.equal(answer.node[key], parts, `${key} of ${answer.node.name}`);
    }
    assert.equal(answer.node.people + answer.node.own, answer.node.entered);
    for (const key of ["expected", "answered", "agreed"]) {
        assert.equal(answer.node[key], answer.children.reduce((sum, line) => sum + line[key], 0), key);
    }
    const children = answer.children.filter((line) => line.kind === "department");
    for (const child of children) {
        await assertAddsUp(client, child.id, start);
    }
    const [sums] = await sql(`SELECT ${["base", "stretch", "challenge"].map((level) => `SUM(IF(v.level = '${level}', v.amount, 0))`).join(", ")},
        SUM(IF(v.level = 'base' AND v.subject_kind = 'department', v.amount, 0)) FROM target_value v JOIN department_path p ON p.descendant_id = v.department_id
        WHERE p.ancestor_id = ${departmentId} AND v.measure = '${MEASURE}' AND v.month_on >= '${YEAR}-${start}-01' AND v.month_on < '${YEAR + 1}-${start}-01'`);
    const { entered, stretch, challenge, own } = answer.node;
    assert.deepEqual([entered, stretch, challenge, own], sums.map((sum) => Number(sum ?? 0) || 0), answer.node.name);
    return answer;
}

test("no token, no right, no such round", async () => {
    const routes = [["GET", "/target-rounds"], ["POST", "/target-rounds"], ["PATCH", `/target-rounds/${NEVER.id}`], ["PUT", `/target-rounds/${NEVER.id}/asks`],
        ["POST", `/target-rounds/${NEVER.id}/lock`], ["GET", `/target-rounds/${NEVER.id}/node`], ["GET", `/target-rounds/${NEVER.id}/plan`],
        ...["submit", "withdraw", "return", "agree", "accept", "comment", "change", "change-agree", "change-decline"].map((word) => ["POST", `/target-rounds/${NEVER.id}/plan/${word}`])];
    for (const [method, path] of routes) {
        expectProblem(await send(method, path, method === "GET" ? {} : { body: {} }), 401, "not_signed_in");
    }
    for (const [method, path] of routes.filter(([method]) => method !== "GET")) {
        expectProblem(await finance.send(method, path, { body: {} }), 403, "forbidden");
    }
    for (const path of ["", `/${NEVER.id}`].map((rest) => `/target-rounds${rest}`)) {
        expectProblem(await rep.send(path === "/target-rounds" ? "POST" : "PATCH", path, { body: {} }), 403, "forbidden");
    }
    round = NEVER;
    expectProblem(await ops.send("PATCH", `/target-rounds/${NEVER.id}`, { body: { note: "x" }, headers: { "If-Match": "1" } }), 404, "not_found");
    expectProblem(await ops.send("POST", `/target-rounds/${NEVER.id}/lock`, { body: {}, headers: { "If-Match": "1" } }), 404, "not_found");
    expectProblem(await ask(ops, [{ department_id: top.id, amount: 1, version: 0 }]), 404, "not_found");
    expectProblem(await ops.send("GET", `/target-rounds/${NEVER.id}/node`), 404, "not_found");
    expectProblem(await rep.send("GET", `/target-rounds/${NEVER.id}/plan?subject_kind=user&subject_id=${rep.user.id}`), 404, "not_found");
    expectProblem(await step(rep, "submit", rep, 0), 404, "not_found");
});

test("a round is opened once a year, with a deadline that lies ahead", async () => {
    const create = (body) => ops.send("POST", "/target-rounds", { body });
    expectProblem(await create({ year: YEAR, deadline_on: "2001-01-01" }), 422, "invalid", "deadline_on");
    expectProblem(await create({ year: "soon", deadline_on: `${YEAR - 1}-12-20` }), 422, "invalid", "year");
    expectProblem(await create({ deadline_on: `${YEAR - 1}-12-20` }), 422, "invalid", "year");
    round = await ops.post("/target-rounds", { year: YEAR, deadline_on: `${YEAR - 1}-12-20`, note: "we grow by a third" });
    assert.deepEqual([round.state, round.measures, round.version], ["open", [], 1]);
    expectProblem(await create({ year: YEAR, deadline_on: `${YEAR - 1}-12-20` }), 409, "duplicate");
    expectProblem(await ops.send("PATCH", `/target-rounds/${round.id}`, { body: { note: "x" } }), 428, "version_required");
    const moved = await ops.patch(`/target-rounds/${round.id}`, { deadline_on: `${YEAR - 1}-12-24` }, round.version);
    assert.deepEqual([moved.deadline_on, moved.note], [`${YEAR - 1}-12-24`, "we grow by a third"]);
    expectProblem(await ops.send("PATCH", `/target-rounds/${round.id}`, { body: { note: "x" }, headers: { "If-Match": "1" } }), 412, "stale_version");
    assert.ok((await rep.get("/target-rounds")).items.some((item) => item.id === round.id));
    round = moved;
});

test("before something is asked the grid is free, afterwards each moves what is theirs", async () => {
    await done(save(manager, [cell(mate, 5, 7_00)]));
    const free = await manager.get("/targets/grid", { year: YEAR, measure: MEASURE });
    assert.ok(free.rows.every((row) => row.state === null));
    expectProblem(await step(rep, "submit", rep, 0), 422, "invalid", "measure");
    await done(ask(boss, [{ department_id: top.id, amount: 2_000_00, version: 0 }, { department_id: north.id, amount: 1_000_00, version: 0 }]));
    expectProblem(await save(manager, [cell(mate, 5, 9_00, 1)]), 422, "invalid", "cells.0.subject_id");
    const mine = (await mate.get("/targets/grid", { year: YEAR, measure: MEASURE })).rows.find((row) => row.subject_id === mate.user.id);
    assert.deepEqual([mine.state, mine.can_edit, mine.cells[4].amount], ["draft", true, 7_00], "what stood there stays");
    const seen = (await manager.get("/targets/grid", { year: YEAR, measure: MEASURE })).rows.find((row) => row.subject_id === mate.user.id);
    assert.equal(seen.can_edit, false);
    await done(save(mate, [cell(mate, 5, 0, 1)]));
    const free2 = await manager.get("/targets/grid", { year: YEAR, measure: "visits" });
    assert.ok(free2.rows.every((row) => row.state === null), "other measures are free");
});

test("each asks of those below, and two who ask at once are told", async () => {
    await done(ask(manager, [{ department_id: east.id, amount: 400_00, version: 0 }]));
    expectProblem(await ask(manager, [{ department_id: north.id, amount: 1, version: 1 }]), 422, "invalid", "asks.0.department_id");
    expectProblem(await ask(manager, [{ department_id: top.id, amount: 1, version: 1 }]), 422, "invalid", "asks.0.department_id");
    expectProblem(await ask(rep, [{ department_id: east.id, amount: 1, version: 1 }]), 403, "forbidden");
    expectProblem(await ask(boss, [{ department_id: east.id, amount: -1, version: 1 }]), 422, "invalid", "asks.0.amount");
    expectProblem(await ask(boss, [{ department_id: east.id, amount: 1e15 + 1, version: 1 }]), 422, "invalid", "asks.0.amount");
    expectProblem(await ask(boss, [{ department_id: east.id, amount: "much", version: 1 }]), 422, "invalid", "asks.0.amount");
    expectProblem(await ask(boss, [{ department_id: east.id, amount: 1, version: 1 }], "dreams"), 422, "invalid", "measure");
    const stale = expectProblem(await ask(boss, [{ department_id: east.id, amount: 500_00, version: 0 }]), 412, "target_conflict");
    assert.deepEqual(stale.current.asks, [{ department_id: east.id, amount: 400_00, version: 1 }]);
    const { items } = await lead.get("/notifications");
    assert.ok(items.some((item) => item.kind === "target_asked"), "the head hears of it");
});

test("people enter after seeing what is asked; gap and over-assignment stand at every node", async () => {
    const shown = await plan(rep, rep);
    assert.deepEqual(shown.asked.map((one) => [one.department_id, one.amount]), [[north.id, 1_000_00], [top.id, 2_000_00]]);
    assert.deepEqual([shown.state, shown.version, shown.is_mine, shown.may_review], ["draft", 0, true, false]);
    await done(save(rep, [cell(rep, 1, 300_00), cell(rep, 7, 200_00)]));
    await done(save(rep, [cell(rep, 1, 400_00)], { level: "stretch" }));
    await done(save(mate, [cell(mate, 2, 250_00)]));
    await done(save(other, [cell(other, 3, 350_00)]));
    await done(save(manager, [cell(manager, 4, 100_00), cell(north, 12, -50_00)]));
    await done(save(lead, [cell(east, 12, 20_00)]));
    const answer = await assertAddsUp(manager, north.id);
    assert.equal(answer.node.asked, 1_000_00);
    assert.equal(answer.node.entered, 500_00 + 250_00 + 350_00 + 100_00 - 50_00 + 20_00);
    assert.equal(answer.node.gap, 1_000_00 - 1_170_00);
    assert.equal(answer.node.people, 1_200_00);
    assert.equal(answer.node.over_ppm, 200_000, "people promise 1,200 where 1,000 are asked");
    assert.deepEqual([answer.node.expected, answer.node.answered], [5, 0]);
    const below = answer.children.find((line) => line.id === east.id && line.kind === "department");
    assert.deepEqual([below.asked, below.entered, below.gap, below.over_ppm], [400_00, 370_00, 30_00, -125_000]);
    const own = await node(rep);
    assert.deepEqual([own.node.kind, own.children.map((line) => line.id)], ["scope", [rep.user.id]], "a salesperson sees one line");
    await assertAddsUp(boss, top.id);
});

test("how good a target is is computed, and each missing point has its hint", async () => {
    const { smart } = await plan(rep, rep);
    const points = Object.fromEntries(smart.points.map((point) => [point.key, point.hint]));
    assert.deepEqual(points, { specific: null, measurable: "no_data", achievable: "no_history", relevant: null, time_bound: "empty_quarter" });
    assert.deepEqual([smart.score, smart.estimate], [2, null]);
    // Eight months of 100 a month that are over: a year of 1,200 is as likely as not.
    const today = (await rep.get("/meta")).today;
    const customer = await mate.post("/customers", { name: unique("customer") });
    for (let back = 8; back >= 1; back -= 1) {
        const month = new Date(Date.UTC(Number(today.slice(0, 4)), Number(today.slice(5, 7)) - 1 - back, 10)).toISOString().slice(0, 10);
        await (await admin()).post("/contracts", { name: unique("c"), customer_id: customer.id, owner_id: mate.user.id, status: "signed", signed_on: month, amount_minor: 100_00 });
    }
    const now = await roundOf(ops, Number(today.slice(0, 4)) + 1);
    await done(ops.send("PUT", `/target-rounds/${now.id}/asks`, { body: { measure: MEASURE, asks: [{ department_id: north.id, amount: 1, version: 0 }] } }));
    const cells = [1, 4, 7, 10].map((month) => cell(mate, month, 300_00));
    await done(save(mate, cells, { year: now.year }));
    const good = (await mate.get(`/target-rounds/${now.id}/plan`, { measure: MEASURE, ...subject(mate) })).smart;
    assert.equal(good.score, 5, JSON.stringify(good));
    assert.deepEqual([good.estimate.expected, good.estimate.probability_ppm, good.estimate.months], [1_200_00, 500_000, 8]);
    await done(save(mate, cells.map((one) => ({ ...one, amount: 3_000_00, version: 1 })), { year: now.year }));
    const hard = (await mate.get(`/target-rounds/${now.id}/plan`, { measure: MEASURE, ...subject(mate) })).smart;
    assert.deepEqual([hard.score, hard.points[2].hint], [4, "too_hard"]);
});

test("nothing foreign is seen or moved", async () => {
    expectProblem(await rep.send("GET", `/target-rounds/${round.id}/node?department_id=${north.id}`), 404, "not_found");
    expectProblem(await rep.send("GET", `/target-rounds/${round.id}/plan?subject_kind=user&subject_id=${mate.user.id}`), 404, "not_found");
    expectProblem(await lead.send("GET", `/target-rounds/${round.id}/plan?subject_kind=user&subject_id=${rep.user.id}`), 404, "not_found");
    expectProblem(await lead.send("GET", `/target-rounds/${round.id}/plan?subject_kind=department&subject_id=${north.id}`), 404, "not_found");
    expectProblem(await rep.send("GET", `/target-rounds/${round.id}/plan?subject_kind=team&subject_id=1`), 422, "invalid", "subject_kind");
    expectProblem(await rep.send("GET", `/target-rounds/${round.id}/plan?subject_kind=user&subject_id=${rep.user.id}&measure=dreams`), 422, "invalid", "measure");
    expectProblem(await step(rep, "submit", mate, 0), 404, "not_found");
    expectProblem(await step(manager, "submit", rep, 0), 403, "target_not_yours");
    expectProblem(await step(lead, "agree", rep, 0), 404, "not_found");
    expectProblem(await save(rep, [cell(mate, 1, 5)]), 422, "invalid", "cells.0.subject_id");
    expectProblem(await save(lead, [cell(north, 1, 5)]), 422, "invalid", "cells.0.subject_id");
    expectProblem(await save(boss, [cell(north, 1, 5)]), 422, "invalid", "cells.0.subject_id");
    expectProblem(await save(rep, [cell(rep, 13, 5)]), 422, "invalid", "cells.0.month");
    expectProblem(await save(rep, [cell(rep, 2, -5)]), 422, "invalid", "cells.0.amount");
});

test("what is submitted stands still until it is withdrawn, returned or agreed", async () => {
    await done(save(rep, [cell(rep, 1, 200_00)], { level: "challenge" }));
    expectProblem(await step(rep, "submit", rep, 0), 422, "invalid", "challenge");
    await done(save(rep, [cell(rep, 1, 900_00, 1)], { level: "challenge" }));
    expectProblem(await step(rep, "submit", rep, 0), 422, "invalid", "stretch");
    await done(save(rep, [cell(rep, 1, 700_00, 1)], { level: "stretch" }));
    expectProblem(await step(rep, "agree", rep, 0), 403, "forbidden");
    expectProblem(await step(manager, "agree", rep, 0), 409, "target_state");
    const first = await done(step(rep, "submit", rep, 0));
    assert.deepEqual([first.state, first.version, first.versions.length, first.signed.name], ["submitted", 1, 1, rep.user.name]);
    assert.deepEqual(first.versions[0].diff, months(300_00, 0, 0, 0, 0, 0, 200_00));
    expectProblem(await step(rep, "submit", rep, 1), 409, "target_state");
    expectProblem(await step(rep, "withdraw", rep, 0), 412, "stale_version");
    expectProblem(await save(rep, [cell(rep, 1, 1, 1)]), 422, "invalid", "cells.0.subject_id");
    assert.ok((await manager.get("/notifications")).items.some((item) => item.kind === "target_submitted"));
    await done(step(rep, "withdraw", rep, 1));
    await done(save(rep, [cell(rep, 2, 50_00)]));
    const second = await take(rep, "submit", rep);
    assert.deepEqual(second.versions[1].diff, months(0, 50_00));
});

test("returned with a reason and another number, accepted: signed by both", async () => {
    const { version } = await plan(manager, rep);
    expectProblem(await step(manager, "return", rep, version), 422, "invalid", "reason");
    expectProblem(await step(manager, "return", rep, version, { reason: "  " }), 422, "invalid", "reason");
    expectProblem(await step(manager, "return", rep, version, { reason: "more", amounts: [1, 2] }), 422, "invalid", "amounts");
    expectProblem(await step(manager, "return", rep, version, { reason: "more", amounts: months(-5) }), 422, "invalid", "amounts.0.amount");
    expectProblem(await step(manager, "return", rep, version, { reason: "more", amounts: months(1e15 + 1) }), 422, "invalid");
    expectProblem(await step(manager, "return", rep, version, { reason: "more", amounts: ["x"] }), 422, "invalid");
    const offered = months(320_00, 60_00, 0, 0, 0, 0, 200_00);
    const back = await done(step(manager, "return", rep, version, { reason: "the big one is yours", amounts: offered }));
    assert.deepEqual([back.state, back.counter_number, back.levels[0].amounts[0]], ["returned", 3, 300_00], "nothing moves before the other side agrees");
    expectProblem(await step(manager, "accept", rep, back.version), 403, "target_not_yours");
    const agreed = await take(rep, "accept", rep);
    assert.deepEqual([agreed.state, agreed.levels[0].amounts, agreed.signed.name, agreed.agreed.name], ["agreed", offered, rep.user.name, manager.user.name]);
    assert.ok(agreed.versions[2].agreed_at);
    assert.deepEqual(agreed.events.map((event) => event.kind), ["submitted", "withdrawn", "submitted", "returned", "accepted"]);
    expectProblem(await save(rep, [cell(rep, 1, 1, 2)]), 422, "invalid", "cells.0.subject_id");
    await assertAddsUp(manager, north.id);
});

test("two steps at once: one is taken, the other is told", async () => {
    await take(mate, "submit", mate);
    const { version } = await plan(manager, mate);
    const answers = await Promise.all([step(manager, "agree", mate, version), step(boss, "return", mate, version, { reason: "not yet" }), step(mate, "withdraw", mate, version)]);
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1, JSON.stringify(answers.map((answer) => answer.status)));
    answers.filter((answer) => answer.status !== 200).forEach((answer) => {
        assert.equal(expectProblem(answer, 412, "stale_version").current.version, version + 1);
    });
    const now = await plan(mate, mate);
    if (now.state === "agreed") await take(manager, "return", mate, { reason: "again" });
    if (now.state !== "submitted") await take(mate, "submit", mate);
    await take(manager, "agree", mate);
});

test("comments are for both sides; a department's target is agreed above it", async () => {
    expectProblem(await step(rep, "comment", rep, (await plan(rep, rep)).version), 422, "invalid", "reason");
    await take(rep, "comment", rep, { reason: "if the fair takes place" });
    assert.deepEqual((await plan(manager, rep)).events.at(-1).text, "if the fair takes place");
    await take(other, "submit", other);
    await take(lead, "agree", other);
    expectProblem(await step(manager, "submit", east, 0), 403, "target_not_yours");
    await take(lead, "submit", east);
    expectProblem(await step(lead, "agree", east, 1), 403, "target_not_yours");
    await take(manager, "agree", east);
    await take(manager, "submit", north);
    await take(boss, "agree", north);
    await take(manager, "submit", manager);
    expectProblem(await step(manager, "agree", manager, 1), 403, "target_not_yours");
    await take(boss, "agree", manager);
    const answer = await assertAddsUp(manager, north.id);
    assert.deepEqual([answer.node.expected, answer.node.answered, answer.node.agreed, answer.node.state], [5, 4, 4, "agreed"]);
});

test("people are reminded until they have answered, once a step", async () => {
    const reminders = async (who) => (await who.get("/notifications")).items.filter((item) => item.kind === "target_reminder" && item.detail.year === YEAR).length;
    const run = async (moment) => {
        await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('target.remind', '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))");
        await dabiao(["job", "run", "--at", moment]);
    };
    await run(`${YEAR - 1}-12-10T09:00:00+08:00`);
    assert.deepEqual([await reminders(lead), await reminders(rep)], [0, 0]);
    await run(`${YEAR - 1}-12-18T09:00:00+08:00`);
    await run(`${YEAR - 1}-12-19T09:00:00+08:00`);
    assert.deepEqual([await reminders(lead), await reminders(rep)], [1, 0], "lead has not answered for himself");
    await run(`${YEAR - 1}-12-23T09:00:00+08:00`);
    assert.equal(await reminders(lead), 2);
});

test("a round is closed when all have agreed, or anyway; late answers are locked at once", async () => {
    const { version } = (await ops.get("/target-rounds")).items.find((item) => item.id === round.id);
    expectProblem(await manager.send("POST", `/target-rounds/${round.id}/lock`, { body: {}, headers: { "If-Match": String(version) } }), 403, "forbidden");
    const open = expectProblem(await ops.send("POST", `/target-rounds/${round.id}/lock`, { body: {}, headers: { "If-Match": String(version) } }), 409, "target_not_agreed");
    assert.ok(open.current.missing[0].people >= 1 && open.current.missing[0].departments === 1, "the company itself has not answered");
    expectProblem(await ops.send("POST", `/target-rounds/${round.id}/lock`, { body: {}, headers: { "If-Match": "1" } }), 412, "stale_version");
    const closed = await done(ops.send("POST", `/target-rounds/${round.id}/lock`, { body: { anyway: true }, headers: { "If-Match": String(version) } }));
    assert.equal(closed.state, "locked");
    assert.equal((await plan(rep, rep)).state, "locked");
    expectProblem(await ask(boss, [{ department_id: top.id, amount: 1, version: 1 }]), 409, "target_locked");
    expectProblem(await ops.send("PATCH", `/target-rounds/${round.id}`, { body: { note: "x" }, headers: { "If-Match": String(closed.version) } }), 409, "target_locked");
    expectProblem(await save(rep, [cell(rep, 1, 1, 2)]), 422, "invalid", "cells.0.subject_id");
    expectProblem(await step(manager, "return", rep, (await plan(manager, rep)).version, { reason: "late" }), 409, "target_state");
    await done(save(lead, [cell(lead, 6, 10_00)]));
    await take(lead, "submit", lead);
    assert.equal((await take(manager, "agree", lead)).state, "locked");
});

test("a change in mid-year is agreed by both, holds from its month, and leaves what was before", async () => {
    const before = await plan(rep, rep);
    const rest = Array(6).fill(90_00);
    const change = (client, body) => step(client, "change", rep, before.version, { reason: "a region more", effective_on: `${YEAR}-07-01`, amounts: rest, ...body });
    expectProblem(await change(other, {}), 404, "not_found");
    expectProblem(await change(manager, { reason: "" }), 422, "invalid", "reason");
    expectProblem(await change(manager, { effective_on: `${YEAR}-07-02` }), 422, "invalid", "effective_on");
    expectProblem(await change(manager, { effective_on: `${YEAR + 1}-01-01` }), 422, "invalid", "effective_on");
    expectProblem(await change(manager, { amounts: months() }), 422, "invalid", "amounts");
    const proposed = await done(change(manager, {}));
    assert.deepEqual([proposed.state, proposed.change_number, proposed.levels[0].amounts[6]], ["locked", 4, 200_00]);
    expectProblem(await step(manager, "change-agree", rep, proposed.version), 403, "target_not_yours");
    expectProblem(await step(manager, "change", rep, proposed.version, { reason: "x", effective_on: `${YEAR}-07-01`, amounts: rest }), 409, "target_state");
    expectProblem(await step(rep, "change-decline", rep, proposed.version), 422, "invalid", "reason");
    await take(rep, "change-decline", rep, { reason: "too much" });
    await take(rep, "change", rep, { reason: "half of it", effective_on: `${YEAR}-10-01`, amounts: [50_00, 50_00, 120_00] });
    const agreed = await take(manager, "change-agree", rep);
    assert.deepEqual(agreed.levels[0].amounts, [320_00, 60_00, 0, 0, 0, 0, 200_00, 0, 0, 50_00, 50_00, 120_00]);
    assert.equal(agreed.change_number, null);
    const [old, fresh] = agreed.versions.filter((version) => version.agreed_at);
    assert.deepEqual([old.in_force.from_on, old.in_force.to_on, old.in_force.target], [`${YEAR}-01-01`, `${YEAR}-10-01`, 580_00]);
    assert.deepEqual([fresh.in_force.from_on, fresh.in_force.to_on, fresh.in_force.target], [`${YEAR}-10-01`, `${YEAR + 1}-01-01`, 220_00]);
    assert.deepEqual(old.levels[0].amounts, before.levels[0].amounts, "the old version is as it was");
    await assertAddsUp(manager, north.id);
});

test("a transfer moves the months after it, and every sum is still the sum of its rows", async () => {
    const whole = (await node(boss, { department_id: top.id })).node.entered;
    await (await admin()).post(`/users/${rep.user.id}/move`, { department_id: east.id, manager_id: null, from_on: `${YEAR}-07-15` });
    const answer = await assertAddsUp(boss, top.id);
    assert.equal(answer.node.entered, whole);
    const below = await assertAddsUp(manager, east.id);
    const there = below.children.find((line) => line.kind === "user" && line.id === rep.user.id);
    assert.equal(there.entered, 220_00, "July was begun in the old department");
    await assertAddsUp(manager, north.id);
});

test("who joins or leaves is there for some of the working days, and splits go by them", async () => {
    await (await admin()).patch(`/users/${mate.user.id}`, { joined_on: `${YEAR}-02-15` }, (await (await admin()).get(`/users/${mate.user.id}`)).version);
    const { presence } = await plan(mate, mate);
    const workdays = (month, from = 1) => Array.from({ length: new Date(Date.UTC(YEAR, month, 0)).getUTCDate() }, (_, at) => at + 1)
        .filter((day) => day >= from && ![0, 6].includes(new Date(Date.UTC(YEAR, month - 1, day)).getUTCDay())).length;
    assert.deepEqual(presence.days.slice(0, 3), [0, workdays(2, 15), workdays(3)]);
    assert.deepEqual(presence.of_days.slice(0, 3), [workdays(1), workdays(2), workdays(3)]);
    // Splits go by the same rule, and add up to the 分.
    const split = (body) => mate.post("/targets/split", { year: YEAR, measure: MEASURE, user_id: mate.user.id, total: 1_000_01, ...body });
    for (const method of ["even", "working_days", "last_year", "history"]) {
        const { amounts } = await split({ method });
        assert.equal(amounts.reduce((sum, one) => sum + one, 0), 1_000_01, method);
        assert.equal(amounts[0], 0, method);
        assert.ok(amounts[1] > 0 && amounts[1] < amounts[2], `${method}: ${amounts}`);
    }
});

test("another start of the fiscal year cuts the same cells anew", async () => {
    const chief = await admin();
    for (const level of ["base", "stretch"]) {
        await done(manager.send("PUT", "/targets/grid", { body: { year: YEAR + 1, measure: MEASURE, level, cells: [cell(rep, 2, 30_00), cell(north, 3, 4_00), cell(rep, 4, 5_00)] } }));
    }
    const january = await assertAddsUp(ops, top.id);
    const settings = await chief.get("/company");
    await chief.patch("/company", { fiscal_year_start_month: 4 }, settings.version);
    try {
        const april = await assertAddsUp(ops, top.id, "04");
        assert.notEqual(april.node.entered, january.node.entered);
        assert.notEqual(april.node.own, january.node.own);
        const part = await node(manager, { department_id: north.id });
        assert.deepEqual(part.node.entered, (await assertAddsUp(ops, north.id, "04")).node.entered, "part of the company sees the same of itself");
    } finally {
        await chief.patch("/company", { fiscal_year_start_month: settings.fiscal_year_start_month }, (await chief.get("/company")).version);
    }
    assert.deepEqual((await assertAddsUp(ops, top.id)).node, january.node);
});

test("the doctor computes everything again and finds nothing", async () => {
    const { stdout } = await dabiao(["doctor", "--json"]);
    const report = JSON.parse(stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_targets], [0, 0, 0]);
});
