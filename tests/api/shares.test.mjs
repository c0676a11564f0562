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
