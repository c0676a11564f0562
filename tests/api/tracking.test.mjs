// What became of assigned customers: the tracking page's figures and their rows, ways, promises of a first follow-up, and
// the doctor (ASG-4…7).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, send, sql, stack, unique, until } from "./lib.mjs";
import { measured, personWith, role } from "./samples.mjs";

await stack();

let boss;
let today;
let place;
let sellers;

before(async () => {
    boss = await admin();
    today = (await boss.get("/meta")).today;
    place = await department();
    sellers = [await person({ department_id: place.id }), await person({ department_id: place.id })];
});

const of = (batch) => ({ field: "batch_id", op: "eq", value: batch });

async function customers(count, owner = boss, more = {}) {
    const made = [];
    for (let i = 0; i < count; i += 1) {
        made.push(await boss.post("/customers", { name: unique("跟踪客户"), owner_id: owner.user.id, ...more }));
    }
    return made;
}

/** Assigns customers to people evenly and gives the batch's id. */
async function assign(made, people, more = {}) {
    const { id, job_id } = await boss.post("/assignment-batches", { ids: made.map((one) => one.id), strategy: "evenly",
        people: people.map((one) => ({ user_id: one.user.id })), ...more });
    await boss.job(job_id);
    return id;
}

const value = (summary, section, key) => summary[section].find((figure) => figure.key === key).value;

/** Runs the job of promises now and waits for its end. */
async function runPromises(times = 1) {
    const values = Array(times).fill("('assignment.sla', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))").join(", ");
    await sql(`INSERT INTO job (kind, input, run_after, created_at) VALUES ${values}`);
    await until(async () => (await sql("SELECT COUNT(*) FROM job WHERE kind = 'assignment.sla' AND status IN ('queued', 'running')"))[0][0] === "0", 30);
    assert.equal((await sql("SELECT COUNT(*) FROM job WHERE kind = 'assignment.sla' AND status = 'failed'"))[0][0], "0");
}

const notices = async (client, kind) => (await client.get("/notifications")).items.filter((item) => item.kind === kind);

let worked; // a batch in which things happened

test("ASG-4: the page shows what happened since the assignment, and nothing from before (ASG-5)", async () => {
    const [first] = await Promise.all([person({ department_id: place.id })]);
    const made = await customers(6, first, { source: "referral" });
    // Before the assignment: counts for nobody of the batch.
    await first.post("/follow-ups", { customer_id: made[0].id, content: "之前" });
    await boss.post("/opportunities", { name: unique("旧商机"), customer_id: made[0].id, amount_minor: 1, owner_id: first.user.id });
    await new Promise((resolve) => setTimeout(resolve, 20));
    worked = await assign(made, sellers, { strategy: "evenly" });
    const items = await boss.list(`/assignment-batches/${worked}/items`);
    const holder = (customer) => sellers.find((one) => one.user.id === items.find((item) => item.customer_id === customer.id).to_owner_id);
    assert.equal(value(await boss.get("/assignments/summary", { filter: of(worked) }), "totals", "touched"), 0);
    for (const customer of made.slice(0, 4)) {
        await holder(customer).post("/follow-ups", { customer_id: customer.id, content: "首次" });
    }
    for (const customer of made.slice(0, 3)) {
        await boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, amount_minor: 10_00, owner_id: holder(customer).user.id });
    }
    for (const customer of made.slice(0, 2)) {
        const contract = await boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, status: "signed", signed_on: today,
            amount_minor: 700_00, owner_id: holder(customer).user.id });
        if (customer === made[0]) {
            const payment = await boss.post("/payments", { contract_id: contract.id, amount_minor: 500_00, received_on: today });
            await boss.post("/refunds", { payment_id: payment.id, amount_minor: 100_00, refunded_on: today });
        }
    }
    const summary = await boss.get("/assignments/summary", { filter: of(worked), by: "owner_id" });
    assert.deepEqual(Object.fromEntries(summary.totals.map((figure) => [figure.key, figure.value])), { assigned: 6, open: 6, touched: 4, untouched: 2, overdue: 0,
        with_opportunity: 3, with_deal: 2, follow_ups: 4, opportunities: 3, contracts: 2, ordered_minor: 1400_00, received_minor: 400_00 });
    assert.deepEqual(summary.funnel.map((step) => [step.key, step.value]), [["assigned", 6], ["touched", 4], ["opportunity", 3], ["won", 0], ["signed", 2], ["paid", 1]]);
    assert.deepEqual(summary.outcomes.filter((one) => one.value > 0).map((one) => [one.key, one.value]), [["open", 4], ["won", 2]]);
    assert.deepEqual(summary.responses.filter((one) => one.value > 0).map((one) => [one.key, one.value]), [["within_1h", 4], ["none", 2]]);
    assert.deepEqual(summary.rows.map((row) => row.values.assigned), [3, 3]);
    assert.equal(summary.rows.reduce((sum, row) => sum + row.values.ordered_minor, 0), 1400_00);
    assert.equal(summary.cohorts.length, 1);
    assert.deepEqual([summary.cohorts[0].assigned, summary.cohorts[0].points[0].days, summary.cohorts[0].points[0].value], [6, 0, 2]);
    assert.deepEqual([summary.former_owners.assigned, summary.former_owners.follow_ups, summary.former_owners.opportunities, summary.former_owners.ordered_minor], [6, 1, 1, 0]);
});

test("ASG-4: a batch is compared with the one before", async () => {
    const pointer = unique("t");
    const before = await assign(await customers(2), sellers, { strategy: "round_robin", pointer });
    await assign(await customers(1), sellers); // of the same maker, but not of these turns
    const now = await assign(await customers(3), sellers, { strategy: "round_robin", pointer });
    const summary = await boss.get("/assignments/summary", { filter: of(now) });
    assert.deepEqual([summary.batch_before.batch_id, summary.batch_before.values.assigned], [before, 2]);
    assert.equal((await boss.get("/assignments/summary", { filter: { field: "batch_id", op: "in", value: [before, now] } })).batch_before, null);
});

test("ASG-4: a batch that went over several days falls into weeks and months", async () => {
    const batch = await assign(await customers(3), sellers, { strategy: "evenly" });
    const intervals = (await sql(`SELECT id, started_at, started_on FROM assignment WHERE batch_id = ${batch} ORDER BY id`)).map((row) => Object.values(row));
    for (const [i, day] of ["2026-03-30", "2026-04-05", "2026-04-06"].entries()) {
        await sql(`UPDATE assignment SET started_at = '${day} 02:00:00', started_on = '${day}' WHERE id = ${intervals[i][0]}`);
    }
    for (const [period, expected] of [["week", [["2026-04-06", 1], ["2026-03-30", 2]]], ["month", [["2026-04-01", 2], ["2026-03-01", 1]]]]) {
        for (const filter of [of(batch), { field: "batch_id", op: "in", value: [batch, 0] }]) {
            const { cohorts } = await boss.get("/assignments/summary", { filter, period });
            assert.deepEqual(cohorts.map((cohort) => [cohort.from_on, cohort.assigned]), expected);
            await Promise.all(cohorts.map(async (cohort) => assert.equal((await boss.get("/assignments", { filter: cohort.filter, total: 1 })).total, cohort.assigned)));
        }
    }
    for (const [id, at, on] of intervals) {
        await sql(`UPDATE assignment SET started_at = '${at}', started_on = '${on}' WHERE id = ${id}`);
    }
});

/** Every figure of a summary with its filter: [what, value, filter, column to add up]. */
function figuresOf(summary) {
    const figures = [];
    const sums = { follow_ups: "follow_up_count", opportunities: "opportunity_count", contracts: "contract_count", ordered_minor: "ordered_minor", received_minor: "received_minor" };
    for (const section of ["totals", "funnel", "outcomes", "responses"]) {
        summary[section].forEach((one) => figures.push([`${section}.${one.key}`, one.value, one.filter, section === "totals" ? sums[one.key] : undefined]));
    }
    for (const row of summary.rows) {
        figures.push([`row ${row.key}`, row.values.assigned, row.filter], [`row ${row.key} ordered`, row.values.ordered_minor, row.filter, "ordered_minor"]);
    }
    for (const cohort of summary.cohorts) {
        figures.push([`cohort ${cohort.from_on}`, cohort.assigned, cohort.filter]);
        cohort.points.forEach((point) => figures.push([`${cohort.from_on}+${point.days}`, point.value, point.filter]));
    }
    return figures;
}

test("ASG-4: every figure equals the count or sum of the rows that its filter opens, whatever the filter and the reader", async () => {
    const manager = await person({ role: "manager", department_id: place.id });
    let seed = 20260331;
    const pick = (list) => {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        return list[seed % list.length];
    };
    const parts = [of(worked), { field: "owner_id", op: "eq", value: sellers[0].user.id }, { field: "outcome", op: "in", value: ["open", "won"] }, { field: "started_on", op: "relative", value: "this_month" },
        { field: "customer_source", op: "eq", value: "referral" }, { field: "department_id", op: "under", value: place.id }, { field: "follow_up_count", op: "ge", value: 1 }, { field: "first_touch_at", op: "is_null" }];
    for (let round = 0; round < 6; round += 1) {
        const filter = pick([{}, pick(parts), { all: [pick(parts), pick(parts)] }, { any: [pick(parts), { not: pick(parts) }] }]);
        const client = pick([boss, manager, sellers[0]]);
        const by = pick(["owner_id", "department_id", "customer_source", "batch_id"]);
        const period = pick(["week", "month"]);
        const summary = await client.get("/assignments/summary", { filter, by, period });
        for (const [what, figure, opened, sum] of figuresOf(summary).filter((one, i) => i < 34 || i % 5 === 0).slice(0, 60)) {
            const rows = await measured(client, "assignments", sum === undefined ? "count" : `sum:${sum}`, opened);
            assert.equal(figure, rows, `${what} of ${JSON.stringify(filter)} for ${client.login}: ${JSON.stringify(opened)}`);
        }
    }
});

test("a field that one may not read shows no figure", async () => {
    const blind = await personWith(await role("all", { fields: [{ object: "assignment", field: "ordered_minor", access: "hidden" }, { object: "assignment", field: "received_minor", access: "masked" }] }));
    const summary = await blind.get("/assignments/summary", { filter: of(worked) });
    assert.deepEqual([value(summary, "totals", "ordered_minor"), value(summary, "totals", "received_minor"), value(summary, "funnel", "paid"), value(summary, "totals", "assigned")], [null, null, null, 6]);
    assert.ok(summary.rows.every((row) => row.values.ordered_minor === null));
});

test("ASG-4: the way since the assignment, as far as the reader may see it", async () => {
    const items = await boss.list(`/assignment-batches/${worked}/items`);
    const [interval] = await boss.list("/assignments", { filter: { all: [of(worked), { field: "customer_id", op: "eq", value: items[0].customer_id }] } });
    const path = await boss.get(`/assignments/${interval.id}/path`);
    assert.deepEqual(path.events.map((event) => [event.kind, event.amount_minor]), [["created", 10_00], ["signed", 700_00], ["paid", 500_00], ["refunded", 100_00]]);
    assert.deepEqual(path.follow_ups.map((method) => method.count), [1]);
    const blind = await personWith(await role("all", { permissions: ["assignment.view", "contract.view"], fields: [{ object: "contract", field: "amount_minor", access: "hidden" }] }));
    const seen = await blind.get(`/assignments/${interval.id}/path`);
    assert.deepEqual([seen.events.map((event) => [event.kind, event.amount_minor]), seen.follow_ups], [[["signed", null]], []]);
});

test("ASG-6: a new assignment closes the interval; both stay visible", async () => {
    const [customer] = await customers(1, sellers[0]);
    await sellers[0].post("/follow-ups", { customer_id: customer.id, content: "电话" });
    await assign([customer], [sellers[1]]);
    const { items } = await boss.get(`/customers/${customer.id}/assignments`);
    assert.deepEqual(items.map((item) => [item.owner_id, item.start_cause, item.end_cause, item.outcome, item.follow_up_count]),
        [[sellers[1].user.id, "assign", null, "open", 0], [sellers[0].user.id, "create", "assign", "transferred", 1]]);
    // The new holder sees that somebody held it before, not what came of it.
    const theirs = await sellers[1].get(`/customers/${customer.id}/assignments`);
    assert.deepEqual(theirs.items.map((item) => [item.is_seen, item.follow_up_count]), [[true, 0], [false, null]]);
    expectProblem(await sellers[0].send("GET", `/customers/${customer.id}/assignments`), 404, "not_found");
});

test("no token, no right, bad input", async () => {
    const [row] = await boss.list("/assignments", { filter: of(worked) });
    const blind = await personWith(await role("all", { permissions: ["product.view"] }));
    for (const path of ["/assignments/summary", `/assignments/${row.id}/path`, `/customers/${row.customer_id}/assignments`]) {
        assert.equal((await send("GET", path)).status, 401);
        expectProblem(await blind.send("GET", path), 403, "forbidden");
    }
    expectProblem(await boss.send("GET", "/assignments/summary?filter={}&by=name"), 422, "invalid", "by");
    expectProblem(await boss.send("GET", "/assignments/summary?period=day"), 422, "invalid", "period");
    expectProblem(await boss.send("GET", "/assignments/summary?filter=[1]"), 400, "bad_filter");
    expectProblem(await boss.send("GET", "/assignments/987654321/path"), 404, "not_found");
    const nothing = await boss.get("/assignments/summary", { filter: of(987654321) });
    assert.deepEqual([value(nothing, "totals", "assigned"), nothing.rows, nothing.cohorts, nothing.batch_before], [0, [], [], null]);
});

test("ASG-7: a promise is due in working time, and stays when the calendar changes", async () => {
    const policy = await boss.post("/sla-policies", { name: unique("时限"), touch_hours: 4, remind_before_hours: 1, escalate_after_hours: 2, take_back_after_hours: 8 });
    const batch = await assign(await customers(1), [sellers[0]], { sla_policy_id: policy.id });
    const [row] = await boss.list("/assignments", { filter: of(batch) });
    assert.equal(row.sla_policy_id, policy.id);
    const steps = async () => (await sql(`SELECT step, due_at FROM sla_step WHERE assignment_id = ${row.id} ORDER BY due_at`));
    const promised = await steps();
    assert.deepEqual(promised.map(([step]) => step), ["remind", "escalate", "take_back"]);
    // 9:00–18:00 of working days in the company's zone.
    for (const [, due] of promised) {
        const local = new Date(`${due.replace(" ", "T")}Z`).toLocaleString("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });
        assert.ok(local >= "09:00" && local <= "18:00", local);
    }
    const now = await boss.get("/company");
    const changed = await boss.patch("/company", { work_start_minute: 600, work_end_minute: 660 }, now.version);
    assert.deepEqual([changed.work_start_minute, changed.work_end_minute], [600, 660]);
    assert.deepEqual(await steps(), promised);
    assert.equal((await boss.get(`/assignments/${row.id}`)).first_touch_due_at, row.first_touch_due_at);
    await boss.patch("/company", { work_start_minute: now.work_start_minute, work_end_minute: now.work_end_minute }, changed.version);
    expectProblem(await boss.send("PATCH", "/company", { body: { work_start_minute: 700, work_end_minute: 700 }, headers: { "If-Match": `${changed.version + 1}` } }), 422, "invalid", "work_end_minute");
});

test("ASG-7: remind, tell the manager, take back: each once, under two schedulers too", async () => {
    const head = await person({ role: "manager", department_id: place.id });
    const late = await person({ department_id: place.id, manager_id: head.user.id });
    const policy = await boss.post("/sla-policies", { name: unique("时限"), touch_hours: 4, remind_before_hours: 1, escalate_after_hours: 2, take_back_after_hours: 8 });
    const [lazy, prompt] = await customers(2);
    const batch = await assign([lazy, prompt], [late], { sla_policy_id: policy.id });
    const rows = await boss.list("/assignments", { filter: of(batch) });
    await late.post("/follow-ups", { customer_id: prompt.id, content: "及时" });
    const ids = rows.map((row) => row.id).join(",");
    const pass = async (step) => {
        await sql(`UPDATE sla_step SET due_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE assignment_id IN (${ids}) AND step = '${step}'`);
        await runPromises(3);
    };
    await pass("remind");
    assert.deepEqual((await notices(late, "sla_reminder")).map((item) => item.record_id), [lazy.id]);
    await pass("escalate");
    assert.deepEqual((await notices(head, "sla_escalated")).map((item) => [item.record_id, item.detail.owner_id]), [[lazy.id, late.user.id]]);
    await pass("take_back");
    assert.equal((await boss.get(`/customers/${lazy.id}`)).owner_id, null);
    assert.equal((await boss.get(`/customers/${prompt.id}`)).owner_id, late.user.id);
    const [ended] = await boss.list("/assignments", { filter: { all: [of(batch), { field: "customer_id", op: "eq", value: lazy.id }] } });
    assert.deepEqual([ended.end_cause, ended.outcome], ["return", "returned"]);
    assert.equal((await notices(late, "sla_taken_back")).length, 1);
    await runPromises(2);
    assert.deepEqual([(await notices(late, "sla_reminder")).length, (await notices(head, "sla_escalated")).length], [1, 1]);
    const results = await sql(`SELECT step, result FROM sla_step WHERE assignment_id = ${rows.find((row) => row.customer_id === prompt.id).id} ORDER BY step`);
    assert.deepEqual(results, [["escalate", "touched"], ["remind", "touched"], ["take_back", "touched"]]);
});

test("ASG-7: what is taken back lies in the pool it came from, else where the routes tell, else nowhere; one notice each from several schedulers", async () => {
    const head = await person({ role: "manager", department_id: place.id });
    const late = await person({ department_id: place.id, manager_id: head.user.id });
    const pool = (name) => boss.post("/pools", { name: unique(name), members: [{ user_id: late.user.id }] });
    const [home, shut, routed] = [await pool("来源"), await pool("停用"), await pool("分流")];
    const source = "partner";
    const route = await boss.post("/pool-routes", { name: unique("分流"), source, pool_id: routed.id, priority: 1 });
    const lie = (one, more = {}) => boss.post("/customers", { name: unique("公海客户"), pool_id: one.id, ...more });
    const plain = (more) => boss.post("/customers", { name: unique("客户"), ...more });
    // Whence it comes, its source, and where it goes: home before the routes, the routes where home is shut, nowhere without either.
    const cases = [[await lie(home, { source }), home], [await lie(home), home], [await lie(shut, { source }), routed], [await lie(shut), null], [await plain({ source }), routed], [await plain(), null]];
    const policy = await boss.post("/sla-policies", { name: unique("时限"), touch_hours: 1, take_back_after_hours: 1 });
    const batch = await assign(cases.map(([customer]) => customer), [late], { sla_policy_id: policy.id });
    const rows = await boss.list("/assignments", { filter: of(batch) });
    await boss.patch(`/pools/${shut.id}`, { is_active: false }, (await boss.get(`/pools/${shut.id}`)).version);
    await sql(`UPDATE sla_step SET due_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE assignment_id IN (${rows.map((row) => row.id)})`);
    // The program's schedulers and commands beside them, all at once.
    await Promise.all([runPromises(4), ...Array.from({ length: 3 }, () => dabiao(["job", "run"]))]);
    await runPromises(2);
    for (const [i, [customer, pool_]] of cases.entries()) {
        const now = await boss.get(`/customers/${customer.id}`);
        assert.deepEqual([now.owner_id, now.pool_id], [null, pool_?.id ?? null], `case ${i}`);
        const [interval] = await boss.list("/assignments", { filter: { all: [of(batch), { field: "customer_id", op: "eq", value: customer.id }] } });
        assert.deepEqual([interval.end_cause, interval.outcome, interval.to_pool_id], ["return", "returned", pool_?.id ?? null], `case ${i}`);
        const events = await boss.list("/pool-events", { filter: { all: [{ field: "customer_id", op: "eq", value: customer.id }, { field: "kind", op: "eq", value: "return" }] } });
        assert.deepEqual(events.map((event) => [event.pool_id, event.direction, event.owner_id, event.by_id]), pool_ === null ? [] : [[pool_.id, 1, late.user.id, null]], `case ${i}`);
        for (const who of [late, head]) {
            assert.equal((await notices(who, "sla_taken_back")).filter((item) => item.record_id === customer.id).length, 1, `case ${i}`);
        }
    }
    // It may be claimed there again, and the claim is an interval of its own.
    await late.post(`/pools/${home.id}/claim`, { customer_ids: [cases[0][0].id] });
    assert.equal((await boss.get(`/customers/${cases[0][0].id}`)).owner_id, late.user.id);
    assert.equal(JSON.parse((await dabiao(["doctor", "--json"])).stdout).wrong_others, 0);
    await boss.delete(`/pool-routes/${route.id}`, route.version);
});

test("ASG-7: the default deadline holds for batches that name none; one default at most", async () => {
    const [one, two] = [await boss.post("/sla-policies", { name: unique("时限"), touch_hours: 8, is_default: true }), await boss.post("/sla-policies", { name: unique("时限"), touch_hours: 9, is_default: true })];
    assert.deepEqual([(await boss.get(`/sla-policies/${one.id}`)).is_default, (await boss.get(`/sla-policies/${two.id}`)).is_default], [false, true]);
    const policyOf = async (batch) => (await boss.get(`/assignment-batches/${batch}`)).sla_policy_id;
    assert.equal(await policyOf(await assign(await customers(1), [sellers[0]])), two.id);
    assert.equal(await policyOf(await assign(await customers(1), [sellers[0]], { sla_policy_id: null })), null);
    await boss.delete(`/sla-policies/${two.id}`, two.version);
    assert.equal(await policyOf(await assign(await customers(1), [sellers[0]])), null);
    expectProblem(await boss.send("POST", "/sla-policies", { body: { name: "x", touch_hours: 0 } }), 422, "invalid", "touch_hours");
    expectProblem(await boss.send("POST", "/sla-policies", { body: { name: "x", touch_hours: 2, remind_before_hours: 3 } }), 422, "invalid", "remind_before_hours");
    expectProblem(await boss.send("POST", "/sla-policies", { body: { name: "x", touch_hours: 2, escalate_after_hours: 3, take_back_after_hours: 1 } }), 422, "invalid", "take_back_after_hours");
    expectProblem(await sellers[0].send("POST", "/sla-policies", { body: { name: "x", touch_hours: 2 } }), 403, "forbidden");
});

test("ASG-4: damaged figures are found by the doctor and repaired from the records", async () => {
    const before = await boss.get("/assignments/summary", { filter: of(worked) });
    const doctor = async (...args) => {
        const { stdout } = await dabiao(["doctor", "--json", ...args]).catch((error) => error);
        return JSON.parse(stdout).wrong_others;
    };
    assert.equal(await doctor(), 0);
    const all = await boss.list("/assignments", { filter: of(worked) });
    const touched = all.filter((row) => row.first_touch_at !== null);
    await sql(`UPDATE assignment SET ordered_minor = ordered_minor + 1 WHERE id = ${all[0].id}`);
    await sql(`UPDATE assignment SET follow_up_count = 9, outcome = 'recycled' WHERE id = ${all[1].id}`);
    await sql(`UPDATE assignment SET response_minutes = NULL WHERE id = ${touched.find((row) => ![all[0].id, all[1].id].includes(row.id)).id}`);
    assert.equal(await doctor(), 3);
    assert.equal(await doctor(), 3, "looking changes nothing");
    assert.equal(await doctor("--repair"), 0);
    assert.deepEqual((await boss.get("/assignments/summary", { filter: of(worked) })).totals.map((one) => one.value), before.totals.map((one) => one.value));
});
