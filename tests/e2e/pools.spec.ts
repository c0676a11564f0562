// Public pools: set up, claimed from with exact refusals, returned to, and what the recycle rules take and give back.
import { Form, pickFrom, RecordPage, Shell } from "./support/pages";
import { admin, person, unique, type Client } from "./support/people";
import { expect, test, type Page } from "./support/test";

let rep: Client;
let colleague: Client;
const repName = unique("孙");
const colleagueName = unique("钱");
test.beforeAll(async () => {
    rep = await person({ name: repName });
    colleague = await person({ name: colleagueName });
});

interface Made {
    readonly id: number;
    readonly name: string;
}
/** A pool whose members are rep and colleague. */
async function poolOf(more: Record<string, unknown> = {}): Promise<Made> {
    return (await admin()).post("/pools", { name: unique("公海"), members: [{ user_id: rep.user.id }, { user_id: colleague.user.id }], ...more });
}
async function lying(pool: Made, more: Record<string, unknown> = {}): Promise<Made> {
    return (await admin()).post("/customers", { name: unique("公海客户"), pool_id: pool.id, ...more });
}
const rowOf = (page: Page, one: Made) => page.getByRole("grid").locator("tbody tr", { hasText: one.name });
const bulk = (page: Page) => page.getByRole("toolbar", { name: "批量操作" });

test("a pool is set up: members of each kind, what stays closed, what one may take", async ({ page, asAdmin }) => {
    const name = unique("新公海");
    await asAdmin("/pools/settings");
    await page.getByRole("button", { name: "新建公海" }).click();
    const form = new Form(page, "新建公海");
    await form.save();
    await expect(form.fault("公海名称")).toBeVisible();
    await form.fill({ 公海名称: name, 每日领取上限: "3", 退回原因: "没有需求\n联系不上" });
    await form.pick("添加人员", repName, repName);
    await form.pick("添加角色", "销售运营");
    await form.pick("电话", "脱敏");
    await form.pick("分配方式", "按权重分配");
    await form.box.getByLabel("销售运营的权重").fill("5");
    await form.box.getByRole("listitem").filter({ hasText: "销售运营" }).getByText("管理员").click();
    await form.saved();
    const line = page.getByRole("listitem").filter({ hasText: name });
    await expect(line).toContainText("按权重分配 · 每人每天领取 3 个 · 1 个字段领取后可见");
    await expect(line).toContainText("销售运营（管理员）");
    const boss = await admin();
    const [made] = (await boss.list("/pools", { filter: { field: "name", op: "eq", value: name } })) as Made[];
    const pool = await boss.get(`/pools/${made?.id}`);
    expect(pool.closed_fields).toEqual([{ field: "phone", access: "masked" }]);
    expect(pool.return_reasons).toEqual(["没有需求", "联系不上"]);
    expect(pool.members.map((one: { weight: number; is_admin: boolean }) => [one.weight, one.is_admin])).toEqual([[1, false], [5, true]]);
    await page.getByRole("button", { name: `删除${name}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "删除", exact: true }).click();
    await expect(line).toBeHidden();
});

test("what is closed stays closed until one claims; the next claim is refused and says from when it is possible", async ({ page, as, complaints }) => {
    complaints.expect(/^409 POST .*\/claim$/);
    const pool = await poolOf({ claims_per_day: 1, closed_fields: [{ field: "phone", access: "masked" }, { field: "address", access: "hidden" }] });
    const wanted = await lying(pool, { phone: "13812345678", address: "世纪大道 1 号" });
    const other = await lying(pool);
    await as(rep, `/pools?pool=${pool.id}`);
    await expect(page.getByText("今日领取剩 1 / 1")).toBeVisible();
    await expect(rowOf(page, wanted)).toContainText("138****5678");
    await rowOf(page, wanted).click();
    const drawer = page.getByRole("dialog", { name: wanted.name });
    await expect(drawer.getByText("领取后可见")).toHaveCount(2);
    await drawer.getByRole("button", { name: "领取" }).click();
    await new RecordPage(page).isShown(wanted.name);
    await expect(page.getByText("13812345678")).toBeVisible();

    await page.goto(`/pools?pool=${pool.id}`);
    await expect(page.getByText("今日领取剩 0 / 1")).toBeVisible();
    await expect(rowOf(page, wanted)).toHaveCount(0);
    await rowOf(page, other).click();
    await page.getByRole("dialog", { name: other.name }).getByRole("button", { name: "领取" }).click();
    await expect(new Shell(page).toast(/^今天在这个公海的领取数已用完。 \d{4}-\d\d-\d\d 00:00 起可以。$/)).toBeVisible();
});

test("several at once: who is refused is told with the reason; the administrator gives the rest to somebody", async ({ page, as, asAdmin }) => {
    const pool = await poolOf({ fresh_hours: 2 });
    const [one, two] = [await lying(pool), await lying(pool)];
    await as(rep, `/pools?pool=${pool.id}`);
    await rowOf(page, one).getByRole("checkbox").check();
    await rowOf(page, two).getByRole("checkbox").check();
    await bulk(page).getByRole("button", { name: "领取 2 个" }).click();
    const refused = page.getByRole("dialog", { name: "成功 0 个" });
    await expect(refused.getByRole("listitem").filter({ hasText: one.name })).toContainText(/这个客户刚进入公海，暂时不能领取。 \d{4}-\d\d-\d\d \d\d:\d\d 起可以。/);
    await refused.getByRole("button", { name: "关闭" }).last().click();

    await page.context().clearCookies();
    await asAdmin(`/pools?pool=${pool.id}`);
    await rowOf(page, one).getByRole("checkbox").check();
    await bulk(page).getByRole("button", { name: "分配给…" }).click();
    const form = new Form(page, "分配 1 个客户");
    await form.pick("分配给", colleagueName, colleagueName);
    await form.box.getByRole("button", { name: "分配给…" }).click();
    await expect(rowOf(page, one)).toHaveCount(0);
    expect((await colleague.get(`/customers/${one.id}`)).owner_id).toBe(colleague.user.id);
});

test("customers go back to a pool with one of its reasons, from their page and from the list", async ({ page, as }) => {
    const pool = await poolOf({ return_reasons: ["联系不上", "没有需求"], former_owner_days: 3 });
    const one: Made = await rep.post("/customers", { name: unique("退回客户") });
    const word = unique("批退");
    const many: Made[] = [await rep.post("/customers", { name: `${word}甲` }), await rep.post("/customers", { name: `${word}乙` })];
    await as(rep, `/customers/${one.id}`);
    await page.getByRole("button", { name: "退回公海" }).click();
    const form = new Form(page, `退回“${one.name}”`);
    await form.pick("公海", pool.name, pool.name);
    await form.box.getByRole("button", { name: "退回公海" }).click();
    await expect(form.fault("原因")).toBeVisible();
    await form.pick("原因", "没有需求");
    await form.box.getByRole("button", { name: "退回公海" }).click();
    await expect(new Shell(page).toast(`“${one.name}”已退回公海`)).toBeVisible();

    await page.goto(`/customers?q=${encodeURIComponent(word)}`);
    await rowOf(page, many[0] as Made).getByRole("checkbox").check();
    await rowOf(page, many[1] as Made).getByRole("checkbox").check();
    await bulk(page).getByRole("button", { name: "退回公海" }).click();
    const all = new Form(page, "退回 2 个客户");
    await all.pick("公海", pool.name, pool.name);
    await all.pick("原因", "联系不上");
    await all.box.getByRole("button", { name: "退回公海" }).click();
    await expect(new Shell(page).toast("已退回 2 个客户")).toBeVisible();
    expect((await (await admin()).get(`/pools/${pool.id}`)).customer_count).toBe(3);
});

test("an administrator makes a customer in a pool; who only belongs to it does not", async ({ page, as, asAdmin }) => {
    const pool = await poolOf();
    await as(rep, `/pools?pool=${pool.id}`);
    await expect(page.getByText("这个公海是空的")).toBeVisible();
    await expect(page.getByRole("button", { name: "新建客户到本公海" })).toHaveCount(0);
    await page.context().clearCookies();
    await asAdmin(`/pools?pool=${pool.id}`);
    await page.getByRole("button", { name: "新建客户到本公海" }).click();
    const name = unique("直入公海");
    const form = new Form(page, "新建客户");
    await form.fill({ 客户名称: name });
    await form.saved();
    await expect(rowOf(page, { id: 0, name })).toBeVisible();
    const [made] = (await (await admin()).list("/customers", { filter: { field: "name", op: "eq", value: name } })) as { pool_id: number; owner_id: number | null }[];
    expect([made?.pool_id, made?.owner_id]).toEqual([pool.id, null]);
});

test("all that match go back as a job, and an administrator moves all that lie in a pool", async ({ page, as, asAdmin }) => {
    test.slow();
    const [pool, target] = [await poolOf(), await poolOf()];
    const industry = unique("全部退回");
    const COUNT = 105; // more than a page of the list
    for (let made = 0; made < COUNT; made += 15) {
        await Promise.all(Array.from({ length: 15 }, () => rep.post("/customers", { name: unique("全退"), industry, level: "a" })));
    } // level A does not count against what one may hold
    const filter = encodeURIComponent(JSON.stringify({ field: "industry", op: "eq", value: industry }));
    await as(rep, `/customers?f=${filter}`);
    await page.getByRole("checkbox", { name: "全选" }).click();
    await bulk(page).getByRole("button", { name: `选择全部 ${COUNT} 条` }).click();
    await bulk(page).getByRole("button", { name: "退回公海" }).click();
    const form = new Form(page, `退回 ${COUNT} 个客户`);
    await form.pick("公海", pool.name, pool.name);
    await form.fill({ 原因: "整批退回" });
    await form.box.getByRole("button", { name: "退回公海" }).click();
    const count = async (of: Made): Promise<number> => (await (await admin()).get(`/pools/${of.id}`)).customer_count;
    await expect.poll(() => count(pool), { timeout: 60_000 }).toBe(COUNT);
    await expect(page.getByText(`${COUNT} / ${COUNT}`)).toBeVisible(); // the job says how far it came

    await page.context().clearCookies();
    await asAdmin(`/pools?pool=${pool.id}`);
    await page.getByRole("checkbox", { name: "全选" }).click();
    await bulk(page).getByRole("button", { name: `选择全部 ${COUNT} 条` }).click();
    await expect(bulk(page).getByRole("button", { name: /^领取/ })).toHaveCount(0); // claims are chosen
    await bulk(page).getByRole("button", { name: "移到…" }).click();
    const move = new Form(page, `移动 ${COUNT} 个客户`);
    await move.pick("移到公海", target.name, target.name);
    await move.box.getByRole("button", { name: "移到…" }).click();
    await expect.poll(() => count(target), { timeout: 60_000 }).toBe(COUNT);
    expect(await count(pool)).toBe(0);
});

test("a rule is tried before it is kept; what leaves is foretold, taken with its reason, and given back", async ({ page, asAdmin }) => {
    const boss = await admin();
    const pool = await poolOf();
    const usual = { kind: "no_follow_up", days: 30, pool_id: pool.id };
    // Somebody of the demo company who has lain untouched for long; the rule covers nobody else.
    const { items } = await boss.post("/pool-rules/try", { days: 1, rule: { ...usual, name: "找", exempt_deal: true } });
    const leavingNow = ((await boss.get("/pool-rules/preview", { days: 30 })).items as { customer_id: number }[]).map((one) => one.customer_id);
    const found = (items as { customer_id: number }[]).find((one) => !leavingNow.includes(one.customer_id));
    const victim: Made & { owner_id: number } = await boss.get(`/customers/${found?.customer_id}`);
    const rule: Made = await boss.post("/pool-rules", { ...usual, name: unique("回收"), days: 3650, covers: { field: "name", op: "eq", value: victim.name } });

    await asAdmin("/pools/settings?tab=rules");
    await page.getByRole("button", { name: `编辑${rule.name}` }).click();
    const form = new Form(page, "编辑回收规则");
    await form.fill({ 天数: "30" });
    await form.box.getByRole("button", { name: "看看谁会离开" }).click();
    await expect(form.box.getByRole("status")).toContainText("新增 1 个");
    await expect(form.box.getByRole("listitem").filter({ hasText: victim.name })).toBeVisible();
    await form.saved();

    await page.goto("/pools?leaving=1");
    const leaving = page.getByRole("region", { name: /天内将离开的客户$/ });
    await expect(leaving.getByRole("listitem").filter({ hasText: victim.name })).toContainText(`${rule.name}：30 天（最后：`);

    await page.goto("/pools/settings?tab=runs");
    await page.getByRole("button", { name: "立即执行" }).click();
    await page.getByRole("dialog", { name: /现在执行/ }).getByRole("button", { name: "立即执行" }).click();
    await expect.poll(async () => (await boss.get(`/customers/${victim.id}`)).pool_id, { timeout: 30_000 }).toBe(pool.id);
    await page.keyboard.press("Escape");
    const [item] = (await boss.list("/pool-run-items", { filter: { field: "customer_id", op: "eq", value: victim.id }, sort: "-created_at" })) as { run_id: number }[];
    const run: Made = await boss.get(`/pool-runs/${item?.run_id}`);
    await rowOf(page, run).filter({ hasText: "已完成" }).first().click();
    await expect(page).toHaveURL(new RegExp(`run=${run.id}`));
    await expect(rowOf(page, victim)).toContainText("已回收");
    await expect(rowOf(page, victim)).toContainText(rule.name);
    await page.getByRole("button", { name: "撤销这次回收" }).click();
    await page.getByRole("dialog", { name: /^撤销“/ }).getByRole("button", { name: "撤销这次回收" }).click();
    await expect(rowOf(page, victim)).toContainText("已撤销", { timeout: 30_000 });
    expect((await boss.get(`/customers/${victim.id}`)).owner_id).toBe(victim.owner_id);

    await page.goto("/pools/settings?tab=rules");
    await page.getByRole("button", { name: `删除${rule.name}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "删除", exact: true }).click();
    await expect(page.getByText(rule.name, { exact: true })).toBeHidden();
});

test("routes that contradict each other are found, and a customer is asked about", async ({ page, asAdmin }) => {
    const boss = await admin();
    const [one, two] = [await poolOf(), await poolOf()];
    const name = unique("分流");
    const customer: Made = await boss.post("/customers", { name: unique("分流客户"), region_id: 650000, customer_type: "enterprise" });
    const first: Made & { version: number } = await boss.post("/pool-routes", { name: `${name}甲`, region_id: 650000, pool_id: one.id, priority: 7 });
    await asAdmin("/pools/settings?tab=routes");
    await page.getByRole("button", { name: "新建规则" }).first().click();
    const form = new Form(page, /^新建/);
    await form.fill({ 名称: `${name}乙`, 优先级: "7" });
    await form.pick("公海", two.name, two.name);
    await form.saved();
    const clash = page.getByRole("listitem").filter({ hasText: `“${name}甲”与“${name}乙”优先级相同` });
    await expect(clash).toContainText("冲突");
    await pickFrom(page, page.getByLabel("客户", { exact: true }), customer.name, customer.name);
    await expect(page.getByRole("status").filter({ hasText: name })).toBeVisible();
    await page.getByRole("button", { name: `删除${name}乙` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "删除", exact: true }).click();
    await expect(clash).toBeHidden();
    await boss.delete(`/pool-routes/${first.id}`, first.version);
});

test("what pools bring in: each figure opens its events", async ({ page, asAdmin }) => {
    const pool = await poolOf();
    const [one] = [await lying(pool), await lying(pool)];
    await rep.post(`/pools/${pool.id}/claim`, { customer_ids: [one.id] });
    await asAdmin("/pools/settings?tab=value");
    const line = page.getByRole("region", { name: "各公海" }).getByRole("row").filter({ hasText: pool.name });
    await expect(line.getByRole("cell")).toHaveText(["2", "1", "0 分钟", "0", "0.0%", "0.00", "0.00"]);
    await expect(page.getByRole("region", { name: "囤积指数" }).getByRole("row").filter({ hasText: repName })).toBeVisible();
    await line.getByRole("link", { name: "1", exact: true }).click();
    const events = page.getByRole("grid").locator("tbody tr");
    await expect(events).toHaveCount(1);
    await expect(events.first()).toContainText(one.name);
});

test("somebody who manages no pools sees how they work, and nothing to change", async ({ page, as }) => {
    const pool = await poolOf();
    await as(rep, "/pools/settings");
    await expect(page.getByRole("listitem").filter({ hasText: pool.name })).toBeVisible();
    await expect(page.getByRole("button", { name: /^新建|^编辑|^删除|^立即/ })).toHaveCount(0);
    await page.getByRole("tab", { name: "回收规则" }).click();
    await expect(page.getByRole("heading", { name: "回收规则" })).toBeVisible();
    await expect(page.getByRole("button", { name: /^新建|^编辑|^删除|^立即/ })).toHaveCount(0);
});
