// Targets and completion: who sets what, that every figure is the sum of the rows behind it, and that the past stays
// where it happened (TGT-1, 2, 3, 4, 8, 9).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";

const YEAR = 2031; // a year no other test has figures in
const MEASURE = "signed_amount";

await stack(); // before any hook: the program lives as long as the file

let top; // below the company: north (rep, manager), north > east (other)
let north;
let east;
let manager;
let rep;
let other;
let finance;

const cell = (client, month, amount, version = 0) => ({ subject_kind: "user", subject_id: client.user.id, month, amount, version });
const save = (client, cells, options = {}) =>
    client.send("PUT", "/targets/grid", { body: { year: YEAR, measure: MEASURE, cells, ...options } });
const overview = (client, parameters = {}) => client.get("/targets/overview", { year: YEAR, measure: MEASURE, ...parameters });

before(async () => {
    top = await company();
    north = await department({ name: unique("north") });
    east = await department({ name: unique("east"), parent_id: north.id });
    manager = await person({ role: "manager", department_id: north.id });
    rep = await person({ role: "sales", department_id: north.id });
    other = await person({ role: "sales", department_id: east.id });
    finance = await person({ role: "finance" });
});

// Every period and every node must be the sum of its parts.
function assertAddsUp(answer) {
    for (const key of ["target", "actual", "gap"]) {
        const parts = answer.children.reduce((sum, line) => sum + line[key], answer.own[key]);
        if (answer.node.kind !== "user") assert.equal(answer.node[key], parts, key);
        assert.equal(answer.periods.reduce((sum, period) => sum + period[key], 0), answer.node[key]);
        answer.periods.forEach((period, index) => {
            const inPeriod = answer.children.reduce((sum, line) => sum + line.periods[index][key], answer.own.periods[index][key]);
            if (answer.node.kind !== "user") assert.equal(period[key], inPeriod);
        });
    }
}

test("the measures are known", async () => {
    const { items } = await rep.get("/targets/measures");
    assert.deepEqual(items.slice(0, 8).map((item) => item.key),
        ["signed_amount", "received_amount", "gross_profit", "new_customers", "won_deals", "follow_ups", "invoiced_amount", "visits"]);
    assert.deepEqual([...new Set(items.slice(0, 8).map((item) => item.kind))], ["money", "count"]);
});

test("no token, no right", async () => {
    expectProblem(await send("GET", `/targets/overview?year=${YEAR}`), 401, "not_signed_in");
    expectProblem(await save(finance, [cell(rep, 1, 1)]), 403, "forbidden");
});

test("a salesperson sets the year, a second save needs the new versions", async () => {
    const first = await save(rep, [cell(rep, 1, 100_00), cell(rep, 2, 200_00), cell(rep, 12, 0)]);
    assert.equal(first.status, 200, JSON.stringify(first.body));
    assert.deepEqual(first.body.cells.map((item) => item.version), [1, 1, 0]);
    // The same request again (its answer was lost): nothing changes, the versions are told.
    const again = await save(rep, [cell(rep, 1, 100_00), cell(rep, 2, 200_00)]);
    assert.deepEqual(again.body.cells.map((item) => item.version), [1, 1]);
    const stale = await save(rep, [cell(rep, 1, 300_00, 1), cell(rep, 2, 250_00, 0)]);
    const problem = expectProblem(stale, 412, "target_conflict");
    assert.deepEqual(problem.current.cells, [cell(rep, 2, 200_00, 1)]);
    const grid = await rep.get("/targets/grid", { year: YEAR, measure: MEASURE });
    assert.equal(grid.rows.length, 1, "a salesperson sees one row");
    assert.deepEqual(grid.rows[0].cells.slice(0, 3), [{ amount: 100_00, version: 1 }, { amount: 200_00, version: 1 }, { amount: 0, version: 0 }]);
    assert.equal(grid.rows[0].total, 300_00);
    assert.equal(grid.rows[0].can_edit, true);
});

test("nobody sets targets outside the scope", async () => {
    expectProblem(await save(rep, [cell(other, 1, 5)]), 422, "invalid", "cells.0.subject_id");
    const own = { subject_kind: "department", subject_id: north.id, month: 1, amount: 5, version: 0 };
    expectProblem(await save(rep, [own]), 422, "invalid", "cells.0.subject_id");
    expectProblem(await save(manager, [{ ...own, subject_id: top.id }]), 422, "invalid", "cells.0.subject_id");
    expectProblem(await save(manager, [cell(rep, 1, 5, 1), cell(finance, 1, 5)]), 422, "invalid", "cells.1.subject_id");
    expectProblem(await rep.send("GET", `/targets/overview?year=${YEAR}&department_id=${north.id}`), 404, "not_found");
    expectProblem(await rep.send("GET", `/targets/facts?year=${YEAR}&user_id=${other.user.id}`), 404, "not_found");
    expectProblem(await rep.send("GET", `/targets/overview?year=${YEAR}&user_id=${other.user.id}`), 404, "not_found");
    expectProblem(await rep.send("GET", `/targets/grid?year=${YEAR}&department_id=${north.id}`), 404, "not_found");
    expectProblem(await manager.send("GET", `/targets/facts?year=${YEAR}&department_id=${top.id}`), 404, "not_found");
});

test("bad cells are named", async () => {
    expectProblem(await save(rep, [cell(rep, 13, 1)]), 422, "invalid", "cells.0.month");
    expectProblem(await save(rep, [cell(rep, 1, -1, 1)]), 422, "invalid", "cells.0.amount");
    expectProblem(await save(rep, [cell(rep, 1, 1.5, 1)]), 422, "invalid", "cells.0.amount");
    expectProblem(await save(rep, [cell(rep, 1, 1e15 + 1, 1)]), 422, "invalid", "cells.0.amount");
    expectProblem(await save(rep, [cell(rep, 3, 1), cell(rep, 3, 2)]), 422, "invalid", "cells.1.month");
    expectProblem(await save(rep, [cell(rep, 1, 1)], { measure: "nonsense" }), 422, "invalid", "measure");
    expectProblem(await rep.send("GET", "/targets/overview?measure=nonsense"), 422, "invalid", "measure");
    expectProblem(await rep.send("GET", `/targets/overview?year=${YEAR}&by=week`), 422, "invalid", "by");
    expectProblem(await rep.send("GET", `/targets/facts?year=${YEAR}&cursor=x`), 400, "bad_cursor");
    expectProblem(await rep.send("GET", `/targets/facts?year=${YEAR}&from_on=2000-01-01`), 422, "invalid", "from_on");
});

test("person, department and company add up, own amounts may be negative", async () => {
    const saved = await save(manager, [cell(other, 1, 1_000_00), cell(other, 7, 33),
        { subject_kind: "department", subject_id: north.id, month: 1, amount: -50_00, version: 0 },
        { subject_kind: "department", subject_id: east.id, month: 12, amount: 7_00, version: 0 }]);
    assert.equal(saved.status, 200, JSON.stringify(saved.body));
    const answer = await overview(manager);
    assert.equal(answer.node.kind, "department");
    assert.equal(answer.node.id, north.id);
    assert.equal(answer.node.target, 300_00 + 1_000_00 + 33 - 50_00 + 7_00);
    assert.equal(answer.own.target, -50_00);
    assertAddsUp(answer);
    assertAddsUp(await overview(manager, { by: "quarter" }));
    const whole = await overview(await admin());
    assert.ok(whole.children.some((line) => line.id === north.id && line.target === answer.node.target));
    assertAddsUp(whole);
    const grid = await manager.get("/targets/grid", { year: YEAR, measure: MEASURE });
    assert.deepEqual(grid.rows.map((row) => [row.subject_kind, row.subject_id, row.depth]), [
        ["department", north.id, 0], ...[manager, rep].sort((a, b) => (a.login < b.login ? -1 : 1)).map((one) => ["user", one.user.id, 1]),
        ["department", east.id, 1], ["user", other.user.id, 2]]);
    assert.equal(grid.rows.reduce((sum, row) => sum + row.total, 0), answer.node.target);
});

test("without a target there is no completion", async () => {
    const nothing = await rep.get("/targets/overview", { year: YEAR, measure: "won_deals" });
    assert.equal(nothing.node.kind, "user");
    assert.equal(nothing.node.id, rep.user.id);
    assert.equal(nothing.node.completion_ppm, null);
    assert.equal(nothing.periods.length, 12);
});

async function contract(owner, amount, on) {
    const customer = await owner.post("/customers", { name: unique("customer") });
    return (await admin()).post("/contracts", { name: unique("contract"), customer_id: customer.id, owner_id: owner.user.id,
        status: "signed", signed_on: on, amount_minor: amount, cost_minor: Math.floor(amount / 3) });
}

test("contracts, payments and refunds count at once, and every figure opens its rows", async () => {
    const signed = await contract(rep, 80_00, `${YEAR}-01-15`);
    await contract(rep, 20_00, `${YEAR}-06-30`);
    await contract(other, 500_00, `${YEAR}-07-01`);
    const answer = await overview(manager);
    assert.equal(answer.node.actual, 600_00);
    assertAddsUp(answer);
    const line = answer.children.find((child) => child.id === rep.user.id && child.kind === "user");
    assert.equal(line.actual, 100_00);
    assert.equal(line.completion_ppm, Math.round((100_00 / 300_00) * 1e6));
    assert.equal(line.gap, 200_00);
    const january = await manager.get("/targets/facts", { year: YEAR, measure: MEASURE, department_id: north.id,
        user_id: rep.user.id, from_on: answer.periods[0].from_on, to_on: answer.periods[0].to_on });
    assert.deepEqual([january.sum, january.count], [80_00, 1]);
    assert.equal(january.items[0].record_id, signed.id);
    assert.equal(january.items[0].on, `${YEAR}-01-15`);
    assert.equal(january.items[0].label, signed.number);
    assert.ok(january.items[0].customer_name.startsWith("customer"));
    const all = await manager.get("/targets/facts", { year: YEAR, measure: MEASURE, department_id: north.id, limit: 2 });
    assert.deepEqual([all.sum, all.count, all.items.length], [600_00, 3, 2]);
    const rest = await manager.get("/targets/facts", { year: YEAR, measure: MEASURE, department_id: north.id, limit: 2, cursor: all.next_cursor });
    assert.equal(rest.next_cursor, null);
    assert.equal([...all.items, ...rest.items].reduce((sum, item) => sum + item.amount, 0), 600_00);
    const part = await manager.get("/targets/facts", { year: YEAR, measure: MEASURE, from_on: `${YEAR}-01-10`, to_on: `${YEAR}-07-01` });
    assert.deepEqual([part.sum, part.count], [100_00, 2]);

    const payment = await (await admin()).post("/payments", { contract_id: signed.id, amount_minor: 50_00, received_on: `${YEAR}-02-01` });
    await (await admin()).post("/refunds", { payment_id: payment.id, amount_minor: 20_00, refunded_on: `${YEAR}-03-01` });
    const received = await overview(rep, { measure: "received_amount" });
    assert.deepEqual(received.periods.slice(1, 3).map((period) => period.actual), [50_00, -20_00]);
    assert.equal((await overview(rep, { measure: "gross_profit" })).node.actual, 100_00 - 26_66 - 6_66);
});

test("what is invoiced counts on its day, what is taken back counts against it; of follow-ups only visits are visits", async () => {
    const boss = await admin();
    const signed = await contract(rep, 1_000_00, `${YEAR + 5}-01-15`);
    const invoice = await boss.post("/invoices", { contract_id: signed.id, title: "t", amount_minor: 600_00, issued_on: `${YEAR + 5}-02-03` });
    await boss.post(`/invoices/${invoice.id}/red-letter`, { issued_on: `${YEAR + 5}-03-04` });
    await boss.post("/invoices", { contract_id: signed.id, title: "t", amount_minor: 400_00, issued_on: `${YEAR + 5}-03-05` });
    const invoiced = await overview(rep, { year: YEAR + 5, measure: "invoiced_amount" });
    assert.deepEqual(invoiced.periods.slice(0, 4).map((period) => period.actual), [0, 600_00, -200_00, 0]);
    const facts = await rep.get("/targets/facts", { year: YEAR + 5, measure: "invoiced_amount" });
    assert.deepEqual([facts.sum, facts.count], [400_00, 3]);
    assert.ok(facts.items.every((item) => item.object === "invoice"));

    const customer = await rep.post("/customers", { name: unique("customer") });
    const visit = await rep.post("/follow-ups", { customer_id: customer.id, method: "visit", content: "seen" });
    await rep.post("/follow-ups", { customer_id: customer.id, method: "call", content: "heard" });
    const counted = async () => {
        const both = await Promise.all(["follow_ups", "visits"].map((measure) => rep.get("/targets/overview", { measure })));
        return both.map((answer) => answer.node.actual);
    };
    const [all, visits] = await counted();
    assert.deepEqual([all >= 2, visits], [true, 1]);
    await rep.patch(`/follow-ups/${visit.id}`, { method: "call" }, visit.version);
    assert.deepEqual(await counted(), [all, 0], "a correction takes the visit away and leaves the follow-up");
});

test("stretch and challenge are targets beside the base, with sums of their own", async () => {
    const before = (await overview(manager)).node.target;
    const saved = await save(rep, [cell(rep, 8, 150_00)], { level: "stretch" });
    assert.equal(saved.status, 200, JSON.stringify(saved.body));
    expectProblem(await save(rep, [cell(rep, 8, 1)], { level: "dream" }), 422, "invalid", "level");
    expectProblem(await rep.send("GET", `/targets/overview?year=${YEAR}&level=dream`), 422, "invalid", "level");
    assert.equal((await overview(manager)).node.target, before);
    const stretch = await overview(manager, { level: "stretch" });
    assert.deepEqual([stretch.level, stretch.node.target], ["stretch", 150_00]);
    assertAddsUp(stretch);
    const grid = await rep.get("/targets/grid", { year: YEAR, measure: MEASURE, level: "stretch" });
    assert.deepEqual(grid.rows.map((row) => [row.total, row.cells[7].version]), [[150_00, 1]]);
});

test("a figure never shows a record to those who may not read it", async () => {
    const answer = await rep.get("/targets/facts", { year: YEAR, measure: MEASURE });
    assert.deepEqual([answer.sum, answer.count], [100_00, 2]);
    assert.ok(answer.items.every((item) => item.user_id === rep.user.id));
});

test("a change of the record moves its figure, deleting takes it away, restoring brings it back", async () => {
    const boss = await admin();
    const made = await contract(rep, 9_00, `${YEAR}-09-09`);
    const september = async () => (await overview(rep)).periods[8].actual;
    assert.equal(await september(), 9_00);
    const draft = await boss.patch(`/contracts/${made.id}`, { status: "draft" }, made.version);
    assert.equal(await september(), 0);
    const changed = await boss.patch(`/contracts/${made.id}`, { amount_minor: 11_00, status: "signed" }, draft.version);
    assert.equal(await september(), 11_00);
    await boss.delete(`/contracts/${made.id}`, changed.version);
    assert.equal(await september(), 0);
    await boss.post(`/contracts/${made.id}/restore`);
    assert.equal(await september(), 11_00);
    await boss.delete(`/contracts/${made.id}`, (await boss.get(`/contracts/${made.id}`)).version);
});

test("the past stays where it happened when a person moves", async () => {
    await (await admin()).post(`/users/${rep.user.id}/move`, { department_id: east.id, manager_id: null, from_on: `${YEAR}-02-01` });
    const answer = await overview(manager);
    assertAddsUp(answer);
    const there = answer.children.find((child) => child.kind === "user" && child.id === rep.user.id);
    assert.deepEqual([there.target, there.actual], [100_00, 80_00], "January stays in the old department");
    const below = await overview(manager, { department_id: east.id });
    assertAddsUp(below);
    const here = below.children.find((child) => child.id === rep.user.id);
    assert.deepEqual([here.target, here.actual], [200_00, 20_00]);
    assert.deepEqual(below.path.map((item) => item.id), [north.id]);
    const grid = await manager.get("/targets/grid", { year: YEAR, measure: MEASURE });
    const rows = grid.rows.filter((row) => row.subject_kind === "user" && row.subject_id === rep.user.id);
    assert.deepEqual(rows.map((row) => row.cells.map((item) => item !== null)),
        [[true, ...Array(11).fill(false)], [false, ...Array(11).fill(true)]]);
    assert.equal((await overview(rep)).node.actual, 100_00, "the person's own figure is whole");
});

test("splitting adds up to the total", async () => {
    const split = async (body) => (await rep.post("/targets/split", { year: YEAR, measure: MEASURE, ...body })).amounts;
    assert.deepEqual(await split({ method: "even", total: 100 }), [...Array(11).fill(8), 12]);
    const days = await split({ method: "working_days", total: 1_000_000_01 });
    assert.equal(days.reduce((sum, part) => sum + part, 0), 1_000_000_01);
    const next = { year: YEAR + 1, user_id: rep.user.id };
    const season = await split({ ...next, method: "last_year", total: 10 });
    assert.deepEqual([season[0], season[5], season.reduce((sum, part) => sum + part, 0)], [8, 2, 10]);
    const copy = await split({ ...next, method: "copy_percent", percent_ppm: 100_000 });
    assert.deepEqual([copy[0], copy[5]], [88_00, 22_00]);
    const targets = await split({ ...next, method: "copy_percent", percent_ppm: 0, source: "target" });
    assert.deepEqual(targets.slice(0, 2), [100_00, 200_00]);
    expectProblem(await rep.send("POST", "/targets/split", { body: { year: YEAR, measure: MEASURE, method: "even" } }), 422, "invalid", "total");
    expectProblem(await rep.send("POST", "/targets/split", { body: { year: YEAR + 1, measure: MEASURE, method: "last_year", total: 1, user_id: other.user.id } }), 404, "not_found");
});

test("two people saving at once lose nothing", async () => {
    const amounts = Array.from({ length: 8 }, (_, index) => 1000 + index);
    const answers = await Promise.all(amounts.map((amount) => save(other, [cell(other, 3, amount), cell(other, 4, amount)])));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
    answers.filter((answer) => answer.status !== 200).forEach((answer) => expectProblem(answer, 412, "target_conflict"));
    const winner = answers.find((answer) => answer.status === 200).body.cells[0].amount;
    const grid = await other.get("/targets/grid", { year: YEAR, measure: MEASURE });
    assert.deepEqual(grid.rows[0].cells.slice(2, 4), [{ amount: winner, version: 1 }, { amount: winner, version: 1 }]);
});

test("a fiscal year may begin in April", async () => {
    const boss = await admin();
    const settings = await boss.get("/company");
    await boss.patch("/company", { fiscal_year_start_month: 4 }, settings.version);
    try {
        const answer = await overview(rep);
        assert.deepEqual([answer.from_on, answer.to_on], [`${YEAR}-04-01`, `${YEAR + 1}-04-01`]);
        assert.equal(answer.node.actual, 20_00, "the first quarter belongs to the year before");
        const before = await overview(rep, { year: YEAR - 1 });
        assert.deepEqual(before.periods.slice(9).map((period) => period.target), [100_00, 200_00, 0]);
    } finally {
        await boss.patch("/company", { fiscal_year_start_month: settings.fiscal_year_start_month }, (await boss.get("/company")).version);
    }
});

test("another time zone moves what happened at an instant to its new day", async () => {
    const boss = await admin();
    const settings = await boss.get("/company");
    const customer = await rep.post("/customers", { name: unique("customer") });
    await sql(`UPDATE customer SET created_at = '${YEAR}-07-31 20:00:00' WHERE id = ${customer.id}`); // 1 August in Shanghai
    const inMonths = async () => (await overview(rep, { measure: "new_customers" })).periods.slice(6, 8).map((period) => period.actual);
    const change = async (zone) => {
        await boss.patch("/company", { time_zone: zone }, (await boss.get("/company")).version);
        const job = (await boss.list("/jobs")).find((item) => item.kind === "metric.rebuild");
        await boss.job(job.id);
    };
    try {
        await change("America/New_York");
        assert.deepEqual(await inMonths(), [1, 0]);
    } finally {
        await change(settings.time_zone);
    }
    assert.deepEqual(await inMonths(), [0, 1]);
});

test("where a year is going: by days, by last year's season, and by the pace of the months that are over", async () => {
    const boss = await admin();
    const today = (await boss.get("/meta")).today;
    const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))];
    const seller = await person({ department_id: north.id });
    const customer = await seller.post("/customers", { name: unique("customer") });
    const sell = (on, amount) => boss.post("/contracts", { name: unique("c"), customer_id: customer.id, owner_id: seller.user.id, status: "signed", signed_on: on, amount_minor: amount });
    const ask = (parameters = {}) => seller.get("/targets/outlook", { year, measure: MEASURE, user_id: seller.user.id, ...parameters });
    assert.deepEqual([(await ask()).projected, (await ask()).season_ppm], [null, null], "nothing is known yet");
    // Last year: 900 in January, 100 in December; since then 100 in each month that is over.
    await sell(`${year - 1}-01-05`, 900_00);
    await sell(`${year - 1}-12-05`, 100_00);
    for (let one = 1; one < month; one += 1) await sell(`${year}-${String(one).padStart(2, "0")}-05`, 100_00);
    await save(seller, [cell(seller, 1, 1_200_00)], { year });
    const outlook = await ask();
    assert.deepEqual([outlook.target, outlook.actual], [1_200_00, (month - 1) * 100_00]);
    const passed = (await seller.get("/targets/overview", { year, measure: MEASURE })).time_passed_ppm;
    assert.equal(outlook.line, Math.round((1_200_00 * passed) / 1e6));
    if (month > 1 && month < 12) {
        assert.equal(outlook.season_ppm, 900_000);
        assert.equal(outlook.season, 1_080_00);
    }
    if (month > 1) {
        assert.ok(outlook.projected.low <= outlook.projected.expected && outlook.projected.expected <= outlook.projected.high);
        assert.equal(outlook.projected.months, 12 + month - 1);
    }
    const over = await ask({ year: year - 1 });
    assert.deepEqual([over.actual, over.season_ppm], [1_000_00, null]);
    const whole = await manager.get("/targets/outlook", { year, measure: MEASURE, department_id: north.id });
    assert.ok(whole.actual >= outlook.actual);
    expectProblem(await rep.send("GET", `/targets/outlook?user_id=${other.user.id}`), 404, "not_found");
    expectProblem(await rep.send("GET", `/targets/outlook?department_id=${north.id}`), 404, "not_found");
    expectProblem(await rep.send("GET", "/targets/outlook?measure=nonsense"), 422, "invalid", "measure");
    expectProblem(await send("GET", "/targets/outlook"), 401, "not_signed_in");
});

test("saving is in the audit log, once a save", async () => {
    const rows = await sql(`SELECT COUNT(*) FROM audit_entry WHERE object = 'target' AND user_id = ${manager.user.id}`);
    assert.equal(Number(rows[0][0]), 1);
});

test("the doctor computes everything again and finds nothing", async () => {
    const { stdout } = await dabiao(["doctor", "--json"]);
    const report = JSON.parse(stdout);
    assert.ok(report.facts > 0);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_targets], [0, 0, 0]);
});

test("the doctor finds and repairs what was damaged", async () => {
    await sql("UPDATE metric_rollup SET amount = amount + 1 WHERE measure = 'signed_amount' LIMIT 1");
    await assert.rejects(dabiao(["doctor"]), (failure) => /2 monthly sums wrong/.test(failure.stdout));
    const { stdout } = await dabiao(["doctor", "--repair", "--json"]);
    assert.equal(JSON.parse(stdout).wrong_rollups, 0);
});
