// Customers come back to their pools: rules, preview, runs, warnings, undo; routes that tell where they go.
import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, sql, stack, unique } from "./lib.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

let boss;
let pool;
let day; // the company's today
before(async () => {
    boss = await admin();
    day = (await boss.get("/meta")).today;
    pool = await boss.post("/pools", { name: unique("回收公海") });
    // No other test's customers: the rules of this file cover one industry each.
});

const addDays = (date, days) => new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
/** Noon of a business day of the company (UTC+8) as SQL wants it. */
const noon = (date) => `${date} 04:00:00`;

let made = [];
afterEach(async () => {
    for (const rule of made) {
        await sql(`UPDATE pool_rule SET deleted_at = UTC_TIMESTAMP(3) WHERE id = ${rule.id}`);
    }
    made = [];
});

/** A rule over the customers of one industry. */
async function ruleFor(industry, more = {}) {
    const rule = await boss.post("/pool-rules", { name: unique("规则"), kind: "no_follow_up", days: 10, pool_id: pool.id,
        covers: { field: "industry", op: "eq", value: industry }, ...more });
    made.push(rule);
    return rule;
}

/** A customer held since so many days, last followed up so many days ago (null: never). */
async function held(owner, industry, { since = 30, followed = null, ...more } = {}) {
    const customer = await boss.post("/customers", { name: unique("客户"), industry, owner_id: owner.user.id, ...more });
    await sql(`UPDATE customer SET held_since = '${noon(addDays(day, -since))}',
        last_follow_up_at = ${followed === null ? "NULL" : `'${noon(addDays(day, -followed))}'`} WHERE id = ${customer.id}`);
    return customer;
}

async function run() {
    const { job_id } = await boss.post("/pool-runs", undefined);
    const { result } = await boss.job(job_id);
    return boss.get(`/pool-runs/${result.run_id}`);
}

const itemsOf = (one) => boss.list("/pool-run-items", { filter: { field: "run_id", op: "eq", value: one.id } });
const now = (customer) => boss.get(`/customers/${customer.id}`);
const lies = async (customer) => (await now(customer)).pool_id === pool.id;

test("POOL-3: no follow-up: the clock begins with the holder and anew with each follow-up; never followed is not due at once", async () => {
    const owner = await person({});
    const industry = unique("行业");
    await ruleFor(industry);
    const cases = { old: [30, 20, true], recent: [30, 9, false], onTheDay: [30, 10, true], neverOld: [10, null, true],
        neverNew: [9, null, false], followedBefore: [3, 40, false] };
    const customers = {};
    for (const [name, [since, followed]] of Object.entries(cases)) {
        customers[name] = await held(owner, industry, { since, followed });
    }
    const done = await run();
    assert.equal(done.status, "done");
    for (const [name, [, , leaves]] of Object.entries(cases)) {
        assert.equal(await lies(customers[name]), leaves, name);
    }
    assert.equal(done.taken_count, 3);
    const items = await itemsOf(done);
    const item = items.find((one) => one.customer_id === customers.old.id);
    assert.deepEqual([item.result, item.last_act, item.days, item.owner_id, item.pool_id, item.last_act_at.slice(0, 10)],
        ["taken", "follow_up", 10, owner.user.id, pool.id, addDays(day, -20)]);
    assert.equal(items.find((one) => one.customer_id === customers.neverOld.id).last_act, "held");
    const [interval] = await boss.list("/assignments", { filter: { field: "customer_id", op: "eq", value: customers.old.id } });
    assert.deepEqual([interval.end_cause, interval.outcome, interval.to_pool_id], ["recycle", "recycled", pool.id]);
    const event = (await boss.list("/pool-events", { filter: { field: "customer_id", op: "eq", value: customers.old.id } }))[0];
    assert.deepEqual([event.kind, event.direction, event.run_id, event.owner_id], ["recycle", 1, done.id, owner.user.id]);
    const told = (await owner.get("/notifications")).items.filter((one) => one.kind === "pool_recycled");
    assert.deepEqual(told.map((one) => one.detail.count), [3]);
});

test("a follow-up through the front door keeps the customer", async () => {
    const owner = await person({});
    const industry = unique("行业");
    await ruleFor(industry);
    const customer = await held(owner, industry);
    await owner.post("/follow-ups", { customer_id: customer.id, content: "电话" });
    await run();
    assert.equal(await lies(customer), false);
});

test("POOL-3: no opportunity, no deal, contract ended: each has its clock, absent dates never match", async () => {
    const owner = await person({});
    const act = { no_opportunity: unique("行业"), no_deal: unique("行业"), contract_ended: unique("行业") };
    for (const [kind, industry] of Object.entries(act)) {
        await ruleFor(industry, { kind });
    }
    const contract = (customer, signed_on, ends_on) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id,
        status: "signed", signed_on, starts_on: signed_on, ends_on, amount_minor: 100, owner_id: owner.user.id });
    const without = await held(owner, act.no_opportunity);
    const withOne = await held(owner, act.no_opportunity);
    await boss.post("/opportunities", { name: unique("商机"), customer_id: withOne.id, owner_id: owner.user.id, amount_minor: 1 });
    const noDeal = await held(owner, act.no_deal);
    const dealt = await held(owner, act.no_deal);
    await contract(dealt, addDays(day, -9), addDays(day, 300));
    const dealtOnTheDay = await held(owner, act.no_deal);
    await contract(dealtOnTheDay, addDays(day, -10), addDays(day, 300));
    const ended = await held(owner, act.contract_ended);
    await contract(ended, addDays(day, -400), addDays(day, -10));
    const renewed = await held(owner, act.contract_ended);
    await contract(renewed, addDays(day, -400), addDays(day, -40));
    await contract(renewed, addDays(day, -39), addDays(day, 30));
    const endless = await held(owner, act.contract_ended);
    await contract(endless, addDays(day, -400), undefined);
    const never = await held(owner, act.contract_ended);
    const fresh = await held(owner, act.contract_ended, { since: 3 });
    await contract(fresh, addDays(day, -400), addDays(day, -40));
    const done = await run();
    const expected = [[without, true], [withOne, false], [noDeal, true], [dealt, false], [dealtOnTheDay, true], [ended, true], [renewed, false], [endless, false], [never, false], [fresh, false]];
    for (const [i, [customer, leaves]] of expected.entries()) {
        assert.equal(await lies(customer), leaves, `case ${i}`);
    }
    const acts = Object.fromEntries((await itemsOf(done)).map((item) => [item.customer_id, [item.last_act, item.last_act_at.slice(0, 10)]]));
    assert.deepEqual(acts[dealtOnTheDay.id], ["deal", addDays(day, -10)]);
    assert.deepEqual(acts[ended.id], ["contract_end", addDays(day, -10)]);
});

test("POOL-3: exemptions: deals, open opportunities, protections; those newly due are told with the reason", async () => {
    const owner = await person({});
    const industry = unique("行业");
    await ruleFor(industry, { exempt_deal: true, exempt_open_opportunity: true });
    const keep = {};
    for (const name of ["deal", "open_opportunity", "protected", "approval"]) {
        keep[name] = await held(owner, industry, { since: 10 });
    }
    const overdue = await held(owner, industry, { since: 40 });
    const expired = await held(owner, industry, { since: 10 });
    await boss.post("/contracts", { name: unique("合同"), customer_id: keep.deal.id, status: "signed", signed_on: "2020-02-03", amount_minor: 1, owner_id: owner.user.id });
    await boss.post("/opportunities", { name: unique("商机"), customer_id: keep.open_opportunity.id, owner_id: owner.user.id, amount_minor: 1 });
    await boss.put(`/customers/${keep.protected.id}/protection`, { until_on: day, reason: "谈判中" });
    await boss.put(`/customers/${overdue.id}/protection`, {});
    await sql(`INSERT INTO pool_protection (customer_id, kind, created_at) VALUES (${keep.approval.id}, 'approval', UTC_TIMESTAMP(3))`);
    await boss.put(`/customers/${expired.id}/protection`, { until_on: day });
    await sql(`UPDATE pool_protection SET until_on = '${addDays(day, -1)}' WHERE customer_id = ${expired.id}`);
    const done = await run();
    const results = Object.fromEntries((await itemsOf(done)).map((item) => [item.customer_id, item.result]));
    for (const [name, customer] of Object.entries(keep)) {
        assert.equal(await lies(customer), false, name);
        assert.equal(results[customer.id], name);
    }
    assert.equal(await lies(overdue), false);
    assert.equal(results[overdue.id], undefined, "told when it became due, not every night");
    assert.equal(await lies(expired), true);
    const [protection] = (await boss.get(`/customers/${keep.protected.id}/protection`)).items;
    assert.deepEqual([protection.kind, protection.until_on, protection.reason], ["manual", day, "谈判中"]);
    await boss.delete(`/customers/${overdue.id}/protection`);
    await run();
    assert.equal(await lies(overdue), true);
    const rep = await person({});
    expectProblem(await rep.send("PUT", `/customers/${overdue.id}/protection`, { body: {} }), 403, "forbidden");
    const chief = await person({ role: "manager", department_id: (await department()).id });
    for (const [method, body] of [["GET"], ["PUT", {}], ["DELETE"]]) {
        expectProblem(await chief.send(method, `/customers/${keep.deal.id}/protection`, { body }), 404, "not_found");
    }
    expectProblem(await boss.send("PUT", `/customers/${keep.deal.id}/protection`, { body: { until_on: "2020-01-01" } }), 422, "invalid", "until_on");
});

test("POOL-3: working days: weekends and holidays do not count", async () => {
    const owner = await person({});
    const industry = unique("行业");
    await ruleFor(industry, { days: 5, working_days: true });
    // Five working days back, by the company's calendar.
    const off = new Map((await sql(`SELECT day, is_workday FROM workday WHERE day BETWEEN '${addDays(day, -40)}' AND '${day}'`)).map(([date, works]) => [date, works === "1"]));
    const works = (date) => off.get(date) ?? ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());
    let last = day;
    for (let left = 5; left > 0; last = addDays(last, -1)) {
        left -= works(last) ? 1 : 0;
    }
    const age = (date) => Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${date}T00:00:00Z`)) / 86_400_000);
    const due = await held(owner, industry, { since: age(last) });
    const notYet = await held(owner, industry, { since: age(last) - 1 });
    await run();
    assert.deepEqual([await lies(due), await lies(notYet)], [true, false]);
});

test("POOL-3: the rule's filter decides whom it covers; an empty list is refused", async () => {
    const bad = async (covers) => expectProblem(await boss.send("POST", "/pool-rules", { body: { name: "x", kind: "no_follow_up", days: 1, covers } }), 400, "bad_filter");
    await bad({ all: [] });
    await bad({ any: [] });
    await bad({ field: "nothing", op: "eq", value: 1 });
    expectProblem(await boss.send("POST", "/pool-rules", { body: { name: "x", kind: "no_follow_up", days: 0 } }), 422, "invalid", "days");
    const rep = await person({});
    expectProblem(await rep.send("POST", "/pool-rules", { body: { name: "x", kind: "no_follow_up", days: 1 } }), 403, "forbidden");
    const owner = await person({});
    const industry = unique("行业");
    await ruleFor(industry, { covers: { all: [{ field: "industry", op: "eq", value: industry }, { field: "level", op: "in", value: ["c", "d"] }] } });
    const [a, c] = [await held(owner, industry, { level: "a" }), await held(owner, industry, { level: "c" })];
    await run();
    assert.deepEqual([await lies(a), await lies(c)], [false, true]);
});

test("POOL-3: a rule holds for a level, a region with all below it, a type, a source", async () => {
    const owner = await person({});
    const [[province, below]] = await sql("SELECT p.ancestor_id, p.descendant_id FROM region_path p JOIN region r ON r.id = p.ancestor_id WHERE r.level = 1 AND p.ancestor_id <> p.descendant_id ORDER BY 1, 2 LIMIT 1");
    const [[elsewhere]] = await sql(`SELECT r.id FROM region r WHERE r.level = 1 AND r.id <> ${province} ORDER BY r.id LIMIT 1`);
    const types = (await boss.get("/meta")).objects.find((one) => one.name === "customer").fields.find((field) => field.name === "customer_type").options.map((option) => option.value);
    const cases = {
        level: [{ op: "in", value: ["a", "b"] }, "b", "c"],
        region_id: [{ op: "under", value: Number(province) }, Number(below), Number(elsewhere)],
        customer_type: [{ op: "eq", value: types[0] }, types[0], types[1]],
        source: [{ op: "eq", value: "exhibition" }, "exhibition", "referral"],
    };
    const expected = [];
    for (const [field, [test_of, yes, no]] of Object.entries(cases)) {
        const industry = unique("行业");
        await ruleFor(industry, { covers: { all: [{ field: "industry", op: "eq", value: industry }, { field, ...test_of }] } });
        expected.push([field, true, await held(owner, industry, { [field]: yes })], [field, false, await held(owner, industry, { [field]: no })]);
    }
    await run();
    for (const [field, leaves, customer] of expected) {
        assert.equal(await lies(customer), leaves, field);
    }
});

test("POOL-7: a run of the night is one a business day, and goes on where it was killed", async () => {
    const owner = await person({});
    const industry = unique("行业");
    const rule = await ruleFor(industry);
    const customers = [];
    for (let i = 0; i < 5; i += 1) {
        customers.push(await held(owner, industry));
    }
    const nightly = async () => {
        await sql(`INSERT INTO job (kind, input, created_at, run_after) VALUES ('pool.recycle', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`);
        const [[id]] = await sql("SELECT MAX(id) FROM job WHERE kind = 'pool.recycle'");
        return boss.job(id);
    };
    // As if the process had died after the plan and the first customer.
    await sql(`INSERT INTO pool_run (name, run_on, slot, status, started_at, created_at, updated_at)
        VALUES ('killed', '${addDays(day, -1)}', 'nightly', 'running', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`);
    const [[id]] = await sql("SELECT id FROM pool_run WHERE name = 'killed'");
    for (const [i, customer] of customers.slice(0, 3).entries()) {
        await sql(`INSERT INTO pool_run_item (run_id, customer_id, name, owner_id, rule_id, pool_id, last_act, last_act_at, days, result, created_at, updated_at)
            VALUES (${id}, ${customer.id}, 'x', ${owner.user.id}, ${rule.id}, ${pool.id}, 'held', UTC_TIMESTAMP(3), 10, '${i === 0 ? "taken" : "due"}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`);
    }
    await owner.post("/follow-ups", { customer_id: customers[2].id, content: "刚刚跟进" });
    // A pool that was deleted since takes nobody.
    const gone = await boss.post("/pools", { name: unique("回收公海") });
    await sql(`INSERT INTO pool_run_item (run_id, customer_id, name, owner_id, rule_id, pool_id, last_act, last_act_at, days, result, created_at, updated_at)
        VALUES (${id}, ${customers[3].id}, 'x', ${owner.user.id}, ${rule.id}, ${gone.id}, 'held', UTC_TIMESTAMP(3), 10, 'due', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`);
    await boss.delete(`/pools/${gone.id}`, gone.version);
    await nightly();
    const killed = await boss.get(`/pool-runs/${id}`);
    assert.deepEqual([killed.status, killed.taken_count, killed.skipped_count], ["done", 2, 2]);
    for (const customer of [customers[2], customers[3]]) {
        assert.equal((await itemsOf(killed)).find((item) => item.customer_id === customer.id).result, "changed");
    }
    assert.equal(await lies(customers[1]), true);
    assert.equal(await lies(customers[3]), true, "today's run followed");
    assert.equal(await lies(customers[0]), true, "noted as taken but still held: today's run takes it");
    const late = await held(owner, industry);
    await nightly();
    assert.equal(await lies(late), false, "the day has had its run");
    const [[runs]] = await sql(`SELECT COUNT(*) FROM pool_run WHERE slot = 'nightly' AND run_on = '${day}'`);
    assert.equal(runs, "1");
});

test("POOL-7: the night belongs to the company's day: a run before midnight and one after it differ by a day", async () => {
    const owner = await person({});
    const industry = unique("行业");
    await ruleFor(industry);
    const [today, tomorrow] = [await held(owner, industry, { since: 10 }), await held(owner, industry, { since: 9 })];
    const runAt = async (moment) => {
        // It waits for tomorrow, so that no scheduler takes it before the command does.
        await sql(`INSERT INTO job (kind, input, created_at, run_after) VALUES ('pool.recycle', '{"slot": "${unique("night")}"}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 1 DAY)`);
        await dabiao(["job", "run", "--at", moment]);
    };
    // Midnight of the company (UTC+8) that ends today.
    await runAt(`${day}T15:59:59.999Z`);
    assert.deepEqual([await lies(today), await lies(tomorrow)], [true, false]);
    await runAt(`${day}T16:00:00.000Z`);
    assert.equal(await lies(tomorrow), true);
    const runs = await sql(`SELECT r.run_on FROM pool_run r JOIN pool_run_item i ON i.run_id = r.id WHERE i.customer_id IN (${today.id}, ${tomorrow.id}) AND i.result = 'taken' ORDER BY r.id`);
    assert.deepEqual(runs.flat(), [day, addDays(day, 1)]);
});

test("POOL-3: a holder who just got a customer that was never followed up has the whole time before him", async () => {
    const [first, second] = [await person({}), await person({})];
    const industry = unique("行业");
    await ruleFor(industry);
    const customer = await held(first, industry, { since: 200 });
    await boss.post(`/customers/${customer.id}/transfer`, { owner_id: second.user.id });
    await run();
    assert.equal((await now(customer)).owner_id, second.user.id);
    await sql(`UPDATE customer SET held_since = held_since - INTERVAL 10 DAY WHERE id = ${customer.id}`);
    await run();
    assert.equal(await lies(customer), true);
});

test("POOL-4: warnings: one notice before, to the owner and the manager, not again every night", async () => {
    const chief = await person({ role: "manager" });
    const owner = await person({ manager_id: chief.user.id });
    const industry = unique("行业");
    await ruleFor(industry, { warn_days: 3, warn_manager: true });
    await held(owner, industry, { since: 7 });
    await held(owner, industry, { since: 6 });
    const first = await run();
    assert.equal(first.warned_count, 1);
    assert.equal((await run()).warned_count, 0);
    const notices = async (who, kind) => (await who.get("/notifications")).items.filter((one) => one.kind === kind);
    assert.deepEqual((await notices(owner, "pool_leaving")).map((one) => [one.detail.count, one.detail.days]), [[1, 3]]);
    assert.deepEqual((await notices(chief, "pool_leaving_team")).map((one) => one.detail.count), [1]);
});

test("the preview tells who leaves in the next days, by which rule and why, in one's own scope", async () => {
    const place = await department();
    const [owner, other] = [await person({ department_id: place.id }), await person({})];
    const [chief, keeper, stranger] = [await person({ role: "manager", department_id: place.id }), await person({ role: "manager", department_id: (await department()).id }),
        await person({ role: "manager", department_id: (await department()).id })];
    const own = await boss.post("/pools", { name: unique("公海"), members: [{ user_id: keeper.user.id, is_admin: true }, { user_id: stranger.user.id }] });
    const industry = unique("行业");
    const rule = await ruleFor(industry, { pool_id: own.id });
    const soon = await held(owner, industry, { since: 7 });
    const later = await held(owner, industry, { since: 2 });
    await held(other, industry, { since: 30 });
    const seen = async (who, days) => who.get("/pool-rules/preview", { days, rule_id: rule.id });
    const { items, total } = await seen(owner, 7);
    assert.equal(total, 1);
    assert.deepEqual([items[0].customer_id, items[0].rule_id, items[0].last_act, items[0].days, items[0].leaves_on, items[0].pool_id, items[0].owner_id],
        [soon.id, rule.id, "held", 10, addDays(day, 3), own.id, owner.user.id]);
    assert.deepEqual((await seen(owner, 8)).items.map((item) => item.customer_id), [soon.id, later.id]);
    assert.equal((await seen(chief, 7)).total, 1);
    assert.equal((await seen(keeper, 7)).total, 2, "an administrator of the pool sees what comes in");
    assert.equal((await seen(stranger, 7)).total, 0);
    assert.equal((await seen(boss, 7)).total, 2);
    expectProblem(await owner.send("GET", "/pool-rules/preview?days=0"), 422, "invalid", "days");
    const blind = await personWith(await role("all", { permissions: ["customer.view"] }));
    expectProblem(await blind.send("GET", "/pool-rules/preview"), 403, "forbidden");
    // What the preview says is what the run does.
    await sql(`UPDATE customer SET held_since = held_since - INTERVAL 3 DAY WHERE id = ${soon.id}`);
    await run();
    assert.equal((await now(soon)).pool_id, own.id);
});

test("a rule is tried before it is saved", async () => {
    const owner = await person({});
    const industry = unique("行业");
    const rule = await ruleFor(industry, { days: 20 });
    await held(owner, industry, { since: 30 });
    await held(owner, industry, { since: 12, level: "a" });
    const proposed = { name: rule.name, kind: rule.kind, days: 10, covers: rule.covers, pool_id: pool.id };
    const answer = await boss.post("/pool-rules/try", { rule_id: rule.id, rule: proposed, days: 1 });
    assert.deepEqual([answer.added, answer.dropped, answer.after - answer.before, answer.items.length], [1, 0, 1, 2]);
    const off = await boss.post("/pool-rules/try", { rule_id: rule.id, rule: { ...proposed, is_active: false }, days: 1 });
    assert.deepEqual([off.added, off.dropped, off.items.length], [0, 1, 0]);
    assert.equal((await boss.get(`/pool-rules/${rule.id}`)).days, 20, "nothing is saved");
    expectProblem(await boss.send("POST", "/pool-rules/try", { body: { rule: { ...proposed, covers: { all: [] } } } }), 400, "bad_filter");
    expectProblem(await boss.send("POST", "/pool-rules/try", { body: { rule: { days: 1 } } }), 422, "invalid", "rule.kind");
    expectProblem(await owner.send("POST", "/pool-rules/try", { body: { rule: proposed } }), 403, "forbidden");
});

test("undo gives back what nobody touched, and tells why not for the others", async () => {
    const [owner, claimer, leaver, full] = [await person({}), await person({}), await person({}), await person({})];
    const industry = unique("行业");
    await boss.patch(`/pools/${pool.id}`, { members: [{ user_id: claimer.user.id }] }, (await boss.get(`/pools/${pool.id}`)).version);
    await ruleFor(industry);
    const [untouched, claimed, orphan, over] = [await held(owner, industry), await held(owner, industry), await held(leaver, industry), await held(full, industry)];
    const done = await run();
    assert.equal(done.taken_count, 4);
    await claimer.post(`/pools/${pool.id}/claim`, { customer_ids: [claimed.id] });
    await boss.post(`/users/${leaver.user.id}/disable`, {});
    await boss.post("/holding-limits", { name: unique("库容"), user_id: full.user.id, maximum: 0 });
    const rep = await person({});
    expectProblem(await rep.send("POST", `/pool-runs/${done.id}/undo`), 403, "forbidden");
    expectProblem(await boss.send("POST", "/pool-runs/987654321/undo"), 404, "not_found");
    const { job_id } = await boss.post(`/pool-runs/${done.id}/undo`, undefined);
    await boss.job(job_id);
    const after = await boss.get(`/pool-runs/${done.id}`);
    assert.deepEqual([after.status, after.undone_by_id], ["undone", boss.user.id]);
    const results = Object.fromEntries((await itemsOf(done)).map((item) => [item.customer_id, item.result]));
    assert.deepEqual([results[untouched.id], results[claimed.id], results[orphan.id], results[over.id]], ["undone", "moved_on", "not_active", "over_capacity"]);
    assert.deepEqual([(await now(untouched)).owner_id, (await now(untouched)).pool_id, (await now(claimed)).owner_id, (await now(orphan)).pool_id],
        [owner.user.id, null, claimer.user.id, pool.id]);
    expectProblem(await boss.send("POST", `/pool-runs/${done.id}/undo`), 409, "conflict");
    await run();
    assert.equal(await lies(untouched), false, "its clock begins anew");
});

test("items of runs are seen by holders, their managers and administrators of the pool", async () => {
    const place = await department();
    const owner = await person({ department_id: place.id });
    const [chief, stranger] = [await person({ role: "manager", department_id: place.id }), await person({ role: "manager", department_id: (await department()).id })];
    const industry = unique("行业");
    await ruleFor(industry);
    const customer = await held(owner, industry);
    await run();
    const seen = async (who) => (await who.list("/pool-run-items", { filter: { field: "customer_id", op: "eq", value: customer.id } })).length;
    assert.deepEqual([await seen(owner), await seen(chief), await seen(stranger)], [1, 1, 0]);
});

test("POOL-6: routes: region, type, source and priority tell the pool; the rest goes to the default pool", async () => {
    const [east, west, rest] = [await boss.post("/pools", { name: unique("东") }), await boss.post("/pools", { name: unique("西") }), await boss.post("/pools", { name: unique("默认"), is_default: true })];
    const [[province, below]] = await sql("SELECT p.ancestor_id, p.descendant_id FROM region_path p JOIN region r ON r.id = p.ancestor_id WHERE r.level = 1 AND p.ancestor_id <> p.descendant_id ORDER BY 1 DESC, 2 LIMIT 1");
    const region = Number(below);
    const routes = [await boss.post("/pool-routes", { name: unique("区域"), region_id: Number(province), pool_id: east.id, priority: 20 }),
        await boss.post("/pool-routes", { name: unique("来源"), source: "exhibition", region_id: Number(province), pool_id: west.id, priority: 10 })];
    const customer = (more) => boss.post("/customers", { name: unique("分流"), ...more });
    const told = async (one) => boss.get(`/customers/${one.id}/pool-route`);
    const sources = (await boss.get("/meta")).objects.find((object) => object.name === "customer").fields.find((field) => field.name === "source").options.map((option) => option.value);
    const source = sources.includes("exhibition") ? "exhibition" : sources[0];
    if (source !== "exhibition") {
        await boss.patch(`/pool-routes/${routes[1].id}`, { source }, routes[1].version);
    }
    const [one, two, three] = [await customer({ region_id: region }), await customer({ region_id: region, source }), await customer({})];
    assert.deepEqual([(await told(one)).pool_id, (await told(two)).pool_id, (await told(three)).pool_id, (await told(three)).route_id], [east.id, west.id, rest.id, null]);
    // A pool that is switched off takes nothing.
    await boss.patch(`/pools/${west.id}`, { is_active: false }, west.version);
    assert.equal((await told(two)).pool_id, east.id);
    await boss.patch(`/pools/${west.id}`, { is_active: true }, (await boss.get(`/pools/${west.id}`)).version);
    // Customers that nobody holds go where the routes tell.
    await sql(`UPDATE customer SET owner_id = NULL, department_id = NULL, held_since = NULL WHERE id IN (${[one, two, three].map((each) => each.id)})`);
    await sql(`UPDATE assignment SET ended_at = started_at, ended_on = started_on, end_cause = 'return', outcome = 'returned' WHERE customer_id IN (${[one, two, three].map((each) => each.id)})`);
    const { job_id } = await boss.post("/pool-routes/run", undefined);
    const { result } = await boss.job(job_id);
    assert.ok(result.routed >= 3);
    assert.deepEqual(await Promise.all([one, two, three].map(async (each) => (await now(each)).pool_id)), [east.id, west.id, rest.id]);
    // A return without a pool goes by the routes, too; a rule without a pool as well.
    const owner = await person({});
    const back = await boss.post("/customers", { name: unique("退回"), region_id: region, owner_id: owner.user.id });
    await owner.post("/pool-returns", { customer_ids: [back.id], reason: "没有需求" });
    assert.equal((await now(back)).pool_id, east.id);
    const industry = unique("行业");
    await ruleFor(industry, { pool_id: null });
    const recycled = await held(owner, industry, { region_id: region });
    await run();
    assert.equal((await now(recycled)).pool_id, east.id);
    // Lint: what nobody matches, and what contradicts itself.
    const clash = await boss.post("/pool-routes", { name: unique("冲突"), region_id: Number(province), pool_id: west.id, priority: 20 });
    const lint = await boss.get("/pool-routes/lint");
    assert.equal(lint.default_pool_id, rest.id);
    const found = lint.ambiguous.find((item) => item.route_id === routes[0].id && item.other_id === clash.id);
    assert.ok(found.customers >= 4, JSON.stringify(found));
    assert.ok(lint.unmatched.some((gap) => gap.region_id === null && gap.customers >= 1));
    for (const route of [...routes, clash]) {
        await boss.delete(`/pool-routes/${route.id}`, (await boss.get(`/pool-routes/${route.id}`)).version);
    }
    const plain = await boss.get(`/pools/${rest.id}`);
    await boss.patch(`/pools/${rest.id}`, { is_default: false }, plain.version);
    assert.equal((await told(one)).pool_id, null);
    expectProblem(await owner.send("POST", "/pool-returns", { body: { customer_ids: [(await boss.post("/customers", { name: unique("无"), owner_id: owner.user.id })).id], reason: "x" } }), 409, "no_pool");
    const rep = await person({});
    expectProblem(await rep.send("GET", "/pool-routes/lint"), 403, "forbidden");
    expectProblem(await rep.send("POST", "/pool-routes/run"), 403, "forbidden");
});
