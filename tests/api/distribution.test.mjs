// Pools that give customers away by themselves, what pools bring in, and the books that must agree.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, department, expectProblem, person, sql, stack, unique } from "./lib.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

let boss;
let day;
before(async () => {
    boss = await admin();
    day = (await boss.get("/meta")).today;
});

/** A pool that gives by itself, with these members; switched off when the test ends. */
async function giving(t, distribution, members, more = {}) {
    const pool = await boss.post("/pools", { name: unique("自动"), distribution, members, ...more });
    t.after(async () => {
        const { version } = await boss.get(`/pools/${pool.id}`);
        await boss.patch(`/pools/${pool.id}`, { is_active: false }, version);
    });
    return pool;
}

async function fill(pool, count, more = {}) {
    const made = [];
    for (let i = 0; i < count; i += 1) {
        made.push(await boss.post("/customers", { name: unique("客户"), pool_id: pool.id, ...more }));
    }
    return made;
}

async function distribute() {
    const { job_id } = await boss.post("/pool-distributions", undefined);
    return (await boss.job(job_id)).result;
}

const ownersOf = (customers) => Promise.all(customers.map(async (one) => (await boss.get(`/customers/${one.id}`)).owner_id));
const heldBy = async (who) => (await who.get("/holding-limits/mine")).held;

test("in turn: the pointer goes on from run to run", async (t) => {
    const people = [await person({}), await person({}), await person({})];
    const pool = await giving(t, "round_robin", people.map((one) => ({ user_id: one.user.id })));
    const [a, b, c] = people.map((one) => one.user.id);
    const first = await fill(pool, 4);
    await distribute();
    assert.deepEqual(await ownersOf(first), [a, b, c, a]);
    const second = await fill(pool, 2);
    await distribute();
    assert.deepEqual(await ownersOf(second), [b, c]);
    const [event] = await boss.list("/pool-events", { filter: { all: [{ field: "customer_id", op: "eq", value: first[1].id }, { field: "kind", op: "eq", value: "auto" }] } });
    assert.deepEqual([event.owner_id, event.direction, event.by_id], [b, -1, boss.user.id]);
    assert.ok((await people[1].get("/notifications")).items.some((one) => one.kind === "pool_given" && one.detail.count === 1));
});

test("by load: whoever holds fewest; by weight: shares; nobody without weight, none who is disabled", async (t) => {
    const [full, empty] = [await person({}), await person({})];
    for (let i = 0; i < 3; i += 1) {
        await boss.post("/customers", { name: unique("已有"), owner_id: full.user.id });
    }
    const load = await giving(t, "load", [full, empty].map((one) => ({ user_id: one.user.id })));
    await fill(load, 5);
    const [big, small, none, leaver] = [await person({}), await person({}), await person({}), await person({})];
    await boss.post(`/users/${leaver.user.id}/disable`, {});
    const weight = await giving(t, "weight", [{ user_id: big.user.id, weight: 3 }, { user_id: small.user.id, weight: 1 }, { user_id: none.user.id, weight: 0 }, { user_id: leaver.user.id, weight: 9 }]);
    await fill(weight, 8);
    await distribute();
    assert.deepEqual([await heldBy(full), await heldBy(empty)], [4, 4]);
    assert.deepEqual([await heldBy(big), await heldBy(small), await heldBy(none)], [6, 2, 0]);
    const { nothing } = await boss.get(`/pools/${weight.id}/distribution`);
    assert.deepEqual(nothing.map((one) => [one.user_id, one.reason]), [[none.user.id, "no_weight"]]);
});

test("capacity, the daily cap and former owners hold the distribution back, and it says so", async (t) => {
    const [capped, limited, former] = [await person({}), await person({}), await person({})];
    await boss.post("/holding-limits", { name: unique("库容"), user_id: limited.user.id, maximum: 1 });
    const pool = await giving(t, "round_robin", [capped, limited, former].map((one) => ({ user_id: one.user.id })), { auto_per_day: 2, former_owner_days: 30 });
    const mine = await boss.post("/customers", { name: unique("前任"), owner_id: former.user.id });
    await former.post("/pool-returns", { customer_ids: [mine.id], pool_id: pool.id, reason: "不跟了" });
    await fill(pool, 6);
    await distribute();
    assert.deepEqual([await heldBy(capped), await heldBy(limited), await heldBy(former)], [2, 1, 2]);
    assert.notEqual((await boss.get(`/customers/${mine.id}`)).owner_id, former.user.id);
    await distribute();
    const { nothing, last_run_at } = await boss.get(`/pools/${pool.id}/distribution`);
    assert.deepEqual(Object.fromEntries(nothing.map((one) => [one.user_id, one.reason])),
        { [capped.user.id]: "daily_cap", [limited.user.id]: "over_capacity", [former.user.id]: "daily_cap" });
    assert.ok(last_run_at);
    assert.equal((await boss.list("/pool-customers", { filter: { field: "pool_id", op: "eq", value: pool.id } })).length, 2);
    const rep = await person({});
    expectProblem(await rep.send("POST", "/pool-distributions"), 403, "forbidden");
    expectProblem(await rep.send("GET", `/pools/${pool.id}/distribution`), 403, "forbidden");
    const chief = await person({ role: "manager" });
    expectProblem(await chief.send("GET", `/pools/${pool.id}/distribution`), 404, "not_found");
});

test("economics: what pools and rules brought in, and what those who took it signed", async () => {
    const rep = await person({});
    const pool = await boss.post("/pools", { name: unique("经济"), members: [{ user_id: rep.user.id }] });
    const industry = unique("行业");
    const rule = await boss.post("/pool-rules", { name: unique("规则"), kind: "no_follow_up", days: 5, pool_id: pool.id, covers: { field: "industry", op: "eq", value: industry } });
    const lazy = await person({});
    const customers = [];
    for (let i = 0; i < 3; i += 1) {
        const customer = await boss.post("/customers", { name: unique("睡"), industry, owner_id: lazy.user.id });
        await sql(`UPDATE customer SET held_since = held_since - INTERVAL 30 DAY WHERE id = ${customer.id}`);
        customers.push(customer);
    }
    const { job_id } = await boss.post("/pool-runs", undefined);
    await boss.job(job_id);
    await boss.delete(`/pool-rules/${rule.id}`, rule.version);
    await sql(`UPDATE pool_event SET at = at - INTERVAL 90 MINUTE WHERE pool_id = ${pool.id}`);
    await rep.post(`/pools/${pool.id}/claim`, { customer_ids: customers.slice(0, 2).map((one) => one.id) });
    const contract = await rep.post("/contracts", { name: unique("合同"), customer_id: customers[0].id, status: "signed", signed_on: day, amount_minor: 700_00 });
    await boss.post("/payments", { contract_id: contract.id, amount_minor: 200_00, received_on: day });
    const { pools, rules } = await boss.get("/pool-economics");
    const row = pools.find((one) => one.id === pool.id);
    assert.deepEqual([row.entered, row.taken, row.deals, row.ordered_minor, row.received_minor, row.conversion_ppm], [3, 2, 1, 700_00, 200_00, 500_000]);
    assert.ok(row.waited_minutes >= 90 && row.waited_minutes < 95, `${row.waited_minutes}`);
    const ofRule = rules.find((one) => one.id === rule.id);
    assert.deepEqual([ofRule.entered, ofRule.taken, ofRule.ordered_minor], [3, 2, 700_00]);
    // Each figure is the number of rows behind it.
    const rows = async (more) => (await boss.list("/pool-events", { filter: { all: [{ field: "pool_id", op: "eq", value: pool.id }, ...more] } })).length;
    assert.equal(await rows([{ field: "direction", op: "eq", value: 1 }]), row.entered);
    assert.equal(await rows([{ field: "entry_rule_id", op: "eq", value: rule.id }]), ofRule.taken);
    const nobody = await person({ role: "manager" });
    assert.ok(!(await nobody.get("/pool-economics")).pools.some((one) => one.id === pool.id));
    expectProblem(await boss.send("GET", "/pool-economics?from_on=2026-02-01&to_on=2026-01-01"), 422, "invalid", "to_on");
    const blind = await personWith(await role("all", { permissions: ["customer.view"] }));
    expectProblem(await blind.send("GET", "/pool-economics"), 403, "forbidden");
    expectProblem(await blind.send("GET", "/pool-hoarding"), 403, "forbidden");
});

test("hoarding: claims without a follow-up within 48 working hours", async () => {
    const place = await department();
    const [rep, chief] = [await person({ department_id: place.id }), await person({ role: "manager", department_id: place.id })];
    const pool = await boss.post("/pools", { name: unique("囤"), members: [{ user_id: rep.user.id }] });
    const customers = await fill(pool, 4);
    await rep.post(`/pools/${pool.id}/claim`, { customer_ids: customers.map((one) => one.id) });
    await rep.post("/follow-ups", { customer_id: customers[0].id, content: "及时" });
    await sql(`UPDATE assignment SET started_at = started_at - INTERVAL 25 DAY WHERE customer_id IN (${customers[1].id}, ${customers[2].id})`);
    const of = async (who) => (await who.get("/pool-hoarding")).items.find((one) => one.user_id === rep.user.id);
    const { claims, in_time, late, pending, hoarding_ppm } = await of(chief);
    assert.deepEqual([claims, in_time, late, pending, hoarding_ppm], [4, 1, 2, 1, 666_667]);
    assert.equal((await of(rep)).claims, 4);
    const stranger = await person({ role: "manager", department_id: (await department()).id });
    assert.equal(await of(stranger), undefined);
});

test("whatever people do, a customer has one holder or one pool, and the books agree", async () => {
    const people = [];
    for (let i = 0; i < 4; i += 1) {
        people.push(await person({ role: "manager" }));
    }
    const pools = [];
    for (let i = 0; i < 2; i += 1) {
        pools.push(await boss.post("/pools", { name: unique("随机"), members: people.map((one, at) => ({ user_id: one.user.id, is_admin: at === 0 })) }));
    }
    const customers = await fill(pools[0], 8);
    const pick = (list) => list[Math.floor(Math.random() * list.length)];
    const acts = [
        (who, customer) => who.send("POST", `/pools/${pick(pools).id}/claim`, { body: { customer_ids: [customer.id, pick(customers).id] } }),
        (who, customer) => who.send("POST", "/pool-returns", { body: { customer_ids: [customer.id], pool_id: pick(pools).id, reason: "退" } }),
        (who, customer) => people[0].send("POST", `/pools/${pools[0].id}/move`, { body: { customer_ids: [customer.id], to_pool_id: pools[1].id } }),
        (who, customer) => people[0].send("POST", `/pools/${pools[1].id}/assign`, { body: { customer_ids: [customer.id], owner_id: who.user.id } }),
        (who, customer) => boss.send("POST", `/customers/${customer.id}/transfer`, { body: { owner_id: who.user.id } }),
    ];
    const statuses = new Set();
    await Promise.all(people.map(async (who) => {
        for (let i = 0; i < 25; i += 1) {
            const answer = await pick(acts)(who, pick(customers));
            statuses.add(answer.status);
        }
    }));
    for (const status of statuses) {
        assert.ok([200, 204, 403, 404, 409].includes(status), `${status}`);
    }
    const ids = customers.map((one) => one.id).join(",");
    const wrong = await sql(`SELECT c.id, c.owner_id, c.pool_id, o.open, e.balance, s.starts, t.takings FROM customer c
        JOIN (SELECT c.id, COUNT(a.id) AS open FROM customer c LEFT JOIN assignment a ON a.open_customer_id = c.id GROUP BY c.id) o ON o.id = c.id
        JOIN (SELECT customer_id, SUM(direction) AS balance FROM pool_event GROUP BY customer_id) e ON e.customer_id = c.id
        JOIN (SELECT c.id, COUNT(a.id) AS starts FROM customer c LEFT JOIN assignment a ON a.customer_id = c.id AND a.from_pool_id IS NOT NULL GROUP BY c.id) s ON s.id = c.id
        JOIN (SELECT c.id, COUNT(e.id) AS takings FROM customer c LEFT JOIN pool_event e ON e.customer_id = c.id AND e.direction = -1 AND e.kind <> 'move' GROUP BY c.id) t ON t.id = c.id
        WHERE c.id IN (${ids}) AND ((c.owner_id IS NULL) = (c.pool_id IS NULL) OR o.open <> (c.owner_id IS NOT NULL)
            OR e.balance <> (c.pool_id IS NOT NULL) OR s.starts <> t.takings)`);
    assert.deepEqual(wrong, []);
    const ends = await sql(`SELECT (SELECT COUNT(*) FROM assignment WHERE customer_id IN (${ids}) AND to_pool_id IS NOT NULL),
        (SELECT COUNT(*) FROM pool_event WHERE customer_id IN (${ids}) AND kind = 'return')`);
    assert.equal(ends[0][0], ends[0][1]);
});

test("who claims first keeps the customer: a distribution that waited for it goes on without", async (t) => {
    const [member, claimer] = [await person({}), await person({})];
    const pool = await giving(t, "round_robin", [{ user_id: member.user.id }]);
    const [customer] = await fill(pool, 1);
    // A claim that takes its time, as the database sees it.
    const claim = sql(`START TRANSACTION; SELECT id FROM customer WHERE id = ${customer.id} FOR UPDATE; DO SLEEP(2);
        UPDATE customer SET owner_id = ${claimer.user.id}, department_id = ${claimer.user.department_id}, pool_id = NULL,
            pool_entered_at = NULL, held_since = UTC_TIMESTAMP(3), version = version + 1 WHERE id = ${customer.id}; COMMIT`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await distribute();
    await claim;
    assert.deepEqual(await ownersOf([customer]), [claimer.user.id]);
    assert.ok(!(await member.get("/notifications")).items.some((one) => one.kind === "pool_given"));
});

test("customers that nobody may get do not keep the younger ones from being given", async (t) => {
    const former = await person({});
    const pool = await giving(t, "round_robin", [{ user_id: former.user.id }], { former_owner_days: 30 });
    const mine = [];
    for (let i = 0; i < 200; i += 10) {
        mine.push(...await Promise.all(Array.from({ length: 10 }, () => boss.post("/customers", { name: unique("前任"), owner_id: former.user.id }))));
    }
    await former.post("/pool-returns", { customer_ids: mine.map((one) => one.id), pool_id: pool.id, reason: "不跟了" });
    const [younger] = await fill(pool, 1);
    await distribute();
    assert.deepEqual([await ownersOf([younger]), await heldBy(former)], [[former.user.id], 1]);
});
