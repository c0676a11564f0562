// Random changes never make a figure differ from its rows by one 分: contracts, payments, refunds, customers, opportunities
// and follow-ups are made, changed, deleted, restored and transferred, and people move between departments with effect from
// earlier days. After every 25 steps and for each measure: company = Σ departments = Σ people, every period the same, and
// the facts behind a figure add up to it. DABIAO_TEST_SEED repeats a run.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, person, stack, unique } from "./lib.mjs";
import { lostReason } from "./pipeline-samples.mjs";

const YEAR = 2021; // a year no other test has figures in
const SEED = Number(process.env.DABIAO_TEST_SEED ?? Date.now() % 1_000_000);
const STEPS = Number(process.env.DABIAO_TEST_STEPS ?? 250);
const MEASURES = ["signed_amount", "received_amount", "gross_profit", "new_customers", "won_deals", "follow_ups", "visits", "invoiced_amount"];

await stack();

let boss;
let root; // the department that holds all the others of this test
let departments;
let people;
let stages;

// Customers are new on the day they are made, which is today.
const yearOf = (measure) => (measure === "new_customers" ? new Date().getFullYear() : YEAR);

// mulberry32: the same numbers for the same seed everywhere.
let state = SEED;
function random(below) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
}
const pick = (list) => list[random(list.length)];
const day = () => `${YEAR}-${String(1 + random(12)).padStart(2, "0")}-${String(1 + random(28)).padStart(2, "0")}`;
const amount = () => 1 + random(10_000_000);

before(async () => {
    boss = await admin();
    root = await department({ name: unique("property") });
    const north = await department({ name: unique("p-north"), parent_id: root.id });
    const south = await department({ name: unique("p-south"), parent_id: root.id });
    const deep = await department({ name: unique("p-deep"), parent_id: south.id });
    departments = [root, north, south, deep];
    people = [];
    for (const place of [root, north, north, south, deep]) {
        people.push((await person({ role: "sales", department_id: place.id })).user.id);
    }
    const lost = await lostReason();
    stages = (await boss.get("/pipelines")).items[0].stages.map((stage) => ({ stage_id: stage.id, ...(stage.kind === "lost" && { close_reason_id: lost.id }) }));
});

// What there is, by object: { id, deleted, … }.
const world = { customers: [], opportunities: [], contracts: [], payments: [], refunds: [], "follow-ups": [] };
const live = (plural) => world[plural].filter((record) => !record.deleted);

const MAKE = {
    customers: () => ({ name: unique("c"), owner_id: pick(people) }),
    opportunities: () => ({ name: unique("o"), customer_id: pick(live("customers")).id, owner_id: pick(people), amount_minor: amount(),
        ...pick(stages), closed_on: day() }),
    contracts: () => ({ name: unique("h"), customer_id: pick(live("customers")).id, owner_id: pick(people), status: pick(["draft", "signed", "completed"]),
        signed_on: day(), amount_minor: amount(), cost_minor: amount() }),
    payments: () => ({ contract_id: pick(live("contracts")).id, amount_minor: amount(), received_on: day() }),
    refunds: () => ({ payment_id: pick(live("payments")).id, amount_minor: 1 + random(1000), refunded_on: day() }),
    "follow-ups": () => ({ content: "x", customer_id: pick(live("customers")).id, owner_id: pick(people), followed_at: `${day()}T${pick(["01", "15", "16", "23"])}:30:00.000Z` }),
};
const CHANGE = {
    customers: () => ({ name: unique("c") }),
    opportunities: () => ({ ...pick(stages), amount_minor: amount() }),
    contracts: () => pick([{ amount_minor: amount() }, { cost_minor: amount() }, { signed_on: day() }, { status: pick(["draft", "signed", "completed"]) },
        { lines: [{ name: "x", quantity_milli: 1 + random(5000), unit_price_minor: amount(), unit_cost_minor: amount() }] }]),
    payments: () => pick([{ amount_minor: amount() }, { received_on: day() }]),
    refunds: () => pick([{ amount_minor: 1 + random(1000) }, { refunded_on: day() }]),
    "follow-ups": () => ({ followed_at: `${day()}T12:00:00.000Z` }),
};
const CHOICES = { customers: ["contacts", "open_opportunities", "closed_opportunities", "contracts"], opportunities: ["contracts"], contracts: ["payments"], payments: ["refunds"] };

// A refusal that the rules ask for (a payment smaller than its refunds, a child in the way) is no fault of the figures.
async function allowed(answer) {
    assert.ok(answer.status < 300 || [404, 409, 422].includes(answer.status), JSON.stringify(answer.body));
    return answer.status < 300;
}

const version = async (plural, record) => ({ "If-Match": String((await boss.get(`/${plural}/${record.id}`)).version) });

const STEP = {
    async make() {
        const plural = pick(Object.keys(MAKE));
        if (plural === "customers" || (live("customers").length && (plural !== "payments" || live("contracts").length) && (plural !== "refunds" || live("payments").length))) {
            const answer = await boss.send("POST", `/${plural}`, { body: MAKE[plural]() });
            if (await allowed(answer)) {
                world[plural].push({ id: answer.body.id, deleted: false });
            }
        }
    },
    async change(plural, record) {
        await allowed(await boss.send("PATCH", `/${plural}/${record.id}`, { body: CHANGE[plural](), headers: await version(plural, record) }));
    },
    async remove(plural, record) {
        const answer = await boss.send("DELETE", `/${plural}/${record.id}`, { headers: await version(plural, record) });
        record.deleted = await allowed(answer);
        if (record.deleted && plural === "customers") {
            // Follow-ups go along.
            for (const follow of live("follow-ups")) {
                follow.deleted = (await boss.get(`/follow-ups/${follow.id}`)).deleted_at !== null;
            }
        }
    },
    async restore() {
        const plural = pick(Object.keys(world));
        const gone = world[plural].filter((record) => record.deleted);
        if (gone.length > 0) {
            const record = pick(gone);
            record.deleted = !(await allowed(await boss.send("POST", `/${plural}/${record.id}/restore`)));
            for (const follow of world["follow-ups"].filter((one) => one.deleted)) {
                follow.deleted = (await boss.get(`/follow-ups/${follow.id}`)).deleted_at !== null;
            }
        }
    },
    async transfer(plural, record) {
        const choices = (CHOICES[plural] ?? []).filter(() => random(2) === 1);
        await allowed(await boss.send("POST", `/${plural}/${record.id}/transfer`, { body: { owner_id: pick(people), choices } }));
    },
    async move() {
        await boss.post(`/users/${pick(people)}/move`, { department_id: pick(departments).id, manager_id: null, from_on: day() });
    },
};
const CHANCES = ["make", "make", "make", "make", "change", "change", "change", "remove", "restore", "transfer", "transfer", "move"];

async function step() {
    const kind = pick(CHANCES);
    const plurals = Object.keys(world).filter((name) => live(name).length > 0);
    if (["change", "remove", "transfer"].includes(kind) && plurals.length > 0) {
        const plural = pick(plurals);
        await STEP[kind](plural, pick(live(plural)));
    } else {
        await STEP[["restore", "move"].includes(kind) ? kind : "make"]();
    }
}

async function factsOf(parameters) {
    let sum = 0;
    let count = 0;
    let cursor;
    let page;
    do {
        page = await boss.get("/targets/facts", { year: yearOf(parameters.measure), limit: 200, ...parameters, cursor });
        sum += page.items.reduce((total, item) => total + item.amount, 0);
        count += page.items.length;
        cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    assert.deepEqual([page.sum, page.count], [sum, count], "the facts' own sum");
    return sum;
}

// Node = own + children, for the year and for every month; down to people. Gives the people's sum.
async function assertAddsUp(measure, department_id) {
    const answer = await boss.get("/targets/overview", { year: yearOf(measure), measure, department_id });
    assert.equal(answer.children.reduce((sum, line) => sum + line.actual, answer.own.actual), answer.node.actual, `${measure}: parts`);
    answer.periods.forEach((period, index) => {
        const parts = answer.children.reduce((sum, line) => sum + line.periods[index].actual, answer.own.periods[index].actual);
        assert.equal(parts, period.actual, `${measure}: month ${index + 1}`);
    });
    assert.equal(answer.periods.reduce((sum, period) => sum + period.actual, 0), answer.node.actual, `${measure}: months`);
    assert.equal(await factsOf({ measure, department_id }), answer.node.actual, `${measure}: facts of department ${department_id}`);
    let personal = answer.own.actual;
    for (const line of answer.children) {
        if (line.kind === "department") {
            personal += await assertAddsUp(measure, line.id);
        } else {
            assert.equal(await factsOf({ measure, department_id, user_id: line.id }), line.actual, `${measure}: facts of a person`);
            personal += line.actual;
        }
    }
    assert.equal(personal, answer.node.actual, `${measure}: people`);
    return personal;
}

// The figures again, straight from the records: what they are worth whoever owns them.
async function assertWorth() {
    const sum = async (plural, measure, ...filter) => {
        const ids = live(plural).map((record) => record.id);
        let total = 0;
        for (let at = 0; at < ids.length; at += 500) {
            const { groups } = await boss.get(`/${plural}/aggregate`, { measures: measure, filter: { all: [{ field: "id", op: "in", value: ids.slice(at, at + 500) }, ...filter] } });
            total += groups[0]?.values[measure] ?? 0;
        }
        return total;
    };
    const counting = { field: "status", op: "in", value: ["signed", "completed"] };
    const total = async (measure) => (await boss.get("/targets/overview", { year: yearOf(measure), measure, department_id: root.id })).node.actual;
    assert.equal(await total("signed_amount"), await sum("contracts", "sum:amount_minor", counting));
    assert.equal(await total("received_amount"), (await sum("payments", "sum:amount_minor")) - (await sum("refunds", "sum:amount_minor")));
    assert.equal(await total("new_customers"), live("customers").length);
    assert.equal(await total("won_deals"), await sum("opportunities", "count", { field: "status", op: "eq", value: "won" },
        { field: "closed_on", op: "between", value: [`${YEAR}-01-01`, `${YEAR}-12-31`] }));
}

test(`figures are the sum of their rows after random changes (seed ${SEED})`, { timeout: 900_000 }, async (context) => {
    context.diagnostic(`DABIAO_TEST_SEED=${SEED}`);
    for (let done = 1; done <= STEPS; done++) {
        await step();
        if (done % 25 === 0) {
            try {
                for (const measure of MEASURES) {
                    await assertAddsUp(measure, root.id);
                }
                await assertWorth();
            } catch (failure) {
                failure.message = `seed ${SEED}, after ${done} steps: ${failure.message}`;
                throw failure;
            }
        }
    }
    const sizes = Object.entries(world).map(([plural, list]) => `${plural} ${live(plural).length}/${list.length}`);
    context.diagnostic(sizes.join(", "));
    assert.ok(Object.keys(world).every((plural) => world[plural].length > 0), "every kind took part");
    const report = JSON.parse((await dabiao(["doctor", "--json"])).stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_targets], [0, 0, 0]);
});
