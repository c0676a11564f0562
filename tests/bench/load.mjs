// Load and what it costs: wrk, the bare statement, single writes, the memory of processes.

import { execFile } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../harness/process.mjs";

const execute = promisify(execFile);
const BENCH = join(ROOT, "build/bench");

/**
 * Requests to the paths in turn, for some seconds: { requests, seconds, median_us, p95_us, max_us, bytes, failed }
 * and quick_us, the 10th percentile: what other work on the machine disturbs least.
 */
export async function wrk(url, paths, { token, clients, seconds }) {
    const file = join(BENCH, "paths.txt");
    writeFileSync(file, `${paths.join("\n")}\n`);
    const { stdout } = await execute("wrk", [`-c${clients}`, "-t1", `-d${seconds}s`, "--timeout", "10s", "-s",
        join(ROOT, "tests/bench/load.lua"), url, "--", file, ...(token ? [token] : [])]);
    return JSON.parse(/^@result (.*)$/m.exec(stdout)[1]);
}

/** Each client claims as a person of its own, one customer after the other, until `ids` are used up: { requests, median_us, p95_us, failed }. */
export async function claims(url, pool, tokens, ids) {
    const file = join(BENCH, "claims.txt");
    const each = Math.floor(ids.length / tokens.length);
    writeFileSync(file, tokens.map((token, i) => `${token} ${ids.slice(i * each, (i + 1) * each).join(" ")}\n`).join(""));
    const most = Math.ceil(ids.length / 50); // seconds: those that are done sooner wait for the end
    const { stdout } = await execute("wrk", [`-c${tokens.length}`, `-t${tokens.length}`, `-d${most}s`, "--timeout", "10s", "-s",
        join(ROOT, "tests/bench/claims.lua"), url, "--", `/api/v1/pools/${pool}/claim`, file]);
    const result = JSON.parse(/^@result (.*)$/m.exec(stdout)[1]);
    return { ...result, failed: result.failed + each * tokens.length - result.requests };
}

/** A statement through Connector/C: { quick_us, median_us, p95_us, rows, count }. */
export function bare(stack, password, statement, seconds) {
    return new Promise((resolve, reject) => {
        const child = execFile(join(BENCH, "bare"), [stack.db_socket, "dabiao", "dabiao", String(seconds)],
            { env: { ...process.env, BARE_PASSWORD: password } },
            (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout))));
        child.stdin.end(statement);
    });
}

/** The value below which a share of the numbers lies. */
export function percentile(numbers, share) {
    const sorted = [...numbers].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function send(agent, method, url, headers, body) {
    return new Promise((resolve, reject) => {
        const sent = request(url, { agent, method, headers }, (answer) => {
            const chunks = [];
            answer.on("data", (chunk) => chunks.push(chunk));
            answer.on("end", () => resolve({ status: answer.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) }));
        });
        sent.on("error", reject);
        sent.end(body);
    });
}

/** So many clients at once change the remark of a record each, again and again: { requests, median_us, p95_us, failed }. */
export async function patches(url, ids, { token, count }) {
    const agent = new Agent({ keepAlive: true, maxSockets: ids.length });
    const times = [];
    let failed = 0;
    await Promise.all(ids.map(async (id) => {
        const record = `${url}/api/v1/customers/${id}`;
        const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
        let { version } = (await send(agent, "GET", record, headers)).body;
        for (let i = 0; i < count; i++) {
            const began = process.hrtime.bigint();
            const answer = await send(agent, "PATCH", record, { ...headers, "If-Match": String(version) },
                JSON.stringify({ remark: `note ${version}` }));
            times.push(Number(process.hrtime.bigint() - began) / 1000);
            failed += answer.status === 200 ? 0 : 1;
            version = answer.body.version ?? version;
        }
    }));
    agent.destroy();
    return { requests: times.length, median_us: percentile(times, 0.5), p95_us: percentile(times, 0.95), failed };
}

/** Ticks that this process and all below it have used, those that ended included. */
function ownTicks() {
    const parents = new Map();
    const ticks = new Map();
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        let stat;
        try {
            stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        } catch {
            continue; // it ended meanwhile
        }
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
        parents.set(Number(pid), fields[1]);
        ticks.set(Number(pid), fields[11] + fields[12] + fields[13] + fields[14]);
    }
    const isOwn = (pid) => pid === process.pid || (pid > 1 && isOwn(parents.get(pid) ?? 0));
    return [...ticks].reduce((sum, [pid, used]) => sum + (isOwn(pid) ? used : 0), 0);
}

/** Ticks that the whole machine has been busy; what its host took from it counts as busy. */
function busyTicks() {
    const [user, nice, system, , , irq, softirq, steal] = readFileSync("/proc/stat", "utf8").split("\n")[0].split(/\s+/).slice(1).map(Number);
    return user + nice + system + irq + softirq + steal;
}

/** Begins to watch; the function that comes back says which share of the machine others have used since. */
export function watchOthers() {
    const began = Date.now();
    const busy = busyTicks();
    const own = ownTicks();
    return () => {
        const all = (Date.now() - began) / 10 * cpus().length; // a tick is 10 ms
        return Math.max(0, (busyTicks() - busy - (ownTicks() - own)) / all);
    };
}
