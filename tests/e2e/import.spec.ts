// A table becomes records: matched, tried, imported and taken back, with the refused rows as a file. And the
// organisation: somebody comes, moves, and leaves what is owned to a successor.
import { Form, pickFrom, textOf } from "./support/pages";
import { admin, person, unique } from "./support/people";
import { expect, test } from "./support/test";

function csv(rows: readonly (readonly string[])[]): { name: string; mimeType: string; buffer: Buffer } {
    return { name: "客户名单.csv", mimeType: "text/csv", buffer: Buffer.from(rows.map((row) => row.join(",")).join("\n")) };
}

/** Counts of the result by name: 新建 → 1. */
async function counts(page: import("@playwright/test").Page): Promise<Record<string, string>> {
    const boxes = await page.locator("dl.counts > div").evaluateAll((all) =>
        all.map((one) => [one.querySelector("dt")?.textContent ?? "", one.querySelector("dd")?.textContent ?? ""]));
    return Object.fromEntries(boxes);
}

test("a table is matched, tried, imported and taken back", async ({ page, asAdmin }) => {
    const good = unique("导入甲");
    const bad = unique("导入乙");
    await asAdmin("/import");
    await page.locator("input[type=file]").setInputFiles(csv([
        ["客户名称", "年营业额", "创建时间", "行业", "负责人", unique("不要的列")], // headings of its own: the mapping of known ones is remembered
        [good, "12.5", "03/04/2026", "technolgy", "admin", "x"],
        [bad, "1", "05/06/2026", "medical", "查无此人", "y"],
    ]));
    await expect(page.getByRole("heading", { name: "匹配字段" })).toBeVisible();
    await expect(page.getByText("已匹配 5 列，共 6 列")).toBeVisible();

    // Day and month cannot be told apart: nothing is tried before the person says which is which.
    await page.getByRole("button", { name: "试运行" }).click();
    await expect(page.getByText("请选择日期顺序：样例中月和日分不清")).toBeVisible();
    await pickFrom(page, page.getByRole("combobox", { name: "列“创建时间”的日期顺序" }), "日/月/年");
    await pickFrom(page, page.getByRole("combobox", { name: "列“年营业额”的金额单位" }), "万元");
    await page.getByRole("listitem").filter({ hasText: "technolgy" }).getByRole("button", { name: "替换值" }).click();
    const words = page.getByRole("dialog", { name: "替换“行业”中的值" });
    await words.getByLabel("“technolgy”替换成").fill("technology");
    await words.getByRole("button", { name: "保存" }).click();

    await page.getByRole("button", { name: "试运行" }).click();
    await expect(page.getByRole("heading", { name: "试运行完成，有些行不能导入" })).toBeVisible();
    expect(await counts(page)).toEqual({ 新建: "1", 更新: "0", 跳过: "0", 拒绝: "1" });
    await expect(page.getByRole("row", { name: /负责人 找不到该名称的记录/ })).toContainText("查无此人");
    const boss = await admin();
    const named = (name: string): Promise<{ items: Record<string, unknown>[] }> =>
        boss.get("/customers", { filter: JSON.stringify({ field: "name", op: "eq", value: name }) });
    expect((await named(good)).items).toEqual([]);
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "下载错误文件" }).click()]);
    expect(file.suggestedFilename()).toBe("客户名单-errors.csv");
    expect(await textOf(file)).toContain(bad);

    await page.getByRole("button", { name: "正式导入" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "正式导入" }).click();
    await expect(page.getByRole("heading", { name: "导入完成" })).toBeVisible();
    const [made] = (await named(good)).items;
    expect(made).toMatchObject({ annual_revenue_minor: 12_500_000, industry: "technology" });
    expect(String(made?.created_at)).toContain("2026-04-0");

    await page.reload(); // an import stands where it stood
    await page.getByRole("button", { name: "撤回导入" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "撤回导入" }).click();
    await expect(page.getByRole("heading", { name: "匹配字段" })).toBeVisible();
    expect((await named(good)).items).toEqual([]);
});

test("other files and missing fields are refused in words", async ({ page, asAdmin }) => {
    await asAdmin("/import");
    const input = page.locator("input[type=file]");
    await input.setInputFiles({ name: "picture.pdf", mimeType: "application/pdf", buffer: Buffer.from("x") });
    await expect(page.getByRole("alert")).toHaveText("请选择 CSV、TSV 或 .xlsx 文件。");
    await input.setInputFiles(csv([["未知列"], ["x"]]));
    await expect(page.getByRole("heading", { name: "匹配字段" })).toBeVisible();
    await page.getByRole("button", { name: "试运行" }).click();
    await expect(page.getByRole("alert")).toContainText("请至少匹配一列。");
    await expect(page.getByRole("alert")).toContainText("缺少必填字段：客户名称");
});

test("whoever may import anything at all is led to the page, others are not", async ({ page, as }) => {
    const boss = await admin();
    const rights = { name: unique("产品员"), permissions: ["product.view", "product.import"], fields: [],
        scopes: [{ object: "customer", scope: "none", department_ids: [] }] };
    const role = await boss.post("/roles", rights);
    const keeper = await person({ role_ids: [role.id] });
    await as(keeper, "/products");
    await page.getByRole("navigation").getByRole("link", { name: "导入" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "导入" })).toBeVisible();
    await expect(page.locator(".upload .kind")).toContainText("产品");
    await boss.put(`/roles/${role.id}`, { ...rights, permissions: ["product.view"] }, role.version);
    await page.goto("/import");
    await expect(page.getByRole("heading", { name: "您没有打开此页的权限" })).toBeVisible();
    await expect(page.getByRole("navigation").getByRole("link", { name: "导入" })).toHaveCount(0);
});

test("somebody comes, gets a first password, moves and leaves the records to a successor", async ({ page, asAdmin }) => {
    const boss = await admin();
    const successor = await person({ name: unique("接手人") });
    const heir = (await successor.get("/auth/me")).name as string;
    const login = unique("e2e").toLowerCase();
    const department = await boss.post("/departments", { name: unique("部门") });
    await asAdmin(`/org?department=${department.id}`);
    await expect(page.getByText("这里还没有人")).toBeVisible();
    await page.getByRole("button", { name: "新建人员" }).click();
    const form = new Form(page, "新建人员");
    await form.fill({ 姓名: "来去人", 登录名: login });
    await form.saved();
    const password = page.getByRole("dialog", { name: "来去人的初始密码" });
    await expect(password.locator("code")).toHaveText(/\S{12,}/);
    await password.getByRole("button", { name: "完成" }).click();
    const id = Number(/people\/(\d+)/.exec(page.url())?.[1]);

    await page.getByRole("button", { name: "调动" }).click();
    const move = new Form(page, "调动来去人");
    await move.pick("直属上级", heir, heir);
    await move.box.getByRole("button", { name: "调动" }).click();
    await expect(move.box).toBeHidden();
    await expect(page.getByText(`上级：${heir}`).first()).toBeVisible();

    const customer = await boss.post("/customers", { name: unique("遗留客户"), owner_id: id });
    await page.getByRole("button", { name: "更多", exact: true }).last().click();
    await page.getByRole("menuitem", { name: "停用" }).click();
    const leave = new Form(page, "停用来去人");
    await expect(leave.box.getByText("名下还有 1 条记录")).toBeVisible();
    await leave.box.getByRole("button", { name: "停用" }).click();
    await expect(leave.fault("接收人")).toBeVisible();
    await leave.pick("接收人", heir, heir);
    await leave.box.getByRole("button", { name: "停用" }).click();
    await expect(leave.box).toBeHidden();
    await expect(page.getByText("已停用", { exact: true })).toBeVisible();
    await expect.poll(async () => (await boss.get(`/customers/${customer.id}`)).owner_name).toBe(heir);
});

test("a role is told what it would not see; its rights are kept", async ({ page, asAdmin }) => {
    const name = unique("角色");
    await asAdmin("/roles/new");
    await page.getByLabel("角色名称").fill(name);
    await page.getByLabel("编辑客户").check();
    await expect(page.getByLabel("查看客户")).toBeChecked();
    await expect(page.getByText("可以查看客户，但可见数据是“不可见”")).toBeVisible();
    await pickFrom(page, page.getByRole("combobox", { name: "客户的可见数据" }), "本部门及下级");
    await page.getByRole("button", { name: "保存" }).click();
    await expect(page).toHaveURL(/\/roles\/\d+$/);
    const role = await (await admin()).get(`/roles/${/\d+$/.exec(page.url())?.[0]}`);
    expect(role).toMatchObject({ name, permissions: ["customer.edit", "customer.view"] });
    expect(role.scopes).toContainEqual({ object: "customer", scope: "department_and_below", department_ids: [] });
});
