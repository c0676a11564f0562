// What became of assigned customers: figures that open their rows, holders of a customer, the wizard, limits.
import { pickFrom, Shell } from "./support/pages";
import { admin, type Client, person, unique } from "./support/people";
import { expect, test } from "./support/test";

let rep: Client;
let colleague: Client;
const repName = unique("周");
const colleagueName = unique("吴");
test.beforeAll(async () => {
    rep = await person({ name: repName });
    colleague = await person({ name: colleagueName });
});

test("a figure of the tracking page opens exactly its rows; a row tells the way since the assignment", async ({ page, asAdmin }) => {
    const customer = await rep.post("/customers", { name: unique("跟踪客户") });
    await rep.post("/customers", { name: unique("未跟进客户") });
    await rep.post("/follow-ups", { customer_id: customer.id, content: "第一次电话", method: "call" });
    await asAdmin(`/assignments?owner=${rep.user.id}`);
    const figures = page.getByRole("region", { name: "关键数字" });
    await expect(figures.getByRole("link", { name: /^分配客户/ })).toContainText("2");
    await figures.getByRole("link", { name: /^已跟进/ }).click();
    const rows = page.getByRole("grid").locator("tbody tr");
    await expect(rows).toHaveCount(1);
    await expect(rows.first()).toContainText(customer.name);
    await page.reload();
    await expect(rows).toHaveCount(1);
    await rows.first().click();
    const drawer = page.getByRole("dialog", { name: customer.name });
    await expect(drawer.getByText("第一次电话")).toBeVisible();
    await expect(drawer.getByText(/^首次跟进，用时/)).toBeVisible();
});

test("the customer's page shows all its holders", async ({ page, asAdmin }) => {
    const boss = await admin();
    const customer = await rep.post("/customers", { name: unique("换人客户") });
    await boss.post(`/customers/${customer.id}/transfer`, { owner_id: colleague.user.id, reason: "区域调整", choices: [] });
    await asAdmin(`/customers/${customer.id}?tab=holders`);
    const holders = page.getByRole("tabpanel").getByRole("listitem");
    await expect(holders).toHaveCount(2);
    await expect(holders.first()).toContainText("至今");
    await expect(holders.first()).toContainText("区域调整");
    await expect(holders.last()).toContainText("已转出");
});

test("ticked customers are given out by the wizard: preview, result, taken back", async ({ page, asAdmin }) => {
    const word = unique("批量");
    const made = [];
    for (let i = 0; i < 4; i++) {
        made.push(await rep.post("/customers", { name: `${word}客户${i}` }));
    }
    await asAdmin("/assignments/new");
    await page.getByRole("tab", { name: "粘贴名单" }).click();
    const lines = [...made.map((customer) => customer.name), "没有这家公司"].join("\n");
    await page.getByLabel("客户编号、名称或电话，每行一个").fill(lines);
    await page.getByRole("button", { name: "下一步" }).click();
    await pickFrom(page, page.getByLabel("添加一个人"), colleagueName, colleagueName);
    await page.getByRole("button", { name: "预览" }).click();
    await expect(page.getByText("共 5 个，将分配 4 个")).toBeVisible();
    await expect(page.getByText(/找不到这个编号、名称或电话/)).toBeVisible();
    await page.getByRole("button", { name: "分配 4 个客户" }).click();
    await expect(page.getByRole("tab", { name: "已分配 4" })).toBeVisible({ timeout: 30_000 });
    const undo = page.getByRole("button", { name: "撤销分配" });
    await expect(undo).toBeVisible({ timeout: 30_000 });
    expect((await colleague.get(`/customers/${made[0]?.id}`)).owner_id).toBe(colleague.user.id);
    await undo.click();
    await page.getByRole("dialog").getByRole("button", { name: "撤销分配" }).click();
    await expect(page.getByRole("tab", { name: "已撤回 4" })).toBeVisible({ timeout: 30_000 });
    expect((await rep.get(`/customers/${made[0]?.id}`)).owner_id).toBe(rep.user.id);
});

test("from a filtered list through the wizard to the tracking page, and back", async ({ page, as, asAdmin }) => {
    const word = unique("筛选");
    const made: { id: number; name: string }[] = [];
    for (let i = 0; i < 3; i++) {
        made.push(await rep.post("/customers", { name: `${word}客户${i}`, industry: word }));
    }
    const filter = encodeURIComponent(JSON.stringify({ field: "industry", op: "eq", value: word }));
    await asAdmin(`/customers?f=${filter}`);
    await expect(page.getByRole("grid").locator("tbody tr")).toHaveCount(3);
    await page.getByRole("grid").getByRole("checkbox").first().check();
    await page.getByRole("toolbar", { name: "批量操作" }).getByRole("button", { name: "批量分配" }).click();
    await page.getByRole("button", { name: "下一步" }).click();
    await pickFrom(page, page.getByLabel("添加一个人"), colleagueName, colleagueName);
    await page.getByRole("button", { name: "预览" }).click();
    await expect(page.getByText("共 3 个，将分配 3 个")).toBeVisible();
    await page.getByRole("button", { name: "分配 3 个客户" }).click();
    await expect(page.getByRole("tab", { name: "已分配 3" })).toBeVisible({ timeout: 30_000 });
    await page.getByRole("link", { name: "看跟踪" }).click();
    await expect(page).toHaveURL(/assignments\?.*batch=/);
    const tracked = page.getByRole("grid").locator("tbody tr");
    await expect(tracked).toHaveCount(3);
    await expect(tracked.first()).toContainText(colleagueName);
    const [batch] = (await (await admin()).list("/assignment-batches", { sort: "-created_at" })) as { id: number }[];
    await page.goto(`/assignments/batches?open=${batch?.id}`);
    await page.getByRole("button", { name: "撤销分配" }).click();
    await page.getByRole("dialog", { name: /^撤销/ }).getByRole("button", { name: "撤销分配" }).click();
    await expect(page.getByRole("tab", { name: "已撤回 3" })).toBeVisible({ timeout: 30_000 });
    expect((await rep.get(`/customers/${made[0]?.id}`)).owner_id).toBe(rep.user.id);

    // Whoever got them was told, and the notice leads to what became of them.
    await page.context().clearCookies();
    await as(colleague);
    await page.getByRole("button", { name: /^通知/ }).click();
    await page.getByRole("button", { name: /给您分配了 3 个客户/ }).click();
    await expect(page).toHaveURL(new RegExp(`assignments\\?batch=${batch?.id}`));
    await expect(tracked).toHaveCount(3);
});

test("a limit is set, shown and taken away", async ({ page, asAdmin }) => {
    const name = unique("库容");
    await asAdmin("/assignments/rules");
    await page.getByRole("button", { name: "新建库容" }).first().click();
    const form = page.getByRole("dialog", { name: "新建库容" });
    await form.getByLabel("名称").fill(name);
    await pickFrom(page, form.getByLabel("适用于"), "个人");
    await pickFrom(page, form.getByLabel("个人"), repName, repName);
    await form.getByLabel("上限（客户数）").fill("5000");
    await form.getByRole("button", { name: "保存", exact: true }).click();
    await expect(new Shell(page).toast("库容已保存")).toBeVisible();
    await page.getByRole("button", { name: `删除${name}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "删除" }).click();
    await expect(page.getByText(name, { exact: true })).toBeHidden();
});
