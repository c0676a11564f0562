// Workbooks of targets and completion: sums that are formulas, a dash without a target, and targets back out of a file that somebody
// filled in, by the rules of the grid and nothing half written.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { admin, company, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { changeWorkbook, evaluate, readWorkbook } from "./workbook.mjs";

const YEAR = 2043; // a year no other test has figures in
const ROUND_YEAR = 2044;
const ROOT = new URL("../..", import.meta.url).pathname;
const MEASURE = "signed_amount";
const OF = { year: YEAR, measure: MEASURE };

await stack();

let north; // north (manager, rep), north > east (other)
let east;
let manager;
let rep;
let other;
let finance;

const cell = (who, month, amount, version = 0) => ({ ...(who.token ? { subject_kind: "user", subject_id: who.user.id } : { subject_kind: "department", subject_id: who.id }), month, amount, version });
const save = (client, cells, of = OF) => client.send("PUT", "/targets/grid", { body: { ...of, cells } });

async function fileOf(client, body = {}) {
    const { job_id } = await client.post("/targets/export", { ...OF, ...body });
    const job = await client.job(job_id);
    const { url } = await stack();
    const answer = await fetch(`${url}/api/v1/jobs/${job_id}/file`, { headers: { Authorization: `Bearer ${client.token}` } });
    assert.equal(answer.status, 200);
    return { job, bytes: Buffer.from(await answer.arrayBuffer()) };
}
const look = (client, bytes, of = OF) => client.send("POST", `/targets/import?${new URLSearchParams(of)}`,
    { raw: bytes, headers: { "Content-Type": "application/octet-stream" } });
async function looked(client, bytes, of) {
    const answer = await look(client, bytes, of);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
}
/** Rows of a sheet by kind and number: line of each. */
function lines(sheet) {
    const found = {};
    for (let line = 2; sheet[`A${line}`] !== undefined; line += 1) {
        found[`${sheet[`A${line}`].value} ${sheet[`B${line}`]?.value ?? ""}`] = line;
    }
    return found;
}

before(async () => {
    const top = await company();
    north = await department({ name: unique("north"), parent_id: top.id });
    east = await department({ name: unique("east"), parent_id: north.id });
    manager = await person({ role: "manager", department_id: north.id });
    rep = await person({ role: "sales", department_id: north.id });
    other = await person({ role: "sales", department_id: east.id });
    finance = await person({ role: "finance", department_id: top.id });
    await sql(`UPDATE \`user\` SET locale = 'en' WHERE id IN (${manager.user.id}, ${rep.user.id})`);
    const cells = [];
    for (let month = 1; month <= 12; month += 1) {
        cells.push(cell(rep, month, month * 1_000_33), cell(other, month, month === 2 ? 0 : 700_07));
    }
    assert.equal((await save(manager, [...cells, cell(north, 12, -55_50), cell(east, 1, 9_99)])).status, 200);
    const customer = await rep.post("/customers", { name: unique("customer") });
    await (await admin()).post("/contracts", { name: unique("contract"), customer_id: customer.id, owner_id: rep.user.id, status: "signed",
        signed_on: `${YEAR}-02-15`, amount_minor: 4_000_66, cost_minor: 1 });
});

test("every sum of the workbook is a formula that gives what the program says", async () => {
    const { job, bytes } = await fileOf(manager, { completion: true });
    assert.match(job.file_name, /\.xlsx$/);
    const book = readWorkbook(bytes);
    assert.deepEqual(Object.keys(book), ["Targets", "Actual", "Completion", "About"]);
    let formulas = 0;
    for (const sheet of ["Targets", "Actual", "Completion"]) {
        for (const [address, { formula, value }] of Object.entries(book[sheet])) {
            if (formula === undefined) continue;
            formulas += 1;
            const computed = evaluate(book, sheet, address);
            if (typeof value === "string") assert.equal(computed, value, `${sheet}!${address} ${formula}`);
            else assert.ok(Math.abs(computed - value) < 1e-6, `${sheet}!${address} ${formula}: ${computed} and not ${value}`);
        }
    }
    assert.ok(formulas > 100, `${formulas} formulas`);
    const at = lines(book.Targets);
    const total = at[`Total ${north.id}`];
    const overview = await manager.get("/targets/overview", { ...OF, by: "quarter" });
    assert.equal(Math.round(evaluate(book, "Targets", `T${total}`) * 100), overview.node.target);
    assert.equal(Math.round(evaluate(book, "Actual", `T${total}`) * 100), overview.node.actual);
    ["G", "K", "O", "S"].forEach((column, quarter) =>
        assert.equal(Math.round(evaluate(book, "Targets", column + total) * 100), overview.node.periods[quarter].target, column));
    // Sums are sums: of three months, of four quarters, of the rows below.
    const person = at[`Person ${rep.user.id}`];
    assert.equal(book.Targets[`G${person}`].formula, `SUM(D${person}:F${person})`);
    assert.equal(book.Targets[`T${person}`].formula, `SUM(G${person},K${person},O${person},S${person})`);
    assert.match(book.Targets[`D${total}`].formula, new RegExp(`^SUM\\(D${total + 1}:D\\d+,D${at[`Total ${east.id}`]}\\)$`));
    // A month without a target has a dash, never an error.
    assert.equal(book.Completion[`E${at[`Person ${other.user.id}`]}`].value, "—");
    assert.ok(Math.abs(book.Completion[`E${person}`].value - 400066 / 200066) < 1e-6);
    assert.ok(!JSON.stringify(book).includes("#DIV"));
    assert.equal(book.About.B2.value, String(YEAR));
});

test("the workbook shows what its reader may see, in the reader's language", async () => {
    const book = readWorkbook((await fileOf(rep)).bytes);
    assert.deepEqual(Object.keys(book), ["Targets", "About"]);
    assert.deepEqual(Object.keys(lines(book.Targets)), [`Person ${rep.user.id}`]);
    const below = readWorkbook((await fileOf(manager, { department_id: east.id })).bytes);
    assert.deepEqual(Object.keys(lines(below.Targets)), [`Total ${east.id}`, `Department's own ${east.id}`, `Person ${other.user.id}`]);
    const chinese = readWorkbook((await fileOf(other, { completion: true })).bytes);
    assert.deepEqual(Object.keys(chinese), ["目标", "完成", "完成率", "说明"]);
    assert.deepEqual(Object.keys(lines(chinese.目标)), [`人员 ${other.user.id}`]);
    expectProblem(await rep.send("POST", "/targets/export", { body: { ...OF, department_id: north.id } }), 404, "not_found");
});

test("no token, no right, bad input", async () => {
    expectProblem(await send("POST", "/targets/export", { body: OF }), 401, "not_signed_in");
    expectProblem(await send("POST", "/targets/import", { raw: Buffer.from("x") }), 401, "not_signed_in");
    expectProblem(await look(finance, Buffer.from("x")), 403, "forbidden");
    expectProblem(await rep.send("POST", "/targets/export", { body: { ...OF, measure: "nonsense" } }), 422, "invalid", "measure");
    expectProblem(await rep.send("POST", "/targets/export", { body: { ...OF, level: "nonsense" } }), 422, "invalid", "level");
    expectProblem(await rep.send("POST", "/targets/export", { body: { ...OF, year: 10 } }), 422, "invalid", "year");
    expectProblem(await look(rep, Buffer.from("PK\x03\x04 nothing")), 422, "import_unreadable");
    expectProblem(await look(rep, Buffer.from("a,b\n1,2\n")), 422, "invalid", "file");
    expectProblem(await look(rep, Buffer.from("")), 422, "import_unreadable");
    expectProblem(await look(rep, Buffer.from("x"), { ...OF, measure: "nonsense" }), 422, "invalid", "measure");
    expectProblem(await look(rep, Buffer.from("x"), { ...OF, year: "next" }), 422, "invalid", "year");
});

test("a file comes back in: looked at, then saved by the grid, and nothing else moves", async () => {
    const { bytes } = await fileOf(manager);
    assert.deepEqual(await looked(manager, bytes), { year: YEAR, measure: MEASURE, level: "base", kind: "money", cell_count: 60, changes: [], faults: [] });
    const at = lines(readWorkbook(bytes).Targets);
    const person = at[`Person ${rep.user.id}`];
    const own = at[`Department's own ${east.id}`];
    const filled = changeWorkbook(bytes, { Targets: { [`D${person}`]: 2222.22, [`R${person}`]: "1.2万", [`D${own}`]: -3, [`T${person}`]: 99999999 } });
    const seen = await looked(manager, filled);
    assert.deepEqual(seen.faults, []);
    assert.deepEqual(seen.changes.map(({ subject_kind, month, before, amount, row, column }) => [subject_kind, month, before, amount, row, column]), [
        ["user", 1, 1_000_33, 2_222_22, person, "D"], ["user", 12, 12_003_96, 12_000_00, person, "R"], ["department", 1, 9_99, -3_00, own, "D"]]);
    // Looking wrote nothing.
    assert.equal((await looked(manager, filled)).changes.length, 3);
    const cells = seen.changes.map(({ subject_kind, subject_id, month, amount, version }) => ({ subject_kind, subject_id, month, amount, version }));
    assert.equal((await save(manager, cells)).status, 200);
    assert.deepEqual((await looked(manager, filled)).changes, []);
    // Somebody was quicker: the versions of the first look are old, and nothing is saved.
    const stale = await looked(manager, bytes);
    assert.equal(stale.changes.length, 3);
    assert.equal((await save(rep, [cell(rep, 1, 5_00, 2)])).status, 200);
    expectProblem(await save(manager, stale.changes.map(({ subject_kind, subject_id, month, amount, version }) => ({ subject_kind, subject_id, month, amount, version }))), 412, "target_conflict");
    assert.equal((await manager.get("/targets/overview", { ...OF, user_id: rep.user.id })).periods[11]?.target ?? 0, 12_000_00);
});

test("a workbook that LibreOffice saved again comes back in, with what was typed there", async () => {
    // An export of the demo company, opened in LibreOffice Calc 7.4: D4 and E4 typed over (the second as a text), F4 emptied, saved as XLSX.
    const saved = readFileSync(join(ROOT, "tests/fixtures/workbooks/targets-libreoffice.xlsx"));
    const book = readWorkbook(saved);
    assert.deepEqual([book["目标"].C2.value, book["目标"].G4.formula, book["目标"].G4.value], ["杭州组", "SUM(D4:F4)", 12345.67], "sums are formulas still, and computed");
    const crew = await department({ name: unique("crew") });
    const people = await Promise.all([1, 2, 3].map(() => person({ department_id: crew.id })));
    const of = { ...OF, year: 2026 };
    const ids = Object.fromEntries([crew, crew, ...people.map(({ user }) => user)].map(({ id }, at) => [`B${at + 2}`, id]));
    const boss = await admin();
    const seen = await looked(boss, changeWorkbook(saved, { 目标: ids }), of);
    assert.deepEqual([seen.faults, seen.cell_count], [[], 47]);
    const typed = seen.changes.filter((change) => change.subject_id === people[0].user.id && change.month <= 3);
    assert.deepEqual(typed.map(({ month, amount, column }) => [month, amount, column]), [[1, 12_345_67, "D"], [2, 12_000_00, "E"]]);
    const year = (who) => seen.changes.filter((change) => change.subject_kind === "user" && change.subject_id === who.user.id).reduce((sum, change) => sum + change.amount, 0);
    const shown = [4, 5, 6].map((line) => Math.round(book["目标"][`T${line}`].value * 100));
    assert.deepEqual([shown[0] + 12_000_00, shown[1], shown[2]], people.map(year), "what is read adds up to what the sheet shows, which leaves texts out");
    const cells = seen.changes.map(({ subject_kind, subject_id, month, amount, version }) => ({ subject_kind, subject_id, month, amount, version }));
    assert.equal((await save(boss, cells, of)).status, 200);
    assert.deepEqual((await looked(boss, changeWorkbook(saved, { 目标: ids }), of)).changes, []);
    assert.equal((await save(boss, cells.map((one) => ({ ...one, amount: 0, version: one.version + 1 })), of)).status, 200);
});

test("every cell that cannot be taken is named with its reason", async () => {
    const { bytes } = await fileOf(manager);
    const at = lines(readWorkbook(bytes).Targets);
    const person = at[`Person ${rep.user.id}`];
    const mate = at[`Person ${other.user.id}`];
    const bad = changeWorkbook(bytes, { Targets: { [`D${person}`]: -1, [`E${person}`]: "viel", [`F${person}`]: 1e14, [`H${person}`]: 1.234,
        [`B${mate}`]: String(finance.user.id), [`A${at[`Department's own ${north.id}`]}`]: "Team" } });
    const { changes, faults } = await looked(manager, bad);
    const by = Object.fromEntries(faults.map((fault) => [`${fault.column}${fault.row}`, fault.code]));
    assert.deepEqual(by, { [`A${at[`Department's own ${north.id}`]}`]: "unknown_kind", [`E${person}`]: "not_a_number", [`H${person}`]: "too_precise",
        [`B${mate}`]: "not_found", [`D${person}`]: "negative", [`F${person}`]: "too_large" });
    assert.ok(faults.every((fault) => fault.detail.length > 0 && fault.row > 1));
    assert.deepEqual(changes, []);
    // The same person twice; months of another year; a file of another measure.
    const head = `Kind,Number,Name,${YEAR}-01\n`;
    const twice = await looked(manager, Buffer.from(`${head}Person,${rep.user.id},x,1\n人员,${rep.user.id},x,2\n`));
    assert.deepEqual(twice.faults.map((fault) => [fault.row, fault.column, fault.code]), [[3, "D", "duplicate"]]);
    expectProblem(await look(manager, Buffer.from(`Kind,Number,Name,${YEAR + 1}-01\nPerson,${rep.user.id},x,1\n`)), 422, "invalid", "file");
    expectProblem(await look(manager, bytes, { ...OF, measure: "received_amount" }), 422, "invalid", "file");
    expectProblem(await look(manager, bytes, { ...OF, level: "stretch" }), 422, "invalid", "file");
    // A foreign file: a salesperson's look at the manager's workbook finds nothing of others.
    const foreign = await looked(rep, bytes);
    assert.ok(foreign.faults.length > 0 && foreign.faults.every((fault) => fault.code === "not_found"));
    assert.ok(foreign.changes.every((change) => change.subject_id === rep.user.id));
});

test("rows may be named without a number; what two have in common needs one", async () => {
    const name = unique("双");
    const [one] = [await person({ name, department_id: north.id }), await person({ name, department_id: east.id })];
    const text = (who, extra = "") => Buffer.from(`类型,编号,名称,${YEAR}年3月\n人员,${extra},${who},1.5\n`);
    const lone = await looked(manager, text(rep.user.name ?? rep.login));
    assert.deepEqual(lone.changes.map((change) => [change.subject_id, change.month, change.amount]), [[rep.user.id, 3, 1_50]]);
    assert.deepEqual((await looked(manager, text(name))).faults.map((fault) => fault.code), ["ambiguous"]);
    assert.deepEqual((await looked(manager, text(name, one.user.id))).faults, []);
});

test("in a planning round a file moves what its bringer may move, and nothing that is submitted", async () => {
    const boss = await admin();
    const of = { year: ROUND_YEAR, measure: MEASURE };
    const round = await boss.post("/target-rounds", { year: ROUND_YEAR, deadline_on: `${ROUND_YEAR}-01-31` });
    const asked = await boss.send("PUT", `/target-rounds/${round.id}/asks`, { body: { measure: MEASURE, asks: [{ department_id: north.id, amount: 1_000_00, version: 0 }] } });
    assert.equal(asked.status, 200, JSON.stringify(asked.body));
    const file = Buffer.from(`Kind,Number,Name,${ROUND_YEAR}-01\nPerson,${rep.user.id},x,100\nPerson,${other.user.id},x,100\n`);
    const codes = async (client) => (await looked(client, file, of)).faults.map((fault) => [fault.row, fault.code]);
    assert.deepEqual(await codes(rep), [[3, "not_found"]]);
    assert.deepEqual(await codes(manager), [[2, "target_not_yours"], [3, "target_not_yours"]]);
    const mine = Buffer.from(`Kind,Number,Name,${ROUND_YEAR}-01\nPerson,${rep.user.id},x,100\n`);
    const { changes } = await looked(rep, mine, of);
    assert.equal((await save(rep, changes.map(({ subject_kind, subject_id, month, amount, version }) => ({ subject_kind, subject_id, month, amount, version })), of)).status, 200);
    const plan = await rep.get(`/target-rounds/${round.id}/plan`, { measure: MEASURE, subject_kind: "user", subject_id: rep.user.id });
    const step = await rep.send("POST", `/target-rounds/${round.id}/plan/submit`, { body: { measure: MEASURE, subject_kind: "user", subject_id: rep.user.id, version: plan.version } });
    assert.ok(step.status < 300, JSON.stringify(step.body));
    const after = await looked(rep, Buffer.from(`Kind,Number,Name,${ROUND_YEAR}-01\nPerson,${rep.user.id},x,200\n`), of);
    assert.deepEqual([after.faults.map((fault) => fault.code), after.changes], [["target_submitted"], []]);
});
