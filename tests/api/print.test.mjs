// MON-6: templates are text with known placeholders, the seal is a picture and nothing else, and what is printed is written down.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, expectProblem, person, send, stack, unique } from "./lib.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

let boss;
let rep;
let stranger;
let contract;
let quote;

const PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
async function refuse(answer, field, code) {
    const problem = expectProblem(await answer, 422, "invalid", field);
    assert.equal(problem.errors.find((error) => error.field === field).code, code);
}

before(async () => {
    boss = await admin();
    rep = await person({ role: "sales" });
    stranger = await personWith(await role("own"));
    const customer = await rep.post("/customers", { name: unique("甲方") });
    contract = await rep.post("/contracts", { name: unique("合同"), customer_id: customer.id, amount_minor: 1_00 });
    quote = await rep.post("/quotes", { name: unique("报价"), customer_id: customer.id, lines: [{ name: "x", quantity_milli: 1000, unit_price_minor: 1_00 }] });
});

test("MON-6: a new company has templates for all three, in both languages", async () => {
    const items = await rep.list("/print-templates");
    for (const object of ["contract", "quote", "payment"]) {
        for (const language of ["zh-CN", "en"]) {
            assert.ok(items.some((one) => one.object === object && one.language === language && one.is_active), `${object} ${language}`);
        }
    }
});

test("MON-6: what is in braces must be known; everything else is text", async () => {
    const body = { name: unique("模板"), object: "quote", language: "zh-CN", body: "# 报价单 {{number}}\n{{lines name amount}}\n{{seal}}<script>alert(1)</script>", is_active: true };
    expectProblem(await send("POST", "/print-templates", { body }), 401, "not_signed_in");
    expectProblem(await rep.send("POST", "/print-templates", { body }), 403, "forbidden");
    const made = await boss.post("/print-templates", body);
    assert.equal((await boss.get(`/print-templates/${made.id}`)).body, body.body, "kept as it is: it is shown as text");
    for (const wrong of ["{{nonsense}}", "{{number", "{{lines}}", "{{lines cost}}", "{{ }}", "{{number}} {{constructor}}", "{{lines name constructor}}"]) {
        await refuse(boss.send("POST", "/print-templates", { body: { ...body, body: wrong } }), "body", "unknown_placeholder");
    }
    await refuse(boss.send("POST", "/print-templates", { body: { ...body, object: "customer" } }), "object", "not_an_option");
    await refuse(boss.send("POST", "/print-templates", { body: { ...body, body: "x".repeat(20_001) } }), "body", "too_long");
    await boss.patch(`/print-templates/${made.id}`, { is_active: false }, made.version);
    await refuse(rep.send("POST", "/prints", { body: { object: "quote", record_id: quote.id, template_id: made.id } }), "template_id", "no_such_record");
});

test("MON-6: the seal is a PNG or JPEG picture, set by administrators", async () => {
    expectProblem(await send("GET", "/seal"), 401, "not_signed_in");
    expectProblem(await send("PUT", "/seal", { body: { image: PNG } }), 401, "not_signed_in");
    expectProblem(await rep.send("PUT", "/seal", { body: { image: PNG } }), 403, "forbidden");
    assert.deepEqual(await boss.put("/seal", { image: PNG }), { image: PNG });
    assert.equal((await rep.get("/seal")).image, PNG);
    const wrong = ["data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=", "https://example.com/x.png", "data:image/png;base64,PHN2Zz4=", `${PNG}" onload="x`, `${PNG}\n`.replace("=\n", "=<"), "javascript:alert(1)"];
    for (const image of wrong) {
        await refuse(boss.send("PUT", "/seal", { body: { image } }), "image", "not_a_picture");
    }
    await refuse(boss.send("PUT", "/seal", { body: { image: PNG.slice(0, -2) + "A".repeat(420_000) } }), "image", "too_large");
    expectProblem(await boss.send("PUT", "/seal", { body: {} }), 422, "invalid", "image");
    assert.deepEqual(await boss.put("/seal", { image: null }), { image: null });
});

test("MON-6: who printed what is written down; only what one may see is printed", async () => {
    const [template] = await rep.list("/print-templates", { filter: { all: [{ field: "object", op: "eq", value: "contract" }, { field: "language", op: "eq", value: "en" }] } });
    const body = { object: "contract", record_id: contract.id, template_id: template.id, with_prices: false };
    expectProblem(await send("POST", "/prints", { body }), 401, "not_signed_in");
    expectProblem(await stranger.send("POST", "/prints", { body }), 404, "not_found");
    expectProblem(await (await personWith(await role("all", { permissions: ["customer.view"] }))).send("POST", "/prints", { body }), 403, "forbidden");
    await rep.post("/prints", body);
    await boss.post("/prints", { ...body, with_prices: undefined });
    const path = `/prints?object=contract&record_id=${contract.id}`;
    const { items } = await rep.get(path);
    assert.deepEqual(items.map((one) => [one.printed_by_name, one.template_name, one.with_prices, one.record_version]),
        [[boss.user.name, template.name, true, contract.version], [rep.user.name, template.name, false, contract.version]]);
    expectProblem(await send("GET", path), 401, "not_signed_in");
    expectProblem(await stranger.send("GET", path), 404, "not_found");
    expectProblem(await rep.send("GET", "/prints?object=customer&record_id=1"), 422, "invalid", "object");
    await refuse(rep.send("POST", "/prints", { body: { ...body, object: "quote", record_id: quote.id } }), "template_id", "no_such_record");
    await refuse(rep.send("POST", "/prints", { body: { ...body, template_id: 987654321 } }), "template_id", "no_such_record");
    await refuse(rep.send("POST", "/prints", { body: { ...body, object: "user" } }), "object", "not_an_option");
    expectProblem(await rep.send("POST", "/prints", { body: { ...body, record_id: 987654321 } }), 404, "not_found");
});
