// What every kind of record does alike, table-driven from the route table and GET /meta, and what contracts, payments and
// refunds must keep whatever happens at once.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, test } from "node:test";
import { admin, company, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { OWNED, measured, personWith, recordsOf, role, routes } from "./samples.mjs";

await stack();
const TABLE = await routes();
// Histories are written by the program alone.
// Fields that other files have made have tests of their own.
const META = (await (await admin()).get("/meta")).objects.filter((object) => object.can.create)
    .map((object) => ({ ...object, fields: object.fields.filter((field) => !field.is_custom) }));

let boss; // the administrator: all rights, all records
let rep; // a salesperson whose records the tests change
let made; // the salesperson's records by object
let top; // the top department
let pool; // for what names one
let authorityRoles; // that nobody holds: each has one right to discount

let days = 0; // a rate has a day of its own

const DIRECTORIES = {
    tag: () => ({ name: unique("标") }),
    escalation_step: () => ({ name: unique("步"), days: 3, is_active: false }),
    product: () => ({ name: unique("产品"), code: unique("p") }),
    exchange_rate: () => ({ currency: "XTS", rate_on: new Date(Date.UTC(1990, 0, 1) + days++ * 86400_000).toISOString().slice(0, 10), rate_nano: 1_000_000_000 }),
    print_template: () => ({ name: unique("模板"), object: "quote", language: "en", body: "{{number}}" }),
    price_book: () => ({ name: unique("价格"), currency: "CNY" }),
    discount_authority: () => ({ name: unique("权限"), role_id: authorityRoles.pop().id, max_discount_ppm: 1_000_000, may_go_below_floor: true }),
    department: () => ({ name: unique("部门"), parent_id: top.id }),
    sla_policy: () => ({ name: unique("时限"), touch_hours: 24 }),
    pool: () => ({ name: unique("公海") }),
    pool_route: () => ({ name: unique("分流"), pool_id: pool.id, priority: 99999, is_active: false }),
    pool_rule: () => ({ name: unique("规则"), kind: "no_follow_up", days: 3650, pool_id: pool.id, is_active: false }),
    holding_limit: () => ({ name: unique("库容"), user_id: rep.user.id, maximum: 1000 }),
    user: () => ({ name: unique("人"), login: unique("u").toLowerCase(), department_id: top.id }),
};
const bodyOf = (object) => (OWNED[object] ? { ...OWNED[object].body(made), owner_id: rep.user.id } : DIRECTORIES[object]());
const version = (value) => ({ "If-Match": String(value) });

before(async () => {
    boss = await admin();
    top = await company();
    rep = await person({ role: "sales", department_id: (await department({ name: unique("records") })).id });
    made = await recordsOf(rep);
    pool = await boss.post("/pools", { name: unique("公海") });
    authorityRoles = await Promise.all(Array.from({ length: 30 }, () => role("own", { permissions: ["audit.view"] })));
});

const fill = (path) => `/api/v1${path.replace(/\{[^}]*\}/g, "1")}`;

test("every route but the public ones asks who is there", async () => {
    for (const route of TABLE.filter((row) => row.permission !== "public")) {
        const answer = await send(route.method, fill(route.path), route.has_body ? { body: {} } : {});
        expectProblem(answer, 401, "not_signed_in");
    }
});

test("every route with a permission refuses who lacks it, before it looks at anything else", async () => {
    const nobody = await personWith(await role("all", { permissions: ["audit.view"] }));
    const guarded = TABLE.filter((row) => !["public", "signed_in"].includes(row.permission));
    assert.ok(guarded.length > 80);
    for (const route of guarded) {
        const answer = await nobody.send(route.method, fill(route.path), route.has_body ? { body: { nonsense: 1 } } : {});
        expectProblem(answer, 403, "forbidden");
    }
    for (const { plural } of Object.values(OWNED)) {
        expectProblem(await nobody.send("POST", `/${plural}/bulk`, { body: { action: "delete", ids: [1] } }), 403, "forbidden");
    }
});

// Values that a field of this type must refuse.
const WRONG = {
    text: (field) => [5, ["x"], "x".repeat((field.max ?? 255) + 1), "a\u0007b"],
    long_text: (field) => [5, "字".repeat((field.max ?? 10000) + 1)],
    int: (field) => ["5", 1.5, ...limits(field)],
    money: (field) => ["5", 1.5, 9007199254740993, ...limits(field)],
    ppm: (field) => ["5", 0.5, ...limits(field)],
    bool: () => ["yes", 1],
    date: () => ["2026-02-30", "26-1-1", 20260101],
    instant: () => ["yesterday", "2026-01-01", "2026-01-01T25:00:00Z"],
    enum: () => ["nonsense", 1],
    ref: () => ["x", -1, 987654321],
    email: () => ["nobody", "a@", 5],
    phone: () => ["abc", "1", 5],
    url: () => ["example", "javascript:alert(1)", 5],
    tags: () => [5, "x", [987654321]],
    json: () => [],
};

function limits(field) {
    return [field.min, field.max].some((limit) => limit !== null) ? [field.min - 1, field.max + 1] : [];
}

for (const meta of META) {
    const post = async (body) => boss.send("POST", `/${meta.plural}`, { body });
    const patch = async (record, body) => boss.send("PATCH", `/${meta.plural}/${record.id}`, { body, headers: version(record.version) });

    test(`${meta.plural}: good input is kept, and read back`, async () => {
        const body = bodyOf(meta.name);
        const answer = await post(body);
        assert.equal(answer.status, 201, JSON.stringify(answer.body));
        for (const [name, value] of Object.entries(body)) {
            assert.deepEqual(answer.body[name], value, name);
        }
        assert.equal(answer.body.version, 1);
        assert.deepEqual(await boss.get(`/${meta.plural}/${answer.body.id}`), answer.body);
        const [listed] = await boss.list(`/${meta.plural}`, { filter: { field: "id", op: "eq", value: answer.body.id } });
        for (const field of meta.fields) {
            assert.deepEqual(listed[field.name], answer.body[field.name], field.name);
        }
    });

    test(`${meta.plural}: each wrong field is named`, async () => {
        const record = await boss.post(`/${meta.plural}`, bodyOf(meta.name));
        for (const field of meta.fields) {
            if (field.read_only) {
                expectProblem(await post({ ...bodyOf(meta.name), [field.name]: listedValue(record, field) }), 422, "invalid", field.name);
                continue;
            }
            for (const value of WRONG[field.type](field)) {
                const wrong = await post({ ...bodyOf(meta.name), [field.name]: value });
                // A number that JSON cannot carry exactly is refused before it is a field.
                if (wrong.status !== 400) {
                    expectProblem(wrong, 422, "invalid", field.name);
                }
            }
            if (field.create_only) {
                expectProblem(await patch(record, { [field.name]: 1 }), 422, "invalid", field.name);
            }
            if (field.required) {
                const { [field.name]: left, ...rest } = bodyOf(meta.name);
                assert.notEqual(left, undefined);
                expectProblem(await post(rest), 422, "invalid", field.name);
                expectProblem(await post({ ...rest, [field.name]: null }), 422, "invalid", field.name);
                if (["text", "long_text"].includes(field.type)) {
                    expectProblem(await post({ ...rest, [field.name]: "   " }), 422, "invalid", field.name);
                }
            }
        }
        expectProblem(await post({ ...bodyOf(meta.name), no_such_field: 1 }), 422, "invalid", "no_such_field");
        expectProblem(await patch(record, { no_such_field: 1 }), 422, "invalid", "no_such_field");
        expectProblem(await post([]), 400, "bad_json");
        assert.equal((await boss.get(`/${meta.plural}/${record.id}`)).version, record.version, "nothing was written");
    });

    test(`${meta.plural}: all faults of a body are told at once`, async () => {
        const required = meta.fields.filter((field) => field.required).map((field) => field.name);
        const problem = expectProblem(await post({ no_such_field: 1, nor_this: 2 }), 422, "invalid");
        const named = problem.errors.map((error) => error.field);
        assert.deepEqual([...named].sort(), [...required, "no_such_field", "nor_this"].sort());
        assert.ok(problem.errors.every((error) => error.code !== "" && error.message !== ""));
    });

    test(`${meta.plural}: a change names the version it was made from`, async () => {
        const record = await boss.post(`/${meta.plural}`, bodyOf(meta.name));
        const field = meta.fields.find((one) => one.type === "long_text" && !one.read_only) ?? meta.fields.find((one) => one.is_label);
        const path = `/${meta.plural}/${record.id}`;
        const body = { [field.name]: unique("changed") };
        expectProblem(await boss.send("PATCH", path, { body }), 428, "version_required");
        const changed = await boss.patch(path, body, record.version);
        assert.deepEqual([changed[field.name], changed.version], [body[field.name], record.version + 1]);
        const stale = expectProblem(await boss.send("PATCH", path, { body: { [field.name]: "late" }, headers: version(record.version) }), 412, "stale_version");
        assert.equal(stale.current.version, changed.version);
        assert.equal(stale.current[field.name], body[field.name]);
        assert.equal((await boss.patch(path, {}, changed.version)).version, changed.version, "nothing changes, nothing is written");
        for (const wrong of ["abc", "0", "-1"]) {
            assert.ok([400, 412, 422, 428].includes((await boss.send("PATCH", path, { body, headers: { "If-Match": wrong } })).status), wrong);
        }
        expectProblem(await boss.send("PATCH", `/${meta.plural}/987654321`, { body, headers: version(1) }), 404, "not_found");
    });

    if (meta.can.delete) {
        test(`CUS-4: ${meta.plural}: what is deleted lies in the recycle bin, and comes back as it was`, async () => {
            const path = `/${meta.plural}`;
            const record = await boss.post(path, bodyOf(meta.name));
            const only = { filter: { field: "id", op: "eq", value: record.id } };
            const ids = async (more) => (await boss.list(path, { ...only, ...more })).map((item) => item.id);
            const { version: present } = await boss.get(`${path}/${record.id}`);
            await boss.delete(`${path}/${record.id}`, present);
            assert.deepEqual([await ids({}), await ids({ deleted: 1 })], [[], [record.id]]);
            const back = await boss.post(`${path}/${record.id}/restore`);
            const label = meta.label_field;
            assert.deepEqual([back.id, back.deleted_at, back[label]], [record.id, null, record[label]]);
            assert.deepEqual([await ids({}), await ids({ deleted: 1 })], [[record.id], []]);
        });
    }

    test(`${meta.plural}: what is unique is refused twice`, async () => {
        for (const field of meta.fields.filter((one) => one.unique && !one.read_only)) {
            const value = unique("k").toLowerCase();
            await boss.post(`/${meta.plural}`, { ...bodyOf(meta.name), [field.name]: value });
            expectProblem(await post({ ...bodyOf(meta.name), [field.name]: value }), 409, "duplicate", field.name);
            if (!field.create_only) {
                const other = await boss.post(`/${meta.plural}`, bodyOf(meta.name));
                expectProblem(await patch(other, { [field.name]: value }), 409, "duplicate", field.name);
            }
        }
    });

    test(`${meta.plural}: a repeated POST answers as the first did`, async () => {
        const key = randomUUID();
        const body = bodyOf(meta.name);
        const options = { body, headers: { "Idempotency-Key": key } };
        const path = `/${meta.plural}`;
        const first = await boss.send("POST", path, options);
        const again = await boss.send("POST", path, options);
        assert.deepEqual([first.status, again.status], [201, 201]);
        assert.deepEqual(again.body, first.body);
        const label = meta.fields.find((field) => field.is_label).name;
        const other = await boss.send("POST", path, { ...options, body: { ...body, [label]: unique("other") } });
        expectProblem(other, 409, "idempotency_mismatch");
        const [[rows]] = await sql(`SELECT COUNT(*) FROM audit_entry WHERE object = '${meta.name}' AND record_id = ${first.body.id} AND action = 'create'`);
        assert.equal(Number(rows), 1);
        // The same key of somebody else is another key.
        assert.notEqual((await rep.send("POST", path, options)).body.code, "idempotency_mismatch");
    });

    test(`${meta.plural}: lists refuse what they cannot do`, async () => {
        const path = `/${meta.plural}`;
        expectProblem(await boss.send("GET", `${path}?sort=nonsense`), 400, "bad_sort");
        expectProblem(await boss.send("GET", `${path}?filter=nonsense`), 400, "bad_filter");
        expectProblem(await boss.send("GET", `${path}?filter=${encodeURIComponent('{"field":"nonsense","op":"eq","value":1}')}`), 400, "bad_filter");
        expectProblem(await boss.send("GET", `${path}?filter=${encodeURIComponent('{"all":[]}')}`), 400, "bad_filter");
        expectProblem(await boss.send("GET", `${path}?cursor=nonsense`), 400, "bad_cursor");
        expectProblem(await boss.send("GET", `${path}?limit=0`), 422, "invalid", "limit");
        expectProblem(await boss.send("GET", `${path}?limit=201`), 422, "invalid", "limit");
        expectProblem(await boss.send("GET", `${path}/aggregate?measures=sum:nonsense`), 422, "invalid", "measures");
        expectProblem(await boss.send("GET", `${path}/aggregate?group_by=nonsense`), 422, "invalid", "group_by");
        expectProblem(await boss.send("POST", `${path}/export`, { body: { format: "csv", columns: ["nonsense"] } }), 422, "invalid", "columns");
        expectProblem(await boss.send("POST", `${path}/export`, { body: { format: "pdf" } }), 422, "invalid", "format");
    });

    test(`${meta.plural}: every sortable field sorts, every page continues`, async () => {
        for (const field of meta.fields.filter((one) => one.sortable)) {
            for (const [sort, sign] of [[field.name, 1], [`-${field.name}`, -1]]) {
                const first = await boss.get(`/${meta.plural}`, { sort, limit: 3 });
                const next = first.next_cursor === null ? { items: [] } : await boss.get(`/${meta.plural}`, { sort, limit: 3, cursor: first.next_cursor });
                const items = [...first.items, ...next.items];
                assert.equal(new Set(items.map((item) => item.id)).size, items.length);
                const values = items.map((item) => item[field.name]).filter((value) => value !== null);
                if (["date", "instant", "int", "money"].includes(field.type)) {
                    const right = values.every((value, index) => index === 0 || (values[index - 1] < value ? sign === 1 : values[index - 1] === value || sign === -1));
                    assert.ok(right, `${sort}: ${values}`);
                }
            }
        }
    });
}

function listedValue(record, field) {
    return record[field.name] ?? (field.type === "ref" || field.type === "int" || field.type === "money" ? 1 : "x");
}

test("pages are complete and without doubles while rows come in", async () => {
    const seller = await person({ role: "sales", department_id: rep.user.department_id });
    const start = await makeMany(seller, 130);
    for (const sort of ["-updated_at", "name", "-created_at"]) {
        const seen = [];
        let cursor;
        do {
            const page = await seller.get("/customers", { limit: 7, sort, cursor });
            seen.push(...page.items.map((item) => item.id));
            cursor = page.next_cursor ?? undefined;
            if (seen.length % 21 === 0) {
                await makeMany(seller, 1);
            }
        } while (cursor !== undefined);
        assert.equal(new Set(seen).size, seen.length, `${sort}: doubles`);
        const missing = start.filter((id) => !seen.includes(id));
        assert.deepEqual(missing, [], sort);
    }
});

async function makeMany(client, count) {
    const ids = [];
    for (let left = count; left > 0; left -= 10) {
        const some = await Promise.all(Array.from({ length: Math.min(10, left) }, () => client.post("/customers", { name: unique("many") })));
        ids.push(...some.map((record) => record.id));
    }
    return ids;
}

test("filters find what they say", async () => {
    const seller = await person({ role: "sales", department_id: rep.user.department_id });
    const rows = [{ level: "a", employee_count: 10, name: "上海一" }, { level: "b", employee_count: 20, name: "上海二" },
        { level: null, employee_count: null, name: "北京三" }];
    for (const row of rows) {
        await seller.post("/customers", row);
    }
    const find = async (filter) => (await seller.list("/customers", { filter, sort: "created_at" })).map((item) => item.name);
    const is = (field, op, value) => ({ field, op, value });
    assert.deepEqual(await find(is("level", "eq", "a")), ["上海一"]);
    assert.deepEqual(await find(is("level", "ne", "a")), ["上海二", "北京三"], "nothing is not a");
    assert.deepEqual(await find({ field: "level", op: "is_null" }), ["北京三"]);
    assert.deepEqual(await find(is("employee_count", "between", [10, 20])), ["上海一", "上海二"]);
    assert.deepEqual(await find(is("employee_count", "lt", 20)), ["上海一"]);
    assert.deepEqual(await find(is("name", "contains", "海")), ["上海一", "上海二"]);
    assert.deepEqual(await find({ not: is("name", "contains", "海") }), ["北京三"]);
    assert.deepEqual(await find({ any: [is("level", "in", ["b"]), is("name", "starts_with", "北")] }), ["上海二", "北京三"]);
    assert.deepEqual(await find({ all: [is("owner_id", "eq", "me"), is("created_at", "relative", "today")] }), rows.map((row) => row.name));
    assert.deepEqual(await find(is("name", "contains", "%")), [], "a percent sign is only a percent sign");
    assert.deepEqual(await find(is("name", "contains", "'\\")), []);
    assert.equal(await measured(seller, "customers", "sum:employee_count"), 30);
});

test("a new name shows beside every record at once, whoever answers", async () => {
    const place = await department();
    const owner = await person({ department_id: place.id });
    const tag = await boss.post("/tags", { name: unique("标签") });
    const pool = await boss.post("/pools", { name: unique("公海") });
    const { items: [pipeline] } = await boss.post("/pipelines", { name: unique("流程"), stages: [["甲", "open"], ["赢", "won"], ["输", "lost"]].map(([name, kind]) =>
        ({ name, kind, win_probability_ppm: kind === "won" ? 1_000_000 : 0 })) }).then(({ items }) => ({ items: items.slice(-1) }));
    const held = await boss.post("/customers", { name: unique("有主"), owner_id: owner.user.id, tag_ids: [tag.id] });
    const free = await boss.post("/customers", { name: unique("无主"), pool_id: pool.id });
    const deal = await boss.post("/opportunities", { name: unique("商机"), customer_id: held.id, owner_id: owner.user.id, amount_minor: 1, pipeline_id: pipeline.id, stage_id: pipeline.stages[0].id });
    /** What the lists show, asked often enough for each worker to answer. */
    const shown = async () => {
        const one = async (path, id) => (await boss.list(path, { filter: { field: "id", op: "eq", value: id } }))[0];
        const seen = await Promise.all(Array.from({ length: 16 }, async () => {
            const [mine, nobodys, opportunity] = await Promise.all([one("/customers", held.id), one("/customers", free.id), one("/opportunities", deal.id)]);
            return JSON.stringify([mine.owner_name, mine.department_name, mine.tag_names, nobodys.pool_name, opportunity.stage_name, opportunity.pipeline_name]);
        }));
        return [...new Set(seen)].map((text) => JSON.parse(text));
    };
    assert.deepEqual(await shown(), [[owner.user.name, place.name, [tag.name], pool.name, "甲", pipeline.name]]);
    const names = Object.fromEntries(["person", "place", "tag", "pool", "stage", "pipeline"].map((what) => [what, unique(`新${what}`)]));
    const fresh = async (path) => (await boss.get(path)).version;
    await boss.patch(`/users/${owner.user.id}`, { name: names.person }, await fresh(`/users/${owner.user.id}`));
    await boss.patch(`/departments/${place.id}`, { name: names.place }, await fresh(`/departments/${place.id}`));
    await boss.patch(`/tags/${tag.id}`, { name: names.tag }, tag.version);
    await boss.patch(`/pools/${pool.id}`, { name: names.pool }, pool.version);
    const stages = pipeline.stages.map((stage, at) => ({ ...stage, name: at === 0 ? names.stage : stage.name }));
    await boss.put(`/pipelines/${pipeline.id}`, { name: names.pipeline, stages }, pipeline.version);
    assert.deepEqual(await shown(), [[names.person, names.place, [names.tag], names.pool, names.stage, names.pipeline]]);
    await owner.patch("/auth/me", { name: `${names.person}二` });
    assert.equal((await shown())[0][0], `${names.person}二`);
    assert.equal((await boss.get(`/customers/${held.id}`)).owner_name, `${names.person}二`);
});

test("CUS-4: the recycle bin takes children along and gives back what went with it", async () => {
    const customer = await boss.post("/customers", bodyOf("customer"));
    const mine = { ...made, customer };
    const gone = await boss.post("/contacts", OWNED.contact.body(mine));
    await boss.delete(`/contacts/${gone.id}`, gone.version);
    const contact = await boss.post("/contacts", OWNED.contact.body(mine));
    const followUp = await boss.post("/follow-ups", OWNED.follow_up.body(mine));
    const deal = await boss.post("/opportunities", OWNED.opportunity.body(mine));
    const path = `/customers/${customer.id}`;
    const now = async () => (await boss.get(path)).version;
    expectProblem(await boss.send("DELETE", path), 428, "version_required");
    expectProblem(await boss.send("DELETE", path, { headers: version((await now()) + 7) }), 412, "stale_version");
    expectProblem(await boss.send("DELETE", path, { headers: version(await now()) }), 409, "in_use");
    await boss.delete(`/opportunities/${deal.id}`, deal.version);
    await boss.delete(path, await now());
    const live = async (plural, id) => (await boss.list(`/${plural}`, { filter: { field: "id", op: "eq", value: id } })).length === 1;
    for (const [plural, record] of [["customers", customer], ["contacts", contact], ["follow-ups", followUp]]) {
        assert.equal(await live(plural, record.id), false, plural);
        expectProblem(await boss.send("PATCH", `/${plural}/${record.id}`, { body: {}, headers: version(9) }), 404, "not_found");
    }
    expectProblem(await boss.send("POST", `/contacts/${contact.id}/restore`), 409, "conflict");
    assert.equal((await boss.post(`${path}/restore`)).deleted_at, null);
    for (const [plural, record] of [["customers", customer], ["contacts", contact], ["follow-ups", followUp]]) {
        assert.equal(await live(plural, record.id), true, plural);
    }
    assert.equal(await live("contacts", gone.id), false, "what was in the bin before stays there");
    await boss.post(`${path}/restore`); // a second time changes nothing
});

test("a transfer keeps stage, history and links, and takes along what was chosen (CUS-3)", async () => {
    const seller = await person({ role: "sales", department_id: rep.user.department_id });
    const colleague = await person({ role: "sales", department_id: rep.user.department_id });
    const heir = await person({ role: "sales", department_id: (await department({ name: unique("heir") })).id });
    const theirs = await recordsOf(seller);
    const { stages } = (await boss.get("/pipelines")).items.find((item) => item.id === theirs.opportunity.pipeline_id);
    const open = stages.filter((stage) => stage.kind === "open");
    const moved = await boss.patch(`/opportunities/${theirs.opportunity.id}`, { stage_id: open[1].id }, theirs.opportunity.version);
    const won = await boss.post("/opportunities", { ...OWNED.opportunity.body(theirs), owner_id: seller.user.id, closed_on: "2023-02-02",
        stage_id: stages.find((stage) => stage.kind === "won").id });
    const foreign = await boss.post("/contacts", { ...OWNED.contact.body(theirs), owner_id: colleague.user.id });
    await boss.post(`/customers/${theirs.customer.id}/transfer`, { owner_id: heir.user.id, reason: "new territory",
        choices: ["contacts", "open_opportunities"] });
    const owners = async (pairs) => Promise.all(pairs.map(async ([plural, record]) => (await boss.get(`/${plural}/${record.id}`)).owner_id));
    assert.deepEqual(await owners([["customers", theirs.customer], ["contacts", theirs.contact], ["opportunities", moved]]), Array(3).fill(heir.user.id));
    assert.deepEqual(await owners([["opportunities", won], ["contracts", theirs.contract], ["follow-ups", theirs.follow_up]]), Array(3).fill(seller.user.id),
        "not chosen");
    assert.deepEqual(await owners([["contacts", foreign]]), [colleague.user.id], "a colleague's record stays");
    const deal = await boss.get(`/opportunities/${moved.id}`);
    assert.deepEqual([deal.stage_id, deal.stage_entered_at, deal.stage_history, deal.customer_id],
        [moved.stage_id, moved.stage_entered_at, moved.stage_history, theirs.customer.id]);
    assert.equal(deal.department_id, heir.user.department_id);
    assert.equal((await boss.get(`/contracts/${theirs.contract.id}`)).opportunity_id, moved.id);
    const intervals = await sql(`SELECT owner_id, reason FROM ownership WHERE object = 'customer' AND record_id = ${theirs.customer.id} ORDER BY valid_from, id`);
    assert.deepEqual(intervals.map((row) => Number(row[0])), [seller.user.id, heir.user.id]);
    assert.equal(intervals[1][1], "new territory");
    const { items } = await heir.get(`/customers/${theirs.customer.id}/timeline`);
    assert.ok(items.some((item) => item.action === "transfer" && item.title === "new territory"));
    const won2023 = await boss.get("/targets/overview", { year: 2023, measure: "won_deals", user_id: seller.user.id });
    assert.equal(won2023.node.actual, 1, "what was won stays with who won it");
    expectProblem(await boss.send("POST", `/customers/${theirs.customer.id}/transfer`, { body: { owner_id: 987654321 } }), 422, "invalid", "owner_id");
});

test("of twenty changes of one version at once, one wins", async () => {
    for (const [plural, record] of [["customers", await boss.post("/customers", bodyOf("customer"))], ["contracts", await boss.post("/contracts", bodyOf("contract"))]]) {
        const answers = await Promise.all(Array.from({ length: 20 }, (_, index) =>
            boss.send("PATCH", `/${plural}/${record.id}`, { body: { remark: `writer ${index}` }, headers: version(record.version) })));
        assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, ...Array(19).fill(412)]);
        const winner = answers.findIndex((answer) => answer.status === 200);
        const now = await boss.get(`/${plural}/${record.id}`);
        assert.deepEqual([now.version, now.remark], [record.version + 1, `writer ${winner}`]);
        answers.filter((answer) => answer.status === 412).forEach((answer) => assert.equal(answer.body.current.remark, now.remark));
    }
});

test("one idempotency key sent many times at once makes one record", async () => {
    const options = { body: { name: unique("once") }, headers: { "Idempotency-Key": randomUUID() } };
    const answers = await Promise.all(Array.from({ length: 10 }, () => boss.send("POST", "/customers", options)));
    const ids = new Set(answers.filter((answer) => answer.status === 201).map((answer) => answer.body.id));
    assert.equal(ids.size, 1);
    assert.equal((await boss.list("/customers", { q: options.body.name })).length, 1);
});

test("refunds at once never give back more than was paid", async () => {
    const contract = await boss.post("/contracts", bodyOf("contract"));
    const payment = await boss.post("/payments", { contract_id: contract.id, amount_minor: 100_00, received_on: "2023-05-01" });
    const body = { payment_id: payment.id, amount_minor: 15_00, refunded_on: "2023-05-02" };
    const answers = await Promise.all(Array.from({ length: 12 }, () => boss.send("POST", "/refunds", { body })));
    assert.equal(answers.filter((answer) => answer.status === 201).length, 6, "6 × 15 ≤ 100 < 7 × 15");
    answers.filter((answer) => answer.status !== 201).forEach((answer) => expectProblem(answer, 422, "invalid", "amount_minor"));
    assert.equal((await boss.get(`/payments/${payment.id}`)).refunded_minor, 90_00);
    assert.equal((await boss.get(`/contracts/${contract.id}`)).received_minor, 10_00);
    const last = answers.find((answer) => answer.status === 201).body;
    expectProblem(await boss.send("PATCH", `/refunds/${last.id}`, { body: { amount_minor: 25_01 }, headers: version(last.version) }), 422, "invalid", "amount_minor");
    await boss.patch(`/refunds/${last.id}`, { amount_minor: 25_00 }, last.version);
    const paid = await boss.get(`/payments/${payment.id}`);
    expectProblem(await boss.send("PATCH", `/payments/${payment.id}`, { body: { amount_minor: 99_99 }, headers: version(paid.version) }), 422, "invalid", "amount_minor");
    expectProblem(await boss.send("DELETE", `/payments/${payment.id}`, { headers: version(paid.version) }), 409, "in_use");
});

test("payments and refunds keep what a contract has received", async () => {
    const contract = await boss.post("/contracts", bodyOf("contract"));
    const received = async () => (await boss.get(`/contracts/${contract.id}`)).received_minor;
    const payment = await boss.post("/payments", { contract_id: contract.id, amount_minor: 300_00, received_on: "2023-05-01" });
    assert.deepEqual([payment.customer_id, payment.currency, payment.owner_id], [contract.customer_id, contract.currency, rep.user.id]);
    assert.equal(await received(), 300_00);
    const raised = await boss.patch(`/payments/${payment.id}`, { amount_minor: 350_01 }, payment.version);
    assert.equal(await received(), 350_01);
    const refund = await boss.post("/refunds", { payment_id: payment.id, amount_minor: 50_00, refunded_on: "2023-05-02" });
    assert.equal(await received(), 300_01);
    await boss.delete(`/refunds/${refund.id}`, refund.version);
    assert.equal(await received(), 350_01);
    await boss.delete(`/payments/${payment.id}`, (await boss.get(`/payments/${payment.id}`)).version);
    assert.equal(await received(), 0);
    expectProblem(await boss.send("POST", `/refunds/${refund.id}/restore`), 409, "conflict");
    await boss.post(`/payments/${payment.id}/restore`);
    await boss.post(`/refunds/${refund.id}/restore`);
    assert.equal(await received(), 300_01);
    assert.ok(raised.version > payment.version);
    await boss.patch(`/contracts/${contract.id}`, { status: "void" }, (await boss.get(`/contracts/${contract.id}`)).version);
    expectProblem(await boss.send("POST", "/payments", { body: { contract_id: contract.id, amount_minor: 1, received_on: "2023-05-01" } }), 422, "invalid", "contract_id");
});

test("money follows a contract that names another customer", async () => {
    const [one, two] = [await rep.post("/customers", { name: unique("甲方") }), await rep.post("/customers", { name: unique("甲方") })];
    const contract = await rep.post("/contracts", { name: unique("合同"), customer_id: one.id, status: "signed", amount_minor: 900_00 });
    const payment = await boss.post("/payments", { contract_id: contract.id, amount_minor: 500_00, received_on: contract.signed_on });
    const refund = await boss.post("/refunds", { payment_id: payment.id, amount_minor: 100_00, refunded_on: contract.signed_on });
    const { version } = await rep.get(`/contracts/${contract.id}`);
    await rep.patch(`/contracts/${contract.id}`, { customer_id: two.id }, version);
    const customers = [await boss.get(`/payments/${payment.id}`), await boss.get(`/refunds/${refund.id}`)].map((each) => each.customer_id);
    assert.deepEqual(customers, [two.id, two.id]);
    const figures = async (customer) => (await boss.get("/assignments", { filter: { field: "customer_id", op: "eq", value: customer.id } })).items
        .map((interval) => [interval.ordered_minor, interval.received_minor]);
    assert.deepEqual([await figures(one), await figures(two)], [[[0, 0]], [[900_00, 400_00]]]);
});

test("a customer on its way into the recycle bin gets no more children", async () => {
    for (const [plural, body] of [["contacts", { name: "张三" }], ["opportunities", {}], ["contracts", {}], ["follow-ups", { content: "谈过" }]]) {
        const customer = await rep.post("/customers", { name: unique("甲方") });
        const deletion = sql(`START TRANSACTION; SELECT id FROM customer WHERE id = ${customer.id} FOR UPDATE; DO SLEEP(1.5);
            UPDATE customer SET deleted_at = UTC_TIMESTAMP(3) WHERE id = ${customer.id}; COMMIT`);
        await new Promise((resolve) => setTimeout(resolve, 500));
        expectProblem(await rep.send("POST", `/${plural}`, { body: { ...body, customer_id: customer.id } }), 422, "invalid", "customer_id");
        await deletion;
    }
    await dabiao(["doctor", "--repair"]); // SQL told no figures of the deletions
});

test("a record comes back only after the one it belongs to", async () => {
    for (const [plural, body] of [["contacts", { name: "张三" }], ["opportunities", {}], ["contracts", {}], ["follow-ups", { content: "谈过" }]]) {
        const customer = await rep.post("/customers", { name: unique("甲方") });
        const child = await boss.post(`/${plural}`, { ...body, customer_id: customer.id });
        await boss.delete(`/${plural}/${child.id}`, child.version);
        await boss.delete(`/customers/${customer.id}`, (await boss.get(`/customers/${customer.id}`)).version);
        expectProblem(await boss.send("POST", `/${plural}/${child.id}/restore`), 409, "conflict");
        await boss.send("POST", `/customers/${customer.id}/restore`);
        assert.equal((await boss.send("POST", `/${plural}/${child.id}/restore`)).status < 300, true, plural);
    }
});

test("a contract costs what its lines add up to", async () => {
    const product = await boss.post("/products", { name: unique("产品"), price_minor: 3_33, cost_minor: 1_11 });
    const body = { ...bodyOf("contract"), status: "draft", lines: [{ product_id: product.id, quantity_milli: 1500 },
        { name: "安装", quantity_milli: 1000, unit_price_minor: 100_00, unit_cost_minor: 40_00 }], discount_minor: 50 };
    delete body.amount_minor;
    delete body.cost_minor;
    const contract = await boss.post("/contracts", body);
    // 1.5 × 3.33 = 4.995 → 5.00; 1.5 × 1.11 = 1.665 → 1.67
    assert.deepEqual(contract.lines.map((line) => [line.amount_minor, line.cost_minor]), [[5_00, 1_67], [100_00, 40_00]]);
    assert.deepEqual([contract.amount_minor, contract.cost_minor], [105_00 - 50, 41_67]);
    const fewer = await boss.patch(`/contracts/${contract.id}`, { lines: [contract.lines[1]], discount_minor: 0 }, contract.version);
    assert.deepEqual([fewer.amount_minor, fewer.cost_minor, fewer.lines.length], [100_00, 40_00, 1]);
    const typed = await boss.patch(`/contracts/${contract.id}`, { amount_minor: 1 }, fewer.version);
    assert.equal(typed.amount_minor, 100_00, "the lines rule");
    // The price of the catalogue changes; what was sold does not.
    await boss.patch(`/products/${product.id}`, { price_minor: 9_99, cost_minor: 8_88 }, product.version);
    assert.equal((await boss.get(`/contracts/${contract.id}`)).cost_minor, 40_00);
    const bad = [[{ quantity_milli: 1000 }, "lines.0.name"], [{ name: "x", quantity_milli: 0 }, "lines.0.quantity_milli"],
        [{ name: "x", quantity_milli: 1, unit_price_minor: -1 }, "lines.0.unit_price_minor"],
        [{ product_id: 987654321, quantity_milli: 1 }, "lines.0.product_id"], [{ name: "x", quantity_milli: 1, nonsense: 1 }, "lines.0.nonsense"],
        [{ name: "x", quantity_milli: 1_000_000_000_000, unit_price_minor: 1_000_000_000_000_000 }, "lines.0.quantity_milli"]];
    for (const [line, field] of bad) {
        expectProblem(await boss.send("POST", "/contracts", { body: { ...body, lines: [line] } }), 422, "invalid", field);
    }
    expectProblem(await boss.send("POST", "/contracts", { body: { ...body, discount_minor: 1_000_000_00 } }), 422, "invalid", "discount_minor");
});

test("an opportunity's status, closing day and cycle follow its stage", async () => {
    const deal = await boss.post("/opportunities", bodyOf("opportunity"));
    const { stages } = (await boss.get("/pipelines")).items.find((item) => item.id === deal.pipeline_id);
    const stage = (kind) => stages.find((one) => one.kind === kind);
    assert.deepEqual([deal.status, deal.closed_on, deal.cycle_days], ["open", null, null]);
    const won = await boss.patch(`/opportunities/${deal.id}`, { stage_id: stage("won").id, closed_on: "2023-01-31" }, deal.version);
    assert.deepEqual([won.status, won.closed_on, won.cycle_days, won.win_probability_ppm], ["won", "2023-01-31", 30, stage("won").win_probability_ppm]);
    assert.deepEqual(won.stage_history.map((move) => move.to_stage), [stage("won").name, deal.stage_name]);
    expectProblem(await boss.send("PATCH", `/opportunities/${deal.id}`, { body: { closed_on: "2022-12-31" }, headers: version(won.version) }), 422, "invalid", "closed_on");
    const reopened = await boss.patch(`/opportunities/${deal.id}`, { stage_id: stage("open").id }, won.version);
    assert.deepEqual([reopened.status, reopened.closed_on, reopened.cycle_days], ["open", null, null]);
    expectProblem(await boss.send("PATCH", `/opportunities/${deal.id}`, { body: { status: "won" }, headers: version(reopened.version) }), 422, "invalid", "status");
});

test("a bulk action does each record by itself and says which it refused", async () => {
    const some = await Promise.all([1, 2, 3].map(() => boss.post("/customers", bodyOf("customer"))));
    await boss.post("/opportunities", { name: "x", customer_id: some[1].id });
    const ids = some.map((record) => record.id);
    const { job_id } = await boss.post("/customers/bulk", { action: "delete", ids: [...ids, 987654321] });
    const { result } = await boss.job(job_id);
    assert.deepEqual([result.done, result.refused], [2, 2]);
    assert.deepEqual(result.reasons.map((reason) => [reason.id, reason.code]), [[ids[1], "in_use"], [987654321, "not_found"]]);
    const again = await boss.post("/customers/bulk", { action: "restore", ids });
    assert.equal((await boss.job(again.job_id)).result.done >= 2, true);
    const update = await boss.post("/customers/bulk", { action: "update", ids, changes: { region_id: 987654321 } });
    assert.deepEqual((await boss.job(update.job_id)).result.refused, 3);
    const filtered = await boss.post("/customers/bulk", { action: "update", filter: { field: "id", op: "in", value: ids }, changes: { level: "d" } });
    assert.deepEqual((await boss.job(filtered.job_id)).result.done, 3);
    assert.equal((await boss.get(`/customers/${ids[0]}`)).level, "d");
    expectProblem(await boss.send("POST", "/customers/bulk", { body: { action: "delete" } }), 422, "invalid", "ids");
    expectProblem(await boss.send("POST", "/customers/bulk", { body: { action: "transfer", ids } }), 422, "invalid", "owner_id");
    expectProblem(await boss.send("POST", "/customers/bulk", { body: { action: "update", ids } }), 422, "invalid", "changes");
});

test("the address of a web site is one that a link may lead to, whatever the way in", async () => {
    const made = await boss.post("/customers", { ...bodyOf("customer"), website: "www.example.com/关于" });
    assert.equal(made.website, "www.example.com/关于");
    for (const website of ["javascript:alert(1)", "JAVASCRIPT://example.com/%0aalert(1)", "data:text/html,<script>", "//example.com", "example"]) {
        expectProblem(await boss.send("POST", "/customers", { body: { ...bodyOf("customer"), website } }), 422, "invalid", "website");
        expectProblem(await boss.send("PATCH", `/customers/${made.id}`, { body: { website }, headers: version(made.version) }), 422, "invalid", "website");
        const bulk = { action: "update", ids: [made.id], changes: { website } };
        expectProblem(await boss.send("POST", "/customers/bulk", { body: bulk }), 422, "invalid", "changes.website");
    }
    const file = `name,website\n${unique("n")},javascript:alert(1)\n${unique("n")},https://example.com\n`;
    const batch = await boss.upload("/import/batches?kind=customer&name=x.csv", Buffer.from(file));
    const { job_id } = await boss.post(`/import/batches/${batch.id}/run`, {});
    await boss.job(job_id);
    const done = await boss.get(`/import/batches/${batch.id}`);
    assert.deepEqual([done.created_count, done.failed_count], [1, 1]);
    const [fault] = (await boss.get(`/import/batches/${batch.id}/faults`)).items;
    assert.deepEqual([fault.errors[0].field, fault.errors[0].code], ["website", "not_a_url"]);
    const like = await boss.list("/customers", { filter: { all: [{ field: "id", op: "eq", value: made.id }, { field: "website", op: "contains", value: "example" }] } });
    assert.equal(like.length, 1);
    assert.equal((await boss.patch(`/customers/${made.id}`, { website: null }, made.version)).website, null);
});

test("a filter for what cannot be kept finds nothing, or says that there is no such option", async () => {
    const made = { customer: await boss.post("/customers", bodyOf("customer")) };
    await boss.post("/exchange-rates", { currency: "NOK", rate_on: "2000-01-01", rate_nano: 700_000_000 });
    const deal = await boss.post("/opportunities", { name: "x", customer_id: made.customer.id, currency: "nok" });
    assert.equal(deal.currency, "NOK");
    for (const currency of ["人民币", "U$D", "USDT"]) {
        expectProblem(await boss.send("POST", "/opportunities", { body: { name: "x", customer_id: made.customer.id, currency } }), 422, "invalid", "currency");
    }
    const find = async (...conditions) => (await boss.list("/opportunities", { filter: { all: [{ field: "id", op: "eq", value: deal.id }, ...conditions] } })).length;
    for (const value of ["人民币", "ＵＳＤ", "\u{1F4B0}", "客"]) {
        for (const op of ["eq", "contains", "starts_with", "ends_with"]) {
            assert.equal(await find({ field: "currency", op, value }), 0, `${op} ${value}`);
        }
        assert.equal(await find({ field: "currency", op: "in", value: [value, "NOK"] }), 1);
        assert.equal(await find({ field: "currency", op: "in", value: [value] }), 0);
        assert.equal(await find({ field: "currency", op: "not_in", value: [value] }), 1);
        assert.equal(await find({ field: "currency", op: "ne", value }), 1);
        assert.equal(await find({ not: { field: "currency", op: "eq", value } }), 1);
        const bad = encodeURIComponent(JSON.stringify({ field: "status", op: "eq", value }));
        expectProblem(await boss.send("GET", `/opportunities?filter=${bad}`), 400, "bad_filter");
        // Neither do other words that name something: they are unknown, not a fault.
        expectProblem(await boss.send("GET", `/views?object=${encodeURIComponent(value)}`), 422, "invalid", "object");
        assert.deepEqual((await boss.get("/search", { q: "x", object: value })).items, []);
    }
    // A region is found by its name or its official code.
    const rows = `name,region\n${unique("n")},河北省/石家庄市\n${unique("n")},130100\n${unique("n")},不存在的地方\n`;
    const batch = await boss.upload("/import/batches?kind=customer&name=x.csv", Buffer.from(rows));
    const columns = [{ column: "name", field: "name" }, { column: "region", field: "region_id" }];
    await boss.put(`/import/batches/${batch.id}/mapping`, { mapping: { columns } });
    const { job_id } = await boss.post(`/import/batches/${batch.id}/run`, {});
    await boss.job(job_id);
    const { items } = await boss.get(`/import/batches/${batch.id}/faults`);
    assert.deepEqual(items.map((item) => [item.row_number, item.errors[0].code]), [[4, "no_such_record"]], JSON.stringify(items));
});

test("the timeline goes on exactly where a page ended, whatever happened at the same moment", async () => {
    const customer = await boss.post("/customers", bodyOf("customer"));
    const at = "2024-05-06T07:08:09.010Z";
    const texts = Array.from({ length: 70 }, () => unique("say"));
    for (const content of texts) {
        await boss.post("/follow-ups", { content, customer_id: customer.id, followed_at: at });
    }
    let { version: now } = await boss.get(`/customers/${customer.id}`);
    for (const remark of texts.slice(0, 60)) {
        now = (await boss.patch(`/customers/${customer.id}`, { remark }, now)).version;
    }
    const deal = await boss.post("/opportunities", { name: "x", customer_id: customer.id });
    await boss.patch(`/opportunities/${deal.id}`, { amount_minor: 5_00 }, deal.version); // no move
    await sql(`UPDATE audit_entry SET at = '2024-05-06 07:08:09.010' WHERE object = 'customer' AND record_id = ${customer.id}`);
    await sql(`UPDATE stage_event SET at = '2024-05-06 07:08:09.010' WHERE opportunity_id = ${deal.id}`);
    const path = `/customers/${customer.id}/timeline`;
    const items = await boss.list(path, { limit: undefined });
    assert.deepEqual([...new Set(items.map((item) => item.at))], [at]);
    assert.deepEqual(items.filter((item) => item.kind === "follow_up").map((item) => item.detail.text), texts.toReversed());
    const remarks = items.filter((item) => item.action === "update").map((item) => item.detail.remark[1]);
    assert.deepEqual(remarks, texts.slice(0, 60).toReversed());
    assert.equal(items.length, 70 + 60 + 2, "the record made and the first stage");
    const { next_cursor: cursor } = await boss.get(path);
    for (const bad of ["nonsense", "1.2", "1.audit.x", `${cursor}.1`, cursor.replace("audit", "nonsense"), "99999999999999999.audit.1", at]) {
        expectProblem(await boss.send("GET", `${path}?cursor=${encodeURIComponent(bad)}`), 400, "bad_cursor");
    }
    // In the recycle bin it is still told.
    const bare = await boss.post("/customers", bodyOf("customer"));
    await boss.delete(`/customers/${bare.id}`, bare.version);
    assert.deepEqual((await boss.get(`/customers/${bare.id}/timeline`)).items.map((item) => item.action), ["delete", "create"]);
    assert.notEqual((await boss.get(`/customers/${bare.id}`)).deleted_at, null);
    await dabiao(["doctor", "--repair"]); // SQL told no figures of the stage's new time
});

test("changes that no record could take are refused before a job is made of them", async () => {
    const { id, version: before } = await boss.post("/customers", bodyOf("customer"));
    const refused = { id: 7, version: 9, no_such_field: 1, created_at: "2020-01-01T00:00:00Z", owner_id: boss.user.id, level: "nonsense", name: null };
    for (const [field, value] of Object.entries(refused)) {
        const body = { action: "update", ids: [id], changes: { remark: "x", [field]: value } };
        expectProblem(await boss.send("POST", "/customers/bulk", { body }), 422, "invalid", `changes.${field}`);
    }
    for (const changes of [{}, [], "remark", null]) {
        expectProblem(await boss.send("POST", "/customers/bulk", { body: { action: "update", ids: [id], changes } }), 422, "invalid", "changes");
    }
    const lines = { action: "update", ids: [id], changes: { lines: [{ nonsense: 1 }] } };
    expectProblem(await boss.send("POST", "/contracts/bulk", { body: lines }), 422, "invalid", "changes.lines.0.nonsense");
    assert.equal((await boss.get(`/customers/${id}`)).version, before);
});
