// What somebody tried to break the program with, kept so that it stays unbroken.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { admin, expectProblem, person, roleId, stack, unique, until } from "./lib.mjs";

const { url } = await stack();

/** A PATCH or POST whose answer may be a refusal. */
function attempt(client, method, path, body, version) {
    return client.send(method, path, { body, headers: version === undefined ? {} : { "If-Match": `${version}` } });
}

test("who edits roles gives nobody more than he has, himself least of all", async () => {
    const operator = await person({ role: "operations" });
    const colleague = await person({ role: "sales" });
    const administrator = await roleId("admin");
    for (const victim of [operator, colleague]) {
        const { version } = await operator.get(`/users/${victim.user.id}`);
        expectProblem(await attempt(operator, "PATCH", `/users/${victim.user.id}`, { role_ids: [administrator] }, version),
            422, "invalid", "role_ids.0");
    }
    // By way of a role that is made, or widened, for it.
    const wide = { name: unique("role"), permissions: ["session.revoke"], scopes: [{ object: "customer", scope: "own" }], fields: [] };
    expectProblem(await attempt(operator, "POST", "/roles", wide), 422, "invalid", "permissions.0");
    const own = await operator.get(`/roles/${await roleId("operations")}`);
    const widened = { name: own.name, permissions: [...own.permissions, "session.revoke"], scopes: own.scopes, fields: own.fields };
    expectProblem(await attempt(operator, "PUT", `/roles/${own.id}`, widened, own.version),
        422, "invalid", `permissions.${own.permissions.length}`);
    // By way of a role that an administrator made.
    const made = await (await admin()).post("/roles", { ...wide, name: unique("role") });
    const { version } = await operator.get(`/users/${operator.user.id}`);
    expectProblem(await attempt(operator, "PATCH", `/users/${operator.user.id}`, { role_ids: [own.id, made.id] }, version),
        422, "invalid", "role_ids.1");
    // What he has he may give.
    const them = await operator.get(`/users/${colleague.user.id}`);
    await operator.patch(`/users/${colleague.user.id}`, { role_ids: [await roleId("manager")] }, them.version);
});

test("only an administrator touches an administrator", async () => {
    const operator = await person({ role: "operations" });
    const boss = await person({ role: "admin" });
    const { version } = await operator.get(`/users/${boss.user.id}`);
    expectProblem(await attempt(operator, "PATCH", `/users/${boss.user.id}`, { role_ids: [await roleId("sales")] }, version), 422, "invalid", "role_ids");
    for (const action of ["disable", "enable"]) {
        const body = action === "disable" ? {} : undefined;
        expectProblem(await attempt(operator, "POST", `/users/${boss.user.id}/${action}`, body), 403, "forbidden");
    }
    expectProblem(await attempt(operator, "POST", `/users/${boss.user.id}/reset-password`), 403, "forbidden");
    assert.equal((await boss.get("/auth/me")).is_admin, true);
});

test("the change feed tells of deletions, and of nobody's coming and going", async () => {
    const rep = await person({ role: "manager" });
    const other = await person({ role: "sales" });
    const customer = await rep.post("/customers", { name: unique("客户") });
    await rep.delete(`/customers/${customer.id}`, customer.version);
    const items = await until(async () => {
        const all = [];
        for (let since = 0, more = true; more;) {
            const page = await rep.get("/changes", { since });
            all.push(...page.items);
            ({ more, since } = page);
        }
        return all.some((item) => item.object === "customer" && item.record_id === customer.id && item.action === "delete") ? all : null;
    });
    assert.deepEqual(items.filter((item) => item.record_id === other.user.id && /sign|session|password|refresh/.test(item.action)), []);
});

test("the change feed tells of every change of owners, whatever its cause", async () => {
    const rep = await person({ role: "sales" });
    const boss = await admin();
    const pool = await boss.post("/pools", { name: unique("公海"), members: [{ user_id: rep.user.id }] });
    const customer = await boss.post("/customers", { name: unique("客户"), pool_id: pool.id });
    await rep.post(`/pools/${pool.id}/claim`, { customer_ids: [customer.id] });
    await rep.post("/pool-returns", { customer_ids: [customer.id], pool_id: pool.id, reason: "不跟了" });
    await boss.job((await boss.post("/assignment-batches", { ids: [customer.id], strategy: "one", people: [{ user_id: rep.user.id }] })).job_id);
    const actions = await until(async () => {
        const all = [];
        for (let since = 0, more = true; more;) {
            const page = await rep.get("/changes", { since });
            all.push(...page.items);
            ({ more, since } = page);
        }
        const found = all.filter((item) => item.object === "customer" && item.record_id === customer.id).map((item) => item.action);
        return found.includes("assign") ? found : null;
    });
    assert.deepEqual(actions, ["create", "claim", "return", "assign"]);
});

test("a body sent in chunks is read", async () => {
    const rep = await person({ role: "sales" });
    const name = unique("客户");
    const answer = await new Promise((resolve, reject) => {
        const headers = { Authorization: `Bearer ${rep.token}`, "Content-Type": "application/json", "Transfer-Encoding": "chunked" };
        const out = request(`${url}/api/v1/customers`, { method: "POST", headers }, (reply) => {
            let text = "";
            reply.on("data", (chunk) => (text += chunk)).on("end", () => resolve({ status: reply.statusCode, body: JSON.parse(text) }));
        }).on("error", reject);
        out.write('{"name":');
        out.end(`${JSON.stringify(name)}}`);
    });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.equal(answer.body.name, name);
});
