// What the API tests share: the program under test, a client that speaks the API, people and departments to test with.
//
//     import { test } from "node:test";
//     import { admin, person, expectProblem } from "./lib.mjs";
//     test("a salesperson makes a customer", async () => {
//         const rep = await person({ role: "sales" });
//         const customer = await rep.post("/customers", { name: "…" });
//
// The runner starts one program for all files and names it in DABIAO_TEST_STACK. A single file may be run by hand with
// `node --test tests/api/x.test.mjs`: it then starts a program of its own (build/asan/dabiao, or DABIAO_TEST_MODE).
// Files run one after the other on one database: a test makes what it needs, with names of its own (unique()), and
// never counts all rows of a table.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after } from "node:test";
import * as harness from "../harness/stack.mjs";

export const ADMIN = harness.ADMIN;
// The password that person() gives.
export const PASSWORD = "Sell-More-Tea-77";

let started = null;

async function openStack() {
    if (process.env.DABIAO_TEST_STACK) {
        return JSON.parse(readFileSync(process.env.DABIAO_TEST_STACK, "utf8"));
    }
    const stack = await harness.startStack({ mode: process.env.DABIAO_TEST_MODE ?? "asan", demo: false });
    after(async () => {
        const faults = await stack.stop();
        assert.deepEqual(faults, [], "the sanitizers saw faults");
    });
    return stack;
}

/** The program under test: { url, var, run, db_socket, services, … } as scripts/stack.sh writes it. */
export function stack() {
    started ??= openStack();
    return started;
}

/** Runs SQL as the database's administrator; rows of texts. */
export async function sql(statement) {
    return harness.sql(await stack(), statement);
}

/** Runs `dabiao ARGS…` on the same data: { stdout, stderr }; rejects with `code` when it fails. */
export async function dabiao(args, options) {
    return harness.dabiao(await stack(), args, options);
}

let counter = 0;

/** A name that no other test has. */
export function unique(prefix = "x") {
    counter += 1;
    return `${prefix}-${process.pid}-${Date.now().toString(36)}-${counter}`;
}

/** An answer: status, headers (of fetch), body (parsed JSON, or text, or null). */
export async function send(method, path, { token, body, raw, headers = {}, cookie } = {}) {
    const { url } = await stack();
    const all = { "Accept-Language": "en", ...headers };
    if (token) {
        all.Authorization = `Bearer ${token}`;
    }
    if (cookie) {
        all.Cookie = cookie;
    }
    if (body !== undefined) {
        all["Content-Type"] ??= "application/json";
    }
    const answer = await fetch(path.startsWith("/api/") || /^\/(healthz|readyz|events)/.test(path) ? url + path : `${url}/api/v1${path}`,
        { method, headers: all, body: raw ?? (body === undefined ? undefined : JSON.stringify(body)), redirect: "manual" });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get("content-type") ?? "");
    return { status: answer.status, headers: answer.headers, body: text === "" ? null : isJson ? JSON.parse(text) : text };
}

/** The query string for an object; values that are objects are sent as JSON (filters). */
export function query(parameters) {
    const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined);
    const texts = pairs.map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)]);
    return texts.length === 0 ? "" : `?${new URLSearchParams(texts)}`;
}

/** Somebody who is signed in. get, post, … give the body and fail the test unless the status is a success. */
export class Client {
    constructor(answer, login, password) {
        this.token = answer.body.access_token;
        this.user = answer.body.user;
        this.login = login;
        this.password = password;
    }

    /** Any request, any answer: { status, headers, body }. */
    send(method, path, options = {}) {
        return send(method, path, { token: this.token, ...options });
    }

    async #succeed(method, path, options) {
        const answer = await this.send(method, path, options);
        assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body;
    }

    get(path, parameters = {}) {
        return this.#succeed("GET", path + query(parameters));
    }

    post(path, body, { key = randomUUID() } = {}) {
        return this.#succeed("POST", path, { body, headers: { "Idempotency-Key": key } });
    }

    upload(path, bytes) {
        return this.#succeed("POST", path, { raw: bytes,
            headers: { "Content-Type": "application/octet-stream", "Idempotency-Key": randomUUID() } });
    }

    put(path, body, version) {
        return this.#succeed("PUT", path, { body, headers: ifMatch(version) });
    }

    patch(path, body, version) {
        return this.#succeed("PATCH", path, { body, headers: ifMatch(version) });
    }

    delete(path, version) {
        return this.#succeed("DELETE", path, { headers: ifMatch(version) });
    }

    /** Every page of a list. */
    async list(path, parameters = {}) {
        const items = [];
        let cursor;
        do {
            const page = await this.get(path, { limit: 200, ...parameters, cursor });
            items.push(...page.items);
            cursor = page.next_cursor ?? undefined;
        } while (cursor !== undefined);
        return items;
    }

    /** Waits until a job has ended and gives it; fails the test unless it is done (or `expected`). */
    async job(id, { expected = "done", seconds = 60 } = {}) {
        const job = await until(async () => {
            const now = await this.get(`/jobs/${id}`);
            return ["done", "failed", "cancelled"].includes(now.status) ? now : null;
        }, seconds);
        assert.equal(job.status, expected, JSON.stringify(job));
        return job;
    }
}

function ifMatch(version) {
    return version === undefined ? {} : { "If-Match": String(version) };
}

/** Repeats until the body gives something true, and gives it; fails after the seconds. */
export async function until(body, seconds = 15) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const value = await body();
        if (value) {
            return value;
        }
        assert.ok(Date.now() < end, `did not come true in ${seconds} s: ${body}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

/** Signs in as an app does (the refresh token is in the answer) and gives a Client. */
export async function signIn(login, password = PASSWORD) {
    const answer = await send("POST", "/auth/sign-in", { body: { login, password, client: "app" } });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const client = new Client(answer, login, password);
    client.refreshToken = answer.body.refresh_token;
    return client;
}

let adminClient = null;

/** The administrator, signed in once a file. */
export function admin() {
    adminClient ??= signIn(ADMIN.login, ADMIN.password);
    return adminClient;
}

/** Has the helpers below act as this administrator (the demo company has one of its own). */
export function actAs(client) {
    adminClient = Promise.resolve(client);
}

/** The id of a built-in role by its code: admin operations manager sales finance executive. */
export async function roleId(code) {
    const { items } = await (await admin()).get("/roles");
    const role = items.find((item) => item.code === code);
    assert.ok(role, `there is no role ${code}`);
    return role.id;
}

/** The top department. */
export async function company() {
    const { items } = await (await admin()).get("/departments/tree");
    return items.find((item) => item.parent_id === null);
}

/** Makes a department (below the top one unless a parent is given) and gives its record. */
export async function department({ parent_id, name = unique("dept"), ...rest } = {}) {
    return (await admin()).post("/departments", { parent_id: parent_id ?? (await company()).id, name, ...rest });
}

/** Makes a person with a role, past the first change of password, and gives a Client signed in as that person. */
export async function person({ role = "sales", department_id, manager_id, ...rest } = {}) {
    const login = unique("p").toLowerCase();
    const made = await (await admin()).post("/users", { login, name: login, department_id: department_id ?? (await company()).id,
        manager_id, role_ids: [await roleId(role)], ...rest });
    const { first_password: first } = await (await admin()).post(`/users/${made.id}/reset-password`, undefined);
    const fresh = await signIn(login, first);
    await fresh.put("/auth/password", { current_password: first, new_password: PASSWORD });
    return signIn(login);
}

/** Asserts that an answer is a problem document with this status and code, and gives its body. */
export function expectProblem(answer, status, code, field) {
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(answer.headers.get("content-type"), /^application\/problem\+json/);
    assert.equal(answer.body.status, status);
    assert.equal(answer.body.code, code);
    assert.equal(typeof answer.body.request_id, "string");
    if (field !== undefined) {
        assert.ok(answer.body.errors.some((error) => error.field === field), `no error for ${field}: ${JSON.stringify(answer.body.errors)}`);
    }
    return answer.body;
}

/** The planning round of a year, opened unless another file did: there is one a year. */
export async function roundOf(client, year) {
    const { items } = await client.get("/target-rounds");
    const { today } = await client.get("/meta");
    return items.find((round) => round.year === year) ?? client.post("/target-rounds", { year, deadline_on: today });
}
