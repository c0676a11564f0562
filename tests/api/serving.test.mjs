// What nginx and the program owe every client, before any business: health, headers, problems in one form, limits.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { admin, expectProblem, send, sql, stack } from "./lib.mjs";

test("health of the process and of the database", async () => {
    assert.equal((await send("GET", "/healthz")).status, 200);
    assert.equal((await send("GET", "/readyz")).status, 200);
});

test("answers carry the security headers and are not cached", async () => {
    for (const path of ["/auth/me", "/nowhere"]) {
        const { headers } = await send("GET", path);
        assert.match(headers.get("content-security-policy"), /script-src 'self' 'sha256-[A-Za-z0-9+\/=]+';/);
        assert.equal(headers.get("x-content-type-options"), "nosniff");
        assert.equal(headers.get("x-frame-options"), "DENY");
        assert.equal(headers.get("cache-control"), "no-store");
        assert.equal(headers.get("server"), "nginx");
    }
});

test("an unknown address and a wrong method are problems, also before sign-in", async () => {
    const someone = await admin();
    expectProblem(await someone.send("GET", "/nowhere"), 404, "no_route");
    expectProblem(await someone.send("DELETE", "/auth/me"), 405, "method_not_allowed");
    expectProblem(await send("GET", "/auth/me"), 401, "not_signed_in");
});

test("a body above the limit is refused by nginx in the same form", async () => {
    expectProblem(await send("POST", "/auth/sign-in", { body: { login: "x".repeat(20_000) } }), 413, "too_large");
});

test("bad JSON is told with its place", async () => {
    for (const raw of ["{", '{"login":"a","login":"b"}', '{"login":"\ud800"}', "[".repeat(200), '{"login":1e400}', '{} x']) {
        const answer = await send("POST", "/auth/sign-in", { raw, headers: { "Content-Type": "application/json" } });
        assert.ok([400, 422].includes(answer.status), `${raw.slice(0, 30)}: ${answer.status}`);
        assert.match(answer.headers.get("content-type"), /^application\/problem\+json/);
    }
});

test("files of the data folder are not reachable by their address", async () => {
    const { url } = await stack();
    for (const path of ["/internal/files/x", "/api/../internal/files/x", "/..%2f..%2fetc/passwd", "/assets/../../secrets/jwt_key"]) {
        const status = await new Promise((resolve, reject) => {
            request(url, { path }, (answer) => {
                answer.resume();
                resolve(answer.statusCode);
            }).on("error", reject).end();
        });
        assert.ok([400, 404].includes(status), `${path}: ${status}`);
    }
});

test("the database is reached as a user of its own database only", async () => {
    const grants = await sql("SHOW GRANTS FOR dabiao@localhost");
    assert.ok(grants.every(([grant]) => grant.includes("`dabiao`.*") || grant.startsWith("GRANT USAGE")), JSON.stringify(grants));
});
