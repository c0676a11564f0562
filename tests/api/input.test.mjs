// What reaches a worker before any route looks at it: addresses, headers and bodies of every shape.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { ADMIN, admin, expectProblem, send, stack } from "./lib.mjs";

const { url } = await stack();
const someone = await admin();

/** A request whose address and headers are sent byte for byte. */
function sendRaw(path, headers = {}, { method = "GET", body } = {}) {
    return new Promise((resolve, reject) => {
        request(url, { path, method, headers: { Authorization: `Bearer ${someone.token}`, ...headers } }, (answer) => {
            let text = "";
            answer.on("data", (chunk) => (text += chunk)).on("end", () => {
                const isJson = /json/.test(answer.headers["content-type"] ?? "");
                resolve({ status: answer.statusCode, headers: new Headers(answer.headers), body: isJson ? JSON.parse(text) : text });
            });
        }).on("error", reject).end(body);
    });
}

test("addresses that are not text are refused", async () => {
    for (const address of ["/customers?q=%ff%fe", "/customers?q=%c0%80", "/customers?q=a%00b", "/customers/%ff", "/nowhere/%ed%a0%80"]) {
        expectProblem(await sendRaw(`/api/v1${address}`), 400, "bad_request");
    }
});

test("odd but possible addresses are understood", async () => {
    for (const address of ["/customers?", "/customers?&&", "/customers?q", "/customers?q=%", "/customers?q=%zz", "/customers?q=+%E5%AE%A2"]) {
        const { status } = await sendRaw(`/api/v1${address}`);
        assert.ok([200, 422].includes(status), `${address}: ${status}`);
    }
});

test("any program may call itself what it likes", async () => {
    const body = JSON.stringify({ ...ADMIN, client: "app" });
    for (const agent of ["\u00ff\u00fe", "x".repeat(4000), ""]) {
        const answer = await sendRaw("/api/v1/auth/sign-in", { "User-Agent": agent, "Content-Type": "application/json" }, { method: "POST", body });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
    }
});

test("a request id of nginx comes back in the answer and in the problem", async () => {
    const answer = await sendRaw("/api/v1/nowhere", { "X-Request-Id": "chosen by the client" });
    assert.match(answer.headers.get("x-request-id"), /^[0-9a-f]{32}$/);
    assert.equal(expectProblem(answer, 404, "no_route").request_id, answer.headers.get("x-request-id"));
});

test("a body above the limit of JSON is a problem, also on a route that takes files", async () => {
    const name = "x".repeat(2_500_000);
    expectProblem(await someone.send("POST", "/customers", { body: { name } }), 413, "too_large");
    expectProblem(await send("POST", "/nowhere", { body: { name } }), 413, "too_large");
});

test("a file above the limit of JSON is taken by the route for files", async () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => `客户有限公司${i}`);
    const batch = await someone.upload("/import/batches?kind=customer&name=large.csv", `name\n${rows.join("\n")}\n`);
    assert.equal(batch.status, "uploaded");
});

test("a body that is not wanted is refused, an empty one is not", async () => {
    expectProblem(await someone.send("POST", "/auth/totp", { body: { surprise: 1 } }), 400, "bad_request");
    expectProblem(await someone.send("POST", "/customers", { raw: "name=x", headers: { "Content-Type": "text/plain" } }), 415, "unsupported_type");
    expectProblem(await someone.send("POST", "/customers", { raw: "", headers: { "Content-Type": "application/json" } }), 400, "bad_json");
});
