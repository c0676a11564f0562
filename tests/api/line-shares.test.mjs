// What came for a contract, down to its lines (MON-3, MON-4): by itself, chosen, taken back by refunds, after change orders; what
// was earned by it. All amounts are integers of the minor unit, and every share is exact to it.
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
    rep = await person({ role: "sales", department_id: (await department({ name: unique("lines") })).id });
    customer = await boss.post("/customers", { name: unique("甲方"), owner_id: rep.user.id });
});

const line = (name, unit_price_minor, unit_cost_minor = 0) => ({ name, quantity_milli: 1000, unit_price_minor, unit_cost_minor });
const AB = [line("甲", 60_00, 20_00), line("乙", 40_00, 30_00)];
const contractOf = (lines = AB, more = {}) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: rep.user.id,
    status: "signed", signed_on: "2024-01-01", lines, ...more });
const pay = (contract, amount_minor, more = {}) => boss.post("/payments", { contract_id: contract.id, amount_minor, received_on: "2024-02-01", ...more });
const refund = (payment, amount_minor, more = {}) => ({ payment_id: payment.id, amount_minor, refunded_on: "2024-03-01", ...more });
const fresh = (record, plural = "contracts") => boss.get(`/${plural}/${record.id}`);
const linesOf = async (contract) => (await fresh(contract)).lines;
const received = async (contract) => (await linesOf(contract)).map((one) => one.received_minor);
const refunded = async (contract) => (await linesOf(contract)).map((one) => one.refunded_minor);
const patch = async (plural, record, body) => boss.patch(`/${plural}/${record.id}`, body, (await fresh(record, plural)).version);
const sharesOf = async (payment) => (await fresh(payment, "payments")).allocations.map((one) => [one.amount_minor, one.is_by_line, one.lines.map((share) => share.amount_minor)]);
const forLines = (contract, amount_minor, ...amounts) => [{ contract_id: contract.id, amount_minor,
    lines: amounts.map((amount, index) => ({ line_id: contract.lines[index].id, amount_minor: amount })).filter((one) => one.amount_minor > 0) }];
const code = (answer, field) => expectProblem(answer, 422, "invalid", field).errors.find((error) => error.field === field).code;
const wrong = async () => JSON.parse((await dabiao(["doctor", "--json"]).catch((failure) => failure)).stdout).wrong_others;

test("a contract's amount is that of its lines to the minor unit, discount and tax included", async () => {
    const contract = await contractOf([line("甲", 33_33, 10_00), line("乙", 33_33), line("丙", 33_34), line("赠品", 0, 5_00)], { discount_minor: 9_99, tax_rate_ppm: 130_000 });
    const sum = (member) => contract.lines.reduce((total, one) => total + one[member], 0);
    assert.equal(contract.amount_minor, 101_71);
    assert.deepEqual([sum("total_minor"), sum("tax_minor"), sum("cost_minor")], [contract.amount_minor, contract.tax_minor, contract.cost_minor]);
    assert.deepEqual(contract.lines.map((one) => one.total_minor), [33_90, 33_90, 33_91, 0]);
    assert.deepEqual(contract.lines.map((one) => one.open_minor), contract.lines.map((one) => one.total_minor));
    // Half of it: cost and margin in proportion; what is given away is earned with the whole.
    await pay(contract, 50_85);
    const half = await linesOf(contract);
    assert.equal(half.reduce((total, one) => total + one.received_minor, 0), 50_85);
    assert.deepEqual([half[0].received_minor, half[0].received_cost_minor, half[3].received_cost_minor], [16_95, 5_00, 2_50]);
    assert.equal(half[0].received_margin_minor, 16_95 - Math.round((half[0].tax_minor * 16_95) / 33_90) - 5_00);
    await pay(contract, 50_86);
    const full = await linesOf(contract);
    assert.equal(full.reduce((total, one) => total + one.received_margin_minor, 0), (await fresh(contract)).margin_minor, "all of it is the contract's margin");
    assert.deepEqual(full.map((one) => one.open_minor), [0, 0, 0, 0]);
});

test("a payment is for all lines in proportion to what is open of them, by installments too", async () => {
    const contract = await contractOf();
    await boss.post("/installments", { contract_id: contract.id, name: "首付", due_on: "2099-01-01", amount_minor: 33_33 });
    const payment = await pay(contract, 50_00);
    assert.deepEqual(await sharesOf(payment), [[33_33, false, [20_00, 13_33]], [16_67, false, [10_00, 6_67]]]);
    assert.deepEqual(await received(contract), [30_00, 20_00]);
    const second = await pay(contract, 60_00);
    assert.deepEqual([await received(contract), (await fresh(second, "payments")).prepaid_minor], [[60_00, 40_00], 10_00]);
    await boss.delete(`/payments/${payment.id}`, (await fresh(payment, "payments")).version);
    assert.deepEqual(await received(contract), [36_00, 24_00]);
    await boss.post(`/payments/${payment.id}/restore`);
    assert.deepEqual(await received(contract), [60_00, 40_00]);
    // A contract without lines has none to share to.
    const plain = await boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, status: "signed", amount_minor: 10_00 });
    assert.deepEqual(await sharesOf(await pay(plain, 5_00)), [[5_00, false, []]]);
});

test("the user chooses the lines, and what is chosen stays when other money comes", async () => {
    const contract = await contractOf();
    const first = await pay(contract, 30_00);
    assert.deepEqual(await received(contract), [18_00, 12_00]);
    const chosen = await pay(contract, 50_00, { allocations: forLines(contract, 50_00, 42_00) });
    assert.deepEqual(await sharesOf(chosen), [[50_00, true, [42_00, 8_00]]]);
    assert.deepEqual(await sharesOf(first), [[30_00, false, [18_00, 12_00]]], "earlier money stays where it was");
    // Money that came before both, told later: what was chosen holds.
    await pay(contract, 10_00, { received_on: "2023-01-01" });
    assert.deepEqual((await sharesOf(chosen))[0][2][0], 42_00);
    assert.deepEqual((await received(contract)).reduce((sum, one) => sum + one, 0), 90_00);
    // By itself again.
    await patch("payments", chosen, { allocations: null });
    assert.equal((await sharesOf(chosen))[0][1], false);
});

test("no line gets more than is open of it: refused with the reason, nothing half-written", async () => {
    const contract = await contractOf();
    const other = await contractOf();
    await pay(contract, 50_00); // 30 and 20
    const payment = await pay(contract, 40_00);
    const before = await sharesOf(payment);
    const { version } = await fresh(payment, "payments");
    const say = (allocations) => boss.send("PATCH", `/payments/${payment.id}`, { body: { allocations }, headers: { "If-Match": String(version) } });
    assert.equal(code(await say(forLines(contract, 40_00, 30_01)), "allocations.0.lines.0.amount_minor"), "too_large");
    assert.equal(code(await say(forLines(contract, 10_00, 6_00, 4_01)), "allocations.0.lines.1.amount_minor"), "too_large");
    assert.equal(code(await say(forLines(other, 1_00, 1_00).map((one) => ({ ...one, contract_id: contract.id }))), "allocations.0.lines.0.line_id"), "no_such_record");
    const twice = [{ contract_id: contract.id, amount_minor: 2, lines: [1, 1].map((amount_minor) => ({ line_id: contract.lines[0].id, amount_minor })) }];
    assert.equal(code(await say(twice), "allocations.0.lines.1.line_id"), "duplicate");
    for (const lines of [[{ line_id: contract.lines[0].id, amount_minor: 0 }], [{ line_id: contract.lines[0].id }], [{ amount_minor: 1 }], "all", [7]]) {
        expectProblem(await say([{ contract_id: contract.id, amount_minor: 1_00, lines }]), 422, "invalid");
    }
    const many = Array.from({ length: 201 }, () => ({ line_id: contract.lines[0].id, amount_minor: 1 }));
    expectProblem(await say([{ contract_id: contract.id, amount_minor: 1_00, lines: many }]), 422, "invalid");
    assert.deepEqual([(await fresh(payment, "payments")).version, await sharesOf(payment)], [version, before]);
    // Two of its own lines in different places of one payment count together.
    const plan = await boss.post("/installments", { contract_id: contract.id, name: "尾款", due_on: "2099-01-01", amount_minor: 60_00 });
    const split = [{ installment_id: plan.id, amount_minor: 5_00, lines: [{ line_id: contract.lines[0].id, amount_minor: 5_00 }] }, ...forLines(contract, 26_00, 25_01)];
    assert.equal(code(await say(split), "allocations.1.lines.0.amount_minor"), "too_large");
    split[1].lines[0].amount_minor = 25_00;
    await patch("payments", payment, { allocations: split });
    expectProblem(await say(forLines(contract, 40_00, 1_00)), 412, "stale_version");
    assert.deepEqual((await linesOf(contract))[0].open_minor, 0);
});

test("a refund takes back from all lines of its payment alike, or from those it names", async () => {
    const contract = await contractOf();
    const payment = await pay(contract, 100_00);
    const plain = await boss.post("/refunds", refund(payment, 10_00));
    assert.deepEqual([await received(contract), await refunded(contract)], [[54_00, 36_00], [6_00, 4_00]]);
    const lines = [{ line_id: contract.lines[1].id, amount_minor: 15_00 }];
    const named = await boss.post("/refunds", refund(payment, 15_00, { lines }));
    assert.deepEqual(named.lines.map((one) => [one.line_number, one.name, one.amount_minor]), [[2, "乙", 15_00]]);
    const after = await received(contract);
    assert.equal(after[0] + after[1], 75_00);
    assert.deepEqual(await refunded(contract), [100_00 - 40_00 - after[0], 40_00 - after[1]]);
    assert.ok((await refunded(contract))[1] >= 15_00);
    await boss.delete(`/refunds/${plain.id}`, plain.version);
    assert.deepEqual([await received(contract), await refunded(contract)], [[60_00, 25_00], [0, 15_00]]);
    // New money fills what was given back.
    await pay(contract, 15_00, { received_on: "2024-04-01" });
    assert.deepEqual([await received(contract), await refunded(contract)], [[60_00, 40_00], [0, 15_00]]);

    const refuse = async (body, field, expected) => assert.equal(code(await boss.send("POST", "/refunds", { body: refund(payment, 30_00, body) }), field), expected);
    await refuse({ lines: [{ line_id: contract.lines[1].id, amount_minor: 25_01 }] }, "lines.0.amount_minor", "too_large");
    await refuse({ lines: [{ line_id: 4_000_000_000, amount_minor: 1 }] }, "lines.0.line_id", "no_such_record");
    await refuse({ lines: [...lines, ...lines] }, "lines.1.line_id", "duplicate");
    await refuse({ lines: [{ line_id: contract.lines[0].id, amount_minor: 30_01 }] }, "lines", "too_large");
    const { version } = await fresh(named, "refunds");
    assert.equal(code(await boss.send("PATCH", `/refunds/${named.id}`, { body: { amount_minor: 14_99 }, headers: { "If-Match": String(version) } }), "lines"), "too_large");
    await patch("refunds", named, { lines: null });
    assert.deepEqual((await fresh(named, "refunds")).lines, []);
    assert.deepEqual(await received(contract), [60_00, 40_00]);
    // What is prepaid is given back first: nothing comes from a line then.
    const more = await pay(contract, 20_00, { received_on: "2024-05-01" });
    assert.equal(more.prepaid_minor, 20_00);
    assert.deepEqual(more.allocations, []);
    const half = await contractOf();
    const beyond = await pay(half, 110_00);
    const wanted = refund(beyond, 15_00, { lines: [{ line_id: half.lines[0].id, amount_minor: 15_00 }] });
    assert.equal(code(await boss.send("POST", "/refunds", { body: wanted }), "lines"), "too_large");
    wanted.lines[0].amount_minor = 5_00;
    await boss.post("/refunds", wanted);
    assert.deepEqual([await received(half), await refunded(half)], [[55_00, 40_00], [5_00, 0]]);
});

test("change orders share again: a line stays the same one, what was chosen stays with it, what is gone goes to the others", async () => {
    const contract = await contractOf();
    const payment = await pay(contract, 50_00, { allocations: forLines(contract, 50_00, 0, 35_00) });
    assert.deepEqual(await received(contract), [13_85, 36_15]); // 15 over 60 and 5 open
    // A line comes, another changes its price: the ids stay.
    let now = await amend(boss, contract, { lines: [line("丙", 100_00), AB[1], { ...AB[0], unit_price_minor: 80_00 }] });
    assert.deepEqual([now.lines[1].id, now.lines[2].id], [contract.lines[1].id, contract.lines[0].id]);
    assert.deepEqual(now.lines.map((one) => one.total_minor), [100_00, 40_00, 80_00]);
    assert.ok(now.lines[1].received_minor >= 35_00);
    assert.equal(now.lines.reduce((sum, one) => sum + one.received_minor, 0), 50_00);
    // The chosen line costs less than was chosen: what it does not take goes to the others.
    now = await amend(boss, contract, { lines: [line("丙", 100_00), { ...AB[1], unit_price_minor: 10_00 }, AB[0]] });
    assert.equal(now.lines[1].received_minor, 10_00);
    assert.equal(now.lines[0].received_minor + now.lines[2].received_minor, 40_00);
    // It grows again, and gets back what was chosen.
    now = await amend(boss, contract, { lines: [line("丙", 100_00), AB[1], AB[0]] });
    assert.ok(now.lines[1].received_minor >= 35_00);
    // The line goes: its money is for the others, the word is gone with it.
    now = await amend(boss, contract, { lines: [line("丙", 100_00), AB[0]] });
    assert.deepEqual(now.lines.map((one) => one.received_minor), [31_25, 18_75]);
    assert.deepEqual(await sharesOf(payment), [[50_00, false, [31_25, 18_75]]]);
    // Tax alone changes: the totals follow.
    now = await amend(boss, contract, { lines: [line("丙", 100_00), AB[0]], tax_rate_ppm: 60_000 });
    assert.deepEqual(now.lines.map((one) => one.total_minor), [106_00, 63_60]);
    await patch("contracts", contract, { status: "void" });
    assert.deepEqual(await received(contract), [0, 0]);
    await patch("contracts", contract, { status: "signed" });
    assert.deepEqual((await received(contract)).reduce((sum, one) => sum + one, 0), 50_00);
    assert.equal(await wrong(), 0);
});

test("what is chosen stays through the recycle bin, a merge of customers and its undo", async () => {
    const [one, two] = await Promise.all([1, 2].map(() => boss.post("/customers", { name: unique("乙方"), owner_id: rep.user.id })));
    const contract = await contractOf(AB, { customer_id: two.id });
    const payment = await pay(contract, 50_00, { allocations: forLines(contract, 50_00, 45_00) });
    const expected = [[50_00, true, await received(contract)]];
    assert.deepEqual(expected[0][2], [45_00 + 1_36, 3_64]); // 5 over 15 and 40 open
    const { body: done } = await boss.send("POST", `/customers/${one.id}/merge`, { body: { source_id: two.id } });
    assert.deepEqual(await sharesOf(payment), expected);
    await boss.post(`/customer-merges/${done.id}/undo`);
    assert.deepEqual(await sharesOf(payment), expected);
    await boss.delete(`/contracts/${contract.id}`, (await fresh(contract)).version).catch((failure) => failure); // payments hang on it
    await boss.delete(`/payments/${payment.id}`, (await fresh(payment, "payments")).version);
    assert.deepEqual(await received(contract), [0, 0]);
    await boss.post(`/payments/${payment.id}/restore`);
    assert.deepEqual(await sharesOf(payment), expected);
});

test("undoing an import of payments takes their shares back", async () => {
    const contract = await contractOf();
    await pay(contract, 30_00, { allocations: forLines(contract, 30_00, 30_00) });
    const before = await linesOf(contract);
    const text = `number,contract,amount,day\n${unique("HK")},${contract.number},40.00,2024-03-01\n${unique("HK")},${contract.number},15.01,2024-03-02\n`;
    const batch = await boss.upload(`/import/batches?${new URLSearchParams({ kind: "payment", name: "data.csv" })}`, Buffer.from(text));
    const columns = [["number", "number"], ["contract", "contract_id"], ["amount", "amount_minor"], ["day", "received_on"]].map(([column, field]) => ({ column, field }));
    await boss.put(`/import/batches/${batch.id}/mapping`, { mapping: { key: "number", on_existing: "skip", columns } });
    const { job_id } = await boss.post(`/import/batches/${batch.id}/run`, { dry_run: false });
    await boss.job(job_id);
    const during = await linesOf(contract);
    assert.equal(during.reduce((sum, one) => sum + one.received_minor, 0), 85_01);
    assert.ok(during[0].received_minor >= 30_00);
    await boss.job((await boss.post(`/import/batches/${batch.id}/rollback`)).job_id);
    assert.deepEqual(await linesOf(contract), before);
});

test("who may not see amounts sees no shares and chooses none; nobody reaches lines of others", async () => {
    const contract = await contractOf();
    const payment = await pay(contract, 50_00);
    const viewer = await personWith(await role("all", { fields: [{ object: "contract", field: "cost_minor", access: "hidden" }, { object: "payment", field: "amount_minor", access: "hidden" },
        { object: "refund", field: "amount_minor", access: "read" }] }));
    const [first] = (await viewer.get(`/contracts/${contract.id}`)).lines;
    assert.deepEqual([first.received_minor, first.received_cost_minor, first.received_margin_minor, first.cost_minor], [30_00, undefined, undefined, undefined]);
    assert.equal((await viewer.get(`/payments/${payment.id}`)).allocations, undefined);
    const blind = await personWith(await role("all", { fields: [{ object: "contract", field: "amount_minor", access: "hidden" }] }));
    const [closed] = (await blind.get(`/contracts/${contract.id}`)).lines;
    for (const member of ["total_minor", "tax_minor", "received_minor", "refunded_minor", "open_minor", "received_cost_minor", "received_margin_minor"]) {
        assert.equal(closed[member], undefined, member);
    }
    const said = { body: { allocations: forLines(contract, 50_00, 30_00) }, headers: { "If-Match": String(payment.version) } };
    assert.equal(code(await viewer.send("PATCH", `/payments/${payment.id}`, said), "allocations"), "read_only");
    const stranger = await personWith(await role("own"), { department_id: (await department({ name: unique("others") })).id });
    expectProblem(await stranger.send("PATCH", `/payments/${payment.id}`, said), 404, "not_found");
    assert.equal((await send("PATCH", `/payments/${payment.id}`, said)).status, 401);
    const reader = await personWith(await role("all", { permissions: ["contract.view", "payment.view", "customer.view"] }));
    expectProblem(await reader.send("PATCH", `/payments/${payment.id}`, said), 403, "forbidden");
});

test("shares of payments that were there before are computed by the job, and the doctor sees what differs", { timeout: 180_000 }, async () => {
    const contract = await contractOf();
    await pay(contract, 33_33, { allocations: forLines(contract, 33_33, 0, 10_00) });
    const expected = await linesOf(contract);
    const break_ = async () => {
        await sql(`DELETE s FROM allocation_line s JOIN contract_line l ON l.id = s.line_id WHERE l.contract_id = ${contract.id}`);
        await sql(`UPDATE contract_line SET total_minor = 0, tax_minor = 0, received_minor = 0 WHERE contract_id = ${contract.id}`);
    };
    await break_();
    assert.equal(await wrong(), 1);
    await dabiao(["doctor", "--repair", "--json"]);
    assert.deepEqual([await linesOf(contract), await wrong()], [expected, 0]);
    await sql(`UPDATE allocation_line s JOIN contract_line l ON l.id = s.line_id SET s.amount_minor = s.amount_minor + 1 WHERE l.contract_id = ${contract.id} AND l.line_number = 1`);
    assert.equal(await wrong(), 1);
    await break_();
    await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('money.allocate', '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))");
    await dabiao(["job", "run"]);
    assert.deepEqual([await linesOf(contract), await wrong()], [expected, 0]);
});
