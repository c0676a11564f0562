// Money under bad manners: clicked twice, at the same time, stale, over what is there, undone, merged. Whatever is refused leaves
// everything as it was, and after each the books agree (MON-1, MON-4, MON-5).
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, sql, stack, unique } from "./lib.mjs";
import { amend } from "./samples.mjs";

await stack();

let boss;
let rep;
let customer;

before(async () => {
    boss = await admin();
    rep = await person({ role: "sales", department_id: (await department({ name: unique("break") })).id });
    customer = await boss.post("/customers", { name: unique("甲方"), owner_id: rep.user.id });
});

const contractOf = (amount_minor, more = {}) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: rep.user.id,
    status: "signed", signed_on: "2024-01-01", amount_minor, ...more });
const payment = (contract, amount_minor, more = {}) => ({ contract_id: contract.id, amount_minor, received_on: "2024-02-01", ...more });
const fresh = (record, plural) => boss.get(`/${plural}/${record.id}`);
const many = (count, then) => Promise.all(Array.from({ length: count }, (_, index) => then(index)));
const of = (plural, contract) => boss.list(`/${plural}`, { filter: { field: "contract_id", op: "eq", value: contract.id } });
async function statuses(answers) {
    const all = await answers;
    assert.ok(all.every(({ status }) => status < 500), JSON.stringify(all.map(({ body }) => body)));
    return all.map(({ status }) => status).toSorted();
}
async function assertDoctor() {
    const report = JSON.parse((await dabiao(["doctor", "--json"])).stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_others], [0, 0, 0]);
}

test("clicked twice with one key: one payment, one refund, one invoice, one red letter; another body under the key is refused", async () => {
    const contract = await contractOf(1000_00);
    const twice = async (path, body) => {
        const headers = { "Idempotency-Key": randomUUID() };
        const answers = await many(4, () => boss.send("POST", path, { body, headers }));
        assert.equal(new Set(answers.filter(({ status }) => status < 300).map((answer) => answer.body.id)).size, 1, JSON.stringify(answers.map(({ status, body: told }) => [status, told.code])));
        const again = await boss.send("POST", path, { body, headers });
        assert.ok(again.status < 300);
        return again.body;
    };
    const paid = await twice("/payments", payment(contract, 400_00));
    await twice("/refunds", { payment_id: paid.id, amount_minor: 100_00, refunded_on: "2024-02-02" });
    const invoice = await twice("/invoices", { contract_id: contract.id, amount_minor: 300_00, issued_on: "2024-02-03" });
    await twice(`/invoices/${invoice.id}/red-letter`, { issued_on: "2024-02-04" });
    const now = await fresh(contract, "contracts");
    assert.deepEqual([(await of("payments", contract)).length, (await of("invoices", contract)).length, now.received_minor, now.invoiced_minor], [1, 2, 300_00, 0]);
    const headers = { "Idempotency-Key": randomUUID() };
    await boss.send("POST", "/payments", { body: payment(contract, 1_00), headers });
    expectProblem(await boss.send("POST", "/payments", { body: payment(contract, 2_00), headers }), 409, "idempotency_mismatch");
});

test("payments for one installment at the same time: it gets no more than it costs", async () => {
    const contract = await contractOf(1000_00);
    const due = await boss.post("/installments", { contract_id: contract.id, name: "期", due_on: "2099-01-01", amount_minor: 100_00 });
    const wish = [{ installment_id: due.id, amount_minor: 60_00 }];
    const got = await statuses(many(6, () => boss.send("POST", "/payments", { body: payment(contract, 60_00, { allocations: wish }) })));
    assert.deepEqual(got, [201, 422, 422, 422, 422, 422]);
    assert.equal((await fresh(due, "installments")).received_minor, 60_00);
    // Nobody said what these are for: they fill up the installment, then the contract; the rest is prepaid.
    assert.deepEqual(await statuses(many(6, () => boss.send("POST", "/payments", { body: payment(contract, 200_00) }))), [201, 201, 201, 201, 201, 201]);
    const books = await of("payments", contract);
    assert.deepEqual([(await fresh(due, "installments")).received_minor, (await fresh(contract, "contracts")).received_minor, books.reduce((sum, one) => sum + one.prepaid_minor, 0)], [100_00, 1000_00, 260_00]);
});

test("refunds at the same time give back no more than was paid; an amount falls below its refunds by no way", async () => {
    const contract = await contractOf(100_00);
    const paid = await boss.post("/payments", payment(contract, 100_00));
    const refund = (amount_minor, more = {}) => boss.send("POST", "/refunds", { body: { payment_id: paid.id, amount_minor, refunded_on: "2024-03-01", ...more } });
    assert.deepEqual(await statuses(many(5, () => refund(40_00))), [201, 201, 422, 422, 422]);
    expectProblem(await refund(20_01), 422, "invalid", "amount_minor");
    expectProblem(await refund(1, { refunded_on: "2024-01-31" }), 422, "invalid", "refunded_on");
    const now = await fresh(paid, "payments");
    expectProblem(await boss.send("PATCH", `/payments/${paid.id}`, { body: { amount_minor: 79_99 }, headers: { "If-Match": String(now.version) } }), 422, "invalid", "amount_minor");
    expectProblem(await boss.send("PATCH", `/payments/${paid.id}`, { body: { received_on: "2024-03-02" }, headers: { "If-Match": String(now.version) } }), 422, "invalid", "received_on");
    expectProblem(await boss.send("DELETE", `/payments/${paid.id}`, { headers: { "If-Match": String(now.version) } }), 409, "in_use");
    assert.equal((await fresh(contract, "contracts")).received_minor, 20_00);
});

test("money that came back after its invoice was taken back: the contract can be invoiced, shrunk and closed", async () => {
    const contract = await contractOf(500_00);
    const paid = await boss.post("/payments", payment(contract, 500_00));
    const invoice = await boss.post("/invoices", { contract_id: contract.id, amount_minor: 500_00, issued_on: "2024-02-02" });
    await boss.post("/refunds", { payment_id: paid.id, amount_minor: 200_00, refunded_on: "2024-02-10" });
    // While the invoice stands, the contract does not become smaller than it.
    const smaller = { contract_id: contract.id, reason: "减量", status: "effective", amount_minor: 300_00, effective_on: "2024-02-11" };
    expectProblem(await boss.send("POST", "/change-orders", { body: smaller }), 422, "invalid", "amount_minor");
    const red = await boss.post(`/invoices/${invoice.id}/red-letter`, { issued_on: "2024-02-11" });
    expectProblem(await boss.send("POST", `/invoices/${red.id}/red-letter`, { body: { issued_on: "2024-02-12" } }), 422, "invalid", "red_of_id");
    await amend(boss, contract, { amount_minor: 300_00 }, { effective_on: "2024-02-11" });
    assert.deepEqual((({ amount_minor, received_minor, invoiced_minor }) => [amount_minor, received_minor, invoiced_minor])(await fresh(contract, "contracts")), [300_00, 300_00, 0]);
    expectProblem(await boss.send("POST", "/invoices", { body: { contract_id: contract.id, amount_minor: 300_01, issued_on: "2024-02-12" } }), 422, "invalid", "amount_minor");
    await boss.post("/invoices", { contract_id: contract.id, amount_minor: 300_00, issued_on: "2024-02-12" });
    await assertDoctor();
});

test("amounts that are none: fractions, words, negative, nothing, beyond what can be kept", async () => {
    const contract = await contractOf(100_00);
    const bad = [1.5, "100", -1, 0, null, true, 1e16, 9007199254740993, [], {}];
    for (const amount_minor of bad) {
        for (const [path, more] of [["/payments", { contract_id: contract.id, received_on: "2024-02-01" }], ["/installments", { contract_id: contract.id, name: "期", due_on: "2099-01-01" }],
            ["/invoices", { contract_id: contract.id, issued_on: "2024-02-01" }]]) {
            const answer = await boss.send("POST", path, { body: { ...more, amount_minor } });
            assert.ok([400, 422].includes(answer.status), `${path} ${JSON.stringify(amount_minor)}: ${answer.status}`);
        }
    }
    assert.deepEqual([(await of("payments", contract)).length, (await of("installments", contract)).length, (await of("invoices", contract)).length], [0, 0, 0]);
});

test("a stale version of money is refused, whoever changed it: a colleague, a refund, another payment", async () => {
    const contract = await contractOf(100_00);
    const paid = await boss.post("/payments", payment(contract, 50_00));
    const change = (plural, id, body, version) => boss.send("PATCH", `/${plural}/${id}`, { body, headers: { "If-Match": String(version) } });
    const changes = await many(4, (index) => change("payments", paid.id, { amount_minor: 50_00 + index + 1 }, paid.version));
    assert.deepEqual(changes.map(({ status }) => status).toSorted(), [200, 412, 412, 412]);
    const won = changes.find(({ status }) => status === 200).body;
    assert.equal((await fresh(contract, "contracts")).received_minor, won.amount_minor);
    expectProblem(await change("contracts", contract.id, { remark: "x" }, 99), 412, "stale_version");
    expectProblem(await boss.send("DELETE", `/payments/${paid.id}`, { headers: { "If-Match": String(paid.version) } }), 412, "stale_version");
});

test("prepaid money crosses to another contract of the same customer only, in its own currency, and follows a merge and its undo", async () => {
    const [one, two] = [await boss.post("/customers", { name: unique("甲") }), await boss.post("/customers", { name: unique("乙") })];
    const a = await contractOf(100_00, { customer_id: one.id });
    const b = await contractOf(100_00, { customer_id: two.id });
    const paid = await boss.post("/payments", payment(a, 150_00));
    const allocate = async (allocations) => boss.send("PATCH", `/payments/${paid.id}`, { body: { allocations }, headers: { "If-Match": String((await fresh(paid, "payments")).version) } });
    const across = [{ contract_id: a.id, amount_minor: 100_00 }, { contract_id: b.id, amount_minor: 50_00 }];
    const refused = expectProblem(await allocate(across), 422, "invalid");
    assert.equal(refused.errors[0].field, "allocations.1.contract_id");
    const { id } = await boss.post(`/customers/${one.id}/merge`, { source_id: two.id });
    assert.equal((await allocate(across)).status, 200, "one customer now");
    assert.equal((await fresh(b, "contracts")).received_minor, 50_00);
    const undone = await boss.send("POST", `/customer-merges/${id}/undo`);
    assert.ok(undone.status < 300, JSON.stringify(undone.body));
    // Their ways part: money of the one pays nothing of the other.
    const [first, second, left] = [await fresh(a, "contracts"), await fresh(b, "contracts"), await fresh(paid, "payments")];
    assert.deepEqual([first.customer_id, second.customer_id, first.received_minor, second.received_minor, left.prepaid_minor], [one.id, two.id, 100_00, 0, 50_00]);
    await assertDoctor();
});

test("an import with money is taken back whole: contracts, payments, what they were for, what counts", async () => {
    const numbers = [unique("IC"), unique("IC")];
    const importFile = async (kind, text, mapping) => {
        const batch = await boss.upload(`/import/batches?${new URLSearchParams({ kind, name: "m.csv" })}`, Buffer.from(text));
        await boss.put(`/import/batches/${batch.id}/mapping`, { mapping });
        const { job_id } = await boss.post(`/import/batches/${batch.id}/run`, { dry_run: false });
        await boss.job(job_id);
        return boss.get(`/import/batches/${batch.id}`);
    };
    const rollback = async (batch) => {
        const { job_id } = await boss.post(`/import/batches/${batch.id}/rollback`);
        return boss.job(job_id);
    };
    const columns = (pairs) => Object.entries(pairs).map(([column, field]) => ({ column, field }));
    const contracts = await importFile("contract", `号,客户,额,日\n${numbers.map((number) => `${number},${customer.name},1000.50,2024-01-01`).join("\n")}\n`,
        { columns: columns({ 号: "number", 客户: "customer_id", 额: "amount_minor", 日: "signed_on" }), constants: { status: "signed", owner_id: rep.user.id }, key: "number" });
    assert.deepEqual([contracts.created_count, contracts.failed_count], [2, 0], JSON.stringify((await boss.get(`/import/batches/${contracts.id}/faults`)).items));
    const first = (await boss.list("/contracts", { filter: { field: "number", op: "eq", value: numbers[0] } }))[0];
    const payments = await importFile("payment", `合同,额,日\n${numbers[0]},600.25,2024-02-01\n${numbers[0]},500,2024-02-02\n${numbers[0]},-5,2024-02-03\n`,
        { columns: columns({ 合同: "contract_id", 额: "amount_minor", 日: "received_on" }) });
    assert.deepEqual([payments.created_count, payments.failed_count], [2, 1]);
    assert.deepEqual([(await fresh(first, "contracts")).received_minor, (await of("payments", first)).reduce((sum, one) => sum + one.prepaid_minor, 0)], [1000_50, 99_75]);
    // Contracts that others hang on are left; payments go, and with them what they were for.
    await rollback(contracts);
    assert.equal((await fresh(first, "contracts")).deleted_at, null);
    await rollback(payments);
    assert.deepEqual([(await of("payments", first)).length, (await fresh(first, "contracts")).received_minor], [0, 0]);
    const [[facts]] = await sql(`SELECT COUNT(*) FROM metric_fact WHERE object = 'payment' AND record_id IN (SELECT id FROM payment WHERE contract_id = ${first.id})`);
    assert.equal(Number(facts), 0);
    await assertDoctor();
});

test("a quote becomes one contract, however often and at once it is asked", async () => {
    const quote = await boss.post("/quotes", { name: unique("报价"), customer_id: customer.id, valid_until: "2099-01-01", lines: [{ name: "x", quantity_milli: 1000, unit_price_minor: 100_00 }] });
    await boss.patch(`/quotes/${quote.id}`, { status: "sent" }, quote.version);
    const answers = await many(4, () => boss.send("POST", `/quotes/${quote.id}/contract`, { body: {} }));
    assert.ok(answers.every(({ status }) => status < 500));
    const made = await boss.list("/contracts", { filter: { field: "name", op: "eq", value: quote.name } });
    assert.equal(made.length, 1, JSON.stringify(answers.map(({ status, body }) => [status, body.code ?? body.id])));
});

test("papers of a contract, an invoice, a payment: added and read with the record only, gone when it is removed for good", async () => {
    const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
    const stranger = await person({ role: "sales", department_id: (await department({ name: unique("far") })).id });
    const contract = await contractOf(100_00);
    const paid = await boss.post("/payments", payment(contract, 10_00));
    const invoice = await boss.post("/invoices", { contract_id: contract.id, amount_minor: 10_00, issued_on: "2024-02-02" });
    for (const [object, record] of [["contract", contract], ["payment", paid], ["invoice", invoice]]) {
        const query = new URLSearchParams({ object, record_id: record.id, name: "扫描件.png" });
        const made = await boss.upload(`/attachments?${query}`, PNG);
        assert.deepEqual([made.object, made.name, made.content_type], [object, "扫描件.png", "image/png"]);
        assert.equal((await boss.get("/attachments", { object, record_id: record.id })).items.length, 1);
        expectProblem(await stranger.send("GET", `/attachments?${query}`), 404, "not_found");
        expectProblem(await stranger.send("GET", `/attachments/${made.id}/file`), 404, "not_found");
        expectProblem(await boss.send("GET", `/attachments?object=${object}&record_id=987654321`), 404, "not_found");
    }
    await rep.get("/attachments", { object: "contract", record_id: contract.id });
    await boss.delete(`/payments/${paid.id}`, (await fresh(paid, "payments")).version);
    await sql(`UPDATE payment SET deleted_at = deleted_at - INTERVAL 40 DAY WHERE id = ${paid.id}`);
    await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('record.purge', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
    const [[job]] = await sql("SELECT MAX(id) FROM job WHERE kind = 'record.purge'");
    await boss.job(Number(job));
    const [[left]] = await sql(`SELECT COUNT(*) FROM attachment WHERE object = 'payment' AND record_id = ${paid.id} AND removed_at IS NULL`);
    assert.equal(Number(left), 0);
});
