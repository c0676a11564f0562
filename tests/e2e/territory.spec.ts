// A territory from its map to its figures: an operator sets two pools by region, routes a thousand imported companies, gives
// three hundred to five people; they follow up, sell and return; a night passes; the tracking page, the log of the run and the
// pools show exactly that. What they should show is worked out here, from what was done.
import { dabiao, department, sql } from "../api/lib.mjs";
import { Form, pickFrom, RecordPage } from "./support/pages";
import { admin, person, query, unique, type Client } from "./support/people";
import { expect, test, type Page } from "./support/test";

interface Region { readonly id: number; readonly name: string; readonly imported: number; readonly given: number }
// No other pool of the company takes these provinces; nobody's pool takes the third.
const WEST: Region = { id: 510000, name: "四川省", imported: 620, given: 180 };
const NORTH: Region = { id: 610000, name: "陕西省", imported: 330, given: 120 };
const REST: Region = { id: 540000, name: "西藏自治区", imported: 50, given: 0 };
const REGIONS = [WEST, NORTH, REST];
const GIVEN = 300;

interface Item { readonly customer_id: number; readonly name: string; readonly to_owner_id: number; readonly result: string }
interface Rule { readonly id: number; readonly is_active: boolean; readonly version: number }
interface Pool { readonly id: number; readonly name: string; readonly customer_count: number; readonly version: number }
/** What one of the three hundred went through. */
interface Story {
    readonly id: number;
    readonly name: string;
    readonly owner: Client;
    readonly region: Region;
    readonly follow_ups: number;
    readonly opportunity: boolean;
    readonly ordered: number;
    readonly received: number;
    readonly returned: boolean;
}

const tag = unique("版图").replaceAll("-", "");
const nameOf = (region: Region, index: number): string => `${tag}${region.name}${index}号商贸有限公司`;
const where = (field: string, op: string, value: unknown): object => ({ field, op, value });

/** Work in parallel, so many at a time. */
async function each<Thing>(things: readonly Thing[], work: (thing: Thing) => Promise<unknown>): Promise<void> {
    const queue = [...things];
    await Promise.all(Array.from({ length: 8 }, async () => {
        for (let thing = queue.shift(); thing !== undefined; thing = queue.shift()) {
            await work(thing);
        }
    }));
}

async function totalOf(client: Client, path: string, filter: object): Promise<number> {
    const { total } = await client.get(path, { filter, total: 1, limit: 1 }) as { total: number };
    return total;
}

const poolNow = async (client: Client, pool: Pool): Promise<Pool> => await client.get(`/pools/${pool.id}`) as Pool;

async function switchRule(client: Client, rule: Rule, active: boolean): Promise<void> {
    const { version } = await client.get(`/pool-rules/${rule.id}`) as Rule;
    await client.patch(`/pool-rules/${rule.id}`, { is_active: active }, version);
}

/** Who does what, by the place in the batch: a fifth each does nothing, calls once, calls twice, opens a deal, and sells. */
function storiesOf(items: readonly Item[], people: readonly Client[]): Story[] {
    return items.map((item, i) => {
        const part = (i + Math.floor(i / 5)) % 5; // turns differ from round to round, so everybody has some of each
        const sold = part === 4 && i % 2 === 0;
        return {
            id: item.customer_id,
            name: item.name,
            owner: people.find((one) => one.user.id === item.to_owner_id) as Client,
            region: item.name.includes(WEST.name) ? WEST : NORTH,
            follow_ups: part === 0 ? 0 : part === 2 ? 2 : 1,
            opportunity: part >= 3,
            ordered: sold ? (5_000 + i) * 100 : 0,
            received: sold && i % 4 === 0 ? (1_000 + i) * 100 : 0,
            returned: part === 1 && i % 5 === 1,
        };
    });
}

async function live(story: Story, today: string): Promise<void> {
    const { owner, id } = story;
    for (let i = 0; i < story.follow_ups; i += 1) {
        await owner.post("/follow-ups", { customer_id: id, content: `第 ${i + 1} 次沟通` });
    }
    if (story.opportunity) {
        await owner.post("/opportunities", { customer_id: id, amount_minor: 10_000_00 });
    }
    if (story.ordered > 0) {
        const contract = await owner.post("/contracts", { customer_id: id, status: "signed", signed_on: today, amount_minor: story.ordered });
        if (story.received > 0) {
            await (await admin()).post("/payments", { contract_id: contract.id, amount_minor: story.received, received_on: today, method: "bank" });
        }
    }
    if (story.returned) {
        await owner.post("/pool-returns", { customer_ids: [id], reason: "没有需求" });
    }
}

const sum = (stories: readonly Story[], value: (story: Story) => number): number => stories.reduce((all, story) => all + value(story), 0);

/** The exact number of a figure: a short amount ("1.2万") carries it as its tooltip. */
async function tile(page: Page, label: string): Promise<string> {
    const value = page.locator(".tile", { has: page.locator(".label", { hasText: new RegExp(`^${label}$`) }) }).locator(".value");
    const money = value.locator(".money");
    return ((await money.count()) > 0 ? await money.getAttribute("title") : null) ?? (await value.innerText()).trim();
}

/** Name → count of a list of bars. */
async function bars(page: Page, title: string): Promise<Record<string, string>> {
    const rows = await page.getByRole("list", { name: title }).locator("li").evaluateAll((all) =>
        all.map((one) => [one.querySelector(".name")?.textContent ?? "", one.querySelector(".count")?.textContent ?? ""]));
    return Object.fromEntries(rows);
}

const yuan = (minor: number): string => (minor / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });

/** A pool and the route of its region, made in the settings. */
async function setUpPool(page: Page, operator: Client, region: Region, members: string): Promise<Pool> {
    const name = unique(region.name);
    await page.goto("/pools/settings");
    await page.getByRole("button", { name: "新建公海" }).click();
    const pool = new Form(page, "新建公海");
    await pool.fill({ 公海名称: name });
    await pool.pick("添加部门（含下级）", members, members);
    await pool.saved();
    await page.goto("/pools/settings?tab=routes");
    await page.getByRole("button", { name: "新建规则" }).first().click();
    const route = new Form(page, /^新建/);
    await route.fill({ 名称: name, 优先级: "50" });
    await route.box.getByRole("button", { name: "地区" }).click();
    await page.getByPlaceholder("输入省、市、区名称").fill(region.name);
    await page.locator("ul.list").getByRole("button", { name: region.name, exact: true }).click();
    await route.pick("公海", name, name);
    await route.saved();
    await expect(page.getByRole("listitem").filter({ hasText: `→ ${name}` })).toContainText(region.name);
    const [made] = await operator.list("/pools", { filter: where("name", "eq", name) }) as Pool[];
    return made as Pool;
}

test("a territory: pools, routes, a thousand companies, a batch, the work with it, a night, and what the pages say of it", async ({ page, as }) => {
    test.setTimeout(300_000); // far less on a free machine
    await admin();
    const place = await department({ name: unique("西部") });
    const operator = await person({ role: "operations", name: "秦运营" });
    const people = [];
    for (const name of ["甘一", "甘二", "甘三", "甘四", "甘五"]) {
        people.push(await person({ name: unique(name), department_id: place.id }));
    }
    const { today } = await operator.get("/meta") as { today: string };

    // Two pools by region; what an earlier run on this program left is taken away.
    for (const route of await operator.list("/pool-routes", { filter: where("region_id", "in", [WEST.id, NORTH.id]) }) as { id: number; version: number }[]) {
        await operator.delete(`/pool-routes/${route.id}`, route.version);
    }
    await as(operator, "/pools/settings");
    const [west, north] = [await setUpPool(page, operator, WEST, place.name), await setUpPool(page, operator, NORTH, place.name)];

    // A thousand companies are imported, and routed.
    const rows = REGIONS.flatMap((region) => Array.from({ length: region.imported }, (_, i) => `${nameOf(region, i)},${region.name},转介绍`));
    await page.goto("/import");
    await page.locator("input[type=file]").setInputFiles({ name: "名录.csv", mimeType: "text/csv", buffer: Buffer.from(["客户名称,地区,客户来源", ...rows].join("\n")) });
    await expect(page.getByRole("heading", { name: "匹配字段" })).toBeVisible();
    await page.getByRole("button", { name: "试运行" }).click();
    await expect(page.getByRole("heading", { name: "试运行通过" })).toBeVisible({ timeout: 60_000 });
    await page.getByRole("button", { name: "正式导入" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "正式导入" }).click();
    await expect(page.getByRole("heading", { name: "导入完成" })).toBeVisible({ timeout: 60_000 });
    const ours = where("name", "starts_with", tag);
    expect(await totalOf(operator, "/customers", { all: [ours, where("owner_id", "is_null", undefined)] })).toBe(1000);
    const { default_pool_id: fallback } = await operator.get("/pool-routes/lint") as { default_pool_id: number };
    await page.goto("/pools/settings?tab=routes");
    const [routing] = await Promise.all([page.waitForResponse((answer) => answer.url().endsWith("/pool-routes/run")), page.getByRole("button", { name: "立即分流" }).click()]);
    await operator.job((await routing.json() as { job_id: number }).job_id);
    // Other customers may have gone to the pool for what no route takes.
    const routed = (pool_id: number) => totalOf(operator, "/customers", { all: [ours, where("pool_id", "eq", pool_id)] });
    expect([await routed(west.id), await routed(north.id), await routed(fallback)]).toEqual([WEST.imported, NORTH.imported, REST.imported]);

    // Three hundred of them, pasted as a list, go to five people.
    await page.goto("/assignments/new");
    await page.getByRole("tab", { name: "粘贴名单" }).click();
    const list = [WEST, NORTH].flatMap((region) => Array.from({ length: region.given }, (_, i) => nameOf(region, i)));
    await page.getByLabel("客户编号、名称或电话，每行一个").fill(list.join("\n"));
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("radio", { name: /^平均分配/ }).check();
    await pickFrom(page, page.getByRole("combobox", { name: "添加整个部门（含下级）" }), place.name, place.name);
    await expect(page.getByRole("list", { name: "接收人" }).getByRole("listitem")).toHaveCount(people.length);
    await pickFrom(page, page.getByRole("combobox", { name: "跟进时限" }), "不设时限");
    await page.getByRole("button", { name: "预览" }).click();
    await expect(page.getByText(`共 ${GIVEN} 个，将分配 ${GIVEN} 个`)).toBeVisible();
    await expect(page.locator("td.gets")).toHaveText(Array(people.length).fill(`+${GIVEN / people.length}`));
    const [made] = await Promise.all([page.waitForResponse((answer) => answer.url().endsWith("/assignment-batches") && answer.request().method() === "POST"),
        page.getByRole("button", { name: `分配 ${GIVEN} 个客户` }).click()]);
    const { id: batch } = await made.json() as { id: number };
    await expect(page.getByRole("status").getByText("已完成")).toBeVisible({ timeout: 60_000 });
    const items = await operator.list(`/assignment-batches/${batch}/items`) as Item[];
    expect([items.length, new Set(items.map((item) => item.customer_id)).size, items.filter((item) => item.result === "assigned").length]).toEqual([GIVEN, GIVEN, GIVEN]);

    // That was yesterday. Today they work: most through the API, one of them in the browser.
    await sql(`UPDATE customer c JOIN assignment a ON a.open_customer_id = c.id SET c.held_since = c.held_since - INTERVAL 1 DAY, a.started_at = a.started_at - INTERVAL 1 DAY, a.started_on = a.started_on - INTERVAL 1 DAY WHERE a.batch_id = ${batch}`);
    const planned = storiesOf(items, people);
    await each(planned, (story) => live(story, today));
    const late = planned.find((story) => story.follow_ups === 0) as Story;
    await as(late.owner, `/customers/${late.id}`);
    const record = new RecordPage(page);
    await record.isShown(late.name);
    await record.followUp("电话里约了下周拜访");
    const stories = planned.map((story) => (story === late ? { ...story, follow_ups: 1 } : story));

    // A night passes: whoever was not followed up since yesterday comes back. Other rules rest meanwhile.
    const others = (await operator.list("/pool-rules") as Rule[]).filter((rule) => rule.is_active);
    const night = await operator.post("/pool-rules", { name: unique("两天未跟进"), kind: "no_follow_up", days: 2, covers: ours, exempt_deal: true }) as Rule;
    await each(others, (rule) => switchRule(operator, rule, false));
    const midnight = new Date(Date.parse(`${today}T17:00:00Z`)).toISOString(); // 1:00 of the next day in the company's zone
    const slot = JSON.stringify({ slot: unique("night") });
    await sql(`INSERT INTO job (kind, input, created_at, run_after) VALUES ('pool.recycle', '${slot}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL 2 DAY)`);
    await dabiao(["job", "run", "--at", midnight]);
    await each(others, (rule) => switchRule(operator, rule, true));

    const untouched = stories.filter((story) => story.follow_ups === 0);
    const returned = stories.filter((story) => story.returned);
    const won = stories.filter((story) => story.ordered > 0);
    expect([untouched.length, returned.length, won.length]).toEqual([59, 12, 30]);

    // The log of the run.
    const runs = (await operator.list("/pool-run-items", { filter: where("rule_id", "eq", night.id) })) as { customer_id: number; run_id: number; result: string; last_act: string; owner_id: number }[];
    expect(runs.map((item) => item.customer_id).sort()).toEqual(untouched.map((story) => story.id).sort());
    expect(runs.every((item) => item.result === "taken" && item.last_act === "held")).toBe(true);
    const run = await operator.get(`/pool-runs/${runs[0]?.run_id}`) as { id: number; name: string; status: string; taken_count: number; skipped_count: number };
    expect([run.status, run.taken_count, run.skipped_count]).toEqual(["done", untouched.length, 0]);

    await as(operator, `/pools/settings?tab=runs&run=${run.id}`);
    await expect(page.getByRole("heading", { name: run.name })).toBeVisible();
    const log = page.getByRole("grid").locator("tbody tr", { hasText: tag });
    await expect(log.first()).toContainText("已回收");
    for (const line of await log.allInnerTexts()) {
        expect(untouched.some((story) => line.includes(story.name))).toBe(true);
    }

    // The pools: what was never given, and what came back.
    const back = (region: Region): number => [...untouched, ...returned].filter((story) => story.region === region).length;
    for (const [region, pool] of [[WEST, west], [NORTH, north]] as const) {
        expect((await poolNow(operator, pool)).customer_count).toBe(region.imported - region.given + back(region));
        expect(await totalOf(people[0] as Client, "/pool-customers", where("pool_id", "eq", pool.id))).toBe(region.imported - region.given + back(region));
    }

    for (const story of [untouched[0], returned[0]] as [Story, Story]) {
        await page.goto(`/pools${query({ pool: (story.region === WEST ? west : north).id, q: story.name })}`);
        await expect(page.getByRole("grid").locator("tbody tr", { hasText: story.name })).toBeVisible();
    }

    // The tracking page.
    await page.goto(`/assignments${query({ batch, period: "all" })}`);
    await expect.poll(() => tile(page, "分配客户")).toBe(`${GIVEN}`);
    const touched = stories.filter((story) => story.follow_ups > 0);
    const dealt = stories.filter((story) => story.opportunity);
    const paid = stories.filter((story) => story.received > 0);
    expect(await bars(page, "转化漏斗")).toEqual({ 已分配: `${GIVEN}`, 已跟进: `${touched.length}`, 有商机: `${dealt.length}`, 已赢单: "0", 已签约: `${won.length}`, 已回款: `${paid.length}` });
    const outcomes = await bars(page, "现在怎样了");
    expect([outcomes["已成交"], outcomes["被回收"], outcomes["已退回"], outcomes["跟进中"]])
        .toEqual([won.length, untouched.length, returned.length, GIVEN - won.length - untouched.length - returned.length].map(String));
    expect([await tile(page, "签约额"), await tile(page, "回款额")]).toEqual([yuan(sum(stories, (one) => one.ordered)), yuan(sum(stories, (one) => one.received))]);
    for (const one of people) {
        const mine = stories.filter((story) => story.owner === one);
        const cells = await page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: one.user.name, exact: true }) }).getByRole("cell").allInnerTexts();
        expect([cells[0], cells[2], cells[3], cells[4]].map((text) => text?.trim()))
            .toEqual([mine.length, sum(mine, (story) => story.follow_ups), mine.filter((story) => story.opportunity).length, mine.filter((story) => story.ordered > 0).length].map(String));
    }
    // A figure opens its rows: those that were taken back, each with the end of its interval.
    await page.getByRole("list", { name: "现在怎样了" }).getByRole("link", { name: /^被回收/ }).click();
    await expect(page.getByText("结果 等于 被回收")).toBeVisible();
    const shown = page.getByRole("grid").locator("tbody tr", { hasText: tag });
    await expect(shown.first()).toBeVisible();
    const names = (await shown.allInnerTexts()).map((text) => new RegExp(`${tag}\\S*有限公司`).exec(text)?.[0] ?? text);
    expect(names.filter((name) => !untouched.some((story) => story.name === name))).toEqual([]);
    const intervals = await operator.list("/assignments", { filter: where("batch_id", "eq", batch) }) as { customer_id: number; outcome: string; follow_up_count: number; to_pool_id: number | null }[];
    for (const story of stories) {
        const interval = intervals.find((one) => one.customer_id === story.id);
        expect([interval?.outcome, interval?.follow_up_count]).toEqual([story.ordered > 0 ? "won" : story.returned ? "returned" : story.follow_ups === 0 ? "recycled" : "open", story.follow_ups]);
    }
    await operator.delete(`/pool-rules/${night.id}`, night.version);
});
