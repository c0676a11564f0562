// MON-7: every document keeps the rate of its own day and what it is worth in the company's currency; figures are sums of that.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { amend, personWith, role } from "./samples.mjs";

await stack();

let boss;
let finance;
let rep;
let customer;

const NANO = 1_000_000_000;
const rate = (currency, rate_on, value) => finance.post("/exchange-rates", { currency, rate_on, rate_nano: Math.round(value * NANO) });
const fresh = (record, plural) => boss.get(`/${plural}/${record.id}`);
const patch = async (plural, record, body) => boss.send("PATCH", `/${plural}/${record.id}`, { body, headers: { "If-Match": String((await fresh(record, plural)).version) } });
const contractOf = (more = {}) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: rep.user.id, status: "signed", signed_on: "2024-03-10",
    amount_minor: 1000_00, cost_minor: 400_00, currency: "CHF", ...more });
async function refuse(answer, field, code) {
    const problem = expectProblem(await answer, 422, "invalid", field);
    assert.equal(problem.errors.find((error) => error.field === field).code, code);
}
const done = async (answer) => {
    const { status, body } = await answer;
    assert.ok(status < 300, JSON.stringify(body));
    return body;
};
const facts = async (object, id) => Object.fromEntries((await sql(`SELECT CONCAT(measure) AS m, amount FROM metric_fact WHERE object = '${object}' AND record_id = ${id}`))
    .map((row) => Object.values(row)).map(([measure, amount]) => [String(measure), Number(amount)]));

before(async () => {
    boss = await admin();
    finance = await person({ role: "finance" });
    rep = await person({ role: "sales" });
    customer = await rep.post("/customers", { name: unique("外商") });
    await rate("CHF", "2024-03-01", 7.1);
    await rate("CHF", "2024-03-15", 7.2);
    await rate("CHF", "2024-04-01", 7.3);
    await rate("JPY", "2024-03-01", 0.0482);
});

test("MON-7: rates are finance's; one a currency and day", async () => {
    const body = { currency: "SEK", rate_on: "2024-03-01", rate_nano: 7_800_000_000 };
    expectProblem(await send("POST", "/exchange-rates", { body }), 401, "not_signed_in");
    expectProblem(await rep.send("POST", "/exchange-rates", { body }), 403, "forbidden");
    assert.ok((await rep.list("/exchange-rates")).length >= 4, "everybody may look");
    const made = await finance.post("/exchange-rates", body);
    assert.equal(made.name, "SEK 2024-03-01");
    expectProblem(await finance.send("POST", "/exchange-rates", { body }), 409, "duplicate");
    const wrong = [[{ currency: "CNY" }, "currency", "base_currency"], [{ currency: "SEKO" }, "currency", "too_long"], [{ rate_nano: 0 }, "rate_nano", "too_small"], [{ rate_nano: 1e15 + 1 }, "rate_nano", "too_large"],
        [{ rate_on: "x" }, "rate_on", "not_a_date"], [{ rate_nano: undefined }, "rate_nano", "required"]];
    for (const [more, field, code] of wrong) {
        const problem = expectProblem(await finance.send("POST", "/exchange-rates", { body: { ...body, rate_on: "2024-03-02", ...more } }), 422, "invalid", field);
        if (field !== "currency" || code === "base_currency") {
            assert.equal(problem.errors.find((error) => error.field === field).code, code);
        }
    }
    const moved = await finance.patch(`/exchange-rates/${made.id}`, { rate_on: "2024-03-03" }, made.version);
    assert.equal(moved.name, "SEK 2024-03-03");
    await finance.delete(`/exchange-rates/${made.id}`, moved.version);
});

test("MON-7: a contract counts at the rate of the day it was signed, or of the last day before; later rates change nothing", async () => {
    const contract = await contractOf();
    assert.deepEqual([contract.rate_nano, contract.base_minor, contract.base_margin_minor], [7_100_000_000, 7100_00, 4260_00]);
    assert.deepEqual(await facts("contract", contract.id), { signed_amount: 7100_00, gross_profit: 4260_00 });
    const on = await rate("CHF", "2024-03-10", 7.15);
    await done(patch("contracts", contract, { remark: "备注" }));
    assert.equal((await fresh(contract, "contracts")).rate_nano, 7_100_000_000, "kept");
    await finance.delete(`/exchange-rates/${on.id}`, on.version);
    await done(patch("contracts", contract, { signed_on: "2024-03-20" }));
    assert.deepEqual(await facts("contract", contract.id), { signed_amount: 7200_00, gross_profit: 4320_00 });
    const yen = await contractOf({ currency: "JPY", amount_minor: 1_000_001, cost_minor: 0 });
    assert.deepEqual([yen.base_minor, await facts("contract", yen.id)], [48_200_05, { signed_amount: 48_200_05, gross_profit: 48_200_05 }]);
    const own = await contractOf({ currency: "CNY" });
    assert.deepEqual([own.rate_nano, own.base_minor], [NANO, 1000_00]);
});

test("MON-7: no rate, no document: refused with the reason, nothing half-written", async () => {
    await refuse(boss.send("POST", "/contracts", { body: { name: "x", customer_id: customer.id, currency: "CHF", status: "signed", signed_on: "2024-02-29", amount_minor: 1 } }), "signed_on", "no_rate");
    await refuse(boss.send("POST", "/contracts", { body: { name: "x", customer_id: customer.id, currency: "GBP", amount_minor: 1 } }), "signed_on", "no_rate");
    await refuse(boss.send("POST", "/quotes", { body: { name: "x", customer_id: customer.id, currency: "GBP" } }), "currency", "no_rate");
    const contract = await contractOf();
    const early = "2024-02-01";
    await refuse(boss.send("POST", "/payments", { body: { contract_id: contract.id, amount_minor: 1, received_on: early } }), "received_on", "no_rate");
    await refuse(boss.send("POST", "/invoices", { body: { contract_id: contract.id, amount_minor: 1, issued_on: early } }), "issued_on", "no_rate");
    const payment = await boss.post("/payments", { contract_id: contract.id, amount_minor: 10_00, received_on: "2024-03-16" });
    await refuse(boss.send("POST", "/refunds", { body: { payment_id: payment.id, amount_minor: 1, refunded_on: early } }), "refunded_on", "too_small");
    await refuse(patch("payments", payment, { received_on: early }), "received_on", "no_rate");
    assert.equal((await fresh(contract, "contracts")).received_minor, 10_00);
});

test("MON-7: payments, refunds, invoices and quotes each at their own day", async () => {
    const contract = await contractOf();
    const payment = await boss.post("/payments", { contract_id: contract.id, amount_minor: 500_00, received_on: "2024-03-31" });
    assert.deepEqual([payment.rate_nano, payment.base_minor, payment.allocated_minor], [7_200_000_000, 3600_00, 500_00]);
    const refund = await boss.post("/refunds", { payment_id: payment.id, amount_minor: 100_00, refunded_on: "2024-04-02" });
    assert.deepEqual([refund.rate_nano, refund.base_minor, await facts("refund", refund.id)], [7_300_000_000, 730_00, { received_amount: -730_00 }]);
    const more = await done(patch("payments", payment, { amount_minor: 600_00 }));
    assert.deepEqual([more.base_minor, await facts("payment", payment.id)], [4320_00, { received_amount: 4320_00 }]);
    await done(patch("refunds", refund, { amount_minor: 50_00 }));
    assert.equal((await fresh(refund, "refunds")).base_minor, 365_00);
    const invoice = await boss.post("/invoices", { contract_id: contract.id, amount_minor: 300_00, issued_on: "2024-03-20" });
    assert.deepEqual([invoice.base_minor, await facts("invoice", invoice.id)], [2160_00, { invoiced_amount: 2160_00 }]);
    const { id } = await boss.post(`/invoices/${invoice.id}/red-letter`, { issued_on: "2024-04-05" });
    const red = await boss.get(`/invoices/${id}`);
    assert.deepEqual([red.rate_nano, red.base_minor], [7_200_000_000, -2160_00], "together they are nothing");
    const quote = await boss.post("/quotes", { name: unique("报价"), customer_id: customer.id, currency: "CHF", lines: [{ name: "x", quantity_milli: 1000, unit_price_minor: 100_00 }] });
    assert.deepEqual([quote.rate_nano, quote.base_minor], [7_300_000_000, 730_00]);
    const { groups } = await boss.get("/payments/aggregate", { measures: "sum:base_minor", filter: { field: "contract_id", op: "eq", value: contract.id } });
    assert.equal(groups[0].values["sum:base_minor"], 4320_00);
});

test("MON-7: a change order counts at its contract's rate: contract and orders add up", async () => {
    const contract = await contractOf({ amount_minor: 333_33, cost_minor: 111_11 });
    const now = await amend(boss, contract, { amount_minor: 444_47 }, { effective_on: "2024-04-10" });
    assert.deepEqual([now.rate_nano, now.base_minor], [7_100_000_000, 3155_74]);
    const [order] = await boss.list("/change-orders", { filter: { field: "contract_id", op: "eq", value: contract.id } });
    const sum = (await facts("contract", contract.id)).signed_amount + (await facts("change_order", order.id)).signed_amount;
    assert.deepEqual([order.base_delta_minor, sum], [3155_74 - 2366_64, 3155_74]);
    const report = JSON.parse((await dabiao(["doctor", "--json"])).stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_others], [0, 0, 0]);
});

test("MON-7: what is closed stays closed in the company's currency", async () => {
    const contract = await contractOf();
    const blind = await personWith(await role("all", { fields: [{ object: "contract", field: "amount_minor", access: "hidden" }] }));
    const seen = await blind.get(`/contracts/${contract.id}`);
    for (const field of ["base_minor", "base_margin_minor", "tax_minor", "margin_minor", "changed_base_minor"]) {
        assert.equal(seen[field] ?? null, null, field);
    }
    assert.equal((await blind.get(`/contracts/${contract.id}`)).currency, "CHF");
});

test("MON-7: an open deal is worth what its amount was on the day it was set, a closed one what it was that day", async () => {
    const today = (await sql("SELECT CURRENT_DATE"))[0][0];
    const deal = await rep.post("/opportunities", { name: unique("外币商机"), customer_id: customer.id, currency: "CHF", amount_minor: 1000_01, win_probability_ppm: 333_333 });
    assert.deepEqual([deal.rate_nano, deal.base_minor, deal.base_weighted_minor], [7_300_000_000, 7300_07, 2433_35]);
    const next = await rate("CHF", today, 7.4);
    const renamed = await done(patch("opportunities", deal, { name: unique("改名"), win_probability_ppm: 500_000 }));
    assert.deepEqual([renamed.rate_nano, renamed.base_minor, renamed.base_weighted_minor], [7_300_000_000, 7300_07, 3650_04], "the rate is kept, the chance counts at once");
    const dearer = await done(patch("opportunities", deal, { amount_minor: 2000_00 }));
    assert.deepEqual([dearer.rate_nano, dearer.base_minor], [7_400_000_000, 14800_00]);
    const stages = (await boss.get("/pipelines")).items.find((one) => one.id === deal.pipeline_id).stages;
    const reason = (await boss.get("/close-reasons")).items.find((one) => one.kind === "lost" && one.is_active && !one.needs_note && !one.needs_competitor);
    const lost = { stage_id: stages.find((one) => one.kind === "lost").id, close_reason_id: reason.id };
    await refuse(patch("opportunities", deal, { ...lost, closed_on: "2024-01-31" }), "closed_on", "no_rate");
    const closed = await done(patch("opportunities", deal, { ...lost, closed_on: "2024-03-20" }));
    assert.deepEqual([closed.rate_nano, closed.base_minor, closed.base_weighted_minor], [7_200_000_000, 14400_00, 0]);
    const corrected = await done(patch("opportunities", deal, { amount_minor: 1000_00 }));
    assert.deepEqual([corrected.rate_nano, corrected.base_minor], [7_200_000_000, 7200_00], "of the day it was closed");
    const reopened = await done(patch("opportunities", deal, { stage_id: deal.stage_id }));
    assert.deepEqual([reopened.rate_nano, reopened.base_minor], [7_400_000_000, 7400_00]);
    const ours = await done(patch("opportunities", deal, { currency: "CNY" }));
    assert.deepEqual([ours.rate_nano, ours.base_minor], [NANO, 1000_00]);
    await refuse(patch("opportunities", deal, { currency: "GBP" }), "currency", "no_rate");
    await finance.delete(`/exchange-rates/${next.id}`, next.version);
    const blind = await personWith(await role("all", { fields: [{ object: "opportunity", field: "amount_minor", access: "hidden" }] }));
    const seen = await blind.get(`/opportunities/${deal.id}`);
    assert.deepEqual([seen.base_minor ?? null, seen.base_weighted_minor ?? null], [null, null]);
    const column = (await blind.get("/opportunities/board", { pipeline_id: deal.pipeline_id, filter: { field: "id", op: "eq", value: deal.id } })).columns.find((one) => one.count === 1);
    assert.deepEqual([column.total, column.cards[0].base_minor], [{ currency: "CNY", amount_minor: null, weighted_minor: null }, null]);
});
