// The board (PIPE-5): counts, sums and weighted sums of a column are those of the list and the aggregate for the same filter
// and the same person, whatever is asked; and the cards are those the list shows.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, send, sql, stack, unique } from "./lib.mjs";
import { lostReason, makePipeline, stage } from "./pipeline-samples.mjs";
import { personWith, role } from "./samples.mjs";

await stack();

let boss;
let pipeline;
let people; // clients: two of one department, one below it, a head, a stranger
let customers;

const numbers = (seed) => () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
};
const random = numbers(20261126);
const pick = (list) => list[Math.floor(random() * list.length)];
const days = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

before(async () => {
    boss = await admin();
    const upper = await department({ name: unique("board") });
    const lower = await department({ name: unique("lower"), parent_id: upper.id });
    people = {
        one: await person({ role: "sales", department_id: upper.id }), two: await person({ role: "sales", department_id: upper.id }),
        below: await person({ role: "sales", department_id: lower.id }), head: await person({ role: "manager", department_id: upper.id }),
        stranger: await person({ role: "sales", department_id: (await department({ name: unique("far") })).id }),
    };
    pipeline = await makePipeline([stage("一", "open", { usual_days: 5, longest_days: 10 }), stage("二"), stage("三"), stage("赢", "won"), stage("输", "lost")]);
    const lost = await lostReason();
    await boss.post("/exchange-rates", { currency: "SGD", rate_on: "2000-01-01", rate_nano: 5_412_345_678 });
    customers = {};
    for (const [who, client] of Object.entries(people).slice(0, 3)) {
        customers[who] = await boss.post("/customers", { name: unique("客户"), owner_id: client.user.id });
    }
    for (let i = 0; i < 60; i += 1) {
        const who = pick(["one", "two", "below"]);
        const name = pick(["一", "一", "二", "三", "赢", "输"]);
        await boss.post("/opportunities", { name: `${pick(["红", "蓝"])}${unique("商机")}`, customer_id: customers[pick(["one", "two", "below"])].id, owner_id: people[who].user.id,
            pipeline_id: pipeline.id, stage_id: pipeline.at[name], amount_minor: Math.floor(random() * 10_000_000), currency: pick(["CNY", "CNY", "SGD"]),
            win_probability_ppm: Math.floor(random() * 1_000_001), ...(name === "输" && { close_reason_id: lost.id }),
            ...(["赢", "输"].includes(name) && { closed_on: days(-Math.floor(random() * 80)) }) });
    }
});

/** What the board must show, computed from the list as the same person sees it. */
async function expected(client, filter, q, closedDays = 30) {
    const since = days(-closedDays);
    const all = await client.list("/opportunities", { filter: { all: [{ field: "pipeline_id", op: "eq", value: pipeline.id }, ...(filter ? [filter] : [])] }, q });
    const kept = all.filter((record) => record.status === "open" || record.closed_on >= since);
    return pipeline.stages.map((one) => {
        const mine = kept.filter((record) => record.stage_id === one.id);
        const sums = {};
        for (const record of mine) {
            sums[record.currency] ??= { amount: 0n, weighted: 0n };
            sums[record.currency].amount += BigInt(record.amount_minor);
            sums[record.currency].weighted += (BigInt(record.amount_minor) * BigInt(record.win_probability_ppm) + 500_000n) / 1_000_000n;
        }
        // Each in the company's currency at the rate that was kept, then added: never the sum converted.
        const inBase = (record) => (BigInt(record.amount_minor) * (record.currency === "SGD" ? 5_412_345_678n : 1_000_000_000n) + 500_000_000n) / 1_000_000_000n;
        const total = { currency: "CNY", amount: mine.reduce((sum, record) => sum + inBase(record), 0n),
            weighted: mine.reduce((sum, record) => sum + (inBase(record) * BigInt(record.win_probability_ppm) + 500_000n) / 1_000_000n, 0n) };
        return { stage_id: one.id, count: mine.length, sums, total, ids: mine.map((record) => record.id).sort((a, b) => a - b) };
    });
}

function shown(board) {
    return board.columns.map((column) => ({ stage_id: column.stage_id, count: column.count,
        sums: Object.fromEntries(column.sums.map((sum) => [sum.currency, { amount: BigInt(sum.amount_minor), weighted: BigInt(sum.weighted_minor) }])),
        total: { currency: column.total.currency, amount: BigInt(column.total.amount_minor), weighted: BigInt(column.total.weighted_minor) },
        ids: column.cards.map((card) => card.id).sort((a, b) => a - b) }));
}

test("PIPE-5 counts, sums and weighted sums are those of the list, for everybody and every filter", async () => {
    const filters = () => [undefined, { field: "amount_minor", op: "gt", value: 5_000_000 }, { field: "owner_id", op: "eq", value: people.one.user.id },
        { any: [{ field: "currency", op: "eq", value: "SGD" }, { field: "win_probability_ppm", op: "lt", value: 300_000 }] },
        { not: { field: "status", op: "eq", value: "open" } }, { field: "customer_id", op: "eq", value: customers.two.id }, { field: "owner_id", op: "eq", value: "me" }];
    for (const [who, client] of [...Object.entries(people), ["boss", boss]]) {
        for (const filter of filters()) {
            for (const q of [undefined, "红"]) {
                const board = await client.get("/opportunities/board", { pipeline_id: pipeline.id, filter, q });
                assert.deepEqual(shown(board), await expected(client, filter, q), `${who} ${JSON.stringify(filter)} ${q}`);
                assert.equal(board.more, false);
            }
        }
    }
    const wide = await boss.get("/opportunities/board", { pipeline_id: pipeline.id, closed_days: 366 });
    assert.deepEqual(shown(wide), await expected(boss, undefined, undefined, 366));
    const narrow = await boss.get("/opportunities/board", { pipeline_id: pipeline.id, owner_id: people.two.user.id });
    assert.deepEqual(shown(narrow), await expected(boss, { field: "owner_id", op: "eq", value: people.two.user.id }));
    // The aggregate says the same of open ones.
    const { groups } = await boss.get("/opportunities/aggregate", { group_by: "stage_id,currency", measures: "count,sum:amount_minor,sum:base_minor,sum:base_weighted_minor",
        filter: { all: [{ field: "pipeline_id", op: "eq", value: pipeline.id }, { field: "status", op: "eq", value: "open" }] } });
    const board = await boss.get("/opportunities/board", { pipeline_id: pipeline.id });
    for (const group of groups) {
        const column = board.columns.find((one) => one.stage_id === group.keys.stage_id);
        assert.equal(column.sums.find((sum) => sum.currency === group.keys.currency).amount_minor, group.values["sum:amount_minor"]);
    }
    for (const column of board.columns.filter((one) => groups.some((group) => group.keys.stage_id === one.stage_id))) {
        const sum = (measure) => groups.filter((group) => group.keys.stage_id === column.stage_id).reduce((all, group) => all + group.values[`sum:${measure}`], 0);
        assert.deepEqual([column.total.amount_minor, column.total.weighted_minor], [sum("base_minor"), sum("base_weighted_minor")]);
    }
    assert.ok(groups.length >= 4);
});

test("PIPE-5 calendar and timeline: figures by day, owner and stage are of all that the person may see, beyond any page", async () => {
    const open = { all: [{ field: "pipeline_id", op: "eq", value: pipeline.id }, { field: "status", op: "eq", value: "open" }] };
    const keyOf = { day: (record) => record.expected_close_on, owner: (record) => record.owner_id, stage: (record) => record.stage_id };
    for (const [index, record] of (await boss.list("/opportunities", { filter: open })).entries()) {
        if (index % 4 > 0) {
            await boss.patch(`/opportunities/${record.id}`, { expected_close_on: days(index % 3) }, record.version);
        }
    }
    for (const client of [people.one, people.head, people.stranger, boss]) {
        for (const q of [undefined, "红"]) {
            const rows = await client.list("/opportunities", { filter: open, q });
            for (const by of ["day", "owner", "stage"]) {
                const { groups, more } = await client.get("/opportunities/sums", { by, filter: open, q });
                const shownGroups = groups.map((group) => [by === "day" ? group.on : group.id, group.count, group.total.amount_minor, group.total.weighted_minor,
                    Object.fromEntries(group.sums.map((sum) => [sum.currency, sum.amount_minor]))]);
                const wanted = [...new Set(rows.map(keyOf[by]))].map((key) => {
                    const mine = rows.filter((record) => keyOf[by](record) === key);
                    const add = (field, list = mine) => list.reduce((sum, record) => sum + record[field], 0);
                    return [key, mine.length, add("base_minor"), add("base_weighted_minor"),
                        Object.fromEntries([...new Set(mine.map((record) => record.currency))].map((currency) => [currency, add("amount_minor", mine.filter((one) => one.currency === currency))]))];
                });
                const order = (list) => Object.fromEntries(list.map((group) => [String(group[0]), group]));
                assert.deepEqual([order(shownGroups), more], [order(wanted), false], `${by} ${q}`);
            }
        }
    }
    const { groups } = await boss.get("/opportunities/sums", { by: "owner", filter: open });
    assert.deepEqual(groups.map((group) => group.name).toSorted(), ["one", "two", "below"].map((who) => people[who].user.name).toSorted());
    expectProblem(await boss.send("GET", "/opportunities/sums?by=month"), 422, "invalid", "by");
    expectProblem(await boss.send("GET", "/opportunities/sums"), 422, "invalid", "by");
    expectProblem(await boss.send("GET", "/opportunities/sums?by=day&filter=x"), 400, "bad_filter");
    expectProblem(await send("GET", "/opportunities/sums?by=day"), 401, "not_signed_in");
    const masked = await personWith(await role("all", { fields: [{ object: "opportunity", field: "amount_minor", access: "masked" }] }));
    const hidden = (await masked.get("/opportunities/sums", { by: "stage", filter: open })).groups[0];
    assert.deepEqual([hidden.count > 0, hidden.total.amount_minor, hidden.sums[0].amount_minor], [true, null, null]);
    const blind = await personWith(await role("all", { fields: [{ object: "opportunity", field: "owner_id", access: "hidden" }] }));
    expectProblem(await blind.send("GET", "/opportunities/sums?by=owner"), 403, "forbidden");
});

test("PIPE-5 a card says what the record says; the newest in the stage stand first", async () => {
    const board = await people.one.get("/opportunities/board", { pipeline_id: pipeline.id });
    let seen = 0;
    for (const column of board.columns) {
        const times = column.cards.map((card) => card.stage_entered_at);
        assert.deepEqual(times, times.toSorted().reverse());
        for (const card of column.cards.slice(0, 3)) {
            const record = await people.one.get(`/opportunities/${card.id}`);
            const { rot, ...rest } = card;
            assert.deepEqual(rest, Object.fromEntries(Object.keys(rest).map((name) => [name, record[name]])));
            assert.equal(rot, 0);
            seen += 1;
        }
    }
    assert.ok(seen > 3);
});

test("PIPE-5 a deal without activity rests, first longer than usual, then longer than the stage allows", async () => {
    const mine = await boss.post("/opportunities", { name: unique("静"), customer_id: customers.one.id, owner_id: people.one.user.id, pipeline_id: pipeline.id });
    const rot = async () => {
        const board = await people.one.get("/opportunities/board", { pipeline_id: pipeline.id, filter: { field: "id", op: "eq", value: mine.id } });
        return board.columns[0].cards[0].rot;
    };
    for (const [age, wanted] of [[0, 0], [5, 0], [6, 1], [10, 1], [11, 2]]) {
        await sql(`UPDATE opportunity SET last_activity_at = UTC_TIMESTAMP(3) - INTERVAL ${age} DAY WHERE id = ${mine.id}`);
        assert.equal(await rot(), wanted, `${age} days`);
    }
    await people.one.post("/follow-ups", { customer_id: customers.one.id, opportunity_id: mine.id, content: "又谈" });
    assert.equal(await rot(), 0);
});

test("PIPE-5 a drop is a change like any: the gate and the version speak", async () => {
    const mine = await boss.post("/opportunities", { name: unique("拖"), customer_id: customers.one.id, owner_id: people.one.user.id, pipeline_id: pipeline.id });
    const card = (await people.one.get("/opportunities/board", { pipeline_id: pipeline.id, filter: { field: "id", op: "eq", value: mine.id } })).columns[0].cards[0];
    const drop = (body, version) => people.one.send("PATCH", `/opportunities/${card.id}`, { body, headers: { "If-Match": String(version) } });
    expectProblem(await drop({ stage_id: pipeline.at.输 }, card.version), 422, "gate_closed");
    assert.equal((await drop({ stage_id: pipeline.at.二 }, card.version)).status, 200);
    expectProblem(await drop({ stage_id: pipeline.at.三 }, card.version), 412, "stale_version");
});

test("PIPE-5 more than the cards: small columns are whole, counts and sums are of all", async () => {
    const large = await makePipeline([stage("大"), stage("小"), stage("赢", "won"), stage("输", "lost")]);
    const mine = await boss.post("/opportunities", { name: unique("多"), customer_id: customers.one.id, owner_id: people.one.user.id, pipeline_id: large.id, amount_minor: 3 });
    await boss.post("/opportunities", { name: unique("少"), customer_id: customers.one.id, owner_id: people.one.user.id, pipeline_id: large.id, stage_id: large.at.小, amount_minor: 5 });
    await sql(`INSERT INTO opportunity (name, customer_id, pipeline_id, stage_id, furthest_stage_id, status, amount_minor, currency, base_minor, base_weighted_minor, win_probability_ppm, stage_entered_at,
        last_activity_at, owner_id, department_id, created_at, updated_at) SELECT CONCAT('大', s.seq), customer_id, pipeline_id, stage_id, stage_id, status, 3, currency, 3, 2, 500000,
        stage_entered_at - INTERVAL s.seq SECOND, last_activity_at, owner_id, department_id, created_at, updated_at FROM opportunity JOIN seq_1_to_2200 s WHERE id = ${mine.id}`);
    const board = await people.one.get("/opportunities/board", { pipeline_id: large.id });
    const [first, second] = board.columns;
    assert.deepEqual([board.more, first.count, first.cards.length, second.count, second.cards.length], [true, 2201, 1999, 1, 1]);
    // 3 × 0.5 is 1.5: half up, each for itself.
    assert.deepEqual(first.sums, [{ currency: mine.currency, amount_minor: 3 * 2201, weighted_minor: 2 * 2200 + Math.floor((3 * mine.win_probability_ppm + 500_000) / 1_000_000) }]);
    assert.equal(first.cards[0].id, mine.id);
    await sql(`DELETE FROM opportunity WHERE pipeline_id = ${large.id} AND name LIKE '大%'`);
    await dabiao(["doctor"]);
});

test("PIPE-5 what may not be read is not on the board, nor in its sums; bad questions are refused", async () => {
    const masked = await personWith(await role("all", { fields: [{ object: "opportunity", field: "amount_minor", access: "masked" }] }));
    const board = await masked.get("/opportunities/board", { pipeline_id: pipeline.id });
    for (const column of board.columns) {
        assert.ok(column.sums.every((sum) => sum.amount_minor === null && sum.weighted_minor === null));
        assert.ok(column.cards.every((card) => card.amount_minor === null));
    }
    assert.ok(board.columns[0].count > 0);
    expectProblem(await masked.send("GET", `/opportunities/board?${new URLSearchParams({ filter: JSON.stringify({ field: "amount_minor", op: "gt", value: 1 }) })}`), 400, "bad_filter");
    const blind = await personWith(await role("all", { fields: [{ object: "opportunity", field: "stage_id", access: "hidden" }] }));
    expectProblem(await blind.send("GET", "/opportunities/board"), 403, "forbidden");
    expectProblem(await send("GET", "/opportunities/board"), 401, "not_signed_in");
    expectProblem(await (await personWith(await role("all", { permissions: ["task.view"] }))).send("GET", "/opportunities/board"), 403, "forbidden");
    expectProblem(await boss.send("GET", "/opportunities/board?pipeline_id=987654321"), 404, "not_found");
    expectProblem(await boss.send("GET", "/opportunities/board?closed_days=-1"), 422, "invalid", "closed_days");
    expectProblem(await boss.send("GET", "/opportunities/board?filter=%7B"), 400, "bad_filter");
    assert.equal((await boss.get("/opportunities/board")).pipeline_id, (await boss.get("/pipelines")).items[0].id);
});
