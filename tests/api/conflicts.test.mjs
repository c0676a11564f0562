// Claims to a customer that somebody else holds (撞单): who may file, who sees, who decides, and what follows.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, department, expectProblem, person, sql, stack, unique } from "./lib.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

let boss; // the administrator
let owner; // holds the customers
let claimant; // of another department
let manager; // the owner's
let north; // the owner's department

before(async () => {
    boss = await admin();
    north = await department({ name: unique("claim-north") });
    const south = await department({ name: unique("claim-south") });
    manager = await person({ role: "manager", department_id: north.id });
    owner = await person({ role: "sales", department_id: north.id, manager_id: manager.user.id });
    claimant = await person({ role: "sales", department_id: south.id });
});

let serial = 0;
const company_name = () => {
    serial += 1;
    return `撞单${[...`${process.pid}${Date.now().toString().slice(-7)}${serial}`].map((digit) => "甲乙丙丁戊己庚辛壬癸"[digit]).join("")}`;
};
const refOf = async (client, name) => (await client.post("/customers/duplicate-check", { name })).items[0].claim_ref;
const file = (client, body) => client.send("POST", "/conflict-claims", { body: { reason: "三月起就在跟进", ...body } });
const notices = async (client, kind) => (await client.get("/notifications")).items.filter((item) => item.kind === kind);

/** A customer of the owner, and a claim of the claimant to it. */
async function contested(more = {}) {
    const name = company_name();
    const customer = await owner.post("/customers", { name });
    const answer = await file(claimant, { claim_ref: await refOf(claimant, name), claimed_name: name, ...more });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return { name, customer, claim: answer.body };
}

test("a claim is filed blindly, told to both sides and to who may decide", async () => {
    const { name, customer, claim } = await contested({ evidence: "邮件和报价单", first_contact_at: "2024-03-01T00:00:00.000Z" });
    assert.deepEqual([claim.status, claim.customer_id, claim.customer_name, claim.claimed_name, claim.mine, claim.can_decide],
        ["open", null, null, name, true, false]);
    assert.ok(claim.moments.every((moment) => moment.side === "claimant"));
    const seen = await manager.get(`/conflict-claims/${claim.id}`);
    assert.deepEqual([seen.customer_id, seen.customer_name, seen.mine, seen.can_decide], [customer.id, name, false, true]);
    assert.ok(seen.moments.some((moment) => moment.side === "customer" && moment.kind === "created"));
    assert.equal((await owner.get(`/conflict-claims/${claim.id}`)).can_decide, false);
    for (const [client, kind] of [[manager, "conflict_filed"], [owner, "conflict_against"]]) {
        const [notice] = await notices(client, kind);
        assert.deepEqual([notice.object, notice.record_id, notice.detail.customer], ["conflict_claim", claim.id, name]);
    }
    const stranger = await person({ role: "manager" , department_id: (await department({ name: unique("x") })).id });
    expectProblem(await stranger.send("GET", `/conflict-claims/${claim.id}`), 404, "not_found");
    assert.ok(!(await stranger.get("/conflict-claims")).items.some((item) => item.id === claim.id));
    for (const client of [claimant, owner, manager, boss]) {
        assert.ok((await client.get("/conflict-claims", { status: "open" })).items.some((item) => item.id === claim.id));
    }
    assert.ok((await claimant.get("/conflict-claims", { mine: 1 })).items.some((item) => item.id === claim.id));
    assert.ok(!(await manager.get("/conflict-claims", { mine: 1 })).items.some((item) => item.id === claim.id));
    // One open claim a claimant and customer, however many are filed at once.
    const again = await Promise.all(Array.from({ length: 5 }, async () => file(claimant, { claim_ref: await refOf(claimant, name), claimed_name: name })));
    again.forEach((answer) => expectProblem(answer, 409, "claim_open"));
});

test("accepted by transfer: the customer goes to the claimant with what was chosen, history stays", async () => {
    const { customer, claim } = await contested();
    const contact = await owner.post("/contacts", { customer_id: customer.id, name: "李四" });
    expectProblem(await owner.send("POST", `/conflict-claims/${claim.id}/accept`, { body: { outcome: "transfer" } }), 403, "forbidden");
    expectProblem(await claimant.send("POST", `/conflict-claims/${claim.id}/accept`, { body: { outcome: "transfer" } }), 403, "forbidden");
    expectProblem(await manager.send("POST", `/conflict-claims/${claim.id}/accept`, { body: { outcome: "nonsense" } }), 422, "invalid", "outcome");
    const accepted = await manager.send("POST", `/conflict-claims/${claim.id}/accept`, { body: { outcome: "transfer", reason: "证据充分", choices: ["contacts"] } });
    assert.equal(accepted.status, 204, JSON.stringify(accepted.body));
    const got = await claimant.get(`/customers/${customer.id}`);
    assert.equal(got.owner_id, claimant.user.id);
    assert.equal((await claimant.get(`/contacts/${contact.id}`)).owner_id, claimant.user.id);
    const intervals = await sql(`SELECT owner_id, start_cause, COALESCE(end_cause, '') FROM assignment WHERE customer_id = ${customer.id} ORDER BY id`);
    assert.deepEqual(intervals, [[`${owner.user.id}`, "create", "conflict"], [`${claimant.user.id}`, "conflict", ""]]);
    const after = await claimant.get(`/conflict-claims/${claim.id}`);
    assert.deepEqual([after.status, after.outcome, after.decision_reason, after.decided_by_name, after.customer_id],
        ["accepted", "transfer", "证据充分", manager.user.name, customer.id]);
    for (const client of [claimant, owner]) {
        const [notice] = await notices(client, "conflict_accepted");
        assert.deepEqual([notice.record_id, notice.detail.outcome, notice.detail.reason], [claim.id, "transfer", "证据充分"]);
    }
    expectProblem(await boss.send("POST", `/conflict-claims/${claim.id}/reject`, { body: { reason: "zu spät" } }), 409, "conflict");
    expectProblem(await claimant.send("POST", `/conflict-claims/${claim.id}/withdraw`), 409, "conflict");
});

test("accepted by share: both work on it, until a day", async () => {
    const { customer, claim } = await contested();
    expectProblem(await manager.send("POST", `/conflict-claims/${claim.id}/accept`, { body: { outcome: "share", until_on: "2020-01-01" } }), 422, "invalid", "until_on");
    await manager.post(`/conflict-claims/${claim.id}/accept`, { outcome: "share", until_on: "2099-12-31" });
    const seen = await claimant.get(`/customers/${customer.id}`);
    assert.equal(seen.owner_id, owner.user.id);
    await claimant.post("/follow-ups", { customer_id: customer.id, content: "一起拜访" });
    assert.equal((await owner.list("/follow-ups", { filter: { field: "customer_id", op: "eq", value: customer.id } })).length, 1);
    const { items } = await owner.get("/shares", { object: "customer", record_id: customer.id });
    assert.deepEqual(items.map((item) => [item.user_id, item.can_edit, item.until_on]), [[claimant.user.id, true, "2099-12-31"]]);
});

test("rejected with a reason, withdrawn by the claimant, and filed again", async () => {
    const { name, claim } = await contested();
    expectProblem(await manager.send("POST", `/conflict-claims/${claim.id}/reject`, { body: {} }), 422, "invalid", "reason");
    const rejected = await manager.post(`/conflict-claims/${claim.id}/reject`, { reason: "记录晚于负责人" });
    assert.deepEqual([rejected.status, rejected.outcome, rejected.can_decide], ["rejected", null, false]);
    const [notice] = await notices(claimant, "conflict_rejected");
    assert.deepEqual([notice.record_id, notice.detail.reason], [claim.id, "记录晚于负责人"]);
    const second = await file(claimant, { claim_ref: await refOf(claimant, name), claimed_name: name });
    assert.equal(second.status, 201);
    expectProblem(await manager.send("POST", `/conflict-claims/${second.body.id}/withdraw`), 403, "forbidden");
    assert.equal((await claimant.post(`/conflict-claims/${second.body.id}/withdraw`)).status, "withdrawn");
    expectProblem(await manager.send("POST", `/conflict-claims/${second.body.id}/accept`, { body: { outcome: "share" } }), 409, "conflict");
});

test("two who decide at once: one decision stands", async () => {
    const { customer, claim } = await contested();
    const answers = await Promise.all([
        ...Array.from({ length: 4 }, () => manager.send("POST", `/conflict-claims/${claim.id}/accept`, { body: { outcome: "transfer" } })),
        ...Array.from({ length: 4 }, () => boss.send("POST", `/conflict-claims/${claim.id}/reject`, { body: { reason: "nein" } }))]);
    const good = answers.filter((answer) => answer.status < 300);
    assert.equal(good.length, 1, JSON.stringify(answers.map((answer) => answer.status)));
    const { owner_id } = await boss.get(`/customers/${customer.id}`);
    const { status } = await boss.get(`/conflict-claims/${claim.id}`);
    assert.equal(owner_id, status === "accepted" ? claimant.user.id : owner.user.id);
});

test("nobody decides his own claim, claims his own or what nobody holds", async () => {
    const name = company_name();
    const customer = await owner.post("/customers", { name });
    expectProblem(await file(owner, { customer_id: customer.id }), 409, "conflict");
    const own = (await file(manager, { customer_id: customer.id })).body;
    assert.deepEqual([own.customer_id, own.can_decide], [customer.id, false]);
    expectProblem(await manager.send("POST", `/conflict-claims/${own.id}/accept`, { body: { outcome: "transfer" } }), 403, "forbidden");
    await sql(`UPDATE customer SET owner_id = NULL, department_id = NULL WHERE id = ${customer.id}`);
    expectProblem(await file(boss, { customer_id: customer.id }), 409, "conflict");
});

test("whoever sees a customer claims it from its page; a second claim at the same time is told of the first", async () => {
    const name = company_name();
    const customer = await owner.post("/customers", { name });
    await owner.post("/shares", { object: "customer", record_id: customer.id, user_id: claimant.user.id });
    const answer = await file(claimant, { customer_id: customer.id, claimed_name: name });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.deepEqual([answer.body.customer_id, answer.body.customer_name, answer.body.owner_id, answer.body.mine], [customer.id, name, owner.user.id, true]);
    assert.ok((await notices(manager, "conflict_filed")).some((notice) => notice.record_id === answer.body.id));
    expectProblem(await file(claimant, { customer_id: customer.id }), 409, "claim_open");
});

test("what went to a pool since is shared with nobody by a claim; the claimant may still get it", async () => {
    const { customer, claim } = await contested();
    const pool = await boss.post("/pools", { name: unique("撞单公海"), members: [{ user_id: owner.user.id }] });
    await owner.post("/pool-returns", { customer_ids: [customer.id], reason: "没有需求", pool_id: pool.id });
    expectProblem(await boss.send("POST", `/conflict-claims/${claim.id}/accept`, { body: { outcome: "share" } }), 409, "in_pool");
    assert.equal((await boss.get("/shares", { object: "customer", record_id: customer.id })).items.length, 0);
    assert.equal((await boss.send("POST", `/conflict-claims/${claim.id}/accept`, { body: { outcome: "transfer" } })).status, 204);
    assert.equal((await boss.get(`/customers/${customer.id}`)).owner_id, claimant.user.id);
});

test("a claim names its customer in one way, and a sealed reference is good for one person", async () => {
    const name = company_name();
    const customer = await owner.post("/customers", { name });
    const ref = await refOf(claimant, name);
    expectProblem(await file(claimant, {}), 422, "invalid", "claim_ref");
    expectProblem(await file(claimant, { claim_ref: ref, customer_id: customer.id, claimed_name: name }), 422, "invalid", "claim_ref");
    expectProblem(await file(claimant, { claim_ref: "00ff", claimed_name: name }), 422, "invalid", "claim_ref");
    expectProblem(await file(await person({ role: "sales" }), { claim_ref: ref, claimed_name: name }), 422, "invalid", "claim_ref");
    expectProblem(await file(claimant, { claim_ref: ref }), 422, "invalid", "claimed_name");
    expectProblem(await file(claimant, { customer_id: customer.id }), 404, "not_found");
    expectProblem(await file(claimant, { claim_ref: ref, claimed_name: name, first_contact_at: "2999-01-01T00:00:00Z" }), 422, "invalid", "first_contact_at");
    expectProblem(await claimant.send("POST", "/conflict-claims", { body: { claim_ref: ref, claimed_name: name } }), 422, "invalid", "reason");
    const viewer = await personWith(await role("own", { permissions: ["customer.view"] }));
    expectProblem(await file(viewer, { claim_ref: ref, claimed_name: name }), 403, "forbidden");
    expectProblem(await claimant.send("GET", "/conflict-claims/987654321"), 404, "not_found");
    expectProblem(await claimant.send("GET", "/conflict-claims?status=nonsense"), 422, "invalid", "status");
});

test("CUS-1: a rule with review lets the duplicate in and opens the claim by itself", async () => {
    const note = company_name();
    const rule = await boss.post("/duplicate-rules", { object: "customer", fields: ["address"], method: "exact", action: "review" });
    try {
        await boss.job(rule.job_id);
        const first = await owner.post("/customers", { name: company_name(), address: note });
        const second = await claimant.post("/customers", { name: company_name(), address: note });
        const [claim] = (await claimant.get("/conflict-claims", { mine: 1, status: "open" })).items;
        assert.deepEqual([claim.duplicate_id, claim.claimed_name], [second.id, second.name]);
        const seen = await manager.get(`/conflict-claims/${claim.id}`);
        assert.equal(seen.customer_id, first.id);
        assert.ok(seen.moments.some((moment) => moment.side === "claimant" && moment.kind === "duplicate"));
        // The own customer again: nothing to claim.
        const before = (await owner.get("/conflict-claims", { mine: 1 })).items.length;
        await owner.post("/customers", { name: company_name(), address: note });
        assert.equal((await owner.get("/conflict-claims", { mine: 1 })).items.length, before);
    } finally {
        await boss.delete(`/duplicate-rules/${rule.id}`, rule.version);
    }
});

test("the records speak for both sides, oldest first", async () => {
    const name = company_name();
    const customer = await owner.post("/customers", { name });
    await owner.post("/follow-ups", { customer_id: customer.id, content: "b", followed_at: "2024-02-01T00:00:00Z" });
    await owner.post("/follow-ups", { customer_id: customer.id, content: "c", followed_at: "2024-04-01T00:00:00Z" });
    await boss.post("/follow-ups", { customer_id: customer.id, content: "a", followed_at: "2024-01-01T00:00:00Z", owner_id: claimant.user.id });
    const { body } = await file(claimant, { claim_ref: await refOf(claimant, name), claimed_name: name });
    const { moments } = await manager.get(`/conflict-claims/${body.id}`);
    const touches = moments.filter((moment) => moment.kind === "follow_up").map((moment) => [moment.side, moment.at, moment.count]);
    assert.deepEqual(touches, [["claimant", "2024-01-01T00:00:00.000Z", 1], ["owner", "2024-02-01T00:00:00.000Z", 2]]);
    assert.deepEqual(moments.map((moment) => moment.at), moments.map((moment) => moment.at).sort());
    const own = (await claimant.get(`/conflict-claims/${body.id}`)).moments;
    assert.deepEqual(own.map((moment) => [moment.side, moment.kind]), [["claimant", "follow_up"], ["claimant", "last_follow_up"]]);
});
