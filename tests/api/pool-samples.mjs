// Pools for the leak test: one that owner and manager belong to and the stranger does not, with a customer in it.
import assert from "node:assert/strict";
import { admin, expectProblem, sql, unique } from "./lib.mjs";
import { exportRows, measured } from "./samples.mjs";

/** { pool, customer } seen by the members; events and run items of owner and stranger, as the program writes them. */
export async function poolsFor(owner, manager, stranger) {
    const boss = await admin();
    const made = {};
    for (const who of [stranger, owner]) {
        made.pool = await boss.post("/pools", { name: unique("公海"),
            members: [{ user_id: who.user.id }, ...(who === owner ? [{ user_id: manager.user.id, is_admin: true }] : [])] });
        const claimed = await boss.post("/customers", { name: unique("领取"), pool_id: made.pool.id });
        await who.post(`/pools/${made.pool.id}/claim`, { customer_ids: [claimed.id] });
        made.customer = await boss.post("/customers", { name: unique("公海客户"), pool_id: made.pool.id });
        [made.event] = await who.list("/pool-events", { filter: { field: "customer_id", op: "eq", value: claimed.id } });
        const day = "2026-01-0" + (who === owner ? "2" : "3");
        await sql(`INSERT INTO pool_run (name, run_on, slot, status, started_at, created_at, updated_at)
            VALUES ('${unique("run")}', '${day}', '${unique("leak")}', 'done', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`);
        await sql(`INSERT INTO pool_run_item (run_id, customer_id, name, owner_id, department_id, rule_id, pool_id, last_act, last_act_at,
            days, result, created_at, updated_at) SELECT (SELECT MAX(id) FROM pool_run), c.id, c.name, c.owner_id, c.department_id, 1,
            ${made.pool.id}, 'held', c.held_since, 1, 'taken', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM customer c WHERE c.id = ${claimed.id}`);
        [made.item] = await who.list("/pool-run-items", { filter: { field: "customer_id", op: "eq", value: claimed.id } });
    }
    return made;
}

const only = (record) => ({ field: "id", op: "eq", value: record.id });

/** How each way to pools and the customers in them is tried. `world()`: { pool, customer, manager, stranger }. */
export function poolWays(world) {
    const ways = {};
    for (const [plural, pick] of [["pools", "pool"], ["pool-customers", "customer"]]) {
        ways[`GET /${plural}`] = async () => {
            const { manager, stranger, [pick]: record } = world();
            for (const filter of [only(record), { not: { field: "id", op: "eq", value: 0 } }, { any: [only(record), { field: "id", op: "not_null" }] }]) {
                const items = await stranger.list(`/${plural}`, { filter });
                assert.ok(!items.some((item) => item.id === record.id));
                assert.equal((await stranger.get(`/${plural}`, { filter, total: 1 })).total, items.length);
            }
            assert.ok(!(await stranger.list(`/${plural}`, { q: record.name })).some((item) => item.id === record.id));
            assert.deepEqual((await manager.list(`/${plural}`, { filter: only(record) })).map((item) => item.id), [record.id]);
        };
        ways[`GET /${plural}/{id}`] = async () => {
            const { manager, stranger, [pick]: record } = world();
            expectProblem(await stranger.send("GET", `/${plural}/${record.id}`), 404, "not_found");
            assert.equal((await manager.get(`/${plural}/${record.id}`)).id, record.id);
        };
        ways[`GET /${plural}/options`] = async () => {
            const { manager, stranger, [pick]: record } = world();
            const found = async (who) => (await who.get(`/${plural}/options`, { filter: only(record) })).items.length;
            assert.deepEqual([await found(stranger), await found(manager)], [0, 1]);
        };
        ways[`GET /${plural}/aggregate`] = async () => {
            const { manager, stranger, [pick]: record } = world();
            assert.deepEqual([await measured(stranger, plural, "count", only(record)), await measured(manager, plural, "count", only(record))], [0, 1]);
        };
        ways[`POST /${plural}/export`] = async () => {
            const { manager, stranger, [pick]: record } = world();
            assert.equal((await exportRows(stranger, plural, { filter: only(record) })).length, 1, "headings only");
            assert.equal((await exportRows(manager, plural, { filter: only(record) })).length, 2);
        };
    }
    ways["PATCH /pools/{id}"] = async () => {
        const { manager, stranger, pool } = world();
        expectProblem(await stranger.send("PATCH", `/pools/${pool.id}`, { body: { description: "x" }, headers: { "If-Match": `${pool.version}` } }), 404, "not_found");
        const { version } = await manager.get(`/pools/${pool.id}`);
        assert.equal((await manager.patch(`/pools/${pool.id}`, { description: "x" }, version)).version, version + 1);
    };
    ways["DELETE /pools/{id}"] = async () => {
        const { manager, stranger, pool } = world();
        expectProblem(await stranger.send("DELETE", `/pools/${pool.id}`, { headers: { "If-Match": "1" } }), 404, "not_found");
        const { version } = await manager.get(`/pools/${pool.id}`);
        expectProblem(await manager.send("DELETE", `/pools/${pool.id}`, { headers: { "If-Match": `${version}` } }), 409, "in_use");
    };
    ways["POST /pools/{id}/restore"] = async () => {
        const { stranger, manager } = world();
        const boss = await admin();
        const gone = await boss.post("/pools", { name: unique("公海"), members: [{ user_id: manager.user.id, is_admin: true }] });
        await boss.delete(`/pools/${gone.id}`, gone.version);
        expectProblem(await stranger.send("POST", `/pools/${gone.id}/restore`), 404, "not_found");
        assert.equal((await manager.post(`/pools/${gone.id}/restore`)).deleted_at, null);
    };
    return ways;
}
