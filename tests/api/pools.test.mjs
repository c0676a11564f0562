// Public pools: who sees what lies there, who may take it, and how it comes back.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { exportRows, measured, personWith, role } from "./samples.mjs";

await stack();

let boss;
before(async () => {
    boss = await admin();
});

/** A pool with these people as members; the first of `admins` and so on administer it. */
async function poolOf(members, { admins = [], ...more } = {}) {
    return boss.post("/pools", { name: unique("公海"), ...more,
        members: [...members.map((one) => ({ user_id: one.user.id })), ...admins.map((one) => ({ user_id: one.user.id, is_admin: true }))] });
}

/** A customer lying in a pool since long ago, unless told. */
async function lying(pool, { hours = 1000, ...more } = {}) {
    const customer = await boss.post("/customers", { name: unique("公海客户"), pool_id: pool.id, ...more });
    await sql(`UPDATE customer SET pool_entered_at = UTC_TIMESTAMP(3) - INTERVAL ${hours} HOUR WHERE id = ${customer.id}`);
    return customer;
}

const claim = (who, pool, ...customers) => who.send("POST", `/pools/${pool.id}/claim`, { body: { customer_ids: customers.map((one) => one.id) } });
const giveBack = (who, customer, more = {}) => who.send("POST", "/pool-returns", { body: { customer_ids: [customer.id], reason: "没有需求", ...more } });
const eventsOf = (customer) => boss.list("/pool-events", { filter: { field: "customer_id", op: "eq", value: customer.id }, sort: "at" });
const today = async () => (await boss.get("/meta")).today;
const addDays = (day, days) => new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

test("a pool is made, changed, and not deleted while customers lie in it", async () => {
    const rep = await person({});
    const place = await department();
    const pool = await boss.post("/pools", { name: unique("华东"), claims_per_day: 3, return_reasons: ["没有需求", "联系不上"],
        closed_fields: [{ field: "phone", access: "masked" }],
        members: [{ user_id: rep.user.id }, { department_id: place.id, is_admin: true, weight: 3 }] });
    assert.deepEqual([pool.is_active, pool.is_default, pool.distribution, pool.claims_per_day, pool.customer_count, pool.is_member],
        [true, false, "claim", 3, 0, false]);
    assert.deepEqual(pool.members.map((member) => [member.user_id, member.department_id, member.is_admin, member.weight, member.name]),
        [[rep.user.id, null, false, 1, rep.login], [null, place.id, true, 3, place.name]]);
    assert.deepEqual(pool.return_reasons, ["没有需求", "联系不上"]);
    const changed = await boss.patch(`/pools/${pool.id}`, { claims_per_day: null, members: [] }, pool.version);
    assert.deepEqual([changed.claims_per_day, changed.members, changed.closed_fields.length], [null, [], 1]);
    expectProblem(await boss.send("PATCH", `/pools/${pool.id}`, { body: { name: "x" }, headers: { "If-Match": "99" } }), 412, "stale_version");
    const customer = await lying(pool);
    expectProblem(await boss.send("DELETE", `/pools/${pool.id}`, { headers: { "If-Match": `${changed.version}` } }), 409, "in_use");
    await boss.post(`/customers/${customer.id}/transfer`, { owner_id: rep.user.id });
    await boss.delete(`/pools/${pool.id}`, changed.version);
});

test("what a pool cannot be", async () => {
    const bad = async (body, field) => expectProblem(await boss.send("POST", "/pools", { body: { name: unique("坏"), ...body } }), 422, "invalid", field);
    await bad({ members: [{}] }, "members.0");
    await bad({ members: [{ user_id: 1, role_id: 1 }] }, "members.0");
    await bad({ members: [{ user_id: 987654321 }] }, "members.0.user_id");
    await bad({ closed_fields: [{ field: "name", access: "hidden" }] }, "closed_fields.0.field");
    await bad({ closed_fields: [{ field: "phone", access: "hidden" }, { field: "phone", access: "masked" }] }, "closed_fields.1.field");
    await bad({ distribution: "lottery" }, "distribution");
    await bad({ claims_per_day: -1 }, "claims_per_day");
    await bad({ return_reasons: [" "] }, "return_reasons.0");
    const rep = await person({});
    expectProblem(await rep.send("POST", "/pools", { body: { name: "x" } }), 403, "forbidden");
    assert.equal((await send("GET", "/pools")).status, 401);
});

test("one pool is the default: the one named last", async () => {
    const first = await boss.post("/pools", { name: unique("默认"), is_default: true });
    const second = await boss.post("/pools", { name: unique("默认"), is_default: true });
    assert.equal((await boss.get(`/pools/${first.id}`)).is_default, false);
    assert.equal((await boss.get(`/pools/${second.id}`)).is_default, true);
    await boss.delete(`/pools/${second.id}`, second.version);
    await boss.delete(`/pools/${first.id}`, (await boss.get(`/pools/${first.id}`)).version);
});

test("members by person, department and role see the customers of their pools and no others", async () => {
    const above = await department();
    const below = await department({ parent_id: above.id });
    const ownOnly = await role("own");
    const byRole = await role("own");
    const people = { named: await person({}), inside: await person({ department_id: below.id }), roled: await personWith(byRole), outside: await personWith(ownOnly) };
    const pool = await boss.post("/pools", { name: unique("公海"),
        members: [{ user_id: people.named.user.id }, { department_id: above.id }, { role_id: byRole.id }] });
    const customer = await lying(pool);
    const only = { filter: { field: "id", op: "eq", value: customer.id } };
    for (const [name, who] of Object.entries(people)) {
        const seen = name === "outside" ? 0 : 1;
        assert.equal((await who.list("/pool-customers", only)).length, seen, name);
        assert.equal((await who.get("/pool-customers", { ...only, total: 1 })).total, seen, name);
        assert.equal(await measured(who, "pool-customers", "count", only.filter), seen, name);
        assert.equal((await who.send("GET", `/pool-customers/${customer.id}`)).status, seen ? 200 : 404, name);
        assert.equal((await who.get("/pool-customers/options", { q: customer.name })).items.length, seen, name);
        assert.equal((await who.get("/search", { q: customer.name })).items.filter((item) => item.id === customer.id).length, seen, name);
        assert.equal((await who.list("/customers", only)).length, 0, `${name}: nobody's customers are in no one's own scope`);
        assert.equal((await who.list("/pools", { filter: { field: "id", op: "eq", value: pool.id } })).length, seen, name);
    }
    assert.equal((await exportRows(people.outside, "pool-customers", only)).length, 1, "headings only");
    assert.equal((await exportRows(await personWith(await role("own"), {}), "pool-customers", {})).length, 1);
    assert.equal((await boss.list("/customers", only))[0].pool_id, pool.id);
    await boss.post(`/pools/${pool.id}/assign`, { customer_ids: [customer.id], owner_id: people.named.user.id });
    assert.equal((await people.named.list("/pool-customers", only)).length, 0);
    assert.equal((await people.named.get(`/customers/${customer.id}`)).owner_id, people.named.user.id);
    expectProblem(await people.named.send("GET", `/pool-customers/${customer.id}`), 404, "not_found");
});

test("POOL-8: hidden and masked fields stay closed until a customer is claimed", async () => {
    const rep = await personWith(await role("own"));
    const closed = await poolOf([rep], { closed_fields: [{ field: "phone", access: "masked" }, { field: "address", access: "hidden" }, { field: "annual_revenue_minor", access: "masked" }] });
    const open = await poolOf([rep]);
    const fields = { phone: "13812341234", address: "南京路1号", annual_revenue_minor: 5_000_00 };
    const [shut, free] = [await lying(closed, fields), await lying(open, fields)];
    const check = (record, id) => {
        if (id === free.id) {
            assert.deepEqual([record.phone, record.address, record.annual_revenue_minor, record.masked], [fields.phone, fields.address, 5_000_00, undefined]);
            return;
        }
        assert.deepEqual([record.phone, "address" in record, record.annual_revenue_minor, record.masked], ["138****1234", false, null, ["phone", "annual_revenue_minor"]]);
    };
    for (const customer of [shut, free]) {
        const filter = { field: "id", op: "eq", value: customer.id };
        check(await rep.get(`/pool-customers/${customer.id}`), customer.id);
        check((await rep.list("/pool-customers", { filter }))[0], customer.id);
    }
    const rows = await exportRows(rep, "pool-customers", { columns: ["id", "phone", "address", "annual_revenue_minor"] });
    const rowOf = (customer) => rows.find((row) => row[0] === String(customer.id));
    assert.deepEqual(rowOf(free).slice(1), ["13812341234", "南京路1号", "5000.00"]);
    assert.deepEqual(rowOf(shut).slice(1), ["138****1234", "", "****"]);
    // Closed in one of the reader's pools: no way to ask for it.
    for (const field of ["phone", "address"]) {
        expectProblem(await rep.send("GET", `/pool-customers?${new URLSearchParams({ filter: JSON.stringify({ field, op: "starts_with", value: "1" }) })}`), 400, "bad_filter");
        expectProblem(await rep.send("GET", `/pool-customers/aggregate?group_by=${field}`), 422, "invalid");
        expectProblem(await rep.send("POST", "/pool-customers/export", { body: { format: "csv", filter: { field, op: "not_null" } } }), 400, "bad_filter");
    }
    expectProblem(await rep.send("GET", "/pool-customers/aggregate?measures=sum:annual_revenue_minor"), 422, "invalid");
    expectProblem(await rep.send("GET", "/pool-customers?sort=phone"), 400, "bad_sort");
    assert.equal((await rep.get("/search", { q: "南京路" })).items.length, 0);
    // Whoever sees all customers sees it unmasked; so does the owner once it is claimed.
    assert.equal((await boss.get(`/pool-customers/${shut.id}`)).phone, fields.phone);
    assert.equal((await claim(rep, closed, shut)).status, 200);
    assert.equal((await rep.get(`/customers/${shut.id}`)).phone, fields.phone);
    // What a role closes for customers is closed in pools too.
    const blind = await personWith(await role("own", { fields: [{ object: "customer", field: "phone", access: "hidden" }] }));
    await boss.patch(`/pools/${open.id}`, { members: [{ user_id: blind.user.id }] }, open.version);
    assert.equal("phone" in (await blind.get(`/pool-customers/${free.id}`)), false);
});

test("opening counts against the view quota, once a customer and day", async () => {
    const rep = await person({});
    const pool = await poolOf([rep], { views_per_day: 2 });
    const customers = [await lying(pool), await lying(pool), await lying(pool)];
    for (const customer of [customers[0], customers[1], customers[0], customers[1]]) {
        await rep.get(`/pool-customers/${customer.id}`);
    }
    assert.equal((await rep.get(`/pools/${pool.id}/allowance`)).views_left, 0);
    const refused = expectProblem(await rep.send("GET", `/pool-customers/${customers[2].id}`), 409, "view_quota_reached");
    assert.equal(refused.available_on, addDays(await today(), 1));
    assert.ok(Date.parse(refused.available_at) > Date.now());
    // Yesterday's views do not count today.
    await sql(`UPDATE pool_view SET viewed_on = viewed_on - INTERVAL 1 DAY WHERE pool_id = ${pool.id}`);
    await rep.get(`/pool-customers/${customers[2].id}`);
    assert.equal((await rep.get(`/pools/${pool.id}/allowance`)).views_left, 1);
});

test("POOL-8: a view quota is not got round by lists, sums, files or suggestions: they show only a part of what one reaches a customer by", async () => {
    const [rep, free] = [await personWith(await role("own")), await person({})];
    const pool = await poolOf([rep], { views_per_day: 1 });
    const open = await poolOf([free]);
    const secret = { phone: "13812345678", address: "朝阳区某某路 1 号", website: "https://example.com/contact", remark: "联系人王总 13987654321" };
    const [one, two] = [await lying(pool, secret), await lying(pool, secret)];
    await lying(open, secret);
    const hidden = /12345678|某某路|example\.com|王总|13987654321/;
    const page = await rep.get("/pool-customers", { filter: { field: "pool_id", op: "eq", value: pool.id } });
    assert.deepEqual(page.items.map((item) => item.masked), [["address", "phone", "website", "remark"], ["address", "phone", "website", "remark"]]);
    assert.equal(page.items[0].phone, "138****5678");
    const file = await exportRows(rep, "pool-customers");
    assert.equal(file.length, 3, "headings and two");
    for (const shown of [page, file, await rep.get("/pool-customers/options"), await rep.get("/search", { q: one.name })]) {
        assert.ok(!hidden.test(JSON.stringify(shown)), JSON.stringify(shown));
    }
    for (const field of ["phone", "address", "website", "remark"]) {
        expectProblem(await rep.send("GET", `/pool-customers?filter=${encodeURIComponent(JSON.stringify({ field, op: "eq", value: "1" }))}`), 400, "bad_filter");
        expectProblem(await rep.send("GET", `/pool-customers/aggregate?group_by=${field}`), 422, "invalid", "group_by");
    }
    // Opened, and counted, the whole is shown; the next is refused.
    assert.equal((await rep.get(`/pool-customers/${one.id}`)).phone, secret.phone);
    expectProblem(await rep.send("GET", `/pool-customers/${two.id}`), 409, "view_quota_reached");
    // Without a quota there is nothing to get round.
    assert.equal((await free.get("/pool-customers")).items[0].phone, secret.phone);
});

test("a claim gives the customer, an interval, an event and an entry in the audit log", async () => {
    const rep = await person({});
    const pool = await poolOf([rep]);
    const customer = await lying(pool);
    const { body, status } = await claim(rep, pool, customer);
    assert.deepEqual([status, body.done, body.results[0].ok], [200, 1, true]);
    const mine = await rep.get(`/customers/${customer.id}`);
    assert.deepEqual([mine.owner_id, mine.pool_id], [rep.user.id, null]);
    const [interval] = await boss.list("/assignments", { filter: { field: "customer_id", op: "eq", value: customer.id } });
    assert.deepEqual([interval.start_cause, interval.from_pool_id, interval.owner_id, interval.ended_at], ["claim", pool.id, rep.user.id, null]);
    assert.deepEqual((await eventsOf(customer)).map((event) => [event.kind, event.direction, event.pool_id, event.owner_id, event.by_id]),
        [["create", 1, pool.id, null, boss.user.id], ["claim", -1, pool.id, rep.user.id, rep.user.id]]);
    const [[audit]] = await sql(`SELECT COUNT(*) FROM audit_entry WHERE object = 'customer' AND record_id = ${customer.id} AND action = 'claim' AND user_id = ${rep.user.id}`);
    assert.equal(audit, "1");
});

test("refusals of claims: each has its code, and when it ends", async () => {
    const [rep, other] = [await person({}), await person({})];
    const pool = await poolOf([rep, other], { former_owner_days: 7, fresh_hours: 24, fresh_former_hours: 240, claims_per_day: 2 });
    const fresh = await lying(pool, { hours: 10 });
    const problem = expectProblem(await claim(rep, pool, fresh), 409, "fresh_blocked");
    const entered = Date.parse((await boss.get(`/pool-customers/${fresh.id}`)).pool_entered_at);
    assert.equal(Date.parse(problem.available_at), entered + 24 * 3_600_000);
    // An edit does not make it fresh again.
    await sql(`UPDATE customer SET pool_entered_at = UTC_TIMESTAMP(3) - INTERVAL 25 HOUR, updated_at = UTC_TIMESTAMP(3) WHERE id = ${fresh.id}`);
    assert.equal((await claim(rep, pool, fresh)).status, 200);
    assert.equal((await giveBack(rep, fresh, { pool_id: pool.id })).status, 200);
    expectProblem(await claim(rep, pool, fresh), 409, "former_owner_blocked");
    await sql(`UPDATE assignment SET started_on = started_on - INTERVAL 6 DAY, ended_on = ended_on - INTERVAL 6 DAY WHERE customer_id = ${fresh.id}`);
    const former = expectProblem(await claim(rep, pool, fresh), 409, "former_owner_blocked");
    assert.equal(former.available_on, addDays(await today(), 1));
    await sql(`UPDATE assignment SET ended_on = ended_on - INTERVAL 1 DAY WHERE customer_id = ${fresh.id}`);
    await sql(`UPDATE customer SET pool_entered_at = UTC_TIMESTAMP(3) - INTERVAL 30 HOUR WHERE id = ${fresh.id}`);
    const longer = expectProblem(await claim(rep, pool, fresh), 409, "fresh_blocked");
    assert.ok(Date.parse(longer.available_at) - Date.now() > 200 * 3_600_000, "the former owner waits longer");
    assert.equal((await claim(other, pool, fresh)).status, 200);
    expectProblem(await claim(rep, pool, fresh), 409, "already_claimed");
    // The day's cap: one claim stands already, and giving it back does not refund it.
    assert.deepEqual((await rep.get(`/pools/${pool.id}/allowance`)).claims_left, 1);
    const three = [await lying(pool), await lying(pool), await lying(pool)];
    const { body } = await claim(rep, pool, ...three);
    assert.deepEqual(body.results.map((result) => [result.ok, result.code, result.available_on]),
        [[true, null, null], [false, "claim_limit_reached", addDays(await today(), 1)], [false, "claim_limit_reached", addDays(await today(), 1)]]);
    await sql(`UPDATE pool_event SET happened_on = happened_on - INTERVAL 1 DAY WHERE owner_id = ${rep.user.id}`);
    assert.equal((await claim(rep, pool, three[1])).status, 200, "a new day has begun");
    const stranger = await person({});
    expectProblem(await claim(stranger, pool, three[2]), 404, "not_found");
    expectProblem(await claim(boss, pool, three[2]), 403, "not_a_member");
    expectProblem(await claim(rep, pool, { id: 987654321 }), 404, "not_found");
    const elsewhere = await lying(await poolOf([]));
    expectProblem(await claim(rep, pool, elsewhere), 404, "not_found");
    await boss.patch(`/pools/${pool.id}`, { is_active: false }, (await boss.get(`/pools/${pool.id}`)).version);
    expectProblem(await claim(rep, pool, three[2]), 409, "pool_inactive");
    expectProblem(await rep.send("POST", `/pools/${pool.id}/claim`, { body: { customer_ids: [] } }), 422, "invalid", "customer_ids");
    const noRight = await personWith(await role("all", { permissions: ["pool.view"] }));
    expectProblem(await claim(noRight, pool, three[2]), 403, "forbidden");
    assert.equal((await send("POST", `/pools/${pool.id}/claim`, { body: { customer_ids: [1] } })).status, 401);
});

test("POOL-2: a return refunds the claim only where the pool says so; assignments never eat claims", async () => {
    const rep = await person({});
    for (const refund of [false, true]) {
        const pool = await poolOf([rep], { claims_per_day: 1, refund_returns: refund });
        const [first, second, given] = [await lying(pool), await lying(pool), await lying(pool)];
        await boss.post(`/pools/${pool.id}/assign`, { customer_ids: [given.id], owner_id: rep.user.id });
        assert.equal((await claim(rep, pool, first)).status, 200);
        assert.equal((await giveBack(rep, first, { pool_id: pool.id })).status, 200);
        const again = await claim(rep, pool, second);
        assert.equal(again.status, refund ? 200 : 409);
    }
});

test("POOL-5: holding capacity stops a claim", async () => {
    const rep = await person({});
    const pool = await poolOf([rep]);
    await boss.post("/holding-limits", { name: unique("库容"), user_id: rep.user.id, maximum: 1 });
    const { body } = await claim(rep, pool, await lying(pool), await lying(pool));
    assert.deepEqual(body.results.map((result) => result.code), [null, "over_capacity"]);
});

test("POOL-5: what an administrator assigns and what an import brings stops at the capacity, however much comes at once", async () => {
    const [rep, chief] = [await person({}), await person({ role: "manager" })];
    const pool = await poolOf([rep], { admins: [chief] });
    await boss.post("/holding-limits", { name: unique("库容"), user_id: rep.user.id, maximum: 4 });
    const inside = await Promise.all(Array.from({ length: 6 }, () => lying(pool)));
    const file = Buffer.from(["客户名称,负责人", ...Array.from({ length: 6 }, () => `${unique("导入")},${rep.user.login}`)].join("\n"));
    const batch = await boss.upload("/import/batches?kind=customer&name=x.csv", file);
    await boss.put(`/import/batches/${batch.id}/mapping`, { mapping: { columns: [{ column: "客户名称", field: "name" }, { column: "负责人", field: "owner_id" }] } });
    const { job_id } = await boss.post(`/import/batches/${batch.id}/run`, {});
    const orders = await Promise.all(inside.map((one) => chief.send("POST", `/pools/${pool.id}/assign`, { body: { customer_ids: [one.id], owner_id: rep.user.id } })));
    await boss.job(job_id);
    const assigned = orders.filter((answer) => answer.status === 200).length;
    for (const answer of orders.filter((one) => one.status !== 200)) {
        expectProblem(answer, 409, "over_capacity");
    }
    const done = await boss.get(`/import/batches/${batch.id}`);
    assert.deepEqual([assigned + done.created_count, done.failed_count], [4, 6 - done.created_count]);
    const { items } = await boss.get(`/import/batches/${batch.id}/faults`);
    assert.ok(items.length > 0 && items.every((fault) => /capacity/i.test(JSON.stringify(fault))), JSON.stringify(items));
    assert.deepEqual(await rep.get("/holding-limits/mine"), { held: 4, maximum: 4 });
});

test("POOL-1: a hundred claims of one customer by a hundred people: one success, ninety-nine clean refusals", async () => {
    const people = await Promise.all(Array.from({ length: 10 }, () => person({})));
    const pool = await poolOf(people);
    const customer = await lying(pool);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => claim(people[i % 10], pool, customer)));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
    const codes = new Set(answers.filter((answer) => answer.status !== 200).map((answer) => `${answer.status} ${answer.body.code}`));
    assert.deepEqual([...codes], ["409 already_claimed"]);
    const [[open, events]] = await sql(`SELECT (SELECT COUNT(*) FROM assignment WHERE customer_id = ${customer.id}), (SELECT COUNT(*) FROM pool_event WHERE customer_id = ${customer.id} AND kind = 'claim')`);
    assert.deepEqual([open, events], ["1", "1"]);
});

test("POOL-2: twenty claims at once never pass the day's cap", async () => {
    const rep = await person({});
    const pool = await poolOf([rep], { claims_per_day: 5 });
    const customers = await Promise.all(Array.from({ length: 20 }, () => lying(pool)));
    const answers = await Promise.all(customers.map((customer) => claim(rep, pool, customer)));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 5);
    assert.ok(answers.every((answer) => answer.status === 200 || answer.body.code === "claim_limit_reached"));
    assert.equal((await rep.get("/holding-limits/mine")).held, 5);
});

test("POOL-2: the business day of claims is the company's", async () => {
    const rep = await person({});
    const pool = await poolOf([rep], { claims_per_day: 1 });
    assert.equal((await claim(rep, pool, await lying(pool))).status, 200);
    const day = await today();
    const [[stored]] = await sql(`SELECT happened_on FROM pool_event WHERE owner_id = ${rep.user.id} AND kind = 'claim'`);
    assert.equal(stored, day);
    const refused = expectProblem(await claim(rep, pool, await lying(pool)), 409, "claim_limit_reached");
    const company = await boss.get("/company");
    // Midnight of the company's zone (UTC+8, no summer time).
    assert.equal(company.time_zone, "Asia/Shanghai");
    assert.equal(refused.available_at, `${day}T16:00:00.000Z`);
    // In a zone where it is another day, the claim of that day does not count.
    const far = new Date().getUTCHours() < 10 ? "Pacific/Honolulu" : "Pacific/Kiritimati";
    await sql(`UPDATE company SET time_zone = '${far}', org_epoch = org_epoch + 1`);
    try {
        const there = await today();
        if (there !== day) {
            assert.equal((await rep.get(`/pools/${pool.id}/allowance`)).claims_left, 1);
            assert.equal((await claim(rep, pool, await lying(pool))).status, 200);
        }
    } finally {
        await sql(`UPDATE company SET time_zone = '${company.time_zone}', org_epoch = org_epoch + 1`);
        await dabiao(["doctor", "--repair"]); // what was made in another zone counts for another day
    }
});

/** A claim as if it were that moment: { status, body }. */
async function claimAt(who, pool, customer, moment) {
    const args = ["request", "POST", `/api/v1/pools/${pool.id}/claim`, "--as", who.login, "--json", JSON.stringify({ customer_ids: [customer.id] }), "--at", moment];
    const { stdout, stderr } = await dabiao(args).catch((error) => error);
    return { status: Number(stderr.split(",")[0]), body: JSON.parse(stdout) };
}

test("POOL-2: the day of claims ends at the company's midnight: at the end of a month, in a leap year, and where clocks change", async () => {
    const company = await boss.get("/company");
    const cases = [
        ["Asia/Shanghai", "2031-01-31T15:59:59.999Z", "2031-01-31T16:00:00.000Z", "2031-01-31", "2031-02-01"],
        ["Asia/Shanghai", "2032-02-28T15:59:59.999Z", "2032-02-28T16:00:00.000Z", "2032-02-28", "2032-02-29"],
        ["Asia/Shanghai", "2032-12-31T15:59:59.999Z", "2032-12-31T16:00:00.000Z", "2032-12-31", "2033-01-01"],
        // This Sunday in New York has 23 hours.
        ["America/New_York", "2033-03-14T03:59:59.999Z", "2033-03-14T04:00:00.000Z", "2033-03-13", "2033-03-14"],
    ];
    try {
        for (const [zone, last, first, day, next] of cases) {
            await sql(`UPDATE company SET time_zone = '${zone}', org_epoch = org_epoch + 1`);
            const rep = await person({});
            const pool = await poolOf([rep], { claims_per_day: 1 });
            const four = [await lying(pool), await lying(pool), await lying(pool), await lying(pool)];
            const at = (i, moment) => claimAt(rep, pool, four[i], moment);
            assert.equal((await at(0, last)).status, 200, last);
            const full = await at(1, last);
            assert.deepEqual([full.status, full.body.code, full.body.available_at, full.body.available_on], [409, "claim_limit_reached", first, next], last);
            assert.equal((await at(1, first)).status, 200, first);
            assert.equal((await at(2, first)).body.code, "claim_limit_reached", first);
            const stored = await sql(`SELECT happened_on FROM pool_event WHERE owner_id = ${rep.user.id} AND kind = 'claim' ORDER BY id`);
            assert.deepEqual(stored.flat(), [day, next]);
        }
    } finally {
        await sql(`UPDATE company SET time_zone = '${company.time_zone}', org_epoch = org_epoch + 1`);
        await dabiao(["doctor", "--repair"]); // what was made in another zone counts for another day
    }
});

test("a former owner waits whole days of the company", async () => {
    const rep = await person({});
    const pool = await poolOf([rep], { former_owner_days: 3 });
    const customer = await lying(pool);
    assert.equal((await claimAt(rep, pool, customer, "2031-04-27T01:00:00.000Z")).status, 200);
    const back = ["request", "POST", "/api/v1/pool-returns", "--as", rep.login, "--json", JSON.stringify({ customer_ids: [customer.id], pool_id: pool.id, reason: "没有需求" }), "--at", "2031-04-28T15:59:00.000Z"];
    await dabiao(back);
    const early = await claimAt(rep, pool, customer, "2031-04-30T15:59:59.999Z");
    assert.deepEqual([early.status, early.body.code, early.body.available_at], [409, "former_owner_blocked", "2031-04-30T16:00:00.000Z"]);
    assert.equal((await claimAt(rep, pool, customer, "2031-04-30T16:00:00.000Z")).status, 200);
});

test("an edit of a pool customer does not make it fresh again", async () => {
    const [rep, chief] = [await person({}), await person({ role: "manager" })];
    const pool = await poolOf([rep], { admins: [chief], fresh_hours: 24 });
    const customer = await lying(pool, { hours: 25 });
    const before = await boss.get(`/pool-customers/${customer.id}`);
    await boss.patch(`/customers/${customer.id}`, { remark: "补充资料", level: "a" }, before.version);
    assert.equal((await boss.get(`/pool-customers/${customer.id}`)).pool_entered_at, before.pool_entered_at);
    assert.equal((await claim(rep, pool, customer)).status, 200);
});

test("a pool's orders over many customers end each for itself, never half-way through one", async () => {
    const [rep, other] = [await person({}), await person({})];
    const pool = await poolOf([rep, other]);
    const customers = await Promise.all(Array.from({ length: 30 }, () => lying(pool)));
    await boss.post("/holding-limits", { name: unique("库容"), user_id: rep.user.id, maximum: 12 });
    const [mine, theirs] = await Promise.all([claim(rep, pool, ...customers), claim(other, pool, ...[...customers].reverse())]);
    assert.deepEqual([mine.status, theirs.status], [200, 200]);
    assert.deepEqual([mine.body.results.length, theirs.body.results.length], [30, 30]);
    const rows = await sql(`SELECT c.id, c.owner_id, c.pool_id, (SELECT COUNT(*) FROM assignment a WHERE a.customer_id = c.id AND a.ended_at IS NULL AND a.owner_id = c.owner_id),
        (SELECT COUNT(*) FROM pool_event e WHERE e.customer_id = c.id AND e.kind = 'claim') FROM customer c WHERE c.id IN (${customers.map((one) => one.id)})`);
    for (const [id, owner, lies, open, events] of rows) {
        const won = [mine, theirs].filter((answer) => answer.body.results.find((result) => result.id === Number(id)).ok).length;
        assert.equal(won, owner === "NULL" ? 0 : 1);
        assert.deepEqual([lies === "NULL", open, events], owner === "NULL" ? [false, "0", "0"] : [true, "1", "1"]);
    }
    assert.ok(rows.filter((row) => Number(row[1]) === rep.user.id).length <= 12);
});

test("returns need a reason of the pool's list, and one's own customer", async () => {
    const [rep, other] = [await person({}), await person({})];
    const pool = await poolOf([rep, other], { return_reasons: ["联系不上"] });
    const customer = await boss.post("/customers", { name: unique("退回"), owner_id: rep.user.id });
    expectProblem(await giveBack(rep, customer, { pool_id: pool.id, reason: "" }), 422, "invalid", "reason");
    expectProblem(await giveBack(rep, customer, { pool_id: pool.id, reason: "不想要" }), 422, "invalid", "reason");
    expectProblem(await giveBack(other, customer, { pool_id: pool.id, reason: "联系不上" }), 404, "not_found");
    const { status } = await giveBack(rep, customer, { pool_id: pool.id, reason: "联系不上" });
    assert.equal(status, 200);
    const [interval] = await boss.list("/assignments", { filter: { field: "customer_id", op: "eq", value: customer.id } });
    assert.deepEqual([interval.end_cause, interval.outcome, interval.end_reason, interval.to_pool_id], ["return", "returned", "联系不上", pool.id]);
    assert.equal((await eventsOf(customer)).at(-1).reason, "联系不上");
    expectProblem(await giveBack(rep, customer, { pool_id: pool.id, reason: "联系不上" }), 404, "not_found");
    expectProblem(await giveBack(rep, customer, { pool_id: 987654321 }), 404, "not_found");
});

test("administrators assign, move and delete; members do not", async () => {
    const [rep, chief, helper] = [await person({}), await person({ role: "manager" }), await person({ role: "manager" })];
    const pool = await poolOf([rep, helper], { admins: [chief] });
    const target = await poolOf([rep], { admins: [chief] });
    const [one, two, three] = [await lying(pool), await lying(pool), await lying(pool)];
    const order = (who, action, customer, more = {}) => who.send("POST", `/pools/${pool.id}/${action}`, { body: { customer_ids: [customer.id], ...more } });
    for (const [action, more] of [["assign", { owner_id: rep.user.id }], ["move", { to_pool_id: target.id }], ["remove", {}]]) {
        expectProblem(await order(helper, action, one, more), 403, "forbidden");
        expectProblem(await order(rep, action, one, more), 403, "forbidden");
        expectProblem(await order(await person({ role: "manager" }), action, one, more), 404, "not_found");
        expectProblem(await order(chief, action, { id: 987654321 }, more), 404, "not_found");
    }
    assert.equal((await order(chief, "assign", one, { owner_id: rep.user.id })).status, 200);
    assert.ok((await rep.get("/notifications")).items.some((item) => item.kind === "pool_assigned" && item.record_id === one.id));
    expectProblem(await order(chief, "assign", one, { owner_id: rep.user.id }), 409, "already_claimed");
    assert.equal((await order(chief, "move", two, { to_pool_id: target.id })).status, 200);
    assert.equal((await boss.get(`/customers/${two.id}`)).pool_id, target.id);
    expectProblem(await order(chief, "move", three, { to_pool_id: pool.id }), 409, "conflict");
    await boss.post("/contacts", { name: "联系人", customer_id: three.id });
    assert.equal((await order(chief, "remove", three)).status, 200);
    assert.notEqual((await boss.get(`/customers/${three.id}`)).deleted_at, null);
    await boss.post(`/customers/${three.id}/restore`);
    assert.deepEqual((await eventsOf(three)).map((event) => [event.kind, event.direction]), [["create", 1], ["delete", -1], ["restore", 1]]);
    assert.deepEqual((await eventsOf(two)).map((event) => [event.kind, event.direction, event.pool_id]), [["create", 1, pool.id], ["move", -1, pool.id], ["move", 1, target.id]]);
    // One that cannot be deleted stays whole, whatever becomes of the others.
    const [stays, goes] = [await lying(pool), await lying(pool)];
    const contact = await boss.post("/contacts", { name: "联系人", customer_id: stays.id });
    await boss.post("/contracts", { name: unique("合同"), customer_id: stays.id, amount_minor: 1 });
    const { body } = await chief.send("POST", `/pools/${pool.id}/remove`, { body: { customer_ids: [stays.id, goes.id] } });
    assert.deepEqual(body.results.map((result) => result.code), ["in_use", null]);
    assert.equal((await boss.get(`/contacts/${contact.id}`)).deleted_at, null);
    const leaver = await person({});
    await boss.post(`/users/${leaver.user.id}/disable`, {});
    expectProblem(await order(chief, "assign", three, { owner_id: leaver.user.id }), 422, "invalid");
});

test("a customer goes straight into a pool when it is made by its administrators", async () => {
    const [chief, rep] = [await person({ role: "manager" }), await person({})];
    const pool = await poolOf([rep], { admins: [chief] });
    const made = await chief.post("/customers", { name: unique("直入"), pool_id: pool.id });
    assert.equal((await chief.send("GET", `/customers/${made.id}`)).status, 404, "it is not among the customers of its maker");
    assert.equal((await chief.get(`/pool-customers/${made.id}`)).pool_id, pool.id);
    expectProblem(await rep.send("POST", "/customers", { body: { name: unique("直入"), pool_id: pool.id } }), 422, "invalid", "pool_id");
    expectProblem(await boss.send("POST", "/customers", { body: { name: unique("直入"), pool_id: pool.id, owner_id: rep.user.id } }), 422, "invalid", "pool_id");
    const outsider = await person({ role: "manager" });
    expectProblem(await outsider.send("POST", "/customers", { body: { name: unique("直入"), pool_id: pool.id } }), 422, "invalid", "pool_id");
    const inside = await lying(pool);
    expectProblem(await boss.send("PATCH", `/customers/${inside.id}`, { body: { pool_id: null }, headers: { "If-Match": `${inside.version}` } }), 422, "invalid", "pool_id");
});

test("a move between pools and a route stand in the customer's story, with the version it has since", async () => {
    const [chief, rep] = [await person({ role: "manager" }), await person({})];
    const [pool, target] = [await poolOf([rep], { admins: [chief] }), await poolOf([], { admins: [chief] })];
    const [one, two] = [await lying(pool), await lying(pool)];
    await chief.post(`/pools/${pool.id}/move`, { customer_ids: [one.id, two.id], to_pool_id: target.id, reason: "区域调整" });
    for (const customer of [one, two]) {
        const now = await boss.get(`/customers/${customer.id}`);
        const [entry] = (await boss.get(`/customers/${customer.id}/timeline`)).items;
        assert.deepEqual([entry.action, entry.user_name, entry.title, entry.detail.pool_id], ["move", chief.user.name, "区域调整", [pool.name, target.name]]);
        const [[version, by]] = await sql(`SELECT version, user_id FROM audit_entry WHERE object = 'customer' AND record_id = ${customer.id} ORDER BY id DESC LIMIT 1`);
        assert.deepEqual([Number(version), Number(by)], [now.version, chief.user.id]);
    }
    const source = "advert";
    const route = await boss.post("/pool-routes", { name: unique("分流"), source, pool_id: target.id, priority: 1 });
    const lost = await boss.post("/customers", { name: unique("无主"), source });
    await sql(`UPDATE assignment SET ended_at = started_at, ended_on = started_on, end_cause = 'return', outcome = 'returned' WHERE customer_id = ${lost.id}`);
    await sql(`UPDATE customer SET owner_id = NULL, department_id = NULL, held_since = NULL WHERE id = ${lost.id}`);
    const { job_id } = await boss.post("/pool-routes/run", undefined);
    await boss.job(job_id);
    await boss.delete(`/pool-routes/${route.id}`, route.version);
    const [routed] = (await boss.get(`/customers/${lost.id}/timeline`)).items;
    assert.deepEqual([routed.action, routed.detail.pool_id], ["route", [null, target.name]]);
});

test("all that match go back to pools as a job: each for itself, with the reasons of those that stay", async () => {
    const [rep, mate] = [await person({}), await person({})];
    const pool = await poolOf([rep, mate], { return_reasons: ["没有需求"] });
    const industry = unique("退回行业");
    const own = await Promise.all(Array.from({ length: 7 }, () => rep.post("/customers", { name: unique("退回"), industry })));
    const foreign = await mate.post("/customers", { name: unique("同事的"), industry });
    await mate.post("/shares", { object: "customer", record_id: foreign.id, user_id: rep.user.id });
    const body = { filter: { field: "industry", op: "eq", value: industry }, pool_id: pool.id, reason: "没有需求" };
    const back = (more) => rep.send("POST", "/pool-returns/bulk", { body: { ...body, ...more } });
    expectProblem(await send("POST", "/pool-returns/bulk", { body }), 401, "not_signed_in");
    const viewer = await personWith(await role("own", { permissions: ["customer.view", "pool.view"] }));
    expectProblem(await viewer.send("POST", "/pool-returns/bulk", { body }), 403, "forbidden");
    expectProblem(await back({ reason: "不想做" }), 422, "invalid", "reason");
    expectProblem(await back({ filter: undefined }), 422, "invalid", "ids");
    expectProblem(await back({ ids: [own[0].id] }), 422, "invalid", "ids");
    expectProblem(await back({ filter: { field: "nonsense", op: "eq", value: 1 } }), 400, "bad_filter");
    expectProblem(await back({ filter: [] }), 400, "bad_filter");
    expectProblem(await back({ pool_id: (await poolOf([mate])).id }), 404, "not_found");
    const { status, body: { job_id } } = await back({});
    assert.equal(status, 202);
    const { result, done, total } = await rep.job(job_id);
    assert.deepEqual([result.done, result.refused, done, total], [7, 1, 8, 8]);
    assert.deepEqual(result.reasons.map((reason) => [reason.id, reason.code]), [[foreign.id, "forbidden"]]);
    for (const customer of own) {
        const now = await boss.get(`/customers/${customer.id}`);
        assert.deepEqual([now.owner_id, now.pool_id], [null, pool.id]);
        assert.deepEqual((await eventsOf(customer)).map((event) => [event.kind, event.reason]), [["return", "没有需求"]]);
    }
    assert.equal((await boss.get(`/customers/${foreign.id}`)).owner_id, mate.user.id);
    // By id, each named twice; what nobody holds any more is told so.
    const last = await rep.post("/customers", { name: unique("退回"), industry });
    const again = await rep.post("/pool-returns/bulk", { ids: [last.id, last.id, own[0].id, 987654321], pool_id: pool.id, reason: "没有需求" });
    const told = (await rep.job(again.job_id)).result;
    assert.equal(told.done, 1);
    assert.deepEqual(new Set(told.reasons.map((reason) => reason.id)), new Set([own[0].id, 987654321]));
});

test("administrators assign, move and delete all that match in their pool, and nothing outside it", async () => {
    const [rep, chief, helper] = [await person({}), await person({ role: "manager" }), await person({ role: "manager" })];
    const [pool, target, other] = [await poolOf([rep, helper], { admins: [chief] }), await poolOf([], { admins: [chief] }), await poolOf([rep])];
    const industry = unique("批量行业");
    const inside = await Promise.all(Array.from({ length: 6 }, (_, i) => lying(pool, { industry, level: "abcd"[i % 3] })));
    const outside = await lying(other, { industry });
    const order = (who, body) => who.send("POST", `/pools/${pool.id}/bulk`, { body: { filter: { field: "industry", op: "eq", value: industry }, ...body } });
    const job = async (body) => {
        const answer = await order(chief, body);
        assert.equal(answer.status, 202, JSON.stringify(answer.body));
        return (await chief.job(answer.body.job_id)).result;
    };
    expectProblem(await order(rep, { action: "delete" }), 403, "forbidden");
    expectProblem(await order(helper, { action: "delete" }), 403, "forbidden");
    expectProblem(await order(await person({ role: "manager" }), { action: "delete" }), 404, "not_found");
    expectProblem(await order(chief, { action: "assign" }), 422, "invalid", "owner_id");
    expectProblem(await order(chief, { action: "move" }), 422, "invalid", "to_pool_id");
    expectProblem(await order(chief, { action: "move", to_pool_id: other.id }), 404, "not_found");
    expectProblem(await order(chief, { action: "return" }), 422, "invalid", "action");
    const level = (value) => ({ filter: { all: [{ field: "industry", op: "eq", value: industry }, { field: "level", op: "eq", value }] } });
    const own = async (who) => (await who.list("/customers", { filter: { field: "industry", op: "eq", value: industry } })).length;
    assert.deepEqual(await job({ action: "assign", owner_id: rep.user.id, ...level("a") }), { done: 2, refused: 0, reasons: [] });
    assert.equal(await own(rep), 2);
    const notices = (await rep.get("/notifications")).items.filter((item) => item.kind === "pool_assigned");
    assert.deepEqual(notices.map((item) => item.detail.count), [2], "one notice for all");
    assert.equal((await job({ action: "move", to_pool_id: target.id, ...level("b") })).done, 2);
    assert.deepEqual(await Promise.all([inside[1], inside[4]].map(async (one) => (await boss.get(`/customers/${one.id}`)).pool_id)), [target.id, target.id]);
    assert.equal((await job({ action: "delete", filter: {} })).done, 2);
    assert.deepEqual(await chief.list("/pool-customers", { filter: { field: "pool_id", op: "eq", value: pool.id } }), []);
    assert.equal((await boss.get(`/customers/${outside.id}`)).pool_id, other.id);
    // What was named and lies elsewhere by then is refused.
    const gone = await order(chief, { filter: undefined, ids: [inside[0].id, outside.id], action: "delete" });
    const { result } = await chief.job(gone.body.job_id);
    assert.deepEqual([result.done, result.reasons.map((reason) => reason.code).toSorted()], [0, ["already_claimed", "not_found"]]);
});

test("POOL-2: what happened in a pool is written once and changed by nobody", async () => {
    const rep = await person({});
    const pool = await poolOf([rep]);
    const customer = await lying(pool);
    await claim(rep, pool, customer);
    const [event] = (await eventsOf(customer)).filter((one) => one.kind === "claim");
    for (const [method, path, body] of [["PATCH", `/pool-events/${event.id}`, { reason: "x" }], ["DELETE", `/pool-events/${event.id}`], ["POST", "/pool-events", { customer_id: customer.id }]]) {
        const answer = await boss.send(method, path, { body, headers: { "If-Match": "1" } });
        assert.ok([404, 405].includes(answer.status), `${method} ${answer.status}`);
    }
    await giveBack(rep, customer, { pool_id: pool.id });
    assert.deepEqual((await eventsOf(customer)).find((one) => one.id === event.id), event);
});

test("an import brings customers into pools of its administrators, row by row, and its roll-back takes them out", async () => {
    const [chief, rep] = [await person({ role: "manager" }), await person({})];
    const [pool, off] = [await poolOf([rep], { admins: [chief] }), await poolOf([], { admins: [chief] })];
    await boss.patch(`/pools/${off.id}`, { is_active: false }, off.version);
    const run = async (client, rows) => {
        const head = ["客户名称", "公海", "负责人"];
        const batch = await client.upload("/import/batches?kind=customer&name=x.csv", Buffer.from([head, ...rows].map((row) => row.join(",")).join("\n")));
        await client.put(`/import/batches/${batch.id}/mapping`, { mapping: { columns: head.map((column, i) => ({ column, field: ["name", "pool_id", "owner_id"][i] })) } });
        await client.job((await client.post(`/import/batches/${batch.id}/run`, {})).job_id);
        return client.get(`/import/batches/${batch.id}`);
    };
    const names = [unique("入海"), unique("入海"), unique("入海"), unique("入海")];
    const done = await run(boss, [[names[0], pool.name, ""], [names[1], pool.name, rep.user.login], [names[2], off.name, ""], [names[3], unique("没有这个公海"), ""]]);
    assert.deepEqual([done.created_count, done.failed_count], [1, 3], JSON.stringify((await boss.get(`/import/batches/${done.id}/faults`)).items));
    const [lies] = await rep.list("/pool-customers", { filter: { field: "name", op: "eq", value: names[0] } });
    assert.equal(lies.pool_id, pool.id);
    assert.deepEqual((await eventsOf(lies)).map((event) => [event.kind, event.direction]), [["import", 1]]);
    for (const name of names.slice(1)) {
        assert.deepEqual(await boss.list("/customers", { filter: { field: "name", op: "eq", value: name } }), []);
    }
    // Whoever imports, but does not administer the pool, puts nothing there.
    const importer = await personWith(await role("own", { permissions: ["customer.view", "customer.create", "customer.import", "pool.view"] }));
    await boss.patch(`/pools/${pool.id}`, { members: [...pool.members.map(({ user_id, is_admin }) => ({ user_id, is_admin })), { user_id: importer.user.id }] }, (await boss.get(`/pools/${pool.id}`)).version);
    const refused = await run(importer, [[unique("入海"), pool.name, ""]]);
    assert.deepEqual([refused.created_count, refused.failed_count], [0, 1]);
    const { job_id } = await boss.post(`/import/batches/${done.id}/rollback`, {});
    await boss.job(job_id);
    assert.deepEqual(await rep.list("/pool-customers", { filter: { field: "name", op: "eq", value: names[0] } }), []);
});

test("events are seen by those they concern and by the pool's administrators", async () => {
    const [rep, chief, other] = [await person({}), await person({ role: "manager", department_id: (await department()).id }), await person({})];
    const pool = await poolOf([rep, other], { admins: [chief] });
    const customer = await lying(pool);
    await claim(rep, pool, customer);
    const seen = async (who) => (await who.list("/pool-events", { filter: { field: "customer_id", op: "eq", value: customer.id } })).map((event) => event.kind).sort();
    assert.deepEqual(await seen(rep), ["claim"]);
    assert.deepEqual(await seen(chief), ["claim", "create"]);
    assert.deepEqual(await seen(other), []);
    const [event] = await boss.list("/pool-events", { filter: { field: "customer_id", op: "eq", value: customer.id } });
    for (const method of ["PATCH", "DELETE"]) {
        assert.ok([404, 405].includes((await boss.send(method, `/pool-events/${event.id}`, { body: {} })).status));
    }
});
