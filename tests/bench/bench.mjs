// `make bench`: measures the program with the large company in it and prints a table, each line beside its target and
// its yardstick. Absolute times vary between machines and with what else runs; the ratios are the point.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../harness/process.mjs";
import { ADMIN, sql } from "../harness/stack.mjs";
import { BENCH, openCompany, startLean } from "./company.mjs";
import { bare, patches, percentile, residentOf, wrk } from "./load.mjs";

const CLIENTS = 8;
const SECONDS = 4;
const ROUNDS = 3;
const WORKERS = 4;

const { values: options } = parseArgs({ options: {
    write: { type: "boolean", default: false }, requests: { type: "string", default: "20000" } } });
const SCALE = Number(process.env.SCALE ?? 1);

/** Who looks: the database of fill/ gives these three the administrator's password. */
const PEOPLE = { seller: "u1000", "small manager": "u28", manager: "u2", admin: ADMIN.login };

const rows = [];

const ms = (micros) => `${(micros / 1000).toFixed(micros < 10000 ? 2 : 1)} ms`;

/** A line of the table. `good` is undefined where there is no target. */
function report(what, target, measured, yardstick, good) {
    rows.push([what, target, measured, yardstick, good === undefined ? "" : good ? "met" : "**missed**"]);
    console.log(rows.at(-1).join(" | "));
}

/** The median round of several by one of its numbers: other work on the machine disturbs single rounds. */
async function median(measure, key) {
    const results = [];
    for (let i = 0; i < ROUNDS; i++) {
        results.push(await measure());
    }
    return results.sort((a, b) => a[key] - b[key])[Math.floor(ROUNDS / 2)];
}

async function signIn(stack, login) {
    const answer = await fetch(`${stack.url}/api/v1/auth/sign-in`, { method: "POST",
        headers: { "Content-Type": "application/json" }, body: JSON.stringify({ login, password: ADMIN.password, client: "app" }) });
    const body = await answer.json();
    if (answer.status !== 200) {
        throw new Error(`${login} cannot sign in: ${JSON.stringify(body)}`);
    }
    return body.access_token;
}

async function get(stack, token, path) {
    const answer = await fetch(stack.url + path, { headers: { Authorization: `Bearer ${token}` } });
    const body = await answer.json();
    if (answer.status !== 200) {
        throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(body)}`);
    }
    return body;
}

/**
 * The statements of some lists as the program sends them, with their values: from the server's own log, which shows the
 * values of statements prepared while it is on. So the workers are replaced before, and after, since such statements are slower.
 */
async function statementsOf(stack, requests) {
    const log = join(stack.var, "mariadb/tmp/statements.log");
    const found = [];
    rmSync(log, { force: true });
    await sql(stack, `SET GLOBAL general_log_file = '${log}'; SET GLOBAL general_log = 1`);
    await renewWorkers(stack);
    for (const { token, path } of requests) {
        await get(stack, token, path);
        const texts = [...readFileSync(log, "utf8").matchAll(/\d+ (?:Execute|Query)\t(.*)/g)].map((match) => match[1]);
        found.push(texts.filter((text) => /FROM \(SELECT t\.id/.test(text)).at(-1));
    }
    await sql(stack, "SET GLOBAL general_log = 0");
    await renewWorkers(stack);
    return found;
}

async function renewWorkers(stack) {
    process.kill(stack.services.dabiao, "SIGHUP");
    await new Promise((resolve) => setTimeout(resolve, 3000));
}

const api = (path, parameters = {}) => `/api/v1${path}?${new URLSearchParams(parameters)}`;

const LEVEL_A = JSON.stringify({ field: "level", op: "eq", value: "a" });

/** The lists of the table: who, and which page. */
const LISTS = [
    ["seller", "customers", "-updated_at", LEVEL_A],
    ["small manager", "customers", "-updated_at", LEVEL_A],
    ["manager", "customers", "-updated_at", LEVEL_A],
    ["admin", "customers", "-updated_at", LEVEL_A],
    ["admin", "customers", "name", LEVEL_A],
    ["manager", "follow-ups", "-followed_at", undefined],
    ["manager", "opportunities", "-updated_at", JSON.stringify({ field: "status", op: "eq", value: "open" })],
    ["manager", "payments", "-received_on", undefined],
];

async function measureLists(stack, tokens, password) {
    const cases = LISTS.map(([who, object, sort, filter]) => ({ who, object, sort, filter, token: tokens[who],
        path: api(`/${object}`, { limit: 50, sort, ...(filter ? { filter } : {}) }) }));
    const statements = await statementsOf(stack, cases);
    cases.forEach((one, at) => (one.statement = statements[at]));
    const lean = await startLean(stack, password, Object.fromEntries(cases.map((one, at) => [`c${at}`, one.statement])), WORKERS);
    for (const [at, one] of cases.entries()) {
        const name = `${one.object} of 50, ${one.who}, sort ${one.sort}${one.filter ? ", filtered" : ""}`;
        // In turns, so that what else runs on the machine slows both alike.
        const rounds = [];
        for (let i = 0; i < ROUNDS; i++) {
            const own = await wrk(stack.url, [one.path], { token: one.token, clients: 1, seconds: SECONDS / 2 });
            const sql = await bare(stack, password, one.statement, SECONDS / 2);
            const full = await wrk(stack.url, [one.path], { token: one.token, clients: CLIENTS, seconds: SECONDS });
            const php = lean && await wrk(lean.url, [`/?case=c${at}`], { clients: CLIENTS, seconds: SECONDS });
            rounds.push({ own, sql, full, php, ratio: own.quick_us / sql.quick_us,
                gain: php && (full.requests / full.seconds) / (php.requests / php.seconds) });
        }
        const middle = (pick) => percentile(rounds.map(pick), 0.5);
        const failed = rounds.some((round) => round.own.failed + round.full.failed > 0);
        if (rounds.some((round) => round.php?.failed > 0)) {
            throw new Error("the PHP endpoint does not answer; build/bench/var/lean/fpm.log tells more");
        }
        const ratio = middle((round) => round.ratio);
        report(`${name}: 1 client`, "≤ 2.0 × bare SQL", `${ms(middle((r) => r.own.quick_us))} = ${ratio.toFixed(2)} ×`,
            `bare SQL ${ms(middle((r) => r.sql.quick_us))}`, ratio <= 2 && !failed);
        const p95 = middle((round) => round.full.p95_us);
        report(`${name}: 8 clients`, "p95 < 50 ms", `p95 ${ms(p95)}, ${Math.round(middle((r) => r.full.requests / r.full.seconds))}/s`, "", p95 < 50000 && !failed);
        if (lean) {
            const gain = middle((round) => round.gain);
            report(`${name}: requests/s`, "≥ 1.5 × lean PHP", `${gain.toFixed(2)} ×`,
                `PHP ${Math.round(middle((r) => r.php.requests / r.php.seconds))}/s, p95 ${ms(middle((r) => r.php.p95_us))}`, gain >= 1.5 && !failed);
        }
    }
    lean?.stop();
}

/** The target holds at `clients`; the other number of clients is told beside it. */
async function measurePaths(stack, token, name, paths, target, clients) {
    const other = clients === 1 ? CLIENTS : 1;
    const result = await median(() => wrk(stack.url, paths, { token, clients, seconds: SECONDS }), "p95_us");
    const beside = await wrk(stack.url, paths, { token, clients: other, seconds: SECONDS });
    report(`${name}: ${clients} client${clients === 1 ? "" : "s"}`, `p95 < ${target} ms`, `p95 ${ms(result.p95_us)}, median ${ms(result.median_us)}`,
        `at ${other}: p95 ${ms(beside.p95_us)}`, result.p95_us < target * 1000 && result.failed === 0);
}

async function measureRecords(stack, tokens) {
    const count = Math.max(100, Math.floor(1000000 * SCALE));
    const any = Array.from({ length: 5000 }, (_, i) => api(`/customers/${1 + (i * 7919) % count}`));
    await measurePaths(stack, tokens.admin, "get one customer, admin", any, 15, CLIENTS);
    const own = await get(stack, tokens.seller, api("/customers", { limit: 100 }));
    const ids = own.items.map((item) => item.id);
    await measurePaths(stack, tokens.seller, "get one customer, seller", ids.map((id) => api(`/customers/${id}`)), 15, CLIENTS);
    const put = await median(() => patches(stack.url, ids.slice(0, CLIENTS), { token: tokens.seller, count: 100 }), "p95_us");
    report("change one customer, seller: 8 clients", "p95 < 15 ms", `p95 ${ms(put.p95_us)}, median ${ms(put.median_us)}`, "",
        put.p95_us < 15000 && put.failed === 0);
}

/** Pairs of characters as they stand in names: of the proper name (rare) and of the trade (common). */
const RARE = ["恒信", "信达", "达华", "华瑞", "创智", "智云", "天海", "金玉", "嘉美", "健新", "启明", "卓越", "飞腾", "龙凤", "丰茂", "永固"];
const COMMON = ["科技", "电子", "有限", "公司", "贸易", "医疗", "集团", "股份"];

async function measureSearch(stack, tokens) {
    for (const who of ["seller", "small manager", "manager", "admin"]) {
        for (const [kind, words] of [["rare", RARE], ["common", COMMON]]) {
            await measurePaths(stack, tokens[who], `search 2 characters (${kind}), ${who}`,
                words.map((q) => api("/customers", { q, limit: 20 })), 100, 1);
        }
    }
}

async function measureOverview(stack, tokens) {
    const measures = ["signed_amount", "received_amount", "follow_ups"];
    const of = (more) => measures.map((measure) => api("/targets/overview", { year: 2026, measure, ...more }));
    await measurePaths(stack, tokens.admin, "completion overview, company", of({}), 100, 1);
    await measurePaths(stack, tokens.admin, "completion overview, department with 50 below", of({ department_id: 2 }), 100, 1);
    await measurePaths(stack, tokens.manager, "completion overview, the manager's own", of({ department_id: 2 }), 100, 1);
    await measurePaths(stack, tokens.admin, "completion overview, one person", of({ user_id: 1000 }), 100, 1);
}

async function measureMemory(stack, tokens) {
    const mix = [api("/customers", { limit: 50 }), api("/customers", { q: "恒信" }), api("/follow-ups", { limit: 50 }),
        api("/opportunities", { limit: 50, total: true }), api("/targets/overview", { year: 2026, measure: "signed_amount" }), api("/auth/me"),
        ...Array.from({ length: 20 }, (_, i) => api(`/customers/${1 + i * 7}`))];
    const wanted = Number(options.requests);
    const soak = async (count) => {
        for (let sent = 0; sent < count;) {
            sent += (await wrk(stack.url, mix, { token: tokens.admin, clients: CLIENTS, seconds: 5 })).requests;
        }
    };
    await soak(wanted / 10);
    const before = Math.max(...residentOf(stack.services.dabiao));
    await soak(wanted);
    const after = Math.max(...residentOf(stack.services.dabiao));
    report(`largest process after ${wanted} requests`, "≤ 24 MB, no growth", `${(after / 1024).toFixed(1)} MB`,
        `${(before / 1024).toFixed(1)} MB after the first tenth`, after <= 24 * 1024 && after - before < 1024);
}

function tableText(stack, load) {
    const head = ["what", "target", "measured", "yardstick", "verdict"];
    const lines = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
    return [`Measured ${new Date().toISOString().slice(0, 10)} with \`make bench\`${SCALE === 1 ? "" : ` (SCALE=${SCALE})`}: ` +
        `${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, everything on one machine; ` +
        `load average ${load.map((one) => one.toFixed(1)).join(", ")} at the beginning, ` +
        `${loadavg().map((one) => one.toFixed(1)).join(", ")} at the end. The company was filled in ${stack.fill_seconds} s.`,
        "", ...lines, ""].join("\n");
}

/** Replaces what stands between the two marks of docs/benchmarks.md. */
function writeDocument(text) {
    const file = join(ROOT, "docs/benchmarks.md");
    const old = readFileSync(file, "utf8");
    writeFileSync(file, old.replace(/(<!-- measured -->\n)[^]*(<!-- end -->)/, (_, begin, end) => begin + text + end));
}

async function main() {
    const stack = await openCompany(SCALE);
    try {
        const load = loadavg();
        const password = readFileSync(join(stack.var, "secrets/db_password"), "utf8");
        const tokens = {};
        for (const [who, login] of Object.entries(PEOPLE)) {
            tokens[who] = await signIn(stack, login);
        }
        await measureLists(stack, tokens, password);
        await measureRecords(stack, tokens);
        for (const [who, login] of Object.entries(PEOPLE)) {
            tokens[who] = await signIn(stack, login); // a token lives 15 minutes
        }
        await measureSearch(stack, tokens);
        await measureOverview(stack, tokens);
        await measureMemory(stack, tokens);
        const text = tableText(stack, load);
        writeFileSync(join(BENCH, "report.md"), text);
        console.log(`\n${text}\nbuild/bench/report.md holds this table.`);
        if (options.write) {
            writeDocument(text);
        }
    } finally {
        await stack.stop();
    }
}

await main();
