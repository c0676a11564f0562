// FLD-4: formulas and roll-ups: exact, computed by the database for the record's own fields and when read for others, filtered and
// sorted, checked before they are kept, without circles; the doctor computes them again.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";

await stack();

let boss;
let counter = 0;
const MADE = [];
const code = () => `f${process.pid.toString(36)}${(counter += 1).toString(36)}z`;
const attempt = (body) => boss.send("POST", "/custom-fields", { body: { label_zh: unique("公式"), code: code(), ...body } });
const check = (object, expression, more = {}) => boss.post("/formulas/check", { object, expression, ...more });
const customer = (body = {}) => boss.post("/customers", { name: unique("客户"), ...body });
const contract = (body = {}) => boss.post("/contracts", { name: unique("合同"), amount_minor: 100_00, ...body });
const only = async (plural, filter) => (await boss.list(`/${plural}`, { filter })).map((item) => item.id).sort((a, b) => a - b);

async function add(body) {
    const answer = await attempt(body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    MADE.push(answer.body.id);
    return answer.body;
}

function refused(answer, field, wanted) {
    assert.equal(answer.status, 422, JSON.stringify(answer.body));
    const error = answer.body.errors.find((one) => one.field === field && one.code === wanted);
    assert.ok(error, `${field} ${wanted}: ${JSON.stringify(answer.body.errors)}`);
    return error;
}

before(async () => {
    boss = await admin();
});

test("FLD-4: a formula of the record's own fields is a column: exact, filtered, sorted, in history and sums", async () => {
    const price = await add({ object: "product", kind: "decimal", scale: 3 });
    const pieces = await add({ object: "product", kind: "integer" });
    const each = await add({ object: "product", kind: "formula", formula: `${price.name} / ${pieces.name}`, result: "decimal", scale: 4, is_indexed: true });
    assert.equal(each.is_stored, true);
    await boss.job(each.job_id);
    const product = (body) => boss.post("/products", { name: unique("产品"), ...body });
    const one = await product({ [price.name]: "10.000", [pieces.name]: 3 });
    const two = await product({ [price.name]: "-2", [pieces.name]: 3 });
    const none = await product({ [price.name]: "1", [pieces.name]: 0 });
    assert.deepEqual([one[each.name], two[each.name], none[each.name]], ["3.3333", "-0.6667", null]);
    assert.deepEqual(none.faults, { [each.name]: "division_by_zero" });
    assert.equal(one.faults, undefined);
    assert.deepEqual(await only("products", { field: each.name, op: "gt", value: "3.3332" }), [one.id]);
    const sorted = await boss.list("/products", { sort: each.name, filter: { field: price.name, op: "not_null" } });
    assert.deepEqual(sorted.map((row) => row.id), [none.id, two.id, one.id]);
    const { groups } = await boss.get("/products/aggregate", { measures: `sum:${each.name}`, filter: { field: pieces.name, op: "eq", value: 3 } });
    assert.equal(groups[0].values[`sum:${each.name}`], "2.6666");
    const changed = await boss.patch(`/products/${one.id}`, { [pieces.name]: 4 }, one.version);
    assert.equal(changed[each.name], "2.5000");
    const log = await sql(`SELECT changes FROM audit_entry WHERE object = 'product' AND record_id = ${one.id} ORDER BY id DESC LIMIT 1`);
    assert.ok(JSON.stringify(log).includes("2.5000"));
    const sent = await boss.send("PATCH", `/products/${one.id}`, { body: { [each.name]: "1" }, headers: { "If-Match": String(changed.version) } });
    refused(sent, each.name, "read_only");
    // Another formula: every record has the new value at once, the index is built again.
    const now = await boss.get(`/custom-fields/${each.id}`);
    const other = await boss.put(`/custom-fields/${each.id}`, { formula: `round(${price.name} * ${pieces.name}, 1)` }, now.version);
    assert.equal(other.index_state, "building");
    await boss.job(other.job_id);
    assert.equal((await boss.get(`/products/${two.id}`))[each.name], "-6.0000");
    assert.deepEqual(await only("products", { field: each.name, op: "eq", value: "-6" }), [two.id]);
    const big = await product({ [price.name]: "999999999999", [pieces.name]: 999999999 });
    assert.deepEqual([big[each.name], big.faults], [null, { [each.name]: "too_large" }]); // the write itself is fine
    await dabiao(["doctor"]);
});

test("FLD-4: texts, dates, conditions, choices and yes or no, the same in the database as in the program", async () => {
    const due = await add({ object: "product", kind: "date" });
    const grade = await add({ object: "product", kind: "select", options: [{ value: "a", label_zh: "甲" }, { value: "b", label_zh: "乙" }] });
    const yes = await add({ object: "product", kind: "boolean" });
    const rate = await add({ object: "product", kind: "percent" });
    const formulas = {
        text: `concat(name, "·", ${grade.name}, '·', ${due.name}, "·", price_minor * ${rate.name})`,
        date: `add_months(month_end(${due.name}), 1)`,
        start: `month_start(add_days(${due.name}, -40))`,
        days: `days_between(${due.name}, date("2026-12-31"))`,
        if: `if(${grade.name} = "a" and not ${yes.name}, 1, if(is_empty(${grade.name}), -1, 0))`,
        part: `left(name, 2) & length(name)`,
        flag: `contains(name, "钢") or ${yes.name}`,
        round: `round(price_minor * 1.005, 1) + floor(-0.5) + ceil(0.5) + abs(-1)`,
        least: `min(price_minor, cost_minor, 7.25)`,
        first: `coalesce(price_minor, cost_minor, 0)`,
        year: `year(${due.name}) * 100 + month(${due.name}) + day(${due.name}) / 100`,
    };
    const names = {};
    for (const [key, formula] of Object.entries(formulas)) {
        names[key] = (await add({ object: "product", kind: "formula", formula })).name;
    }
    const made = await boss.post("/products", { name: "钢管A", price_minor: 12345, cost_minor: 800, [due.name]: "2028-01-31", [grade.name]: "a", [yes.name]: false, [rate.name]: 130000 });
    const shown = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, made[name]]));
    assert.deepEqual(shown, { text: "钢管A·a·2028-01-31·16.0485", date: "2028-02-29", start: "2027-12-01", days: "-396.00", if: "1.00", part: "钢管3",
        flag: true, round: "125.10", least: "7.25", first: "123.45", year: "202801.31" });
    const empty = await boss.post("/products", { name: "空", price_minor: 0, cost_minor: 0 });
    assert.deepEqual([empty[names.text], empty[names.date], empty[names.if], empty[names.flag], empty[names.least]], ["空···", null, "-1.00", false, "0.00"]);
    assert.deepEqual(await only("products", { field: names.text, op: "contains", value: "·a·2028" }), [made.id]);
    assert.deepEqual(await only("products", { all: [{ field: names.flag, op: "eq", value: true }, { field: "id", op: "in", value: [made.id, empty.id] }] }), [made.id]);
    await dabiao(["doctor"]); // computes every one again, by other code
});

test("FLD-4: random formulas give the same in the database and in the program", async () => {
    let seed = 20260331;
    const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
    const pick = (list) => list[random(list.length)];
    const a = await add({ object: "product", kind: "decimal", scale: 6 });
    const b = await add({ object: "product", kind: "decimal", scale: 2 });
    const c = await add({ object: "product", kind: "integer" });
    const number = (depth) => depth === 0 ? pick([a.name, b.name, c.name, "price_minor", `${random(1000)}.${random(99)}`, "0.000001", "3"])
        : pick([() => `(${number(depth - 1)} ${pick(["+", "-", "*", "/"])} ${number(depth - 1)})`, () => `round(${number(depth - 1)}, ${random(7)})`,
            () => `${pick(["min", "max", "coalesce"])}(${number(depth - 1)}, ${number(depth - 1)})`, () => `-${number(depth - 1)}`,
            () => `if(${number(depth - 1)} ${pick(["<", ">=", "=", "<>"])} ${number(depth - 1)}, ${number(depth - 1)}, ${number(depth - 1)})`,
            () => `${pick(["floor", "ceil", "abs"])}(${number(depth - 1)})`])();
    for (let i = 0; i < 40; i += 1) {
        await add({ object: "product", kind: "formula", formula: number(1 + random(3)), result: "decimal", scale: pick([0, 2, 6]) });
    }
    for (let i = 0; i < 40; i += 1) {
        await boss.post("/products", { name: unique("随机"), price_minor: random(100000000), [a.name]: pick([null, "0", "0.000001", "-0.333333", `${random(99999)}.${random(999999)}`]),
            [b.name]: pick([null, "0", `-${random(99999)}.5`, "0.05", `${random(9999)}.25`]), [c.name]: pick([null, 0, -7, 3, 1000000, 999999999999999]) });
    }
    await dabiao(["doctor"]);
});

test("FLD-4: lookups and roll-ups are right whatever changes, and are filtered", async () => {
    const total = await add({ object: "customer", kind: "rollup", rollup: { object: "contract", via: "customer_id", function: "sum", field: "amount_minor",
        filter: { field: "status", op: "in", value: ["signed", "completed"] } } });
    const count = await add({ object: "customer", kind: "rollup", rollup: { object: "contract", via: "customer_id", function: "count" } });
    const last = await add({ object: "customer", kind: "rollup", rollup: { object: "contract", via: "customer_id", function: "max", field: "signed_on" } });
    const made = await add({ object: "customer", kind: "rollup", rollup: { object: "contract", via: "customer_id", function: "max", field: "created_at" } });
    const mean = await add({ object: "customer", kind: "formula", formula: `${total.name} / ${count.name}`, result: "money" });
    const level = await add({ object: "contract", kind: "formula", formula: `if(customer_id.level = "a", amount_minor * 0.9, amount_minor)`, result: "money" });
    const age = await add({ object: "contract", kind: "formula", formula: "days_between(signed_on, today())", result: "integer" });
    assert.deepEqual([total, count, mean, level, age].map((field) => field.is_stored), [false, false, false, false, false]);
    const one = await customer({ level: "a" });
    const two = await customer({ level: "b" });
    const today = (await boss.get("/meta")).today;
    assert.deepEqual([one[total.name], one[count.name], one[mean.name], one.faults], [0, 0, null, { [mean.name]: "division_by_zero" }]);
    const first = await contract({ customer_id: one.id, amount_minor: 1000, status: "signed", signed_on: today });
    const second = await contract({ customer_id: one.id, amount_minor: 501, status: "draft" });
    await contract({ customer_id: two.id, amount_minor: 5, status: "signed", signed_on: today });
    let now = await boss.get(`/customers/${one.id}`);
    assert.deepEqual([now[total.name], now[count.name], now[last.name], now[mean.name]], [1000, 2, today, 500]);
    assert.deepEqual([(await boss.get(`/contracts/${first.id}`))[level.name], (await boss.get(`/contracts/${second.id}`))[level.name]], [900, 451]);
    assert.equal((await boss.get(`/contracts/${first.id}`))[age.name], 0);
    assert.equal(now[made.name], second.created_at);
    assert.deepEqual(await only("customers", { all: [{ field: "id", op: "eq", value: one.id }, { field: made.name, op: "relative", value: "last_7_days" }] }), [one.id]);
    const mine = { field: "id", op: "in", value: [one.id, two.id] };
    assert.deepEqual(await only("customers", { all: [mine, { field: total.name, op: "ge", value: 1000 }] }), [one.id]);
    const listed = await boss.list("/customers", { filter: mine });
    assert.equal(listed.find((row) => row.id === one.id)[total.name], 1000);
    const { groups } = await boss.get("/customers/aggregate", { filter: mine, measures: `sum:${total.name}` });
    assert.equal(groups[0].values[`sum:${total.name}`], 1005);
    await boss.delete(`/contracts/${second.id}`, second.version);
    await boss.patch(`/customers/${one.id}`, { level: "b" }, now.version);
    now = await boss.get(`/customers/${one.id}`);
    assert.deepEqual([now[count.name], now[mean.name], (await boss.get(`/contracts/${first.id}`))[level.name]], [1, 1000, 1000]);
    await boss.post(`/contracts/${second.id}/restore`);
    assert.equal((await boss.get(`/customers/${one.id}`))[count.name], 2);
    expectProblem(await boss.send("GET", `/customers?sort=${total.name}`), 400, "bad_sort");
    const { job_id } = await boss.post("/customers/export", { format: "csv", filter: mine, columns: ["name", total.name, mean.name] });
    await boss.job(job_id);
    assert.ok(String((await boss.send("GET", `/jobs/${job_id}/file`)).body).includes("10.00,5.00"));
    // Whoever may not see amounts sees none through a formula.
    const role = await boss.post("/roles", { name: unique("角色"), permissions: ["customer.view", "contract.view"], scopes: [{ object: "customer", scope: "all" }, { object: "contract", scope: "all" }],
        fields: [{ object: "contract", field: "amount_minor", access: "hidden" }] });
    const rep = await person({ role_ids: [role.id] });
    const seen = await rep.get(`/customers/${one.id}`);
    assert.deepEqual([total.name in seen, mean.name in seen, count.name in seen], [false, false, true]);
    assert.ok(!(level.name in (await rep.get(`/contracts/${first.id}`))));
    expectProblem(await rep.send("GET", `/customers?filter=${encodeURIComponent(JSON.stringify({ field: total.name, op: "ge", value: 1 }))}`), 400, "bad_filter");
});

test("FLD-4: circles are refused, and named", async () => {
    const a = await add({ object: "product", kind: "formula", formula: "price_minor + 1", result: "decimal" });
    const b = await add({ object: "product", kind: "formula", formula: `${a.name} * 2`, result: "decimal" });
    const circle = await boss.send("PUT", `/custom-fields/${a.id}`, { body: { formula: `${b.name} + 1` }, headers: { "If-Match": String(a.version) } });
    assert.equal(refused(circle, "formula", "cycle").message, `${a.name} → ${b.name} → ${a.name}`);
    const self = await boss.send("PUT", `/custom-fields/${a.id}`, { body: { formula: `${a.name} + 1` }, headers: { "If-Match": String(a.version) } });
    refused(self, "formula", "cycle");
    const total = await add({ object: "customer", kind: "rollup", rollup: { object: "contract", via: "customer_id", function: "count" } });
    const up = await add({ object: "contract", kind: "formula", formula: `customer_id.${total.name}`, result: "integer" });
    const over = await boss.send("PUT", `/custom-fields/${total.id}`, { body: { rollup: { object: "contract", via: "customer_id", function: "count", filter: { field: up.name, op: "gt", value: 0 } } }, headers: { "If-Match": String(total.version) } });
    refused(over, "rollup", "cycle");
    const impact = await boss.get(`/custom-fields/${a.id}/impact`);
    assert.deepEqual([impact.fields.map((field) => [field.name, field.how]), impact.can_delete], [[[b.name, "formula"]], false]);
    expectProblem(await boss.send("DELETE", `/custom-fields/${a.id}`, { headers: { "If-Match": String(a.version) } }), 409, "in_use");
});

test("FLD-4: a formula is tried out before it is kept; faults have their place", async () => {
    const one = await contract({ customer_id: (await customer({ level: "a" })).id, amount_minor: 1000 });
    const fine = await check("contract", "amount_minor / 3", { record_id: one.id });
    assert.deepEqual(fine, { ok: true, type: "number", is_stored: true, names: ["amount_minor"], value: "3.333333", value_fault: null, fault: null });
    assert.equal((await check("contract", "amount_minor / 0", { record_id: one.id })).value_fault, "division_by_zero");
    assert.deepEqual([(await check("contract", "customer_id.level", { record_id: one.id })).value, (await check("contract", "today() > signed_on")).is_stored], ["a", false]);
    const { ok, fault } = await check("contract", "amount_minor + “x”");
    assert.deepEqual([ok, fault.code, fault.position], [false, "unexpected", 15]);
    assert.equal((await check("contract", "owner_id + 1")).fault.code, "unknown_name");
    assert.equal((await check("contract", "customer_id.nonsense")).fault.code, "unknown_name");
    refused(await attempt({ object: "contract", kind: "formula", formula: "name + 1" }), "formula", "wrong_type");
    refused(await attempt({ object: "contract", kind: "formula", formula: "name", result: "money" }), "result", "wrong_type");
    refused(await attempt({ object: "contract", kind: "formula", formula: "today()", is_indexed: true }), "is_indexed", "not_for_this_kind");
    refused(await attempt({ object: "customer", kind: "rollup", rollup: { object: "contract", via: "owner_id", function: "count" } }), "rollup.via", "not_an_option");
    refused(await attempt({ object: "customer", kind: "rollup", rollup: { object: "contract", via: "customer_id", function: "sum", field: "name" } }), "rollup.field", "not_an_option");
    refused(await attempt({ object: "customer", kind: "rollup", rollup: { object: "contract", via: "customer_id", function: "count", filter: { field: "owner_id", op: "eq", value: "me" } } }), "rollup.filter", "bad_filter");
    refused(await boss.send("POST", "/formulas/check", { body: { object: "nonsense", expression: "1" } }), "object", "not_an_option");
    assert.equal((await send("POST", "/formulas/check", { body: { object: "contract", expression: "1" } })).status, 401);
    const rep = await person({ role: "sales" });
    expectProblem(await rep.send("POST", "/formulas/check", { body: { object: "contract", expression: "1" } }), 403, "forbidden");
    expectProblem(await boss.send("POST", "/formulas/check", { body: { object: "contract", expression: "1", record_id: 999999999 } }), 404, "not_found");
});

test("FLD-4: what was made here goes for good", async () => {
    for (const id of MADE.toReversed()) {
        const field = await boss.get(`/custom-fields/${id}`);
        const gone = await boss.send("DELETE", `/custom-fields/${id}`, { headers: { "If-Match": String(field.version) } });
        assert.equal(gone.status, 204, `${field.name}: ${JSON.stringify(gone.body)}`);
        const purged = await boss.send("POST", `/custom-fields/${id}/purge`, { body: { name: field.name } });
        assert.equal(purged.status, 204, JSON.stringify(purged.body));
    }
});
