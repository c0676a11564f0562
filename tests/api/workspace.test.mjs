// What everybody works with: fields by right, search, saved views, notifications, the change feed and the event ticket.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, department, expectProblem, person, send, sql, stack, unique, until } from "./lib.mjs";
import { OWNED, exportRows, measured, personWith, recordsOf, role } from "./samples.mjs";

await stack();

let boss;
let rep;
let place;

before(async () => {
    boss = await admin();
    place = await department();
    rep = await person({ role: "sales", department_id: place.id });
});

test("the metadata is what the user may see and do", async () => {
    const mine = (await rep.get("/meta")).objects;
    const customer = mine.find((object) => object.name === "customer");
    assert.deepEqual(customer.can, { view: true, create: true, edit: true, delete: false, export: false, import: false, transfer: false });
    assert.deepEqual((await boss.get("/meta")).objects.find((object) => object.name === "customer").can,
        { view: true, create: true, edit: true, delete: true, export: true, import: true, transfer: true });
    const narrow = await personWith(await role("own", { permissions: ["product.view"] }));
    const seen = (await narrow.get("/meta")).objects.map((object) => object.name);
    assert.ok(["department", "product", "user"].every((name) => seen.includes(name)), seen.join());
    assert.ok(!Object.keys(OWNED).some((name) => seen.includes(name)), seen.join());
    for (const object of mine) {
        const names = object.fields.map((field) => field.name);
        assert.equal(new Set(names).size, names.length);
        assert.ok(names.includes(object.label_field));
        assert.ok(object.fields.some((field) => field.name === object.default_sort.replace(/^-/, "") && field.sortable), object.name);
        for (const field of object.fields) {
            assert.ok(field.label.length > 0 && ["read", "edit", "masked"].includes(field.access), `${object.name}.${field.name}`);
            assert.equal(field.options !== null, field.type === "enum");
            assert.equal(field.ref !== null, ["ref", "tags"].includes(field.type));
        }
    }
});

test("the labels are in the user's language", async () => {
    const label = async (client) => (await client.get("/meta")).objects.find((object) => object.name === "customer").label;
    const reader = await person({ role: "sales" });
    await reader.patch("/auth/me", { locale: "zh-CN" });
    assert.equal(await label(reader), "客户");
    await reader.patch("/auth/me", { locale: "en" });
    assert.equal(await label(reader), "Customer");
});

// A role that sees everything but some fields.
const closed = (fields) => role("all", { fields, permissions: ["customer", "contact", "opportunity", "contract", "payment", "product", "follow_up"]
    .flatMap((object) => ["view", "create", "edit", "export"].map((action) => `${object}.${action}`)) });

test("CUS-4: what lay in the recycle bin for thirty days is removed, unless something still names it", async () => {
    const made = await recordsOf(rep);
    const lone = await boss.post("/customers", { name: unique("lone"), code: unique("lone") });
    const contact = await boss.post("/contacts", { name: unique("lone"), customer_id: lone.id });
    const fresh = await boss.post("/customers", { name: unique("fresh") });
    const named = await boss.post("/opportunities", { ...OWNED.opportunity.body(made) });
    await boss.post("/contracts", { name: unique("c"), opportunity_id: named.id });
    for (const [plural, record] of [["customers", lone], ["customers", fresh], ["opportunities", named]]) {
        const answer = await boss.send("DELETE", `/${plural}/${record.id}`, { headers: { "If-Match": `${record.version}` } });
        if (answer.status !== 204) {
            // A deal with a contract stays where it is; as if it had been deleted by an older program.
            expectProblem(answer, 409, "in_use");
            await sql(`UPDATE opportunity SET deleted_at = UTC_TIMESTAMP(3) WHERE id = ${record.id}`);
        }
    }
    const age = (table, id, hours) => sql(`UPDATE ${table} SET deleted_at = UTC_TIMESTAMP(3) - INTERVAL ${hours} HOUR WHERE id = ${id}`);
    const day = 24;
    await age("customer", lone.id, 30 * day + 1);
    await age("contact", contact.id, 30 * day + 1);
    await age("opportunity", named.id, 30 * day + 1);
    await age("customer", fresh.id, 30 * day - 1);
    await sql(`INSERT INTO record_share (object, record_id, user_id, created_at) VALUES ('customer', ${lone.id}, ${rep.user.id}, UTC_TIMESTAMP(3))`);
    const purge = async () => {
        await sql("INSERT INTO job (kind, input, run_after, created_at) VALUES ('record.purge', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
        await until(async () => Number((await sql("SELECT COUNT(*) FROM job WHERE kind = 'record.purge' AND status IN ('queued', 'running')"))[0][0]) === 0);
    };
    // One that is taken out of the bin while the purge waits for it stays whole.
    const saved = await boss.post("/customers", { name: unique("rescued") });
    await age("customer", saved.id, 30 * day + 1);
    const rescue = sql(`START TRANSACTION; SELECT id FROM customer WHERE id = ${saved.id} FOR UPDATE; DO SLEEP(2);
        UPDATE customer SET deleted_at = NULL WHERE id = ${saved.id}; COMMIT`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await purge();
    await rescue;
    assert.deepEqual((await boss.get("/customers", { q: saved.name })).items.map((item) => item.id), [saved.id]);
    const count = async (statement) => Number((await sql(`SELECT COUNT(*) FROM ${statement}`))[0][0]);
    assert.equal(await count(`customer WHERE id = ${lone.id}`), 0);
    assert.equal(await count(`contact WHERE id = ${contact.id}`), 0, "its contact with it");
    for (const table of ["ownership", "search_gram", "record_share"]) {
        assert.equal(await count(`${table} WHERE object = 'customer' AND record_id = ${lone.id}`), 0, table);
    }
    assert.ok(await count(`audit_entry WHERE object = 'customer' AND record_id = ${lone.id}`) >= 2, "what happened stays on record");
    expectProblem(await boss.send("GET", `/customers/${lone.id}`), 404, "not_found");
    expectProblem(await boss.send("POST", `/customers/${lone.id}/restore`), 404, "not_found");
    assert.equal((await boss.post("/customers", { name: "again", code: lone.code })).code, lone.code, "the code is free again");
    assert.equal(await count(`opportunity WHERE id = ${named.id}`), 1, "a contract names it");
    assert.equal((await boss.post(`/customers/${fresh.id}/restore`)).deleted_at, null, "not a day early");
    assert.equal((await boss.get(`/customers/${made.customer.id}`)).id, made.customer.id);
});

test("a hidden field is nowhere", async () => {
    const secret = unique("secret");
    const made = await boss.post("/customers", { name: unique("c"), industry: secret, employee_count: 4711 });
    const viewer = await personWith(await closed(["industry", "employee_count"].map((field) => ({ object: "customer", field, access: "hidden" }))));
    const path = `/customers/${made.id}`;
    const only = { field: "id", op: "eq", value: made.id };
    const open = JSON.stringify([await viewer.get(path), await viewer.list("/customers", { filter: only }), await viewer.get(`${path}/timeline`)]);
    assert.ok(!open.includes(secret) && !open.includes("4711") && !/"industry"|"employee_count"/.test(open), open);
    assert.ok(!(await viewer.get("/meta")).objects.find((object) => object.name === "customer").fields.some((field) => field.name === "industry"));
    const eq = JSON.stringify({ field: "industry", op: "eq", value: secret });
    expectProblem(await viewer.send("GET", `/customers?filter=${encodeURIComponent(eq)}`), 400, "bad_filter");
    expectProblem(await viewer.send("GET", `/customers/aggregate?filter=${encodeURIComponent(eq)}`), 400, "bad_filter");
    expectProblem(await viewer.send("GET", "/customers/aggregate?group_by=industry"), 422, "invalid", "group_by");
    expectProblem(await viewer.send("GET", "/customers/aggregate?measures=sum:employee_count"), 422, "invalid", "measures");
    expectProblem(await viewer.send("POST", "/customers/export", { body: { format: "csv", filter: JSON.parse(eq) } }), 400, "bad_filter");
    assert.ok(!JSON.stringify(await exportRows(viewer, "customers", { filter: only })).includes(secret));
    assert.ok(!JSON.stringify(await exportRows(viewer, "customers", { filter: only, columns: ["name", "industry"] })).includes(secret));
    assert.deepEqual((await viewer.get("/search", { q: secret })).items, []);
    expectProblem(await viewer.send("PATCH", path, { body: { industry: "x" }, headers: { "If-Match": "1" } }), 422, "invalid", "industry");
    expectProblem(await viewer.send("POST", "/customers", { body: { name: "x", industry: "x" } }), 422, "invalid", "industry");
    assert.equal((await viewer.patch(path, { remark: "seen" }, made.version)).version, made.version + 1);
    assert.equal((await boss.get(path)).industry, secret, "the hidden value stays");
});

test("a masked field shows its ends, and cannot be sorted or searched", async () => {
    const made = await boss.post("/customers", { name: unique("c"), phone: "13812345678", annual_revenue_minor: 123_456_00 });
    const viewer = await personWith(await closed(["phone", "annual_revenue_minor"].map((field) => ({ object: "customer", field, access: "masked" }))));
    const seen = await viewer.get(`/customers/${made.id}`);
    assert.deepEqual([seen.phone, seen.annual_revenue_minor, seen.masked.sort()], ["138****5678", null, ["annual_revenue_minor", "phone"]]);
    const only = { field: "id", op: "eq", value: made.id };
    assert.deepEqual((await viewer.list("/customers", { filter: only }))[0].phone, "138****5678");
    const exported = JSON.stringify(await exportRows(viewer, "customers", { filter: only }));
    assert.ok(!exported.includes("13812345678") && !exported.includes("123456"));
    const filter = encodeURIComponent(JSON.stringify({ field: "phone", op: "starts_with", value: "1381" }));
    expectProblem(await viewer.send("GET", `/customers?filter=${filter}`), 400, "bad_filter");
    expectProblem(await viewer.send("GET", "/customers/aggregate?measures=max:annual_revenue_minor"), 422, "invalid", "measures");
    expectProblem(await viewer.send("PATCH", `/customers/${made.id}`, { body: { phone: "13900000000" }, headers: { "If-Match": `${made.version}` } }), 422, "invalid", "phone");
    const stale = await viewer.send("PATCH", `/customers/${made.id}`, { body: { remark: "x" }, headers: { "If-Match": "99" } });
    assert.equal(expectProblem(stale, 412, "stale_version").current.phone, "138****5678");
});

/** The first cells of every column of a workbook, as the import reads them. */
async function workbookColumns(client, plural, body) {
    const { job_id } = await client.post(`/${plural}/export`, { format: "xlsx", ...body });
    await client.job(job_id);
    const { url } = await stack();
    const answer = await fetch(`${url}/api/v1/jobs/${job_id}/file`, { headers: { Authorization: `Bearer ${client.token}` } });
    const batch = await boss.upload("/import/batches?kind=customer&name=x.xlsx", Buffer.from(await answer.arrayBuffer()));
    return Object.fromEntries(batch.format.columns.map((column) => [column.name, column.samples]));
}

test("closed fields stay closed in workbooks, views, suggestions, sums and search", async () => {
    const secret = unique("secret");
    const made = await boss.post("/customers", { name: secret, industry: secret, phone: "13812345678", address: "65551234", annual_revenue_minor: 123_456_00 });
    const contact = await boss.post("/contacts", { name: unique("contact"), customer_id: made.id, mobile: "13912345678" });
    const close = (object, field, access) => ({ object, field, access });
    const viewer = await personWith(await closed([close("customer", "name", "hidden"), close("customer", "industry", "hidden"), close("customer", "phone", "masked"),
        close("customer", "address", "masked"), close("customer", "annual_revenue_minor", "masked"), close("customer", "updated_at", "hidden"), close("contact", "mobile", "masked")]));
    await viewer.patch("/auth/me", { locale: "en" });
    const only = { field: "id", op: "eq", value: made.id };
    // Files, of both kinds, asked for by name or whole.
    const columns = ["id", "name", "industry", "phone", "address", "annual_revenue_minor", "level"];
    for (const body of [{ filter: only }, { filter: only, columns }]) {
        const csv = await exportRows(viewer, "customers", body);
        const sheet = await workbookColumns(viewer, "customers", body);
        assert.deepEqual(Object.keys(sheet), csv[0]);
        for (const text of [JSON.stringify(csv), JSON.stringify(sheet)]) {
            assert.ok(!text.includes(secret) && !/12345678|123456|6555/.test(text.replaceAll("138****5678", "")), text);
            assert.ok(text.includes("138****5678") && text.includes("****1234"), text);
        }
        assert.ok(!["Customer", "Name", "Industry"].some((heading) => csv[0].includes(heading)), csv[0].join());
    }
    expectProblem(await viewer.send("POST", "/customers/export", { body: { format: "xlsx", sort: "name" } }), 400, "bad_sort");
    // A view that looks at a closed field is neither kept nor opened.
    const view = { object: "customer", name: unique("view"), is_shared: true };
    const filter = { field: "industry", op: "eq", value: secret };
    expectProblem(await viewer.send("POST", "/views", { body: { ...view, filter } }), 400, "bad_filter");
    expectProblem(await viewer.send("POST", "/views", { body: { ...view, sort: "name" } }), 400, "bad_sort");
    expectProblem(await viewer.send("POST", "/views", { body: { ...view, filter: { field: "phone", op: "starts_with", value: "1381" } } }), 400, "bad_filter");
    const shared = await boss.post("/views", { ...view, filter, sort: "name" });
    const [seen] = (await viewer.get("/views", { object: "customer" })).items.filter((item) => item.id === shared.id);
    expectProblem(await viewer.send("GET", `/customers?${new URLSearchParams({ filter: JSON.stringify(seen.filter) })}`), 400, "bad_filter");
    expectProblem(await viewer.send("GET", `/customers?sort=${seen.sort}`), 400, "bad_sort");
    // Suggestions and search tell neither the name nor that it fits; nor do names behind references.
    const options = (await viewer.get("/customers/options", { filter: only })).items;
    assert.deepEqual(options.map((option) => [option.id, option.label]), [[made.id, null]]);
    assert.deepEqual((await viewer.get("/customers/options", { q: secret })).items, []);
    assert.deepEqual(await viewer.list("/customers", { q: secret }), []);
    assert.deepEqual((await viewer.get("/search", { q: secret })).items, []);
    const [option] = (await viewer.get("/contacts/options", { q: contact.name })).items;
    assert.notEqual(option.hint, secret);
    const child = await viewer.get(`/contacts/${contact.id}`);
    assert.deepEqual([child.customer_id, child.customer_name, child.mobile], [made.id, null, "139****5678"]);
    const { groups } = await viewer.get("/contacts/aggregate", { group_by: "customer_id", filter: { field: "id", op: "eq", value: contact.id } });
    assert.deepEqual(groups.map((group) => [group.keys.customer_id, group.labels.customer_id]), [[made.id, null]]);
    assert.ok(!JSON.stringify(await exportRows(viewer, "contacts", { filter: { field: "id", op: "eq", value: contact.id } })).includes(secret));
    // Sums and groups of closed fields are refused, masked ones too.
    for (const measures of ["sum:annual_revenue_minor", "avg:annual_revenue_minor", "median_x2:annual_revenue_minor"]) {
        expectProblem(await viewer.send("GET", `/customers/aggregate?measures=${measures}`), 422, "invalid", "measures");
    }
    for (const group of ["industry", "phone", "annual_revenue_minor"]) {
        expectProblem(await viewer.send("GET", `/customers/aggregate?group_by=${group}`), 422, "invalid", "group_by");
    }
    // A cursor carries the value it stands at: the usual order gives way where its field is closed.
    const page = await viewer.get("/customers", { limit: 1 });
    assert.ok(!Buffer.from(page.next_cursor, "base64url").toString().includes("updated_at"), page.next_cursor);
    assert.ok((await viewer.list("/customers")).some((item) => item.id === made.id));
    assert.ok(!JSON.stringify(await viewer.get(`/customers/${made.id}/timeline`)).includes(secret));
    // Changes of many records find them by a filter all the same.
    const { job_id } = await viewer.post("/customers/bulk", { action: "update", filter: only, changes: { remark: "seen" } });
    assert.equal((await viewer.job(job_id)).result.done, 1);
});

test("a field to read cannot be written, on any way", async () => {
    const made = await boss.post("/customers", { name: unique("c"), level: "a" });
    const viewer = await personWith(await closed([{ object: "customer", field: "level", access: "read" }]));
    const seen = await viewer.get(`/customers/${made.id}`);
    assert.equal(seen.level, "a");
    expectProblem(await viewer.send("PATCH", `/customers/${made.id}`, { body: { level: "b" }, headers: { "If-Match": `${made.version}` } }), 422, "invalid", "level");
    const bulk = { action: "update", ids: [made.id], changes: { level: "b" } };
    expectProblem(await viewer.send("POST", "/customers/bulk", { body: bulk }), 422, "invalid", "changes.level");
    assert.equal((await boss.get(`/customers/${made.id}`)).level, "a");
    assert.equal(await measured(viewer, "customers", "count", { all: [{ field: "level", op: "eq", value: "a" }, { field: "id", op: "eq", value: made.id }] }), 1);
});

test("amounts that are hidden do not show in lines or histories", async () => {
    const seller = await person({ role: "sales" });
    const made = await recordsOf(seller);
    const contract = await boss.post("/contracts", { ...OWNED.contract.body(made), lines: [{ name: "x", quantity_milli: 1000, unit_price_minor: 98_765, unit_cost_minor: 43_210 }] });
    const hide = [["contract", "amount_minor"], ["contract", "cost_minor"], ["opportunity", "amount_minor"]].map(([object, field]) => ({ object, field, access: "hidden" }));
    const viewer = await personWith(await closed(hide));
    const shown = JSON.stringify([await viewer.get(`/contracts/${contract.id}`), await viewer.get(`/opportunities/${made.opportunity.id}`),
        await viewer.get(`/customers/${made.customer.id}/timeline`)]);
    assert.ok(!/98765|43210|70000\b/.test(shown), shown);
});

test("the timeline of a shared customer keeps what was not shared to itself", async () => {
    const made = await recordsOf(rep);
    const colleague = await person({ role: "sales" });
    await rep.post("/shares", { object: "customer", record_id: made.customer.id, user_id: colleague.user.id });
    const objects = async (client) => [...new Set((await client.get(`/customers/${made.customer.id}/timeline`)).items.map((item) => item.object))].sort();
    assert.deepEqual(await objects(colleague), ["customer"]);
    assert.deepEqual(await objects(rep), ["contract", "customer", "follow_up", "opportunity", "payment"]);
    await rep.post("/shares", { object: "customer", record_id: made.customer.id, user_id: colleague.user.id, cascade_to: ["follow_up"] });
    assert.deepEqual(await objects(colleague), ["customer", "follow_up"]);
    const finance = await person({ role: "finance" });
    assert.deepEqual(await objects(finance), ["contract", "customer", "opportunity", "payment"], "finance has no right to follow-ups");
});

test("any two characters of a name find it, in scope only", async () => {
    const tag = unique("搜");
    const made = await rep.post("/customers", { name: `华東銅鑼${tag}`, code: unique("find") });
    const contact = await rep.post("/contacts", { name: `欧阳翡翠${tag}`, customer_id: made.id });
    const ids = async (client, q) => (await client.get("/search", { q, limit: 50 })).items.map((item) => `${item.object} ${item.id}`);
    for (const q of ["銅鑼", "华東", "東銅鑼", `鑼${tag}`, made.code]) {
        assert.ok((await ids(rep, q)).includes(`customer ${made.id}`), q);
    }
    assert.ok((await ids(rep, "翡翠")).includes(`contact ${contact.id}`));
    const [found] = (await rep.get("/search", { q: contact.name, object: "contact" })).items;
    assert.deepEqual([found.label, found.hint], [contact.name, made.name]);
    const stranger = await person({ role: "sales" });
    assert.deepEqual(await ids(stranger, tag), []);
    assert.deepEqual(await ids(rep, "铜锣没有"), []);
    assert.deepEqual(await ids(rep, "  "), []);
    await rep.patch(`/customers/${made.id}`, { name: `改名${tag}` }, made.version);
    assert.deepEqual((await ids(rep, "銅鑼")).filter((one) => one === `customer ${made.id}`), [], "the old name finds nothing");
    assert.ok((await ids(rep, "改名")).includes(`customer ${made.id}`));
    assert.ok((await rep.list("/customers", { q: `名${tag}` })).some((item) => item.id === made.id));
});

test("a list shows of each record what the record itself shows", async () => {
    const text = `引号"反斜\\ 换行\n ${unique("甲")}`;
    const made = await recordsOf(rep);
    const customer = await rep.post("/customers", { name: unique("列"), phone: "13812345678", address: unique("路"), remark: text });
    const narrow = await personWith(await closed([{ object: "customer", field: "phone", access: "masked" },
        { object: "customer", field: "address", access: "hidden" }, { object: "contract", field: "customer_id", access: "masked" }]));
    for (const client of [rep, await admin(), narrow]) {
        for (const [plural, id] of [["customers", customer.id], ...Object.entries(OWNED).map(([object, { plural }]) => [plural, made[object].id])]) {
            const answer = await client.send("GET", `/${plural}/${id}`);
            if (answer.status === 403) {
                continue;
            }
            const items = await client.list(`/${plural}`, { filter: { field: "id", op: "eq", value: id } });
            assert.equal(items.length, 1, plural);
            for (const [name, value] of Object.entries(items[0])) {
                assert.deepEqual(value, answer.body[name], `${plural} ${name}`);
            }
        }
    }
    assert.equal((await rep.get(`/customers/${customer.id}`)).remark, text);
});

test("deals are found by two characters, codes and numbers by how they begin, whoever asks", async () => {
    const tag = unique("查");
    const group = await department();
    const head = await person({ role: "manager", department_id: group.id });
    const seller = await person({ role: "sales", department_id: group.id });
    const customer = await seller.post("/customers", { name: `甲${tag}`, code: `K-${tag}` });
    const deal = await seller.post("/opportunities", { name: `鷺島翠羽${tag}`, customer_id: customer.id, amount_minor: 100 });
    const contract = await seller.post("/contracts", { name: `乙${tag}`, number: `N-${tag}`, customer_id: customer.id });
    const stranger = await person({ role: "sales" });
    const cases = [["opportunities", "島翠", deal], ["customers", customer.code, customer], ["customers", customer.code.slice(0, -2), customer],
        ["contracts", contract.number, contract], ["contracts", contract.number.slice(0, -2), contract]];
    for (const [plural, q, record] of cases) {
        for (const client of [seller, head, await admin()]) {
            assert.deepEqual((await client.list(`/${plural}`, { q })).map((item) => item.id), [record.id], `${plural} ${q}`);
            assert.equal((await client.get(`/${plural}`, { q, total: 1 })).total, 1);
        }
        assert.deepEqual(await stranger.list(`/${plural}`, { q }), []);
    }
    for (const [plural, q] of [["contracts", contract.number.slice(1)], ["customers", customer.code.slice(1)]]) {
        assert.deepEqual(await head.list(`/${plural}`, { q }), [], "not from the middle of a number");
    }
});

test("views keep filter, sort and columns, for oneself or for all", async () => {
    const body = { object: "customer", name: unique("我的视图"), filter: { field: "level", op: "eq", value: "a" }, sort: "-created_at", columns: ["name", "level"], is_default: true };
    const mine = await rep.post("/views", body);
    for (const [name, value] of Object.entries(body)) {
        assert.deepEqual(mine[name], value, name);
    }
    expectProblem(await rep.send("POST", "/views", { body }), 409, "duplicate", "name");
    expectProblem(await rep.send("POST", "/views", { body: { ...body, name: unique("v"), filter: { field: "nonsense", op: "eq", value: 1 } } }), 400, "bad_filter");
    expectProblem(await rep.send("POST", "/views", { body: { ...body, name: unique("v"), sort: "nonsense" } }), 400, "bad_sort");
    expectProblem(await rep.send("POST", "/views", { body: { ...body, name: unique("v"), object: "nonsense" } }), 422, "invalid", "object");
    const colleague = await person({ role: "sales" });
    const list = async (client) => (await client.get("/views", { object: "customer" })).items;
    assert.ok(!(await list(colleague)).some((view) => view.id === mine.id));
    const shared = await rep.patch(`/views/${mine.id}`, { object: "customer", name: mine.name, is_shared: true }, mine.version);
    const seen = (await list(colleague)).find((view) => view.id === mine.id);
    assert.deepEqual([seen.mine, seen.is_default, seen.filter], [false, false, body.filter]);
    expectProblem(await colleague.send("PATCH", `/views/${mine.id}`, { body: { object: "customer", name: "x" }, headers: { "If-Match": `${shared.version}` } }), 404, "not_found");
    expectProblem(await colleague.send("DELETE", `/views/${mine.id}`), 404, "not_found");
    expectProblem(await rep.send("PATCH", `/views/${mine.id}`, { body: { object: "customer", name: "x" }, headers: { "If-Match": `${mine.version}` } }), 412, "stale_version");
    const second = await rep.post("/views", { ...body, name: unique("zweite") });
    assert.deepEqual((await list(rep)).filter((view) => view.is_default).map((view) => view.id), [second.id], "one default at most");
    await rep.delete(`/views/${mine.id}`);
    assert.ok(!(await list(rep)).some((view) => view.id === mine.id));
});

test("notifications are one's own, and are read once", async () => {
    const reader = await person({ role: "sales" });
    await sql(`INSERT INTO notification (user_id, kind, object, record_id, detail, created_at) VALUES (${reader.user.id}, 'test', 'customer', 1, '{"name":"甲"}', NOW(3)),
        (${reader.user.id}, 'test', NULL, NULL, NULL, NOW(3)), (${rep.user.id}, 'test', NULL, NULL, NULL, NOW(3))`);
    const unread = async () => (await reader.get("/notifications/count")).unread;
    assert.equal(await unread(), 2);
    const { items } = await reader.get("/notifications");
    assert.deepEqual([items.length, items[1].detail, items[0].read_at], [2, { name: "甲" }, null]);
    const [foreign] = (await rep.get("/notifications")).items;
    await reader.post("/notifications/read", { ids: [items[0].id, foreign.id] });
    assert.equal(await unread(), 1);
    assert.equal((await rep.get("/notifications")).items[0].read_at, null, "somebody else's stays unread");
    await reader.post("/notifications/read", { all: true });
    assert.equal(await unread(), 0);
});

test("the change feed tells what happened since, once", async () => {
    const watcher = await person({ role: "sales" });
    const made = await watcher.post("/customers", { name: unique("feed") });
    const changed = await watcher.patch(`/customers/${made.id}`, { level: "a" }, made.version);
    const read = async (since) => {
        const page = await watcher.get("/changes", { since });
        return { since: page.since, items: page.items.filter((item) => item.record_id === made.id && item.object === "customer").map((item) => item.action), more: page.more };
    };
    const [[last]] = await sql("SELECT MIN(id) - 1 FROM audit_entry WHERE object = 'customer' AND action = 'create' AND record_id = " + made.id);
    const first = await until(async () => {
        const page = await read(Number(last));
        return page.items.length >= 2 ? page : null;
    });
    assert.deepEqual(first.items, ["create", "update"]);
    assert.deepEqual((await read(first.since)).items, []);
    assert.equal(changed.level, "a");
});

test("an event ticket opens one's own channel, and nothing else does", async () => {
    const answer = await rep.send("POST", "/api/v1/events/ticket");
    assert.equal(answer.status, 204);
    const cookie = answer.headers.get("set-cookie");
    assert.match(cookie, /^dabiao_events=[^;]+; Path=\/events; Max-Age=60; HttpOnly; SameSite=Strict/);
    const ticket = cookie.split(";")[0];
    const authorize = (value) => send("GET", "/api/v1/events/authorize", { cookie: value });
    const open = await authorize(ticket);
    assert.ok([204, 404].includes(open.status), "nginx may keep this address to itself");
    if (open.status === 204) {
        assert.equal(open.headers.get("x-dabiao-channel"), `user/${rep.user.id}`);
    }
    const broken = `${ticket.slice(0, -4)}AAAA`;
    for (const value of [undefined, "dabiao_events=", "dabiao_events=1:99999999999", broken]) {
        assert.ok([401, 404].includes((await authorize(value)).status), value);
    }
    assert.ok([401, 403].includes((await send("GET", "/events")).status));
});

test("the program says that it lives", async () => {
    assert.deepEqual([(await send("GET", "/healthz")).body, (await send("GET", "/readyz")).body], [{ status: "ok" }, { status: "ok" }]);
});
