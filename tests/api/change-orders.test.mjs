// MON-3: what was signed changes by change orders only; both versions stay readable, and what was counted before stays where it is.
// Renewals of contracts, and what is earned by a line.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { amend, personWith, role } from "./samples.mjs";

await stack();

let boss;
let rep;
let manager;
let stranger;
let customer;

const day = (offset) => new Date(Date.now() + 8 * 3600_000 + offset * 86400_000).toISOString().slice(0, 10);
const line = (name, quantity, price, cost = 0) => ({ name, quantity_milli: quantity * 1000, unit_price_minor: price, unit_cost_minor: cost });
const contractOf = (more = {}) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: rep.user.id, status: "signed",
    signed_on: "2024-01-10", lines: [line("软件", 2, 100_00, 40_00), line("实施", 1, 50_00, 30_00)], ...more });
const fresh = (record, plural = "contracts") => boss.get(`/${plural}/${record.id}`);
const patch = async (client, plural, record, body) => client.send("PATCH", `/${plural}/${record.id}`, { body, headers: { "If-Match": String((await fresh(record, plural)).version) } });
const order = (contract, body) => boss.send("POST", "/change-orders", { body: { contract_id: contract.id, reason: "客户增购", ...body } });
async function refuse(answer, field, code) {
    const problem = expectProblem(await answer, 422, "invalid", field);
    assert.equal(problem.errors.find((error) => error.field === field).code, code);
}
const done = async (answer) => {
    const { status, body } = await answer;
    assert.ok(status < 300, JSON.stringify(body));
    return body;
};
const facts = async (contract) => (await sql(`SELECT f.object, f.fact_on, f.measure, f.amount FROM metric_fact f WHERE (f.object = 'contract' AND f.record_id = ${contract.id})
    OR (f.object = 'change_order' AND f.record_id IN (SELECT id FROM change_order WHERE contract_id = ${contract.id})) ORDER BY CONCAT(f.measure), f.fact_on, CONCAT(f.object)`))
    .map((row) => Object.values(row).map(String));
const examine = async () => {
    const report = JSON.parse((await dabiao(["doctor", "--json"])).stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_others], [0, 0, 0]);
};

before(async () => {
    boss = await admin();
    const north = await department({ name: unique("变更") });
    rep = await person({ role: "sales", department_id: north.id });
    manager = await person({ role: "manager", department_id: north.id });
    await boss.patch(`/departments/${north.id}`, { manager_id: manager.user.id }, north.version);
    stranger = await personWith(await role("own"));
    customer = await rep.post("/customers", { name: unique("甲方") });
});

test("MON-3: amount = lines less discount, and tax, to the 分", async () => {
    const cases = [[[line("a", 3, 33_33)], 0, 130_000, 112_99, 13_00], [[line("a", 1, 10_00), line("b", 1, 5)], 1, 60_000, 10_64, 60], [[line("a", 1, 1)], 0, 500_000, 2, 1]];
    for (const [lines, discount_minor, tax_rate_ppm, amount, tax] of cases) {
        const made = await contractOf({ lines, discount_minor, tax_rate_ppm });
        assert.deepEqual([made.amount_minor, made.tax_minor], [amount, tax]);
        assert.equal(made.amount_minor - made.tax_minor, lines.reduce((sum, one) => sum + one.unit_price_minor * one.quantity_milli / 1000, 0) - discount_minor);
    }
    const typed = await contractOf({ lines: undefined, amount_minor: 113_00, cost_minor: 60_00, tax_rate_ppm: 130_000 });
    assert.deepEqual([typed.amount_minor, typed.tax_minor, typed.margin_minor, typed.margin_ppm], [113_00, 13_00, 40_00, 400_000]);
    await refuse(boss.send("POST", "/contracts", { body: { name: "x", customer_id: customer.id, tax_rate_ppm: 1_000_001 } }), "tax_rate_ppm", "too_large");
});

test("MON-3: what was signed is not changed by hand, by import, or in bulk", async () => {
    const contract = await contractOf({ ends_on: "2025-01-09" });
    const wrong = [["amount_minor", 1], ["discount_minor", 1], ["tax_rate_ppm", 130_000], ["ends_on", "2026-01-09"], ["lines", [line("x", 1, 1)]], ["cost_minor", 1]];
    for (const [field, value] of wrong) {
        await refuse(patch(boss, "contracts", contract, { [field]: value }), field, "change_order");
        await refuse(patch(boss, "contracts", contract, { [field]: value, status: "void" }), field, "change_order");
    }
    const { job_id } = await boss.post("/contracts/bulk", { action: "update", ids: [contract.id], changes: { ends_on: "2026-01-09" } });
    assert.deepEqual((await boss.job(job_id)).result.refused, 1);
    assert.equal((await done(patch(boss, "contracts", contract, { remark: "别的照旧" }))).version, contract.version + 1);
    // Signed by mistake: a draft again as long as nothing hangs on it.
    const draft = await done(patch(boss, "contracts", contract, { status: "draft", discount_minor: 1_00 }));
    assert.equal(draft.amount_minor, 249_00);
    await done(patch(boss, "contracts", contract, { status: "signed" }));
    await boss.post("/payments", { contract_id: contract.id, amount_minor: 1_00, received_on: "2024-02-01" });
    await refuse(patch(boss, "contracts", contract, { status: "draft" }), "status", "in_force");
});

test("MON-3: a change order keeps both versions, and the difference counts on its own day", async () => {
    const contract = await contractOf({ starts_on: "2024-01-10", ends_on: "2025-01-09" });
    assert.deepEqual(await facts(contract), [["contract", "2024-01-10", "gross_profit", "14000"], ["contract", "2024-01-10", "signed_amount", "25000"]]);
    const lines = [line("软件", 3, 100_00), { ...contract.lines[1], line_number: undefined, amount_minor: undefined, cost_minor: undefined, margin_minor: undefined }, line("培训", 1, 20_00, 5_00)].map((one) => JSON.parse(JSON.stringify(one)));
    delete lines[0].unit_cost_minor; // as it was
    const draft = await done(order(contract, { lines, ends_on: "2025-06-30", effective_on: "2024-05-06" }));
    assert.match(draft.number, /^BG\d{6}-\d{4,}$/);
    assert.deepEqual([draft.status, draft.change_number, draft.amount_before_minor, draft.amount_minor, draft.delta_minor, draft.profit_delta_minor], ["draft", 1, 250_00, 370_00, 120_00, 75_00]);
    assert.equal((await fresh(contract)).amount_minor, 250_00, "a draft changes nothing");
    assert.equal((await facts(contract)).length, 2);

    const made = await done(patch(boss, "change-orders", draft, { status: "effective" }));
    assert.deepEqual(made.lines_before.map((one) => [one.name, one.quantity_milli, one.amount_minor]), [["软件", 2000, 200_00], ["实施", 1000, 50_00]]);
    assert.deepEqual(made.lines.map((one) => [one.name, one.quantity_milli, one.amount_minor, one.unit_cost_minor]), [["软件", 3000, 300_00, 40_00], ["实施", 1000, 50_00, 30_00], ["培训", 1000, 20_00, 5_00]]);
    const now = await fresh(contract);
    assert.deepEqual([now.amount_minor, now.ends_on, now.renewal_on, now.change_count, now.changed_minor, now.changed_profit_minor, now.lines.length], [370_00, "2025-06-30", "2025-06-30", 1, 120_00, 75_00, 3]);
    assert.deepEqual(await facts(contract), [["contract", "2024-01-10", "gross_profit", "14000"], ["change_order", "2024-05-06", "gross_profit", "7500"],
        ["contract", "2024-01-10", "signed_amount", "25000"], ["change_order", "2024-05-06", "signed_amount", "12000"]]);

    // In effect it stays; another one takes it back.
    await refuse(patch(boss, "change-orders", made, { reason: "改口" }), "reason", "read_only");
    await refuse(patch(boss, "change-orders", made, { amount_minor: 1 }), "amount_minor", "read_only");
    await refuse(patch(boss, "change-orders", made, { lines: [] }), "lines", "read_only");
    await done(patch(boss, "change-orders", made, { remark: "附注可改" }));
    expectProblem(await boss.send("DELETE", `/change-orders/${made.id}`, { headers: { "If-Match": String((await fresh(made, "change-orders")).version) } }), 409, "conflict");
    await amend(boss, contract, { lines: contract.lines.map(({ name, quantity_milli, unit_price_minor }) => ({ name, quantity_milli, unit_price_minor })), ends_on: "2025-01-09" }, { effective_on: "2024-06-01" });
    const back = await fresh(contract);
    assert.deepEqual([back.amount_minor, back.cost_minor, back.changed_minor, back.change_count, back.ends_on], [250_00, 110_00, 0, 2, "2025-01-09"]);
    await refuse(patch(boss, "contracts", contract, { signed_on: "2024-05-07" }), "signed_on", "too_large");
    await examine();
});

test("MON-3: what takes effect on the day of a move counts for the new holder", async () => {
    const moved = await rep.post("/customers", { name: unique("今日易手") });
    const contract = await contractOf({ customer_id: moved.id, signed_on: day(-40) });
    await amend(boss, contract, { discount_minor: 50_00 }, { effective_on: day(0) });
    const held = async () => (await sql(`SELECT owner_id, ordered_minor FROM assignment WHERE customer_id = ${moved.id} ORDER BY id`)).map((row) => Object.values(row).map(Number));
    await sql(`UPDATE assignment SET started_at = started_at - INTERVAL 60 DAY, started_on = started_on - INTERVAL 60 DAY WHERE customer_id = ${moved.id}`);
    await dabiao(["doctor", "--repair"]);
    assert.deepEqual(await held(), [[rep.user.id, 200_00]]);
    await boss.job((await boss.post("/customers/bulk", { action: "transfer", ids: [moved.id], owner_id: manager.user.id })).job_id);
    assert.deepEqual(await held(), [[rep.user.id, 250_00], [manager.user.id, -50_00]]);
    await examine();
});

test("MON-3: a void or deleted contract takes its changes out of the figures, and they come back with it", async () => {
    const contract = await contractOf();
    await amend(boss, contract, { discount_minor: 50_00 }, { effective_on: "2024-03-01" });
    assert.equal((await facts(contract)).length, 4);
    await done(patch(boss, "contracts", contract, { status: "void" }));
    assert.deepEqual(await facts(contract), []);
    await done(patch(boss, "contracts", contract, { status: "completed" }));
    assert.equal((await facts(contract)).length, 4);
    await boss.delete(`/contracts/${contract.id}`, (await fresh(contract)).version);
    assert.deepEqual(await facts(contract), []);
    assert.deepEqual(await boss.list("/change-orders", { filter: { field: "contract_id", op: "eq", value: contract.id } }), []);
    await boss.post(`/contracts/${contract.id}/restore`);
    assert.equal((await facts(contract)).length, 4);
    assert.equal((await boss.list("/change-orders", { filter: { field: "contract_id", op: "eq", value: contract.id } })).length, 1);
    await examine();
});

test("MON-3: the difference is whose contract it is on the day of the change", async () => {
    const contract = await contractOf();
    await boss.post(`/contracts/${contract.id}/transfer`, { owner_id: manager.user.id });
    await amend(boss, contract, { discount_minor: 10_00 }, { effective_on: day(0) });
    const rows = await sql(`SELECT f.object, f.user_id FROM metric_fact f WHERE f.measure = 'signed_amount' AND ((f.object = 'contract' AND f.record_id = ${contract.id})
        OR (f.object = 'change_order' AND f.record_id IN (SELECT id FROM change_order WHERE contract_id = ${contract.id}))) ORDER BY CONCAT(f.object)`);
    assert.deepEqual(rows.map((row) => Number(Object.values(row)[1])), [manager.user.id, rep.user.id]);
});

test("MON-3: refused: below invoices or plan, nothing changed, wrong days, not signed, stale drafts", async () => {
    const contract = await contractOf({ lines: undefined, amount_minor: 100_00, starts_on: "2024-01-10" });
    const now = { status: "effective" };
    await boss.post("/invoices", { contract_id: contract.id, amount_minor: 60_00, issued_on: "2024-02-01" });
    await refuse(order(contract, { ...now, amount_minor: 59_99 }), "amount_minor", "below_invoiced");
    await boss.post("/installments", { contract_id: contract.id, name: "期", due_on: "2099-01-01", amount_minor: 80_00 });
    await refuse(order(contract, { ...now, amount_minor: 79_99 }), "amount_minor", "below_plan");
    assert.deepEqual([(await fresh(contract)).amount_minor, (await boss.list("/change-orders", { filter: { field: "contract_id", op: "eq", value: contract.id } })).length], [100_00, 0], "nothing half-written");
    await refuse(order(contract, now), "reason", "nothing_changes");
    await refuse(order(contract, { ...now, amount_minor: 1_00, effective_on: day(1) }), "effective_on", "too_large");
    await refuse(order(contract, { ...now, amount_minor: 1_00, effective_on: "2024-01-09" }), "effective_on", "too_small");
    await refuse(order(contract, { ends_on: "2024-01-09" }), "ends_on", "too_small");
    await refuse(order(contract, { amount_minor: -1 }), "amount_minor", "too_small");
    await refuse(order(contract, { reason: " " }), "reason", "required");
    await refuse(order(contract, { lines: [{ quantity_milli: 1 }] }), "lines.0.name", "required");
    await refuse(order(contract, { lines: [line("x", 1, 1_00)], discount_minor: 1_01 }), "discount_minor", "too_large");
    await refuse(order({ id: 987654321 }, { amount_minor: 1 }), "contract_id", "no_such_record");
    await refuse(order(await contractOf({ status: "draft" }), {}), "contract_id", "not_signed");
    await refuse(order(await contractOf({ status: "void" }), {}), "contract_id", "not_signed");

    const [one, two] = [await done(order(contract, { amount_minor: 120_00 })), await done(order(contract, { amount_minor: 130_00 }))];
    await done(patch(boss, "change-orders", one, { ...now, effective_on: "2024-04-01" }));
    expectProblem(await patch(boss, "change-orders", two, now), 409, "conflict");
    await refuse(patch(boss, "change-orders", two, { ...now, amount_minor: 130_00, effective_on: "2024-03-31" }), "effective_on", "too_small");
    const second = await done(patch(boss, "change-orders", two, { ...now, amount_minor: 130_00, effective_on: "2024-04-01" }));
    assert.deepEqual([second.change_number, second.amount_before_minor, second.delta_minor], [2, 120_00, 10_00]);
    const last = await done(order(contract, {}));
    await boss.delete(`/change-orders/${last.id}`, last.version);
    await boss.post(`/change-orders/${last.id}/restore`);
});

test("no token, no right, out of scope", async () => {
    const contract = await contractOf();
    const body = { contract_id: contract.id, reason: "x", amount_minor: 1 };
    expectProblem(await send("POST", "/change-orders", { body }), 401, "not_signed_in");
    expectProblem(await (await person({ role: "finance" })).send("POST", "/change-orders", { body }), 403, "forbidden");
    expectProblem(await stranger.send("POST", "/change-orders", { body }), 422, "invalid", "contract_id");
    assert.equal((await rep.send("POST", "/change-orders", { body })).status, 201);
    // Whoever may not change amounts of contracts does not change them by an order.
    const bound = await personWith(await role("all", { fields: [{ object: "contract", field: "amount_minor", access: "read" }] }));
    await refuse(bound.send("POST", "/change-orders", { body }), "amount_minor", "read_only");
    await refuse(bound.send("POST", "/change-orders", { body: { contract_id: contract.id, reason: "x", status: "effective", ends_on: "2030-01-01" } }), "lines", "read_only");
    const path = `/contracts/${contract.id}/renewal`;
    expectProblem(await send("POST", path, { body: { as: "contract" } }), 401, "not_signed_in");
    expectProblem(await (await personWith(await role("all", { permissions: ["contract.view"] }))).send("POST", path, { body: { as: "contract" } }), 403, "forbidden");
    expectProblem(await (await personWith(await role("all", { permissions: ["contract.view", "contract.edit"] }))).send("POST", path, { body: { as: "contract" } }), 403, "forbidden");
    expectProblem(await stranger.send("POST", path, { body: { as: "contract" } }), 404, "not_found");
    expectProblem(await boss.send("POST", path, { body: { as: "nonsense" } }), 422, "invalid", "as");
    for (const method of ["GET", "PUT"]) {
        const options = method === "PUT" ? { body: { days: [1] } } : {};
        expectProblem(await send(method, "/renewal-notices", options), 401, "not_signed_in");
        expectProblem(await rep.send(method, "/renewal-notices", options), 403, "forbidden");
    }
});

test("margins: by line, by contract and quote; closed wherever the cost is, however one asks", async () => {
    const product = await boss.post("/products", { name: unique("产品"), price_minor: 100_00, cost_minor: 60_00 });
    const contract = await contractOf({ lines: [{ product_id: product.id, quantity_milli: 2500 }], discount_minor: 20_00 });
    assert.deepEqual([contract.cost_minor, contract.margin_minor, contract.margin_ppm, contract.lines[0].margin_minor], [150_00, 80_00, 347_826, 100_00]);
    const quote = await boss.post("/quotes", { name: unique("报价"), customer_id: customer.id, tax_rate_ppm: 130_000, lines: [{ product_id: product.id, quantity_milli: 1000 }] });
    assert.deepEqual([quote.amount_minor, quote.tax_minor, quote.cost_minor, quote.margin_minor, quote.lines[0].margin_minor, quote.discount_ppm], [113_00, 13_00, 60_00, 40_00, 40_00, 0]);
    await boss.patch(`/products/${product.id}`, { cost_minor: 90_00 }, product.version);
    assert.equal((await fresh(contract)).margin_minor, 80_00, "the cost of that day");
    // A line that only changes its quantity keeps its cost.
    const more = await amend(boss, contract, { lines: [{ product_id: product.id, quantity_milli: 3000 }, { product_id: product.id, quantity_milli: 1000 }] });
    assert.deepEqual(more.lines.map((one) => one.unit_cost_minor), [60_00, 90_00]);
    await done(patch(boss, "quotes", quote, { status: "sent", valid_until: "2099-01-01" }));
    await done(patch(boss, "quotes", quote, { discount_minor: 1_00 }));

    const hidden = [{ object: "contract", field: "cost_minor", access: "hidden" }, { object: "quote", field: "cost_minor", access: "masked" }, { object: "change_order", field: "cost_minor", access: "hidden" }];
    const blind = await personWith(await role("all", { fields: hidden }));
    for (const [plural, record] of [["contracts", contract], ["quotes", quote]]) {
        const seen = await blind.get(`/${plural}/${record.id}`);
        assert.equal(seen.margin_minor ?? null, null, plural);
        assert.equal(seen.margin_ppm ?? null, null, plural);
        assert.ok(seen.lines.every((one) => !("margin_minor" in one) && !("unit_cost_minor" in one) && "amount_minor" in one), plural);
        expectProblem(await blind.send("GET", `/${plural}?filter=${encodeURIComponent(JSON.stringify({ field: "margin_minor", op: "gt", value: 1 }))}`), 400, "bad_filter");
    }
    const [old] = (await blind.get(`/quotes/${quote.id}/versions`)).items;
    assert.ok(!JSON.stringify(old).includes("cost_minor") && !JSON.stringify(old).includes("margin"));
    const [change] = await blind.list("/change-orders", { filter: { field: "contract_id", op: "eq", value: contract.id } });
    const opened = await blind.get(`/change-orders/${change.id}`);
    assert.equal(opened.profit_delta_minor ?? null, null);
    assert.ok(opened.lines.every((one) => !("unit_cost_minor" in one)));
    await refuse(patch(blind, "quotes", quote, { lines: [{ ...line("x", 1, 1), unit_cost_minor: 1 }] }), "lines.0.unit_cost_minor", "read_only");
});

test("renewals: one click makes the next contract, linked both ways, once", async () => {
    const contract = await contractOf({ starts_on: "2024-02-01", ends_on: "2025-01-31" });
    assert.equal(contract.renewal_on, "2025-01-31");
    const toRenew = async () => (await boss.list("/contracts", { filter: { all: [{ field: "id", op: "eq", value: contract.id }, { field: "renewed_by_id", op: "is_null" }] } })).length;
    assert.equal(await toRenew(), 1);
    const { object, id } = await boss.post(`/contracts/${contract.id}/renewal`, { as: "contract" });
    assert.equal(object, "contract");
    const next = await boss.get(`/contracts/${id}`);
    assert.deepEqual([next.status, next.starts_on, next.ends_on, next.renewal_of_id, next.amount_minor, next.owner_id, next.lines.length], ["draft", "2025-02-01", "2026-01-31", contract.id, 250_00, rep.user.id, 2]);
    assert.equal((await fresh(contract)).renewed_by_id, id);
    assert.equal(await toRenew(), 0);
    expectProblem(await boss.send("POST", `/contracts/${contract.id}/renewal`, { body: { as: "contract" } }), 409, "conflict");
    // What renews it is void or gone: it is to be renewed again.
    await done(patch(boss, "contracts", next, { status: "void" }));
    assert.equal(await toRenew(), 1);
    const deal = await boss.post(`/contracts/${contract.id}/renewal`, { as: "opportunity" });
    const opportunity = await boss.get(`/opportunities/${deal.id}`);
    assert.deepEqual([opportunity.customer_id, opportunity.amount_minor, opportunity.expected_close_on, opportunity.owner_id], [customer.id, 250_00, "2025-01-31", rep.user.id]);
    assert.equal((await fresh(contract)).renewal_opportunity_id, deal.id);
    expectProblem(await boss.send("POST", `/contracts/${contract.id}/renewal`, { body: { as: "opportunity" } }), 409, "conflict");
    // A contract that comes of that deal renews it.
    const born = await boss.post("/contracts", { name: unique("合同"), opportunity_id: deal.id, status: "signed", signed_on: "2025-01-20", amount_minor: 1_00 });
    assert.deepEqual([born.renewal_of_id, (await fresh(contract)).renewed_by_id], [contract.id, born.id]);
    expectProblem(await boss.send("POST", `/contracts/${(await contractOf({ status: "draft" })).id}/renewal`, { body: { as: "contract" } }), 409, "conflict");
    const odd = await contractOf({ starts_on: "2024-02-10", ends_on: "2024-03-01" });
    const after = await boss.get(`/contracts/${(await boss.post(`/contracts/${odd.id}/renewal`, { as: "contract" })).id}`);
    assert.deepEqual([after.starts_on, after.ends_on], ["2024-03-02", "2024-03-22"]);
});

test("renewals: owner and head hear of it once a step; another day begins anew; what is renewed is silent", async () => {
    assert.deepEqual(await boss.put("/renewal-notices", { days: [45, 20, 5] }), { days: [45, 20, 5] });
    for (const [days, field, code] of [[[5, 20], "days.1", "not_descending"], [[0], "days.0", "too_small"], [[366], "days.0", "too_large"], [[1, 1], "days.1", "not_descending"]]) {
        await refuse(boss.send("PUT", "/renewal-notices", { body: { days } }), field, code);
    }
    expectProblem(await boss.send("PUT", "/renewal-notices", { body: {} }), 422, "invalid", "days");
    const contract = await contractOf({ starts_on: "2020-01-01", ends_on: day(30) });
    const far = await contractOf({ starts_on: "2020-01-01", ends_on: day(60) });
    const past = await contractOf({ starts_on: "2020-01-01", ends_on: day(-1) });
    const heard = async (client, record) => (await client.get("/notifications", { limit: 200 })).items.filter((item) => item.kind === "contract_renewal" && item.record_id === record.id).length;
    const night = async (at = 0) => {
        await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('contract.renewal', '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))");
        await dabiao(["job", "run", "--at", `${day(at)}T12:00:00+08:00`]);
    };
    await night();
    assert.deepEqual([await heard(rep, contract), await heard(manager, contract), await heard(rep, far), await heard(rep, past)], [1, 1, 0, 0]);
    await night();
    assert.equal(await heard(rep, contract), 1, "once a step");
    await night(12); // 18 days left
    assert.equal(await heard(rep, contract), 2);
    await amend(boss, contract, { ends_on: day(31) });
    await night(12); // 19 days before another day
    assert.equal(await heard(rep, contract), 3);
    await boss.post(`/contracts/${contract.id}/renewal`, { as: "contract" });
    await night(27);
    assert.equal(await heard(rep, contract), 3);
    await boss.put("/renewal-notices", { days: [] });
    await night();
});
