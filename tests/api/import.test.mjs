// Imports from end to end: files as people have them, what a mapping does, that a try changes nothing, that refused rows come
// back with their reasons, that a file imported twice makes nothing twice, and that a roll-back takes everything back (IMP-1…4).
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, sql, stack, unique, until } from "./lib.mjs";
import { exportRows, measured, parseCsv, personWith, role } from "./samples.mjs";

await stack();

let boss;
let rep; // a salesperson whom files name
let top;

before(async () => {
    boss = await admin();
    top = await company();
    rep = await person({ role: "sales", department_id: (await department({ name: unique("import") })).id });
});

const upload = (kind, content, { name = "data.csv", client = boss } = {}) =>
    client.upload(`/import/batches?${new URLSearchParams({ kind, name })}`, Buffer.isBuffer(content) ? content : Buffer.from(content));

async function run(batch, { mapping, dry_run = false, client = boss } = {}) {
    if (mapping) {
        await client.put(`/import/batches/${batch.id}/mapping`, { mapping });
    }
    const { job_id } = await client.post(`/import/batches/${batch.id}/run`, { dry_run });
    await client.job(job_id);
    return client.get(`/import/batches/${batch.id}`);
}

const importFile = async (kind, content, mapping, options = {}) => run(await upload(kind, content, options), { mapping, ...options });
const counts = (batch) => [batch.created_count, batch.updated_count, batch.skipped_count, batch.failed_count];
const byCode = async (plural, code) => (await boss.list(`/${plural}`, { filter: { field: "code", op: "eq", value: code } }))[0];
const csv = (rows, delimiter = ",") => rows.map((row) => row.map((cell) => (/[",;|\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(delimiter)).join("\r\n");
const columns = (pairs) => Object.entries(pairs).map(([column, field]) => (typeof field === "string" ? { column, field } : { column, ...field }));

// Text in GBK: the decoder of the platform, read backwards.
function gbk(text) {
    const codes = new Map();
    const decoder = new TextDecoder("gbk");
    for (let high = 0x81; high <= 0xfe; high++) {
        for (let low = 0x40; low <= 0xfe; low++) {
            codes.set(decoder.decode(Uint8Array.of(high, low)), [high, low]);
        }
    }
    return Buffer.from([...text].flatMap((char) => (char < "\u0080" ? [char.charCodeAt(0)] : codes.get(char))));
}

test("encodings and delimiters are told by the file itself", async () => {
    const encodings = { "UTF-8": (text) => Buffer.from(text), BOM: (text) => Buffer.from(`\ufeff${text}`), GB18030: gbk,
        "UTF-16LE": (text) => Buffer.from(`\ufeff${text}`, "utf16le") };
    for (const [encoding, write] of Object.entries(encodings)) {
        for (const delimiter of [",", ";", "\t", "|"]) {
            const code = unique("e");
            const rows = [["客户名称", "客户编号", "行业"], [`大华${delimiter === "\t" ? "" : delimiter}机械“${code}”`, code, "机械、制造"]];
            const batch = await upload("customer", write(csv(rows, delimiter)));
            assert.deepEqual([batch.format.kind, batch.format.encoding, batch.format.delimiter], ["csv", encoding === "BOM" ? "UTF-8" : encoding, delimiter]);
            assert.deepEqual(batch.format.columns.map((column) => column.name), rows[0]);
            assert.deepEqual(batch.format.columns[0].samples, [rows[1][0]]);
            const done = await run(batch, { mapping: { columns: columns({ 客户名称: "name", 客户编号: "code", 行业: "industry" }), key: "code" } });
            assert.deepEqual(counts(done), [1, 0, 0, 0], `${encoding} ${delimiter}`);
            const made = await byCode("customers", code);
            assert.deepEqual([made.name, made.industry], [rows[1][0], rows[1][2]]);
        }
    }
});

test("headings are guessed in both languages", async () => {
    const field = async (kind, headings) => (await upload(kind, csv([headings, headings.map(() => "x")]))).mapping.columns.map((column) => column.field);
    assert.deepEqual(await field("customer", [unique("?"), "客户名称", "Code", "所属行业", "负责人"]), ["", "name", "code", "", "owner_id"]);
    assert.deepEqual(await field("opportunity", ["account", "sales_agent", "deal_stage", "close_value", unique("?")]),
        ["customer_id", "owner_id", "stage_id", "amount_minor", ""]);
});

test("a workbook of the program's own export comes back in", async () => {
    const code = unique("x");
    const made = await boss.post("/customers", { name: unique("表格"), code, level: "b", employee_count: 7, annual_revenue_minor: 1_234_50 });
    const { job_id } = await boss.post("/customers/export", { format: "xlsx", filter: { field: "code", op: "eq", value: code },
        columns: ["name", "code", "level", "employee_count", "annual_revenue_minor"] });
    await boss.job(job_id);
    const { url } = await stack();
    const answer = await fetch(`${url}/api/v1/jobs/${job_id}/file`, { headers: { Authorization: `Bearer ${boss.token}` } });
    const workbook = Buffer.from(await answer.arrayBuffer());
    assert.equal(workbook.subarray(0, 2).toString(), "PK");
    const batch = await upload("customer", workbook, { name: "客户.xlsx" });
    assert.equal(batch.format.kind, "xlsx");
    assert.deepEqual(batch.mapping.columns.map((column) => column.field), ["name", "code", "level", "employee_count", "annual_revenue_minor"]);
    await boss.patch(`/customers/${made.id}`, { employee_count: 8, annual_revenue_minor: 1 }, made.version);
    const done = await run(batch, { mapping: { ...batch.mapping, key: "code", on_existing: "update" } });
    assert.deepEqual(counts(done), [0, 1, 0, 0]);
    const back = await boss.get(`/customers/${made.id}`);
    assert.deepEqual([back.employee_count, back.annual_revenue_minor, back.level, back.name], [7, 1_234_50, "b", made.name]);
});

test("a try changes nothing and tells what would happen", async () => {
    const code = unique("d");
    const name = unique("试");
    const rows = [["name", "code", "employees", "branch"], [name, code, "12", ""], ["", unique("d"), "3", ""], [unique("n"), unique("d"), "many", ""]];
    const mapping = { columns: columns({ name: "name", code: "code", employees: "employee_count" }), key: "code" };
    const batch = await importFile("customer", csv(rows), mapping, { dry_run: true });
    assert.deepEqual([batch.status, batch.dry_run, ...counts(batch)], ["checked", true, 1, 0, 0, 2]);
    assert.deepEqual(await boss.list("/customers", { q: name }), []);
    assert.equal(await byCode("customers", code), undefined);
    const { items } = await boss.get(`/import/batches/${batch.id}/faults`);
    assert.deepEqual(items.map((item) => [item.row_number, item.errors[0].field]), [[3, "name"], [4, "employee_count"]]);
    const again = await run(batch);
    assert.deepEqual([again.status, again.dry_run, ...counts(again)], ["done", false, 1, 0, 0, 2]);
    assert.equal((await byCode("customers", code)).employee_count, 12);
    expectProblem(await boss.send("POST", `/import/batches/${batch.id}/run`, { body: {} }), 409, "import_state");
    expectProblem(await boss.send("PUT", `/import/batches/${batch.id}/mapping`, { body: { mapping } }), 409, "import_state");
});

test("refused rows come back as they were, with the reasons", async () => {
    const good = unique("好");
    const rows = [["名称", "编号", "级别", "电话", "随便"], [good, unique("f"), "A 重点", "010-88886666", "留"],
        ["=坏,一", unique("f"), "nonsense", "abc", 'quoted "cell"'], ["", unique("f"), "b", "", "换\n行"]];
    const mapping = { columns: columns({ 名称: "name", 编号: "code", 级别: "level", 电话: "phone" }), key: "code" };
    const batch = await importFile("customer", csv(rows), mapping);
    assert.deepEqual(counts(batch), [1, 0, 0, 2]);
    const { items } = await boss.get(`/import/batches/${batch.id}/faults`);
    assert.deepEqual(items[0].cells, rows[2]);
    assert.deepEqual(items[0].errors.map((error) => [error.field, error.column]), [["level", "级别"], ["phone", "电话"]]);
    const file = parseCsv(await boss.get(`/import/batches/${batch.id}/errors`));
    assert.deepEqual(file[0], [...rows[0], "错误原因"]);
    assert.deepEqual(file.slice(1).map((row) => row.slice(1, 5)), [rows[2].slice(1), rows[3].slice(1)]);
    assert.match(file[1][5], /nonsense/);
    assert.equal(file[1][0].replace(/^'/, ""), "=坏,一");
    assert.notEqual(file[1][0][0], "=", "a formula is not handed on");
    // The mended file goes in with the column of reasons still there.
    const mended = file.map((row, index) => (index === 1 ? ["好一", row[1], "a", "", row[4], row[5]] : index === 2 ? ["好二", ...row.slice(1)] : row));
    assert.deepEqual(counts(await importFile("customer", csv(mended), mapping)), [2, 0, 0, 0]);
});

test("a mapping is remembered for the same headings", async () => {
    const heading = unique("heading");
    const mapping = { columns: columns({ [heading]: "name", 码: { field: "code", values: { x: "y" } } }), key: "code", on_existing: "skip",
        constants: { level: "c" }, create_missing: [] };
    await importFile("customer", csv([[heading, "码"], [unique("记"), unique("m")]]), mapping);
    const next = await upload("customer", csv([[heading, "码"], ["another", "z"]]));
    assert.deepEqual(next.mapping, mapping);
    assert.notDeepEqual((await upload("customer", csv([[`${heading}2`, "码"], ["another", "z"]]))).mapping, mapping);
});

test("values, money, dates and names are read as people write them", async () => {
    const customer = await boss.post("/customers", { name: unique("客户"), code: unique("c") });
    const rows = [["no", "customer", "agent", "level", "money", "wan", "minor", "began"],
        ["1", customer.name, rep.user.name, "GTXPro", "$500,000", "1.2", "12345", "8/25/2023"],
        ["2", customer.code, rep.login, "GTX", "1.2万", "0.5", "1", "3/4/2023"],
        ["3", customer.name, "", "GTX", "￥１，２３４．５", "3", "2", "2023年2月28日"],
        ["4", customer.name, rep.login, "GTX", "abc", "1", "1", "2023-02-29"],
        ["5", "nobody of that name", rep.login, "GTX", "1", "1", "1", "2023-03-01"]].map((row, index) => (index === 0 ? row : [`${customer.code}-${row[0]}`, ...row.slice(1)]));
    const product = await boss.post("/products", { name: unique("GTX Pro") });
    const mapping = (money) => ({ key: "code", columns: columns({ no: "code", customer: "customer_id", agent: "owner_id",
        level: { field: "product_id", values: { GTXPro: product.name, GTX: product.name } }, [money]: { field: "amount_minor",
            money_unit: money === "money" ? "major" : money }, began: { field: "engaged_on", date_order: "auto" } }) });
    assert.deepEqual(counts(await importFile("opportunity", csv(rows), mapping("money"))), [3, 0, 0, 2]);
    const deals = async () => Promise.all([1, 2, 3].map((index) => byCode("opportunities", `${customer.code}-${index}`)));
    assert.deepEqual((await deals()).map((deal) => deal.amount_minor), [500_000_00, 12_000_00, 1_234_50]);
    assert.deepEqual((await deals()).map((deal) => deal.engaged_on), ["2023-08-25", "2023-03-04", "2023-02-28"]);
    assert.deepEqual((await deals()).map((deal) => [deal.customer_id, deal.product_id]), Array(3).fill([customer.id, product.id]));
    assert.deepEqual((await deals()).map((deal) => deal.owner_id), [rep.user.id, rep.user.id, null]);
    await importFile("opportunity", csv(rows), mapping("wan"));
    assert.deepEqual((await deals()).map((deal) => deal.amount_minor), [12_000_00, 5_000_00, 30_000_00]);
    await importFile("opportunity", csv(rows), mapping("minor"));
    assert.deepEqual((await deals()).map((deal) => deal.amount_minor), [123_45, 1, 2]);
});

test("records that a row names are made when that is wanted, and only then", async () => {
    const name = unique("新客户");
    const rows = [["code", "customer"], [unique("cm"), name], [unique("cm"), name]];
    const mapping = { key: "code", columns: columns({ code: "code", customer: "customer_id" }) };
    assert.deepEqual(counts(await importFile("opportunity", csv(rows), mapping)), [0, 0, 0, 2]);
    const batch = await importFile("opportunity", csv(rows), { ...mapping, create_missing: ["customer_id"] });
    assert.deepEqual(counts(batch), [2, 0, 0, 0]);
    assert.equal((await boss.list("/customers", { q: name })).length, 1);
    // Somebody without the right to create products does not make them by an import.
    const seller = await personWith(await role("all", { permissions: ["opportunity.view", "opportunity.import", "product.view"] }));
    const product = unique("新产品");
    const refused = await importFile("opportunity", csv([["code", "product"], [unique("cm"), product]]),
        { key: "code", columns: columns({ code: "code", product: "product_id" }), create_missing: ["product_id"] }, { client: seller });
    assert.deepEqual(counts(refused), [0, 0, 0, 1]);
    assert.deepEqual(await boss.list("/products", { q: product }), []);
});

test("a file imported twice makes nothing twice", async () => {
    const prefix = unique("twice");
    const rows = (size) => csv([["name", "code", "employees"], ...Array.from({ length: 250 }, (_, index) => [`${prefix} ${index}`, `${prefix}-${index}`, `${size}`])]);
    const mapping = (on_existing) => ({ key: "code", on_existing, columns: columns({ name: "name", code: "code", employees: "employee_count" }) });
    const filter = { field: "code", op: "starts_with", value: prefix };
    assert.deepEqual(counts(await importFile("customer", rows(1), mapping("update"))), [250, 0, 0, 0]);
    assert.deepEqual(counts(await importFile("customer", rows(2), mapping("update"))), [0, 250, 0, 0]);
    assert.deepEqual(counts(await importFile("customer", rows(3), mapping("skip"))), [0, 0, 250, 0]);
    assert.deepEqual(counts(await importFile("customer", rows(4), mapping("fail"))), [0, 0, 0, 250]);
    assert.equal(await measured(boss, "customers", "count", filter), 250);
    assert.equal(await measured(boss, "customers", "sum:employee_count", filter), 500);
});

test("a roll-back takes back what was made and what was changed, and leaves what people touched since", async () => {
    const prefix = unique("undo");
    const before = await boss.post("/customers", { name: "before", code: `${prefix}-0`, employee_count: 5 });
    const rows = [["name", "code", "employees"], ...[0, 1, 2].map((index) => [`${prefix} ${index}`, `${prefix}-${index}`, "9"])];
    const mapping = { key: "code", on_existing: "update", columns: columns({ name: "name", code: "code", employees: "employee_count" }) };
    const batch = await importFile("customer", csv(rows), mapping);
    assert.deepEqual(counts(batch), [2, 1, 0, 0]);
    const touched = await byCode("customers", `${prefix}-2`);
    await boss.patch(`/customers/${touched.id}`, { remark: "called" }, touched.version);
    const { job_id } = await boss.post(`/import/batches/${batch.id}/rollback`);
    const { result } = await boss.job(job_id);
    assert.deepEqual([result.undone, result.left], [2, 1]);
    const back = await boss.get(`/customers/${before.id}`);
    assert.deepEqual([back.name, back.employee_count], ["before", 5]);
    assert.equal(await byCode("customers", `${prefix}-1`), undefined);
    assert.equal((await byCode("customers", `${prefix}-2`)).remark, "called");
    assert.equal((await boss.get(`/import/batches/${batch.id}`)).status, "rolled_back");
    expectProblem(await boss.send("POST", `/import/batches/${batch.id}/rollback`), 409, "import_state");
    // What was taken back can go in again.
    assert.deepEqual(counts(await run(batch)), [1, 2, 0, 0]);
});

test("original owner, creator and time are kept (C#1292)", async () => {
    const customer = await boss.post("/customers", { name: unique("旧客户"), code: unique("old") });
    const creator = await person({ role: "sales" });
    const rows = [["code", "customer", "what", "when", "by", "owner", "made"],
        [unique("fu"), customer.code, "第一次拜访", "2023-05-06 10:30", creator.login, rep.login, "2023-05-06 18:00"]];
    const batch = await importFile("follow_up", csv(rows), { key: "code", columns: columns({ code: "code", customer: "customer_id", what: "content",
        when: "followed_at", by: "created_by_id", owner: "owner_id", made: "created_at" }) });
    assert.deepEqual(counts(batch), [1, 0, 0, 0]);
    const made = await byCode("follow-ups", rows[1][0]);
    assert.deepEqual([made.created_by_id, made.owner_id, made.department_id], [creator.user.id, rep.user.id, rep.user.department_id]);
    assert.deepEqual([made.followed_at, made.created_at], ["2023-05-06T02:30:00.000Z", "2023-05-06T10:00:00.000Z"], "the company's zone");
    const facts = await boss.get("/targets/facts", { year: 2023, measure: "follow_ups", user_id: rep.user.id });
    assert.deepEqual(facts.items.map((item) => [item.on, item.record_id]), [["2023-05-06", made.id]]);
});

test("people, departments, contracts, payments and targets come in too", async () => {
    const tag = unique("all").toLowerCase();
    const kinds = (await boss.get("/import/kinds")).items.map((item) => item.kind);
    for (const kind of ["department", "user", "customer", "contact", "product", "opportunity", "contract", "payment", "follow_up", "target"]) {
        assert.ok(kinds.includes(kind), kind);
    }
    const into = async (kind, rows, mapping) => assert.deepEqual(counts(await importFile(kind, csv(rows), mapping)).slice(2), [0, 0], kind);
    await into("department", [["name", "code", "above"], [`${tag} north`, `${tag}-n`, top.name]], { key: "code", columns: columns({ name: "name", code: "code", above: "parent_id" }) });
    await into("user", [["name", "login", "dept"], [`${tag} li`, `${tag}.li`, `${tag}-n`]], { key: "login", columns: columns({ name: "name", login: "login", dept: "department_id" }) });
    await into("customer", [["name", "code", "owner"], [`${tag} co`, `${tag}-c`, `${tag}.li`]], { key: "code", columns: columns({ name: "name", code: "code", owner: "owner_id" }) });
    await into("contact", [["name", "code", "co", "mobile"], [`${tag} wang`, `${tag}-w`, `${tag}-c`, "138 1234 1234"]],
        { key: "code", columns: columns({ name: "name", code: "code", co: "customer_id", mobile: "mobile" }) });
    await into("contract", [["number", "co", "amount", "on", "owner", "status"], [`${tag}-ht`, `${tag}-c`, "1.2万", "2023-06-30", `${tag}.li`, "已签订"]],
        { key: "number", columns: columns({ number: "number", co: "customer_id", amount: "amount_minor", on: "signed_on", owner: "owner_id", status: "status" }) });
    await into("payment", [["number", "contract", "amount", "on"], [`${tag}-hk`, `${tag}-ht`, "5,000.00", "2023-07-01"]],
        { key: "number", columns: columns({ number: "number", contract: "contract_id", amount: "amount_minor", on: "received_on" }) });
    await into("target", [["who", "year", "what", "6"], [`${tag}.li`, "2023", "signed_amount", "24,000"]],
        { columns: columns({ who: "user_id", year: "year", what: "measure", 6: "month_6" }) });
    const [li] = await boss.list("/users", { filter: { field: "login", op: "eq", value: `${tag}.li` } });
    const signed = await boss.get("/targets/overview", { year: 2023, measure: "signed_amount", user_id: li.id });
    assert.deepEqual([signed.periods[5].actual, signed.periods[5].target, signed.periods[5].completion_ppm], [12_000_00, 24_000_00, 500_000]);
    const received = await boss.get("/targets/overview", { year: 2023, measure: "received_amount", user_id: li.id });
    assert.equal(received.periods[6].actual, 5_000_00);
});

test("cells that a spreadsheet would run are exported as text (IMP-3)", async () => {
    const tag = unique("inject");
    const names = [`=HYPERLINK("http://x")${tag}`, `+1${tag}`, `-2${tag}`, `@SUM(A1)${tag}`];
    for (const name of names) {
        await boss.post("/customers", { name });
    }
    const rows = await exportRows(boss, "customers", { filter: { field: "name", op: "contains", value: tag }, columns: ["name"], sort: "created_at" });
    for (const [cell] of rows.slice(1)) {
        assert.doesNotMatch(cell, /^[=+@\t\r-]/);
    }
    // What is exported safely comes back as it was.
    const batch = await importFile("customer", csv([["name"], ...rows.slice(1)]), { columns: columns({ name: "name" }), duplicate_confirmed: true });
    assert.deepEqual(counts(batch), [4, 0, 0, 0]);
    for (const name of names) {
        assert.equal(await measured(boss, "customers", "count", { field: "name", op: "eq", value: name }), 2, name);
    }
});

test("an import needs its right, and belongs to who made it", async () => {
    const path = "/import/batches?kind=customer&name=x.csv";
    const bytes = { raw: Buffer.from("name\nx\n"), headers: { "Content-Type": "application/octet-stream" } };
    expectProblem(await rep.send("POST", path, bytes), 403, "forbidden");
    expectProblem(await boss.send("POST", "/import/batches?kind=nonsense&name=x.csv", bytes), 422, "invalid", "kind");
    assert.deepEqual((await rep.get("/import/kinds")).items, []);
    const batch = await upload("customer", "name\nx\n");
    const other = await personWith(await role("all", { permissions: ["customer.view", "customer.import"] }));
    const ways = [["GET", ""], ["PUT", "/mapping", { mapping: batch.mapping }], ["POST", "/run", { dry_run: true }], ["POST", "/rollback"], ["GET", "/faults"], ["GET", "/errors"]];
    for (const [method, way, body] of ways) {
        expectProblem(await other.send(method, `/import/batches/${batch.id}${way}`, { body }), 404, "not_found");
    }
    assert.ok(!(await other.get("/import/batches")).items.some((item) => item.id === batch.id));
});

test("a row outside the importer's scope changes nothing", async () => {
    const foreign = await boss.post("/customers", { name: unique("别人的"), code: unique("scope") });
    const seller = await personWith(await role("own", { permissions: ["customer.view", "customer.import", "customer.create", "customer.edit"] }));
    const batch = await importFile("customer", csv([["name", "code"], ["taken over", foreign.code]]),
        { key: "code", on_existing: "update", columns: columns({ name: "name", code: "code" }) }, { client: seller });
    assert.deepEqual(counts(batch), [0, 0, 0, 1]);
    assert.equal((await boss.get(`/customers/${foreign.id}`)).name, foreign.name);
});

test("files that cannot be read are refused in a sentence", async () => {
    const post = (content) => boss.send("POST", "/import/batches?kind=customer&name=x", { raw: Buffer.from(content), headers: { "Content-Type": "application/octet-stream" } });
    for (const content of ["", "PK\u0003\u0004 no workbook", 'a,b\n"never closed', "a\u0000b\n1\n"]) {
        const problem = expectProblem(await post(content), 422, "import_unreadable");
        assert.ok(problem.detail.length > 10);
    }
    const batch = await upload("customer", "name,code\nx,y\n");
    const put = (mapping) => boss.send("PUT", `/import/batches/${batch.id}/mapping`, { body: { mapping } });
    expectProblem(await put({ columns: [{ column: "name", field: "nonsense" }] }), 422, "invalid", "mapping.columns.0.field");
    expectProblem(await put({ columns: [], key: "nonsense" }), 422, "invalid", "mapping.key");
    expectProblem(await put({ columns: [], constants: { nonsense: 1 } }), 422, "invalid", "mapping.constants.nonsense");
    expectProblem(await put("nonsense"), 422, "invalid", "mapping");
    const shapes = { columns: {}, key: 7, on_existing: "overwrite", create_missing: "name", sheet: -1, decimal_comma: "yes", nonsense: 1, constants: [] };
    for (const [member, value] of Object.entries(shapes)) {
        expectProblem(await put({ [member]: value }), 422, "invalid", `mapping.${member}`);
    }
    expectProblem(await put({ columns: [{ column: "name", field: "name", money_unit: "yuan" }] }), 422, "invalid", "mapping.columns.0.money_unit");
    expectProblem(await put({ columns: [{ column: "name", field: "name", values: { a: 1 } }] }), 422, "invalid", "mapping.columns.0.values");
    for (const [field, value] of Object.entries({ level: "nonsense", owner_id: "me", created_by_id: -1, created_at: "yesterday", employee_count: "7", name: null })) {
        expectProblem(await put({ columns: [], constants: { [field]: value } }), 422, "invalid", `mapping.constants.${field}`);
    }
    // A long name in Chinese is cut between two characters.
    const long = await upload("customer", "name\nx\n", { name: `${"客户资料".repeat(30)}.csv` });
    assert.ok("客户资料".repeat(30).startsWith(long.file_name) && long.file_name.length > 60, long.file_name);
});

/** Files of imports that hold a text. */
async function filesWith(text) {
    const folder = join((await stack()).var, "files/imports");
    return readdirSync(folder).filter((name) => readFileSync(join(folder, name), "utf8").includes(text)).map((name) => join(folder, name));
}

test("an upload whose transaction fails leaves no file, and one that is run again leaves one", async () => {
    const tag = unique("gone");
    const trigger = tag.replaceAll("-", "_");
    const attempt = (name, content) => boss.send("POST", `/import/batches?${new URLSearchParams({ kind: "customer", name })}`,
        { raw: Buffer.from(content), headers: { "Content-Type": "application/octet-stream" } });
    // What the database refuses: for good, as a deadlock each time, as a deadlock twice.
    await sql(`DELIMITER $$
        CREATE TRIGGER ${trigger} BEFORE INSERT ON import_batch FOR EACH ROW BEGIN
        IF NEW.file_name = '${tag} refused' THEN SIGNAL SQLSTATE '45000'; END IF;
        IF NEW.file_name = '${tag} stuck' THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1213; END IF;
        IF NEW.file_name = '${tag} late' THEN
            SET @${trigger} = COALESCE(@${trigger}, 0) + 1;
            IF @${trigger} < 3 THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1213; END IF;
        END IF; END $$`);
    const texts = { refused: unique("refused"), stuck: unique("stuck"), late: unique("late") };
    const answers = {};
    for (const [word, text] of Object.entries(texts)) {
        answers[word] = await attempt(`${tag} ${word}`, `name\n${text}\n`);
    }
    await sql(`DROP TRIGGER ${trigger}`);
    assert.deepEqual(Object.values(answers).map((answer) => answer.status), [500, 503, 201], JSON.stringify(answers));
    assert.deepEqual([await filesWith(texts.refused), await filesWith(texts.stuck)], [[], []]);
    assert.equal((await filesWith(texts.late)).length, 1);
    assert.deepEqual(counts(await run(answers.late.body, { mapping: { columns: columns({ name: "name" }) } })), [1, 0, 0, 0]);
    // Neither does one that is refused before.
    const unreadable = unique("unreadable");
    expectProblem(await attempt(tag, `${unreadable},b\n"never closed`), 422, "import_unreadable");
    assert.deepEqual(await filesWith(unreadable), []);
});

test("files of imports that are gone are cleared away at night", async () => {
    const texts = ["kept", "gone", "young"].map(unique);
    const [kept, gone, young] = await Promise.all(texts.map((text) => upload("customer", `name\n${text}\n`)));
    await sql(`DELETE FROM import_batch WHERE id IN (${gone.id}, ${young.id})`);
    const paths = (await Promise.all(texts.map(filesWith))).flat();
    assert.equal(paths.length, 3);
    const yesterday = Date.now() / 1000 - 25 * 3600;
    utimesSync(paths[0], yesterday, yesterday);
    utimesSync(paths[1], yesterday, yesterday);
    await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('import.clean', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
    await until(() => !existsSync(paths[1]));
    assert.deepEqual([existsSync(paths[0]), existsSync(paths[2])], [true, true]);
    assert.deepEqual(counts(await run(kept, { mapping: { columns: columns({ name: "name" }) } })), [1, 0, 0, 0]);
});

test("the original creator of a record is somebody", async () => {
    const code = unique("by");
    const rows = [["name", "code", "by", "at"], [unique("n"), code, rep.login, "2021-03-04 08:00"], [unique("n"), unique("by"), unique("nobody"), ""],
        [unique("n"), unique("by"), rep.login, "someday"]];
    const mapping = { columns: columns({ name: "name", code: "code", by: "created_by_id", at: "created_at" }), key: "code" };
    const batch = await importFile("customer", csv(rows), mapping);
    assert.deepEqual(counts(batch), [1, 0, 0, 2]);
    const faults = (await boss.get(`/import/batches/${batch.id}/faults`)).items;
    assert.deepEqual(faults.map((item) => item.errors[0].field), ["created_by_id", "created_at"]);
    const made = await byCode("customers", code);
    assert.deepEqual([made.created_by_id, made.created_at], [rep.user.id, "2021-03-04T00:00:00.000Z"]);
    // Named for all rows, it is asked for with each.
    const constants = { created_by_id: 987654321 };
    const nobody = await importFile("customer", csv([["name"], [unique("n")]]), { columns: columns({ name: "name" }), constants });
    assert.deepEqual(counts(nobody), [0, 0, 0, 1]);
    const [fault] = (await boss.get(`/import/batches/${nobody.id}/faults`)).items;
    assert.deepEqual([fault.errors[0].field, fault.errors[0].code], ["created_by_id", "no_such_record"]);
});

test("the command imports with the same engine", async () => {
    const tag = unique("cli");
    const { var: folder } = await stack();
    const { writeFileSync, chmodSync } = await import("node:fs");
    const [file, map] = [`${folder}/${tag}.csv`, `${folder}/${tag}.json`];
    writeFileSync(file, csv([["name", "code"], [`${tag} a`, `${tag}-a`], ["", `${tag}-b`]]));
    writeFileSync(map, JSON.stringify({ key: "code", columns: columns({ name: "name", code: "code" }) }));
    chmodSync(file, 0o644);
    chmodSync(map, 0o644);
    const attempt = (more) => dabiao(["import", "customer", file, "--map", map, "--json", ...more]).catch((failure) => failure);
    const dry = await attempt(["--dry-run"]);
    assert.deepEqual([dry.code, JSON.parse(dry.stdout).created, JSON.parse(dry.stdout).failed], [3, 1, 1]);
    assert.equal(await byCode("customers", `${tag}-a`), undefined);
    const done = await attempt([]);
    assert.deepEqual([done.code, JSON.parse(done.stdout).created], [3, 1]);
    assert.match(done.stderr, /row 3/);
    assert.equal((await byCode("customers", `${tag}-a`)).name, `${tag} a`);
    assert.equal((await dabiao(["import", "nonsense", file]).catch((failure) => failure)).code, 1);
});

test("MON-7: rates come as people write them; an amount has the digits of its row's currency, in and out", async () => {
    const finance = await person({ role: "finance" });
    const rates = await importFile("exchange_rate", csv([["币种", "日期", "汇率"], ["KRW", "2024-01-01", "0.0053421"], ["KWD", "2024-01-01", "23.4"], ["KWD", "2024-02-01", "0"], ["KWD", "2024-03-01", "23.1234567891"]]),
        { columns: columns({ 币种: "currency", 日期: "rate_on", 汇率: "rate_nano" }) }, { client: finance });
    assert.deepEqual(counts(rates), [2, 0, 0, 2], "nothing is worth 0; ten digits are too many");
    const kept = await boss.list("/exchange-rates", { filter: { field: "rate_on", op: "eq", value: "2024-01-01" } });
    assert.deepEqual(["KRW", "KWD"].map((currency) => kept.find((one) => one.currency === currency)?.rate_nano), [5_342_100, 23_400_000_000]);
    const out = await exportRows(finance, "exchange-rates", { filter: { field: "currency", op: "eq", value: "KRW" }, columns: ["rate_nano"] });
    assert.equal(out[1][0], "0.005342100");
    const customer = await boss.post("/customers", { name: unique("外商"), owner_id: rep.user.id });
    const [won, dinar, yuan] = ["w", "d", "y"].map((letter) => unique(letter));
    const mapping = { columns: columns({ 编号: "number", 客户: "customer_id", 币种: "currency", 金额: "amount_minor", 签订: "signed_on" }), constants: { status: "signed" }, key: "number" };
    const file = (rows) => csv([["编号", "客户", "币种", "金额", "签订"], ...rows.map(([number, currency, amount]) => [number, customer.name, currency, amount, "2024-01-05"])]);
    const contracts = await importFile("contract", file([[won, "krw", "1,234,567"], [dinar, "KWD", "10.125"], [yuan, "", "99.5"], [unique("x"), "KRW", "10.5"]]), mapping);
    assert.deepEqual(counts(contracts), [3, 0, 0, 1], "there is no half a won");
    const byNumber = async (number) => (await boss.list("/contracts", { filter: { field: "number", op: "eq", value: number } }))[0];
    assert.deepEqual(await Promise.all([won, dinar, yuan].map(async (number) => { const one = await byNumber(number); return [one.currency, one.amount_minor, one.base_minor]; })),
        [["KRW", 1_234_567, 659518], ["KWD", 10_125, 236_93], ["CNY", 99_50, 99_50]]);
    // A payment has the currency of its contract, which its file need not say.
    const paid = await importFile("payment", csv([["合同", "金额", "日期"], [won, "1000", "2024-01-06"], [dinar, "1.001", "2024-01-06"]]), { columns: columns({ 合同: "contract_id", 金额: "amount_minor", 日期: "received_on" }) });
    assert.deepEqual(counts(paid), [2, 0, 0, 0]);
    assert.deepEqual([(await byNumber(won)).received_minor, (await byNumber(dinar)).received_minor], [1000, 1_001]);
    const rows = await exportRows(boss, "contracts", { filter: { field: "customer_id", op: "eq", value: customer.id }, columns: ["number", "amount_minor", "base_minor"] });
    assert.deepEqual(Object.fromEntries(rows.slice(1).map(([number, ...amounts]) => [number, amounts])), { [won]: ["1234567", "6595.18"], [dinar]: ["10.125", "236.93"], [yuan]: ["99.50", "99.50"] });
});
