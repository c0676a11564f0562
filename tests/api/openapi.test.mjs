// The OpenAPI file against the program: it is the one the route table prints, it holds every route, and what the program
// really answers has the shape it promises, with no member that it does not name.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { admin, company, dabiao, person, send, stack, unique } from "./lib.mjs";
import { guidedOpportunity, lostReason } from "./pipeline-samples.mjs";
import { poolsFor } from "./pool-samples.mjs";
import { OWNED, recordsOf, routes } from "./samples.mjs";

await stack();
const TABLE = await routes();
const DOCUMENT = JSON.parse((await dabiao(["routes", "--openapi"])).stdout);

const operationOf = (route) => DOCUMENT.paths[route.path.replace(/\{([a-z_]+)(:[a-z]+)?\}/g, "{$1}")]?.[route.method.toLowerCase()];

const TYPES = {
    object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    array: Array.isArray,
    string: (value) => typeof value === "string",
    integer: Number.isSafeInteger,
    number: Number.isFinite,
    boolean: (value) => typeof value === "boolean",
    null: (value) => value === null,
};
const FORMATS = {
    date: /^\d{4}-\d\d-\d\d$/,
    "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/,
    email: /^[^@\s]+@[^@\s]+$/,
};

// The faults of a value against a schema, each with its place. The part of JSON Schema that the document uses.
function faults(schema, value, place = "$") {
    if (schema.$ref) {
        return faults(schema.$ref.slice(2).split("/").reduce((part, name) => part[name], DOCUMENT), value, place);
    }
    const types = [schema.type ?? Object.keys(TYPES)].flat();
    if (!types.some((type) => TYPES[type](value))) {
        return [`${place}: ${JSON.stringify(value)} is not ${types}`];
    }
    const found = [];
    if (schema.enum && !schema.enum.includes(value)) {
        found.push(`${place}: ${JSON.stringify(value)} is not one of ${JSON.stringify(schema.enum)}`);
    }
    if (typeof value === "string" && schema.format && !FORMATS[schema.format].test(value)) {
        found.push(`${place}: ${value} is no ${schema.format}`);
    }
    if (typeof value === "number" && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity))) {
        found.push(`${place}: ${value} is out of range`);
    }
    if (Array.isArray(value) && schema.items) {
        value.forEach((item, index) => found.push(...faults(schema.items, item, `${place}[${index}]`)));
    }
    if (TYPES.object(value) && schema.properties) {
        found.push(...(schema.required ?? []).filter((name) => !(name in value)).map((name) => `${place}.${name} is missing`));
        for (const [name, member] of Object.entries(value)) {
            if (schema["x-custom-fields"] && name.startsWith("x_")) {
                continue;
            }
            found.push(...(schema.properties[name] ? faults(schema.properties[name], member, `${place}.${name}`) : [`${place}.${name} is not in the document`]));
        }
    }
    return found;
}

function assertPromised(route, answer) {
    const operation = operationOf(route);
    const promised = operation.responses[answer.status] ?? (answer.status >= 400 ? operation.responses.default : undefined);
    assert.ok(promised, `${route.name} answers ${answer.status}: ${JSON.stringify(answer.body)}; the document knows ${Object.keys(operation.responses)}`);
    const type = answer.status >= 400 ? "application/problem+json" : "application/json";
    const schema = promised.content?.[type]?.schema;
    if (answer.status === 204) {
        assert.equal(answer.body, null);
        return;
    }
    if (schema !== undefined) {
        assert.match(answer.headers.get("content-type"), /json/, route.name);
        assert.deepEqual(faults(schema, answer.body), [], route.name);
    }
}

let boss;
let rep;
let made;
let ids; // what stands for {id} by the first segment of the path
let job; // a finished job with a file
let upload; // an import
let fields; // of administrators: one that is there, one that is deleted

before(async () => {
    boss = await admin();
    rep = await person({ role: "sales" });
    made = await recordsOf(rep);
    const product = await boss.post("/products", { name: unique("产品"), price_minor: 1 });
    const { job_id } = await boss.post("/customers/export", { format: "csv", filter: { field: "id", op: "eq", value: made.customer.id } });
    job = await boss.job(job_id);
    upload = await boss.upload("/import/batches?kind=customer&name=c.csv", Buffer.from(`客户名称\n${unique("甲")}\n`));
    const { items: roles } = await boss.get("/roles");
    const [interval] = await boss.list("/assignments", { filter: { field: "customer_id", op: "eq", value: made.customer.id } });
    const limit = await boss.post("/holding-limits", { name: unique("库容"), user_id: rep.user.id, maximum: 1000 });
    const policy = await boss.post("/sla-policies", { name: unique("时限"), touch_hours: 8, remind_before_hours: 1 });
    const batch = await boss.post("/assignment-batches", { ids: [made.customer.id], strategy: "one", people: [{ user_id: rep.user.id }] });
    await boss.job(batch.job_id);
    const { items: pipelines } = await boss.get("/pipelines");
    made.twin = await boss.post("/customers", { name: unique("同一家") });
    const tag = await boss.post("/tags", { name: unique("标") });
    const step = await boss.post("/escalation-steps", { name: unique("步"), days: 3, is_active: false });
    const claim = await boss.post("/conflict-claims", { customer_id: made.customer.id, reason: "先联系" });
    const pools = await poolsFor(rep, boss, await person({}));
    const route = await boss.post("/pool-routes", { name: unique("分流"), pool_id: pools.pool.id, is_active: false });
    const rule = await boss.post("/pool-rules", { name: unique("规则"), kind: "no_follow_up", days: 3650, pool_id: pools.pool.id, is_active: false });
    const book = await boss.post("/price-books", { name: unique("价格表"), currency: "CNY" });
    const rate = await boss.post("/exchange-rates", { currency: "ISK", rate_on: "1990-01-01", rate_nano: 1 });
    const right = await boss.post("/discount-authorities", { name: unique("权"), role_id: (await boss.post("/roles", { name: unique("role"), permissions: ["audit.view"], fields: [], scopes: [] })).id, max_discount_ppm: 1 });
    const round = await boss.post("/target-rounds", { year: 2052, deadline_on: "2052-01-31" });
    const measure = await boss.post("/measures", { name_zh: unique("指标"), name_en: unique("measure"), object: "task", how: "count", date_field: "due_on" });
    ids = { measures: measure.id, "print-templates": 1, "exchange-rates": rate.id, "target-rounds": round.id, "price-books": book.id, "discount-authorities": right.id, "number-patterns": 1, tags: tag.id, "escalation-steps": step.id, "conflict-claims": claim.id, "duplicate-rules": 1, pools: pools.pool.id, "pool-customers": pools.customer.id, "pool-events": pools.event.id, "pool-run-items": pools.item.id,
        "pool-runs": pools.item.run_id, "pool-routes": route.id, "pool-rules": rule.id, users: rep.user.id, departments: (await company()).id, products: product.id, jobs: job.id, import: upload.id, roles: roles[0].id,
        pipelines: pipelines[0].id, assignments: interval.id, "holding-limits": limit.id,
        "assignment-batches": batch.id, "sla-policies": policy.id, ...Object.fromEntries(Object.entries(OWNED).map(([object, { plural }]) => [plural, made[object].id])) };
    const guided = await guidedOpportunity(rep);
    const field = await boss.post("/custom-fields", { object: "task", kind: "select", label_zh: unique("字段"), options: [{ label_zh: "甲" }] });
    const gone = await boss.post("/custom-fields", { object: "task", kind: "text", label_zh: unique("字段") });
    await boss.delete(`/custom-fields/${gone.id}`, gone.version);
    fields = { field, gone };
    ids = { ...ids, "custom-fields": field.id, opportunities: guided.id, item: guided.item_id, "close-reasons": (await lostReason()).id };
});

const day = new Date().toISOString().slice(0, 10);
// Query parameters with which a GET shows the most.
const QUERIES = {
    "/customers/{id}/merge": () => ({ source_id: made.twin.id }),
    "/customer-merges": () => ({ customer_id: made.customer.id }),
    "/attachments": () => ({ object: "customer", record_id: made.customer.id }),
    "/search": { q: "甲方" }, "/views": { object: "customer" }, "/shares": () => ({ object: "customer", record_id: made.customer.id }),
    "/explain": () => ({ object: "customer", record_id: made.customer.id, user_id: rep.user.id }),
    "/prints": () => ({ object: "contract", record_id: made.contract.id }),
    "/product-prices": () => ({ product_id: ids.products }),
    "/opportunities/sums": { by: "owner" },
    "/pipelines/{id}/analysis-rows": () => ({ figure: "entered", stage_id: made.opportunity.stage_id }),
    "/target-rounds/{id}/plan": () => ({ subject_kind: "user", subject_id: rep.user.id }),
    "/targets/sub-goals": { year: 2023, measure: "received_amount" }, "/targets/sub-goals/rows": { figure: "first_visits", source: "company" },
    "/targets/grid": { year: 2023 }, "/targets/overview": { year: 2023, by: "quarter" }, "/targets/facts": { year: 2023 }, "/regions": {},
};
const RAW = new Set(["/jobs/{id}/file", "/attachments/{id}/file", "/import/batches/{id}/errors", "/events/authorize"]);

function addressOf(route) {
    const segment = route.path.split("/")[1];
    const path = route.path.replace("{id}", ids[segment]).replace("{item_id}", ids.item).replace("{object}", "task").replace("{object:word}", "task");
    const given = QUERIES[route.path];
    const parameters = typeof given === "function" ? given() : given ?? (route.path.endsWith("/aggregate") ? { measures: "count", group_by: "created_by_id" } :
        OWNED[route.object] && route.records === "list" ? { total: 1 } : {});
    return `/api/v1${path}?${new URLSearchParams(parameters)}`;
}

test("the document is the one that is kept", () => {
    const kept = JSON.parse(readFileSync(new URL("../../include/openapi.json", import.meta.url), "utf8"));
    assert.deepEqual(kept, DOCUMENT, "run make gen");
    assert.equal(DOCUMENT.openapi, "3.1.0");
});

test("every route is in the document, and nothing else is", () => {
    for (const route of TABLE) {
        const operation = operationOf(route);
        assert.ok(operation, `${route.method} ${route.path}`);
        assert.equal(operation.operationId, route.name);
        assert.ok(operation.summary.endsWith("."), route.name);
        assert.equal(operation["x-permission"], route.permission);
        assert.equal(operation.requestBody !== undefined, route.has_body || route.upload, route.name);
        assert.deepEqual(operation.security, route.permission === "public" ? [] : undefined, route.name);
        const named = [...route.path.matchAll(/\{([a-z_]+)/g)].map((match) => match[1]);
        assert.deepEqual(operation.parameters.filter((one) => one.in === "path").map((one) => one.name), named);
    }
    const count = Object.values(DOCUMENT.paths).reduce((sum, path) => sum + Object.keys(path).length, 0);
    assert.equal(count, TABLE.length);
    const names = TABLE.map((route) => route.name);
    assert.equal(new Set(names).size, names.length, "operation ids are unique");
});

const header = (route, name) => operationOf(route).parameters.find((one) => one.in === "header" && one.name === name);

test("where a version or a key counts, the document says so, and nowhere else", async () => {
    const versioned = TABLE.filter((route) => header(route, "If-Match"));
    const records = TABLE.filter((route) => ["PATCH", "DELETE"].includes(route.method) && /^\/[a-z-]+\/\{id\}$/.test(route.path) && route.records !== "none");
    const names = versioned.map((route) => route.name);
    for (const route of records) {
        assert.ok(names.includes(route.name), route.name);
    }
    assert.deepEqual(names.filter((name) => !records.some((route) => route.name === name)).sort(), ["company.update", "custom_field.delete", "custom_field.update", "duplicate_rule.delete", "duplicate_rule.update", "layout.delete", "layout.update", "measure.delete", "measure.update", "number_pattern.update", "pipeline.update", "role.update", "target.put_settings", "target_round.lock", "target_round.update", "view.update"]);
    for (const route of TABLE) {
        const { responses } = operationOf(route);
        assert.deepEqual(["412", "428"].map((status) => status in responses), Array(2).fill(versioned.includes(route)), route.name);
        if (header(route, "Idempotency-Key")) {
            assert.equal(route.method, "POST");
        }
    }
    for (const name of ["customer.create", "contract.bulk", "user.disable", "role.create", "import.run"]) {
        assert.ok(header(TABLE.find((route) => route.name === name), "Idempotency-Key"), name);
    }
    for (const name of ["auth.sign_in", "user.reset_password", "import.create", "customer.list", "customer.update"]) {
        assert.equal(header(TABLE.find((route) => route.name === name), "Idempotency-Key"), undefined, name);
    }
    // Without a version nothing is changed, whatever the header says instead.
    const view = await boss.post("/views", { object: "customer", name: unique("view") });
    const bodies = { "measure.update": { name_zh: "x", name_en: "x", object: "task", how: "count", date_field: "due_on" }, "role.update": { name: "x", permissions: [], scopes: [] }, "number_pattern.update": { pattern: "X-{0000}", restarts: "never" },
        "pipeline.update": { name: "x", stages: ["open", "won", "lost"].map((kind) => ({ name: kind, kind, win_probability_ppm: 0 })) },
        "layout.update": { sections: [{ title_zh: "x", title_en: "x", columns: 1, fields: [] }] }, "view.update": { object: "customer", name: "x" }, "company.update": { name: "x" }, "target.put_settings": { ramp: [] } };
    for (const route of versioned) {
        const path = route.path.replace("{id}", route.name === "view.update" ? view.id : ids[route.path.split("/")[1]]).replace(/\{object(:word)?\}/, "task");
        const body = route.has_body ? bodies[route.name] ?? {} : undefined;
        for (const value of [undefined, "", "*", "0", "-1", "W/\"1\"", "\"1\", \"2\"", "1.5", "99999999999999999999", "one"]) {
            const answer = await boss.send(route.method, path, { body, headers: value === undefined ? {} : { "If-Match": value } });
            assert.deepEqual([answer.status, answer.body?.code], [428, "version_required"], `${route.name} ${value}: ${JSON.stringify(answer.body)}`);
            assertPromised(route, answer);
        }
        const stale = await boss.send(route.method, path, { body, headers: { "If-Match": "9007199254740991" } });
        const built_in = route.name === "role.update";
        assert.deepEqual([stale.status, stale.body?.code], built_in ? [409, "conflict"] : [412, "stale_version"], `${route.name}: ${JSON.stringify(stale.body)}`);
        assertPromised(route, stale);
    }
});

test("HEAD is answered like GET, without a body", async () => {
    for (const route of TABLE.filter((row) => row.method === "GET" && row.path !== "/events/authorize")) {
        const [head, get] = [await boss.send("HEAD", addressOf(route)), await boss.send("GET", addressOf(route))];
        assert.deepEqual([head.status, head.headers.get("content-type"), head.body], [get.status, get.headers.get("content-type"), null], route.path);
    }
    assert.equal((await send("HEAD", "/customers")).status, 401);
    assert.equal((await boss.send("HEAD", "/customers/987654321")).status, 404);
    assert.equal((await boss.send("HEAD", "/customers/bulk")).status, 405);
});

test("every member has a description, every list its items", () => {
    const bare = [];
    const walk = (schema, place) => {
        for (const [name, member] of Object.entries(schema.properties ?? {})) {
            if (!member.description) {
                bare.push(`${place}.${name}`);
            }
            walk(member, `${place}.${name}`);
        }
        if (schema.type === "array" && !schema.items) {
            bare.push(`${place}[]`);
        }
        if (schema.items) {
            walk(schema.items, `${place}[]`);
        }
    };
    for (const route of TABLE) {
        const operation = operationOf(route);
        for (const part of [operation.requestBody, ...Object.values(operation.responses)]) {
            Object.values(part?.content ?? {}).forEach(({ schema }) => schema && walk(schema, route.name));
        }
    }
    assert.deepEqual(bare, []);
});

for (const route of TABLE.filter((row) => row.method === "GET" && !RAW.has(row.path))) {
    test(`GET ${route.path} answers as promised`, async () => {
        const answer = await boss.send("GET", addressOf(route));
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assertPromised(route, answer);
        const refused = await send("GET", addressOf(route));
        assertPromised(route, refused);
    });
}

const find = (method, path) => TABLE.find((route) => route.method === method && route.path === path);

test("writes of records answer as promised", async () => {
    for (const [object, { plural, body }] of Object.entries(OWNED)) {
        const created = await boss.send("POST", `/${plural}`, { body: body(made) });
        assertPromised(find("POST", `/${plural}`), created);
        const path = `/${plural}/${created.body.id}`;
        const change = object === "follow_up" ? { content: "x" } : { remark: "x" };
        const changed = await boss.send("PATCH", path, { body: change, headers: { "If-Match": `${created.body.version}` } });
        assert.equal(changed.status, 200);
        assertPromised(find("PATCH", `/${plural}/{id}`), changed);
        assertPromised(find("PATCH", `/${plural}/{id}`), await boss.send("PATCH", path, { body: change, headers: { "If-Match": "1" } }));
        assertPromised(find("POST", `/${plural}/{id}/transfer`), await boss.send("POST", `${path}/transfer`, { body: { owner_id: rep.user.id } }));
        const { version } = await boss.get(path);
        const deleted = await boss.send("DELETE", path, { headers: { "If-Match": `${version}` } });
        assert.equal(deleted.status, 204);
        assertPromised(find("DELETE", `/${plural}/{id}`), deleted);
        assertPromised(find("POST", `/${plural}/{id}/restore`), await boss.send("POST", `${path}/restore`));
        const bulk = await boss.send("POST", `/${plural}/bulk`, { body: { action: "update", ids: [created.body.id], changes: change } });
        assertPromised(find("POST", `/${plural}/bulk`), bulk);
        const exported = await boss.send("POST", `/${plural}/export`, { body: { format: "csv", columns: ["id"] } });
        assertPromised(find("POST", `/${plural}/export`), exported);
        await boss.job(bulk.body.job_id);
        await boss.job(exported.body.job_id);
        assertPromised(find("POST", `/${plural}`), await boss.send("POST", `/${plural}`, { body: { nonsense: 1 } }));
    }
});

// Other writes: [method, path of the table, body or headers, with what the path names].
const WRITES = [
    ["POST", "/follow-ups/{id}/comments", () => ({ content: "好" })],
    ["POST", "/tags", () => ({ name: unique("标") })],
    ["POST", "/duplicate-rules", () => ({ object: "customer", fields: ["name"], method: "exact", action: "review", is_active: false })],
    ["PATCH", "/duplicate-rules/{id}", () => ({ action: "warn", version: 1 })],
    ["POST", "/customers/duplicate-check", () => ({ name: made.customer.name })],
    ["POST", "/conflict-claims/{id}/withdraw", () => undefined],
    ["POST", "/products", () => ({ name: unique("产品") })],
    ["POST", "/departments", () => ({ name: unique("部门"), parent_id: ids.departments })],
    ["POST", "/users", () => ({ name: "某", login: unique("l").toLowerCase(), department_id: ids.departments })],
    ["POST", "/users/{id}/move", () => ({ department_id: ids.departments, from_on: day })],
    ["POST", "/users/{id}/reset-password", () => undefined],
    ["PATCH", "/auth/me", () => ({ title: undefined, email: "boss@example.com" })],
    ["POST", "/shares", () => ({ object: "customer", record_id: made.customer.id, user_id: rep.user.id })],
    ["POST", "/views", () => ({ object: "customer", name: unique("view"), filter: { field: "level", op: "eq", value: "a" }, columns: ["name"] })],
    ["POST", "/notifications/read", () => ({ all: true })],
    ["POST", "/events/ticket", () => undefined],
    ["POST", "/targets/split", () => ({ year: 2023, measure: "signed_amount", method: "even", total: 100 })],
    ["POST", "/target-rounds", () => ({ year: 2053, deadline_on: "2053-01-31" })],
    ["PUT", "/target-rounds/{id}/asks", () => ({ measure: "visits", asks: [{ department_id: ids.departments, amount: 5, version: 0 }] })],
    ["POST", "/target-rounds/{id}/plan/submit", () => ({ measure: "visits", subject_kind: "department", subject_id: ids.departments, version: 0 })],
    ["POST", "/target-rounds/{id}/plan/agree", () => ({ measure: "visits", subject_kind: "department", subject_id: ids.departments, version: 1 })],
    ["POST", "/target-rounds/{id}/lock", () => ({ anyway: true, version: 1 })],
    ["PUT", "/targets/grid", () => ({ year: 2024, measure: "follow_ups",
        cells: [{ subject_kind: "user", subject_id: rep.user.id, month: 1, amount: 1, version: 0 }] })],
    ["PUT", "/import/batches/{id}/mapping", () => ({ mapping: upload.mapping })],
    ["POST", "/import/batches/{id}/run", () => ({ dry_run: true })],
    ["POST", "/roles", () => ({ name: unique("role"), permissions: ["customer.view"], scopes: [{ object: "customer", scope: "own" }] })],
    ["POST", "/custom-fields", () => ({ object: "task", kind: "decimal", label_zh: unique("字段"), code: unique("t").replaceAll("-", "_").slice(0, 25), scale: 2, min: "0.5" })],
    ["POST", "/custom-fields/{id}/restore", () => undefined, () => fields.gone.id],
    ["POST", "/formulas/check", () => ({ object: "contract", expression: "amount_minor / 2" })],
    ["POST", "/close-reasons", () => ({ kind: "lost", name: unique("原因") })],
    ["PUT", "/close-reasons/{id}", () => ({ kind: "lost", name: unique("原因") })],
    ["PUT", "/opportunities/{id}/guide/{item_id}", () => ({ done: true, note: "好" })],
    ["POST", "/opportunities/{id}/plan", () => ({})],
    ["POST", "/pipelines", () => ({ name: unique("pipeline"), stages: ["open", "won", "lost"].map((kind) => ({ name: kind, kind, win_probability_ppm: 0 })) })],
];

for (const [method, path, body, id] of WRITES) {
    test(`${method} ${path} answers as promised`, async () => {
        const route = find(method, path);
        const answer = await boss.send(method, id ? addressOf({ ...route, path: path.replace("{id}", id()) }) : addressOf(route), { body: body() });
        assert.ok(answer.status < 300, JSON.stringify(answer.body));
        assertPromised(route, answer);
    });
}

test("the settings of the company answer as promised", async () => {
    const { version, name } = await boss.get("/company");
    assertPromised(find("PATCH", "/company"), await boss.send("PATCH", "/company", { body: { name }, headers: { "If-Match": `${version}` } }));
});

test("fields of administrators come and go as promised", async () => {
    const route = (method, path) => find(method, path);
    const field = await boss.get(`/custom-fields/${fields.field.id}`);
    const changed = await boss.send("PUT", `/custom-fields/${field.id}`, { body: { label_zh: unique("改") }, headers: { "If-Match": `${field.version}` } });
    assertPromised(route("PUT", "/custom-fields/{id}"), changed);
    const layout = { sections: [{ title_zh: "一", title_en: "One", columns: 2, fields: [{ name: "name", width: 2 }] }] };
    const laid = await boss.send("PUT", "/layouts/task", { body: layout, headers: { "If-Match": "1" } });
    assertPromised(route("PUT", "/layouts/{object:word}"), laid);
    assertPromised(route("DELETE", "/layouts/{object:word}"), await boss.send("DELETE", "/layouts/task", { headers: { "If-Match": `${laid.body.version}` } }));
    for (const one of (await boss.get("/custom-fields", { object: "task" })).items) {
        assertPromised(route("DELETE", "/custom-fields/{id}"), await boss.send("DELETE", `/custom-fields/${one.id}`, { headers: { "If-Match": `${one.version}` } }));
        assertPromised(route("POST", "/custom-fields/{id}/purge"), await boss.send("POST", `/custom-fields/${one.id}/purge`, { body: { name: one.name } }));
    }
});
