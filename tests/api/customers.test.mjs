// Customers in depth: duplicates, conflict claims, merge, tags, completeness, search.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, department, expectProblem, person, sql, stack, unique, until } from "./lib.mjs";
import { exportRows, personWith, role } from "./samples.mjs";

await stack();

let boss; // the administrator
let north; // a department
let south; // another
let rep; // a salesperson of the north
let other; // a salesperson of the south
let manager; // of the north

before(async () => {
    boss = await admin();
    north = await department({ name: unique("cust-north") });
    south = await department({ name: unique("cust-south") });
    rep = await person({ role: "sales", department_id: north.id });
    other = await person({ role: "sales", department_id: south.id });
    manager = await person({ role: "manager", department_id: north.id });
    await company();
});

// Names of companies that nobody else has: letters only, so that they differ once normalised too.
let serial = 0;
const company_name = (middle = "") => {
    serial += 1;
    return `${middle}${[...`${process.pid}${Date.now().toString().slice(-7)}${serial}`].map((digit) => "甲乙丙丁戊己庚辛壬癸"[digit]).join("")}`;
};
let phones = Date.now() % 10_000_000;
const mobile = () => `139${String(phones++).padStart(8, "0")}`;
const post = (client, body) => client.send("POST", "/customers", { body });
const check = (client, body) => client.post("/customers/duplicate-check", body);
const version = (value) => ({ "If-Match": String(value) });

// ---- duplicates ----

test("CUS-1: the same company is asked about, however it is written", async () => {
    const name = company_name();
    const made = await rep.post("/customers", { name: `${name}有限公司` });
    for (const written of [`${name}有限公司`, ` ${name} （有限 责任公司）`, `${name}股份有限公司`, `${name}集团`, `【${name}】`]) {
        const problem = expectProblem(await post(other, { name: written }), 409, "possible_duplicate");
        const [match] = problem.matches;
        assert.deepEqual([match.state, match.owner_id, match.mine, match.id, match.name], ["owned", rep.user.id, false, null, null], written);
        assert.deepEqual(match.matched_by, ["name"]);
    }
    const [match] = expectProblem(await post(rep, { name }), 409, "possible_duplicate").matches;
    assert.deepEqual([match.mine, match.id, match.name, match.claim_ref], [true, made.id, made.name, null]);
    // Another body than the company.
    assert.equal((await post(other, { name: `${name}有限公司北京分公司` })).status, 201);
});

test("CUS-1: a confirmation lets it in, and the next is asked about both", async () => {
    const name = company_name();
    await rep.post("/customers", { name });
    const second = await post(other, { name, duplicate_confirmed: true });
    assert.equal(second.status, 201, JSON.stringify(second.body));
    const { matches } = expectProblem(await post(manager, { name }), 409, "possible_duplicate");
    assert.deepEqual(matches.map((match) => match.owner_id), [rep.user.id, other.user.id]);
});

test("CUS-1: the same name and number together are refused", async () => {
    const name = company_name();
    await rep.post("/customers", { name: `${name}有限公司`, phone: "021-6234 5678" });
    const body = { name, phone: "+86 21 62345678", duplicate_confirmed: true };
    const { matches } = expectProblem(await post(other, body), 409, "duplicate_customer");
    assert.deepEqual(matches[0].matched_by.sort(), ["name", "phone"]);
});

test("CUS-1: twenty at once make one", async () => {
    const name = company_name();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => post(at % 2 ? rep : other, { name: at % 3 ? name : `${name}有限公司` })));
    assert.equal(answers.filter((answer) => answer.status === 201).length, 1);
    for (const answer of answers.filter((one) => one.status !== 201)) {
        expectProblem(answer, 409, "possible_duplicate");
    }
    assert.deepEqual(await sql(`SELECT COUNT(*) FROM customer WHERE name_key = '${name}'`), [["1"]]);
});

test("CUS-1: twenty renamed to one name at once: one gets it", async () => {
    const name = company_name();
    const made = await Promise.all(Array.from({ length: 20 }, () => rep.post("/customers", { name: company_name() })));
    const answers = await Promise.all(made.map((record) => rep.send("PATCH", `/customers/${record.id}`, { body: { name }, headers: version(1) })));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
    assert.equal(answers.filter((answer) => answer.body.code === "possible_duplicate").length, 19);
});

test("keys follow the record: renamed, deleted, restored", async () => {
    const [first, second] = [company_name(), company_name()];
    const made = await boss.post("/customers", { name: first });
    const renamed = await boss.patch(`/customers/${made.id}`, { name: second }, made.version);
    const free = await boss.post("/customers", { name: first });
    expectProblem(await post(boss, { name: second }), 409, "possible_duplicate");
    // Changes beside the name ask nothing.
    await boss.patch(`/customers/${free.id}`, { remark: "x" }, free.version);
    await boss.delete(`/customers/${made.id}`, renamed.version);
    const { items } = await check(rep, { name: second });
    assert.deepEqual(items.map((item) => [item.state, item.id]), [["deleted", null]]);
    const taken = await boss.post("/customers", { name: second });
    // Restored beside the one that took the name: a warning is no ban.
    await boss.post(`/customers/${made.id}/restore`);
    assert.equal((await check(boss, { name: second })).items.length, 2);
    // The first holder goes: the other one keeps others out.
    const { version: present } = await boss.get(`/customers/${taken.id}`);
    await boss.delete(`/customers/${taken.id}`, present);
    expectProblem(await post(boss, { name: second }), 409, "possible_duplicate");
});

test("what is blocked does not come back from the recycle bin while it is taken", async () => {
    const body = { name: company_name(), phone: mobile() };
    const made = await boss.post("/customers", body);
    await boss.delete(`/customers/${made.id}`, made.version);
    const again = await boss.post("/customers", body);
    const { matches } = expectProblem(await boss.send("POST", `/customers/${made.id}/restore`), 409, "duplicate_customer");
    assert.deepEqual([matches[0].id, matches[0].state], [again.id, "owned"]);
    await boss.delete(`/customers/${again.id}`, again.version);
    assert.equal((await boss.post(`/customers/${made.id}/restore`)).deleted_at, null);
});

test("CUS-1: a contact's number is asked about, across customers", async () => {
    const number = mobile();
    const theirs = await rep.post("/customers", { name: company_name() });
    const mine = await other.post("/customers", { name: company_name() });
    await rep.post("/contacts", { customer_id: theirs.id, name: "张三", mobile: number });
    const body = { customer_id: mine.id, name: "张三", mobile: `+86 ${number.slice(0, 3)}-${number.slice(3)}` };
    const { matches } = expectProblem(await other.send("POST", "/contacts", { body }), 409, "possible_duplicate");
    assert.deepEqual([matches[0].object, matches[0].matched_by, matches[0].owner_id, matches[0].id], ["contact", ["mobile"], rep.user.id, null]);
    assert.equal((await other.send("POST", "/contacts", { body: { ...body, duplicate_confirmed: true } })).status, 201);
});

test("an import refuses rows that may be there already, or lets them in when told", async () => {
    const name = company_name();
    await rep.post("/customers", { name: `${name}有限公司` });
    const run = async (mapping) => {
        const batch = await boss.upload("/import/batches?kind=customer&name=x.csv", Buffer.from(`客户名称\n${name}\n${company_name()}\n`));
        if (mapping) {
            await boss.put(`/import/batches/${batch.id}/mapping`, { mapping: { columns: [{ column: "客户名称", field: "name" }], ...mapping } });
        }
        await boss.job((await boss.post(`/import/batches/${batch.id}/run`, {})).job_id);
        return boss.get(`/import/batches/${batch.id}`);
    };
    const refused = await run();
    assert.deepEqual([refused.created_count, refused.failed_count], [1, 1]);
    const [fault] = (await boss.get(`/import/batches/${refused.id}/faults`)).items;
    assert.equal(fault.errors[0].code, "possible_duplicate");
    const let_in = await run({ duplicate_confirmed: true });
    assert.deepEqual([let_in.created_count, let_in.failed_count], [2, 0]);
});

// ---- the blind check ----

test("the blind check tells what exists and nothing more", async () => {
    const name = company_name();
    const number = mobile();
    const made = await rep.post("/customers", { name: `${name}有限公司`, phone: number, address: "秘密路 1 号", level: "a" });
    await rep.post("/follow-ups", { customer_id: made.id, content: "谈价格", followed_at: "2024-05-06T07:08:09.000Z" });
    const { items, action } = await check(other, { name });
    assert.equal(action, "warn");
    assert.equal(items.length, 1);
    assert.deepEqual(Object.keys(items[0]).sort(), ["claim_ref", "id", "last_follow_up_at", "matched_by", "mine", "name", "object",
        "owner_id", "owner_name", "pool_name", "state"]);
    assert.deepEqual([items[0].state, items[0].owner_name, items[0].last_follow_up_at, items[0].id, items[0].name],
        ["owned", rep.user.name, "2024-05-06T07:08:09.000Z", null, null]);
    assert.ok(!JSON.stringify(items).includes("秘密"));
    assert.deepEqual((await check(other, { phone: number })).items.map((item) => item.matched_by), [["phone"]]);
    assert.deepEqual((await check(manager, { name })).items.map((item) => [item.id, item.mine]), [[made.id, false]]);
    assert.deepEqual((await check(rep, { name })).items.map((item) => [item.id, item.mine]), [[made.id, true]]);
    assert.deepEqual((await check(rep, { name, except_id: made.id })), { items: [], action: null });
    assert.deepEqual((await check(other, { name: company_name() })), { items: [], action: null });
    assert.deepEqual((await check(other, {})).items, []);
});

test("CUS-1: the blind check sees what belongs to nobody, and needs the right to make customers", async () => {
    const name = company_name();
    const made = await boss.post("/customers", { name });
    await sql(`UPDATE customer SET owner_id = NULL, department_id = NULL WHERE id = ${made.id}`);
    assert.deepEqual((await check(rep, { name })).items.map((item) => [item.state, item.owner_id, item.claim_ref]), [["unowned", null, null]]);
    const viewer = await personWith(await role("all", { permissions: ["customer.view"] }));
    expectProblem(await viewer.send("POST", "/customers/duplicate-check", { body: { name } }), 403, "forbidden");
    expectProblem(await rep.send("POST", "/customers/duplicate-check", { body: { name: 5 } }), 422, "invalid", "name");
    expectProblem(await rep.send("POST", "/customers/duplicate-check", { body: { nonsense: 5 } }), 422, "invalid", "nonsense");
});

test("who may not read a number does not learn whose it is", async () => {
    const number = mobile();
    const made = await boss.post("/customers", { name: company_name(), phone: number });
    for (const access of ["hidden", "masked"]) {
        const blind = await personWith(await role("all", { fields: [{ object: "customer", field: "phone", access }] }));
        assert.equal((await blind.get(`/customers/${made.id}`)).id, made.id);
        assert.deepEqual((await check(blind, { phone: number })).items.map((item) => [item.state, item.id, item.name]), [["owned", null, null]], access);
    }
    assert.deepEqual((await check(manager, { phone: number })).items.map((item) => item.id), [null]);
    assert.deepEqual((await check(boss, { phone: number })).items.map((item) => item.id), [made.id]);
});

// ---- duplicate rules ----

test("rules are written by who may, and checked", async () => {
    expectProblem(await rep.send("GET", "/duplicate-rules"), 403, "forbidden");
    const wrong = [[{ object: "nonsense" }, "object"], [{ fields: [] }, "fields"], [{ fields: ["nonsense"] }, "fields.0"],
        [{ fields: ["region_id"] }, "fields"], [{ fields: ["name", "name"] }, "fields.1"], [{ fields: ["name"], method: "phone" }, "fields.0"],
        [{ fields: ["remark"] }, "fields.0"], [{ method: "nonsense" }, "method"], [{ action: "nonsense" }, "action"]];
    const good = { object: "customer", fields: ["name"], method: "exact", action: "warn", is_active: false };
    for (const [change, field] of wrong) {
        expectProblem(await boss.send("POST", "/duplicate-rules", { body: { ...good, ...change } }), 422, "invalid", field);
    }
    const made = await boss.post("/duplicate-rules", good);
    await boss.job(made.job_id);
    assert.deepEqual((await boss.get(`/duplicate-rules/${made.id}`)).fields, ["name"]);
    assert.ok((await boss.get("/duplicate-rules")).items.some((rule) => rule.id === made.id));
    expectProblem(await boss.send("PATCH", `/duplicate-rules/${made.id}`, { body: { action: "block" } }), 428, "version_required");
    expectProblem(await boss.send("PATCH", `/duplicate-rules/${made.id}`, { body: { object: "contact" }, headers: version(1) }), 422, "invalid", "object");
    expectProblem(await boss.send("PATCH", `/duplicate-rules/${made.id}`, { body: { method: "phone" }, headers: version(1) }), 422, "invalid", "method");
    const changed = await boss.patch(`/duplicate-rules/${made.id}`, { action: "block" }, 1);
    assert.deepEqual([changed.action, changed.version, changed.job_id], ["block", 2, null]);
    expectProblem(await boss.send("PATCH", `/duplicate-rules/${made.id}`, { body: { action: "warn" }, headers: version(1) }), 412, "stale_version");
    expectProblem(await boss.send("DELETE", `/duplicate-rules/${made.id}`, { headers: version(1) }), 412, "stale_version");
    await boss.delete(`/duplicate-rules/${made.id}`, 2);
    expectProblem(await boss.send("GET", `/duplicate-rules/${made.id}`), 404, "not_found");
    await until(async () => (await sql(`SELECT COUNT(*) FROM duplicate_rule WHERE id = ${made.id}`))[0][0] === "0");
});

test("the rules a company begins with are ready", async () => {
    await until(async () => (await boss.get("/duplicate-rules")).items.filter((rule) => rule.id <= 3).every((rule) => rule.is_built));
});

test("CUS-1: a new rule finds what was there before it, its job gives the keys; several fields are one key", async () => {
    const code = () => unique("k");
    const [street, town] = [company_name("街"), code()];
    const [a, b] = [await boss.post("/customers", { name: company_name(), industry: town, address: street }),
        await boss.post("/customers", { name: company_name(), industry: town, address: street })];
    const rule = await boss.post("/duplicate-rules", { object: "customer", fields: ["industry", "address"], method: "exact", action: "block" });
    try {
        const done = await boss.job(rule.job_id);
        assert.equal(done.status, "done");
        assert.equal((await boss.get(`/duplicate-rules/${rule.id}`)).is_built, true);
        // Those that were there stay, whatever they share.
        const slots = await sql(`SELECT record_id, slot FROM record_key WHERE rule_id = ${rule.id} AND record_id IN (${a.id}, ${b.id}) ORDER BY record_id`);
        assert.deepEqual(slots, [[`${a.id}`, "0"], [`${b.id}`, `${b.id}`]]);
        const { matches } = expectProblem(await post(boss, { name: company_name(), industry: town, address: street }), 409, "duplicate_customer");
        assert.deepEqual(matches.map((match) => match.id), [a.id, b.id]);
        for (const different of [{ industry: town }, { address: street }, { industry: town, address: `${street}x` }, { industry: town, address: `${street} 1` }]) {
            assert.equal((await post(boss, { name: company_name(), ...different })).status, 201);
        }
        // Another method has other keys, from one moment to the next.
        const normalised = await boss.patch(`/duplicate-rules/${rule.id}`, { method: "normalised" }, rule.version);
        await boss.job(normalised.job_id);
        expectProblem(await post(boss, { name: company_name(), industry: town, address: ` ${street}，` }), 409, "duplicate_customer");
        const asleep = await boss.patch(`/duplicate-rules/${rule.id}`, { is_active: false }, normalised.version);
        await boss.job(asleep.job_id);
        assert.equal((await post(boss, { name: company_name(), industry: town, address: street })).status, 201);
        assert.deepEqual(await sql(`SELECT COUNT(*) FROM record_key WHERE rule_id = ${rule.id}`), [["0"]]);
    } finally {
        const { version: present } = await boss.get(`/duplicate-rules/${rule.id}`);
        await boss.delete(`/duplicate-rules/${rule.id}`, present);
    }
});

test("every key that live records hold has one first holder", async () => {
    const orphans = await sql(`SELECT COUNT(*) FROM (SELECT 1 FROM record_key GROUP BY rule_id, revision, key_hash
        HAVING SUM(slot >= 0) > 0 AND SUM(slot = 0) <> 1) x`);
    assert.deepEqual(orphans, [["0"]]);
});

// ---- search ----

const found = async (client, q) => (await client.list("/customers", { q })).map((item) => item.id);

test("customers are found by any two characters, by letters of their reading, by digits of their numbers", async () => {
    const name = company_name("重庆银行");
    const number = mobile();
    const desk = `0571-8${String(phones++).padStart(7, "0").slice(-7)}`;
    const made = await rep.post("/customers", { name: `${name}股份有限公司`, phone: number });
    await rep.post("/contacts", { customer_id: made.id, name: "钱七", phone: desk });
    const tail = name.slice(-4);
    const initials = (text) => [...text].map((char) => "jybdwjgxrg"["甲乙丙丁戊己庚辛壬癸".indexOf(char)]).join("");
    const texts = [tail, "庆银", name.slice(4, 10), `cqyh${initials(name.slice(4))}`, `yh${initials(name.slice(4))}`, initials(name.slice(4)).toUpperCase(),
        `cqyh${initials(name.slice(4))}gfyxgs`, number, `+86 ${number}`, number.slice(0, 9), number.slice(-6), `${number.slice(0, 3)}-${number.slice(3, 7)}-${number.slice(7)}`,
        desk, desk.replace("-", ""), desk.slice(-8)];
    for (const client of [rep, manager, boss]) {
        for (const text of texts) {
            assert.ok((await found(client, text)).includes(made.id), text);
        }
        assert.ok((await client.get("/search", { q: number })).items.some((item) => item.object === "customer" && item.id === made.id));
    }
    for (const text of [tail, number, desk.slice(-8), initials(name.slice(4))]) {
        assert.deepEqual(await found(other, text), [], text);
    }
    for (const text of [`${number}1`, number.slice(2, 7), `x${initials(name.slice(4))}qz`, "壬癸壬癸壬癸壬癸"]) {
        assert.ok(!(await found(boss, text)).includes(made.id), text);
    }
    // Renamed, renumbered: found by what it is called now.
    const renamed = company_name("厦门大厦");
    await rep.patch(`/customers/${made.id}`, { name: renamed, phone: null }, (await rep.get(`/customers/${made.id}`)).version);
    assert.ok((await found(boss, `xmds${initials(renamed.slice(4))}`)).includes(made.id));
    assert.ok(!(await found(boss, `cqyh${initials(name.slice(4))}`)).includes(made.id));
    assert.deepEqual(await found(boss, number), []);
});

test("a number that one may not read finds nothing", async () => {
    const [own, contact] = [mobile(), mobile()];
    const made = await boss.post("/customers", { name: company_name(), phone: own });
    const man = await boss.post("/contacts", { customer_id: made.id, name: "孙八", mobile: contact });
    for (const access of ["hidden", "masked"]) {
        const closed = await personWith(await role("all", { fields: [{ object: "customer", field: "phone", access }, { object: "contact", field: "mobile", access }] }));
        for (const number of [own, contact, own.slice(-5), contact.slice(-5)]) {
            assert.ok(!(await found(closed, number)).includes(made.id), `${access} ${number}`);
            assert.deepEqual((await closed.list("/contacts", { q: number })).filter((item) => item.id === man.id), []);
            assert.ok(!(await closed.get("/search", { q: number })).items.some((item) => item.id === made.id && item.object === "customer"));
            assert.ok(!(await closed.get("/customers/options", { q: number })).items.some((item) => item.id === made.id));
        }
    }
    assert.deepEqual((await boss.list("/contacts", { q: contact.slice(-5) })).filter((item) => item.id === man.id).length, 1);
    // A contact that one does not see finds no customer that one sees.
    await boss.post("/shares", { object: "customer", record_id: made.id, user_id: other.user.id });
    assert.ok((await found(other, own)).includes(made.id));
    assert.deepEqual(await found(other, contact), []);
    await boss.post("/shares", { object: "customer", record_id: made.id, user_id: other.user.id, cascade_to: ["contact"] });
    assert.ok((await found(other, contact)).includes(made.id));
    await boss.delete(`/contacts/${man.id}`, man.version);
    assert.deepEqual(await found(boss, contact), []);
});

// ---- tags ----

test("tags are made by who may, set by who may edit, listed, filtered, exported and imported", async () => {
    expectProblem(await rep.send("POST", "/tags", { body: { name: unique("标") } }), 403, "forbidden");
    expectProblem(await boss.send("POST", "/tags", { body: { name: "甲、乙" } }), 422, "invalid", "name");
    const names = ["重点", "续约", "展会"].map((word) => unique(word));
    const [a, b, c] = [await boss.post("/tags", { name: names[0] }), await boss.post("/tags", { name: names[1] }), await boss.post("/tags", { name: names[2] })];
    expectProblem(await boss.send("POST", "/tags", { body: { name: names[0] } }), 409, "duplicate", "name");
    const one = await rep.post("/customers", { name: company_name(), tag_ids: [b.id, a.id, a.id] });
    assert.deepEqual([one.tag_ids, one.tag_names], [[a.id, b.id], [names[0], names[1]]]);
    const two = await rep.post("/customers", { name: company_name(), tag_ids: [b.id] });
    const none = await rep.post("/customers", { name: company_name() });
    assert.deepEqual([none.tag_ids, none.tag_names], [[], []]);
    const mine = (op, value) => ({ all: [{ field: "id", op: "in", value: [one.id, two.id, none.id] }, { field: "tag_ids", op, ...(value ? { value } : {}) }] });
    const list = async (op, value) => (await rep.list("/customers", { filter: mine(op, value), sort: "created_at" })).map((item) => item.id);
    assert.deepEqual(await list("has_any", [a.id, c.id]), [one.id]);
    assert.deepEqual(await list("has_any", [b.id]), [one.id, two.id]);
    assert.deepEqual(await list("has_all", [a.id, b.id]), [one.id]);
    assert.deepEqual(await list("has_none", [a.id]), [two.id, none.id]);
    assert.deepEqual(await list("is_null"), [none.id]);
    assert.deepEqual(await list("not_null"), [one.id, two.id]);
    const not = { not: { field: "tag_ids", op: "has_all", value: [a.id, b.id] } };
    assert.deepEqual((await rep.list("/customers", { filter: { all: [mine("not_null").all[0], not] }, sort: "created_at" })).map((item) => item.id), [two.id, none.id]);
    for (const wrong of [{ field: "tag_ids", op: "eq", value: a.id }, { field: "tag_ids", op: "has_any", value: [] }, { field: "name", op: "has_any", value: [1] }]) {
        expectProblem(await rep.send("GET", `/customers?filter=${encodeURIComponent(JSON.stringify(wrong))}`), 400, "bad_filter");
    }
    // Added and removed, one by one and in bulk.
    const changed = await rep.patch(`/customers/${two.id}`, { tag_ids: { add: [c.id], remove: [b.id] } }, two.version);
    assert.deepEqual(changed.tag_ids, [c.id]);
    expectProblem(await rep.send("PATCH", `/customers/${two.id}`, { body: { tag_ids: { add: ["x"] } }, headers: version(changed.version) }), 422, "invalid", "tag_ids.add.0");
    expectProblem(await rep.send("PATCH", `/customers/${two.id}`, { body: { tag_ids: [987654321] }, headers: version(changed.version) }), 422, "invalid", "tag_ids");
    const { job_id } = await boss.post("/customers/bulk", { action: "update", ids: [one.id, two.id, none.id], changes: { tag_ids: { add: [a.id] } } });
    await boss.job(job_id);
    assert.deepEqual(await list("has_any", [a.id]), [one.id, two.id, none.id]);
    const rows = await exportRows(boss, "customers", { filter: mine("not_null").all[0], columns: ["id", "tag_ids"], sort: "created_at" });
    assert.deepEqual(rows.slice(1).map((row) => row[1]), [`${names[0]}、${names[1]}`, `${names[0]}、${names[2]}`, names[0]]);
    // An import reads what an export writes, and makes what is missing where it may.
    const fresh = unique("新标");
    const imported = async (cell, more = {}) => {
        const name = company_name();
        const batch = await boss.upload("/import/batches?kind=customer&name=x.csv", Buffer.from(`客户名称,标签\n${name},"${cell}"\n`));
        await boss.put(`/import/batches/${batch.id}/mapping`, { mapping: { columns: [{ column: "客户名称", field: "name" }, { column: "标签", field: "tag_ids" }], ...more } });
        await boss.job((await boss.post(`/import/batches/${batch.id}/run`, {})).job_id);
        const done = await boss.get(`/import/batches/${batch.id}`);
        return done.failed_count > 0 ? (await boss.get(`/import/batches/${batch.id}/faults`)).items[0].errors[0].code : (await boss.list("/customers", { q: name }))[0].tag_names;
    };
    assert.deepEqual(await imported(`${names[0]}、${names[2]}`), [names[0], names[2]]);
    assert.deepEqual(await imported(`${names[1]} ; ${names[1]}`), [names[1]]);
    assert.equal(await imported(fresh), "no_such_record");
    assert.deepEqual(await imported(`${names[0]}，${fresh}`, { create_missing: ["tag_ids"] }), [names[0], fresh]);
    // No longer offered: kept where it is, not set anew. In use: not deleted.
    const asleep = await boss.patch(`/tags/${a.id}`, { is_active: false, name: `${names[0]}旧` }, a.version);
    assert.deepEqual((await rep.get(`/customers/${one.id}`)).tag_names, [`${names[0]}旧`, names[1]]);
    await rep.patch(`/customers/${one.id}`, { tag_ids: { remove: [b.id] } }, (await rep.get(`/customers/${one.id}`)).version);
    expectProblem(await rep.send("POST", "/customers", { body: { name: company_name(), tag_ids: [a.id] } }), 422, "invalid", "tag_ids");
    expectProblem(await boss.send("DELETE", `/tags/${a.id}`, { headers: version(asleep.version) }), 409, "in_use");
    // What was set and taken off shows by name in the history.
    const { items } = await rep.get(`/customers/${one.id}/timeline`);
    assert.deepEqual(items.find((item) => item.action === "update").detail.tag_ids, [[`${names[0]}旧`, names[1]], [`${names[0]}旧`]]);
});

test("twenty tags at most", async () => {
    const ids = [];
    for (let n = 0; n < 21; n += 1) {
        ids.push((await boss.post("/tags", { name: unique("多") })).id);
    }
    expectProblem(await post(rep, { name: company_name(), tag_ids: ids }), 422, "invalid", "tag_ids");
    const made = await rep.post("/customers", { name: company_name(), tag_ids: ids.slice(0, 20) });
    expectProblem(await rep.send("PATCH", `/customers/${made.id}`, { body: { tag_ids: { add: [ids[20]] } }, headers: version(1) }), 422, "invalid", "tag_ids");
    assert.equal((await rep.patch(`/customers/${made.id}`, { tag_ids: { add: [ids[20]], remove: [ids[0]] } }, 1)).tag_ids.length, 20);
});

// ---- completeness ----

test("completeness adds up what is known, kept with every write, sorted and filtered by", async () => {
    const { items: [region] } = await boss.get("/regions");
    const made = await rep.post("/customers", { name: company_name() });
    assert.equal(made.completeness, 10);
    const parts = [["region_id", region.id, 15], ["phone", mobile(), 15], ["level", "a", 10], ["source", "website", 10], ["industry", "机械", 10],
        ["address", "路", 5], ["website", "example.com", 5], ["employee_count", 5, 5]];
    let score = 10;
    let present = made;
    for (const [field, value, points] of parts) {
        assert.ok(present.missing.includes(field), field);
        present = await rep.patch(`/customers/${made.id}`, { [field]: value }, present.version);
        score += points;
        assert.deepEqual([present.completeness, present.missing.includes(field)], [score, false], field);
    }
    assert.deepEqual(present.missing, ["contact", "contact_number"]);
    const contact = await rep.post("/contacts", { customer_id: made.id, name: "周九" });
    assert.equal((await rep.get(`/customers/${made.id}`)).completeness, 95);
    const called = await rep.patch(`/contacts/${contact.id}`, { wechat: "zhou9" }, contact.version);
    assert.equal((await rep.get(`/customers/${made.id}`)).completeness, 100);
    const elsewhere = await rep.post("/customers", { name: company_name() });
    const moved = await rep.patch(`/contacts/${contact.id}`, { customer_id: elsewhere.id }, called.version);
    assert.deepEqual([(await rep.get(`/customers/${made.id}`)).completeness, (await rep.get(`/customers/${elsewhere.id}`)).completeness], [85, 25]);
    await rep.delete(`/contacts/${contact.id}`, moved.version);
    assert.equal((await rep.get(`/customers/${elsewhere.id}`)).completeness, 10);
    const filter = { all: [{ field: "id", op: "in", value: [made.id, elsewhere.id] }, { field: "completeness", op: "ge", value: 10 }] };
    assert.deepEqual((await rep.list("/customers", { filter, sort: "-completeness" })).map((item) => item.completeness), [85, 10]);
    // Nothing of what one may not read.
    const closed = await personWith(await role("all", { fields: [{ object: "customer", field: "phone", access: "hidden" }] }));
    assert.ok(!(await closed.get(`/customers/${elsewhere.id}`)).missing.includes("phone"));
    // Many contacts at once count as they stand in the end.
    await Promise.all(Array.from({ length: 10 }, (_, n) => rep.post("/contacts", { customer_id: elsewhere.id, name: `人${n}`, mobile: mobile() })));
    assert.equal((await rep.get(`/customers/${elsewhere.id}`)).completeness, 25);
});

test("the index of customers is made again by its job", async () => {
    const name = company_name("长城");
    const number = mobile();
    const made = await rep.post("/customers", { name, phone: number, level: "a" });
    await rep.post("/contacts", { customer_id: made.id, name: "吴十", mobile: mobile() });
    await sql(`UPDATE customer SET name_key = '', initials = '', completeness = 0 WHERE id = ${made.id};
        DELETE FROM customer_initial WHERE customer_id = ${made.id}; DELETE FROM phone_digits WHERE customer_id = ${made.id}`);
    assert.deepEqual(await found(boss, number), []);
    await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('customer.index', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
    const [[id]] = await sql("SELECT MAX(id) FROM job WHERE kind = 'customer.index'");
    await boss.job(Number(id));
    assert.deepEqual(await found(boss, number), [made.id]);
    assert.equal((await rep.get(`/customers/${made.id}`)).completeness, 50);
    assert.equal((await sql(`SELECT COUNT(*) FROM phone_digits WHERE customer_id = ${made.id}`))[0][0], "2");
    assert.deepEqual(await sql(`SELECT name_key, LEFT(initials, 2) FROM customer WHERE id = ${made.id}`), [[name, "cc"]]);
});
