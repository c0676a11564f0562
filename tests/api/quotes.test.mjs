// Quotes (MON-2): lines at list and floor prices of a price book, versions of what was sent, the right to discount by role,
// approval by somebody who may, the contract that comes of it.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, roleId, send, sql, stack, unique } from "./lib.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

let boss;
let rep;
let chief;
let customer;
let tea;
let cup;
let book;
const LONG = "2099-12-31";

before(async () => {
    boss = await admin();
    // What other tests left: a right of one role limits all the others.
    for (const right of await boss.list("/discount-authorities")) {
        await boss.delete(`/discount-authorities/${right.id}`, right.version);
    }
    const room = await department({ name: unique("quotes") });
    rep = await person({ role: "sales", department_id: room.id });
    chief = await person({ role: "manager", department_id: room.id });
    customer = await boss.post("/customers", { name: unique("甲方"), owner_id: rep.user.id });
    tea = await boss.post("/products", { name: unique("茶"), price_minor: 100_00, cost_minor: 40_00 });
    cup = await boss.post("/products", { name: unique("杯"), price_minor: 10_00 });
    book = await boss.post("/price-books", { name: unique("价格表"), currency: "CNY", entries: [
        { product_id: tea.id, price_minor: 120_00, floor_minor: 90_00, until_on: "2020-12-31" },
        { product_id: tea.id, price_minor: 200_00, floor_minor: 150_00, from_on: "2021-01-01" }] });
});

const fresh = (record, plural = "quotes") => boss.get(`/${plural}/${record.id}`);
const line = (product, quantity, price) => ({ product_id: product.id, quantity_milli: quantity * 1000, ...(price === undefined ? {} : { unit_price_minor: price }) });
const quoteOf = (who, lines, more = {}) => who.post("/quotes", { customer_id: customer.id, valid_until: LONG, lines, ...more });
const patch = async (who, record, body) => who.send("PATCH", `/quotes/${record.id}`, { body, headers: { "If-Match": String((await fresh(record)).version) } });
const done = async (answer) => {
    const { status, body } = await answer;
    assert.equal(status, 200, JSON.stringify(body));
    return body;
};
const refuse = async (answer, field, code) => {
    const problem = expectProblem(await answer, 422, "invalid", field);
    assert.equal(problem.errors.find((error) => error.field === field).code, code);
};

test("MON-2: prices come from the price book of the day, else from the product", async () => {
    const quote = await quoteOf(rep, [line(tea, 2), line(cup, 3, 9_00), { name: "运费", quantity_milli: 1500, unit_price_minor: 333 }], { price_book_id: book.id });
    assert.deepEqual(quote.lines.map(({ list_price_minor, floor_minor, unit_price_minor, amount_minor }) => [list_price_minor, floor_minor, unit_price_minor, amount_minor]),
        [[200_00, 150_00, 200_00, 400_00], [10_00, null, 9_00, 27_00], [333, null, 333, 500]]);
    assert.deepEqual([quote.list_minor, quote.amount_minor, quote.discount_ppm, quote.currency, quote.status, quote.version_number],
        [435_00, 432_00, 6897, "CNY", "draft", 1]);
    assert.match(quote.number, /^BJ\d{6}-\d{4,}$/);
    assert.equal((await quoteOf(rep, [line(tea, 1)])).amount_minor, 100_00, "without a price book: the product's price");
    const price = await rep.get("/product-prices", { product_id: tea.id, price_book_id: book.id });
    assert.deepEqual([price.price_minor, price.floor_minor], [200_00, 150_00]);
    expectProblem(await rep.send("GET", "/product-prices?product_id=987654321"), 404, "not_found");
});

test("MON-2: a price book has its departments, days and sense", async () => {
    const elsewhere = await department({ name: unique("elsewhere") });
    const closed = await boss.post("/price-books", { name: unique("价格表"), currency: "CNY", department_ids: [elsewhere.id], entries: [] });
    const dollars = await boss.post("/price-books", { name: unique("价格表"), currency: "CAD" });
    await boss.post("/exchange-rates", { currency: "CAD", rate_on: "2024-01-01", rate_nano: 7_100_000_000 });
    const body = { customer_id: customer.id, lines: [line(tea, 1)] };
    await refuse(rep.send("POST", "/quotes", { body: { ...body, price_book_id: closed.id } }), "price_book_id", "not_an_option");
    await refuse(rep.send("POST", "/quotes", { body: { ...body, price_book_id: dollars.id, currency: "CNY" } }), "price_book_id", "wrong_currency");
    assert.equal((await rep.post("/quotes", { ...body, price_book_id: dollars.id })).currency, "CAD");
    const everyone = await boss.post("/price-books", { name: unique("价格表"), currency: "CNY", department_ids: [(await company()).id] });
    assert.equal((await rep.post("/quotes", { ...body, price_book_id: everyone.id })).price_book_id, everyone.id, "departments below are meant too");
    const post = (entries) => boss.send("POST", "/price-books", { body: { name: unique("价格表"), currency: "CNY", entries } });
    await refuse(post([{ product_id: tea.id, price_minor: 10, floor_minor: 11 }]), "entries.0.floor_minor", "too_large");
    await refuse(post([{ product_id: tea.id, price_minor: 10, from_on: "2024-02-01", until_on: "2024-01-01" }]), "entries.0.until_on", "too_small");
    await refuse(post([{ product_id: tea.id, price_minor: 10 }, { product_id: tea.id, price_minor: 11, from_on: "2030-01-01" }]), "entries.1.product_id", "duplicate");
    await refuse(post([{ product_id: 987654321, price_minor: 10 }]), "entries.0.product_id", "no_such_record");
    await refuse(boss.send("POST", "/price-books", { body: { name: "x", currency: "CNY", department_ids: [987654321] } }), "department_ids.0", "no_such_record");
    expectProblem(await rep.send("POST", "/price-books", { body: { name: "x", currency: "CNY" } }), 403, "forbidden");
    const now = await rep.get(`/price-books/${closed.id}`);
    assert.deepEqual([now.department_ids, now.entries], [[elsewhere.id], []]);
});

test("MON-2: who goes beyond his right needs somebody who may", async () => {
    const rights = [await boss.post("/discount-authorities", { name: unique("权"), role_id: await roleId("sales"), max_discount_ppm: 50_000 }),
        await boss.post("/discount-authorities", { name: unique("权"), role_id: await roleId("manager"), max_discount_ppm: 200_000 })];
    try {
        const state = async (quote) => (await fresh(quote)).authority_state;
        const fine = await quoteOf(rep, [line(tea, 1, 190_00)], { price_book_id: book.id });
        assert.deepEqual([fine.discount_ppm, fine.authority_state], [50_000, "fine"]);
        const far = await quoteOf(rep, [line(tea, 1, 189_99)], { price_book_id: book.id });
        assert.equal(far.authority_state, "needs_approval");
        await refuse(patch(rep, far, { status: "sent" }), "status", "needs_approval");
        expectProblem(await rep.send("POST", `/quotes/${far.id}/approve`, {}), 403, "forbidden");
        await chief.post(`/quotes/${far.id}/approve`);
        const approved = await fresh(far);
        assert.deepEqual([approved.authority_state, approved.approved_by_id], ["approved", chief.user.id]);
        assert.notEqual(approved.approved_at, null);
        expectProblem(await chief.send("POST", `/quotes/${far.id}/approve`, {}), 409, "conflict");
        // What has nothing to do with the price leaves the approval as it is; another price does not.
        await done(patch(rep, far, { remark: "客户要求" }));
        assert.equal(await state(far), "approved");
        await done(patch(rep, far, { status: "sent" }));
        await done(patch(rep, far, { discount_minor: 1_00 }));
        const next = await fresh(far);
        assert.deepEqual([next.authority_state, next.approved_by_id, next.status, next.version_number], ["needs_approval", null, "draft", 2]);
        // Below the floor: beyond the manager's right too, however small the discount.
        const low = await quoteOf(rep, [line(tea, 1, 149_99), line(cup, 100)], { price_book_id: book.id });
        assert.deepEqual([low.is_below_floor, low.authority_state], [true, "needs_approval"]);
        expectProblem(await chief.send("POST", `/quotes/${low.id}/approve`, {}), 403, "forbidden");
        await boss.post(`/quotes/${low.id}/approve`);
        assert.equal(await state(low), "approved");
        // A discount on the whole that eats the floors is the same.
        const sly = await quoteOf(rep, [line(tea, 1, 200_00)], { price_book_id: book.id, discount_minor: 50_01 });
        assert.equal(sly.is_below_floor, true);
        assert.equal((await quoteOf(rep, [line(tea, 1, 200_00)], { price_book_id: book.id, discount_minor: 50_00 })).is_below_floor, false);
        await refuse(boss.send("POST", "/discount-authorities", { body: { name: "x", role_id: await roleId("sales"), max_discount_ppm: 1 } }), "role_id", "duplicate");
        expectProblem(await rep.send("GET", "/discount-authorities"), 403, "forbidden");
    } finally {
        for (const right of rights) {
            await boss.delete(`/discount-authorities/${right.id}`, right.version);
        }
    }
    assert.equal((await quoteOf(rep, [line(tea, 1, 1)])).authority_state, "fine", "where nobody's right is limited, everybody may");
});

test("MON-2: another price book measures the same prices anew; an import sends nothing that needs an approval", async () => {
    await boss.post("/discount-authorities", { name: unique("权限"), role_id: await roleId("sales"), max_discount_ppm: 100_000, may_go_below_floor: false });
    try {
        const quote = await quoteOf(rep, [line(tea, 1), { name: "运费", quantity_milli: 1000, unit_price_minor: 5_00 }]);
        assert.deepEqual([quote.authority_state, quote.list_minor], ["fine", 105_00]);
        const moved = await done(patch(rep, quote, { price_book_id: book.id }));
        assert.deepEqual([moved.authority_state, moved.list_minor, moved.amount_minor, moved.is_below_floor], ["needs_approval", 205_00, 105_00, true]);
        assert.deepEqual(moved.lines.map((one) => [one.list_price_minor, one.floor_minor, one.unit_price_minor]), [[200_00, 150_00, 100_00], [5_00, null, 5_00]]);
        const batch = await boss.upload(`/import/batches?${new URLSearchParams({ kind: "quote", name: "q.csv" })}`, Buffer.from(`number,status\n${quote.number},sent`));
        await boss.put(`/import/batches/${batch.id}/mapping`, { mapping: { columns: ["number", "status"].map((field) => ({ column: field, field })), key: "number", on_existing: "update" } });
        await boss.job((await boss.post(`/import/batches/${batch.id}/run`, { dry_run: false })).job_id);
        const { items } = await boss.get(`/import/batches/${batch.id}/faults`);
        assert.deepEqual(items.flatMap((fault) => fault.errors.map((error) => error.code)), ["needs_approval"], JSON.stringify(items));
        assert.equal((await fresh(quote)).status, "draft");
        const back = await done(patch(rep, quote, { price_book_id: null }));
        assert.deepEqual([back.authority_state, back.list_minor, back.is_below_floor], ["fine", 105_00, false]);
    } finally {
        for (const right of await boss.list("/discount-authorities")) {
            await boss.delete(`/discount-authorities/${right.id}`, right.version);
        }
    }
});

test("MON-2: a quote whose last day is over becomes no contract, before the night has told", async () => {
    const quote = await quoteOf(rep, [line(tea, 1)], { status: "sent" });
    await sql(`UPDATE quote SET valid_until = '2020-01-01' WHERE id = ${quote.id}`);
    expectProblem(await rep.send("POST", `/quotes/${quote.id}/contract`, {}), 409, "conflict");
    expectProblem(await rep.send("PATCH", `/quotes/${quote.id}`, { body: { status: "accepted" }, headers: { "If-Match": String(quote.version) } }), 422, "invalid", "valid_until");
});

test("MON-2: what was sent is kept when it is changed", async () => {
    const quote = await quoteOf(rep, [line(tea, 1)], { name: "一号" });
    assert.deepEqual((await rep.get(`/quotes/${quote.id}/versions`)).items, [], "a draft has no versions");
    await done(patch(rep, quote, { lines: [line(tea, 2)] }));
    assert.equal((await fresh(quote)).version_number, 1);
    assert.notEqual((await done(patch(rep, quote, { status: "sent" }))).sent_at, null);
    const changed = await done(patch(rep, quote, { lines: [line(tea, 3, 95_00)], discount_minor: 5_00 }));
    assert.deepEqual([changed.version_number, changed.status, changed.sent_at, changed.amount_minor], [2, "draft", null, 280_00]);
    await done(patch(rep, quote, { status: "sent" }));
    await done(patch(rep, quote, { valid_until: "2098-12-31", status: "sent" }));
    const { items } = await rep.get(`/quotes/${quote.id}/versions`);
    assert.deepEqual(items.map((item) => [item.version_number, item.content.amount_minor, item.content.lines[0].quantity_milli, item.content.valid_until]),
        [[2, 280_00, 3000, LONG], [1, 200_00, 2000, LONG]]);
    assert.equal(items[0].replaced_by_name, rep.user.name);
    assert.equal((await fresh(quote)).version_number, 3);
    // No right, out of scope, closed amounts.
    expectProblem(await send("GET", `/quotes/${quote.id}/versions`), 401, "not_signed_in");
    expectProblem(await (await personWith(await role("own"))).send("GET", `/quotes/${quote.id}/versions`), 404, "not_found");
    const viewer = await personWith(await role("all", { fields: [{ object: "quote", field: "amount_minor", access: "hidden" }] }));
    assert.deepEqual((await viewer.get(`/quotes/${quote.id}/versions`)).items, []);
    assert.equal("lines" in (await viewer.get(`/quotes/${quote.id}`)), false);
});

test("a quote goes its way and no other", async () => {
    const quote = await quoteOf(rep, [line(tea, 1)]);
    await refuse(patch(rep, quote, { status: "accepted" }), "status", "not_an_option");
    await refuse(patch(rep, quote, { status: "expired" }), "status", "not_an_option");
    await refuse(rep.send("POST", "/quotes", { body: { customer_id: customer.id, status: "accepted", lines: [] } }), "status", "not_an_option");
    const bare = await rep.post("/quotes", { customer_id: customer.id });
    await refuse(patch(rep, bare, { status: "sent" }), "lines", "required");
    await refuse(patch(rep, bare, { status: "sent", lines: [line(tea, 1)] }), "valid_until", "required");
    await refuse(patch(rep, bare, { status: "sent", lines: [line(tea, 1)], valid_until: "2020-01-01" }), "valid_until", "too_small");
    await refuse(patch(rep, bare, { lines: [line(tea, 1)], discount_minor: 100_01 }), "discount_minor", "too_large");
    await refuse(patch(rep, bare, { lines: [{ quantity_milli: 1000 }] }), "lines.0.name", "required");
    await refuse(rep.send("POST", "/quotes", { body: { lines: [line(tea, 1)] } }), "customer_id", "required");
    await done(patch(rep, quote, { status: "sent" }));
    await done(patch(rep, quote, { status: "accepted" }));
    await refuse(patch(rep, quote, { lines: [line(tea, 2)] }), "lines", "read_only");
    await done(patch(rep, quote, { status: "void" }));
    const { version } = await fresh(quote);
    expectProblem(await rep.send("PATCH", `/quotes/${quote.id}`, { body: { remark: "x" }, headers: { "If-Match": `${version - 1}` } }), 412, "stale_version");
});

test("the night after its last day a sent quote has expired, by the company's date", async () => {
    const quote = await quoteOf(rep, [line(tea, 1)], { valid_until: "2095-03-31", status: "sent" });
    const draft = await quoteOf(rep, [line(tea, 1)], { valid_until: "2095-03-31" });
    const night = async (moment) => {
        await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('quote.expire', '{}', UTC_TIMESTAMP(3) + INTERVAL 1 DAY, UTC_TIMESTAMP(3))");
        await dabiao(["job", "run", "--at", moment]);
        return (await fresh(quote)).status;
    };
    assert.equal(await night("2095-03-31T15:59:00.000Z"), "sent");
    assert.equal(await night("2095-03-31T16:20:00.000Z"), "expired");
    assert.equal((await fresh(draft)).status, "draft");
    const again = await done(patch(rep, quote, { valid_until: LONG }));
    assert.deepEqual([again.status, again.version_number], ["draft", 2]);
});

test("MON-2: a quote becomes a contract with its lines, once", async () => {
    const deal = await boss.post("/opportunities", { name: unique("商机"), customer_id: customer.id, owner_id: rep.user.id });
    const quote = await rep.post("/quotes", { opportunity_id: deal.id, valid_until: LONG, discount_minor: 3_00, lines: [line(tea, 2, 95_00), { name: "安装", quantity_milli: 500, unit_price_minor: 40_00 }] });
    assert.equal(quote.customer_id, customer.id);
    expectProblem(await rep.send("POST", `/quotes/${quote.id}/contract`, {}), 409, "conflict");
    await done(patch(rep, quote, { status: "sent" }));
    const answers = await Promise.all([1, 2, 3].map(() => rep.send("POST", `/quotes/${quote.id}/contract`, {})));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 409, 409]);
    const { contract_id } = answers.find((answer) => answer.status === 201).body;
    const contract = await rep.get(`/contracts/${contract_id}`);
    assert.deepEqual([contract.amount_minor, contract.discount_minor, contract.cost_minor, contract.opportunity_id, contract.owner_id, contract.status],
        [207_00, 3_00, 80_00, deal.id, rep.user.id, "draft"]);
    assert.deepEqual(contract.lines.map((one) => [one.name, one.quantity_milli, one.unit_price_minor]), [[tea.name, 2000, 95_00], ["安装", 500, 40_00]]);
    const after = await fresh(quote);
    assert.deepEqual([after.status, after.contract_id], ["accepted", contract_id]);
    // The contract thrown away: the quote may make another.
    await boss.delete(`/contracts/${contract_id}`, contract.version);
    assert.equal((await rep.send("POST", `/quotes/${quote.id}/contract`, {})).status, 201);
    expectProblem(await send("POST", `/quotes/${quote.id}/contract`, {}), 401, "not_signed_in");
    expectProblem(await (await person({ role: "executive" })).send("POST", `/quotes/${quote.id}/contract`, {}), 403, "forbidden");
    expectProblem(await (await person({ role: "sales" })).send("POST", `/quotes/${quote.id}/contract`, {}), 404, "not_found");
    expectProblem(await (await personWith(await role("own"))).send("POST", `/quotes/${quote.id}/approve`, {}), 404, "not_found");
});

test("quotes follow their customer through a merge, and keep it from going into the bin", async () => {
    const [one, two] = [await boss.post("/customers", { name: unique("甲方") }), await boss.post("/customers", { name: unique("甲方") })];
    const quote = await boss.post("/quotes", { customer_id: two.id, lines: [line(tea, 1)] });
    expectProblem(await boss.send("DELETE", `/customers/${two.id}`, { headers: { "If-Match": "1" } }), 409, "in_use");
    const { id } = await boss.post(`/customers/${one.id}/merge`, { source_id: two.id });
    assert.equal((await fresh(quote)).customer_id, one.id);
    await boss.post(`/customer-merges/${id}/undo`);
    assert.equal((await fresh(quote)).customer_id, two.id);
});
