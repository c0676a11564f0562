// MON-4: whatever is done with contracts, plans, payments and refunds, in whatever order and by how many at once: after each
// step everything balances to the 分, straight from the rows. DABIAO_TEST_SEED repeats a run of one client.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, sql, stack, unique } from "./lib.mjs";

const SEED = Number(process.env.DABIAO_TEST_SEED ?? Date.now() % 1_000_000);
const STEPS = Number(process.env.DABIAO_TEST_STEPS ?? 200);
const CLIENTS = 4;

await stack();

let boss;

before(async () => {
    boss = await admin();
    for (const [rate_on, rate_nano] of [["2024-01-01", 7_123_456_789], ["2024-06-01", 6_999_999_999], ["2093-01-01", 3_333_333_333]]) {
        await boss.post("/exchange-rates", { currency: "NZD", rate_on, rate_nano });
    }
});

// mulberry32: the same numbers for the same seed everywhere.
function randomOf(seed) {
    let state = seed;
    return (below) => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) % below;
    };
}

async function worldOf() {
    const customer = await boss.post("/customers", { name: unique("钱") });
    const contracts = [];
    for (let i = 0; i < 3; i++) {
        const lines = [["甲", 300_01], ["乙", 0], ["丙", 199_99]].map(([name, unit_price_minor]) => ({ name, quantity_milli: 1000, unit_price_minor, unit_cost_minor: 50_00 }));
        contracts.push(await boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, status: "signed", signed_on: "2024-01-01", currency: i === 2 ? "NZD" : "CNY",
            ...(i === 0 ? { amount_minor: 500_00 } : { lines }) }));
    }
    return { customer, contracts: contracts.map((one) => one.id), orders: [], installments: [], payments: [], refunds: [] };
}

function stepsOf(world, random) {
    const pick = (list) => list[random(list.length)];
    const day = () => `20${90 + random(9)}-0${1 + random(9)}-1${random(10)}`;
    const amount = () => 1 + random(300_00);
    const change = async (plural, id, body) => {
        const { body: now, status } = await boss.send("GET", `/${plural}/${id}`);
        return status === 200 ? boss.send("PATCH", `/${plural}/${id}`, { body, headers: { "If-Match": String(now.version) } }) : { status };
    };
    const make = async (plural, body) => {
        const answer = await boss.send("POST", `/${plural === "orders" ? "change-orders" : plural}`, { body });
        if (answer.status === 201) {
            world[plural].push(answer.body.id);
        }
        return answer;
    };
    const remove = async (plural) => {
        const id = pick(world[plural]);
        const { body: now } = id ? await boss.send("GET", `/${plural}/${id}`) : { body: null };
        return now?.version ? boss.send("DELETE", `/${plural}/${id}`, { headers: { "If-Match": String(now.version) } }) : { status: 404 };
    };
    const restore = async (plural) => (world[plural].length > 0 ? boss.send("POST", `/${plural}/${pick(world[plural])}/restore`) : { status: 404 });
    const wishes = () => Array.from({ length: random(4) }, () =>
        (random(2) === 0 && world.installments.length > 0 ? { installment_id: pick(world.installments), amount_minor: amount() } : { contract_id: pick(world.contracts), amount_minor: amount() }));
    // A wish for some lines of its contract, as they are now.
    const byLine = async () => {
        const contract_id = pick(world.contracts);
        const { lines } = await boss.get(`/contracts/${contract_id}`);
        const chosen = lines.filter(() => random(2) === 0).map((line) => ({ line_id: line.id, amount_minor: 1 + random(1 + Math.min(150_00, line.open_minor)) }));
        return [{ contract_id, amount_minor: chosen.reduce((sum, one) => sum + one.amount_minor, random(50_00) + 1), lines: chosen }];
    };
    const refundLines = async (id) => {
        const payment = await boss.send("GET", `/payments/${id}`);
        const lines = (payment.body.allocations ?? []).flatMap((one) => one.lines).filter((one, index, all) => random(2) === 0 && all.findIndex((other) => other.line_id === one.line_id) === index)
            .map((line) => ({ line_id: line.line_id, amount_minor: 1 + random(line.amount_minor) }));
        return { payment_id: id, refunded_on: day(), amount_minor: lines.reduce((sum, one) => sum + one.amount_minor, 1 + random(20_00)), lines };
    };
    const of = (plural, then) => (world[plural].length > 0 ? then(pick(world[plural])) : { status: 404 });
    return [
        () => make("payments", { contract_id: pick(world.contracts), amount_minor: amount(), received_on: day() }),
        () => make("payments", { contract_id: pick(world.contracts), amount_minor: amount(), received_on: day() }),
        () => make("payments", { contract_id: pick(world.contracts), amount_minor: amount(), received_on: day(), allocations: wishes() }),
        async () => { const allocations = await byLine(); return make("payments", { ...allocations[0], lines: undefined, amount_minor: allocations[0].amount_minor + random(50_00), received_on: day(), allocations }); },
        () => of("payments", async (id) => change("payments", id, { allocations: await byLine() })),
        () => of("payments", async (id) => make("refunds", await refundLines(id))),
        () => of("refunds", (id) => change("refunds", id, { lines: [] })),
        () => make("installments", { contract_id: pick(world.contracts), name: "期", due_on: day(), amount_minor: 1 + random(150_00) }),
        () => make("installments", { contract_id: pick(world.contracts), name: "期", due_on: day(), amount_minor: 1 + random(150_00) }),
        () => of("payments", (id) => make("refunds", { payment_id: id, amount_minor: 1 + random(100_00), refunded_on: day() })),
        () => of("refunds", (id) => change("refunds", id, { amount_minor: 1 + random(100_00) })),
        () => of("payments", (id) => change("payments", id, { amount_minor: amount() })),
        () => of("payments", (id) => change("payments", id, { received_on: day() })),
        () => of("payments", (id) => change("payments", id, { allocations: random(4) === 0 ? null : wishes() })),
        () => of("payments", (id) => change("payments", id, { allocations: wishes() })),
        () => of("installments", (id) => change("installments", id, { amount_minor: 1 + random(200_00) })),
        () => of("installments", (id) => change("installments", id, { due_on: day() })),
        () => of("installments", (id) => change("installments", id, { status: random(2) === 0 ? "void" : "pending" })),
        () => make("orders", { contract_id: pick(world.contracts), reason: "变更", status: "effective", amount_minor: 100_00 + random(900_00), tax_rate_ppm: random(2) * 130_000 }),
        () => make("orders", { contract_id: pick(world.contracts), reason: "变更", status: pick(["draft", "effective"]), effective_on: `2024-0${1 + random(9)}-01`,
            cost_minor: random(100_00), lines: Array.from({ length: random(4) }, () => ({ name: pick(["甲", "乙", "丁"]), quantity_milli: 1 + random(9_999), unit_price_minor: random(200_00), unit_cost_minor: random(100_00) })) }),
        () => of("orders", (id) => change("change-orders", id, pick([{ status: "effective" }, { discount_minor: random(50_00) }, { amount_minor: 100_00 + random(900_00) }]))),
        () => change("contracts", pick(world.contracts), { status: pick(["signed", "signed", "void", "completed"]) }),
        () => remove(pick(["payments", "refunds", "installments"])),
        () => restore(pick(["payments", "refunds", "installments"])),
    ].map((step) => async () => {
        const { status, body } = await step();
        // A refusal that the rules ask for is no fault; a server that fails or gives up is one.
        assert.ok([200, 201, 204, 404, 409, 412, 422].includes(status), JSON.stringify(body));
        return status < 300;
    });
}

const numbers = async (statement) => (await sql(statement)).map((row) => Number(Array.isArray(row) ? row[0] : Object.values(row)[0]));

// Every sum again, from the rows, for the contracts of one customer.
async function assertBalanced(world, what) {
    const contracts = world.contracts.join(", ");
    const faults = {
        "payments: amount = refunded + allocated + prepaid, none negative": `SELECT COUNT(*) FROM payment WHERE contract_id IN (${contracts}) AND deleted_at IS NULL
            AND (amount_minor <> refunded_minor + allocated_minor + prepaid_minor OR refunded_minor < 0 OR allocated_minor < 0 OR prepaid_minor < 0)`,
        "deleted payments are for nothing": `SELECT COUNT(*) FROM payment WHERE contract_id IN (${contracts}) AND deleted_at IS NOT NULL AND (allocated_minor <> 0 OR prepaid_minor <> 0)`,
        "payments: allocated = sum of allocations": `SELECT COUNT(*) FROM payment p WHERE p.contract_id IN (${contracts}) AND p.allocated_minor <>
            (SELECT COALESCE(SUM(a.amount_minor), 0) FROM allocation a WHERE a.payment_id = p.id)`,
        "payments: refunded = sum of refunds": `SELECT COUNT(*) FROM payment p WHERE p.contract_id IN (${contracts}) AND p.refunded_minor <>
            (SELECT COALESCE(SUM(r.amount_minor), 0) FROM refund r WHERE r.payment_id = p.id AND r.deleted_at IS NULL)`,
        "contracts: received = sum of allocations, not more than they cost, nothing when void": `SELECT COUNT(*) FROM contract k WHERE k.id IN (${contracts}) AND (k.received_minor <>
            (SELECT COALESCE(SUM(a.amount_minor), 0) FROM allocation a WHERE a.contract_id = k.id) OR k.received_minor > IF(k.status = 'void', 0, k.amount_minor))`,
        "contracts: planned = sum of the plan, which fits": `SELECT COUNT(*) FROM contract k WHERE k.id IN (${contracts}) AND (k.planned_minor > k.amount_minor OR k.planned_minor <>
            (SELECT COALESCE(SUM(i.amount_minor), 0) FROM installment i WHERE i.contract_id = k.id AND i.deleted_at IS NULL AND NOT i.is_void))`,
        "contracts: what change orders did is the sum of what they say, and what was signed is what is left": `SELECT COUNT(*) FROM contract k WHERE k.id IN (${contracts}) AND (
            k.changed_minor <> (SELECT COALESCE(SUM(g.delta_minor), 0) FROM change_order g WHERE g.contract_id = k.id AND g.status = 'effective')
            OR k.changed_profit_minor <> (SELECT COALESCE(SUM(g.profit_delta_minor), 0) FROM change_order g WHERE g.contract_id = k.id AND g.status = 'effective')
            OR k.amount_minor - k.changed_minor <> 500_00 OR k.margin_minor <> k.amount_minor - k.tax_minor - k.cost_minor)`.replace("500_00", "50000"),
        "contracts: amount = lines less discount, and tax": `SELECT COUNT(*) FROM contract k JOIN (SELECT contract_id, SUM(amount_minor) AS amount, SUM(cost_minor) AS cost FROM contract_line GROUP BY contract_id) l
            ON l.contract_id = k.id WHERE k.id IN (${contracts}) AND (k.amount_minor <> l.amount - k.discount_minor + k.tax_minor OR k.cost_minor <> l.cost
            OR k.tax_minor <> ROUND((l.amount - k.discount_minor) * k.tax_rate_ppm / 1000000))`,
        "lines: their totals and taxes are the contract's": `SELECT COUNT(*) FROM contract k JOIN (SELECT contract_id, SUM(total_minor) AS total, SUM(tax_minor) AS tax FROM contract_line GROUP BY contract_id) l
            ON l.contract_id = k.id WHERE k.id IN (${contracts}) AND (k.amount_minor <> l.total OR k.tax_minor <> l.tax)`,
        "lines: received = sum of shares, not more than their totals": `SELECT COUNT(*) FROM contract_line l WHERE l.contract_id IN (${contracts}) AND (l.received_minor > l.total_minor OR l.refunded_minor < 0
            OR l.received_minor <> (SELECT COALESCE(SUM(s.amount_minor), 0) FROM allocation_line s WHERE s.line_id = l.id))`,
        "lines: received adds up to what the contract received": `SELECT COUNT(*) FROM contract k JOIN (SELECT contract_id, SUM(received_minor) AS received FROM contract_line GROUP BY contract_id) l
            ON l.contract_id = k.id WHERE k.id IN (${contracts}) AND k.received_minor <> l.received`,
        "lines: not more was refunded from them than was refunded": `SELECT COUNT(*) FROM (SELECT SUM(l.refunded_minor) AS refunded FROM contract_line l WHERE l.contract_id IN (${contracts})) l
            JOIN (SELECT SUM(refunded_minor) AS refunded FROM payment WHERE contract_id IN (${contracts}) AND deleted_at IS NULL) p WHERE l.refunded > p.refunded`,
        "allocations: the sum of their lines, which are the contract's": `SELECT (SELECT COUNT(*) FROM allocation a WHERE a.contract_id IN (SELECT l.contract_id FROM contract_line l WHERE l.contract_id IN (${contracts}))
            AND a.amount_minor <> (SELECT COALESCE(SUM(s.amount_minor), 0) FROM allocation_line s WHERE s.allocation_id = a.id))
            + (SELECT COUNT(*) FROM allocation a JOIN allocation_line s ON s.allocation_id = a.id JOIN contract_line l ON l.id = s.line_id WHERE a.contract_id IN (${contracts}) AND l.contract_id <> a.contract_id)`,
        "facts: what counts of a contract is its amount": `SELECT COUNT(*) FROM contract k WHERE k.id IN (${contracts}) AND IF(k.status IN ('signed', 'completed'), k.base_minor, 0) <>
            (SELECT COALESCE(SUM(f.amount), 0) FROM metric_fact f WHERE f.measure = 'signed_amount' AND ((f.object = 'contract' AND f.record_id = k.id)
            OR (f.object = 'change_order' AND f.record_id IN (SELECT g.id FROM change_order g WHERE g.contract_id = k.id))))`,
        "company currency: amount at the rate that was kept": `SELECT (SELECT COUNT(*) FROM contract d WHERE d.id IN (${contracts}) AND (d.base_minor <> ROUND(d.amount_minor * d.rate_nano / 1000000000)
            OR d.base_margin_minor <> ROUND(d.margin_minor * d.rate_nano / 1000000000) OR d.rate_nano <> IF(d.currency = 'NZD', 7123456789, 1000000000)
            OR d.changed_base_minor <> (SELECT COALESCE(SUM(g.base_delta_minor), 0) FROM change_order g WHERE g.contract_id = d.id AND g.status = 'effective')))
            + (SELECT COUNT(*) FROM payment d WHERE d.contract_id IN (${contracts}) AND d.base_minor <> ROUND(d.amount_minor * d.rate_nano / 1000000000))
            + (SELECT COUNT(*) FROM refund d WHERE d.contract_id IN (${contracts}) AND d.base_minor <> ROUND(d.amount_minor * d.rate_nano / 1000000000))`,
        "installments: received = sum of allocations, not more than they cost": `SELECT COUNT(*) FROM installment i WHERE i.contract_id IN (${contracts}) AND i.deleted_at IS NULL
            AND (i.received_minor > i.amount_minor OR i.received_minor <> (SELECT COALESCE(SUM(a.amount_minor), 0) FROM allocation a WHERE a.installment_id = i.id))`,
        "installments: open and status follow": `SELECT COUNT(*) FROM installment i JOIN contract k ON k.id = i.contract_id WHERE k.id IN (${contracts}) AND i.deleted_at IS NULL AND NOT (
            IF(i.is_void OR k.status = 'void', i.status = 'void' AND i.open_minor = 0 AND i.received_minor = 0, i.open_minor = i.amount_minor - i.received_minor AND
            i.status = IF(i.open_minor = 0, 'paid', IF(i.received_minor > 0, 'partial', 'pending'))))`,
        "nothing is allocated to what is gone": `SELECT COUNT(*) FROM allocation a LEFT JOIN installment i ON i.id = a.installment_id JOIN payment p ON p.id = a.payment_id
            WHERE a.contract_id IN (${contracts}) AND (i.deleted_at IS NOT NULL OR i.is_void OR p.deleted_at IS NOT NULL OR i.contract_id <> a.contract_id)`,
    };
    const names = Object.keys(faults);
    const found = await numbers(Object.values(faults).map((select) => `(${select})`).join(" UNION ALL "));
    assert.deepEqual(found.length, names.length);
    names.forEach((name, index) => assert.equal(found[index], 0, `${what}: ${name}`));
}

test(`MON-4: everything balances after each of ${STEPS} random steps (seed ${SEED})`, { timeout: 900_000 }, async (context) => {
    const world = await worldOf();
    const random = randomOf(SEED);
    const steps = stepsOf(world, random);
    let done = 0;
    for (let i = 1; i <= STEPS; i++) {
        done += await steps[random(steps.length)]();
        await assertBalanced(world, `seed ${SEED}, step ${i}`);
    }
    const [wishes, refunds] = await numbers(`SELECT said_wishes FROM (SELECT (SELECT COUNT(*) FROM allocation_wish_line w JOIN contract_line l ON l.id = w.line_id WHERE l.contract_id IN (${world.contracts.join(", ")})) AS said_wishes
        UNION ALL SELECT (SELECT COUNT(*) FROM refund_line r JOIN contract_line l ON l.id = r.line_id WHERE l.contract_id IN (${world.contracts.join(", ")}))) s`);
    context.diagnostic(`choices of lines that stand at the end: ${wishes} of payments, ${refunds} of refunds`);
    context.diagnostic(`${done} of ${STEPS} steps changed something; ${Object.entries(world).map(([name, list]) => `${name} ${list.length ?? ""}`).join(", ")}`);
    assert.ok(done > STEPS / 4);
});

test(`MON-4: four clients at once leave everything balanced (seed ${SEED})`, { timeout: 900_000 }, async () => {
    const world = await worldOf();
    for (let round = 1; round <= 5; round++) {
        await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => {
            const random = randomOf(SEED + round * CLIENTS + client);
            const steps = stepsOf(world, random);
            for (let i = 0; i < STEPS / 20; i++) {
                await steps[random(steps.length)]();
            }
        }));
        await assertBalanced(world, `seed ${SEED}, round ${round}`);
    }
    const report = JSON.parse((await dabiao(["doctor", "--json"])).stdout);
    assert.deepEqual([report.wrong_facts, report.wrong_rollups, report.wrong_others], [0, 0, 0]);
});
