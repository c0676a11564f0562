// The soak of soak.sh: starts the program with the demo company, sends it requests of every kind from eight clients at a
// time, right ones and wrong ones, and watches the memory of the workers.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { workersOf } from "../harness/process.mjs";
import { startStack } from "../harness/stack.mjs";

const REQUESTS = Number(process.env.SOAK_REQUESTS ?? 100000);
const CLIENTS = 8;
const LIMIT_KB = 24 * 1024;
/** What the allocator may still take after the first tenth. */
const GROWTH_KB = 1024;
const TOKEN_MS = 5 * 60 * 1000;
const PEOPLE = ["admin", "zhang.wei", "east"];
const OBJECTS = ["customers", "contacts", "follow-ups", "opportunities", "contracts", "payments", "refunds", "products"];
const WORDS = ["科技", "有限", "公司", "恒信", "a", "zz", "%_", "北京市", "电子有限公司"];

const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
const seen = new Map();

const pick = (list, number) => list[number % list.length];
const query = (parameters) => `?${new URLSearchParams(parameters)}`;

/** Sends one request; resolves to { status, body }. */
function send(stack, method, path, { token, body, raw, headers = {} } = {}) {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return new Promise((resolve, reject) => {
        const sent = request(`${stack.url}/api/v1${path}`, { agent, method, headers: { ...headers,
            ...(token ? { Authorization: `Bearer ${token}` } : {}),
            ...(text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }) } },
        (answer) => {
            const chunks = [];
            answer.on("data", (chunk) => chunks.push(chunk));
            answer.on("end", () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString() }));
        });
        sent.on("error", reject);
        sent.end(text);
    });
}

/** A request that must be answered with `wanted`. */
async function expect(stack, wanted, method, path, options) {
    const answer = await send(stack, method, path, options);
    const kind = `${method} ${path.replace(/\?.*/, "").replace(/\d+/g, "N")} ${answer.status}`;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    if (answer.status !== wanted) {
        throw new Error(`${method} ${path}: ${answer.status} instead of ${wanted}: ${answer.text.slice(0, 300)}`);
    }
    return answer.text === "" ? null : JSON.parse(answer.text);
}

/** Lists in many shapes: each is another statement for the worker to keep. */
function list(number) {
    const filters = [{}, { filter: JSON.stringify({ field: "id", op: "in", value: Array.from({ length: 1 + number % 40 }, (_, i) => i + 1) }) },
        { filter: JSON.stringify({ any: Array.from({ length: 1 + number % 9 }, (_, i) => ({ field: "id", op: "gt", value: i })) }) }];
    return `/${pick(OBJECTS, number)}${query({ limit: 1 + number % 50, sort: pick(["-updated_at", "updated_at"], number >> 3),
        ...(number % 4 === 0 ? { total: 1 } : {}), ...(number % 7 === 0 ? { q: pick(WORDS, number) } : {}), ...pick(filters, number >> 2) })}`;
}

/** A customer comes, changes, gets a follow-up and goes: eight requests. */
async function writeRound(stack, token, number) {
    const key = () => ({ "Idempotency-Key": randomUUID() });
    const { id, version } = await expect(stack, 201, "POST", "/customers", { token, headers: key(),
        body: { name: `浸泡测试${number}有限公司`, level: pick(["a", "b", "c"], number), remark: "x".repeat(number % 3000) } });
    const path = `/customers/${id}`;
    await expect(stack, 201, "POST", "/follow-ups", { token, headers: key(),
        body: { customer_id: id, content: `拜访 ${number}`, followed_at: "2025-03-04T02:00:00.000Z" } });
    const { version: after } = await expect(stack, 200, "GET", path, { token });
    await expect(stack, 200, "PATCH", path, { token, headers: { "If-Match": String(after) }, body: { remark: `note ${number}` } });
    await expect(stack, 412, "PATCH", path, { token, headers: { "If-Match": String(version) }, body: { remark: "late" } });
    await expect(stack, 200, "GET", `${path}/timeline`, { token });
    await expect(stack, 422, "POST", "/customers", { token, headers: key(), body: { level: "unknown" } });
    await expect(stack, 204, "DELETE", path, { token, headers: { "If-Match": String(after + 1) } });
    return 8;
}

/** Reads of every kind, and what must be refused: as many requests as it says. */
async function readRound(stack, token, number, ids) {
    const one = { token };
    const measure = pick(["signed_amount", "received_amount", "follow_ups"], number);
    await expect(stack, 200, "GET", list(number), one);
    await expect(stack, 200, "GET", list(number * 31 + 7), one);
    await expect(stack, 200, "GET", `/customers/${pick(ids, number)}`, one);
    await expect(stack, 200, "GET", `/${pick(OBJECTS, number)}/options${query({ q: pick(WORDS, number) })}`, one);
    await expect(stack, 200, "GET", `/search${query({ q: pick(WORDS.slice(0, 4), number) })}`, one);
    await expect(stack, 200, "GET", `/opportunities/aggregate${query({ group_by: pick(["status", "stage_id", "closed_on:month"], number), measures: "count,sum:amount_minor" })}`, one);
    await expect(stack, 200, "GET", `/targets/overview${query({ year: 2026, measure })}`, one);
    await expect(stack, 200, "GET", `/targets/grid${query({ year: 2026, measure })}`, one);
    await expect(stack, 200, "GET", pick(["/auth/me", "/meta", "/notifications", "/departments/tree", "/views?object=customer", "/company", "/changes?since=0"], number), one);
    await expect(stack, 404, "GET", "/customers/999999999", one);
    await expect(stack, 401, "GET", "/customers", {});
    await expect(stack, 401, "GET", "/customers", { token: `${token.slice(0, -4)}AAAA` });
    await expect(stack, 400, "GET", `/customers${query({ filter: '{"field":"nothing","op":"eq","value":1}' })}`, one);
    await expect(stack, 400, "POST", "/customers", { ...one, raw: '{"name": ', headers: { "Idempotency-Key": randomUUID() } });
    return 14;
}

function readAccounts(stack) {
    const lines = readFileSync(join(stack.var, "demo-accounts.txt"), "utf8").split("\n").map((line) => line.split(/\s+/));
    return PEOPLE.map((login) => {
        const line = lines.find((words) => words[0] === login);
        if (!line) {
            throw new Error(`the demo company has no ${login}`);
        }
        return { login, password: line[1] };
    });
}

/** Everybody's token and some customers to look at; renewed before the token ends. */
async function signIn(stack, person) {
    const { access_token } = await expect(stack, 200, "POST", "/auth/sign-in", { body: { ...person, client: "app" } });
    const { items } = await expect(stack, 200, "GET", "/customers?limit=100", { token: access_token });
    return { ...person, token: access_token, ids: items.map((item) => item.id), until: Date.now() + TOKEN_MS };
}

/** Sends at least so many requests, from all clients at once. */
async function soak(stack, people, wanted, first) {
    let sent = 0;
    let round = first;
    await Promise.all(Array.from({ length: CLIENTS }, async () => {
        while (sent < wanted) {
            const number = round++;
            const at = number % people.length;
            if (people[at].until < Date.now()) {
                people[at] = await signIn(stack, people[at]);
            }
            const { token, ids } = people[at];
            sent += number % 3 === 0 ? await writeRound(stack, token, number) : await readRound(stack, token, number, ids);
        }
    }));
    return { sent, next: round };
}

const megabytes = (kilobytes) => `${(kilobytes / 1024).toFixed(1)} MB`;

/** Complaints about the workers: [] when all are there, small and no larger than before. */
function judge(before, after) {
    const faults = [];
    for (const [pid, kilobytes] of after) {
        const then = before.get(pid);
        console.log(`worker ${pid}: ${then === undefined ? "new" : megabytes(then)} -> ${megabytes(kilobytes)}`);
        if (then === undefined) {
            faults.push("a worker ended and was replaced");
        } else if (kilobytes - then > GROWTH_KB) {
            faults.push(`worker ${pid} grew by ${megabytes(kilobytes - then)}`);
        }
        if (kilobytes > LIMIT_KB) {
            faults.push(`worker ${pid} has ${megabytes(kilobytes)}, more than ${megabytes(LIMIT_KB)}`);
        }
    }
    return faults;
}

async function main() {
    const stack = await startStack({ mode: "release", demo: true });
    let faults = [];
    try {
        const people = await Promise.all(readAccounts(stack).map((person) => signIn(stack, person)));
        const warm = await soak(stack, people, REQUESTS / 10, 0);
        const before = workersOf(stack.services.dabiao);
        const { sent } = await soak(stack, people, REQUESTS - warm.sent, warm.next);
        faults = judge(before, workersOf(stack.services.dabiao));
        console.log([...seen].sort().map(([kind, count]) => `${String(count).padStart(7)} ${kind}`).join("\n"));
        console.log(`${warm.sent + sent} requests`);
    } finally {
        agent.destroy();
        await stack.stop();
    }
    for (const fault of faults) {
        console.log(`FAILED: ${fault}`);
    }
    process.exitCode = faults.length === 0 ? 0 : 1;
}

await main();
