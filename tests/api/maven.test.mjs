// A real company, whole: 8,800 opportunities of 30 salespeople come in through the import with the mapping files of
// tests/fixtures/maven, get their targets, and every figure that was computed independently (truth.json) comes out of the
// API equal. The data is not part of the project: DABIAO_TEST_DATA names its folder, else ../shared/data beside the project.
// The company stands in a department of its own, so records of other tests do not count.
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { admin, dabiao, department, person, stack, unique } from "./lib.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;
const DATA = join(process.env.DABIAO_TEST_DATA ?? join(ROOT, "../shared/data"), "maven_crm");
const skip = existsSync(join(DATA, "truth.json")) ? false : `there is no ${DATA}`;
const TRUTH = skip ? null : JSON.parse(readFileSync(join(DATA, "truth.json"), "utf8"));
const OFFICES = ["Central", "East", "West"];
const QUARTERS = ["2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4"];

await stack();

let boss;
let maven; // its department; the offices are below
let offices; // their ids by name
let stages; // ids by name
let kept; // what the pipeline import was, for doing it again

const inMaven = (...more) => ({ all: [{ field: "department_id", op: "under", value: maven.id }, ...more] });
const is = (field, value) => ({ field, op: "eq", value });
const round = (value) => Number(value.toFixed(6));
const dollars = (minor) => minor / 100;

// The mapping file, with the pipeline's stages where they are named.
function mappingOf(name) {
    const mapping = JSON.parse(readFileSync(join(ROOT, `tests/fixtures/maven/${name}.json`), "utf8"));
    return name === "pipeline" ? { ...mapping, constants: { ...mapping.constants, pipeline_id: stages.pipeline } } : mapping;
}

// Through the page's way: upload, map, run.
async function importInBrowser(kind, name, file) {
    const batch = await boss.upload(`/import/batches?kind=${kind}&name=${file}.csv`, readFileSync(join(DATA, `${file}.csv`)));
    await boss.put(`/import/batches/${batch.id}/mapping`, { mapping: mappingOf(name) });
    const { job_id } = await boss.post(`/import/batches/${batch.id}/run`, { dry_run: false });
    await boss.job(job_id, { seconds: 580 });
    return boss.get(`/import/batches/${batch.id}`);
}

// Through the administrator's way: `dabiao import`.
async function importByCommand(kind, name, file) {
    const { var: folder } = await stack();
    const [copy, map] = [join(folder, `${file}.csv`), join(folder, `${name}.json`)];
    copyFileSync(join(DATA, `${file}.csv`), copy);
    writeFileSync(map, JSON.stringify(mappingOf(name)));
    [copy, map].forEach((path) => chmodSync(path, 0o644));
    const { stdout } = await dabiao(["import", kind, copy, "--map", map, "--json"]);
    const { created, updated, skipped, failed } = JSON.parse(stdout);
    return { created_count: created, updated_count: updated, skipped_count: skipped, failed_count: failed };
}

const counts = (batch) => [batch.created_count, batch.updated_count, batch.skipped_count, batch.failed_count];

before(async () => {
    if (skip) {
        return;
    }
    boss = await admin();
    await boss.post("/exchange-rates", { currency: "USD", rate_on: "2000-01-01", rate_nano: 1_000_000_000 }); // truth.json is in dollars
    maven = await department({ name: unique("Maven") });
    offices = {};
    for (const name of OFFICES) {
        offices[name] = (await department({ name, parent_id: maven.id })).id;
    }
    const { items } = await boss.post("/pipelines", { name: unique("Maven"), stages: [
        { name: "Prospecting", kind: "open", win_probability_ppm: 100_000 }, { name: "Engaging", kind: "open", win_probability_ppm: 400_000 },
        { name: "Won", kind: "won", win_probability_ppm: 1_000_000 }, { name: "Lost", kind: "lost", win_probability_ppm: 0 }] });
    const pipeline = items.reduce((last, item) => (item.id > last.id ? item : last));
    stages = { pipeline: pipeline.id, ...Object.fromEntries(pipeline.stages.map((stage) => [stage.name, stage.id])) };
    assert.equal((await importByCommand("user", "managers", "sales_teams")).created_count, 6, "the manager of each row, once");
    assert.deepEqual(counts(await importByCommand("user", "agents", "sales_teams")), [35, 0, 0, 0]);
    assert.deepEqual(counts(await importInBrowser("product", "products", "products")), [7, 0, 0, 0]);
    assert.deepEqual(counts(await importInBrowser("customer", "accounts", "accounts")), [85, 0, 0, 0]);
    assert.equal((await importInBrowser("customer", "subsidiaries", "accounts")).failed_count, 0);
    kept = await importInBrowser("opportunity", "pipeline", "sales_pipeline");
    assert.deepEqual(counts(kept), [8800, 0, 0, 0]);
}, { timeout: 600_000 });

// Groups of an aggregate of the company: [{ keys, labels, values }].
const groups = async (group_by, measures, ...filter) => (await boss.get("/opportunities/aggregate", { group_by, measures, filter: inMaven(...filter) })).groups;
const one = async (measure, ...filter) => (await groups("", measure, ...filter))[0]?.values[measure] ?? 0;
const byKey = (list, key, measure) => Object.fromEntries(list.map((group) => [group.labels[key] ?? group.keys[key], group.values[measure]]));

test("every row is there, in its stage", { skip }, async () => {
    const inStage = byKey(await groups("stage_id", "count"), "stage_id", "count");
    const { won, lost, engaging, prospecting } = TRUTH.overall;
    assert.deepEqual(inStage, { Prospecting: prospecting, Engaging: engaging, Won: won, Lost: lost });
    assert.equal(await one("count"), TRUTH.rows.opportunities);
    const owners = await groups("owner_id", "count");
    assert.equal(owners.length, TRUTH.rows.agents_with_deals);
    for (const [stage, count] of Object.entries(TRUTH.empty_account_by_stage)) {
        assert.equal(await one("count", { field: "customer_id", op: "is_null" }, is("stage_id", stages[stage])), count, stage);
    }
    const dates = (await groups("", "min:engaged_on,max:engaged_on,min:closed_on,max:closed_on"))[0].values;
    assert.deepEqual([dates["min:engaged_on"], dates["max:engaged_on"]], TRUTH.dates.engage);
    assert.deepEqual([dates["min:closed_on"], dates["max:closed_on"]], TRUTH.dates.close);
});

// Everything truth.json says of a part of the company, out of aggregates with this filter.
async function figures(...filter) {
    const inStatus = Object.fromEntries((await groups("status", "count,sum:amount_minor,sum:cycle_days", ...filter)).map((group) => [group.keys.status, group.values]));
    const stage = async (name) => one("count", is("stage_id", stages[name]), ...filter);
    const { won, lost } = inStatus;
    const closed = won.count + lost.count;
    return { won: won.count, lost: lost.count, engaging: await stage("Engaging"), prospecting: await stage("Prospecting"),
        won_value: dollars(won["sum:amount_minor"]), win_rate: round(won.count / closed), avg_won_value: round(dollars(won["sum:amount_minor"]) / won.count),
        avg_cycle_days_won: round(won["sum:cycle_days"] / won.count), avg_cycle_days_lost: round(lost["sum:cycle_days"] / lost.count),
        avg_cycle_days_closed: round((won["sum:cycle_days"] + lost["sum:cycle_days"]) / closed) };
}

test("win rate, value and cycle are the truth, to six digits", { skip }, async () => {
    assert.deepEqual(await figures(), TRUTH.overall);
    assert.equal((await one("median_x2:cycle_days", is("status", "won"))) / 2, TRUTH.median_cycle_won);
    assert.equal(await one("max:cycle_days", { field: "status", op: "in", value: ["won", "lost"] }), TRUTH.max_cycle_closed);
});

test("every office and every product is the truth", { skip }, async () => {
    for (const name of OFFICES) {
        assert.deepEqual(await figures(is("department_id", offices[name])), TRUTH.by_office[name], name);
    }
    const products = Object.fromEntries((await groups("product_id", "count")).map((group) => [group.labels.product_id, group.keys.product_id]));
    assert.deepEqual(Object.keys(products).sort(), Object.keys(TRUTH.by_product).sort());
    for (const [name, id] of Object.entries(products)) {
        const { price_minor } = await boss.get(`/products/${id}`);
        const found = await figures(is("product_id", id));
        const listed = { ...found, list_price: dollars(price_minor), avg_won_to_list: round(found.won_value / found.won / dollars(price_minor)) };
        assert.deepEqual(listed, TRUTH.by_product[name], name);
    }
});

test("every month and every quarter is the truth", { skip }, async () => {
    const won = is("status", "won");
    const months = byKey(await groups("closed_on:month", "sum:amount_minor", won), "closed_on", "sum:amount_minor");
    const expected = Object.entries(TRUTH.won_value_by_month).map(([month, value]) => [month, value * 100]);
    assert.deepEqual(Object.entries(months).map(([month, value]) => [month.slice(0, 7), value]), expected);
    const quarterly = async (measure, ...filter) => (await groups("closed_on:quarter", measure, ...filter)).map((group) => group.values[measure]);
    assert.deepEqual(await quarterly("sum:amount_minor", won), QUARTERS.map((quarter) => TRUTH.won_value_by_quarter[quarter] * 100));
    assert.deepEqual(await quarterly("count", won), QUARTERS.map((quarter) => TRUTH.won_count_by_quarter[quarter]));
    assert.deepEqual(await quarterly("count", is("status", "lost")), QUARTERS.map((quarter) => TRUTH.lost_count_by_quarter[quarter]));
    for (const name of OFFICES) {
        assert.deepEqual(await quarterly("sum:amount_minor", won, is("department_id", offices[name])),
            QUARTERS.map((quarter) => TRUTH.won_value_office_quarter[name][quarter] * 100), name);
    }
});

const overview = (parameters = {}) => boss.get("/targets/overview", { year: 2017, measure: "signed_amount", by: "quarter", department_id: maven.id, ...parameters });

test("completion shows the truth by quarter, by office and by person", { skip }, async () => {
    const answer = await overview();
    assert.equal(answer.node.actual, TRUTH.overall.won_value * 100);
    assert.deepEqual(answer.periods.map((period) => period.actual), QUARTERS.map((quarter) => TRUTH.won_value_by_quarter[quarter] * 100));
    for (const child of answer.children) {
        assert.equal(child.actual, TRUTH.by_office[child.name].won_value * 100, child.name);
        assert.deepEqual(child.periods.map((period) => period.actual), QUARTERS.map((quarter) => TRUTH.won_value_office_quarter[child.name][quarter] * 100));
        const people = await overview({ department_id: child.id });
        assert.equal(people.children.reduce((sum, line) => sum + line.actual, people.own.actual), child.actual);
    }
    assert.equal((await overview({ measure: "won_deals" })).node.actual, TRUTH.overall.won);
    const sum = (await boss.get("/contracts/aggregate", { measures: "count,sum:amount_minor", filter: inMaven() })).groups[0].values;
    assert.deepEqual([sum.count, sum["sum:amount_minor"]], [TRUTH.overall.won, TRUTH.overall.won_value * 100], "a contract from each won deal");
});

test("a figure opens exactly its rows", { skip }, async () => {
    const { periods } = await overview({ department_id: offices.East });
    const facts = { year: 2017, measure: "signed_amount", department_id: offices.East, from_on: periods[1].from_on, to_on: periods[1].to_on, limit: 200 };
    let sum = 0;
    let cursor;
    let page;
    do {
        page = await boss.get("/targets/facts", { ...facts, cursor });
        sum += page.items.reduce((total, item) => total + item.amount, 0);
        cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    assert.deepEqual([sum, page.sum], Array(2).fill(TRUTH.won_value_office_quarter.East["2017-Q2"] * 100));
});

test("everybody's targets, set in one save, complete as they should", { skip }, async () => {
    const grid = await boss.get("/targets/grid", { year: 2017, measure: "signed_amount", department_id: maven.id });
    const people = grid.rows.filter((row) => row.subject_kind === "user");
    assert.equal(people.length, TRUTH.rows.agents_in_team_file + 6);
    // 1.25 times what the person won in the quarter, on its first month; nothing where nothing was won.
    const cells = [];
    for (const row of people) {
        const { periods } = await overview({ department_id: undefined, user_id: row.subject_id });
        periods.forEach((period, index) => {
            if (period.actual > 0) {
                cells.push({ subject_kind: "user", subject_id: row.subject_id, month: index * 3 + 1, amount: period.actual + period.actual / 4, version: 0 });
            }
        });
    }
    await boss.put("/targets/grid", { year: 2017, measure: "signed_amount", cells });
    const answer = await overview();
    assert.equal(answer.node.target, TRUTH.overall.won_value * 125);
    assert.deepEqual(answer.periods.map((period) => period.target), QUARTERS.map((quarter) => TRUTH.won_value_by_quarter[quarter] * 125));
    assert.deepEqual([answer.node, ...answer.periods, ...answer.children].map((line) => line.completion_ppm), Array(8).fill(800_000));
    for (const child of answer.children) {
        assert.equal(child.target, TRUTH.by_office[child.name].won_value * 125, child.name);
        assert.equal(child.gap, child.target - child.actual);
    }
});

test("the same file again makes nothing twice", { skip, timeout: 600_000 }, async () => {
    const again = await importInBrowser("opportunity", "pipeline", "sales_pipeline");
    assert.deepEqual(counts(again), [0, 8800, 0, 0]);
    assert.deepEqual(await figures(), TRUTH.overall);
    assert.equal((await overview()).node.actual, TRUTH.overall.won_value * 100);
});

test("a manager sees the own office and no other", { skip }, async () => {
    const manager = await person({ role: "manager", department_id: offices.West });
    const { groups: seen } = await manager.get("/opportunities/aggregate", { group_by: "department_id", measures: "count" });
    const { won, lost, engaging, prospecting } = TRUTH.by_office.West;
    assert.deepEqual(seen.map((group) => [group.labels.department_id, group.values.count]), [["West", won + lost + engaging + prospecting]]);
    assert.equal((await manager.get("/targets/overview", { year: 2017, measure: "signed_amount" })).node.actual, TRUTH.by_office.West.won_value * 100);
});
