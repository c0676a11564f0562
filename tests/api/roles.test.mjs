// Who may have a role give what: nobody gives more than he has, in actions, in records and in fields, to himself least
// of all; and what a body of a role may say.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, department, expectProblem, person, stack, unique } from "./lib.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

const KEYS = ["role.view", "role.edit", "user.view", "user.edit", "user.create", "customer.view", "customer.edit"];
let boss;

before(async () => {
    boss = await admin();
});

const body = (more = {}) => ({ name: unique("role"), permissions: ["customer.view"], scopes: [], fields: [], ...more });
const scopeOf = (scope, department_ids) => [{ object: "customer", scope, department_ids }];

/** Somebody who edits roles, with one scope for customers. */
async function clerk(scope, { department_ids, ...options } = {}) {
    const made = await role(scope, { permissions: KEYS, scopes: scopeOf(scope, department_ids), fields: options.fields ?? [] });
    const client = await personWith(made, { department_id: options.department_id });
    client.role = made;
    return client;
}

async function refused(client, asked, field, code = "beyond_own") {
    const problem = expectProblem(await client.send("POST", "/roles", { body: body(asked) }), 422, "invalid", field);
    assert.equal(problem.errors.find((error) => error.field === field).code, code, JSON.stringify(problem.errors));
}

async function replace(client, id, change) {
    const now = await boss.get(`/roles/${id}`);
    const { name, permissions, scopes, fields } = now;
    return client.send("PUT", `/roles/${id}`, { body: { name, permissions, scopes, fields, ...change }, headers: { "If-Match": `${now.version}` } });
}

test("a scope is given as far as the giver's own reaches, of that kind of record", async () => {
    const allowed = {
        none: ["none"],
        own: ["none", "own"],
        own_and_subordinates: ["none", "own", "own_and_subordinates"],
        department: ["none", "own", "department"],
        department_and_below: ["none", "own", "department", "department_and_below"],
        chosen_departments: ["none", "own"],
        all: ["none", "own", "own_and_subordinates", "department", "department_and_below", "all"],
    };
    for (const [held, reached] of Object.entries(allowed)) {
        const giver = await clerk(held);
        for (const scope of Object.keys(allowed).filter((word) => word !== "chosen_departments")) {
            if (reached.includes(scope)) {
                await giver.post("/roles", body({ scopes: scopeOf(scope) }));
            } else {
                await refused(giver, { scopes: scopeOf(scope) }, "scopes.0.scope");
            }
        }
        await refused(giver, { scopes: [{ object: "contract", scope: "own" }] }, "scopes.0.scope");
        await refused(giver, { scopes: [{ object: "target", scope: "all" }] }, "scopes.0.scope");
    }
});

test("departments are chosen among those the giver sees with all below them", async () => {
    const top = await department();
    const below = await department({ parent_id: top.id });
    const beside = await department();
    const head = await clerk("department_and_below", { department_id: top.id });
    await head.post("/roles", body({ scopes: scopeOf("chosen_departments", [top.id, below.id]) }));
    await refused(head, { scopes: scopeOf("chosen_departments", [below.id, beside.id]) }, "scopes.0.department_ids.1");
    const flat = await clerk("department", { department_id: top.id });
    await refused(flat, { scopes: scopeOf("chosen_departments", [top.id]) }, "scopes.0.department_ids.0");
    const choosing = await clerk("chosen_departments", { department_ids: [top.id] });
    await choosing.post("/roles", body({ scopes: scopeOf("chosen_departments", [below.id]) }));
    await refused(choosing, { scopes: scopeOf("chosen_departments", [beside.id]) }, "scopes.0.department_ids.0");
    await refused(await clerk("none"), { scopes: scopeOf("chosen_departments", []) }, "scopes.0.scope");
    await refused(boss, { scopes: scopeOf("chosen_departments", [987654321]) }, "scopes.0.department_ids.0", "no_such_record");
});

test("what a role gave before stays, and may become less; more is for who has it", async () => {
    const giver = await clerk("own");
    const wide = await boss.post("/roles", body({ permissions: ["customer.view", "customer.delete"], scopes: scopeOf("department_and_below") }));
    assert.equal((await replace(giver, wide.id, { description: "kept" })).status, 200);
    expectProblem(await replace(giver, wide.id, { scopes: scopeOf("all") }), 422, "invalid", "scopes.0.scope");
    assert.equal((await replace(giver, wide.id, { scopes: scopeOf("department") })).status, 200);
    expectProblem(await replace(giver, wide.id, { scopes: scopeOf("department_and_below") }), 422, "invalid", "scopes.0.scope");
    // His own role most of all.
    expectProblem(await replace(giver, giver.role.id, { scopes: scopeOf("all") }), 422, "invalid", "scopes.0.scope");
    expectProblem(await replace(giver, giver.role.id, { permissions: [...KEYS, "customer.delete"] }), 422, "invalid", `permissions.${KEYS.length}`);
    assert.deepEqual((await boss.get(`/roles/${giver.role.id}`)).scopes, [{ object: "customer", scope: "own", department_ids: [] }]);
    const place = await department();
    const chosen = await boss.post("/roles", body({ scopes: scopeOf("chosen_departments", [place.id]) }));
    const inside = await department({ parent_id: place.id });
    assert.equal((await replace(giver, chosen.id, { scopes: scopeOf("chosen_departments", [inside.id, place.id]) })).status, 200);
    const elsewhere = await department();
    expectProblem(await replace(giver, chosen.id, { scopes: scopeOf("chosen_departments", [place.id, elsewhere.id]) }), 422, "invalid", "scopes.0.department_ids.1");
});

test("a field that is closed to the giver is closed in every role he makes or changes", async () => {
    const closed = [{ object: "customer", field: "phone", access: "masked" }, { object: "user", field: "phone", access: "hidden" }];
    const giver = await clerk("all", { fields: closed });
    await refused(giver, {}, "fields");
    await refused(giver, { fields: [{ object: "customer", field: "phone", access: "read" }] }, "fields.0.access");
    const made = await giver.post("/roles", body({ fields: [{ object: "customer", field: "phone", access: "hidden" }] }));
    assert.equal((await replace(giver, made.id, { fields: [{ object: "customer", field: "phone", access: "masked" }] })).status, 200);
    for (const fields of [[], [{ object: "customer", field: "phone", access: "edit" }]]) {
        const field = fields.length === 0 ? "fields" : "fields.0.access";
        expectProblem(await replace(giver, made.id, { fields }), 422, "invalid", field);
        expectProblem(await replace(giver, giver.role.id, { fields: [...fields, closed[1]] }), 422, "invalid", field);
    }
    // An action opens the fields of its object, and a directory that a role no longer closes is open to everybody.
    const without = await boss.post("/roles", body({ permissions: ["product.view"] }));
    expectProblem(await replace(giver, without.id, { permissions: ["product.view", "customer.view"] }), 422, "invalid", "fields");
    expectProblem(await replace(giver, giver.role.id, { permissions: KEYS.filter((key) => !key.startsWith("user.")) }), 422, "invalid", "fields");
    const open = await boss.post("/roles", body());
    assert.equal((await replace(giver, open.id, { description: "was open before" })).status, 200);
});

test("a role is given to a person as far as what it opens there is open to the giver", async () => {
    const place = await department();
    const team = await department({ parent_id: place.id });
    const head = await clerk("department_and_below", { department_id: place.id, fields: [{ object: "customer", field: "phone", access: "masked" }] });
    const closed = [{ object: "customer", field: "phone", access: "hidden" }];
    const roles = {
        all: await boss.post("/roles", body({ scopes: scopeOf("all"), fields: closed })),
        below: await boss.post("/roles", body({ scopes: scopeOf("department_and_below"), fields: closed })),
        phone: await boss.post("/roles", body({ scopes: scopeOf("own") })),
        plain: await boss.post("/roles", body({ scopes: scopeOf("own"), fields: closed })),
    };
    const member = await person({ department_id: team.id, role_ids: [roles.plain.id] });
    const outsider = await person({ role_ids: [roles.plain.id], department_id: (await company()).id });
    const give = async (client, ...names) => {
        const { version } = await boss.get(`/users/${client.user.id}`);
        return head.send("PATCH", `/users/${client.user.id}`, { body: { role_ids: names.map((name) => roles[name].id) }, headers: { "If-Match": `${version}` } });
    };
    expectProblem(await give(member, "plain", "all"), 422, "invalid", "role_ids.1");
    expectProblem(await give(member, "phone"), 422, "invalid", "role_ids.0");
    expectProblem(await give(outsider, "plain", "below"), 422, "invalid", "role_ids.1");
    expectProblem(await head.send("POST", "/users", { body: { login: unique("n").toLowerCase(), name: "n", department_id: place.id, role_ids: [roles.all.id] } }),
        422, "invalid", "role_ids.0");
    assert.deepEqual((await boss.get(`/users/${outsider.user.id}`)).role_ids, [roles.plain.id], "nothing was kept");
    assert.equal((await give(member, "plain", "below")).status, 200);
    assert.equal((await give(outsider, "plain")).status, 200, "what he had he may keep");
    expectProblem(await boss.send("PATCH", `/users/${member.user.id}`, { body: { role_ids: [roles.plain.id, roles.plain.id] },
        headers: { "If-Match": `${(await boss.get(`/users/${member.user.id}`)).version}` } }), 422, "invalid", "role_ids.1");
});

test("nothing is named twice, and lists may be empty but not missing", async () => {
    await refused(boss, { permissions: ["customer.view", "customer.edit", "customer.view"] }, "permissions.2", "duplicate");
    await refused(boss, { scopes: [...scopeOf("own"), ...scopeOf("all")] }, "scopes.1.object", "duplicate");
    await refused(boss, { scopes: scopeOf("chosen_departments", [(await company()).id, (await company()).id]) }, "scopes.0.department_ids.1", "duplicate");
    const twice = [{ object: "customer", field: "phone", access: "read" }, { object: "customer", field: "phone", access: "hidden" }];
    await refused(boss, { fields: twice }, "fields.1.field", "duplicate");
    const empty = await boss.post("/roles", body({ permissions: [], scopes: [] }));
    assert.deepEqual([empty.permissions, empty.scopes, empty.fields], [[], [], []]);
    for (const missing of ["permissions", "scopes"]) {
        const { [missing]: left, ...rest } = body();
        assert.deepEqual(left.length < 2, true);
        expectProblem(await boss.send("POST", "/roles", { body: rest }), 422, "invalid", missing);
    }
});
