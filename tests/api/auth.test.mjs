// Sign-in through the whole stack: cookies, origins, what each route refuses. The rules themselves (lockout, reuse, second
// step, clocks) are tested in tests/unit/test_auth.c.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, expectProblem, PASSWORD, person, send, signIn, sql, stack, unique } from "./lib.mjs";

const { url } = await stack();

let rep;

before(async () => {
    await sql("DELETE FROM sign_in_failure");
    rep = await person({ role: "sales" });
});

const signInAs = (client, options = {}) =>
    send("POST", "/auth/sign-in", { body: { login: rep.login, password: PASSWORD, client }, ...options });
const cookieOf = (answer) => answer.headers.get("set-cookie")?.split(";")[0];
const refresh = (cookie, origin = url) =>
    send("POST", "/auth/refresh", { body: {}, cookie, headers: origin === null ? {} : { Origin: origin } });

test("an app gets its refresh token in the answer, a browser in a cookie that scripts cannot read", async () => {
    const app = await signInAs("app");
    assert.equal(app.status, 200);
    assert.equal(app.body.expires_in, 900);
    assert.ok(app.body.refresh_token);
    assert.equal(app.headers.get("set-cookie"), null);
    const browser = await signInAs("browser");
    assert.equal(browser.body.refresh_token, undefined);
    assert.match(browser.headers.get("set-cookie"),
        /^dabiao_refresh=[^;]+; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict; Max-Age=2592000/);
    assert.equal(browser.headers.get("cache-control"), "no-store");
});

test("who signed in is told with all rights", async () => {
    const me = await rep.get("/auth/me");
    assert.equal(me.login, rep.login);
    assert.equal(me.is_admin, false);
    assert.equal(me.must_change_password, false);
    assert.equal(me.totp_enabled, false);
    assert.ok(me.permissions.includes("customer.view"));
    assert.ok(!me.permissions.includes("customer.export"));
    assert.deepEqual(rep.user, me);
    const boss = await (await admin()).get("/auth/me");
    assert.equal(boss.is_admin, true);
    assert.ok(boss.permissions.includes("session.revoke"));
});

test("a wrong password and an unknown name get the same answer", async () => {
    const wrong = await send("POST", "/auth/sign-in", { body: { login: rep.login, password: "not this one" } });
    const unknown = await send("POST", "/auth/sign-in", { body: { login: unique("nobody"), password: "not this one" } });
    const first = expectProblem(wrong, 401, "bad_credentials");
    const second = expectProblem(unknown, 401, "bad_credentials");
    assert.equal(first.detail, second.detail);
});

test("the cookie works only from our own pages", async () => {
    const cookie = cookieOf(await signInAs("browser"));
    expectProblem(await refresh(cookie, "https://evil.example"), 403, "cross_site");
    expectProblem(await refresh(cookie, null), 403, "cross_site");
    expectProblem(await signInAs("browser", { headers: { Origin: "https://evil.example" } }), 403, "cross_site");
    expectProblem(await send("POST", "/auth/sign-out", { body: {}, cookie, headers: { Origin: "https://evil.example" } }), 403, "cross_site");
    assert.equal((await refresh(cookie)).status, 200);
});

test("a page of another site gets nothing with the cookie alone", async () => {
    const cookie = cookieOf(await signInAs("browser"));
    const foreign = { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" };
    for (const headers of [{}, foreign, { Origin: url }]) {
        for (const [method, path, body] of [["GET", "/auth/me"], ["GET", "/customers"], ["POST", "/customers", { name: "x" }], ["DELETE", `/users/${rep.user.id}/sessions`],
            ["PUT", "/auth/password", { current_password: PASSWORD, new_password: "Other-Tea-88-Leaves" }], ["POST", "/api/v1/events/ticket"]]) {
            expectProblem(await send(method, path, { cookie, body, headers }), 401, "not_signed_in");
        }
    }
    // What a form of another site can send: no JSON, no Origin of ours.
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
        for (const path of ["/auth/refresh", "/auth/sign-out"]) {
            const answer = await send("POST", path, { cookie, raw: "{}", headers: { ...foreign, "Content-Type": type } });
            assert.ok([403, 415].includes(answer.status), JSON.stringify(answer.body));
            expectProblem(await send("POST", path, { cookie, raw: "{}", headers: { Origin: url, "Content-Type": type } }), 415, "unsupported_type");
        }
    }
    for (const origin of ["null", `${url}.evil.example`, url.replace("http:", "https:"), url.replace(/\d$/, (digit) => (Number(digit) + 1) % 10)]) {
        expectProblem(await refresh(cookie, origin), 403, "cross_site");
    }
    assert.equal((await refresh(cookie)).status, 200, "nothing of it ended the session");
});

test("two tabs that refresh at once both stay signed in", async () => {
    const cookie = cookieOf(await signInAs("browser"));
    const [one, two] = await Promise.all([refresh(cookie), refresh(cookie)]);
    assert.equal(one.status, 200);
    assert.equal(two.status, 200);
    assert.equal(cookieOf(one), cookieOf(two));
    assert.notEqual(cookieOf(one), cookie);
    assert.equal((await refresh(cookieOf(one))).status, 200);
});

test("an old token ends its session at once", async () => {
    const start = (await signInAs("app")).body;
    const step = async (token) => send("POST", "/auth/refresh", { body: { refresh_token: token } });
    const first = await step(start.refresh_token);
    const second = await step(first.body.refresh_token);
    assert.equal(second.status, 200);
    expectProblem(await step(start.refresh_token), 401, "session_ended");
    expectProblem(await step(second.body.refresh_token), 401, "session_ended");
    expectProblem(await send("GET", "/auth/me", { token: second.body.access_token }), 401, "session_ended");
});

test("signing out ends the session and takes the cookie away", async () => {
    const answer = await signInAs("browser");
    const cookie = cookieOf(answer);
    const out = await send("POST", "/auth/sign-out", { body: {}, cookie, headers: { Origin: url } });
    assert.equal(out.status, 204);
    assert.match(out.headers.get("set-cookie"), /^dabiao_refresh=; .*Max-Age=0/);
    expectProblem(await refresh(cookie), 401, "session_ended");
    expectProblem(await send("GET", "/auth/me", { token: answer.body.access_token }), 401, "session_ended");
    assert.equal((await send("POST", "/auth/sign-out", { body: {} })).status, 204);
});

test("tokens that nobody issued are refused", async () => {
    for (const token of ["", "x", "a.b.c", `${rep.token}x`, rep.token.split(".").slice(0, 2).join(".") + "."]) {
        expectProblem(await send("GET", "/auth/me", { token }), 401, "not_signed_in");
    }
});

test("a first password must be changed before anything else", async () => {
    const boss = await admin();
    const fresh = await person({ role: "sales" });
    const { first_password: first } = await boss.post(`/users/${fresh.user.id}/reset-password`);
    expectProblem(await fresh.send("GET", "/auth/me"), 401, "session_ended");
    const again = await signIn(fresh.login, first);
    assert.equal(again.user.must_change_password, true);
    assert.equal((await again.get("/auth/me")).must_change_password, true);
    expectProblem(await again.send("GET", "/customers"), 403, "password_change_required");
    expectProblem(await again.send("PUT", "/auth/password", { body: { current_password: first, new_password: "password123" } }),
        422, "weak_password", "new_password");
    expectProblem(await again.send("PUT", "/auth/password", { body: { current_password: "not this one", new_password: PASSWORD } }),
        422, "invalid", "current_password");
    const changed = await again.put("/auth/password", { current_password: first, new_password: PASSWORD });
    assert.equal(changed.user.must_change_password, false);
    assert.equal((await send("GET", "/customers", { token: changed.access_token })).status, 200);
    expectProblem(await again.send("GET", "/auth/me"), 401, "session_ended");
});

test("a first password is kept nowhere in clear text", async () => {
    const boss = await admin();
    const someone = await person({ role: "sales" });
    const { first_password: first } = await boss.post(`/users/${someone.user.id}/reset-password`);
    const [[found]] = await sql(`SELECT COUNT(*) FROM idempotency_key WHERE answer LIKE '%${first}%'`);
    assert.equal(found, "0");
});

test("resetting passwords and ending sessions need the right", async () => {
    const boss = (await admin()).user.id;
    expectProblem(await rep.send("POST", `/users/${boss}/reset-password`), 403, "forbidden");
    expectProblem(await rep.send("GET", `/users/${boss}/sessions`), 403, "forbidden");
    expectProblem(await rep.send("DELETE", `/users/${boss}/sessions`), 403, "forbidden");
    const operations = await person({ role: "operations" });
    expectProblem(await operations.send("POST", `/users/${boss}/reset-password`), 403, "forbidden");
    expectProblem(await (await admin()).send("POST", "/users/999999/reset-password"), 404, "not_found");
});

test("people see and end their own sessions, administrators everybody's", async () => {
    const someone = await person({ role: "sales" });
    const other = await signIn(someone.login);
    const { items } = await someone.get("/auth/sessions");
    assert.equal(items.filter((item) => item.current).length, 1);
    const there = items.find((item) => item.id !== items.find((one) => one.current).id && item.created_at);
    assert.ok(there);
    const others = (await other.get("/auth/sessions")).items.find((item) => item.current);
    await someone.delete(`/auth/sessions/${others.id}`);
    expectProblem(await other.send("GET", "/auth/me"), 401, "session_ended");
    expectProblem(await someone.send("DELETE", `/auth/sessions/${others.id}`), 404, "not_found");
    const mine = (await rep.get("/auth/sessions")).items.find((item) => item.current);
    expectProblem(await someone.send("DELETE", `/auth/sessions/${mine.id}`), 404, "not_found");
    const boss = await admin();
    assert.ok((await boss.get(`/users/${someone.user.id}/sessions`)).items.length >= 1);
    await boss.delete(`/users/${someone.user.id}/sessions`);
    expectProblem(await someone.send("GET", "/auth/me"), 401, "session_ended");
});

test("a disabled person is out at the next request", async () => {
    const someone = await person({ role: "sales" });
    await sql(`UPDATE user SET status = 'disabled' WHERE id = ${someone.user.id}`);
    expectProblem(await someone.send("GET", "/auth/me"), 401, "session_ended");
    expectProblem(await send("POST", "/auth/refresh", { body: { refresh_token: someone.refreshToken } }), 401, "session_ended");
    expectProblem(await send("POST", "/auth/sign-in", { body: { login: someone.login, password: PASSWORD } }), 401, "bad_credentials");
});

test("people change their own name, language and addresses", async () => {
    const someone = await person({ role: "sales" });
    const changed = await someone.patch("/auth/me", { name: "  李雷 ", locale: "en", email: "li@example.com", phone: "13812345678" });
    assert.equal(changed.name, "李雷");
    assert.equal(changed.locale, "en");
    assert.equal(changed.email, "li@example.com");
    assert.equal((await someone.patch("/auth/me", { email: null })).email, null);
    expectProblem(await someone.send("PATCH", "/auth/me", { body: { locale: "fr" } }), 422, "invalid", "locale");
    expectProblem(await someone.send("PATCH", "/auth/me", { body: { is_admin: true } }), 422, "invalid", "is_admin");
});

test("the second step is offered with a picture and sealed in the database", async () => {
    const someone = await person({ role: "sales" });
    const offer = await someone.post("/auth/totp");
    assert.match(offer.secret, /^[A-Z2-7]{32}$/);
    assert.match(offer.otpauth_url, /^otpauth:\/\/totp\/Dabiao:/);
    assert.match(offer.qr_svg, /^<svg /);
    const [[stored]] = await sql(`SELECT LENGTH(totp_pending) FROM user_credential WHERE user_id = ${someone.user.id}`);
    assert.equal(stored, "60"); // nonce 24, secret 20, tag 16
    expectProblem(await someone.send("POST", "/auth/totp/confirm", { body: { code: "abcdef" } }), 422, "invalid", "code");
    assert.equal((await someone.get("/auth/me")).totp_enabled, false);
});

test("five failures lock the login and say until when", async () => {
    const someone = await person({ role: "sales" });
    const attempt = (password) => send("POST", "/auth/sign-in", { body: { login: someone.login, password } });
    for (let i = 0; i < 5; i++) {
        expectProblem(await attempt("not this one"), 401, "bad_credentials");
    }
    const locked = expectProblem(await attempt(PASSWORD), 429, "locked_out");
    const wait = new Date(locked.retry_at) - Date.now();
    assert.ok(wait > 0 && wait <= 60_000, `${wait}`);
    await sql("DELETE FROM sign_in_failure");
});
