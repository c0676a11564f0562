// Random rounds never make a sum differ from its rows by one 分: people and heads enter and edit (two at once), submit, withdraw, return
// with and without another number, accept, agree, lock, change in mid-year and move between departments. After every 20 steps each node
// of the round and of the overview equals the rows of its subtree, year = quarters = months; what was agreed is never rewritten, and a
// change leaves everything before its month as it was. DABIAO_TEST_SEED repeats a run.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, dabiao, department, person, sql, stack, unique } from "./lib.mjs";

const YEAR = 2045; // a year no other test has figures in
const MEASURE = "signed_amount";
const OF = { year: YEAR, measure: MEASURE };
const SEED = Number(process.env.DABIAO_TEST_SEED ?? Date.now() % 1_000_000);
const STEPS = Number(process.env.DABIAO_TEST_STEPS ?? 200);
const LEVELS = ["base", "stretch", "challenge"];

await stack();

let chief;
let boss; // an executive: above all heads
let round;
let departments; // root > north, south > deep
let people; // [{ client, …}]: three levels, a head and two salespeople in each
let heads;

// mulberry32: the same numbers for the same seed everywhere.
let state = SEED;
function random(below) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
}
const pick = (list) => list[random(list.length)];
const monthOn = (month) => `${YEAR}-${String(month).padStart(2, "0")}-01`;
const money = () => random(50_000_00);

before(async () => {
    chief = await admin();
    const top = await company();
    boss = await person({ role: "executive" });
    const root = await department({ name: unique("r-root"), parent_id: top.id });
    const north = await department({ name: unique("r-north"), parent_id: root.id });
    const south = await department({ name: unique("r-south"), parent_id: root.id });
    const deep = await department({ name: unique("r-deep"), parent_id: south.id });
    departments = [root, north, south, deep];
    heads = [];
    people = [];
    for (const place of departments) {
        const head = await person({ role: "manager", department_id: place.id });
        await chief.patch(`/departments/${place.id}`, { manager_id: head.user.id }, place.version);
        heads.push(head);
        people.push(head, await person({ role: "sales", department_id: place.id }), await person({ role: "sales", department_id: place.id }));
    }
    for (const rep of people.filter((_, at) => at % 3 === 1)) {
        const customer = await rep.post("/customers", { name: unique("customer") });
        await chief.post("/contracts", { name: unique("contract"), customer_id: customer.id, owner_id: rep.user.id, status: "signed",
            signed_on: `${YEAR}-03-03`, amount_minor: 12_345_67, cost_minor: 1 });
    }
    round = await boss.post("/target-rounds", { year: YEAR, deadline_on: `${YEAR - 1}-12-15` });
    const asks = departments.map((place, at) => ({ department_id: place.id, amount: 1_000_000_01 * (4 - at), version: 0 }));
    assert.equal((await boss.send("PUT", `/target-rounds/${round.id}/asks`, { body: { measure: MEASURE, asks } })).status, 200);
});

/** Somebody's target: a person's own, or a head's department. */
const subjects = () => [
    ...people.map((client) => ({ client, subject: { subject_kind: "user", subject_id: client.user.id } })),
    ...departments.map((place, at) => ({ client: heads[at], subject: { subject_kind: "department", subject_id: place.id } }))];
const planOf = (client, subject) => client.get(`/target-rounds/${round.id}/plan`, { measure: MEASURE, ...subject });

/** What a rule of the round may refuse; anything else is a fault. */
const REFUSED = { 403: ["target_not_yours", "forbidden"], 404: ["not_found"], 409: ["target_state"], 412: ["target_conflict", "stale_version"], 422: ["invalid", "target_locked"] };
function expected(answer, what) {
    assert.ok(answer.status < 300 || REFUSED[answer.status]?.includes(answer.body?.code), `seed ${SEED}, ${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
    taken[what] = (taken[what] ?? 0) + (answer.status < 300 ? 1 : 0);
    return answer.status < 300 ? answer.body : null;
}
/** How often each kind of step was taken; what was agreed; changes that wait for an answer. */
const taken = {};
const agreed = [];
const waiting = [];
async function step(client, word, subject, body = {}) {
    const { version } = await planOf(boss, subject);
    return expected(await client.send("POST", `/target-rounds/${round.id}/plan/${word}`, { body: { measure: MEASURE, ...subject, version, ...body } }), word);
}
const save = (client, cells, level) => client.send("PUT", "/targets/grid", { body: { ...OF, level, cells } });

const DO = {
    async edit({ client, subject }) {
        const level = random(4) === 0 ? pick(LEVELS.slice(1)) : "base";
        const plan = await planOf(client, subject);
        const { versions } = plan.levels.find((one) => one.level === level);
        const first = random(12);
        const list = Array.from({ length: 1 + random(12 - first) }, (_, at) => ({ ...subject, month: first + at + 1, amount: money(), version: versions[first + at] }));
        expected(await save(client, list, level), "edit");
    },
    /** Two at once from the same versions: both may not win. */
    async both({ client, subject }) {
        const plan = await planOf(client, subject);
        const version = plan.levels[0].versions[0];
        const was = plan.levels[0].amounts[0];
        const [a, b] = [was + 1, was + 2].map((amount) => save(client, [{ ...subject, month: 1, amount, version }], "base"));
        const answers = await Promise.all([a, b]);
        answers.forEach((answer) => expected(answer, "both"));
        assert.ok(answers.filter((answer) => answer.status === 200).length <= 1, `seed ${SEED}: two edits from one version were both taken`);
    },
    submit: ({ client, subject }) => step(client, "submit", subject),
    withdraw: ({ client, subject }) => step(client, "withdraw", subject),
    back: ({ subject }) => step(boss, "return", subject, { reason: "again", ...(random(2) ? { amounts: Array.from({ length: 12 }, money) } : {}) }),
    accept: ({ client, subject }) => step(client, "accept", subject),
    async agree(one) {
        if (await step(boss, "agree", one.subject)) {
            agreed.push(one);
        }
    },
    foreign: ({ subject }) => step(pick(people), pick(["submit", "agree", "accept", "withdraw"]), subject),
    async change(any) {
        const { client, subject } = agreed.length > 0 ? pick(agreed) : any;
        const month = 1 + random(12);
        const body = { reason: "mid-year", effective_on: monthOn(month), amounts: Array.from({ length: 13 - month }, money) };
        if (await step(random(2) ? client : boss, "change", subject, body)) {
            waiting.push({ client, subject });
        }
    },
    async answer(any) {
        const { client, subject } = waiting.pop() ?? any;
        const was = await planOf(boss, subject);
        const pending = was.versions.find((one) => one.number === was.change_number);
        const word = random(4) === 0 ? "change-decline" : "change-agree";
        const now = await step(was.change_by_owner ? boss : client, word, subject, { reason: "answer" });
        if (now && pending && word === "change-agree") {
            const kept = Number(pending.effective_on.slice(5, 7)) - 1;
            for (const [at, level] of now.levels.entries()) {
                assert.deepEqual(level.amounts.slice(0, kept), was.levels[at].amounts.slice(0, kept), `seed ${SEED}: months before the change`);
            }
            for (const version of was.versions.filter((one) => one.in_force && one.in_force.to_on <= pending.effective_on)) {
                assert.deepEqual(now.versions.find((one) => one.number === version.number).in_force, version.in_force, `seed ${SEED}: attained before the change`);
            }
        }
    },
    async move() {
        const client = pick(people.filter((one) => !heads.includes(one)));
        const answer = await chief.send("POST", `/users/${client.user.id}/move`, { body: { department_id: pick(departments).id, manager_id: null,
            from_on: `${YEAR}-${String(1 + random(12)).padStart(2, "0")}-${String(1 + random(28)).padStart(2, "0")}` } });
        assert.ok(answer.status < 300 || [409, 422].includes(answer.status), `seed ${SEED}, move: ${answer.status} ${JSON.stringify(answer.body)}`);
    },
};
const WORDS = ["edit", "edit", "edit", "both", "submit", "submit", "withdraw", "back", "accept", "agree", "agree", "foreign", "change", "change", "answer", "answer", "move"];

/** Every version as it was first seen. */
const seen = new Map();

async function checkNode(place) {
    const node = await boss.get(`/target-rounds/${round.id}/node`, { measure: MEASURE, department_id: place.id });
    for (const [key, level] of [["entered", "base"], ["stretch", "stretch"], ["challenge", "challenge"]]) {
        const [[rows]] = await sql(`SELECT COALESCE(SUM(v.amount), 0) FROM target_value v JOIN department_path p ON p.descendant_id = v.department_id
            WHERE p.ancestor_id = ${place.id} AND v.measure = '${MEASURE}' AND v.level = '${level}' AND v.month_on BETWEEN '${YEAR}-01-01' AND '${YEAR}-12-01'`);
        assert.equal(node.node[key], Number(rows), `seed ${SEED}: ${key} of ${place.name} and its rows`);
        assert.equal(node.node[key], node.children.reduce((sum, line) => sum + line[key], node.own[level]), `seed ${SEED}: ${key} of ${place.name} and its lines`);
        const [months, quarters] = await Promise.all(["month", "quarter"].map((by) => boss.get("/targets/overview", { ...OF, level, by, department_id: place.id })));
        const total = (list, of) => list.reduce((sum, one) => sum + one[of], 0);
        for (const of of ["target", "actual"]) {
            assert.equal(total(months.node.periods, of), months.node[of], `seed ${SEED}: months`);
            assert.equal(total(quarters.node.periods, of), months.node[of], `seed ${SEED}: quarters`);
            quarters.node.periods.forEach((quarter, at) => assert.equal(quarter[of], total(months.node.periods.slice(at * 3, at * 3 + 3), of), `seed ${SEED}: a quarter`));
            assert.equal(total(months.children, of) + months.own[of], months.node[of], `seed ${SEED}: lines of the overview`);
        }
        assert.equal(months.node.target, Number(rows), `seed ${SEED}: overview of ${place.name}`);
    }
}

async function check() {
    for (const place of departments) {
        await checkNode(place);
    }
    for (const { subject } of subjects()) {
        for (const { number, levels, effective_on } of (await planOf(boss, subject)).versions) {
            const key = `${subject.subject_kind}/${subject.subject_id}/${number}`;
            const text = JSON.stringify([levels, effective_on]);
            assert.equal(seen.get(key) ?? text, text, `seed ${SEED}: version ${key} was rewritten`);
            seen.set(key, text);
        }
    }
}

test(`${STEPS} random steps of a round, seed ${SEED}`, async () => {
    for (let at = 1; at <= STEPS; at += 1) {
        const word = pick(WORDS);
        await DO[word](pick(subjects()));
        if (at === Math.floor(STEPS / 2)) {
            const { version } = (await boss.get("/target-rounds")).items.find((one) => one.id === round.id);
            assert.equal((await boss.send("POST", `/target-rounds/${round.id}/lock`, { body: { anyway: true }, headers: { "If-Match": `"${version}"` } })).status, 200);
        }
        if (at % 20 === 0) {
            await check();
        }
    }
    for (const word of ["edit", "both", "submit", "return", "agree", "change", "change-agree"]) {
        assert.ok(taken[word] > 0, `seed ${SEED}: nothing was taken of ${word}`);
    }
    assert.ok(seen.size > 10, `only ${seen.size} versions`);
    const report = JSON.parse((await dabiao(["doctor", "--json"])).stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_targets], [0, 0, 0]);
});
