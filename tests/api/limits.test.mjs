// What only a program with settings of its own shows: how many requests a person may send, cookies under TLS, and that
// somebody stays administrator.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as harness from "../harness/stack.mjs";
import { expectProblem, until } from "./lib.mjs";

const RATE = 40;
const PASSWORD = "Sell-More-Tea-77";
let stack;
let boss;
let department;

/** A request of a token (or none): { status, headers, body }. */
async function send(token, method, path, body, headers = {}) {
    const answer = await fetch(`${stack.url}/api/v1${path}`, { method, body: body && JSON.stringify(body),
        headers: { ...headers, ...(token && { Authorization: `Bearer ${token}` }), ...(body && { "Content-Type": "application/json" }) } });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === "" ? null : JSON.parse(text) };
}

async function signIn(login, password, client = "app") {
    const answer = await send(null, "POST", "/auth/sign-in", { login, password, client }, client === "browser" ? { Origin: stack.url } : {});
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer;
}

/** Somebody with a role: { id, token }. */
async function somebody(login, code) {
    const { items: roles } = (await send(boss, "GET", "/roles")).body;
    const made = await send(boss, "POST", "/users", { login, name: login, department_id: department, first_password: "Green-Tea-77-Leaves",
        role_ids: [roles.find((role) => role.code === code).id] });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const first = (await signIn(login, "Green-Tea-77-Leaves")).body.access_token;
    await send(first, "PUT", "/auth/password", { current_password: "Green-Tea-77-Leaves", new_password: PASSWORD });
    return { id: made.body.id, token: (await signIn(login, PASSWORD)).body.access_token };
}

before(async () => {
    stack = await harness.startStack({ mode: process.env.DABIAO_TEST_MODE ?? "asan", demo: false,
        env: { DABIAO_RATE_PER_MINUTE: String(RATE), DABIAO_SECURE_COOKIES: "true" } });
    boss = (await signIn(harness.ADMIN.login, harness.ADMIN.password)).body.access_token;
    department = (await send(boss, "GET", "/departments/tree")).body.items[0].id;
});

after(async () => {
    assert.deepEqual(await stack.stop(), []);
});

test("under TLS the cookie never leaves it", async () => {
    const cookie = (await signIn(harness.ADMIN.login, harness.ADMIN.password, "browser")).headers.get("set-cookie");
    assert.match(cookie, /^dabiao_refresh=[^;]+; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/);
});

test("of two administrators who shut each other out at once one stays", async () => {
    const [one, two] = [await somebody("admin-one", "admin"), await somebody("admin-two", "admin")];
    await harness.sql(stack, "UPDATE `user` SET status = 'disabled' WHERE login = 'admin'");
    for (let round = 0; round < 5; round += 1) {
        const answers = await Promise.all([send(one.token, "POST", `/users/${two.id}/disable`, {}), send(two.token, "POST", `/users/${one.id}/disable`, {})]);
        const done = answers.filter((answer) => answer.status === 200);
        const refused = answers.filter((answer) => answer.status !== 200);
        assert.equal(done.length, 1, JSON.stringify(answers.map((answer) => answer.body)));
        assert.ok(refused.every((answer) => [401, 409].includes(answer.status)), JSON.stringify(refused[0].body));
        const [[active]] = await harness.sql(stack, "SELECT COUNT(*) FROM `user` WHERE status = 'active'");
        assert.equal(active, "1");
        await harness.sql(stack, "UPDATE `user` SET status = 'active' WHERE login LIKE 'admin-%'; UPDATE user_session SET revoked_at = NULL; " +
            "UPDATE company SET org_epoch = org_epoch + 1");
    }
    await harness.sql(stack, "UPDATE `user` SET status = 'active' WHERE login = 'admin'");
});

test("who sends more than so many requests a minute waits for the next", async () => {
    const [greedy, modest] = [await somebody("greedy", "sales"), await somebody("modest", "sales")];
    // One minute of two sees more than it allows, wherever it begins.
    const answers = [];
    while (answers.length <= 2 * RATE && !answers.some((answer) => answer.status === 429)) {
        answers.push(...await Promise.all(Array.from({ length: 8 }, () => send(greedy.token, "GET", "/auth/me"))));
    }
    const refused = answers.find((answer) => answer.status === 429);
    assert.ok(refused, "nothing was refused");
    const problem = expectProblem(refused, 429, "rate_limited");
    const seconds = Number(refused.headers.get("retry-after"));
    assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, refused.headers.get("retry-after"));
    assert.match(problem.retry_at, /:00\.000Z$/, "the next minute begins");
    const counted = answers.filter((answer) => answer.status === 200).length;
    assert.ok(counted >= RATE - 1, `${counted} were answered, after one that set the password`);
    assert.ok(answers.every((answer) => [200, 429].includes(answer.status)));
    assert.equal((await send(modest.token, "GET", "/auth/me")).status, 200, "nobody else waits");
    await signIn("greedy", PASSWORD);
    await until(async () => (await send(greedy.token, "GET", "/auth/me")).status === 200, 75);
    assert.ok(Date.now() >= Date.parse(problem.retry_at) - 1000, "not before");
});
