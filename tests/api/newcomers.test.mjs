// Newcomers: the ramp is the company's to say, and while there is no history of their own, colleagues' stands in for it.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, company, department, expectProblem, person, roundOf, send, sql, stack, unique } from "./lib.mjs";

const YEAR = new Date().getUTCFullYear() + 1; // the past counts that lies just before it
const MEASURE = "signed_amount";
const HISTORY = 8; // months

await stack();

let crew;
let boss;
let rep;
let round;
let veteran;
const put = (client, ramp, version) => client.send("PUT", "/targets/settings", { body: { ramp }, headers: { "If-Match": String(version) } });
const smart = async () => (await rep.get(`/target-rounds/${round.id}/plan`, { measure: MEASURE, subject_kind: "user", subject_id: rep.user.id })).smart;
const achievable = (of) => of.points.find((point) => point.key === "achievable");

async function promise(amount) {
    const { levels } = await rep.get(`/target-rounds/${round.id}/plan`, { measure: MEASURE, subject_kind: "user", subject_id: rep.user.id });
    const cells = Array.from({ length: 12 }, (_, at) => ({ subject_kind: "user", subject_id: rep.user.id, month: at + 1, amount, version: levels[0].versions[at] }));
    const answer = await rep.send("PUT", "/targets/grid", { body: { year: YEAR, measure: MEASURE, cells } });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return smart();
}
/** Somebody who signed one contract of `amount` in each of the last months. */
async function colleague(amount) {
    const who = await person({ department_id: crew.id });
    const customer = await who.post("/customers", { name: unique("customer") });
    const today = new Date((await who.get("/meta")).today);
    for (let back = 1; back <= HISTORY; back += 1) {
        const signed_on = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 15)).toISOString().slice(0, 10);
        await boss.post("/contracts", { name: unique("contract"), customer_id: customer.id, owner_id: who.user.id, amount_minor: amount, signed_on, status: "signed" });
    }
    return who;
}

before(async () => {
    boss = await admin();
    crew = await department({ name: unique("crew") });
    rep = await person({ department_id: crew.id });
    const chief = await person({ role: "executive" });
    round = await roundOf(chief, YEAR);
    const answer = await chief.send("PUT", `/target-rounds/${round.id}/asks`, { body: { measure: MEASURE, asks: [{ department_id: (await company()).id, amount: 1_000_00, version: 0 }] } });
    assert.equal(answer.status, 200);
});
test("the ramp is a setting: bounded, ascending, versioned and audited", async () => {
    expectProblem(await send("GET", "/targets/settings"), 401, "not_signed_in");
    expectProblem(await send("PUT", "/targets/settings", { body: {} }), 401, "not_signed_in");
    const now = await rep.get("/targets/settings");
    assert.deepEqual(now.ramp, [250_000, 500_000, 750_000]);
    expectProblem(await put(rep, [], now.version), 403, "forbidden");
    expectProblem(await boss.send("PUT", "/targets/settings", { body: { ramp: [] } }), 428, "version_required");
    expectProblem(await put(boss, [100_000], now.version + 7), 412, "stale_version");
    expectProblem(await put(boss, [100_000, -1], now.version), 422, "invalid", "ramp.1");
    expectProblem(await put(boss, [1_000_001], now.version), 422, "invalid", "ramp.0");
    expectProblem(await put(boss, [500_000, 400_000], now.version), 422, "invalid", "ramp.1");
    expectProblem(await put(boss, Array(13).fill(1), now.version), 422, "invalid", "ramp");
    expectProblem(await put(boss, "half", now.version), 422, "invalid", "ramp");
    expectProblem(await put(boss, [0.5], now.version), 422, "invalid");
    const changed = await put(boss, [100_000, 400_000], now.version);
    assert.deepEqual([changed.status, changed.body.ramp, changed.body.version], [200, [100_000, 400_000], now.version + 1]);
    const [[entries]] = await sql("SELECT COUNT(*) FROM audit_entry WHERE object = 'target_setting' AND action = 'update'");
    assert.ok(Number(entries) >= 1);
    await boss.patch(`/users/${rep.user.id}`, { joined_on: `${YEAR}-04-11` }, (await boss.get(`/users/${rep.user.id}`)).version);
    assert.deepEqual((await smart()).ramp, [0, 0, 0, 100_000, 400_000, ...Array(7).fill(1_000_000)], "targets go by it at once");
    const none = await put(boss, [], changed.body.version);
    assert.deepEqual((await smart()).ramp, [0, 0, 0, ...Array(9).fill(1_000_000)]);
    assert.equal(none.status, 200);
    expectProblem(await boss.send("PUT", "/targets/settings", { body: {}, headers: { "If-Match": String(none.body.version) } }), 422, "invalid", "ramp");
    assert.equal((await put(boss, [250_000, 500_000, 750_000], none.body.version)).status, 200);
    await boss.patch(`/users/${rep.user.id}`, { joined_on: null }, (await boss.get(`/users/${rep.user.id}`)).version);
});

test("who has no history goes by three colleagues of the same department and role, or by nobody", async () => {
    await colleague(80_00);
    await colleague(100_00);
    const few = await promise(100_00);
    assert.deepEqual([few.estimate, few.colleagues, achievable(few).hint], [null, 0, "no_history"], "two are not even looked at");
    await person({ department_id: crew.id }); // without history
    const still = await smart();
    assert.deepEqual([still.estimate, still.colleagues, achievable(still).hint], [null, 2, "no_history"]);
    await person({ department_id: crew.id, role: "manager" }); // of another role
    veteran = await colleague(120_00);
    const band = await smart();
    assert.deepEqual([band.estimate.source, band.colleagues, band.estimate.expected], ["colleagues", 3, 12 * 100_00]);
    assert.ok(band.estimate.low < 12 * 100_00 && band.estimate.high > 12 * 100_00);
    assert.deepEqual([achievable(band).is_met, achievable(band).hint], [true, null], "one is surely above, one surely below, one as likely as not");
    assert.equal(achievable(await promise(200_00)).hint, "peers_hard");
    assert.equal(achievable(await promise(10_00)).hint, "peers_easy");
});

test("own history comes first", async () => {
    const own = (await boss.get(`/target-rounds/${round.id}/plan`, { measure: MEASURE, subject_kind: "user", subject_id: veteran.user.id })).smart;
    assert.deepEqual([own.estimate.source, own.estimate.expected, own.colleagues], ["own", 12 * 120_00, 0]);
});
