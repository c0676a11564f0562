// What pools, batches and the tracking page cost in the large company. Everything that is done here is taken out of the
// tables again at the end, so that the company is the same for the next measurement.
import { claims } from "./load.mjs";

const BATCH = 10000;
const RECEIVERS = 50;
const CLAIMERS = 8;
const CLAIMS = 100; // of each in a round
/** People of fill/ who sell; the first of them claim. */
const FIRST_SELLER = 1001;

const number = async (sql, stack, statement) => Number((await sql(stack, statement))[0][0]);

const UNHELD = "owner_id IS NULL AND pool_id IS NULL AND deleted_at IS NULL";
const unheld = async (sql, stack, count) => (await sql(stack, `SELECT id FROM customer WHERE ${UNHELD} ORDER BY id LIMIT ${count}`)).map(([id]) => Number(id));

/** Requests of this part: post and wait for jobs as the administrator. */
function apiOf(stack, token) {
    const call = async (method, path, body) => {
        const answer = await fetch(`${stack.url}/api/v1${path}`, { method, body: body && JSON.stringify(body),
            headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...(method === "POST" ? { "Idempotency-Key": crypto.randomUUID() } : {}) } });
        const text = await answer.text();
        if (!answer.ok) {
            throw new Error(`${method} ${path}: ${answer.status} ${text}`);
        }
        return text === "" ? null : JSON.parse(text);
    };
    /** Waits for a job. */
    const job = async (id) => {
        for (;;) {
            const now = await call("GET", `/jobs/${id}`);
            if (!["queued", "running"].includes(now.status)) {
                if (now.status !== "done") {
                    throw new Error(`job ${id}: ${JSON.stringify(now)}`);
                }
                return now;
            }
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    };
    return { call, job };
}

/** Seconds from start to end of a job, without its wait in the queue. */
const secondsOf = (sql, stack, id) => number(sql, stack, `SELECT TIMESTAMPDIFF(MICROSECOND, started_at, finished_at) / 1e6 FROM job WHERE id = ${id}`);

/** Waits until nothing is left from before, as after a run that was broken off: it would be measured along. */
async function idle(sql, stack) {
    while ((await number(sql, stack, "SELECT COUNT(*) FROM job WHERE status IN ('queued', 'running') AND run_after <= UTC_TIMESTAMP(3)")) > 0) {
        await new Promise((resolve) => setTimeout(resolve, 500));
    }
}

/** Takes back what moved since `since`: who held what, and every row that was written for it. */
async function restore(sql, stack, since, batches, pools) {
    const moved = `SELECT DISTINCT record_id FROM ownership WHERE object = 'customer' AND changed_at >= '${since}'`;
    await sql(stack, `CREATE OR REPLACE TABLE bench_moved (PRIMARY KEY (record_id)) AS ${moved}`);
    await sql(stack, `DELETE a FROM assignment a JOIN bench_moved m ON m.record_id = a.customer_id WHERE a.created_at >= '${since}'`);
    await sql(stack, `UPDATE assignment a JOIN bench_moved m ON m.record_id = a.customer_id SET a.ended_at = NULL, a.ended_on = NULL, a.end_cause = NULL, a.end_reason = NULL, a.to_owner_id = NULL, a.to_pool_id = NULL,
        a.outcome = IF(a.deal_on IS NULL, 'open', 'won') WHERE a.ended_at >= '${since}'`);
    await sql(stack, `DELETE o FROM ownership o JOIN bench_moved m ON m.record_id = o.record_id WHERE o.object = 'customer' AND o.changed_at >= '${since}'`);
    await sql(stack, `UPDATE customer c JOIN bench_moved m ON m.record_id = c.id LEFT JOIN assignment a ON a.open_customer_id = c.id
        SET c.owner_id = a.owner_id, c.department_id = a.department_id, c.held_since = a.started_at, c.pool_id = NULL, c.pool_entered_at = NULL`);
    await sql(stack, `UPDATE customer SET pool_id = NULL, pool_entered_at = NULL WHERE pool_id IN (${pools.join(", ") || 0})`);
    await sql(stack, `DELETE FROM assignment_batch WHERE id IN (${batches.join(", ") || 0})`);
    for (const table of ["pool_event", "pool_run_item", "pool_run", "pool_rule", "notification"]) {
        await sql(stack, `DELETE FROM ${table} WHERE created_at >= '${since}'`);
    }
    await sql(stack, `DELETE FROM pool WHERE id IN (${pools.join(", ") || 0})`);
    await sql(stack, "DROP TABLE bench_moved");
}

/** 10,000 customers that nobody holds go to 50 people. */
async function measureBatch({ stack, sql, report }, admin, batches) {
    // A small company has fewer that nobody holds; half of them are left to be claimed.
    const ids = await unheld(sql, stack, Math.min(BATCH, Math.floor(await number(sql, stack, `SELECT COUNT(*) FROM customer WHERE ${UNHELD}`) / 2)));
    const people = Array.from({ length: RECEIVERS }, (_, i) => ({ user_id: FIRST_SELLER + i }));
    const { id, job_id } = await admin.call("POST", "/assignment-batches", { ids, strategy: "evenly", people, sla_policy_id: null });
    batches.push(id);
    await admin.job(job_id);
    const seconds = await secondsOf(sql, stack, job_id);
    const { assigned_count: assigned } = await admin.call("GET", `/assignment-batches/${id}`);
    report(`assign ${ids.length} customers to ${RECEIVERS} people`, "< 5 s", `${seconds.toFixed(1)} s`, "", seconds < 5 && assigned === ids.length);
    return [id, ids.length];
}

/** The tracking page of that batch, in which by now all kinds of things have happened. */
async function measureTracking({ stack, sql, measurePaths, token }, batch, size) {
    await sql(stack, `UPDATE assignment SET first_touch_at = IF(id MOD 10 < 7, started_at + INTERVAL 30 + id MOD 5000 MINUTE, NULL), response_minutes = IF(id MOD 10 < 7, 30 + id MOD 1800, NULL),
        last_touch_at = first_touch_at, follow_up_count = IF(id MOD 10 < 7, 1 + id MOD 6, 0), opportunity_count = id MOD 10 < 4, contract_count = id MOD 10 < 2,
        ordered_minor = IF(id MOD 10 < 2, 1000000 + id, 0), received_minor = IF(id MOD 10 < 1, 500000, 0), signed_on = IF(id MOD 10 < 2, started_on, NULL),
        deal_on = IF(id MOD 10 < 2, started_on, NULL), days_to_deal = IF(id MOD 10 < 2, 0, NULL), outcome = IF(id MOD 10 < 2, 'won', 'open') WHERE batch_id = ${batch}`);
    await sql(stack, "ANALYZE TABLE assignment");
    const batched = { field: "batch_id", op: "eq", value: batch };
    const page = (path, parameters, filter = batched) => `/api/v1${path}?${new URLSearchParams({ filter: JSON.stringify(filter), ...parameters })}`;
    for (const by of ["owner_id", "department_id"]) {
        await measurePaths(stack, token, `tracking summary of ${size} customers by ${by}, admin`, [page("/assignments/summary", { by, period: "week" })], 150);
    }
    const untouched = { all: [batched, { field: "first_touch_at", op: "is_null" }] };
    await measurePaths(stack, token, `tracking list of ${size} customers, admin`, [page("/assignments", { limit: 50, sort: "-started_at" }),
        page("/assignments", { limit: 50, sort: "-started_at", total: 1 }), page("/assignments", { limit: 50, sort: "-started_at" }, untouched)], 150);
}

async function measureClaims({ stack, sql, report, signIn, quietRounds, middle, ms, maxRounds }, admin, pools) {
    // Other people in each round, so that nobody claims more than a busy day's.
    const sellers = Array.from({ length: CLAIMERS * maxRounds }, (_, i) => FIRST_SELLER + i);
    await sql(stack, `INSERT IGNORE INTO user_credential (user_id, password_hash, changed_at) SELECT u.id, a.password_hash, a.changed_at FROM user_credential a JOIN user u ON u.id IN (${sellers}) WHERE a.user_id = 1`);
    const pool = await admin.call("POST", "/pools", { name: `Bench ${Date.now()}`, claims_per_day: CLAIMS, former_owner_days: 7, members: sellers.map((user_id) => ({ user_id })) });
    pools.push(pool.id);
    const tokens = [];
    for (const id of sellers) {
        tokens.push(await signIn(stack, `u${id}`));
    }
    const left = await number(sql, stack, `SELECT COUNT(*) FROM customer WHERE ${UNHELD}`);
    const wanted = CLAIMERS * Math.min(CLAIMS, Math.floor(left / CLAIMERS / maxRounds));
    const rounds = await quietRounds(async () => {
        const ids = await unheld(sql, stack, wanted);
        await sql(stack, `UPDATE customer SET pool_id = ${pool.id}, pool_entered_at = UTC_TIMESTAMP(3) - INTERVAL 10 DAY WHERE id IN (${ids})`);
        return claims(stack.url, pool.id, tokens.splice(0, CLAIMERS), ids);
    });
    const p95 = middle(rounds, (round) => round.p95_us);
    report(`claim a customer of a pool: ${CLAIMERS} clients`, "p95 < 25 ms", `p95 ${ms(p95)}, median ${ms(middle(rounds, (round) => round.median_us))}`, "",
        p95 < 25000 && rounds.every((round) => round.failed === 0));
}

/** A night with three rules over all customers, one of which takes about one in a hundred; lists are asked for meanwhile. */
async function measureNight({ stack, sql, report, wrk, token, sellerToken, ms }, admin, pools) {
    const pool = await admin.call("POST", "/pools", { name: `Bench night ${Date.now()}` });
    pools.push(pool.id);
    const rule = (more) => admin.call("POST", "/pool-rules", { name: "Bench", pool_id: pool.id, exempt_deal: true, exempt_open_opportunity: true, ...more });
    await rule({ kind: "no_follow_up", days: 3650 });
    await rule({ kind: "no_deal", days: 3650, working_days: true });
    await rule({ kind: "no_follow_up", days: 120, covers: { field: "employee_count", op: "lt", value: 90 } });
    const list = [`/api/v1/customers?limit=50&sort=-updated_at`];
    const alone = await wrk(stack.url, list, { token: sellerToken, clients: 2, seconds: 3 });
    const { job_id } = await admin.call("POST", "/pool-runs", undefined);
    let done = false;
    const meanwhile = [];
    const watch = (async () => {
        while (!done) {
            meanwhile.push(await wrk(stack.url, list, { token: sellerToken, clients: 2, seconds: 2 }));
        }
    })();
    await admin.job(job_id);
    done = true;
    await watch;
    const seconds = await secondsOf(sql, stack, job_id);
    const [[customers]] = await sql(stack, "SELECT COUNT(*) FROM customer WHERE deleted_at IS NULL");
    const [[taken]] = await sql(stack, `SELECT COUNT(*) FROM customer WHERE pool_id = ${pool.id}`);
    report(`nightly run of 3 rules over ${Number(customers).toLocaleString("en")} customers`, "< 60 s", `${seconds.toFixed(1)} s, ${taken} taken`, "", seconds < 60 && Number(taken) > 0);
    const p95 = Math.max(...meanwhile.map((one) => one.p95_us));
    report("customers of 50, seller, during the run: 2 clients", "≤ 3 × alone", `p95 ${ms(p95)} = ${(p95 / alone.p95_us).toFixed(1)} ×`, `alone p95 ${ms(alone.p95_us)}`,
        p95 <= 3 * alone.p95_us && meanwhile.every((one) => one.failed === 0));
}

/** `tools`: what bench.mjs measures and reports with. */
export async function measureTerritories(tools) {
    const { stack, sql, token } = tools;
    const admin = apiOf(stack, token);
    await idle(sql, stack);
    const [[since]] = await sql(stack, "SELECT UTC_TIMESTAMP(3)");
    const [batches, pools] = [[], []];
    try {
        const [batch, size] = await measureBatch(tools, admin, batches);
        await measureTracking(tools, batch, size);
        await measureClaims(tools, admin, pools);
        await measureNight(tools, admin, pools);
    } finally {
        await restore(sql, stack, since, batches, pools);
    }
}
