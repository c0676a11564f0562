// Measures that people define: what a definition may say, what it counts and for whom, that figures follow every change of a record
// at once, and that they are used like those of the program (TGT-1).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { amend, personWith, role } from "./samples.mjs";

const YEAR = 2043; // a year no other test has figures in
const on = (month, day) => `${YEAR}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;

await stack();

let boss;
let ops;
let north;
let east;
let manager;
let rep;
let other;
let finance;
let customer;
const made = [];

const body = (more = {}) => ({
    name_zh: unique("指标"), name_en: unique("measure"), object: "opportunity", how: "count", date_field: "engaged_on",
    filter: { all: [{ field: "amount_minor", op: "ge", value: 100_00 }] }, ...more,
});
async function built(client, id) {
    for (let i = 0; i < 100; i++) {
        const measure = await client.get(`/measures/${id}`);
        if (measure.state !== "building") {
            return measure;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the measure is not counted");
}
async function define(more) {
    const measure = await ops.post("/measures", body(more));
    made.push(measure.id);
    return built(ops, measure.id);
}
const opportunity = (owner, more = {}) =>
    boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, owner_id: owner.user.id, amount_minor: 500_00, engaged_on: on(3, 5), ...more });
const actual = async (client, measure, query = {}) => (await client.get("/targets/overview", { year: YEAR, measure: measure.key, ...query })).node.actual;
const ofMine = (client, measure) => actual(client, measure, { user_id: client.user.id });

before(async () => {
    await company();
    boss = await admin();
    ops = await person({ role: "operations" });
    north = await department({ name: unique("north") });
    east = await department({ name: unique("east") });
    manager = await person({ role: "manager", department_id: north.id });
    rep = await person({ department_id: north.id });
    other = await person({ department_id: east.id });
    finance = await person({ role: "finance" });
    customer = await rep.post("/customers", { name: unique("客户") });
});

test("no token, no right", async () => {
    const measure = await define();
    for (const [method, path, sent] of [["GET", "/measures"], ["GET", "/measures/choices"], ["GET", `/measures/${measure.id}`], ["POST", "/measures", body()],
        ["PUT", `/measures/${measure.id}`, body()], ["DELETE", `/measures/${measure.id}`], ["POST", "/measures/preview", body()]]) {
        expectProblem(await send(method, path, { body: sent }), 401, "not_signed_in");
        for (const client of [rep, manager, finance]) {
            expectProblem(await client.send(method, path, { body: sent, headers: { "If-Match": "1" } }), 403, "forbidden");
        }
    }
    expectProblem(await ops.send("GET", "/measures/39"), 404, "not_found");
    expectProblem(await ops.send("PUT", "/measures/39", { body: body(), headers: { "If-Match": "1" } }), 404, "not_found");
    expectProblem(await ops.send("DELETE", "/measures/39", { headers: { "If-Match": "1" } }), 404, "not_found");
    expectProblem(await ops.send("DELETE", `/measures/${measure.id}`), 428, "version_required");
    expectProblem(await ops.send("PUT", `/measures/${measure.id}`, { body: body(), headers: { "If-Match": "77" } }), 412, "stale_version");
});

test("everybody who sees targets knows it by both names", async () => {
    const measure = await define();
    const known = (await rep.get("/targets/measures")).items.find((item) => item.key === measure.key);
    assert.deepEqual(known, { key: measure.key, kind: "count", label_zh: measure.name_zh, label_en: measure.name_en, is_active: true, is_building: false });
    assert.equal(measure.state, "ready");
    assert.deepEqual((await ops.get("/measures")).items.find((item) => item.id === measure.id), measure);
});

test("choices are fields that may decide, as far as the person sees them", async () => {
    const { objects } = await ops.get("/measures/choices");
    assert.deepEqual(objects.map((one) => one.object),
        ["customer", "contact", "follow_up", "opportunity", "task", "quote", "contract", "payment", "refund", "invoice"]);
    const of = objects.find((one) => one.object === "contract");
    assert.ok(of.date_fields.includes("signed_on") && of.date_fields.includes("created_at"));
    assert.ok(of.sum_fields.includes("amount_minor") && of.sum_fields.includes("base_margin_minor"));
    assert.ok(!of.sum_fields.includes("received_minor"), "payments keep it");
    assert.deepEqual(of.owner_fields.slice(0, 1), of.owner_fields.includes("owner_id") ? of.owner_fields.slice(0, 1) : []);
    assert.ok(!of.filter_fields.includes("owner_id") && of.filter_fields.includes("status"));
    const blind = await personWith(await role("all", { fields: [{ object: "contract", field: "amount_minor", access: "hidden" }] }), {});
    const seen = (await blind.get("/measures/choices")).objects.find((one) => one.object === "contract");
    assert.ok(!seen.sum_fields.includes("amount_minor"));
    expectProblem(await blind.send("POST", "/measures", { body: body({ object: "contract", how: "sum", sum_field: "amount_minor", date_field: "signed_on", filter: null }) }),
        422, "invalid", "sum_field");
    expectProblem(await blind.send("POST", "/measures", { body: body({ object: "contract", date_field: "signed_on",
        filter: { any: [{ not: { field: "amount_minor", op: "gt", value: 1 } }] } }) }), 422, "invalid", "filter");
});

test("what a definition may not say is refused with the reason", async () => {
    const refused = async (more, field, code) => {
        for (const path of ["/measures", "/measures/preview"]) {
            const { name_zh, name_en, ...definition } = body(more);
            const answer = await ops.send("POST", path, { body: path === "/measures" ? { name_zh, name_en, ...definition } : definition });
            expectProblem(answer, 422, "invalid", field);
            assert.ok(answer.body.errors.some((error) => error.field === field && (code === undefined || error.code === code)), JSON.stringify(answer.body.errors));
        }
    };
    await refused({ object: "pool" }, "object", "not_an_option");
    await refused({ object: "'; DROP TABLE x" }, "object", "not_an_option");
    await refused({ how: "average" }, "how", "not_an_option");
    await refused({ how: "line_quantity" }, "how", "not_of_contracts");
    await refused({ date_field: "nothing" }, "date_field", "unknown_field");
    await refused({ date_field: null }, "date_field", "required");
    await refused({ date_field: "name" }, "date_field", "not_a_day");
    await refused({ date_field: "last_activity_at" }, "date_field", "kept_by_others");
    await refused({ how: "sum" }, "sum_field", "required");
    await refused({ how: "sum", sum_field: "name" }, "sum_field", "not_a_number");
    await refused({ how: "sum", sum_field: "win_probability_ppm" }, "sum_field", "not_a_number");
    await refused({ owner_field: "customer_id" }, "owner_field");
    await refused({ filter: { all: [] } }, "filter", "bad_filter");
    await refused({ filter: { field: "nothing", op: "eq", value: 1 } }, "filter", "bad_filter");
    await refused({ filter: { field: "owner_id", op: "eq", value: 1 } }, "filter", "follows_owner");
    await refused({ filter: { field: "expected_close_on", op: "relative", value: "this_month" } }, "filter", "relative");
    await refused({ filter: { all: [{ field: "created_by_id", op: "in", value: ["me"] }] } }, "filter", "point_of_view");
    await refused({ object: "customer", date_field: "created_at", filter: { field: "tag_ids", op: "has_any", value: [1] } }, "filter", "tags");
    await refused({ object: "contract", how: "line_amount", product_ids: [999999999] }, "product_ids", "no_such_record");
    await refused({ object: "contract", how: "line_amount", product_ids: ["x"] }, "product_ids.0");
    for (const [field, more] of [["name_zh", { name_zh: "" }], ["name_en", { name_en: "x".repeat(61) }], ["name_zh", { name_zh: "签约额" }], ["name_en", { name_en: "Won deals" }]]) {
        expectProblem(await ops.send("POST", "/measures", { body: body(more) }), 422, "invalid", field);
    }
    expectProblem(await ops.send("GET", "/targets/overview?measure=custom_40"), 422, "invalid", "measure");
    expectProblem(await ops.send("GET", "/targets/overview?measure=custom_41"), 422, "invalid", "measure");
    expectProblem(await ops.send("PUT", "/targets/grid", { body: { year: YEAR, measure: "custom_40", cells: [{ subject_kind: "user", subject_id: rep.user.id, month: 1, amount: 1, version: 0 }] } }), 422, "invalid", "measure");
});

test("a record counts at once, for its owner and department on the day, and follows every change", async () => {
    const measure = await define({ how: "sum", sum_field: "amount_minor", name_zh: unique("商机额") });
    assert.equal(measure.unit, "money");
    let deal = await opportunity(rep);
    assert.equal(await ofMine(rep, measure), 500_00);
    deal = await rep.patch(`/opportunities/${deal.id}`, { amount_minor: 700_00 }, deal.version);
    assert.equal(await ofMine(rep, measure), 700_00);
    deal = await rep.patch(`/opportunities/${deal.id}`, { amount_minor: 99_99 }, deal.version);
    assert.equal(await ofMine(rep, measure), 0, "below what the filter asks for");
    deal = await rep.patch(`/opportunities/${deal.id}`, { amount_minor: 300_00, engaged_on: on(9, 1) }, deal.version);
    const { node } = await rep.get("/targets/overview", { year: YEAR, measure: measure.key, user_id: rep.user.id, by: "month" });
    assert.deepEqual(node.periods.map((period) => period.actual), [0, 0, 0, 0, 0, 0, 0, 0, 300_00, 0, 0, 0]);
    await boss.delete(`/opportunities/${deal.id}`, deal.version);
    assert.equal(await ofMine(rep, measure), 0);
    await boss.post(`/opportunities/${deal.id}/restore`);
    assert.equal(await ofMine(rep, measure), 300_00);

    const facts = await manager.get("/targets/facts", { year: YEAR, measure: measure.key, department_id: north.id });
    assert.deepEqual([facts.sum, facts.count, facts.items[0].record_id, facts.items[0].user_id], [300_00, 1, deal.id, rep.user.id]);
    expectProblem(await other.send("GET", `/targets/facts?year=${YEAR}&measure=${measure.key}&department_id=${north.id}`), 404, "not_found");
    // The year lies ahead: a transfer today moves it along; one after the day would not.
    await boss.post(`/opportunities/${deal.id}/transfer`, { owner_id: other.user.id });
    assert.deepEqual([await ofMine(rep, measure), await ofMine(other, measure)], [0, 300_00]);
});

test("what happened before a transfer stays where it happened", async () => {
    const measure = await define({ name_zh: unique("旧商机") });
    const year = 2019;
    const deal = await opportunity(rep, { engaged_on: `${year}-03-05` });
    await boss.post(`/opportunities/${deal.id}/transfer`, { owner_id: other.user.id });
    const counted = async (who) => (await boss.get("/targets/overview", { year, measure: measure.key, user_id: who.user.id })).node.actual;
    assert.deepEqual([await counted(rep), await counted(other)], [1, 0]);
});

test("tasks, quotes and contacts count as well; another person than the owner may be meant", async () => {
    const tasks = await define({ object: "task", date_field: "due_on", filter: { field: "status", op: "eq", value: "done" } });
    const task = await rep.post("/tasks", { name: unique("待办"), customer_id: customer.id, due_on: on(5, 6) });
    assert.equal(await ofMine(rep, tasks), 0);
    await rep.patch(`/tasks/${task.id}`, { status: "done" }, task.version);
    assert.equal(await ofMine(rep, tasks), 1);
    const contacts = await define({ object: "contact", date_field: "created_at", owner_field: "created_by_id", filter: null });
    const year = new Date().getUTCFullYear();
    const before = (await boss.get("/targets/overview", { year, measure: contacts.key, user_id: manager.user.id })).node.actual;
    await manager.post("/contacts", { name: unique("联系人"), customer_id: customer.id, owner_id: rep.user.id });
    assert.equal((await boss.get("/targets/overview", { year, measure: contacts.key, user_id: manager.user.id })).node.actual, before + 1);
});

test("custom fields decide and add up; one that is used cannot be deleted", async () => {
    const field = async (more) => (await boss.send("POST", "/custom-fields", { body: { object: "opportunity", ...more } })).body;
    const seats = await field({ kind: "decimal", label_zh: unique("席位"), label_en: unique("Seats"), scale: 2 });
    assert.ok(seats.name, JSON.stringify(seats));
    const measure = await define({ how: "sum", sum_field: seats.name, filter: { field: seats.name, op: "gt", value: "1.50" } });
    assert.equal(measure.unit, "quantity");
    await opportunity(rep, { [seats.name]: "2.25", engaged_on: on(4, 4) });
    await opportunity(rep, { [seats.name]: "1.50", engaged_on: on(4, 4) });
    assert.equal(await ofMine(rep, measure), 2250);
    const impact = await boss.get(`/custom-fields/${seats.id}/impact`);
    assert.equal(impact.can_delete, false);
    assert.ok(impact.rules.some((rule) => rule.kind === "measure" && rule.name === measure.name_en));
});

test("products: lines of signed contracts, less and more by change orders on their own day", async () => {
    const PAST = 2017;
    const past = async (measure) => (await rep.get("/targets/overview", { year: PAST, measure: measure.key, user_id: rep.user.id })).node.actual;
    const product = (more) => boss.post("/products", { name: unique("产品"), price_minor: 100_00, cost_minor: 10_00, ...more });
    const [a, b, c] = await Promise.all([product({ product_line: "云" }), product({ product_line: "云" }), product({ product_line: "端" })]);
    const line = unique("线");
    const [one, two] = [await boss.get(`/products/${a.id}`), await boss.get(`/products/${b.id}`)];
    await boss.patch(`/products/${a.id}`, { product_line: line }, one.version);
    await boss.patch(`/products/${b.id}`, { product_line: line }, two.version);
    const quantity = await define({ object: "contract", how: "line_quantity", product_lines: [line], filter: null });
    const amount = await define({ object: "contract", how: "line_amount", product_ids: [a.id], filter: null });
    assert.deepEqual([quantity.unit, amount.unit], ["quantity", "money"]);
    const lines = (qa, qb, qc) => [[a, qa], [b, qb], [c, qc]].filter(([, n]) => n > 0)
        .map(([it, n]) => ({ product_id: it.id, name: it.name, quantity_milli: n * 1000, unit_price_minor: 100_00 }));
    const contract = await rep.post("/contracts", { name: unique("合同"), customer_id: customer.id, lines: lines(2, 3, 5) });
    assert.equal(await past( quantity), 0, "a draft");
    const signed = await rep.patch(`/contracts/${contract.id}`, { status: "signed", signed_on: `${PAST}-02-02` }, contract.version);
    assert.deepEqual([await past( quantity), await past( amount)], [5000, 200_00]);
    await amend(rep, signed, { lines: lines(1, 7, 5) }, { effective_on: `${PAST}-06-06` });
    const months = async (measure) => (await rep.get("/targets/overview", { year: PAST, measure: measure.key, user_id: rep.user.id })).node.periods.map((p) => p.actual);
    assert.deepEqual([(await months(quantity))[1], (await months(quantity))[5]], [5000, 3000]);
    assert.deepEqual([(await months(amount))[1], (await months(amount))[5]], [200_00, -100_00]);
    const seen = await rep.get("/targets/facts", { year: PAST, measure: quantity.key, user_id: rep.user.id });
    assert.deepEqual(seen.items.map((fact) => fact.object).sort(), ["change_order", "contract"]);
    // Another product line: counted anew behind the change.
    const moved = await boss.get(`/products/${b.id}`);
    await boss.patch(`/products/${b.id}`, { product_line: unique("别") }, moved.version);
    for (let i = 0; i < 100 && (await past( quantity)) !== 1000; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(await past( quantity), 1000);
});

test("amounts of contracts in another currency count at the contract's rate", async () => {
    await boss.post("/exchange-rates", { currency: "DKK", rate_on: "2000-01-01", rate_nano: 500_000_000 });
    const whole = await define({ object: "contract", how: "sum", sum_field: "amount_minor", date_field: "signed_on", filter: { field: "currency", op: "eq", value: "DKK" } });
    const cost = await define({ object: "contract", how: "sum", sum_field: "cost_minor", date_field: "signed_on", filter: { field: "currency", op: "eq", value: "DKK" } });
    await rep.post("/contracts", { name: unique("合同"), customer_id: customer.id, currency: "DKK", amount_minor: 900_00, cost_minor: 300_01, status: "signed", signed_on: on(1, 9) });
    assert.deepEqual([await ofMine(rep, whole), await ofMine(rep, cost)], [450_00, 150_01]);
});

test("preview: months that add up, rows behind them, only what the person may see", async () => {
    await opportunity(rep, { amount_minor: 120_00, engaged_on: on(1, 31) });
    await opportunity(other, { amount_minor: 130_00, engaged_on: on(2, 1) });
    const { name_zh, name_en, ...definition } = body({ how: "sum", sum_field: "amount_minor" });
    assert.ok(name_zh && name_en);
    const shown = await ops.post("/measures/preview", { ...definition, year: YEAR });
    assert.equal(shown.months.length, 12);
    assert.equal(shown.months.reduce((sum, month) => sum + month.amount, 0), shown.sum);
    assert.equal(shown.months.reduce((sum, month) => sum + month.count, 0), shown.count);
    assert.equal(shown.rows.length, Math.min(shown.count, 50));
    assert.equal(shown.rows.reduce((sum, row) => sum + row.amount, 0), shown.sum);
    assert.ok(shown.months[0].amount >= 120_00 && shown.months[1].amount >= 130_00);
    const january = await ops.post("/measures/preview", { ...definition, year: YEAR, month: 1 });
    assert.ok(january.rows.every((row) => row.on.startsWith(`${YEAR}-01`)) && january.rows.some((row) => row.user_id === rep.user.id && row.department_name === north.name));
    // The figure of the measure is that of its preview.
    const measure = await define({ how: "sum", sum_field: "amount_minor" });
    assert.equal(await actual(boss, measure), shown.sum);
    assert.equal((await ops.post("/measures/preview", definition)).year, new Date().getUTCFullYear() - 1);
    expectProblem(await ops.send("POST", "/measures/preview", { body: { ...definition, month: 13 } }), 422, "invalid", "month");
    const narrow = await personWith(await role("own"), { department_id: north.id });
    assert.equal((await narrow.post("/measures/preview", { ...definition, year: YEAR })).count, 0);
});

test("targets, completion, outlook, import: like any other measure", async () => {
    const measure = await define({ name_zh: unique("有效商机"), filter: { field: "amount_minor", op: "ge", value: 1_000_000_00 } });
    const cell = { subject_kind: "user", subject_id: rep.user.id, month: 3, amount: 4, version: 0 };
    await rep.put("/targets/grid", { year: YEAR, measure: measure.key, cells: [cell] });
    await opportunity(rep, { amount_minor: 1_000_000_00 });
    const { node, kind } = await rep.get("/targets/overview", { year: YEAR, measure: measure.key, user_id: rep.user.id });
    assert.deepEqual([kind, node.target, node.actual, node.completion_ppm], ["count", 4, 1, 250_000]);
    const grid = await manager.get("/targets/grid", { year: YEAR, measure: measure.key, department_id: north.id });
    assert.deepEqual([grid.measure, grid.kind, grid.rows.find((row) => row.subject_id === rep.user.id && row.subject_kind === "user").total], [measure.key, "count", 4]);
    assert.equal((await rep.get("/targets/outlook", { year: YEAR, measure: measure.key, user_id: rep.user.id })).target, 4);
    const split = await rep.post("/targets/split", { year: YEAR, measure: measure.key, method: "even", total: 12, user_id: rep.user.id });
    assert.deepEqual(split.amounts, Array(12).fill(1));
});

test("with targets: another unit never, another definition only when said, no deletion; inactive: no new targets", async () => {
    let measure = await define();
    const cells = [{ subject_kind: "user", subject_id: rep.user.id, month: 1, amount: 2, version: 0 }];
    await rep.put("/targets/grid", { year: YEAR, measure: measure.key, cells });
    measure = await ops.get(`/measures/${measure.id}`);
    assert.deepEqual(measure.use, { targets: 1, first_year: YEAR, last_year: YEAR, rounds: 0 });
    const change = (more) => ops.send("PUT", `/measures/${measure.id}`, { headers: { "If-Match": `${measure.version}` },
        body: { ...body({ name_zh: measure.name_zh, name_en: measure.name_en }), ...more } });
    expectProblem(await change({ how: "sum", sum_field: "amount_minor", confirm: true }), 422, "invalid", "how");
    const answer = await change({ filter: null });
    expectProblem(answer, 409, "measure_in_use");
    assert.deepEqual(answer.body.current, { targets: 1, rounds: 0 });
    expectProblem(await ops.send("DELETE", `/measures/${measure.id}`, { headers: { "If-Match": `${measure.version}` } }), 409, "measure_in_use");
    await opportunity(rep, { amount_minor: 1, engaged_on: on(12, 12) });
    const facts = async () => (await rep.get("/targets/facts", { year: YEAR, measure: measure.key, user_id: rep.user.id })).count;
    const counted = await facts();
    assert.equal((await change({ filter: null, confirm: true })).status, 200);
    measure = await built(ops, measure.id);
    assert.ok((await facts()) > counted, "small ones count now");
    assert.equal((await change({ filter: null, is_active: false })).status, 200, "the same definition: nothing to confirm");
    measure = await ops.get(`/measures/${measure.id}`);
    expectProblem(await rep.send("PUT", "/targets/grid", { body: { year: YEAR, measure: measure.key, cells: [{ ...cells[0], month: 2 }] } }), 422, "invalid", "measure");
    assert.equal((await rep.get("/targets/overview", { year: YEAR, measure: measure.key, user_id: rep.user.id })).node.target, 2, "completion goes on");
});

test("another kind of record: the old figures go", async () => {
    let measure = await define();
    await opportunity(rep);
    assert.ok((await ofMine(rep, measure)) > 0);
    await ops.send("PUT", `/measures/${measure.id}`, { headers: { "If-Match": `${measure.version}` },
        body: body({ name_zh: measure.name_zh, name_en: measure.name_en, object: "invoice", date_field: "issued_on", filter: { field: "title", op: "eq", value: "nobody" } }) });
    measure = await built(ops, measure.id);
    assert.equal(await ofMine(rep, measure), 0);
    await ops.delete(`/measures/${measure.id}`, measure.version);
    expectProblem(await ops.send("GET", `/measures/${measure.id}`), 404, "not_found");
    expectProblem(await rep.send("GET", `/targets/overview?measure=${measure.key}`), 422, "invalid", "measure");
});

test("a measure is defined while records are written: none is missed", async () => {
    const writing = (async () => {
        for (let i = 0; i < 30; i++) {
            await opportunity(rep, { amount_minor: 7_777_00, engaged_on: on(8, 1 + (i % 28)) });
        }
    })();
    const measure = await ops.post("/measures", body({ filter: { field: "amount_minor", op: "eq", value: 7_777_00 } }));
    made.push(measure.id);
    await writing;
    await built(ops, measure.id);
    assert.equal(await ofMine(rep, measure), 30);
});

test("doctor computes all of it again and finds nothing wrong", async () => {
    const { stdout } = await dabiao(["doctor", "--json"]);
    const report = JSON.parse(stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_targets], [0, 0, 0]);
    // … and puts right what somebody spoiled.
    const measure = await define({ filter: { field: "amount_minor", op: "eq", value: 7_777_00 } });
    await sql(`UPDATE metric_fact SET amount = 5 WHERE measure = '${measure.key}' LIMIT 3`);
    const spoiled = await dabiao(["doctor", "--json"]).catch((error) => error);
    assert.equal(JSON.parse(spoiled.stdout).wrong_facts, 3);
    await dabiao(["doctor", "--repair", "--json"]);
    assert.equal(await ofMine(rep, measure), 30);
});

test("what this file defined goes again: files share a database", async () => {
    for (const id of made) {
        const key = `custom_${id}`;
        await sql(`DELETE FROM target_value WHERE measure = '${key}'`);
        await sql(`DELETE FROM target_total WHERE measure = '${key}'`);
        await sql(`DELETE FROM target_year WHERE measure = '${key}'`);
        const { status, body: measure } = await boss.send("GET", `/measures/${id}`);
        if (status === 200) {
            await boss.delete(`/measures/${id}`, measure.version);
        }
    }
});
