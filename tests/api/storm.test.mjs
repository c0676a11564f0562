// Many people write the same few records at once: every request ends in success or in a refusal that says why, nothing is
// lost or counted twice, and all sums still follow from their rows. DABIAO_TEST_SEED repeats a choice of steps, not of their
// timing.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, person, query, sql, stack, unique } from "./lib.mjs";
import { lostReason } from "./pipeline-samples.mjs";

const YEAR = 2019; // a year no other test has figures in
const SEED = Number(process.env.DABIAO_TEST_SEED ?? Date.now() % 1_000_000);
const WRITERS = 16;
const STEPS = Number(process.env.DABIAO_TEST_STEPS ?? 25);
// What somebody may hear who comes second: gone, changed meanwhile, in the way, no longer fitting.
const CLEAN = new Map([[404, ["not_found"]], [409, ["in_use", "conflict", "duplicate"]], [412, ["stale_version"]], [422, ["invalid"]]]);

await stack();

let boss;
let people;
let places;
let customer;
let contract;
let deal;
let stages;

// mulberry32, one row of numbers a writer.
function numbers(seed) {
    let state = seed;
    return (below) => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) % below;
    };
}

before(async () => {
    boss = await admin();
    const root = await department({ name: unique("storm") });
    places = [await department({ parent_id: root.id }), await department({ parent_id: root.id })];
    people = await Promise.all([0, 1, 0].map((index) => person({ role: "sales", department_id: places[index].id })));
    const owner_id = people[0].user.id;
    const lost = await lostReason();
    stages = (await boss.get("/pipelines")).items[0].stages.map((stage) => ({ stage_id: stage.id, ...(stage.kind === "lost" && { close_reason_id: lost.id }) }));
    customer = await boss.post("/customers", { name: unique("storm"), owner_id });
    deal = await boss.post("/opportunities", { name: unique("storm"), customer_id: customer.id, owner_id, amount_minor: 1_000_00 });
    contract = await boss.post("/contracts", { name: unique("storm"), customer_id: customer.id, opportunity_id: deal.id, owner_id, status: "signed",
        signed_on: `${YEAR}-03-01`, amount_minor: 50_000_00, cost_minor: 1_000_00 });
});

/** Some live record of a kind that belongs to the contract, as anybody sees it now. */
async function some(plural, random) {
    const filter = JSON.stringify({ field: "contract_id", op: "eq", value: contract.id });
    const answer = await boss.send("GET", `/${plural}${query({ filter, limit: 200 })}`);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.items.length === 0 ? null : answer.body.items[random(answer.body.items.length)];
}

const ifMatch = (record) => ({ "If-Match": String(record.version) });
const day = (random) => `${YEAR}-${String(1 + random(12)).padStart(2, "0")}-${String(1 + random(28)).padStart(2, "0")}`;

async function change(plural, id, body) {
    const { body: now } = await boss.send("GET", `/${plural}/${id}`);
    return boss.send("PATCH", `/${plural}/${id}`, { body: body(now), headers: ifMatch(now) });
}

const STEP = {
    "pay": (random) => boss.send("POST", "/payments", { body: { contract_id: contract.id, amount_minor: 1 + random(1000), received_on: day(random) } }),
    "pay twice with one key": async (random) => {
        const key = unique("key");
        const body = { contract_id: contract.id, amount_minor: 1 + random(1000), received_on: day(random) };
        const answers = await Promise.all([1, 2].map(() => boss.send("POST", "/payments", { body, headers: { "Idempotency-Key": key } })));
        assert.deepEqual(answers.map((answer) => answer.status), [201, 201], JSON.stringify(answers.map((answer) => answer.body)));
        assert.equal(answers[0].body.id, answers[1].body.id);
        return answers[0];
    },
    "change a payment": async (random) => {
        const payment = await some("payments", random);
        return payment && boss.send("PATCH", `/payments/${payment.id}`, { body: { amount_minor: 1 + random(1000), received_on: day(random) }, headers: ifMatch(payment) });
    },
    "delete a payment": async (random) => {
        const payment = await some("payments", random);
        return payment && boss.send("DELETE", `/payments/${payment.id}`, { headers: ifMatch(payment) });
    },
    "restore a payment": async (random) => {
        const filter = JSON.stringify({ field: "contract_id", op: "eq", value: contract.id });
        const { body } = await boss.send("GET", `/payments${query({ filter, deleted: 1, limit: 200 })}`);
        return body.items.length > 0 && boss.send("POST", `/payments/${body.items[random(body.items.length)].id}/restore`);
    },
    "refund": async (random) => {
        const payment = await some("payments", random);
        return payment && boss.send("POST", "/refunds", { body: { payment_id: payment.id, amount_minor: 1, refunded_on: day(random) } });
    },
    "change the contract": (random) => change("contracts", contract.id, () => ({ amount_minor: 40_000_00 + random(1_000_000), cost_minor: random(1_000_00), signed_on: day(random) })),
    "give the contract away": (random) => boss.send("POST", `/contracts/${contract.id}/transfer`, { body: { owner_id: people[random(3)].user.id, choices: ["payments"] } }),
    "give the customer away": (random) => boss.send("POST", `/customers/${customer.id}/transfer`,
        { body: { owner_id: people[random(3)].user.id, choices: ["contacts", "follow_ups", "open_opportunities", "contracts"] } }),
    "follow up": (random) => boss.send("POST", "/follow-ups", { body: { content: "x", customer_id: customer.id, followed_at: `${day(random)}T02:00:00Z` } }),
    "move the deal": (random) => change("opportunities", deal.id, () => ({ ...stages[random(stages.length)], amount_minor: 1 + random(1000) })),
    "move a person": (random) => boss.send("POST", `/users/${people[random(3)].user.id}/move`,
        { body: { department_id: places[random(2)].id, from_on: random(2) === 0 ? day(random) : undefined } }),
};

test("a storm of writers on the same records ends in success or a clean refusal, and every sum is right", async (context) => {
    const names = Object.keys(STEP);
    const seen = new Map();
    const faults = [];
    async function writer(number) {
        const random = numbers(SEED + number * 7919);
        for (let i = 0; i < STEPS; i += 1) {
            const name = names[random(names.length)];
            const answer = await STEP[name](random);
            if (!answer) {
                continue;
            }
            seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
            const clean = answer.status < 300 || CLEAN.get(answer.status)?.includes(answer.body?.code);
            if (!clean) {
                faults.push(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
            }
        }
    }
    await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
    context.diagnostic(JSON.stringify([...seen]));
    assert.deepEqual(faults, [], `seed ${SEED}`);
    assert.ok([...seen].reduce((sum, [status, count]) => sum + (status < 300 ? count : 0), 0) > WRITERS * STEPS / 3, "most of it was done");
    const report = JSON.parse((await dabiao(["doctor", "--json"])).stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_targets], [0, 0, 0], `seed ${SEED}`);
    // What is kept beside the rows: received and refunded amounts, one owner at a time, one stage at a time.
    const sum = async (table) => Number((await sql(`SELECT COALESCE(SUM(amount_minor), 0) FROM ${table} WHERE contract_id = ${contract.id} AND deleted_at IS NULL`))[0][0]);
    assert.equal((await boss.get(`/contracts/${contract.id}`)).received_minor, (await sum("payment")) - (await sum("refund")));
    const wrong = await sql(`SELECT p.id FROM payment p WHERE p.contract_id = ${contract.id} AND p.deleted_at IS NULL AND p.refunded_minor <>
        (SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r WHERE r.payment_id = p.id AND r.deleted_at IS NULL)`);
    assert.deepEqual(wrong, []);
    for (const [object, record] of [["customer", customer], ["contract", contract]]) {
        const [[last, owner]] = await sql(`SELECT (SELECT o.owner_id FROM ownership o WHERE o.object = '${object}' AND o.record_id = t.id ORDER BY o.id DESC LIMIT 1), t.owner_id
            FROM ${object} t WHERE t.id = ${record.id}`);
        assert.equal(last, owner, object);
    }
    const [[event, stage]] = await sql(`SELECT (SELECT e.to_stage_id FROM stage_event e WHERE e.opportunity_id = o.id ORDER BY e.id DESC LIMIT 1), o.stage_id
        FROM opportunity o WHERE o.id = ${deal.id}`);
    assert.equal(event, stage);
});
