// What helps to set targets and to watch them: shares of a department's people, months by past years, the outlook of a month and a
// quarter, the map of everybody by month; and that bad input is refused with its reason on every way in.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, department, expectProblem, person, send, stack, unique } from "./lib.mjs";
import { lostReason } from "./pipeline-samples.mjs";

const YEAR = 2047; // a year no other test has figures in
const MEASURE = "signed_amount";
const OF = { year: YEAR, measure: MEASURE };

await stack();

let north;
let manager;
let strong; // did 300 last year
let weak; // did 100
let fresh; // did nothing
let stranger;
let finance;

const cell = (who, month, amount, version = 0) => ({ subject_kind: "user", subject_id: who.user.id, month, amount, version });
const sum = (list) => list.reduce((all, one) => all + one, 0);

async function sign(owner, amount, on) {
    const customer = await owner.post("/customers", { name: unique("customer") });
    await (await admin()).post("/contracts", { name: unique("contract"), customer_id: customer.id, owner_id: owner.user.id, status: "signed", signed_on: on,
        amount_minor: amount, cost_minor: 1 });
}

before(async () => {
    const top = await company();
    north = await department({ name: unique("north"), parent_id: top.id });
    manager = await person({ role: "manager", department_id: north.id });
    [strong, weak, fresh] = await Promise.all(["strong", "weak", "fresh"].map(() => person({ role: "sales", department_id: north.id })));
    stranger = await person({ role: "sales" });
    finance = await person({ role: "finance" });
    await sign(strong, 200_00, `${YEAR - 1}-02-10`);
    await sign(strong, 100_00, `${YEAR - 1}-11-10`);
    await sign(weak, 100_00, `${YEAR - 1}-05-10`);
    await sign(strong, 600_00, `${YEAR - 2}-11-10`);
    await sign(strong, 7_00, `${YEAR}-02-03`);
});

test("a department's year is shared out over its people to the last 分", async () => {
    const share = async (body) => (await manager.post("/targets/split-people", { ...OF, department_id: north.id, total: 1_000_01, shares: "even", method: "even", ...body })).items;
    for (const shares of ["even", "history"]) {
        for (const method of ["even", "last_year", "working_days", "history"]) {
            const items = await share({ shares, method });
            assert.equal(items.length, 4);
            assert.equal(sum(items.flatMap((item) => item.amounts)), 1_000_01, `${shares}, ${method}`);
            assert.ok(items.every((item) => item.amounts.length === 12 && item.amounts.every((amount) => amount >= 0)));
        }
    }
    const yearOf = (items, who) => sum(items.find((item) => item.user_id === who.user.id).amounts);
    const items = await share({ shares: "history", total: 800_00 });
    // 300 and 100 of those who have a last year; the two others count as the mean of them: 200.
    assert.deepEqual([strong, weak, fresh, manager].map((who) => yearOf(items, who)), [300_00, 100_00, 200_00, 200_00]);
    // Who joins in July has half of the working days, and none of the months before.
    const boss = await admin();
    await boss.patch(`/users/${fresh.user.id}`, { joined_on: `${YEAR}-07-01` }, (await boss.get(`/users/${fresh.user.id}`)).version);
    const later = await share({ total: 700_00 });
    assert.deepEqual([yearOf(later, strong), yearOf(later, fresh)], [200_00, 100_00]);
    assert.deepEqual(later.find((item) => item.user_id === fresh.user.id).amounts.slice(0, 6), [0, 0, 0, 0, 0, 0]);
});

test("months follow the person's own past years", async () => {
    const split = (who, body) => who.post("/targets/split", { ...OF, total: 900_00, method: "history", user_id: who.user.id, ...body });
    // Three years together: February 200, November 700.
    assert.deepEqual((await split(strong)).amounts, [0, 200_00, 0, 0, 0, 0, 0, 0, 0, 0, 700_00, 0]);
    assert.deepEqual((await split(strong, { method: "last_year" })).amounts, [0, 600_00, 0, 0, 0, 0, 0, 0, 0, 0, 300_00, 0]);
    // Without a past the months are even, for as long as somebody is here.
    assert.deepEqual((await split(fresh)).amounts, [0, 0, 0, 0, 0, 0, ...Array(6).fill(150_00)]);
    expectProblem(await stranger.send("POST", "/targets/split", { body: { ...OF, total: 1, method: "even", user_id: strong.user.id } }), 404, "not_found");
});

test("a month and a quarter of today have an outlook of their own", async () => {
    const { year, as_of: today } = await strong.get("/targets/overview", { measure: MEASURE });
    const month = Number(today.slice(5, 7));
    const cells = Array.from({ length: 12 }, (_, at) => cell(strong, at + 1, (at + 1) * 100_00));
    assert.equal((await strong.send("PUT", "/targets/grid", { body: { year, measure: MEASURE, cells } })).status, 200);
    await sign(strong, 50_00, today);
    const ask = (period) => strong.get("/targets/outlook", { measure: MEASURE, user_id: strong.user.id, period });
    const [ofYear, ofQuarter, ofMonth] = [await ask("year"), await ask("quarter"), await ask("month")];
    const first = Math.floor((month - 1) / 3) * 3;
    assert.deepEqual([ofMonth.target, ofMonth.actual], [month * 100_00, 50_00]);
    assert.deepEqual([ofQuarter.target, ofQuarter.actual], [(3 * first + 6) * 100_00, 50_00]);
    assert.equal(ofYear.target, 7_800_00);
    assert.equal(ofMonth.from_on.slice(0, 7), today.slice(0, 7));
    assert.ok(ofQuarter.from_on <= today && today < ofQuarter.to_on);
    for (const one of [ofYear, ofQuarter, ofMonth]) {
        assert.ok(one.line > 0 && one.line <= one.target);
    }
    expectProblem(await strong.send("GET", "/targets/outlook?period=week"), 422, "invalid", "period");
    expectProblem(await strong.send("GET", `/targets/outlook?period=month&year=${YEAR}`), 422, "invalid", "period");
});

test("the map shows everybody by month and adds up", async () => {
    assert.equal((await manager.send("PUT", "/targets/grid", { body: { ...OF, cells: [cell(strong, 2, 10_00), cell(weak, 2, 5_00)] } })).status, 200);
    const map = await manager.get("/targets/map", { ...OF, department_id: north.id });
    const overview = await manager.get("/targets/overview", { ...OF, department_id: north.id });
    assert.equal(map.months.length, 13);
    const [total, ...rows] = map.rows;
    assert.deepEqual([total.kind, total.id, total.target, total.actual], ["total", north.id, overview.node.target, overview.node.actual]);
    assert.ok(rows.every((row) => row.kind === "user" && row.depth === 1));
    total.cells.forEach((one, month) => {
        for (const key of ["target", "actual"]) {
            assert.equal(one[key], sum(rows.map((row) => row.cells[month][key])));
            assert.equal(one[key], overview.periods[month][key]);
        }
    });
    const row = rows.find((one) => one.id === strong.user.id);
    assert.deepEqual(row.cells[1], { target: 10_00, actual: 7_00, completion_ppm: 700_000 });
    assert.equal(row.cells[0].completion_ppm, null, "no target, no completion");
    assert.deepEqual((await weak.get("/targets/map", OF)).rows.map((one) => one.id), [weak.user.id]);
    expectProblem(await send("GET", "/targets/map"), 401, "not_signed_in");
});

test("bad input is refused with its reason, whatever the way in", async () => {
    const round = await (await admin()).post("/target-rounds", { year: YEAR, deadline_on: `${YEAR - 1}-12-01` });
    const grid = (cells, more = {}) => ["PUT", "/targets/grid", { ...OF, ...more, cells }];
    const split = (more) => ["POST", "/targets/split", { ...OF, method: "even", total: 1, ...more }];
    const people = (more) => ["POST", "/targets/split-people", { ...OF, department_id: north.id, total: 1, shares: "even", method: "even", ...more }];
    const ask = (more) => ["PUT", `/target-rounds/${round.id}/asks`, { measure: MEASURE, asks: [{ department_id: north.id, amount: 1, version: 0, ...more }] }];
    const plan = (more) => ["POST", `/target-rounds/${round.id}/plan/change`, { measure: MEASURE, subject_kind: "user", subject_id: strong.user.id, version: 0, reason: "x",
        effective_on: `${YEAR}-12-01`, amounts: [1], ...more }];
    const bad = [
        [manager, grid([cell(strong, 1, -1)]), "cells.0.amount"], [manager, grid([cell(strong, 1, 1e15 + 1)]), "cells.0.amount"],
        [manager, grid([cell(strong, 1, "12")]), "cells.0.amount"], [manager, grid([cell(strong, 1, null)]), "cells.0.amount"],
        [manager, grid([cell(strong, 1, 0.5)]), "cells.0.amount"], [manager, grid([cell(strong, 0, 1)]), "cells.0.month"],
        [manager, grid([cell(strong, 13, 1)]), "cells.0.month"], [manager, grid([cell(strong, 1, 1)], { year: 99 }), "year"],
        [manager, grid([cell(strong, 1, 1)], { level: "dream" }), "level"], [manager, grid([cell(stranger, 1, 1)]), "cells.0.subject_id"],
        [manager, split({ total: 1e15 + 1 }), "total"], [manager, split({ total: "much" }), "total"], [manager, split({ total: undefined }), "total"],
        [manager, split({ method: "guess" }), "method"], [manager, split({ method: "copy_percent", percent_ppm: -1_000_001 }), "percent_ppm"],
        [manager, people({ total: -1 }), "total"], [manager, people({ total: 1e15 + 1 }), "total"], [manager, people({ total: "much" }), "total"],
        [manager, people({ method: "copy_percent" }), "method"], [manager, people({ shares: "guess" }), "shares"], [manager, people({ year: 0 }), "year"],
        [await admin(), ask({ amount: -1 }), "asks.0.amount"], [await admin(), ask({ amount: 1e15 + 1 }), "asks.0.amount"], [await admin(), ask({ amount: "1" }), "asks.0.amount"],
        [await admin(), plan({ effective_on: `${YEAR + 1}-01-01` }), undefined], [await admin(), plan({ amounts: ["x"] }), "amounts.0"],
        [await admin(), plan({ effective_on: "soon" }), "effective_on"],
    ];
    for (const [client, [method, path, body], field] of bad) {
        const answer = await client.send(method, path, { body, headers: { "Idempotency-Key": unique("k") } });
        assert.ok([409, 422].includes(answer.status), `${method} ${path} ${JSON.stringify(body)}: ${answer.status} ${JSON.stringify(answer.body)}`);
        if (field !== undefined) {
            expectProblem(answer, 422, "invalid", field);
        }
    }
    for (const address of ["/targets/map?year=12", "/targets/map?year=x", "/targets/map?measure=nonsense", "/targets/map?level=dream", "/targets/map?department_id=-1",
        "/targets/overview?year=x", "/targets/overview?level=dream", "/targets/outlook?user_id=x", "/targets/grid?department_id=x", "/targets/facts?limit=0"]) {
        expectProblem(await manager.send("GET", address), 422, "invalid");
    }
    // Nobody moves what is foreign, or locked.
    expectProblem(await stranger.send(...[...people({}).slice(0, 2), { body: people({})[2] }]), 404, "not_found");
    expectProblem(await finance.send("PUT", "/targets/grid", { body: grid([cell(strong, 1, 1)])[2] }), 403, "forbidden");
    await (await admin()).send("PUT", ask({})[1], { body: ask({})[2] });
    expectProblem(await manager.send("PUT", "/targets/grid", { body: grid([cell(strong, 3, 1)])[2] }), 422, "invalid", "cells.0.subject_id");
});

test("a newcomer's target is measured by the ramp, and without a history by the open opportunities", async () => {
    const boss = await admin();
    const round = (await boss.get("/target-rounds")).items.find((one) => one.year === YEAR);
    const plan = () => fresh.get(`/target-rounds/${round.id}/plan`, { measure: MEASURE, subject_kind: "user", subject_id: fresh.user.id });
    const enter = async (second) => {
        const { versions } = (await plan()).levels[0];
        const cells = second.map((amount, at) => cell(fresh, at + 7, amount, versions[at + 6]));
        const answer = await fresh.send("PUT", "/targets/grid", { body: { ...OF, cells } });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        const { smart } = await plan();
        return { ...smart, achievable: smart.points.find((point) => point.key === "achievable") };
    };
    const steep = await enter(Array(6).fill(100_00));
    assert.deepEqual(steep.ramp, [0, 0, 0, 0, 0, 0, 250_000, 500_000, 750_000, 1_000_000, 1_000_000, 1_000_000]);
    assert.equal(steep.achievable.hint, "over_ramp");
    const slow = await enter([25_00, 50_00, 75_00, 100_00, 100_00, 100_00]);
    assert.equal(slow.achievable.hint, "no_history");
    assert.deepEqual(slow.coverage, { open: 0, missing: 450_00, coverage_ppm: 0, needed_ppm: null, closed: 0, is_short: false });
    // One won, one lost: twice as much must be open as is missing.
    const stages = (await boss.get("/pipelines")).items[0].stages;
    const customer = await fresh.post("/customers", { name: unique("customer") });
    const deal = (more) => boss.post("/opportunities", { name: unique("deal"), customer_id: customer.id, owner_id: fresh.user.id, amount_minor: 1, ...more });
    await deal({ stage_id: stages.find((stage) => stage.kind === "won").id });
    await deal({ stage_id: stages.find((stage) => stage.kind === "lost").id, close_reason_id: (await lostReason()).id });
    await deal({ amount_minor: 800_00, expected_close_on: `${YEAR}-08-01` });
    await deal({ amount_minor: 800_00, expected_close_on: `${YEAR + 1}-01-01` }); // of another year
    const short = (await plan()).smart;
    assert.deepEqual([short.coverage.open, short.coverage.needed_ppm, short.coverage.is_short], [800_00, 2_000_000, true]);
    assert.equal(short.points.find((point) => point.key === "achievable").hint, "short_pipeline");
    await deal({ amount_minor: 200_00, expected_close_on: `${YEAR}-12-31` });
    const covered = (await plan()).smart;
    assert.deepEqual([covered.coverage.open, covered.coverage.is_short], [1_000_00, false]);
    assert.equal(covered.points.find((point) => point.key === "achievable").is_met, true);
});
