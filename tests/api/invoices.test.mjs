// Invoices (MON-5): together never more than their contract, taken back once by a red-letter invoice, under the contract's lock.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

let boss;
let customer;

before(async () => {
    boss = await admin();
    customer = await boss.post("/customers", { name: unique("甲方") });
});

const contractOf = (amount, more = {}) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, status: "signed", amount_minor: amount, ...more });
const bodyOf = (contract, amount_minor, more = {}) => ({ contract_id: contract.id, amount_minor, issued_on: "2024-03-01", ...more });
const issue = (contract, amount, more) => boss.post("/invoices", bodyOf(contract, amount, more));
const fresh = (record, plural = "invoices") => boss.get(`/${plural}/${record.id}`);
const patch = async (plural, record, body) => boss.send("PATCH", `/${plural}/${record.id}`, { body, headers: { "If-Match": String((await fresh(record, plural)).version) } });
const remove = async (record) => boss.send("DELETE", `/invoices/${record.id}`, { headers: { "If-Match": String((await fresh(record)).version) } });
const invoiced = async (contract) => (await fresh(contract, "contracts")).invoiced_minor;

test("MON-5: an invoice takes what it needs from its contract and splits off the tax to the 分", async () => {
    const contract = await contractOf(1000_00);
    const one = await issue(contract, 113_00, { tax_rate_ppm: 130_000 });
    assert.deepEqual([one.tax_minor, one.net_minor, one.kind, one.title, one.customer_id, one.currency, one.is_reversed],
        [13_00, 100_00, "vat_normal", customer.name, customer.id, contract.currency, false]);
    assert.match(one.number, /^FP\d{6}-\d{4,}$/);
    const cases = [[100_00, 60_000, 5_66], [1, 130_000, 0], [5, 130_000, 1], [99_99, 30_000, 2_91], [100_00, 0, 0]];
    for (const [amount, tax_rate_ppm, tax] of cases) {
        const made = await issue(contract, amount, { tax_rate_ppm });
        assert.deepEqual([made.tax_minor, made.net_minor], [tax, amount - tax], `${amount} at ${tax_rate_ppm}`);
    }
    assert.equal(await invoiced(contract), 113_00 + cases.reduce((sum, [amount]) => sum + amount, 0));
});

test("MON-5: more than the contract is refused, whichever way", async () => {
    const contract = await contractOf(100_00);
    const one = await issue(contract, 60_00);
    const refuse = async (answer, field, code) => {
        const problem = expectProblem(await answer, 422, "invalid", field);
        assert.equal(problem.errors.find((error) => error.field === field).code, code);
    };
    await refuse(boss.send("POST", "/invoices", { body: bodyOf(contract, 40_01) }), "amount_minor", "beyond_contract");
    await refuse(patch("invoices", one, { amount_minor: 100_01 }), "amount_minor", "beyond_contract");
    await refuse(boss.send("POST", "/change-orders", { body: { contract_id: contract.id, reason: "减", status: "effective", amount_minor: 59_99 } }), "amount_minor", "below_invoiced");
    await refuse(patch("contracts", contract, { status: "void" }), "status", "invoiced");
    const two = await issue(contract, 40_00);
    assert.equal((await remove(two)).status, 204);
    await issue(contract, 10_00);
    expectProblem(await boss.send("POST", `/invoices/${two.id}/restore`), 422, "invalid", "amount_minor");
    assert.equal(await invoiced(contract), 70_00);
    await refuse(boss.send("POST", "/invoices", { body: bodyOf(contract, 0) }), "amount_minor", "too_small");
    await refuse(boss.send("POST", "/invoices", { body: bodyOf(contract, -1) }), "amount_minor", "too_small");
    await refuse(boss.send("POST", "/invoices", { body: bodyOf(contract, undefined) }), "amount_minor", "required");
    await refuse(boss.send("POST", "/invoices", { body: bodyOf(contract, 1, { kind: "vat_special" }) }), "tax_number", "required");
    await refuse(boss.send("POST", "/invoices", { body: bodyOf(contract, 1, { tax_rate_ppm: 1_000_001 }) }), "tax_rate_ppm", "too_large");
    const gone = await contractOf(100_00, { status: "void" });
    await refuse(boss.send("POST", "/invoices", { body: bodyOf(gone, 1) }), "contract_id", "void_contract");
    expectProblem(await boss.send("DELETE", `/contracts/${contract.id}`, { headers: { "If-Match": String((await fresh(contract, "contracts")).version) } }), 409, "in_use");
});

test("MON-5: a red-letter invoice takes one back, as a whole and once", async () => {
    const contract = await contractOf(100_00);
    const one = await issue(contract, 100_00, { kind: "vat_special", tax_number: "91310000MA1FL0001X", tax_rate_ppm: 60_000, title: "买方" });
    const { id } = await boss.post(`/invoices/${one.id}/red-letter`, { issued_on: "2024-04-01", remark: "开错抬头" });
    const red = await boss.get(`/invoices/${id}`);
    assert.deepEqual([red.amount_minor, red.tax_minor, red.net_minor, red.red_of_id, red.kind, red.title, red.tax_number, red.issued_on],
        [-100_00, -5_66, -94_34, one.id, "vat_special", "买方", "91310000MA1FL0001X", "2024-04-01"]);
    assert.deepEqual([(await fresh(one)).is_reversed, await invoiced(contract)], [true, 0]);

    const again = await boss.send("POST", `/invoices/${one.id}/red-letter`, { body: {} });
    assert.equal(expectProblem(again, 422, "invalid", "red_of_id").errors[0].code, "reversed");
    assert.equal(expectProblem(await boss.send("POST", `/invoices/${id}/red-letter`, { body: {} }), 422, "invalid", "red_of_id").errors[0].code, "is_red");
    for (const [record, body, field] of [[one, { amount_minor: 99_00 }, "amount_minor"], [one, { title: "x" }, "title"], [red, { tax_rate_ppm: 0 }, "tax_rate_ppm"]]) {
        expectProblem(await patch("invoices", record, body), 422, "invalid", field);
    }
    assert.equal((await patch("invoices", red, { remark: "说明" })).status, 200);
    expectProblem(await remove(one), 409, "in_use");

    // The room is free again, and taken: then the red one can no longer go.
    const next = await issue(contract, 100_00);
    expectProblem(await remove(red), 409, "conflict");
    assert.equal((await remove(next)).status, 204);
    assert.equal((await remove(red)).status, 204);
    assert.deepEqual([(await fresh(one)).is_reversed, await invoiced(contract)], [false, 100_00]);
    const second = await boss.post(`/invoices/${one.id}/red-letter`, {});
    expectProblem(await boss.send("POST", `/invoices/${red.id}/restore`), 422, "invalid", "red_of_id");
    assert.equal((await fresh(second)).amount_minor, -100_00);
    // Nothing stands any more: the contract may become void.
    assert.equal((await patch("contracts", contract, { status: "void" })).status, 200);
});

test("MON-5: a red-letter invoice by the ordinary way obeys the same rules", async () => {
    const [contract, other] = [await contractOf(100_00), await contractOf(100_00)];
    const one = await issue(contract, 30_00);
    const post = (body) => boss.send("POST", "/invoices", { body });
    expectProblem(await post({ contract_id: other.id, issued_on: "2024-04-01", red_of_id: one.id }), 422, "invalid", "red_of_id");
    expectProblem(await post({ contract_id: contract.id, issued_on: "2024-04-01", red_of_id: one.id, amount_minor: 10_00 }), 422, "invalid", "amount_minor");
    expectProblem(await post({ contract_id: contract.id, issued_on: "2024-04-01", red_of_id: 987654321 }), 422, "invalid", "red_of_id");
    assert.equal((await post({ contract_id: contract.id, issued_on: "2024-04-01", red_of_id: one.id })).status, 201);
    assert.equal(await invoiced(contract), 0);
});

test("MON-5: issued or taken back at the same time, the sum holds", async () => {
    const contract = await contractOf(100_00);
    const answers = await Promise.all(Array.from({ length: 12 }, () => boss.send("POST", "/invoices", { body: bodyOf(contract, 15_00) })));
    const made = answers.filter((answer) => answer.status === 201).map((answer) => answer.body);
    assert.equal(made.length, 6, "6 × 15 ≤ 100 < 7 × 15");
    answers.filter((answer) => answer.status !== 201).forEach((answer) => expectProblem(answer, 422, "invalid", "amount_minor"));
    assert.equal(await invoiced(contract), 90_00);
    const reds = await Promise.all(Array.from({ length: 6 }, () => boss.send("POST", `/invoices/${made[0].id}/red-letter`, { body: {} })));
    assert.equal(reds.filter((answer) => answer.status === 201).length, 1);
    assert.equal(await invoiced(contract), 75_00);
});

test("who has no right or cannot see an invoice takes none back", async () => {
    const contract = await contractOf(100_00);
    const one = await issue(contract, 30_00);
    expectProblem(await send("POST", `/invoices/${one.id}/red-letter`, { body: {} }), 401, "not_signed_in");
    const rep = await person({ role: "sales" });
    expectProblem(await rep.send("POST", `/invoices/${one.id}/red-letter`, { body: {} }), 403, "forbidden");
    const stranger = await personWith(await role("own"));
    expectProblem(await stranger.send("POST", `/invoices/${one.id}/red-letter`, { body: {} }), 404, "not_found");
    expectProblem(await boss.send("POST", `/invoices/${one.id}/red-letter`, { body: { amount_minor: 1 } }), 422, "invalid", "amount_minor");
    const books = await person({ role: "finance" });
    assert.equal((await books.send("POST", `/invoices/${one.id}/red-letter`, { body: { number: unique("红") } })).status, 201);
});

test("the doctor finds an invoiced sum that is wrong", { timeout: 120_000 }, async () => {
    const contract = await contractOf(100_00);
    const one = await issue(contract, 30_00);
    await sql(`UPDATE contract SET invoiced_minor = 5 WHERE id = ${contract.id}`);
    await sql(`UPDATE invoice SET is_reversed = TRUE WHERE id = ${one.id}`);
    const wrong = async () => JSON.parse((await dabiao(["doctor", "--json"]).catch((failure) => failure)).stdout).wrong_others;
    assert.ok((await wrong()) >= 1);
    await dabiao(["doctor", "--repair", "--json"]);
    assert.equal(await wrong(), 0);
    assert.deepEqual([(await fresh(one)).is_reversed, await invoiced(contract)], [false, 30_00]);
});
