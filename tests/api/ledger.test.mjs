// Who held which customer when, what came of it, and how many one may hold.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { admin, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { personWith, recordsOf, role } from "./samples.mjs";

await stack();

let boss;
before(async () => {
    boss = await admin();
});

/** The intervals of a customer, oldest first. */
async function intervals(customer, client = boss) {
    return client.list("/assignments", { filter: { field: "customer_id", op: "eq", value: customer.id }, sort: "started_at" });
}

async function customerOf(owner, more = {}) {
    return boss.post("/customers", { name: unique("分配客户"), owner_id: owner.user.id, ...more });
}

test("an interval begins with an owner and ends with the next; what happened outside never counts", async () => {
    const place = await department();
    const [first, second] = [await person({ department_id: place.id }), await person({ department_id: place.id })];
    const customer = await customerOf(first, { source: "referral", level: "a" });
    const [opened] = await intervals(customer);
    assert.deepEqual([opened.owner_id, opened.department_id, opened.start_cause, opened.outcome, opened.customer_source, opened.customer_level, opened.ended_at],
        [first.user.id, place.id, "create", "open", "referral", "a", null]);
    // Before the interval: does not count. By somebody else: does not count.
    await boss.post("/follow-ups", { customer_id: customer.id, content: "早于分配", owner_id: first.user.id, followed_at: "2020-01-01T00:00:00Z" });
    await boss.post("/follow-ups", { customer_id: customer.id, content: "别人", owner_id: second.user.id });
    assert.deepEqual((await intervals(customer)).map((row) => [row.follow_up_count, row.first_touch_at]), [[0, null]]);
    const call = await first.post("/follow-ups", { customer_id: customer.id, content: "首次电话" });
    const [touched] = await intervals(customer);
    assert.deepEqual([touched.follow_up_count, touched.first_touch_at, touched.last_touch_at], [1, call.followed_at, call.followed_at]);
    assert.ok(touched.response_minutes >= 0);
    await boss.post(`/customers/${customer.id}/transfer`, { owner_id: second.user.id, reason: "换人" });
    const [old, current] = await intervals(customer);
    assert.deepEqual([old.end_cause, old.outcome, old.to_owner_id, old.end_reason, old.follow_up_count], ["transfer", "transferred", second.user.id, "换人", 1]);
    assert.deepEqual([current.owner_id, current.start_cause, current.from_owner_id, current.reason, current.follow_up_count, current.started_at],
        [second.user.id, "transfer", first.user.id, "换人", 0, old.ended_at]);
    // A correction of the follow-up moves the count.
    await boss.delete(`/follow-ups/${call.id}`, call.version);
    assert.deepEqual((await intervals(customer)).map((row) => [row.follow_up_count, row.response_minutes]), [[0, null], [0, null]]);
});

test("opportunity, contract, payment and refund of the interval show, and the deal", async () => {
    const seller = await person({});
    const customer = await customerOf(seller);
    const today = (await boss.get("/meta")).today;
    const opportunity = await boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, amount_minor: 100_00, owner_id: seller.user.id });
    let [row] = await intervals(customer);
    assert.deepEqual([row.opportunity_count, row.opportunity_id, row.stage_name, row.outcome], [1, opportunity.id, opportunity.stage_name, "open"]);
    const contract = await boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, status: "signed", signed_on: today, amount_minor: 900_00, owner_id: seller.user.id });
    await boss.post("/contracts", { name: unique("旧合同"), customer_id: customer.id, status: "signed", signed_on: "2020-02-03", amount_minor: 5_00, owner_id: seller.user.id });
    const payment = await boss.post("/payments", { contract_id: contract.id, amount_minor: 500_00, received_on: today });
    await boss.post("/refunds", { payment_id: payment.id, amount_minor: 50_00, refunded_on: today });
    [row] = await intervals(customer);
    assert.deepEqual([row.contract_count, row.ordered_minor, row.received_minor, row.signed_on, row.deal_on, row.days_to_deal, row.outcome],
        [1, 900_00, 450_00, today, today, 0, "won"]);
    // A business date of today counts for whoever holds the customer at the end of today.
    const next = await person({});
    await boss.post(`/customers/${customer.id}/transfer`, { owner_id: next.user.id });
    const rows = await intervals(customer);
    assert.deepEqual(rows.map((each) => [each.ordered_minor, each.received_minor, each.outcome]), [[0, 0, "transferred"], [900_00, 450_00, "won"]]);
    assert.equal(rows.reduce((sum, each) => sum + each.ordered_minor, 0), 900_00, "no amount is lost or doubled");
    const won = await boss.get("/assignments/aggregate", { filter: { field: "customer_id", op: "eq", value: customer.id }, measures: "count,sum:ordered_minor" });
    assert.deepEqual(won.groups[0].values, { count: 2, "sum:ordered_minor": 900_00 });
});

test("the recycle bin ends an interval and gives it back", async () => {
    const seller = await person({});
    const customer = await customerOf(seller);
    await boss.delete(`/customers/${customer.id}`, customer.version);
    assert.deepEqual((await intervals(customer)).map((row) => [row.end_cause, row.outcome]), [["delete", "deleted"]]);
    await boss.post(`/customers/${customer.id}/restore`);
    assert.deepEqual((await intervals(customer)).map((row) => [row.end_cause, row.ended_at, row.outcome]), [[null, null, "open"]]);
});

test("intervals are seen in scope, by nobody else, and written by nobody", async () => {
    const [here, there] = [await department(), await department()];
    const seller = await person({ department_id: here.id });
    const manager = await person({ department_id: here.id, role: "manager" });
    const stranger = await person({ department_id: there.id, role: "manager" });
    const customer = await customerOf(seller);
    assert.equal((await intervals(customer, seller)).length, 1);
    assert.equal((await intervals(customer, manager)).length, 1);
    const [row] = await intervals(customer);
    assert.equal((await intervals(customer, stranger)).length, 0);
    expectProblem(await stranger.send("GET", `/assignments/${row.id}`), 404, "not_found");
    for (const [method, path] of [["POST", "/assignments"], ["PATCH", `/assignments/${row.id}`], ["DELETE", `/assignments/${row.id}`]]) {
        assert.ok([404, 405].includes((await boss.send(method, path, { body: {}, headers: { "If-Match": `${row.version}` } })).status), method);
    }
    assert.ok([404, 405].includes((await boss.send("POST", `/assignments/${row.id}/transfer`, { body: { owner_id: 1 } })).status));
    const blind = await personWith(await role("all", { permissions: ["customer.view"] }));
    expectProblem(await blind.send("GET", "/assignments"), 403, "forbidden");
    assert.equal((await send("GET", "/assignments")).status, 401);
});

test("a move to another department leaves the interval where it was", async () => {
    const [from, to] = [await department(), await department()];
    const seller = await person({ department_id: from.id });
    const made = await recordsOf(seller);
    await boss.post(`/users/${seller.user.id}/move`, { department_id: to.id, manager_id: null });
    assert.equal((await boss.get(`/customers/${made.customer.id}`)).department_id, to.id);
    assert.equal((await intervals(made.customer))[0].department_id, from.id);
    assert.ok(!(await boss.get(`/users/${seller.user.id}/holdings`)).items.some((item) => item.object === "assignment"));
});

test("a hand-over ends the leaver's intervals", async () => {
    const [leaver, heir] = [await person({}), await person({})];
    const customer = await customerOf(leaver);
    const { job_id } = await boss.post(`/users/${leaver.user.id}/disable`, { successor_id: heir.user.id });
    await boss.job(job_id);
    assert.deepEqual((await intervals(customer)).map((row) => [row.owner_id, row.start_cause, row.end_cause]),
        [[leaver.user.id, "create", "handover"], [heir.user.id, "handover", null]]);
});

test("POOL-5: nobody gets more than he may hold, whatever the way in", async () => {
    const seller = await person({ role: "manager" });
    const limit = await boss.post("/holding-limits", { name: unique("库容"), user_id: seller.user.id, maximum: 2,
        uncounted: { field: "level", op: "eq", value: "a" } });
    assert.deepEqual(await seller.get("/holding-limits/mine"), { held: 0, maximum: 2 });
    const mine = async (more = {}) => seller.send("POST", "/customers", { body: { name: unique("容"), ...more } });
    assert.equal((await mine()).status, 201);
    assert.equal((await mine()).status, 201);
    expectProblem(await mine(), 409, "over_capacity");
    assert.deepEqual(await seller.get("/holding-limits/mine"), { held: 2, maximum: 2 });
    const other = await customerOf(await person({}));
    expectProblem(await boss.send("POST", `/customers/${other.id}/transfer`, { body: { owner_id: seller.user.id } }), 409, "over_capacity");
    assert.equal((await boss.get(`/customers/${other.id}`)).owner_id, other.owner_id, "nothing half-written");
    const big = await customerOf(await person({}), { level: "a" });
    await boss.post(`/customers/${big.id}/transfer`, { owner_id: seller.user.id });
    assert.deepEqual(await seller.get("/holding-limits/mine"), { held: 2, maximum: 2 });
    await boss.patch(`/holding-limits/${limit.id}`, { maximum: 3 }, limit.version);
    await boss.post(`/customers/${other.id}/transfer`, { owner_id: seller.user.id });
    const binned = await customerOf(await person({}));
    await boss.delete(`/customers/${binned.id}`, binned.version);
    await sql(`UPDATE customer SET owner_id = ${seller.user.id} WHERE id = ${binned.id}`);
    expectProblem(await boss.send("POST", `/customers/${binned.id}/restore`), 409, "over_capacity");
    expectProblem(await seller.send("POST", "/holding-limits", { body: { name: "x", maximum: 1 } }), 403, "forbidden");
    expectProblem(await boss.send("POST", "/holding-limits", { body: { name: "x", maximum: -1 } }), 422, "invalid", "maximum");
    expectProblem(await boss.send("POST", "/holding-limits", { body: { name: "x", maximum: 1, user_id: seller.user.id, role_id: 1 } }), 422, "invalid", "user_id");
    expectProblem(await boss.send("POST", "/holding-limits", { body: { name: "x", maximum: 1, uncounted: { field: "nothing", op: "eq", value: 1 } } }), 400, "bad_filter");
});

test("the nearest limit counts: own before department before role before everybody's", async () => {
    const above = await department();
    const below = await department({ parent_id: above.id });
    const held = await role("own");
    const seller = await personWith(held, { department_id: below.id });
    const maximum = async () => (await seller.get("/holding-limits/mine")).maximum;
    const made = [];
    const limit = async (body) => made.push(await boss.post("/holding-limits", { name: unique("库容"), ...body }));
    assert.equal(await maximum(), null);
    await limit({ role_id: held.id, maximum: 40 });
    assert.equal(await maximum(), 40);
    await limit({ department_id: above.id, maximum: 30 });
    assert.equal(await maximum(), 30);
    await limit({ department_id: below.id, maximum: 35 });
    assert.equal(await maximum(), 35);
    await limit({ user_id: seller.user.id, maximum: 9 });
    assert.equal(await maximum(), 9);
    await Promise.all(made.map((each) => boss.delete(`/holding-limits/${each.id}`, each.version)));
    assert.equal(await maximum(), null);
});

test("POOL-5: twenty customers created at once never pass the limit", async () => {
    const seller = await person({});
    await boss.post("/holding-limits", { name: unique("库容"), user_id: seller.user.id, maximum: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => seller.send("POST", "/customers", { body: { name: unique("并发") } })));
    assert.equal(answers.filter((answer) => answer.status === 201).length, 5);
    assert.ok(answers.every((answer) => answer.status === 201 || answer.body.code === "over_capacity"));
    const [[open]] = await sql(`SELECT COUNT(*) FROM assignment WHERE ended_at IS NULL AND owner_id = ${seller.user.id}`);
    assert.equal(open, "5");
});

test("what others write at the same time is counted by whoever comes last", async () => {
    const [first, second] = [await person({}), await person({})];
    const customer = await customerOf(first);
    await boss.post(`/customers/${customer.id}/transfer`, { owner_id: second.user.id });
    const deal = () => boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, amount_minor: 100_00, owner_id: second.user.id });
    const [kept, gone] = [await deal(), await deal()];
    const { stages } = (await boss.get("/pipelines")).items[0];
    const other = sql(`START TRANSACTION; SELECT id FROM assignment WHERE open_customer_id = ${customer.id} FOR UPDATE;
        UPDATE opportunity SET deleted_at = UTC_TIMESTAMP(3) WHERE id = ${gone.id}; DO SLEEP(1); COMMIT`);
    await setTimeout(400); // the other one holds the present interval by now
    await boss.patch(`/opportunities/${kept.id}`, { stage_id: stages[1].id }, kept.version);
    await other;
    assert.deepEqual((await intervals(customer)).map((row) => [row.stage_name, row.opportunity_count]), [[null, 0], [stages[1].name, 1]]);
});

test("the figures of the targets stay right", async () => {
    const { stdout } = await dabiao(["doctor", "--json"]);
    assert.deepEqual(JSON.parse(stdout).wrong_facts ?? 0, 0);
});
