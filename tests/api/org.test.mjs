// The organisation: departments, people, roles and their scopes, moves that leave the past where it happened, and what
// happens when somebody leaves (ORG-1…7).
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, department, expectProblem, person, roleId, send, sql, stack, unique } from "./lib.mjs";
import { OWNED, personWith, recordsOf, role } from "./samples.mjs";

await stack();

let boss;

before(async () => {
    boss = await admin();
});

const ifMatch = (record) => ({ "If-Match": String(record.version) });

test("departments stand in a tree of any depth, and never below themselves", async () => {
    const chain = [];
    for (let level = 0; level < 10; level++) {
        chain.push(await department({ name: unique(`level ${level}`), parent_id: chain.at(-1)?.id }));
    }
    const { items } = await boss.get("/departments/tree");
    const depth = (one) => items.find((item) => item.id === one.id).depth;
    assert.deepEqual(chain.map(depth), chain.map((_, index) => index + 1));
    const under = await boss.list("/departments", { filter: { field: "parent_id", op: "under", value: chain[7].id } });
    assert.deepEqual(under.map((item) => item.id).sort(), [chain[8].id, chain[9].id].sort());
    for (const parent_id of [chain[0].id, chain[1].id, chain[9].id]) {
        const answer = await boss.send("PATCH", `/departments/${chain[0].id}`, { body: { parent_id }, headers: ifMatch(chain[0]) });
        expectProblem(answer, 422, "invalid", "parent_id");
    }
    // A subtree moves whole.
    const elsewhere = await department();
    await boss.patch(`/departments/${chain[5].id}`, { parent_id: elsewhere.id }, chain[5].version);
    const seller = await person({ department_id: chain[9].id });
    const manager = await person({ role: "manager", department_id: elsewhere.id });
    const old = await person({ role: "manager", department_id: chain[4].id });
    const customer = await seller.post("/customers", { name: unique("c") });
    assert.equal((await manager.get(`/customers/${customer.id}`)).id, customer.id);
    expectProblem(await old.send("GET", `/customers/${customer.id}`), 404, "not_found");
    expectProblem(await boss.send("DELETE", `/departments/${chain[9].id}`, { headers: ifMatch(chain[9]) }), 409, "in_use");
    expectProblem(await boss.send("DELETE", `/departments/${chain[3].id}`, { headers: ifMatch(chain[3]) }), 409, "in_use");
});

test("people are kept with their place and roles", async () => {
    const place = await department();
    const body = { login: unique("Zhang"), name: "张三", department_id: place.id, role_ids: [await roleId("sales")], first_password: "Green-Tea-77-Leaves" };
    const made = await boss.post("/users", body);
    assert.deepEqual([made.login, made.role_ids, made.status, made.department_name], [body.login.toLowerCase(), body.role_ids, "active", place.name]);
    assert.equal(JSON.stringify(made).includes("Green-Tea"), false, "a password is never answered");
    const [[noted]] = await sql(`SELECT COUNT(*) FROM audit_entry WHERE changes LIKE '%Green-Tea%'`);
    assert.equal(Number(noted), 0, "nor kept in the log");
    const answer = await send("POST", "/auth/sign-in", { body: { login: body.login, password: body.first_password, client: "app" } });
    assert.equal(answer.body.user.must_change_password, true);
    const two = await boss.patch(`/users/${made.id}`, { role_ids: [await roleId("sales"), await roleId("finance")] }, made.version);
    assert.equal(two.role_ids.length, 2);
    expectProblem(await boss.send("PATCH", `/users/${made.id}`, { body: { role_ids: [987654321] }, headers: ifMatch(two) }), 422, "invalid", "role_ids.0");
    expectProblem(await boss.send("POST", "/users", { body: { ...body, login: unique("w"), first_password: "123" } }), 422, "weak_password", "first_password");
    const clerk = await personWith(await role("own", { permissions: ["user.view", "user.create", "user.edit"] }));
    const plain = await clerk.post("/users", { login: unique("n").toLowerCase(), name: "x", department_id: place.id });
    assert.deepEqual(plain.role_ids, []);
    const raise = { role_ids: [await roleId("admin")] };
    expectProblem(await clerk.send("PATCH", `/users/${clerk.user.id}`, { body: raise, headers: { "If-Match": "1" } }), 422, "invalid", "role_ids");
    expectProblem(await clerk.send("POST", "/users", { body: { login: unique("a"), name: "x", department_id: place.id, ...raise } }), 422, "invalid", "role_ids");
    assert.equal((await send("GET", `/users/${made.id}`, { token: clerk.token })).status, 200, "people are a directory");
});

test("each of the seven scopes opens the right records", async () => {
    const above = await department();
    const here = await department({ parent_id: above.id });
    const below = await department({ parent_id: here.id });
    const beside = await department({ parent_id: above.id });
    const owners = { colleague: await person({ department_id: here.id }), below: await person({ department_id: below.id }),
        beside: await person({ department_id: beside.id }), above: await person({ department_id: above.id }) };
    const expected = {
        none: [], own: ["mine"], own_and_subordinates: ["mine", "report", "far report"], department: ["mine", "colleague"],
        department_and_below: ["mine", "colleague", "below"], chosen_departments: ["mine", "beside"], all: ["mine", "colleague", "below", "beside", "above", "report", "far report"],
    };
    for (const [scope, names] of Object.entries(expected)) {
        const viewer = await personWith(await role(scope, { department_ids: scope === "chosen_departments" ? [beside.id] : undefined }), { department_id: here.id });
        const report = await person({ department_id: beside.id, manager_id: viewer.user.id });
        const farReport = await person({ department_id: above.id, manager_id: report.user.id });
        const all = { ...owners, mine: viewer, report, "far report": farReport };
        const tag = unique(scope);
        for (const [name, owner] of Object.entries(all)) {
            await boss.post("/customers", { name: `${tag} ${name}`, owner_id: owner.user.id });
        }
        const filter = { field: "name", op: "starts_with", value: tag };
        const seen = (await viewer.list("/customers", { filter })).map((item) => item.name.slice(tag.length + 1));
        // The chosen department holds the report's record as well.
        const right = scope === "chosen_departments" ? [...names, "report"] : names;
        assert.deepEqual(seen.sort(), [...right].sort(), scope);
    }
});

test("scopes of several roles are united, object by object", async () => {
    const place = await department();
    const colleague = await person({ department_id: place.id });
    const made = await recordsOf(colleague);
    const wide = await role("department", { permissions: ["customer.view"], scopes: [{ object: "customer", scope: "department" }] });
    const other = await role("own", { permissions: ["customer.view", "contract.view"], scopes: [{ object: "customer", scope: "own" }, { object: "contract", scope: "none" }] });
    const viewer = await person({ department_id: place.id, role_ids: [wide.id, other.id] });
    assert.equal((await viewer.get(`/customers/${made.customer.id}`)).id, made.customer.id);
    expectProblem(await viewer.send("GET", `/contracts/${made.contract.id}`), 404, "not_found");
    expectProblem(await viewer.send("GET", `/payments/${made.payment.id}`), 403, "forbidden");
});

test("a change of rights counts at the next request", async () => {
    const made = await role("all", { permissions: ["customer.view"] });
    const viewer = await personWith(made);
    await viewer.get("/customers");
    const { permissions, ...rest } = await boss.get(`/roles/${made.id}`);
    assert.deepEqual(permissions, ["customer.view"]);
    const changed = await boss.put(`/roles/${made.id}`, { name: rest.name, permissions: ["product.view"], scopes: rest.scopes, fields: [] }, made.version);
    expectProblem(await viewer.send("GET", "/customers"), 403, "forbidden");
    await viewer.get("/products");
    expectProblem(await boss.send("PUT", `/roles/${made.id}`, { body: { name: "x", permissions: ["product.view"], scopes: rest.scopes }, headers: { "If-Match": `${made.version}` } }), 412, "stale_version");
    expectProblem(await boss.send("DELETE", `/roles/${made.id}`), 409, "in_use");
    assert.equal(changed.user_count, 1);
});

test("roles are checked", async () => {
    const good = { name: unique("role"), permissions: ["customer.view"], scopes: [{ object: "customer", scope: "own" }], fields: [] };
    const refuse = async (change, field) => expectProblem(await boss.send("POST", "/roles", { body: { ...good, name: unique("role"), ...change } }), 422, "invalid", field);
    await refuse({ permissions: ["nonsense"] }, "permissions.0");
    await refuse({ scopes: [{ object: "nonsense", scope: "own" }] }, "scopes.0.object");
    await refuse({ scopes: [{ object: "customer", scope: "nonsense" }] }, "scopes.0.scope");
    await refuse({ fields: [{ object: "customer", field: "nonsense", access: "hidden" }] }, "fields.0.field");
    await refuse({ fields: [{ object: "customer", field: "phone", access: "nonsense" }] }, "fields.0.access");
    await boss.post("/roles", good);
    expectProblem(await boss.send("POST", "/roles", { body: good }), 409, "duplicate", "name");
    const administrator = await roleId("admin");
    const { version } = await boss.get(`/roles/${administrator}`);
    expectProblem(await boss.send("PUT", `/roles/${administrator}`, { body: good, headers: { "If-Match": `${version}` } }), 409, "conflict");
    expectProblem(await boss.send("DELETE", `/roles/${administrator}`), 404, "not_found");
});

test("a move on 1 July leaves the first half year where it happened (ORG-4)", async () => {
    const [from, to] = [await department(), await department()];
    const seller = await person({ department_id: from.id });
    const [oldBoss, newBoss] = [await person({ role: "manager", department_id: from.id }), await person({ role: "manager", department_id: to.id })];
    const customer = await boss.post("/customers", { name: unique("c"), owner_id: seller.user.id });
    for (const [signed_on, amount_minor] of [["2022-06-30", 100_00], ["2022-07-01", 7_00]]) {
        await boss.post("/contracts", { customer_id: customer.id, owner_id: seller.user.id, status: "signed", signed_on, amount_minor });
    }
    await boss.post(`/users/${seller.user.id}/move`, { department_id: to.id, manager_id: newBoss.user.id, from_on: "2022-07-01" });
    const actual = async (client, parameters) => (await client.get("/targets/overview", { year: 2022, measure: "signed_amount", ...parameters })).node.actual;
    assert.equal(await actual(boss, { department_id: from.id }), 100_00);
    assert.equal(await actual(boss, { department_id: to.id }), 7_00);
    assert.equal(await actual(boss, { user_id: seller.user.id }), 107_00);
    assert.equal(await actual(oldBoss, {}), 100_00);
    assert.equal(await actual(newBoss, {}), 7_00);
    const { items } = await boss.get(`/users/${seller.user.id}/assignments`);
    assert.deepEqual(items.map((item) => [item.department_id, item.manager_id, item.valid_from, item.valid_to]),
        [[to.id, newBoss.user.id, "2022-07-01", null], [from.id, null, null, "2022-07-01"]]);
    // The records of today follow the person.
    assert.equal((await newBoss.get(`/customers/${customer.id}`)).department_id, to.id);
    expectProblem(await oldBoss.send("GET", `/customers/${customer.id}`), 404, "not_found");
    expectProblem(await boss.send("POST", `/users/${newBoss.user.id}/move`, { body: { department_id: to.id, manager_id: seller.user.id } }), 422, "invalid", "manager_id");
    expectProblem(await boss.send("POST", `/users/${seller.user.id}/move`, { body: { department_id: 987654321 } }), 422, "invalid", "department_id");
    // A move that begins tomorrow changes nothing today.
    await boss.post(`/users/${seller.user.id}/move`, { department_id: from.id, manager_id: null, from_on: "2099-01-01" });
    assert.equal((await boss.get(`/users/${seller.user.id}`)).department_id, to.id);
});

test("who leaves hands everything over, and is out at once", async () => {
    const place = await department();
    const [leaver, heir] = [await person({ department_id: place.id }), await person({ department_id: place.id })];
    const made = await recordsOf(leaver);
    const path = `/users/${leaver.user.id}`;
    const holdings = await boss.get(`${path}/holdings`);
    assert.deepEqual([holdings.total, holdings.items.map((item) => item.object).sort()], [Object.keys(OWNED).length, Object.keys(OWNED).sort()]);
    const refused = expectProblem(await boss.send("POST", `${path}/disable`, { body: {} }), 409, "handover_required");
    assert.deepEqual(refused.holdings, holdings.items);
    expectProblem(await boss.send("POST", `${path}/disable`, { body: { successor_id: leaver.user.id } }), 422, "invalid", "successor_id");
    await leaver.get("/auth/me");
    const { job_id } = await boss.post(`${path}/disable`, { successor_id: heir.user.id, left_on: "2023-12-31", reason: "moved on" });
    assert.equal((await leaver.send("GET", "/customers")).status, 401, "not after a quarter of an hour");
    expectProblem(await send("POST", "/auth/sign-in", { body: { login: leaver.login, password: leaver.password, client: "app" } }), 401, "bad_credentials");
    assert.equal((await boss.job(job_id)).result.moved, Object.keys(OWNED).length);
    for (const [object, { plural }] of Object.entries(OWNED)) {
        assert.equal((await heir.get(`/${plural}/${made[object].id}`)).owner_id, heir.user.id, object);
    }
    assert.equal((await boss.get(`${path}/holdings`)).total, 0);
    const gone = await boss.get(path);
    assert.deepEqual([gone.status, gone.left_on], ["disabled", "2023-12-31"]);
    assert.equal((await boss.get("/targets/overview", { year: 2023, measure: "signed_amount", user_id: leaver.user.id })).node.actual, 900_00, "what was sold stays with the seller");
    expectProblem(await boss.send("POST", "/customers", { body: { name: "x", owner_id: leaver.user.id } }), 422, "invalid", "owner_id");
    await boss.post(`${path}/enable`);
    assert.equal((await boss.get(path)).status, "active");
});

test("a successor is somebody else who is at work, asked before anything happens", async () => {
    const [leaver, gone, heir] = [await person(), await person(), await person()];
    await recordsOf(leaver);
    await boss.post(`/users/${gone.user.id}/disable`, {});
    const path = `/users/${leaver.user.id}`;
    const attempt = (successor_id, client = boss) => client.send("POST", `${path}/disable`, { body: { successor_id } });
    for (const [successor, code] of [[gone.user.id, "not_active"], [987654321, "no_such_record"], [leaver.user.id, "not_an_option"]]) {
        const problem = expectProblem(await attempt(successor), 422, "invalid", "successor_id");
        assert.equal(problem.errors[0].code, code);
    }
    // Who may end accounts does not thereby give away records that are beyond his reach.
    const transfers = Object.keys(OWNED).map((object) => `${object}.transfer`);
    for (const made of [await role("all", { permissions: ["user.edit", "user.view"] }), await role("own", { permissions: ["user.edit", "user.view", ...transfers] })]) {
        expectProblem(await attempt(heir.user.id, await personWith(made)), 403, "forbidden");
    }
    await leaver.get("/auth/me");
    assert.deepEqual([(await boss.get(path)).status, (await boss.get(`${path}/holdings`)).total], ["active", Object.keys(OWNED).length]);
    const keeper = await personWith(await role("all", { permissions: ["user.edit", "user.view", ...transfers] }));
    const { job_id } = await keeper.post(`${path}/disable`, { successor_id: heir.user.id, left_on: "2023-12-31" });
    await keeper.job(job_id);
    // What came to somebody who has left is handed over the same way; the day of leaving stays.
    await sql(`UPDATE customer SET owner_id = ${leaver.user.id} WHERE owner_id = ${heir.user.id}`);
    expectProblem(await attempt(gone.user.id), 422, "invalid", "successor_id");
    const again = await boss.post(`${path}/disable`, { successor_id: heir.user.id });
    assert.equal((await boss.job(again.job_id)).result.moved, 1);
    assert.deepEqual([(await boss.get(path)).left_on, (await boss.get(`${path}/holdings`)).total], ["2023-12-31", 0]);
});

test("a hand-over by kind: customers into a pool, kinds to different people", async () => {
    const place = await department();
    const [leaver, heir, other] = [await person({ department_id: place.id }), await person({ department_id: place.id }), await person({ department_id: place.id })];
    const made = await recordsOf(leaver);
    const pool = await boss.post("/pools", { name: unique("交接公海") });
    const path = `/users/${leaver.user.id}`;
    const attempt = (body) => boss.send("POST", `${path}/disable`, { body });
    expectProblem(await attempt({ pool_id: 987654321, successor_id: heir.user.id }), 422, "invalid", "pool_id");
    expectProblem(await attempt({ successors: [{ object: "nonsense", user_id: heir.user.id }] }), 422, "invalid", "successors.0.object");
    expectProblem(await attempt({ successors: [{ object: "product", user_id: heir.user.id }] }), 422, "invalid", "successors.0.object");
    expectProblem(await attempt({ successors: [{ object: "contract", user_id: leaver.user.id }] }), 422, "invalid", "successors.0.user_id");
    // Whoever manages people, but cannot see the pool, does not send customers there.
    const rights = ["user.edit", "user.view", ...Object.keys(OWNED).map((object) => `${object}.transfer`)];
    const blind = await personWith(await role("all", { permissions: rights }));
    expectProblem(await blind.send("POST", `${path}/disable`, { body: { pool_id: pool.id, successor_id: heir.user.id } }), 422, "invalid", "pool_id");
    // What nobody is named for keeps the person.
    expectProblem(await attempt({ pool_id: pool.id, successors: [{ object: "contract", user_id: other.user.id }] }), 409, "handover_required");
    assert.equal((await boss.get(path)).status, "active");
    const { job_id } = await boss.post(`${path}/disable`, { successor_id: heir.user.id, pool_id: pool.id,
        successors: [{ object: "contract", user_id: other.user.id }], reason: "离职" });
    assert.equal((await boss.job(job_id)).result.moved, Object.keys(OWNED).length);
    assert.equal((await boss.get(`${path}/holdings`)).total, 0);
    const customer = await boss.get(`/customers/${made.customer.id}`);
    assert.deepEqual([customer.owner_id, customer.pool_id], [null, pool.id]);
    assert.equal((await boss.get(`/contracts/${made.contract.id}`)).owner_id, other.user.id);
    assert.equal((await boss.get(`/opportunities/${made.opportunity.id}`)).owner_id, heir.user.id);
    const [event] = (await boss.get("/pool-events", { filter: { field: "pool_id", op: "eq", value: pool.id } })).items;
    assert.deepEqual([event.kind, event.owner_id, event.reason], ["handover", leaver.user.id, "离职"]);
});

test("whoever is being disabled gets no record any more: made, transferred or assigned at that very moment", async () => {
    const boss = await admin();
    const held = async (user) => Number((await sql(`SELECT COUNT(*) FROM customer WHERE owner_id = ${user.id}`))[0][0]);
    // The one who writes waits for the one who disables, and then knows.
    const leaver = await person({});
    const other = await boss.post("/customers", { name: unique("customer") });
    const blocked = sql(`START TRANSACTION; UPDATE \`user\` SET status = 'disabled' WHERE id = ${leaver.user.id}; DO SLEEP(1.5); COMMIT`);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const answers = await Promise.all([
        boss.send("POST", "/customers", { body: { name: unique("customer"), owner_id: leaver.user.id } }),
        boss.send("POST", `/customers/${other.id}/transfer`, { body: { owner_id: leaver.user.id } }),
    ]);
    await blocked;
    for (const answer of answers) {
        expectProblem(answer, 422, "invalid", "owner_id");
    }
    assert.equal(await held(leaver.user), 0);
    // Through the front door, many times.
    for (let round = 0; round < 5; round += 1) {
        const next = await person({});
        const [disabled, ...made] = await Promise.all([
            boss.send("POST", `/users/${next.user.id}/disable`, { body: {} }),
            ...Array.from({ length: 6 }, () => boss.send("POST", "/customers", { body: { name: unique("customer"), owner_id: next.user.id } })),
        ]);
        const good = made.filter((answer) => answer.status === 201);
        for (const answer of made.filter((one) => one.status !== 201)) {
            expectProblem(answer, 422, "invalid", "owner_id");
        }
        assert.equal(await held(next.user), good.length);
        // Either he had something in hand, and stays until it is handed over, or he has nothing.
        const { status } = await boss.get(`/users/${next.user.id}`);
        assert.deepEqual([status, disabled.status], good.length > 0 ? ["active", 409] : ["disabled", 200]);
    }
});

test("nobody disables themselves, and only an administrator an administrator", async () => {
    const me = await boss.get("/auth/me");
    expectProblem(await boss.send("POST", `/users/${me.id}/disable`, { body: {} }), 409, "conflict");
    const record = await boss.get(`/users/${me.id}`);
    expectProblem(await boss.send("PATCH", `/users/${me.id}`, { body: { role_ids: [await roleId("sales")] }, headers: ifMatch(record) }), 422, "invalid", "role_ids");
    const keeper = await personWith(await role("all", { permissions: ["user.edit", "user.view"] }));
    const second = await person({ role: "admin" });
    expectProblem(await keeper.send("POST", `/users/${second.user.id}/disable`, { body: {} }), 403, "forbidden");
    await boss.post(`/users/${second.user.id}/disable`, {});
    assert.equal((await second.send("GET", "/customers")).status, 401);
});

test("the company's settings are changed by who may", async () => {
    const settings = await boss.get("/company");
    const seller = await person({ role: "sales" });
    assert.equal((await seller.get("/company")).name, settings.name);
    const patch = (client, body, version = settings.version) => client.send("PATCH", "/company", { body, headers: { "If-Match": `${version}` } });
    expectProblem(await patch(seller, { name: "x" }), 403, "forbidden");
    expectProblem(await boss.send("PATCH", "/company", { body: { name: "x" } }), 428, "version_required");
    expectProblem(await patch(boss, { time_zone: "Mars/Base" }), 422, "invalid", "time_zone");
    expectProblem(await patch(boss, { fiscal_year_start_month: 13 }), 422, "invalid", "fiscal_year_start_month");
    expectProblem(await patch(boss, { currency: "RMBY" }), 422, "invalid", "currency");
    expectProblem(await patch(boss, { name: "x" }, settings.version + 1), 412, "stale_version");
    // MON-7: what is kept in the company's currency cannot become another one.
    await boss.post("/products", { name: unique("有价"), price_minor: 1_00 });
    const kept = expectProblem(await patch(boss, { currency: "EUR" }), 422, "invalid", "currency");
    assert.deepEqual([kept.errors[0].code, (await boss.get("/company")).currency], ["money_exists", settings.currency]);
    assert.equal((await patch(boss, { currency: settings.currency })).status, 200, "the same one is none");
    settings.version += 1;
    const changed = await patch(boss, { name: "达标贸易" });
    assert.deepEqual([changed.status, changed.body.name], [200, "达标贸易"]);
    await boss.patch("/company", { name: settings.name }, changed.body.version);
});
