// Joiners, leavers and transfers: what the rule proposes, what both sides make of it, and sums that stay what they are (TGT-7).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";

const YEAR = 2046; // a year no other test has figures in
const MEASURE = "signed_amount";

await stack();

let top;
let north; // manager, mover, leaver, late, joiner
let south; // where the mover goes
let boss;
let manager;
let mover;
let leaver;
let late;
let joiner;
let round;

const subject = (who) => (who.token ? { subject_kind: "user", subject_id: who.user.id } : { subject_kind: "department", subject_id: who.id });
const plan = (client, who) => client.get(`/target-rounds/${round.id}/plan`, { measure: MEASURE, ...subject(who) });
const step = async (client, word, who, body = {}) =>
    client.send("POST", `/target-rounds/${round.id}/plan/${word}`, { body: { measure: MEASURE, ...subject(who), version: (await plan(client, who)).version, ...body } });
const turnover = (client, query = {}) => client.get(`/target-rounds/${round.id}/turnover`, { measure: MEASURE, ...query });
const lineOf = async (client, who, kind) => (await turnover(client)).items.find((line) => line.user_id === who.user.id && line.kind === kind);
const sum = (amounts) => amounts.reduce((total, one) => total + one, 0);
const on = (month, day) => `${YEAR}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
/** Monday to Friday: the calendar knows nothing of that year yet. */
function workdays(month, from = 1, to = new Date(Date.UTC(YEAR, month, 0)).getUTCDate()) {
    return Array.from({ length: to - from + 1 }, (_, at) => from + at).filter((day) => ![0, 6].includes(new Date(Date.UTC(YEAR, month - 1, day)).getUTCDay())).length;
}
const YEAR_DAYS = sum(Array.from({ length: 12 }, (_, month) => workdays(month + 1)));
const part = (amount, days, of) => Math.round((amount * days) / of);

async function done(answer) {
    const { status, body } = await answer;
    assert.ok(status < 300, `${status} ${JSON.stringify(body)}`);
    return body;
}
async function promise(who, keeper, amounts) {
    const cells = amounts.map((amount, at) => ({ ...subject(who), month: at + 1, amount, version: 0 }));
    await done((who.token ? who : manager).send("PUT", "/targets/grid", { body: { year: YEAR, measure: MEASURE, cells } }));
    await done(step(who.token ? who : manager, "submit", who));
    await done(step(keeper, "agree", who));
}
const entered = async (where) => (await boss.get(`/target-rounds/${round.id}/node`, { measure: MEASURE, department_id: where.id })).node.entered;
async function rowsOf(where) {
    const [[rows]] = await sql(`SELECT COALESCE(SUM(v.amount), 0) FROM target_value v WHERE v.department_id = ${where.id} AND v.measure = '${MEASURE}'
        AND v.level = 'base' AND v.month_on >= '${YEAR}-01-01' AND v.month_on < '${YEAR + 1}-01-01'`);
    return Number(rows);
}
/** What the proposal says, put before the other side. */
const propose = (client, who, line, more = {}) =>
    step(client, line.proposal.step, who, {
        reason: "by the rule", amounts: line.proposal.amounts, effective_on: line.proposal.effective_on, cause_kind: line.kind, cause_on: line.on, ...more,
    });

before(async () => {
    top = await company();
    north = await department({ name: unique("north") });
    south = await department({ name: unique("south") });
    boss = await person({ role: "executive" });
    manager = await person({ role: "manager", department_id: north.id });
    [mover, leaver, late] = await Promise.all([1, 2, 3].map(() => person({ department_id: north.id })));
    await (await admin()).patch(`/departments/${north.id}`, { manager_id: manager.user.id }, north.version);
    round = await boss.post("/target-rounds", { year: YEAR, deadline_on: `${YEAR - 1}-12-20` });
    await done(boss.send("PUT", `/target-rounds/${round.id}/asks`, { body: { measure: MEASURE, asks: [{ department_id: top.id, amount: 1_000_000, version: 0 }] } }));
    await promise(mover, manager, Array(12).fill(100_01));
    await promise(leaver, manager, Array(12).fill(70_03));
    await promise(late, manager, Array(12).fill(50_00));
    await promise(north, boss, Array(12).fill(5_00));
    round = await done(boss.send("POST", `/target-rounds/${round.id}/lock`, { body: { anyway: true }, headers: { "If-Match": String(round.version) } }));
});

test("no token, no right, out of scope, bad input", async () => {
    const path = `/target-rounds/${round.id}/turnover`;
    expectProblem(await send("GET", path), 401, "not_signed_in");
    expectProblem(await boss.send("GET", "/target-rounds/999999999/turnover"), 404, "not_found");
    expectProblem(await boss.send("GET", `${path}?measure=happiness`), 422, "invalid", "measure");
    expectProblem(await boss.send("GET", `${path}?department_id=x`), 422, "invalid", "department_id");
    const stranger = await person({ role: "manager", department_id: south.id });
    expectProblem(await stranger.send("GET", `${path}?department_id=${north.id}`), 404, "not_found");
    const { id } = await (await admin()).post("/roles", { name: unique("role"), permissions: ["customer.view"], scopes: [{ object: "customer", scope: "own" }] });
    const nobody = await person({ role_ids: [id] });
    expectProblem(await nobody.send("GET", path), 403, "forbidden");
    assert.deepEqual((await turnover(boss)).items.filter((line) => [mover, leaver, late].some((who) => who.user.id === line.user_id)), []);
});

test("of a transfer the days behind it go along; the year and every sum stay", async () => {
    const whole = await entered(top);
    await (await admin()).post(`/users/${mover.user.id}/move`, { department_id: south.id, manager_id: null, from_on: on(7, 11) });
    const line = await lineOf(manager, mover, "moved");
    const rest = part(100_01, workdays(7, 11), workdays(7));
    assert.deepEqual([line.on, line.from_department.id, line.to_department.id, line.year], [on(7, 11), north.id, south.id, 12 * 100_01]);
    const behind = workdays(7, 11) + sum([8, 9, 10, 11, 12].map((month) => workdays(month)));
    assert.deepEqual([line.days, line.of_days, line.days_ppm], [behind, YEAR_DAYS, part(1_000_000, behind, YEAR_DAYS)]);
    assert.deepEqual([line.along, line.moves], [5 * 100_01, 5 * 100_01 + rest]);
    assert.deepEqual(line.proposal, { step: "change", effective_on: on(7, 1), before: Array(6).fill(100_01), amounts: [100_01 - rest, 100_01 + rest, ...Array(4).fill(100_01)],
        released: 0, may_propose: true, may_release: false });
    // Nothing has changed yet, and nothing does until both have signed.
    assert.equal(await rowsOf(south), 5 * 100_01);
    expectProblem(await propose(manager, mover, line, { cause_on: on(7, 12) }), 422, "invalid", "cause_on");
    expectProblem(await propose(manager, mover, line, { cause_kind: "left" }), 422, "invalid", "cause_on");
    expectProblem(await propose(manager, mover, line, { cause_kind: "fired" }), 422, "invalid", "cause_kind");
    const more = [...line.proposal.amounts.slice(0, 5), 100_02];
    expectProblem(await propose(manager, mover, line, { amounts: more }), 422, "invalid", "amounts.1.subject_id");
    await done(propose(manager, mover, line));
    assert.equal(await rowsOf(south), 5 * 100_01);
    const waiting = await lineOf(manager, mover, "moved");
    assert.deepEqual([waiting.waits, waiting.proposal], [true, null]);
    assert.deepEqual([(await plan(manager, mover)).may_answer, (await plan(mover, mover)).may_answer], [false, true]);
    // Either side may propose and the other agree, though each head sees one of the two months only.
    await done(step(mover, "change-decline", mover, { reason: "I say it myself" }));
    await done(propose(mover, mover, await lineOf(mover, mover, "moved")));
    await done(step(manager, "change-agree", mover));
    assert.deepEqual([await rowsOf(south), await entered(south), await entered(top)], [5 * 100_01 + rest, 5 * 100_01 + rest, whole]);
    const settled = await lineOf(manager, mover, "moved");
    assert.deepEqual([settled.is_settled, settled.proposal, settled.year], [true, null, 12 * 100_01]);
    const { versions } = await plan(mover, mover);
    assert.deepEqual([versions[0].in_force.to_on, versions[0].in_force.target], [on(7, 1), 6 * 100_01], "what was before stays reproducible");
});

test("of a leaver the days after it are set free, into the department's own, and two people sign", async () => {
    const whole = await entered(top);
    const north1 = await entered(north);
    await (await admin()).post(`/users/${leaver.user.id}/disable`, { left_on: on(10, 16) });
    const line = await lineOf(manager, leaver, "left");
    const stays = part(70_03, workdays(10, 1, 16), workdays(10));
    assert.deepEqual(line.proposal, { step: "change", effective_on: on(10, 1), before: Array(3).fill(70_03), amounts: [stays, 0, 0], released: 3 * 70_03 - stays,
        may_propose: true, may_release: true });
    assert.equal(line.moves, 3 * 70_03 - stays);
    await done(propose(manager, leaver, line, { to_department: true }));
    assert.equal(await entered(north), north1, "nothing changes without agreement");
    expectProblem(await step(manager, "change-agree", leaver), 403, "target_not_yours");
    expectProblem(await step(manager, "change-agree", north), 403, "target_not_yours");
    assert.deepEqual([(await plan(manager, leaver)).may_answer, (await plan(boss, leaver)).may_answer], [false, true]);
    await done(step(boss, "change-agree", leaver));
    assert.equal(await entered(north), north1 - (3 * 70_03 - stays));
    const own = await done(step(boss, "change-agree", north));
    assert.deepEqual(own.levels[0].amounts.slice(8), [5_00, 5_00 + 70_03 - stays, 75_03, 75_03]);
    assert.deepEqual([await entered(north), await entered(top)], [north1, whole]);
    assert.equal((await lineOf(manager, leaver, "left")).proposal, null);
});

test("what is set free goes only where the user may propose it", async () => {
    const gone = await person({ department_id: south.id });
    const cells = Array.from({ length: 12 }, (_, at) => ({ ...subject(gone), month: at + 1, amount: 8_00, version: 0 }));
    await done(gone.send("PUT", "/targets/grid", { body: { year: YEAR, measure: MEASURE, cells } }));
    await done(step(gone, "submit", gone));
    await done(step(boss, "agree", gone));
    await (await admin()).post(`/users/${gone.user.id}/disable`, { left_on: on(6, 30) });
    const line = await lineOf(boss, gone, "left");
    assert.deepEqual([line.proposal.released, line.proposal.may_release], [6 * 8_00, false], "the department's own is not agreed yet");
    expectProblem(await propose(boss, gone, line, { to_department: true }), 422, "invalid", "to_department");
    assert.equal((await plan(boss, gone)).change_number, null, "refused as a whole");
});

test("who comes later than planned gives back the days before, reckoned from what was agreed even if the day is put right", async () => {
    const setDay = async (joined_on) => (await admin()).patch(`/users/${late.user.id}`, { joined_on }, (await (await admin()).get(`/users/${late.user.id}`)).version);
    await setDay(on(3, 14));
    const line = await lineOf(manager, late, "joined");
    const march = part(50_00, workdays(3, 14), workdays(3));
    assert.deepEqual(line.proposal.amounts, [0, 0, march, ...Array(9).fill(50_00)]);
    assert.equal(line.moves, march + 9 * 50_00);
    await done(propose(manager, late, line));
    await done(step(late, "change-agree", late));
    assert.equal((await lineOf(manager, late, "joined")).proposal, null);
    await setDay(on(4, 2));
    const again = await lineOf(manager, late, "joined");
    assert.deepEqual([again.proposal.effective_on, again.proposal.amounts.slice(0, 3)], [on(3, 1), [0, part(50_00, workdays(4, 2), workdays(4)), 50_00]]);
});

test("a joiner without a target is shown what the colleagues promise for those days", async () => {
    joiner = await person({ department_id: north.id, joined_on: on(11, 12) });
    const line = await lineOf(manager, joiner, "joined");
    const months = await Promise.all([mover, leaver, late].map(async (who) => (await plan(boss, who)).levels[0].amounts));
    const mean = (m, people) => part(sum(people.map((one) => months[one][m])), 1, people.length);
    assert.deepEqual([line.state, line.year, line.proposal, line.colleagues], ["draft", 0, null, 3]);
    assert.deepEqual(line.suggested.slice(9), [0, part(mean(10, [2]), workdays(11, 12), workdays(11)), mean(11, [2])], "of those who have a target there that month");
    assert.equal(line.moves, sum(line.suggested));
    assert.equal((await turnover(manager, { department_id: north.id })).items.some((one) => one.user_id === joiner.user.id), true);
    assert.deepEqual((await turnover(joiner)).items.map((one) => one.user_id), [joiner.user.id], "others see their own");
});

test("the doctor computes everything again and finds nothing", async () => {
    const { stdout } = await dabiao(["doctor", "--json"]);
    const report = JSON.parse(stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_targets], [0, 0, 0]);
});
