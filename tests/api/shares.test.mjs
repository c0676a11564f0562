// Shares of records: what they open, how far they cascade, when they end, and the explanation that goes with them (ORG-5).

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, department, expectProblem, person, sql, stack, unique } from "./lib.mjs";

await stack();

let owner;
let colleague;
let manager;
let north;

before(async () => {
    north = await department({ name: unique("north") });
    const south = await department({ name: unique("south") });
    owner = await person({ role: "sales", department_id: north.id });
    manager = await person({ role: "manager", department_id: north.id });
    colleague = await person({ role: "sales", department_id: south.id });
    await company();
});

const makeCustomer = () => owner.post("/customers", { name: unique("customer") });
const explain = (client, record, user) =>
    client.get("/explain", { object: "customer", record_id: record.id, user_id: user?.user.id });
const share = (client, record, more = {}) =>
    client.send("POST", "/shares", { body: { object: "customer", record_id: record.id, user_id: colleague.user.id, ...more } });

test("a share opens the record to read, and closes again", async () => {
    const customer = await makeCustomer();
    expectProblem(await colleague.send("GET", `/customers/${customer.id}`), 404, "not_found");
    const made = await share(owner, customer);
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.user_id, colleague.user.id);
    assert.deepEqual(made.body.cascade_to, []);
    const seen = await colleague.get(`/customers/${customer.id}`);
    assert.equal(seen.id, customer.id);
    assert.ok((await colleague.list("/customers")).some((item) => item.id === customer.id));
    expectProblem(await colleague.send("PATCH", `/customers/${customer.id}`, { body: { name: "x" }, headers: { "If-Match": `${seen.version}` } }),
        403, "forbidden");
    const { items } = await owner.get("/shares", { object: "customer", record_id: customer.id });
    assert.deepEqual(items.map((item) => item.id), [made.body.id]);
    await owner.delete(`/shares/${made.body.id}`);
    expectProblem(await colleague.send("GET", `/customers/${customer.id}`), 404, "not_found");
    assert.ok(!(await colleague.list("/customers")).some((item) => item.id === customer.id));
});

test("a share for writing lets the colleague write, the same person twice replaces", async () => {
    const customer = await makeCustomer();
    const first = await share(owner, customer);
    const second = await share(owner, customer, { can_edit: true });
    assert.equal(second.body.id, first.body.id);
    assert.equal(second.body.can_edit, true);
    const changed = await colleague.patch(`/customers/${customer.id}`, { remark: "seen" }, customer.version);
    assert.equal(changed.remark, "seen");
});

test("children open only when the share cascades to them", async () => {
    const customer = await makeCustomer();
    const contact = await owner.post("/contacts", { customer_id: customer.id, name: "Han" });
    await share(owner, customer);
    expectProblem(await colleague.send("GET", `/contacts/${contact.id}`), 404, "not_found");
    await share(owner, customer, { cascade_to: ["contact"] });
    assert.equal((await colleague.get(`/contacts/${contact.id}`)).id, contact.id);
    assert.ok((await colleague.list("/contacts")).some((item) => item.id === contact.id));
    const reasons = await colleague.get("/explain", { object: "contact", record_id: contact.id });
    assert.deepEqual(reasons.reasons.map((reason) => reason.kind), ["share"]);
    const { id: _, ...opened } = reasons.reasons[0].share;
    assert.deepEqual(opened, { object: "customer", record_id: customer.id, can_edit: false, until_on: null,
        created_by_name: owner.user.name });
    expectProblem(await share(owner, customer, { cascade_to: ["product"] }), 422, "invalid", "cascade_to");
});

test("the owner of a record always sees its children", async () => {
    const customer = await makeCustomer();
    await share(owner, customer, { can_edit: true, cascade_to: ["contact"] });
    const contact = await colleague.post("/contacts", { customer_id: customer.id, name: "Mei", owner_id: colleague.user.id });
    assert.equal((await owner.get(`/contacts/${contact.id}`)).id, contact.id);
    const { visible, reasons } = await owner.get("/explain", { object: "contact", record_id: contact.id });
    assert.ok(visible);
    assert.ok(reasons.every((reason) => ["parent", "role"].includes(reason.kind)));
});

test("a share ends with its last day", async () => {
    const customer = await makeCustomer();
    const made = await share(owner, customer, { until_on: "2099-12-31" });
    assert.equal(made.body.until_on, "2099-12-31");
    assert.equal((await explain(colleague, customer)).reasons[0].share.until_on, "2099-12-31");
    await sql(`UPDATE record_share SET until_on = '2020-01-01' WHERE id = ${made.body.id}`);
    expectProblem(await colleague.send("GET", `/customers/${customer.id}`), 404, "not_found");
    expectProblem(await share(owner, customer, { until_on: "2020-01-01" }), 422, "invalid", "until_on");
});

test("nobody shares what is not theirs to share", async () => {
    const customer = await makeCustomer();
    expectProblem(await share(colleague, customer), 404, "not_found");
    await share(owner, customer, { can_edit: true });
    // What was shared is not passed on.
    expectProblem(await colleague.send("POST", "/shares",
        { body: { object: "customer", record_id: customer.id, user_id: manager.user.id } }), 404, "not_found");
    expectProblem(await share(owner, customer, { user_id: owner.user.id }), 422, "invalid", "user_id");
    expectProblem(await share(owner, customer, { object: "product" }), 422, "invalid", "object");
    const { items } = await owner.get("/shares", { object: "customer", record_id: customer.id });
    const stranger = await person({ role: "sales" });
    expectProblem(await stranger.send("DELETE", `/shares/${items[0].id}`), 404, "not_found");
    expectProblem(await stranger.send("GET", `/shares?object=customer&record_id=${customer.id}`), 404, "not_found");
    // Who received it may give it back.
    await colleague.delete(`/shares/${items[0].id}`);
});

test("the explanation names role, scope and share", async () => {
    const customer = await makeCustomer();
    const boss = await admin();
    assert.deepEqual((await explain(owner, customer)).reasons.map(({ kind, scope }) => ({ kind, scope })), [{ kind: "role", scope: "own" }]);
    assert.deepEqual((await explain(manager, customer)).reasons.map(({ kind, scope }) => ({ kind, scope })),
        [{ kind: "role", scope: "department_and_below" }]);
    const absent = await explain(colleague, customer);
    assert.equal(absent.visible, false);
    assert.deepEqual(absent.reasons.map((reason) => reason.kind), ["outside_scope"]);
    const made = await share(owner, customer, { can_edit: true, until_on: "2099-01-31" });
    const { visible, reasons } = await explain(boss, customer, colleague);
    assert.equal(visible, true);
    assert.deepEqual(reasons, [{ kind: "share", role_name: null, scope: null, share: { id: made.body.id, object: "customer",
        record_id: customer.id, can_edit: true, until_on: "2099-01-31", created_by_name: owner.user.name } }]);
    assert.deepEqual((await explain(boss, customer)).reasons.map((reason) => reason.kind), ["admin"]);
    expectProblem(await owner.send("GET", `/explain?object=customer&record_id=${customer.id}&user_id=${colleague.user.id}`), 403, "forbidden");
    // A record that does not exist looks like one outside the scope.
    assert.deepEqual((await explain(colleague, { id: 999999999 })).reasons.map((reason) => reason.kind), ["outside_scope"]);
});

test("shares end when nobody holds the customer any more, whatever the way, and its story tells it", async () => {
    const boss = await admin();
    const pool = await boss.post("/pools", { name: unique("公海"), members: [{ user_id: owner.user.id }] });
    const withContact = { cascade_to: ["contact"], can_edit: true };
    const shared = async (more = {}) => {
        const customer = await owner.post("/customers", { name: unique("customer"), ...more });
        const contact = await owner.post("/contacts", { name: unique("contact"), customer_id: customer.id, mobile: "13812345678", duplicate_confirmed: true });
        assert.equal((await share(owner, customer, withContact)).status, 201);
        await colleague.get(`/customers/${customer.id}`);
        return { customer, contact };
    };
    const closed = async ({ customer, contact }) => {
        expectProblem(await colleague.send("GET", `/customers/${customer.id}`), 404, "not_found");
        expectProblem(await colleague.send("GET", `/contacts/${contact.id}`), 404, "not_found");
        expectProblem(await colleague.send("GET", `/customers/${customer.id}/timeline`), 404, "not_found");
        const rows = await sql(`SELECT action, changes FROM audit_entry WHERE object = 'customer' AND record_id = ${customer.id} AND action IN ('share', 'unshare') ORDER BY id DESC LIMIT 1`);
        assert.deepEqual([rows[0][0], JSON.parse(rows[0][1]).shared_with_id], ["unshare", [colleague.user.id, null]]);
        // Nobody is let in beside the pool's members.
        expectProblem(await share(boss, customer), 409, "in_pool");
    };
    const returned = await shared();
    await owner.post("/pool-returns", { customer_ids: [returned.customer.id], pool_id: pool.id, reason: "没有需求" });
    await closed(returned);
    // Whoever takes it from there begins anew.
    await owner.post(`/pools/${pool.id}/claim`, { customer_ids: [returned.customer.id] });
    expectProblem(await colleague.send("GET", `/customers/${returned.customer.id}`), 404, "not_found");
    // A run takes it, and its undo brings back who worked on it, once.
    const industry = unique("行业");
    const recycled = await shared({ industry });
    await sql(`UPDATE customer SET held_since = UTC_TIMESTAMP(3) - INTERVAL 40 DAY WHERE id = ${recycled.customer.id}`);
    const rule = await boss.post("/pool-rules", { name: unique("规则"), kind: "no_follow_up", days: 10, pool_id: pool.id, covers: { field: "industry", op: "eq", value: industry } });
    const started = await boss.post("/pool-runs", undefined);
    const { result } = await boss.job(started.job_id);
    await boss.delete(`/pool-rules/${rule.id}`, rule.version);
    await closed(recycled);
    const undone = await boss.post(`/pool-runs/${result.run_id}/undo`, undefined);
    await boss.job(undone.job_id);
    assert.equal((await colleague.get(`/customers/${recycled.customer.id}`)).owner_id, owner.user.id);
    const { items: [again] } = await owner.get("/shares", { object: "customer", record_id: recycled.customer.id });
    assert.deepEqual([again.user_id, again.can_edit, again.cascade_to], [colleague.user.id, true, ["contact"]]);
    assert.deepEqual(await sql(`SELECT COUNT(*) FROM record_share_ended WHERE record_id = ${recycled.customer.id}`), [["0"]]);
    // From person to person it goes with its shares.
    const passed = await shared();
    await manager.post(`/customers/${passed.customer.id}/transfer`, { owner_id: manager.user.id });
    await colleague.get(`/customers/${passed.customer.id}`);
});
