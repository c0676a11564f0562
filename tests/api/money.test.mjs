// Payment plans and what payments are for (MON-4): by itself, by hand, with refunds, beyond the contract, across contracts;
// what is overdue, and who hears of it. All amounts are integers of the minor unit (MON-1).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { amend, personWith, role } from "./samples.mjs";

await stack();

let boss;
let rep;
let customer;

before(async () => {
    boss = await admin();
    rep = await person({ role: "sales", department_id: (await department({ name: unique("money") })).id });
    customer = await boss.post("/customers", { name: unique("甲方"), owner_id: rep.user.id });
});

const contractOf = (amount, more = {}) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: rep.user.id,
    status: "signed", signed_on: "2024-01-01", amount_minor: amount, ...more });
const installment = (contract, due_on, amount_minor, name = unique("期")) => boss.post("/installments", { contract_id: contract.id, name, due_on, amount_minor });
const pay = (contract, amount_minor, more = {}) => boss.post("/payments", { contract_id: contract.id, amount_minor, received_on: "2024-02-01", ...more });
const fresh = (record, plural) => boss.get(`/${plural}/${record.id}`);
const plan = async (contract) => (await boss.list("/installments", { filter: { field: "contract_id", op: "eq", value: contract.id }, sort: "due_on" }))
    .map(({ amount_minor, received_minor, open_minor, status }) => [amount_minor, received_minor, open_minor, status]);
const patch = async (plural, record, body) => boss.patch(`/${plural}/${record.id}`, body, (await fresh(record, plural)).version);
const refuse = async (plural, record, body, field, code) => {
    const { version } = await fresh(record, plural);
    const answer = await boss.send("PATCH", `/${plural}/${record.id}`, { body, headers: { "If-Match": String(version) } });
    const problem = expectProblem(answer, 422, "invalid", field);
    if (code !== undefined) {
        assert.equal(problem.errors.find((error) => error.field === field).code, code);
    }
    assert.equal((await fresh(record, plural)).version, version, "nothing half-written");
};
const LONG = "2099-01-01"; // a day that does not come while the tests run

test("MON-4: a payment is for the installments as they are due, then for the contract, and the rest is prepaid", async () => {
    const contract = await contractOf(100_00);
    await installment(contract, "2099-03-01", 30_00);
    await installment(contract, LONG, 20_00); // due first, made second
    const payment = await pay(contract, 35_00);
    assert.deepEqual(await plan(contract), [[20_00, 20_00, 0, "paid"], [30_00, 15_00, 15_00, "partial"]]);
    const shown = payment.allocations.map(({ installment_id, amount_minor }) => [installment_id === null, amount_minor]);
    assert.deepEqual(shown, [[false, 20_00], [false, 15_00]]);
    assert.deepEqual([payment.allocated_minor, payment.prepaid_minor, payment.is_allocated_by_hand], [35_00, 0, false]);

    const second = await pay(contract, 100_00);
    assert.deepEqual(await plan(contract), [[20_00, 20_00, 0, "paid"], [30_00, 30_00, 0, "paid"]]);
    assert.deepEqual([second.allocated_minor, second.prepaid_minor], [65_00, 35_00], "15 + 50 fit, 35 are the customer's");
    assert.equal(second.allocations.at(-1).installment_id, null);
    const after = await fresh(contract, "contracts");
    assert.deepEqual([after.received_minor, after.planned_minor, after.overdue_minor], [100_00, 50_00, 0]);
});

test("MON-4: what is prepaid fits in by itself when the contract grows, and comes back when it shrinks", async () => {
    const contract = await contractOf(100_00);
    const payment = await pay(contract, 150_00);
    assert.equal(payment.prepaid_minor, 50_00);
    await amend(boss, contract, { amount_minor: 130_00 });
    assert.equal((await fresh(payment, "payments")).prepaid_minor, 20_00);
    await amend(boss, contract, { amount_minor: 60_01 });
    assert.deepEqual([(await fresh(payment, "payments")).prepaid_minor, (await fresh(contract, "contracts")).received_minor], [89_99, 60_01]);
});

test("MON-4: a refund takes what was not used first, then back from the installment that is due last", async () => {
    const contract = await contractOf(100_00);
    await installment(contract, LONG, 40_00);
    await installment(contract, "2099-02-01", 60_00);
    const payment = await pay(contract, 110_00);
    const refund = await boss.post("/refunds", { payment_id: payment.id, amount_minor: 10_00, refunded_on: "2024-03-01" });
    assert.deepEqual(await plan(contract), [[40_00, 40_00, 0, "paid"], [60_00, 60_00, 0, "paid"]], "only what was prepaid is gone");
    await patch("refunds", refund, { amount_minor: 35_00 });
    assert.deepEqual(await plan(contract), [[40_00, 40_00, 0, "paid"], [60_00, 35_00, 25_00, "partial"]]);
    const { refunded_minor, allocated_minor, prepaid_minor } = await fresh(payment, "payments");
    assert.deepEqual([refunded_minor, allocated_minor, prepaid_minor], [35_00, 75_00, 0]);
    await boss.delete(`/refunds/${refund.id}`, (await fresh(refund, "refunds")).version);
    assert.deepEqual((await plan(contract))[1], [60_00, 60_00, 0, "paid"]);
    assert.equal((await fresh(payment, "payments")).prepaid_minor, 10_00);
});

test("MON-4: by hand a payment goes to installments and contracts of the same customer; the rest stays prepaid", async () => {
    const [one, two] = [await contractOf(100_00), await contractOf(80_00)];
    const first = await installment(one, LONG, 50_00);
    const late = await installment(one, "2099-06-01", 50_00);
    const payment = await pay(one, 100_00, { allocations: [{ installment_id: late.id, amount_minor: 20_00 }, { contract_id: two.id, amount_minor: 70_00 }] });
    assert.deepEqual([payment.is_allocated_by_hand, payment.allocated_minor, payment.prepaid_minor], [true, 90_00, 10_00]);
    assert.deepEqual(await plan(one), [[50_00, 0, 50_00, "pending"], [50_00, 20_00, 30_00, "partial"]]);
    assert.deepEqual([(await fresh(one, "contracts")).received_minor, (await fresh(two, "contracts")).received_minor], [20_00, 70_00]);

    // A refund takes from what is prepaid, then from the last line.
    const refund = await boss.post("/refunds", { payment_id: payment.id, amount_minor: 45_00, refunded_on: "2024-03-01" });
    assert.deepEqual([(await fresh(one, "contracts")).received_minor, (await fresh(two, "contracts")).received_minor], [20_00, 35_00]);
    await boss.delete(`/refunds/${refund.id}`, (await fresh(refund, "refunds")).version);

    // The other contract void: the money is the customer's; alive again: as it was.
    await patch("contracts", two, { status: "void" });
    assert.deepEqual([(await fresh(two, "contracts")).received_minor, (await fresh(payment, "payments")).prepaid_minor], [0, 80_00]);
    await patch("contracts", two, { status: "signed" });
    assert.equal((await fresh(two, "contracts")).received_minor, 70_00);

    // By itself again.
    const again = await patch("payments", payment, { allocations: null });
    assert.deepEqual([again.is_allocated_by_hand, again.prepaid_minor, (await fresh(two, "contracts")).received_minor], [false, 0, 0]);
    assert.deepEqual((await plan(one))[0], [50_00, 50_00, 0, "paid"]);
    // Nothing at all: all of it is prepaid.
    assert.equal((await patch("payments", payment, { allocations: [] })).prepaid_minor, 100_00);
    assert.equal((await fresh(first, "installments")).status, "pending");
});

test("MON-4: more than is open, twice the same, void, another customer's or currency's is refused with a reason", async () => {
    const [one, two] = [await contractOf(100_00), await contractOf(80_00)];
    const due = await installment(one, LONG, 50_00);
    const other = await boss.post("/customers", { name: unique("乙方") });
    const foreign = await boss.post("/contracts", { name: unique("合同"), customer_id: other.id, amount_minor: 50_00 });
    await boss.post("/exchange-rates", { currency: "AUD", rate_on: "2024-01-01", rate_nano: 7_100_000_000 });
    const dollars = await contractOf(50_00, { currency: "AUD" });
    const gone = await contractOf(50_00);
    await patch("contracts", gone, { status: "void" });
    await pay(two, 30_00);
    const payment = await pay(one, 100_00);
    const bad = (allocations, field, code) => refuse("payments", payment, { allocations }, field, code);
    await bad([{ installment_id: due.id, amount_minor: 50_01 }], "allocations.0.amount_minor", "too_large");
    await bad([{ contract_id: two.id, amount_minor: 50_01 }], "allocations.0.amount_minor", "too_large"); // 30 of 80 are paid
    await bad([{ contract_id: one.id, amount_minor: 60_00 }, { installment_id: due.id, amount_minor: 41_00 }], "allocations.1.amount_minor", "too_large");
    await bad([{ contract_id: one.id, amount_minor: 10_00 }, { contract_id: one.id, amount_minor: 10_00 }], "allocations.1.contract_id", "duplicate");
    await bad([{ contract_id: foreign.id, amount_minor: 1 }], "allocations.0.contract_id", "other_customer");
    await bad([{ contract_id: dollars.id, amount_minor: 1 }], "allocations.0.contract_id", "wrong_currency");
    await bad([{ contract_id: gone.id, amount_minor: 1 }], "allocations.0.contract_id", "void_contract");
    await bad([{ contract_id: 987654321, amount_minor: 1 }], "allocations.0.contract_id", "no_such_record");
    await bad([{ amount_minor: 1 }], "allocations.0.contract_id", "no_such_record");
    await bad([{ contract_id: one.id, installment_id: due.id, amount_minor: 1 }], "allocations.0.installment_id", "no_such_record");
    await bad([{ contract_id: one.id, amount_minor: 0 }], "allocations.0.amount_minor", "too_small");
    await bad([{ contract_id: one.id, amount_minor: 1.5 }], "allocations.0.amount_minor", "not_an_integer"); // MON-1
    await boss.post("/refunds", { payment_id: payment.id, amount_minor: 40_00, refunded_on: "2024-03-01" });
    await bad([{ contract_id: one.id, amount_minor: 60_01 }], "allocations.0.amount_minor", "too_large");
    const old = (await fresh(payment, "payments")).version + 1;
    expectProblem(await boss.send("PATCH", `/payments/${payment.id}`, { body: { allocations: [] }, headers: { "If-Match": `${old}` } }), 412, "stale_version");
    // A salesperson may not change payments; who cannot see a contract cannot name it.
    expectProblem(await rep.send("PATCH", `/payments/${payment.id}`, { body: { allocations: [] }, headers: { "If-Match": "1" } }), 403, "forbidden");
    const own = await personWith(await role("own"));
    const mine = await boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: own.user.id, amount_minor: 10_00 });
    const answer = await own.send("POST", "/payments", { body: { contract_id: mine.id, amount_minor: 5_00, received_on: "2024-02-01",
        allocations: [{ contract_id: one.id, amount_minor: 1 }] } });
    expectProblem(answer, 422, "invalid", "allocations.0.contract_id");
});

test("the plan fits into the contract, whatever is changed", async () => {
    const contract = await contractOf(100_00);
    const first = await installment(contract, LONG, 60_00);
    const body = { contract_id: contract.id, name: "尾款", due_on: "2099-02-01" };
    expectProblem(await boss.send("POST", "/installments", { body: { ...body, amount_minor: 40_01 } }), 422, "invalid", "amount_minor");
    expectProblem(await boss.send("POST", "/installments", { body: { ...body, amount_minor: 0 } }), 422, "invalid", "amount_minor");
    const second = await boss.post("/installments", { ...body, amount_minor: 40_00 });
    assert.deepEqual([second.customer_id, second.currency, second.owner_id], [customer.id, contract.currency, rep.user.id]);
    await refuse("installments", first, { amount_minor: 60_01 }, "amount_minor", "too_large");
    for (const terms of [{ amount_minor: 99_99 }, { lines: [{ name: "x", quantity_milli: 1000, unit_price_minor: 99_99 }] }]) {
        const order = { contract_id: contract.id, reason: "减", status: "effective", ...terms };
        const problem = expectProblem(await boss.send("POST", "/change-orders", { body: order }), 422, "invalid", "amount_minor");
        assert.equal(problem.errors.find((error) => error.field === "amount_minor").code, "below_plan");
    }
    // A void one makes room and comes back only where there is room.
    await patch("installments", second, { status: "void" });
    await patch("installments", first, { amount_minor: 70_00 });
    await refuse("installments", second, { status: "pending" }, "amount_minor", "too_large");
    await refuse("installments", first, { status: "paid" }, "status", "read_only");
    await patch("installments", first, { amount_minor: 60_00 });
    assert.deepEqual(await plan(contract), [[60_00, 0, 60_00, "pending"], [40_00, 0, 0, "void"]]);
    await patch("installments", second, { status: "pending" });
    await boss.delete(`/installments/${second.id}`, (await fresh(second, "installments")).version);
    await amend(boss, contract, { amount_minor: 60_00 });
    expectProblem(await boss.send("POST", `/installments/${second.id}/restore`), 422, "invalid", "amount_minor");
    await patch("contracts", contract, { status: "void" });
    expectProblem(await boss.send("POST", "/installments", { body: { ...body, amount_minor: 1 } }), 422, "invalid", "contract_id");
    assert.equal((await plan(contract))[0][3], "void");
});

test("money that is there already goes to installments that come later", async () => {
    const contract = await contractOf(100_00);
    await pay(contract, 70_00);
    const first = await installment(contract, LONG, 50_00);
    const second = await installment(contract, "2099-02-01", 50_00);
    assert.deepEqual(await plan(contract), [[50_00, 50_00, 0, "paid"], [50_00, 20_00, 30_00, "partial"]]);
    // The order of the dates counts, and what a smaller or deleted one does not take goes on.
    await patch("installments", second, { due_on: "2098-01-01" });
    assert.deepEqual(await plan(contract), [[50_00, 50_00, 0, "paid"], [50_00, 20_00, 30_00, "partial"]]);
    await patch("installments", second, { amount_minor: 10_00 });
    assert.deepEqual((await plan(contract)).map(([, received]) => received), [10_00, 50_00]);
    await boss.delete(`/installments/${first.id}`, (await fresh(first, "installments")).version);
    assert.equal((await fresh(contract, "contracts")).received_minor, 70_00);
    assert.deepEqual((await boss.list("/payments", { filter: { field: "contract_id", op: "eq", value: contract.id } })).map((one) => one.prepaid_minor), [0]);
});

test("a whole plan is changed at once or not at all", async () => {
    const contract = await contractOf(100_00);
    const put = (body, who = boss) => who.send("PUT", `/contracts/${contract.id}/plan`, { body });
    const line = (name, amount_minor, more = {}) => ({ name, due_on: LONG, amount_minor, ...more });
    assert.deepEqual((await put({ installments: [line("首付", 30_00), line("验收", 60_00), line("尾款", 10_00)] })).body, { created: 3, updated: 0, removed: 0 });
    const rows = await boss.list("/installments", { filter: { field: "contract_id", op: "eq", value: contract.id }, sort: "due_on" });
    const [down, acceptance, last] = ["首付", "验收", "尾款"].map((name) => rows.find((row) => row.name === name));
    // Growing in front of shrinking works: the sum counts.
    const same = ({ id, version }) => ({ id, version });
    const done = await put({ installments: [line("首付", 55_00, same(down)), line("验收", 35_00, same(acceptance)), line("质保", 10_00)], removed: [same(last)] });
    assert.deepEqual(done.body, { created: 1, updated: 2, removed: 1 });
    assert.equal((await fresh(contract, "contracts")).planned_minor, 100_00);
    const stale = await put({ installments: [line("首付", 1_00, same(down))] });
    expectProblem(stale, 412, "stale_version");
    const now = await fresh(down, "installments");
    expectProblem(await put({ installments: [line("首付", 50_00, same(now)), line("x", 5_01)] }), 422, "invalid", "installments.1.amount_minor");
    assert.equal((await fresh(down, "installments")).amount_minor, 55_00, "nothing half-written");
    expectProblem(await put({ installments: [line("", 1)] }), 422, "invalid", "installments.0.name");
    expectProblem(await put({ installments: [line("x", 1, { id: now.id })] }), 428, "version_required");
    const foreign = await installment(await contractOf(10_00), LONG, 5_00);
    expectProblem(await put({ installments: [line("x", 1, same(foreign))] }), 404, "not_found");
    expectProblem(await put({ installments: [], removed: [same(foreign)] }), 404, "not_found");
    expectProblem(await send("PUT", `/contracts/${contract.id}/plan`, { body: { installments: [] } }), 401, "not_signed_in");
    expectProblem(await put({ installments: [] }, await person({ role: "executive" })), 403, "forbidden");
    expectProblem(await put({ installments: [line("x", 1)] }, await person({ role: "sales" })), 404, "not_found");
    assert.equal((await put({ installments: [line("首付", 54_00, same(now))] }, rep)).status, 200, "the owner of the contract plans it");
});

test("MON-4: what is not paid in time is overdue from the next day on, and the ladder of reminders climbs", { timeout: 120_000 }, async () => {
    const room = await department({ name: unique("room") });
    const head = await person({ role: "manager", department_id: room.id });
    await boss.patch(`/departments/${room.id}`, { manager_id: head.user.id }, (await boss.get(`/departments/${room.id}`)).version);
    const chief = await person({ role: "manager", department_id: room.id });
    const seller = await person({ role: "sales", department_id: room.id, manager_id: chief.user.id });
    const books = await person({ role: "finance" });
    const buyer = await boss.post("/customers", { name: unique("甲方"), owner_id: seller.user.id });
    const contract = await boss.post("/contracts", { name: unique("合同"), customer_id: buyer.id, owner_id: seller.user.id, status: "signed", amount_minor: 90_00 });
    // A year that lies ahead of everything else: nights of other tests do not touch it.
    const due = await installment(contract, "2097-05-10", 50_00, "首付");
    const told = async (who) => (await who.get("/notifications", { limit: 100 })).items
        .filter((item) => item.kind.startsWith("installment") && item.record_id === due.id).map((item) => item.detail.days);
    const night = async (day) => {
        await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('money.overdue', '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))");
        await dabiao(["job", "run", "--at", `${day}T01:10:00+08:00`]);
        const { status, overdue_days, told_days } = await fresh(due, "installments");
        return [status, overdue_days, told_days];
    };
    assert.deepEqual(await night("2097-05-10"), ["pending", 0, 0], "on the day itself nothing is late");
    assert.deepEqual(await night("2097-05-11"), ["overdue", 1, 1]);
    assert.equal((await fresh(contract, "contracts")).overdue_minor, 50_00);
    assert.deepEqual([await told(seller), await told(chief)], [[1], []]);
    assert.deepEqual(await night("2097-05-12"), ["overdue", 2, 1], "no second reminder of the same step");
    assert.deepEqual(await told(seller), [1]);
    // The night of the seventh day was missed: the step is told once, a day later.
    assert.deepEqual(await night("2097-05-18"), ["overdue", 8, 7]);
    assert.deepEqual([await told(seller), await told(chief), await told(head)], [[8, 1], [8], []]);
    assert.deepEqual(await night("2097-06-09"), ["overdue", 30, 30]);
    assert.deepEqual([await told(head), await told(books)], [[30], [30]]);
    // Paid in part it stays late, paid it is not, and with the money gone it begins anew.
    const payment = await pay(contract, 20_00);
    assert.deepEqual(await night("2097-06-10"), ["overdue", 31, 30]);
    assert.equal((await fresh(contract, "contracts")).overdue_minor, 30_00);
    await patch("payments", payment, { amount_minor: 50_00 });
    assert.deepEqual(await night("2097-06-11"), ["paid", 0, 0]);
    await boss.delete(`/payments/${payment.id}`, (await fresh(payment, "payments")).version);
    assert.deepEqual(await night("2097-06-12"), ["overdue", 33, 30]);
    // Payments are booked today, when nothing of this is late: each time the reminders begin anew.
    assert.deepEqual(await told(seller), [33, 31, 30, 8, 1]);
    // Put off: not late any more.
    await patch("installments", due, { due_on: "2099-01-01" });
    assert.deepEqual(await night("2097-06-13"), ["pending", 0, 0]);
});

test("the business date is the company's: half an hour after midnight there, yesterday is over", async () => {
    const contract = await contractOf(10_00);
    const due = await installment(contract, "2096-02-28", 10_00);
    const at = async (moment) => {
        await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('money.overdue', '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))");
        await dabiao(["job", "run", "--at", moment]);
        return (await fresh(due, "installments")).overdue_days;
    };
    assert.equal(await at("2096-02-28T15:59:00.000Z"), 0);
    assert.equal(await at("2096-02-28T16:30:00.000Z"), 1);
    await boss.delete(`/installments/${due.id}`, (await fresh(due, "installments")).version);
});

test("who may not see amounts sees neither installments' nor allocations'", async () => {
    const contract = await contractOf(100_00);
    const due = await installment(contract, LONG, 60_00);
    const payment = await pay(contract, 20_00);
    const closed = await role("all", { fields: [{ object: "payment", field: "amount_minor", access: "hidden" }, { object: "installment", field: "received_minor", access: "masked" },
        { object: "installment", field: "amount_minor", access: "read" }] });
    const viewer = await personWith(closed);
    assert.equal("allocations" in (await viewer.get(`/payments/${payment.id}`)), false);
    const shown = await viewer.get(`/installments/${due.id}`);
    assert.deepEqual([shown.received_minor, shown.amount_minor], [null, 60_00]);
    expectProblem(await viewer.send("PATCH", `/payments/${payment.id}`, { body: { allocations: [] }, headers: { "If-Match": `${payment.version}` } }), 422, "invalid", "allocations");
    expectProblem(await viewer.send("PATCH", `/installments/${due.id}`, { body: { amount_minor: 1 }, headers: { "If-Match": `${due.version}` } }), 422, "invalid", "amount_minor");
});

test("money follows: a contract with another customer, a merge and its undo, the recycle bin", async () => {
    const [one, two] = [await boss.post("/customers", { name: unique("甲方") }), await boss.post("/customers", { name: unique("甲方") })];
    const contract = await boss.post("/contracts", { name: unique("合同"), customer_id: one.id, amount_minor: 100_00 });
    const due = await installment(contract, LONG, 60_00);
    const payment = await pay(contract, 80_00);
    await patch("contracts", contract, { customer_id: two.id });
    assert.equal((await fresh(due, "installments")).customer_id, two.id);
    const { id } = await boss.post(`/customers/${one.id}/merge`, { source_id: two.id });
    assert.equal((await fresh(due, "installments")).customer_id, one.id);
    const later = await installment(contract, "2099-02-01", 10_00);
    await boss.post(`/customer-merges/${id}/undo`);
    assert.deepEqual([(await fresh(due, "installments")).customer_id, (await fresh(later, "installments")).customer_id], [two.id, two.id]);
    // The plan goes into the bin with its contract and comes back with it.
    expectProblem(await boss.send("DELETE", `/contracts/${contract.id}`, { headers: { "If-Match": String((await fresh(contract, "contracts")).version) } }), 409, "in_use");
    await boss.delete(`/payments/${payment.id}`, (await fresh(payment, "payments")).version);
    await boss.delete(`/contracts/${contract.id}`, (await fresh(contract, "contracts")).version);
    assert.notEqual((await fresh(due, "installments")).deleted_at, null);
    expectProblem(await boss.send("POST", `/payments/${payment.id}/restore`), 409, "conflict");
    await boss.post(`/contracts/${contract.id}/restore`);
    await boss.post(`/payments/${payment.id}/restore`);
    assert.deepEqual(await plan(contract), [[60_00, 60_00, 0, "paid"], [10_00, 10_00, 0, "paid"]]);
});

test("the doctor finds wrong figures and puts them right", { timeout: 180_000 }, async () => {
    const contract = await contractOf(100_00);
    const due = await installment(contract, LONG, 60_00);
    const payment = await pay(contract, 120_00);
    const wrong = async () => JSON.parse((await dabiao(["doctor", "--json"]).catch((failure) => failure)).stdout).wrong_others;
    assert.equal(await wrong(), 0);
    await sql(`UPDATE installment SET received_minor = 1 WHERE id = ${due.id}`);
    assert.equal(await wrong(), 1);
    await sql(`UPDATE payment SET prepaid_minor = 5, refunded_minor = 7 WHERE id = ${payment.id}`);
    await sql(`DELETE FROM allocation WHERE contract_id = ${contract.id}`);
    assert.ok((await wrong()) >= 2);
    await dabiao(["doctor", "--repair", "--json"]);
    assert.deepEqual(await plan(contract), [[60_00, 60_00, 0, "paid"]]);
    const { refunded_minor, allocated_minor, prepaid_minor } = await fresh(payment, "payments");
    assert.deepEqual([refunded_minor, allocated_minor, prepaid_minor], [0, 100_00, 20_00]);
    // Payments from before there were allocations are allocated by the job of the update.
    await sql(`UPDATE payment SET allocated_minor = 0, prepaid_minor = 0 WHERE id = ${payment.id}`);
    await sql(`DELETE FROM allocation WHERE contract_id = ${contract.id}`);
    await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('money.allocate', '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))");
    await dabiao(["job", "run"]);
    assert.equal((await fresh(payment, "payments")).allocated_minor, 100_00);
});
