// FLD-1, FLD-2, FLD-3: fields that administrators add to records: kinds, rules, options, deletion, and that everything made
// from the table of fields knows them: lists, filters, sums, forms, export, import, history, roles, bulk changes, gates.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { makePipeline, stage } from "./pipeline-samples.mjs";
import { poolsFor } from "./pool-samples.mjs";
import { admin, dabiao, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";

await stack();

let boss;
const MADE = [];

async function add(object, kind, more = {}) {
    const field = await boss.post("/custom-fields", { object, kind, label_zh: more.label_zh ?? unique("字段"), code: code(), ...more });
    MADE.push(field.id);
    return field;
}

let counter = 0;
const code = () => `t${process.pid.toString(36)}${(counter += 1).toString(36)}z`;
const refused = (answer, field, wanted) => {
    assert.equal(answer.status, 422, JSON.stringify(answer.body));
    assert.ok(answer.body.errors.some((error) => error.field === field && error.code === wanted), `${field} ${wanted}: ${JSON.stringify(answer.body.errors)}`);
};
const attempt = (body) => boss.send("POST", "/custom-fields", { body });
const customer = (body = {}) => boss.post("/customers", { name: unique("客户"), ...body });
const tryCustomer = (body = {}) => boss.send("POST", "/customers", { body: { name: unique("客户"), ...body } });
const ids = (page) => page.items.map((item) => item.id).sort((a, b) => a - b);
const only = async (field, op, value) => ids(await boss.get("/customers", { filter: { field, op, value } }));
const metaOf = async (object, who = boss) => (await who.get("/meta")).objects.find((one) => one.name === object);

before(async () => {
    boss = await admin();
});

// kind, settings, what is sent, what comes back (unless the same), what is refused with which code
const SAMPLES = [
    ["text", { max_length: 10 }, "abc", undefined, "x".repeat(11), "too_long"],
    ["long_text", {}, "one\ntwo", undefined, 7, "not_a_string"],
    ["integer", { min: -5, max: 10 }, -5, undefined, 11, "too_large"],
    ["decimal", { scale: 3, min: "-0.5", max: "99.999" }, "12.5", "12.500", "0.1234", "too_many_digits"],
    ["money", { min: 0 }, 123456, undefined, -1, "too_small"],
    ["percent", { max: 1000000 }, 125000, undefined, 1000001, "too_large"],
    ["rating", { max: 5 }, 5, undefined, 6, "too_large"],
    ["boolean", {}, true, undefined, "yes", "not_a_boolean"],
    ["date", {}, "2026-03-31", undefined, "2026-02-30", "not_a_date"],
    ["date_time", {}, "2026-03-31T08:00:00.000Z", undefined, "2026-03-31", "not_an_instant"],
    ["month", {}, "2026-03-17", "2026-03-01", "2026-13-01", "not_a_date"],
    ["select", { options: [{ value: "a", label_zh: "甲" }, { value: "b", label_zh: "乙" }] }, "a", undefined, "c", "not_an_option"],
    ["multi_select", { options: [{ value: "a", label_zh: "甲" }, { value: "b", label_zh: "乙" }] }, ["b", "a"], ["a", "b"], "a", "not_a_list"],
    ["user", {}, () => boss.user.id, undefined, 999999999, "no_such_record"],
    ["department", {}, async () => (await boss.get("/departments", { limit: 1 })).items[0].id, undefined, 999999999, "no_such_record"],
    ["region", {}, async () => Number((await sql("SELECT MIN(id) AS id FROM region"))[0][0]), undefined, 999999999, "no_such_record"],
    ["record", { ref: "product" }, async () => (await boss.post("/products", { name: unique("产品") })).id, undefined, 999999999, "no_such_record"],
    ["email", {}, "a@b.cn", undefined, "ab.cn", "not_an_email"],
    ["phone", {}, "13812341234", undefined, "12", "not_a_phone"],
    ["url", {}, "https://a.cn", undefined, "a b", "not_a_url"],
    ["currency", {}, "usd", "USD", "dollars", "not_a_currency"],
];

test("FLD-1: more than twenty kinds, each kept in a typed column, refused where it does not fit", async () => {
    const { kinds, objects } = await boss.get("/custom-fields/kinds");
    assert.ok(kinds.length >= 20, `${kinds.length} kinds`);
    assert.ok(["customer", "contact", "follow_up", "product", "opportunity", "contract", "task", "quote", "invoice", "payment"]
        .every((name) => objects.some((object) => object.name === name)));
    const fields = [];
    const body = {};
    const expected = {};
    for (const [kind, settings, sent, back] of SAMPLES) {
        const field = await add("customer", kind, settings);
        assert.match(field.name, /^x_[a-z0-9_]+$/);
        const suffix = kinds.find((one) => one.kind === kind).suffix;
        assert.ok(field.name.endsWith(suffix), `${kind}: ${field.name}`);
        fields.push(field);
        body[field.name] = typeof sent === "function" ? await sent() : sent;
        expected[field.name] = back ?? body[field.name];
    }
    const made = await customer(body);
    for (const name of Object.keys(expected)) {
        assert.deepEqual(made[name], expected[name], name);
    }
    const read = await boss.get(`/customers/${made.id}`);
    const listed = (await boss.get("/customers", { filter: { field: "id", op: "eq", value: made.id } })).items[0];
    for (const name of Object.keys(expected)) {
        assert.deepEqual(read[name], expected[name], name);
        assert.deepEqual(listed[name], expected[name], `${name} in the list`);
    }
    for (const [index, [kind, , , , bad, wanted]] of SAMPLES.entries()) {
        const answer = await tryCustomer({ [fields[index].name]: bad });
        assert.equal(answer.status, 422, kind);
        const error = answer.body.errors.find((one) => one.field === fields[index].name || one.field.startsWith(`${fields[index].name}.`));
        assert.equal(error?.code, wanted, `${kind}: ${JSON.stringify(answer.body.errors)}`);
    }
    const cleared = await boss.patch(`/customers/${made.id}`, Object.fromEntries(fields.map((field) => [field.name, null])), made.version);
    assert.ok(fields.every((field) => cleared[field.name] === null || (Array.isArray(cleared[field.name]) && cleared[field.name].length === 0)));
    const types = await sql(`SELECT data_type FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'customer' AND column_name = '${fields[3].name}'`);
    assert.equal(types[0][0], "bigint"); // decimals are exact
});

test("FLD-1: only who may, only what a kind takes", async () => {
    assert.equal((await send("GET", "/custom-fields")).status, 401);
    const rep = await person({ role: "sales" });
    expectProblem(await rep.send("GET", "/custom-fields"), 403, "forbidden");
    expectProblem(await rep.send("POST", "/custom-fields", { body: { object: "customer", kind: "text", label_zh: "x" } }), 403, "forbidden");
    expectProblem(await boss.send("GET", "/custom-fields/999999999"), 404, "not_found");
    refused(await attempt({ object: "customer", kind: "nonsense", label_zh: "x" }), "kind", "not_an_option");
    refused(await attempt({ object: "user", kind: "text", label_zh: "x" }), "object", "not_an_option");
    refused(await attempt({ object: "customer", kind: "boolean", label_zh: "x", is_unique: true }), "is_unique", "not_for_this_kind");
    refused(await attempt({ object: "customer", kind: "text", label_zh: "x", code: "a_minor" }), "code", "not_a_code");
    refused(await attempt({ object: "customer", kind: "text", label_zh: "x", code: "Drop Table" }), "code", "not_a_code");
    refused(await attempt({ object: "customer", kind: "text", label_zh: "x", pattern: "(a" }), "pattern", "not_a_pattern");
    refused(await attempt({ object: "customer", kind: "integer", label_zh: "x", min: 5, max: 5 }), "max", "too_small");
    refused(await attempt({ object: "customer", kind: "integer", label_zh: "x", default: "five" }), "default", "not_an_integer");
    refused(await attempt({ object: "customer", kind: "select", label_zh: "x" }), "options", "required");
    refused(await attempt({ object: "customer", kind: "record", label_zh: "x" }), "ref", "required");
    refused(await attempt({ object: "customer", kind: "text", label_zh: "x", visible_if: { field: "nonsense", op: "is_null" } }), "visible_if", "bad_filter");
    refused(await attempt({ object: "customer", kind: "text", label_zh: "x", readonly_if: { field: "region_id", op: "under", value: 1 } }), "readonly_if", "bad_filter");
    refused(await attempt({ object: "customer", kind: "serial", label_zh: "x", number_pattern: "A" }), "number_pattern", "not_a_pattern");
    const field = await add("customer", "text");
    expectProblem(await boss.send("PUT", `/custom-fields/${field.id}`, { body: { label_zh: "y" } }), 428, "version_required");
    expectProblem(await boss.send("PUT", `/custom-fields/${field.id}`, { body: { label_zh: "y" }, headers: { "If-Match": "99" } }), 412, "stale_version");
    refused(await attempt({ object: "customer", kind: "text", label_zh: "x", code: field.name.slice(2) }), "code", "duplicate");
});

test("FLD-1: of several who add the same field at once one succeeds, and its column stands", async () => {
    const same = { object: "customer", kind: "text", label_zh: unique("字段"), code: code() };
    const answers = await Promise.all(Array.from({ length: 4 }, () => attempt(same)));
    const made = answers.filter((answer) => answer.status === 201);
    assert.equal(made.length, 1, JSON.stringify(answers.map((answer) => [answer.status, answer.body.code])));
    MADE.push(made[0].body.id);
    assert.ok(answers.every((answer) => [201, 409, 422].includes(answer.status)));
    assert.equal((await customer({ [made[0].body.name]: "stands" }))[made[0].body.name], "stands");
});

test("FLD-1: a name comes from the letters of the Chinese label", async () => {
    const field = await boss.post("/custom-fields", { object: "customer", kind: "money", label_zh: "年度采购额" });
    MADE.push(field.id);
    assert.match(field.name, /^x_ndcge\d*_minor$/);
    assert.equal(field.label_en, "年度采购额");
});

test("FLD-1: required, unique, default, pattern, range; the same for page, bulk and import", async () => {
    const numbered = await add("customer", "text", { is_unique: true, pattern: "[A-Z]{2}-\\d{3}", max_length: 20 });
    const sized = await add("customer", "integer", { default: 3, min: 1, max: 9 });
    const first = await customer({ [numbered.name]: "AB-123" });
    assert.equal(first[sized.name], 3);
    refused(await tryCustomer({ [numbered.name]: "AB-12" }), numbered.name, "pattern");
    const twice = await tryCustomer({ [numbered.name]: "AB-123" });
    expectProblem(twice, 409, "duplicate");
    assert.equal(twice.body.errors[0].field, numbered.name);
    const bulk = await boss.post("/customers/bulk", { action: "update", ids: [first.id], changes: { [sized.name]: 4, [numbered.name]: "no" } });
    const job = await boss.job(bulk.job_id);
    assert.deepEqual([job.result.done, job.result.refused], [0, 1]);
    assert.equal((await boss.get(`/customers/${first.id}`))[sized.name], 3); // nothing half-written
    const other = await customer();
    const good = await boss.job((await boss.post("/customers/bulk", { action: "update", ids: [first.id, other.id], changes: { [sized.name]: 7 } })).job_id);
    assert.equal(good.result.done, 2);
    assert.deepEqual(await only(sized.name, "eq", 7), [first.id, other.id]);
    const found = await boss.get("/search", { q: "AB-123" }); // a code is found by search
    assert.ok(found.items.some((item) => item.object === "customer" && item.id === first.id));
});

test("FLD-1: a default has the form of its field; two options of one name are refused", async () => {
    refused(await attempt({ object: "customer", kind: "text", label_zh: "字段", code: code(), pattern: "[0-9]+", default: "abc" }), "default", "pattern");
    const field = await add("customer", "text", { pattern: "[0-9]+", default: "12" });
    assert.equal((await customer())[field.name], "12");
    refused(await boss.send("PUT", `/custom-fields/${field.id}`, { body: { pattern: "[a-z]+" }, headers: { "If-Match": String(field.version) } }), "default", "pattern");
    const twice = await attempt({ object: "customer", kind: "select", label_zh: "字段", code: code(), options: [{ label_zh: "同" }, { label_zh: "同" }] });
    refused(twice, "options.1.label_zh", "duplicate");
});

test("FLD-1: a required field is asked where it is visible, and old records stay as they are", async () => {
    const old = await customer();
    const kind = await add("customer", "select", { options: [{ value: "key", label_zh: "重点" }, { value: "plain", label_zh: "普通" }] });
    const reason = await add("customer", "text", { is_required: true, visible_if: { field: kind.name, op: "eq", value: "key" } });
    const plain = await customer({ [kind.name]: "plain" }); // not visible: not asked
    refused(await tryCustomer({ [kind.name]: "key" }), reason.name, "required");
    const key = await customer({ [kind.name]: "key", [reason.name]: "large" });
    const patch = (record, body) => boss.send("PATCH", `/customers/${record.id}`, { body, headers: { "If-Match": String(record.version) } });
    refused(await patch(key, { [reason.name]: null }), reason.name, "required");
    refused(await patch(plain, { [kind.name]: "key" }), reason.name, "required"); // becomes visible
    assert.equal((await patch(old, { remark: "x" })).status, 200);
    const always = await add("customer", "text", { is_required: true });
    assert.equal((await patch(key, { remark: "older than the field" })).status, 200);
    refused(await tryCustomer(), always.name, "required");
    const job = await boss.job((await boss.post("/customers/bulk", { action: "update", ids: [key.id], changes: { [always.name]: "now" } })).job_id);
    assert.equal(job.result.done, 1);
    const filled = await boss.get(`/customers/${key.id}`);
    refused(await patch(filled, { [always.name]: "" }), always.name, "required");
    const now = await boss.get(`/custom-fields/${always.id}`);
    await boss.put(`/custom-fields/${always.id}`, { is_required: false }, now.version);
});

test("FLD-1: a field that is read only under a condition refuses changes", async () => {
    const frozen = await add("customer", "boolean");
    const terms = await add("customer", "text", { readonly_if: { field: frozen.name, op: "eq", value: true } });
    const one = await customer({ [frozen.name]: true, [terms.name]: "30 days" });
    const patch = (record, body) => boss.send("PATCH", `/customers/${record.id}`, { body, headers: { "If-Match": String(record.version) } });
    refused(await patch(one, { [terms.name]: "60 days" }), terms.name, "read_only");
    assert.equal((await patch(one, { [terms.name]: "30 days", remark: "unchanged" })).status, 200);
    const open = await boss.patch(`/customers/${one.id}`, { [frozen.name]: false }, (await boss.get(`/customers/${one.id}`)).version);
    assert.equal((await patch(open, { [terms.name]: "60 days" })).status, 200);
});

test("FLD-1: limits, a default and conditions are cleared by null; what is left out stays", async () => {
    const condition = { field: "remark", op: "not_null" };
    const field = await add("customer", "integer", { min: 2, max: 9, default: 5, visible_if: condition, readonly_if: condition });
    const kept = await boss.put(`/custom-fields/${field.id}`, { label_zh: field.label_zh }, field.version);
    assert.deepEqual([kept.min, kept.max, kept.default, kept.visible_if, kept.readonly_if], [2, 9, 5, condition, condition]);
    const cleared = await boss.put(`/custom-fields/${field.id}`, { min: null, max: null, default: null, visible_if: null, readonly_if: null }, kept.version);
    assert.deepEqual([cleared.min, cleared.max, cleared.default, cleared.visible_if, cleared.readonly_if], [null, null, null, null, null]);
    assert.equal((await customer())[field.name], null);
    assert.equal((await customer({ [field.name]: 100 }))[field.name], 100);
});

test("FLD-1: a stage may require custom fields of opportunities", async () => {
    const field = await add("opportunity", "select", { label_zh: "预算来源", options: [{ value: "own", label_zh: "自有" }] });
    const pipeline = await makePipeline([stage("a"), stage("b", "open", { required_fields: [field.name] }), stage("won", "won"), stage("lost", "lost")]);
    const deal = await boss.post("/opportunities", { name: unique("商机"), customer_id: (await customer()).id, pipeline_id: pipeline.id, stage_id: pipeline.stages[0].id });
    const move = (body) => boss.send("PATCH", `/opportunities/${deal.id}`, { body: { stage_id: pipeline.stages[1].id, ...body }, headers: { "If-Match": String(deal.version) } });
    const closed = await move({});
    expectProblem(closed, 422, "gate_closed");
    assert.ok(closed.body.gates.some((gate) => gate.code === "required_field" && gate.field === field.name));
    const impact = await boss.get(`/custom-fields/${field.id}/impact`);
    assert.equal(impact.gates[0].pipeline_id, pipeline.id);
    assert.equal(impact.can_delete, false);
    expectProblem(await boss.send("DELETE", `/custom-fields/${field.id}`, { headers: { "If-Match": String(field.version) } }), 409, "in_use");
    assert.equal((await move({ [field.name]: "own" })).status, 200);
    await sql(`UPDATE stage SET required_fields = '' WHERE id = ${pipeline.stages[1].id}`);
});

test("FLD-1: serial numbers come by pattern, differ, and cannot be sent", async () => {
    const field = await add("customer", "serial", { number_pattern: "KH{YYYY}-{000}", restarts: "year" });
    const made = await Promise.all(Array.from({ length: 6 }, () => customer()));
    assert.equal(new Set(made.map((one) => one[field.name])).size, 6);
    assert.ok(made.every((one) => /^KH\d{4}-\d{3}$/.test(one[field.name])));
    refused(await tryCustomer({ [field.name]: "KH1" }), field.name, "read_only");
});

test("FLD-2: lists filter, sort, group and sum by custom fields", async () => {
    const size = await add("customer", "decimal", { scale: 2, is_indexed: true });
    const tier = await add("customer", "select", { is_indexed: true, options: [{ value: "a", label_zh: "甲" }, { value: "b", label_zh: "乙" }] });
    const uses = await add("customer", "multi_select", { options: ["x", "y", "z"].map((value) => ({ value, label_zh: value })) });
    await boss.job(size.job_id);
    await boss.job(tier.job_id);
    assert.equal((await boss.get(`/custom-fields/${size.id}`)).index_state, "ready");
    const rows = [];
    for (const [amount, word, words] of [["1.50", "a", ["x"]], ["10.25", "a", ["x", "y"]], ["-3.00", "b", ["z"]], [null, "b", []]]) {
        rows.push(await customer({ [size.name]: amount, [tier.name]: word, [uses.name]: words }));
    }
    const [one, two, three, four] = rows.map((row) => row.id);
    assert.deepEqual(await only(size.name, "gt", "1.5"), [two]);
    assert.deepEqual(await only(size.name, "between", ["-3", "1.50"]), [one, three]);
    assert.deepEqual(await only(tier.name, "in", ["b"]), [three, four]);
    assert.deepEqual(await only(uses.name, "has_any", ["x", "z"]), [one, two, three]);
    assert.deepEqual(await only(uses.name, "has_all", ["x", "y"]), [two]);
    const none = { all: [{ field: tier.name, op: "not_null" }, { field: uses.name, op: "has_none", value: ["x", "z"] }] };
    assert.deepEqual(ids(await boss.get("/customers", { filter: none })), [four]);
    expectProblem(await boss.send("GET", `/customers?filter=${encodeURIComponent(JSON.stringify({ field: size.name, op: "eq", value: 1.5 }))}`), 400, "bad_filter");
    const filter = { field: tier.name, op: "not_null" };
    const sorted = await boss.list("/customers", { filter, sort: `-${size.name}`, limit: 1 }); // page by page
    assert.deepEqual(sorted.map((row) => row[size.name]), ["10.25", "1.50", "-3.00", null]);
    expectProblem(await boss.send("GET", `/customers?sort=${tier.name}`), 400, "bad_sort");
    const { groups } = await boss.get("/customers/aggregate", { filter, group_by: tier.name, measures: `count,sum:${size.name},max:${size.name}` });
    assert.deepEqual(groups.map((group) => [group.keys[tier.name], group.values.count, group.values[`sum:${size.name}`]]), [["a", 2, "11.75"], ["b", 2, "-3.00"]]);
    await boss.patch(`/customers/${one}`, { [uses.name]: ["y"] }, rows[0].version);
    assert.deepEqual(await only(uses.name, "has_any", ["x"]), [two]);
    const before = await boss.get(`/custom-fields/${size.id}`);
    const plain = await boss.put(`/custom-fields/${size.id}`, { is_indexed: false }, before.version);
    assert.equal(plain.index_state, "none");
    const plan = await sql(`EXPLAIN SELECT id FROM customer WHERE ${tier.name} = 'a' AND deleted_at IS NULL ORDER BY updated_at DESC LIMIT 50`);
    assert.ok(JSON.stringify(plan).includes(`i_${tier.name}`), JSON.stringify(plan));
});

test("FLD-2: GET /meta tells everything a form needs, in both languages", async () => {
    const field = await add("customer", "select", { label_zh: "级别", label_en: "Grade", help_zh: "看规模", help_en: "By size", default: "a", is_required: true,
        in_list: true, visible_if: { field: "name", op: "not_null" }, options: [{ value: "a", label_zh: "甲", label_en: "First" }, { value: "b", label_zh: "乙", is_active: false }] });
    const meta = (await metaOf("customer")).fields.find((one) => one.name === field.name);
    assert.deepEqual({ ...meta }, { ...meta, label: "级别", type: "enum", kind: "select", is_custom: true, custom_id: field.id, required: true, in_list: true,
        help: "看规模", default: "a", is_computed: false, visible_if: { field: "name", op: "not_null" }, readonly_if: null, pattern: null });
    assert.deepEqual(meta.options, [{ value: "a", label: "甲", is_active: true }, { value: "b", label: "乙", is_active: false }]);
    const english = await person({ role: "sales" });
    await english.patch("/auth/me", { locale: "en" });
    const seen = (await metaOf("customer", english)).fields.find((one) => one.name === field.name);
    assert.deepEqual([seen.label, seen.help, seen.options[0].label], ["Grade", "By size", "First"]);
    const object = await metaOf("customer");
    assert.equal(object.customizable, true);
    assert.ok(object.layout.sections.some((section) => section.fields.some((place) => place.name === field.name)));
    assert.equal((await metaOf("user")).customizable, false);
    const now = await boss.get(`/custom-fields/${field.id}`);
    await boss.put(`/custom-fields/${field.id}`, { is_required: false }, now.version);
});

test("FLD-2: export and import know custom fields by their labels", async () => {
    const mark = unique("导");
    const size = await add("customer", "decimal", { label_zh: `${mark}规模`, label_en: `${mark} size`, scale: 1 });
    const uses = await add("customer", "multi_select", { label_zh: `${mark}用途`, label_en: `${mark} uses`, options: [{ value: "x", label_zh: "自用" }, { value: "y", label_zh: "转售" }] });
    const month = await add("customer", "month", { label_zh: `${mark}月份`, label_en: `${mark} month` });
    const name = unique("公司");
    const text = `客户名称,${mark}规模,${mark}用途,${mark}月份\n${name},"1,234.5",自用、转售,2026-05-20\n${name}2,1.25,自用,\n${name}3,1,无此项,\n`;
    const batch = await boss.upload("/import/batches?kind=customer&name=a.csv", Buffer.from(text));
    assert.deepEqual(batch.mapping.columns.map((column) => column.field), ["name", size.name, uses.name, month.name]);
    await boss.job((await boss.post(`/import/batches/${batch.id}/run`, { dry_run: false })).job_id);
    const done = await boss.get(`/import/batches/${batch.id}`);
    assert.deepEqual([done.created_count, done.failed_count], [1, 2]);
    const [one] = (await boss.get("/customers", { filter: { field: "name", op: "eq", value: name } })).items;
    assert.deepEqual([one[size.name], one[uses.name], one[month.name]], ["1234.5", ["x", "y"], "2026-05-01"]);
    const exported = await boss.job((await boss.post("/customers/export", { format: "csv", filter: { field: "id", op: "eq", value: one.id }, columns: ["name", size.name, uses.name, month.name] })).job_id);
    const file = await boss.send("GET", `/jobs/${exported.id}/file`);
    assert.ok(String(file.body).includes("1234.5,自用、转售,2026-05-01"), String(file.body));
});

test("FLD-2: history, roles and merges know custom fields", async () => {
    const secret = await add("customer", "text", { is_maskable: true });
    const one = await customer({ [secret.name]: "ABCDEFGH12" });
    await boss.patch(`/customers/${one.id}`, { [secret.name]: "ZZZZZZZZ99" }, one.version);
    const log = await sql(`SELECT changes FROM audit_entry WHERE object = 'customer' AND record_id = ${one.id} ORDER BY id DESC LIMIT 1`);
    assert.ok(JSON.stringify(log).includes("ZZZZZZZZ99"));
    const role = await boss.post("/roles", { name: unique("角色"), permissions: ["customer.view", "customer.edit", "customer.create"],
        scopes: [{ object: "customer", scope: "all" }], fields: [{ object: "customer", field: secret.name, access: "masked" }] });
    const rep = await person({ role_ids: [role.id] });
    assert.equal((await rep.get(`/customers/${one.id}`))[secret.name], "****ZZ99");
    expectProblem(await rep.send("GET", `/customers?filter=${encodeURIComponent(JSON.stringify({ field: secret.name, op: "eq", value: "x" }))}`), 400, "bad_filter");
    refused(await rep.send("PATCH", `/customers/${one.id}`, { body: { [secret.name]: "x" }, headers: { "If-Match": "2" } }), secret.name, "read_only");
    const other = await customer({ [secret.name]: "FROM-OTHER" });
    await boss.post(`/customers/${one.id}/merge`, { source_id: other.id, values: { [secret.name]: "FROM-OTHER" } });
    assert.equal((await boss.get(`/customers/${one.id}`))[secret.name], "FROM-OTHER");
    const impact = await boss.get(`/custom-fields/${secret.id}/impact`);
    assert.deepEqual(impact.roles.map((item) => item.id), [role.id]);
    assert.equal(impact.records, 2); // the merged one too, which may come back
});

test("FLD-2: rules of pools and limits name custom fields, and hold them", async () => {
    const field = await add("customer", "select", { options: [{ value: "vip", label_zh: "要客" }, { value: "plain", label_zh: "普通" }] });
    const rep = await person({ role: "sales" });
    const filter = { field: field.name, op: "eq", value: "vip" };
    const limit = await boss.post("/holding-limits", { name: unique("库容"), user_id: rep.user.id, maximum: 1, uncounted: filter });
    const give = async (value) => boss.send("POST", `/customers/${(await customer({ [field.name]: value })).id}/transfer`, { body: { owner_id: rep.user.id } });
    assert.equal((await give("plain")).status, 204);
    assert.equal((await give("vip")).status, 204); // does not count
    expectProblem(await give("plain"), 409, "over_capacity");
    const impact = await boss.get(`/custom-fields/${field.id}/impact`);
    assert.deepEqual([impact.rules.map((rule) => [rule.kind, rule.id]), impact.can_delete], [[["holding_limit", limit.id]], false]);
    expectProblem(await boss.send("DELETE", `/custom-fields/${field.id}`, { headers: { "If-Match": String(field.version) } }), 409, "in_use");
    expectProblem(await boss.send("POST", "/holding-limits", { body: { name: unique("库容"), maximum: 1, uncounted: { ...filter, value: "none" } } }), 400, "bad_filter");
    await boss.delete(`/holding-limits/${limit.id}`, limit.version);
});

test("FLD-2: customers in pools are seen with custom fields, and filtered by them", async () => {
    const field = await add("customer", "select", { options: [{ value: "hot", label_zh: "热" }] });
    const pools = await poolsFor(await person({ role: "sales" }), boss, await person({}));
    const one = await boss.get(`/customers/${pools.customer.id}`);
    await boss.patch(`/customers/${one.id}`, { [field.name]: "hot" }, one.version);
    const { items } = await boss.get("/pool-customers", { filter: { field: field.name, op: "eq", value: "hot" } });
    assert.deepEqual(items.map((item) => [item.id, item[field.name]]), [[one.id, "hot"]]);
    assert.equal((await metaOf("pool_customer")).fields.find((item) => item.name === field.name).read_only, true);
});

test("FLD-3: renaming an option keeps the data, a disabled one stays readable and is not chosen anew", async () => {
    const field = await add("customer", "select", { options: [{ label_zh: "老客户" }, { label_zh: "新客户" }] });
    const [old, fresh] = field.options.map((option) => option.value);
    assert.match(old, /^lkh/);
    const one = await customer({ [field.name]: old });
    const renamed = await boss.put(`/custom-fields/${field.id}`, { options: [{ value: fresh, label_zh: "新客户" }, { value: old, label_zh: "长期客户", is_active: false }] }, field.version);
    assert.deepEqual(renamed.options.map((option) => [option.value, option.label_zh, option.is_active]), [[fresh, "新客户", true], [old, "长期客户", false]]);
    const read = await boss.get(`/customers/${one.id}`);
    assert.equal(read[field.name], old);
    assert.equal((await boss.send("PATCH", `/customers/${one.id}`, { body: { remark: "x", [field.name]: old }, headers: { "If-Match": String(read.version) } })).status, 200);
    refused(await tryCustomer({ [field.name]: old }), field.name, "not_offered");
    const removal = await boss.send("PUT", `/custom-fields/${field.id}`, { body: { options: [{ value: fresh, label_zh: "新客户" }] }, headers: { "If-Match": String(renamed.version) } });
    refused(removal, "options", "in_use");
});

test("FLD-3: a deleted field hides its values, comes back with them, and is purged by its own act", async () => {
    const field = await add("customer", "text");
    const view = await boss.post("/views", { object: "customer", name: unique("视图"), filter: { field: field.name, op: "not_null" } });
    const one = await customer({ [field.name]: "kept" });
    const impact = await boss.get(`/custom-fields/${field.id}/impact`);
    assert.equal(impact.records, 1);
    assert.deepEqual(impact.views, [{ id: view.id, name: view.name }]);
    await boss.delete(`/custom-fields/${field.id}`, field.version);
    assert.equal((await boss.get(`/customers/${one.id}`))[field.name], undefined);
    refused(await tryCustomer({ [field.name]: "x" }), field.name, "unknown_field");
    assert.ok(!(await boss.get("/custom-fields", { object: "customer" })).items.some((item) => item.id === field.id));
    assert.ok((await boss.get("/custom-fields", { object: "customer", deleted: 1 })).items.some((item) => item.id === field.id));
    refused(await attempt({ object: "customer", kind: "text", label_zh: "x", code: field.name.slice(2) }), "code", "duplicate"); // not reused
    await boss.post(`/custom-fields/${field.id}/restore`, {});
    assert.equal((await boss.get(`/customers/${one.id}`))[field.name], "kept");
    expectProblem(await boss.send("POST", `/custom-fields/${field.id}/purge`, { body: { name: field.name } }), 409, "conflict");
    const back = await boss.get(`/custom-fields/${field.id}`);
    await boss.delete(`/custom-fields/${field.id}`, back.version);
    refused(await boss.send("POST", `/custom-fields/${field.id}/purge`, { body: { name: "x_other" } }), "name", "not_the_name");
    assert.equal((await boss.send("POST", `/custom-fields/${field.id}/purge`, { body: { name: field.name } })).status, 204);
    const left = await sql(`SELECT COUNT(*) AS n FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = '${field.name}'`);
    assert.equal(Number(left[0][0]), 0);
    await boss.delete(`/views/${view.id}`);
});

test("FLD-3: values that repeat refuse a unique field; it can be made so once they differ", async () => {
    const field = await add("customer", "text");
    const [one, two] = [await customer({ [field.name]: "same" }), await customer({ [field.name]: "same" })];
    const answer = await boss.send("PUT", `/custom-fields/${field.id}`, { body: { is_unique: true }, headers: { "If-Match": String(field.version) } });
    refused(answer, "is_unique", "not_unique");
    assert.equal((await boss.get(`/custom-fields/${field.id}`)).is_unique, false);
    await boss.patch(`/customers/${two.id}`, { [field.name]: "other" }, two.version);
    assert.equal((await boss.put(`/custom-fields/${field.id}`, { is_unique: true }, field.version)).is_unique, true);
    expectProblem(await tryCustomer({ [field.name]: "same" }), 409, "duplicate");
    assert.ok(one.id > 0);
});

test("layouts: derived, kept, checked, and back again", async () => {
    const field = await add("product", "text", { is_required: true });
    const derived = await boss.get("/layouts/product");
    assert.equal(derived.is_default, true);
    assert.equal(derived.version, 1);
    const layout = { sections: [{ title_zh: "主要", title_en: "Main", columns: 1, fields: [{ name: "name", width: 1 }, { name: field.name, width: 1 }] }], hidden: ["remark"] };
    const kept = await boss.put("/layouts/product", layout, 1);
    assert.deepEqual([kept.is_default, kept.version, kept.hidden], [false, 2, ["remark"]]);
    const meta = await metaOf("product");
    assert.deepEqual(meta.layout.sections[0], { title: "主要", columns: 1, fields: layout.sections[0].fields });
    refused(await boss.send("PUT", "/layouts/product", { body: { ...layout, hidden: [field.name] }, headers: { "If-Match": "2" } }), "hidden.0", "duplicate");
    refused(await boss.send("PUT", "/layouts/product", { body: { sections: [{ ...layout.sections[0], fields: [{ name: "nonsense", width: 1 }] }] }, headers: { "If-Match": "2" } }), "sections.0.fields.0.name", "not_an_option");
    refused(await boss.send("PUT", "/layouts/product", { body: { sections: [{ ...layout.sections[0], fields: [] }], hidden: ["name"] }, headers: { "If-Match": "2" } }), "hidden.0", "required");
    expectProblem(await boss.send("PUT", "/layouts/product", { body: layout, headers: { "If-Match": "1" } }), 412, "stale_version");
    expectProblem(await boss.send("GET", "/layouts/nonsense"), 404, "not_found");
    const rep = await person({ role: "sales" });
    expectProblem(await rep.send("PUT", "/layouts/product", { body: layout, headers: { "If-Match": "2" } }), 403, "forbidden");
    await boss.delete("/layouts/product", 2);
    assert.equal((await boss.get("/layouts/product")).is_default, true);
});

test("the doctor finds an index of choices that was changed behind the program's back, and mends it", async () => {
    const field = await add("customer", "multi_select", { options: ["p", "q"].map((value) => ({ value, label_zh: value })) });
    const one = await customer({ [field.name]: ["p", "q"] });
    await sql(`DELETE FROM record_choice WHERE field_id = ${field.id} AND record_id = ${one.id} AND value = 'q'`);
    assert.deepEqual(await only(field.name, "has_any", ["q"]), []);
    await assert.rejects(dabiao(["doctor"]));
    await dabiao(["doctor", "--repair"]);
    await dabiao(["doctor"]);
    assert.deepEqual(await only(field.name, "has_any", ["q"]), [one.id]);
});

test("FLD-3: what is deleted is purged: other files see the records as they were", async () => {
    for (const id of MADE.reverse()) {
        const field = await boss.send("GET", `/custom-fields/${id}`);
        if (field.status === 200 && field.body.deleted_at === null) {
            const answer = await boss.send("DELETE", `/custom-fields/${id}`, { headers: { "If-Match": String(field.body.version) } });
            assert.equal(answer.status, 204, JSON.stringify(answer.body));
        }
        if (field.status === 200) {
            const purged = await boss.send("POST", `/custom-fields/${id}/purge`, { body: { name: field.body.name } });
            assert.equal(purged.status, 204, JSON.stringify(purged.body));
        }
    }
    const left = await sql("SELECT COUNT(*) AS n FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name LIKE 'x\\_%'");
    assert.equal(Number(left[0][0]), 0);
});
