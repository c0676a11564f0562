// Who may not see a record sees nothing of it, on any way (ORG-2). The ways are read from the route table: a new route that
// shows records and is not known here fails the test. One record of every object belongs to a salesperson; a stranger of
// another department, with every right but only the scope "own", must not meet it; the salesperson's manager must.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, department, expectProblem, person, roundOf, stack, unique } from "./lib.mjs";
import { guidedOpportunity } from "./pipeline-samples.mjs";
import { poolWays, poolsFor } from "./pool-samples.mjs";
import { OWNED, anotherOf, exportRows, measured, personWith, recordsOf, role, routes } from "./samples.mjs";
import { readWorkbook } from "./workbook.mjs";

const YEAR = 2023; // of the samples' dates

await stack();
const TABLE = await routes();

let theirs; // department of owner and manager
let owner;
let manager;
let stranger;
let made; // the owner's records by object
let meta; // objects by name

// Histories: their rows are made by the program when their subject changes, and only read.

const HISTORIES = { assignment: { plural: "assignments" }, assignment_batch: { plural: "assignment-batches" }, pool_event: { plural: "pool-events" },
    pool_run_item: { plural: "pool-run-items" } };

/** A planning round: one a year, so an own year. */
const ROUND_YEAR = 2051;

/** A batch of one customer, to its owner. */
async function batchOf(client, customer) {
    const { id, job_id } = await client.post("/assignment-batches", { ids: [customer.id], strategy: "one", name: unique("批次"), people: [{ user_id: client.user.id }] });
    await client.job(job_id);
    return client.get(`/assignment-batches/${id}`);
}

// Pools, and customers seen in them: by membership, not by owner.
const PLACES = ["pool", "pool_customer"];
let lying;

before(async () => {
    theirs = await department({ name: unique("leak-x") });
    const elsewhere = await department({ name: unique("leak-y") });
    const ownOnly = await role("own");
    owner = await personWith(ownOnly, { department_id: theirs.id });
    stranger = await personWith(ownOnly, { department_id: elsewhere.id });
    manager = await personWith(await role("department_and_below"), { department_id: theirs.id });
    made = await recordsOf(owner);
    await recordsOf(stranger);
    [made.assignment] = await owner.list("/assignments", { filter: { field: "customer_id", op: "eq", value: made.customer.id } });
    made.assignment_batch = await batchOf(owner, made.customer);
    await batchOf(stranger, (await stranger.list("/customers"))[0]);
    const pools = await poolsFor(owner, manager, stranger);
    [made.pool_event, made.pool_run_item] = [pools.event, pools.item];
    lying = { pool: pools.pool, customer: pools.customer, manager, stranger };
    meta = Object.fromEntries((await stranger.get("/meta")).objects.map((object) => [object.name, object]));
});

const only = (record) => ({ field: "id", op: "eq", value: record.id });
const labelOf = (object) => made[object][meta[object].label_field];

// Filters that would find the record if the scope were not there, or were bound to the wrong part of the condition.
function temptingFilters(record) {
    return [only(record), { field: "owner_id", op: "eq", value: owner.user.id }, { not: { field: "id", op: "eq", value: 0 } },
        { any: [only(record), { field: "id", op: "is_null" }, { field: "id", op: "not_null" }] },
        { field: "owner_id", op: "ne", value: stranger.user.id }, { field: "department_id", op: "under", value: theirs.id }];
}

async function unchanged(object, record) {
    const now = await (await admin()).get(`/${OWNED[object].plural}/${record.id}`);
    assert.deepEqual([now.version, now.deleted_at, now.owner_id], [record.version, null, owner.user.id]);
}

async function inRecycleBin(object) {
    if (object in HISTORIES) {
        return { id: 987654321 }; // nothing is ever deleted there
    }
    const record = await anotherOf(owner, object, made);
    await (await admin()).delete(`/${OWNED[object].plural}/${record.id}`, record.version);
    return record;
}

// How each way in is tried, by its address with {plural} for the object's segment.
const GENERIC = {
    async "GET /{plural}"(object, plural) {
        const record = made[object];
        const unseen = (items) => assert.ok(!items.some((item) => item.id === record.id || item.owner_id === owner.user.id));
        unseen(await stranger.list(`/${plural}`));
        for (const filter of temptingFilters(record)) {
            const items = await stranger.list(`/${plural}`, { filter });
            unseen(items);
            const { total } = await stranger.get(`/${plural}`, { filter, total: 1 });
            assert.equal(total, items.length, JSON.stringify(filter));
        }
        unseen(await stranger.list(`/${plural}`, { q: labelOf(object) }));
        for (const field of meta[object].fields.filter((one) => one.sortable)) {
            unseen(await stranger.list(`/${plural}`, { sort: field.name }));
            unseen(await stranger.list(`/${plural}`, { sort: `-${field.name}` }));
        }
        const deleted = await inRecycleBin(object);
        unseen(await stranger.list(`/${plural}`, { deleted: 1 }));
        assert.equal((await stranger.get(`/${plural}`, { deleted: 1, filter: only(deleted), total: 1 })).total, 0);
        assert.equal((await manager.list(`/${plural}`, { deleted: 1, filter: only(deleted) })).length, object in HISTORIES ? 0 : 1);
        assert.deepEqual((await manager.list(`/${plural}`, { filter: only(record) })).map((item) => item.id), [record.id]);
        // A cursor carries a place in the list, not a right: the stranger gets nothing out of the manager's.
        const { next_cursor: cursor } = await manager.get(`/${plural}`, { limit: 1 });
        unseen((await stranger.get(`/${plural}`, { limit: 200, cursor: cursor ?? undefined })).items);
    },
    async "GET /{plural}/{id}"(object, plural) {
        expectProblem(await stranger.send("GET", `/${plural}/${made[object].id}`), 404, "not_found");
        assert.equal((await manager.get(`/${plural}/${made[object].id}`)).id, made[object].id);
        const deleted = await inRecycleBin(object);
        expectProblem(await stranger.send("GET", `/${plural}/${deleted.id}`), 404, "not_found");
    },
    async "GET /{plural}/options"(object, plural) {
        const ids = async (client, parameters) => (await client.get(`/${plural}/options`, { limit: 50, ...parameters })).items.map((item) => item.id);
        assert.ok(!(await ids(stranger, {})).includes(made[object].id));
        assert.ok(!(await ids(stranger, { q: labelOf(object) })).includes(made[object].id));
        assert.deepEqual(await ids(stranger, { filter: only(made[object]) }), []);
        assert.ok((await ids(manager, { filter: only(made[object]) })).includes(made[object].id));
    },
    async "GET /{plural}/aggregate"(object, plural) {
        const record = made[object];
        const sums = meta[object].fields.filter((field) => field.type === "money").map((field) => `sum:${field.name}`);
        for (const measure of ["count", ...sums, ...sums.map((word) => word.replace("sum", "max"))]) {
            assert.equal(await measured(stranger, plural, measure, only(record)), 0, measure);
        }
        assert.equal(await measured(manager, plural, "count", only(record)), 1);
        const { groups } = await stranger.get(`/${plural}/aggregate`, { group_by: "owner_id", measures: "count" });
        assert.deepEqual(groups.map((group) => group.keys.owner_id), [stranger.user.id]);
        for (const filter of temptingFilters(record)) {
            const items = await stranger.list(`/${plural}`, { filter });
            assert.equal(await measured(stranger, plural, "count", filter), items.length, JSON.stringify(filter));
        }
    },
    async "POST /{plural}/export"(object, plural) {
        const record = made[object];
        const all = await exportRows(stranger, plural, { columns: ["id", "owner_id"] });
        assert.equal(all.length - 1, await measured(stranger, plural));
        assert.ok(!all.some((row) => row[0] === String(record.id)));
        assert.equal((await exportRows(stranger, plural, { filter: only(record) })).length, 1, "headings only");
        assert.equal((await exportRows(stranger, plural, { q: labelOf(object) })).length, 1, "headings only");
        const { job_id } = await manager.post(`/${plural}/export`, { format: "csv", filter: only(record), columns: ["id"] });
        await manager.job(job_id);
        assert.match(await manager.get(`/jobs/${job_id}/file`), new RegExp(`\\b${record.id}\\b`));
        expectProblem(await stranger.send("GET", `/jobs/${job_id}/file`), 404, "not_found");
    },
    async "PATCH /{plural}/{id}"(object, plural) {
        const record = await anotherOf(owner, object, made);
        const remark = object === "follow_up" ? { content: "x" } : { remark: "x" };
        for (const version of [record.version, record.version + 5]) {
            expectProblem(await stranger.send("PATCH", `/${plural}/${record.id}`, { body: remark, headers: { "If-Match": `${version}` } }), 404, "not_found");
        }
        await unchanged(object, record);
        assert.equal((await manager.patch(`/${plural}/${record.id}`, remark, record.version)).version, record.version + 1);
    },
    async "DELETE /{plural}/{id}"(object, plural) {
        const record = await anotherOf(owner, object, made);
        expectProblem(await stranger.send("DELETE", `/${plural}/${record.id}`, { headers: { "If-Match": `${record.version}` } }), 404, "not_found");
        await unchanged(object, record);
        await manager.delete(`/${plural}/${record.id}`, record.version);
    },
    async "POST /{plural}/{id}/restore"(object, plural) {
        const record = await inRecycleBin(object);
        expectProblem(await stranger.send("POST", `/${plural}/${record.id}/restore`), 404, "not_found");
        assert.equal((await manager.list(`/${plural}`, { deleted: 1, filter: only(record) })).length, 1, "still there");
        assert.equal((await manager.post(`/${plural}/${record.id}/restore`)).deleted_at, null);
    },
    async "POST /{plural}/{id}/transfer"(object, plural) {
        const record = await anotherOf(owner, object, made);
        expectProblem(await stranger.send("POST", `/${plural}/${record.id}/transfer`, { body: { owner_id: stranger.user.id } }), 404, "not_found");
        await unchanged(object, record);
        await manager.post(`/${plural}/${record.id}/transfer`, { owner_id: manager.user.id });
        assert.equal((await manager.get(`/${plural}/${record.id}`)).owner_id, manager.user.id);
    },
};

const TARGETS = { year: YEAR, measure: "signed_amount" };

async function refuseTargets(method, path) {
    for (const pick of [{ user_id: owner.user.id }, { department_id: theirs.id }]) {
        const answer = await stranger.send(method, `${path}?${new URLSearchParams({ ...TARGETS, ...pick })}`);
        expectProblem(answer, 404, "not_found");
    }
}

const SPECIAL = {
    async "GET /quotes/{id}/versions"() {
        expectProblem(await stranger.send("GET", `/quotes/${made.quote.id}/versions`), 404, "not_found");
        assert.deepEqual(await manager.get(`/quotes/${made.quote.id}/versions`), { items: [] });
    },
    ...poolWays(() => lying),
    async "GET /customers/{id}/pool-route"() {
        expectProblem(await stranger.send("GET", `/customers/${made.customer.id}/pool-route`), 404, "not_found");
        assert.ok("pool_id" in (await manager.get(`/customers/${made.customer.id}/pool-route`)));
    },
    async "GET /opportunities/sums"() {
        const seen = async (client, parameters) => {
            const answers = await Promise.all(["day", "owner", "stage"].map((by) => client.get("/opportunities/sums", { by, ...parameters })));
            return answers.map(({ groups }) => groups.reduce((sum, group) => sum + group.count, 0));
        };
        for (const filter of temptingFilters(made.opportunity)) {
            assert.deepEqual(await seen(stranger, { filter: { all: [filter, only(made.opportunity)] } }), [0, 0, 0], JSON.stringify(filter));
        }
        assert.deepEqual(await seen(stranger, { q: labelOf("opportunity") }), [0, 0, 0]);
        assert.deepEqual(await seen(manager, { filter: only(made.opportunity) }), [1, 1, 1]);
    },
    async "GET /opportunities/board"() {
        const { pipeline_id } = made.opportunity;
        const seen = async (client, parameters = {}) => {
            const { columns } = await client.get("/opportunities/board", { pipeline_id, ...parameters });
            return { ids: columns.flatMap((column) => column.cards.map((card) => card.id)), count: columns.reduce((sum, column) => sum + column.count, 0) };
        };
        assert.ok(!(await seen(stranger)).ids.includes(made.opportunity.id));
        for (const filter of temptingFilters(made.opportunity)) {
            const { ids, count } = await seen(stranger, { filter });
            assert.ok(!ids.includes(made.opportunity.id), JSON.stringify(filter));
            assert.equal(count, ids.length, JSON.stringify(filter));
        }
        assert.equal((await seen(stranger, { owner_id: owner.user.id })).count, 0);
        assert.equal((await seen(stranger, { q: labelOf("opportunity") })).count, 0);
        assert.deepEqual(await seen(manager, { filter: only(made.opportunity) }), { ids: [made.opportunity.id], count: 1 });
    },
    async "GET /pipelines/{id}/analysis"() {
        const counted = async (client, filter) => {
            const { stages } = await client.get(`/pipelines/${made.opportunity.pipeline_id}/analysis`, { filter });
            const sum = (read) => stages.reduce((all, one) => all + read(one), 0);
            return [sum((one) => one.open.count), sum((one) => one.flow.entered), Math.max(...stages.map((one) => one.cohort.reached))];
        };
        for (const filter of temptingFilters(made.opportunity)) {
            const seen = (await stranger.list("/opportunities", { filter })).length;
            assert.deepEqual(await counted(stranger, filter), [seen, seen, seen], JSON.stringify(filter));
        }
        assert.deepEqual(await counted(manager, only(made.opportunity)), [1, 1, 1]);
    },
    async "GET /pipelines/{id}/analysis-rows"() {
        const { pipeline_id, stage_id } = made.opportunity;
        const seen = async (client, filter) =>
            (await client.get(`/pipelines/${pipeline_id}/analysis-rows`, { figure: "entered", stage_id, filter })).items.map((row) => row.id);
        for (const filter of temptingFilters(made.opportunity)) {
            assert.ok(!(await seen(stranger, filter)).includes(made.opportunity.id), JSON.stringify(filter));
        }
        assert.deepEqual(await seen(manager, only(made.opportunity)), [made.opportunity.id]);
    },
    async "GET /opportunities/{id}/guide"() {
        expectProblem(await stranger.send("GET", `/opportunities/${made.opportunity.id}/guide`), 404, "not_found");
        assert.equal((await manager.get(`/opportunities/${made.opportunity.id}/guide`)).stage_id, made.opportunity.stage_id);
    },
    async "PUT /opportunities/{id}/guide/{item_id}"() {
        const guided = await guidedOpportunity(owner);
        const path = `/opportunities/${guided.id}/guide/${guided.item_id}`;
        expectProblem(await stranger.send("PUT", path, { body: { done: true } }), 404, "not_found");
        assert.ok((await manager.put(path, { done: true })).done_at);
    },
    async "POST /opportunities/{id}/plan"() {
        const guided = await guidedOpportunity(owner);
        expectProblem(await stranger.send("POST", `/opportunities/${guided.id}/plan`, { body: {} }), 404, "not_found");
        assert.equal((await manager.post(`/opportunities/${guided.id}/plan`, {})).created, 1);
    },
    async "GET /customers/{id}/timeline"() {
        expectProblem(await stranger.send("GET", `/customers/${made.customer.id}/timeline`), 404, "not_found");
        const { items } = await manager.get(`/customers/${made.customer.id}/timeline`);
        assert.ok(items.some((item) => item.object === "follow_up" && item.record_id === made.follow_up.id));
    },
    async "GET /assignment-batches/{id}/items"() {
        expectProblem(await stranger.send("GET", `/assignment-batches/${made.assignment_batch.id}/items`), 404, "not_found");
        const { items } = await manager.get(`/assignment-batches/${made.assignment_batch.id}/items`);
        assert.deepEqual(items.map((item) => item.name), [made.customer.name]);
    },
    async "GET /assignments/summary"() {
        const assigned = async (client, filter) => (await client.get("/assignments/summary", { filter })).totals.find((one) => one.key === "assigned").value;
        for (const filter of temptingFilters(made.assignment)) {
            const seen = await stranger.list("/assignments", { filter });
            assert.ok(seen.every((row) => row.owner_id === stranger.user.id));
            assert.equal(await assigned(stranger, filter), seen.length, JSON.stringify(filter));
        }
        const { rows, former_owners: former } = await stranger.get("/assignments/summary");
        assert.deepEqual(rows.map((row) => row.key), [stranger.user.id]);
        assert.equal(former.assigned, 0);
        assert.equal(await assigned(manager, only(made.assignment)), 1);
    },
    async "GET /assignments/{id}/path"() {
        expectProblem(await stranger.send("GET", `/assignments/${made.assignment.id}/path`), 404, "not_found");
        const { events } = await manager.get(`/assignments/${made.assignment.id}/path`);
        assert.ok(events.some((event) => event.object === "opportunity" && event.record_id === made.opportunity.id));
    },
    async "GET /customers/{id}/assignments"() {
        expectProblem(await stranger.send("GET", `/customers/${made.customer.id}/assignments`), 404, "not_found");
        const { items } = await manager.get(`/customers/${made.customer.id}/assignments`);
        assert.deepEqual(items.map((item) => [item.id, item.owner_id]), [[made.assignment.id, owner.user.id]]);
    },
    async "GET /pool-rules/preview"() {
        const boss = await admin();
        const rule = await boss.post("/pool-rules", { name: unique("rule"), kind: "no_follow_up", days: 1, pool_id: lying.pool.id,
            covers: { field: "name", op: "eq", value: made.customer.name } });
        const ids = async (client) => (await client.get("/pool-rules/preview", { days: 90 })).items.map((item) => item.customer_id);
        assert.ok(!(await ids(stranger)).includes(made.customer.id));
        assert.ok((await ids(manager)).includes(made.customer.id));
        await boss.delete(`/pool-rules/${rule.id}`, rule.version);
    },
    async "POST /pool-rules/try"() {
        const body = { rule: { kind: "no_follow_up", days: 1, pool_id: lying.pool.id, covers: { field: "name", op: "eq", value: made.customer.name } }, days: 90 };
        const ids = async (client) => (await client.post("/pool-rules/try", body)).items.map((item) => item.customer_id);
        assert.ok(!(await ids(stranger)).includes(made.customer.id));
        assert.ok((await ids(manager)).includes(made.customer.id));
    },
    async "GET /pool-economics"() {
        const ids = async (client) => (await client.get("/pool-economics")).pools.map((row) => row.id);
        assert.ok(!(await ids(stranger)).includes(lying.pool.id));
        assert.ok((await ids(manager)).includes(lying.pool.id));
    },
    async "GET /pool-hoarding"() {
        const ids = async (client) => (await client.get("/pool-hoarding")).items.map((row) => row.user_id);
        assert.deepEqual(await ids(stranger), [stranger.user.id]);
        assert.ok((await ids(manager)).includes(owner.user.id));
    },
    async "GET /customers/{id}/merge"() {
        const [into, mine] = [await anotherOf(owner, "customer", made), await anotherOf(stranger, "customer", made)];
        expectProblem(await stranger.send("GET", `/customers/${into.id}/merge?source_id=${mine.id}`), 404, "not_found");
        expectProblem(await stranger.send("GET", `/customers/${mine.id}/merge?source_id=${into.id}`), 404, "not_found");
        assert.deepEqual(await manager.get(`/customers/${made.customer.id}/merge`, { source_id: into.id }), { moved: {} });
    },
    async "POST /customers/{id}/merge"() {
        const [into, mine] = [await anotherOf(owner, "customer", made), await anotherOf(stranger, "customer", made)];
        for (const [survivor, source] of [[into, mine], [mine, into]]) {
            expectProblem(await stranger.send("POST", `/customers/${survivor.id}/merge`, { body: { source_id: source.id } }), 404, "not_found");
        }
        const { id } = await manager.post(`/customers/${made.customer.id}/merge`, { source_id: into.id });
        expectProblem(await stranger.send("POST", `/customer-merges/${id}/undo`), 404, "not_found");
        expectProblem(await stranger.send("GET", `/customers/${into.id}`), 404, "not_found");
        await manager.post(`/customer-merges/${id}/undo`);
        made.customer = await owner.get(`/customers/${made.customer.id}`);
    },
    async "GET /customers/{id}/protection"() {
        expectProblem(await stranger.send("GET", `/customers/${made.customer.id}/protection`), 404, "not_found");
        assert.deepEqual((await manager.get(`/customers/${made.customer.id}/protection`)).items, []);
    },
    async "PUT /customers/{id}/protection"() {
        expectProblem(await stranger.send("PUT", `/customers/${made.customer.id}/protection`, { body: {} }), 404, "not_found");
        assert.equal((await manager.put(`/customers/${made.customer.id}/protection`, {})).items.length, 1);
    },
    async "DELETE /customers/{id}/protection"() {
        expectProblem(await stranger.send("DELETE", `/customers/${made.customer.id}/protection`), 404, "not_found");
        await manager.delete(`/customers/${made.customer.id}/protection`);
    },
    async "GET /search"() {
        for (const object of Object.keys(OWNED).filter((name) => name !== "follow_up")) {
            const find = async (client) => (await client.get("/search", { q: labelOf(object), limit: 50 })).items
                .some((item) => item.object === object && item.id === made[object].id);
            assert.equal(await find(stranger), false, object);
            assert.equal(await find(manager), true, object);
        }
    },
    async "GET /targets/grid"() {
        const seen = async (client) => (await client.get("/targets/grid", TARGETS)).rows
            .some((row) => row.subject_kind === "user" && row.subject_id === owner.user.id);
        assert.equal(await seen(stranger), false);
        assert.equal(await seen(manager), true);
        expectProblem(await stranger.send("GET", `/targets/grid?${new URLSearchParams({ ...TARGETS, department_id: theirs.id })}`), 404, "not_found");
    },
    async "POST /targets/split-people"() {
        const body = { ...TARGETS, department_id: theirs.id, total: 12_00, shares: "history", method: "even" };
        expectProblem(await stranger.send("POST", "/targets/split-people", { body }), 404, "not_found");
        assert.ok((await manager.post("/targets/split-people", body)).items.some((item) => item.user_id === owner.user.id));
    },
    async "GET /targets/map"() {
        expectProblem(await stranger.send("GET", `/targets/map?${new URLSearchParams({ ...TARGETS, department_id: theirs.id })}`), 404, "not_found");
        const people = async (client) => (await client.get("/targets/map", TARGETS)).rows.filter((row) => row.kind === "user").map((row) => row.id);
        assert.deepEqual(await people(stranger), [stranger.user.id]);
        assert.ok((await people(manager)).includes(owner.user.id));
    },
    async "POST /targets/export"() {
        const refused = await stranger.send("POST", "/targets/export", { body: { ...TARGETS, department_id: theirs.id } });
        expectProblem(refused, 404, "not_found");
        const { job_id } = await stranger.post("/targets/export", { ...TARGETS, completion: true });
        await stranger.job(job_id);
        const { url } = await stack();
        const answer = await fetch(`${url}/api/v1/jobs/${job_id}/file`, { headers: { Authorization: `Bearer ${stranger.token}` } });
        const book = readWorkbook(Buffer.from(await answer.arrayBuffer()));
        const numbers = Object.values(book).flatMap((sheet) => Object.entries(sheet).filter(([address]) => /^B\d/.test(address)).map(([, cell]) => cell.value));
        assert.ok(numbers.includes(String(stranger.user.id)));
        assert.ok(!numbers.includes(String(owner.user.id)) && !numbers.includes(String(theirs.id)));
    },
    async "POST /targets/import"() {
        const file = Buffer.from(`Kind,Number,Name,${YEAR}-02\nPerson,${owner.user.id},x,5\n`);
        const look = (client) => client.send("POST", `/targets/import?${new URLSearchParams(TARGETS)}`, { raw: file, headers: { "Content-Type": "application/octet-stream" } });
        const { body } = await look(stranger);
        assert.deepEqual([body.changes, body.faults.map((fault) => fault.code)], [[], ["not_found"]]);
        assert.equal((await look(manager)).body.changes.length, 1);
    },
    async "POST /targets/split"() {
        const body = { ...TARGETS, year: YEAR + 1, method: "last_year", total: 12_00 };
        expectProblem(await stranger.send("POST", "/targets/split", { body: { ...body, user_id: owner.user.id } }), 404, "not_found");
        expectProblem(await stranger.send("POST", "/targets/split", { body: { ...body, department_id: theirs.id } }), 404, "not_found");
        assert.equal((await manager.post("/targets/split", { ...body, user_id: owner.user.id })).amounts[1], 12_00);
    },
    async "GET /target-rounds/{id}/node"() {
        const { id } = await roundOf(await admin(), ROUND_YEAR);
        const mine = await stranger.get(`/target-rounds/${id}/node`, {});
        assert.ok(!mine.children.some((line) => line.kind === "user" && line.id === owner.user.id));
        expectProblem(await stranger.send("GET", `/target-rounds/${id}/node?department_id=${theirs.id}`), 404, "not_found");
        const team = await manager.get(`/target-rounds/${id}/node`, { department_id: theirs.id });
        assert.equal(team.node.id, theirs.id);
    },
    async "GET /target-rounds/{id}/turnover"() {
        const { id } = await roundOf(await admin(), ROUND_YEAR);
        const joined = await person({ department_id: theirs.id, joined_on: `${ROUND_YEAR}-03-01` });
        const seen = async (client) => (await client.get(`/target-rounds/${id}/turnover`)).items.some((line) => line.user_id === joined.user.id);
        assert.deepEqual([await seen(manager), await seen(stranger)], [true, false]);
        expectProblem(await stranger.send("GET", `/target-rounds/${id}/turnover?department_id=${theirs.id}`), 404, "not_found");
    },
    async "GET /target-rounds/{id}/plan"() {
        const { id } = await roundOf(await admin(), ROUND_YEAR);
        const address = (kind, subject) => `/target-rounds/${id}/plan?subject_kind=${kind}&subject_id=${subject}`;
        expectProblem(await stranger.send("GET", address("user", owner.user.id)), 404, "not_found");
        expectProblem(await stranger.send("GET", address("department", theirs.id)), 404, "not_found");
        assert.equal((await manager.get(address("user", owner.user.id))).subject_id, owner.user.id);
    },
    async "GET /targets/overview"() {
        await refuseTargets("GET", "/targets/overview");
        const mine = await stranger.get("/targets/overview", TARGETS);
        assert.equal(mine.node.actual, 900_00, "the stranger's own contract only");
        const team = await manager.get("/targets/overview", TARGETS);
        assert.ok(team.children.some((child) => child.id === owner.user.id && child.actual >= 900_00));
    },
    async "POST /measures/preview"() {
        const counted = async (client, filter) =>
            (await client.post("/measures/preview", { object: "opportunity", how: "count", date_field: "engaged_on", filter, year: 2023 })).count;
        assert.equal(await counted(stranger, { field: "name", op: "eq", value: made.opportunity.name }), 0);
        assert.equal(await counted(manager, { field: "name", op: "eq", value: made.opportunity.name }), 1);
    },
    async "GET /targets/sub-goals"() {
        await refuseTargets("GET", "/targets/sub-goals");
        assert.equal((await stranger.get("/targets/sub-goals", { ...TARGETS, quarter: 0 })).actual, 900_00);
        assert.equal((await manager.get("/targets/sub-goals", { ...TARGETS, user_id: owner.user.id, quarter: 0 })).node.id, owner.user.id);
    },
    async "GET /targets/sub-goals/rows"() {
        for (const pick of [{ user_id: owner.user.id }, { department_id: theirs.id }]) {
            expectProblem(await stranger.send("GET", `/targets/sub-goals/rows?${new URLSearchParams({ figure: "contracts", source: "own", ...pick })}`), 404, "not_found");
        }
        for (const figure of ["first_visits", "opportunities", "contracts", "received", "outstanding"]) {
            const { items } = await stranger.get("/targets/sub-goals/rows", { figure, source: "company", limit: 200 });
            assert.ok(items.every((item) => ![made.contract.id, made.payment.id, made.customer.id].includes(item.record_id)), figure);
        }
        assert.ok((await manager.get("/targets/sub-goals/rows", { figure: "outstanding", source: "own", user_id: owner.user.id, quarter: 0, year: 2099 }))
            .items.some((item) => item.record_id === made.contract.id));
    },
    async "GET /targets/outlook"() {
        await refuseTargets("GET", "/targets/outlook");
        assert.equal((await stranger.get("/targets/outlook", TARGETS)).actual, 900_00);
        assert.ok((await manager.get("/targets/outlook", { ...TARGETS, user_id: owner.user.id })).actual >= 900_00);
    },
    async "GET /targets/facts"() {
        await refuseTargets("GET", "/targets/facts");
        for (const [measure, object] of [["signed_amount", "contract"], ["received_amount", "payment"], ["follow_ups", "follow_up"]]) {
            const mine = await stranger.get("/targets/facts", { ...TARGETS, measure, limit: 200 });
            assert.ok(mine.items.every((item) => item.user_id === stranger.user.id), measure);
            const team = await manager.get("/targets/facts", { ...TARGETS, measure, limit: 200 });
            assert.ok(team.items.some((item) => item.object === object && item.record_id === made[object].id), measure);
        }
    },
};

const SHOWING = new Set(["list", "one", "aggregate", "search", "export"]);

for (const route of TABLE.filter((row) => SHOWING.has(row.records))) {
    const address = `${route.method} ${route.path}`;
    test(`nothing leaks through ${address}`, async () => {
        const plural = (OWNED[route.object] ?? HISTORIES[route.object])?.plural;
        const generic = plural === undefined ? undefined : GENERIC[address.replace(new RegExp(`/${plural}(?=/|$)`), "/{plural}")];
        const way = SPECIAL[address] ?? generic;
        assert.ok(way, `the leak test does not know how to try ${address}: teach it`);
        await way(route.object, plural);
    });
}

test("what is shown whole is a directory, and every object with an owner is tried", () => {
    const directories = new Set(TABLE.filter((row) => row.records === "directory").map((row) => row.object));
    assert.deepEqual([...directories].sort(), ["department", "discount_authority", "escalation_step", "exchange_rate", "holding_limit", "pool_route", "pool_rule", "pool_run", "price_book", "print_template", "product", "sla_policy", "tag", "user"]);
    const tried = new Set(TABLE.filter((row) => SHOWING.has(row.records)).map((row) => row.object));
    assert.deepEqual([...tried].sort(), [...Object.keys(OWNED), ...Object.keys(HISTORIES), ...PLACES, "target"].sort());
});

test("a bulk action reaches nothing outside the scope", async () => {
    for (const [object, { plural }] of Object.entries(OWNED)) {
        const record = await anotherOf(owner, object, made);
        const changes = object === "follow_up" ? { content: "bulk" } : { remark: "bulk" };
        for (const body of [{ action: "update", changes }, { action: "transfer", owner_id: stranger.user.id }, { action: "delete" }]) {
            const { job_id: named } = await stranger.post(`/${plural}/bulk`, { ...body, ids: [record.id] });
            const { result } = await stranger.job(named);
            assert.deepEqual([result.done, result.refused, result.reasons[0].code], [0, 1, "not_found"], `${plural} ${body.action}`);
            const { job_id: found } = await stranger.post(`/${plural}/bulk`, { ...body, filter: { field: "owner_id", op: "eq", value: owner.user.id } });
            assert.equal((await stranger.job(found)).result.done, 0);
            await unchanged(object, record);
        }
    }
});

test("the change feed tells of nothing outside the scope", async () => {
    const feed = async (client) => {
        const items = [];
        for (let since = 0, more = true; more;) {
            const page = await client.get("/changes", { since });
            items.push(...page.items);
            more = page.more && page.since > since;
            since = page.since;
        }
        return items;
    };
    // The feed keeps some seconds back so that no late commit is passed over.
    await new Promise((resolve) => setTimeout(resolve, 5500));
    const has = (items, object) => items.some((item) => item.object === object && item.record_id === made[object].id);
    const [strangers, managers] = [await feed(stranger), await feed(manager)];
    for (const object of Object.keys(OWNED)) {
        assert.equal(has(strangers, object), false, object);
        assert.equal(has(managers, object), true, object);
    }
});

test("a reference to a record outside the scope is as if there were none", async () => {
    const bodies = {
        contacts: { name: "x", customer_id: made.customer.id },
        "follow-ups": { content: "x", customer_id: made.customer.id },
        opportunities: { name: "x", customer_id: made.customer.id },
        contracts: { name: "x", customer_id: made.customer.id },
        "change-orders": { contract_id: made.contract.id, reason: "x", amount_minor: 1 },
        quotes: { name: "x", customer_id: made.customer.id },
        installments: { contract_id: made.contract.id, name: "x", due_on: "2023-01-01", amount_minor: 1 },
        invoices: { contract_id: made.contract.id, amount_minor: 1, issued_on: "2023-01-01" },
        payments: { contract_id: made.contract.id, amount_minor: 1, received_on: "2023-01-01" },
        refunds: { payment_id: made.payment.id, amount_minor: 1, refunded_on: "2023-01-01" },
    };
    for (const [plural, body] of Object.entries(bodies)) {
        const reference = Object.keys(body).find((name) => name.endsWith("_id"));
        const foreign = expectProblem(await stranger.send("POST", `/${plural}`, { body }), 422, "invalid", reference);
        const absent = expectProblem(await stranger.send("POST", `/${plural}`, { body: { ...body, [reference]: 987654321 } }), 422, "invalid", reference);
        assert.deepEqual(foreign.errors, absent.errors, plural);
    }
    expectProblem(await stranger.send("POST", "/contracts", { body: { name: "x", opportunity_id: made.opportunity.id } }), 422, "invalid", "opportunity_id");
});

test("counts are the same in list, total, aggregate and export", async () => {
    for (const client of [stranger, manager]) {
        for (const [object, { plural }] of Object.entries(OWNED)) {
            const items = await client.list(`/${plural}`);
            const { total, total_exact } = await client.get(`/${plural}`, { total: 1, limit: 1 });
            const exported = await exportRows(client, plural, { columns: ["id"] });
            assert.equal(total_exact, true);
            assert.deepEqual([total, await measured(client, plural), exported.length - 1], Array(3).fill(items.length), plural);
            assert.deepEqual(exported.slice(1).map((row) => Number(row[0])).sort(), items.map((item) => item.id).sort(), plural);
            assert.ok(meta[object]);
        }
    }
});

test("jobs and shares of others are not found", async () => {
    const { job_id } = await manager.post("/customers/export", { format: "csv" });
    await manager.job(job_id);
    const noOne = await personWith(await role("own", { permissions: ["customer.view"] }));
    expectProblem(await noOne.send("GET", `/jobs/${job_id}`), 404, "not_found");
    expectProblem(await noOne.send("GET", `/jobs/${job_id}/file`), 404, "not_found");
    expectProblem(await noOne.send("POST", `/jobs/${job_id}/cancel`), 404, "not_found");
    assert.ok(!(await noOne.get("/jobs")).items.some((job) => job.id === job_id));
    expectProblem(await stranger.send("GET", `/shares?object=customer&record_id=${made.customer.id}`), 404, "not_found");
    const explained = await stranger.get("/explain", { object: "customer", record_id: made.customer.id });
    assert.deepEqual([explained.visible, explained.reasons.map((reason) => reason.kind)], [false, ["outside_scope"]]);
});
