// Numbers of contracts, payments and refunds by the patterns of the settings page.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";

await stack();

let boss;
let customer;
const KEPT = new Map(); // patterns as they were

const patterns = async () => Object.fromEntries((await boss.get("/number-patterns")).items.map((item) => [item.object, item]));
const contract = (body = {}) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, amount_minor: 100_00, ...body });

async function set(object, pattern, restarts) {
    const now = (await patterns())[object];
    const { items } = await boss.put(`/number-patterns/${now.id}`, { pattern, restarts }, now.version);
    return items.find((item) => item.object === object);
}

before(async () => {
    boss = await admin();
    customer = await boss.post("/customers", { name: unique("编号") });
    Object.values(await patterns()).forEach((item) => KEPT.set(item.object, item));
});

test("each kind has a pattern, and shows the number that comes next", async () => {
    const { contract: one, payment, refund } = await patterns();
    assert.deepEqual([one.pattern, payment.pattern, refund.pattern], ["HT{YYYY}{MM}-{0000}", "HK{YYYY}{MM}-{0000}", "TK{YYYY}{MM}-{0000}"]);
    const next = one.example;
    assert.equal((await contract()).number, next);
    assert.notEqual((await patterns()).contract.example, next);
});

test("a new pattern holds from the next record on, numbers given out stay", async () => {
    const before = await contract();
    const mark = unique("N").toUpperCase();
    const item = await set("contract", `${mark}/{YY}-{000}号`, "never");
    const made = await contract();
    assert.equal(made.number, item.example);
    assert.match(made.number, new RegExp(`^${mark}/\\d\\d-\\d{3,}号$`));
    assert.equal((await boss.get(`/contracts/${before.id}`)).number, before.number);
    const log = await sql(`SELECT changes FROM audit_entry WHERE object = 'number_pattern' AND record_id = ${item.id} ORDER BY id DESC LIMIT 1`);
    assert.ok(JSON.stringify(log).includes(mark));
});

test("a number that somebody typed is passed over", async () => {
    const item = await set("contract", `${unique("T").toUpperCase()}-{0000}`, "never");
    const [text, digits] = [item.example.slice(0, -4), Number(item.example.slice(-4))];
    const numbered = (n) => text + String(n).padStart(4, "0");
    const typed = [await contract({ number: numbered(digits) }), await contract({ number: numbered(digits + 1) })];
    await boss.delete(`/contracts/${typed[1].id}`, typed[1].version); // in the bin it keeps its number
    assert.equal((await contract()).number, numbered(digits + 2));
});

test("numbers given out at the same time differ", async () => {
    await set("contract", `${unique("S").toUpperCase()}-{00}`, "never");
    const made = await Promise.all(Array.from({ length: 12 }, () => contract()));
    assert.equal(new Set(made.map((one) => one.number)).size, 12);
});

test("a pattern by which numbers could not be given out is refused", async () => {
    const { contract: now } = await patterns();
    const put = (body, version = now.version) => boss.send("PUT", `/number-patterns/${now.id}`, { body, headers: { "If-Match": String(version) } });
    for (const [pattern, restarts, field] of [["HT{YYYY}{MM}", "month", "pattern"], ["{00}{00}", "never", "pattern"], ["{yy}{00}", "never", "pattern"],
        ["HT{00", "never", "pattern"], [`${"x".repeat(47)}{00}`, "never", "pattern"], ["HT{YYYY}-{00}", "month", "restarts"], ["HT-{00}", "year", "restarts"],
        ["", "never", "pattern"], ["HT-{00}", "daily", "restarts"]]) {
        expectProblem(await put({ pattern, restarts }), 422, "invalid", field);
    }
    expectProblem(await put({ pattern: "HT-{00}", restarts: "never" }, now.version + 1), 412, "stale_version");
    expectProblem(await boss.send("PUT", `/number-patterns/${now.id}`, { body: { pattern: "HT-{00}", restarts: "never" } }), 428, "version_required");
    expectProblem(await boss.send("PUT", "/number-patterns/987654", { body: { pattern: "HT-{00}", restarts: "never" }, headers: { "If-Match": "1" } }), 404, "not_found");
    assert.deepEqual((await patterns()).contract, now);
});

test("who may not edit patterns neither sees nor changes them", async () => {
    const rep = await person({ role: "sales" });
    expectProblem(await send("GET", "/number-patterns"), 401, "not_signed_in");
    expectProblem(await rep.send("GET", "/number-patterns"), 403, "forbidden");
    expectProblem(await rep.send("PUT", "/number-patterns/1", { body: { pattern: "X{0}", restarts: "never" }, headers: { "If-Match": "1" } }), 403, "forbidden");
    assert.ok((await (await person({ role: "finance" })).get("/number-patterns")).items.length >= 3);
});

test("a pattern that comes back counts on where it was", async () => {
    for (const [object, { pattern, restarts }] of KEPT) {
        await set(object, pattern, restarts);
    }
    const { contract: now } = await patterns();
    assert.equal(now.pattern, KEPT.get("contract").pattern);
    assert.equal((await contract()).number, now.example);
});
