// The daily work with records: make, change, find, hand over, throw away and take back.
import { Form, pickFrom, RecordListPage, RecordPage, Shell, textOf } from "./support/pages";
import { admin, type Client, person, unique } from "./support/people";
import { expect, test } from "./support/test";

// One salesperson for the file; each test makes records of its own.
let rep: Client;
test.beforeAll(async () => {
    rep = await person({ name: "钱小满" });
});

/** A name with four Chinese characters of its own, as the search finds two characters anywhere. */
function chineseName(): string {
    const letters = "晨星远洋宏图瑞丰金桥云帆海蓝松柏青禾天工";
    const pick = (): string => letters.charAt(Math.floor(Math.random() * letters.length));
    return `${pick()}${pick()}${pick()}${pick()}${unique("").slice(-6)}`;
}

function makeCustomer(name = chineseName(), more: object = {}): Promise<{ id: number; name: string; version: number }> {
    return rep.post("/customers", { name, ...more });
}

test("a new customer: faults are shown at the fields, by the form and by the server", async ({ page, as, complaints }) => {
    complaints.expect(/^422 POST \/api\/v1\/customers$/, /^409 POST \/api\/v1\/customers$/);
    const taken = await makeCustomer(undefined, { code: unique("C") });
    const name = chineseName();
    await as(rep, "/customers");
    const list = new RecordListPage(page, "customers", "客户");
    await list.isShown();
    const form = await list.create();
    await form.save();
    await expect(form.fault("客户名称")).toBeVisible();
    await form.fill({ 客户名称: name, 客户编号: String((taken as { code?: string }).code), 年营业额: "1.2万" });
    await form.pick("客户级别", /^A/);
    await form.save();
    await expect(form.fault("客户编号")).toBeVisible();
    await form.fill({ 客户编号: unique("C") });
    await form.saved();
    const record = new RecordPage(page);
    await record.isShown(name);
    await expect(page.getByText("12,000.00")).toBeVisible();
    await expect(record.headline("负责人")).toHaveText("钱小满");
});

test("an edit is kept; a change by somebody else meanwhile is shown and nothing is lost", async ({ page, as, complaints }) => {
    complaints.expect(/^412 PATCH \/api\/v1\/customers\/\d+$/);
    const customer = await makeCustomer();
    await as(rep, `/customers/${customer.id}`);
    const record = new RecordPage(page);
    let form = await record.edit("客户");
    await form.fill({ 电话: "021-5588 0001" });
    await form.saved();
    await expect(page.getByText("021-5588 0001").first()).toBeVisible();
    form = await record.edit("客户");
    await form.fill({ 备注: "我的修改" });
    const now = await rep.get(`/customers/${customer.id}`);
    await rep.patch(`/customers/${customer.id}`, { address: "别人写的地址" }, now.version);
    await form.save();
    await expect(new Shell(page).toast(/刚被别人修改过/)).toBeVisible();
    await expect(form.field("地址")).toHaveValue("别人写的地址");
    await expect(form.field("备注")).toHaveValue("我的修改");
    await form.saved();
    const after = await rep.get(`/customers/${customer.id}`);
    expect([after.address, after.remark]).toEqual(["别人写的地址", "我的修改"]);
});

test("unsaved changes are asked about", async ({ page, as }) => {
    const customer = await makeCustomer();
    await as(rep, `/customers/${customer.id}`);
    const form = await new RecordPage(page).edit("客户");
    await form.fill({ 备注: "还没写完" });
    await page.keyboard.press("Escape");
    const question = page.getByRole("dialog", { name: "放弃未保存的修改？" });
    await question.getByRole("button", { name: "取消" }).click();
    await expect(form.field("备注")).toHaveValue("还没写完");
    await page.keyboard.press("Escape");
    await question.getByRole("button", { name: "放弃修改" }).click();
    await expect(form.box).toBeHidden();
});

test("a follow-up written on the customer's page stands in the timeline", async ({ page, as }) => {
    const customer = await makeCustomer();
    await as(rep, `/customers/${customer.id}`);
    const record = new RecordPage(page);
    const words = `电话沟通，下周报价 ${unique("f")}`;
    await record.followUp(words);
    await expect(record.timeline().getByText(words)).toBeVisible();
    await record.tab("跟进记录");
    await expect(page.getByRole("tabpanel").getByText(words)).toBeVisible();
});

test("opportunity, contract with lines, payment, refund: the received amount follows", async ({ page, asAdmin }) => {
    const boss = await admin();
    const product = await boss.post("/products", { name: unique("服务器"), price_minor: 1_250_00, cost_minor: 800_00 });
    const customer = await makeCustomer();
    const deal = unique("商机");
    await asAdmin(`/customers/${customer.id}?tab=opportunity`);
    const record = new RecordPage(page);
    let form = await record.createChild("商机");
    await form.fill({ 商机名称: deal, 金额: "25000" });
    await form.saved();
    await page.getByRole("tabpanel").getByRole("link", { name: deal }).click();
    await record.isShown(deal);
    await page.getByRole("list", { name: "商机阶段" }).getByRole("button", { name: "赢单" }).click();
    await expect(new Shell(page).toast(`“${deal}”已到“赢单”`)).toBeVisible();

    await record.tab("合同");
    form = await record.createChild("合同");
    const name = unique("合同");
    await form.fill({ 合同名称: name });
    await form.pick("状态", "已签订");
    await form.date("签订日期", "2026-03-02");
    const lines = form.box.getByRole("region", { name: "合同明细" });
    await lines.getByRole("button", { name: "添加一行" }).click();
    await pickFrom(page, lines.getByRole("combobox", { name: "产品" }), product.name, product.name);
    await expect(lines.getByLabel("单价")).toHaveValue("1,250.00");
    await lines.getByLabel("数量").fill("20");
    await expect(lines.locator("tfoot")).toContainText("25,000.00");
    await form.saved();
    await page.getByRole("tabpanel").getByRole("link").first().click();
    await expect(record.headline("合同金额")).toContainText("25,000.00");
    await expect(record.headline("客户")).toHaveText(customer.name);

    await record.tab("回款");
    form = await record.createChild("回款");
    await form.fill({ 回款金额: "1万" });
    await form.saved();
    await expect(record.headline("已回款")).toContainText("10,000.00");

    await page.getByRole("tabpanel").getByRole("link").first().click();
    await expect(record.headline("回款金额")).toContainText("10,000.00");
    await record.tab("退款");
    form = await record.createChild("退款");
    await form.fill({ 退款金额: "2500.5", 退款原因: "少发一件" });
    await form.saved();
    await record.headline("合同").getByRole("link").click();
    await expect(record.headline("已回款")).toContainText("7,499.50");
});

test("filter, saved view and columns: the address holds the list", async ({ page, as }) => {
    const mark = unique("V");
    const small = await makeCustomer(`小${mark}`, { employee_count: 10 });
    const large = await makeCustomer(`大${mark}`, { employee_count: 5_000 });
    await as(rep, "/customers");
    const list = new RecordListPage(page, "customers", "客户");
    await list.isShown();
    await page.getByRole("button", { name: "筛选" }).click();
    await page.getByRole("button", { name: "添加条件", exact: true }).click();
    const builder = page.getByRole("group", { name: "筛选条件" });
    await pickFrom(page, builder.getByRole("combobox", { name: "字段" }), "员工人数");
    await pickFrom(page, builder.getByRole("combobox", { name: "条件" }), "不小于");
    await builder.getByLabel("值").fill("1000");
    await expect(page).toHaveURL(/[?&]f=/);
    await expect(list.row(large.name)).toBeVisible();
    await expect(list.row(small.name)).toHaveCount(0);
    const address = page.url();
    await page.getByRole("button", { name: "保存为视图" }).click();
    const view = new Form(page, "保存为视图");
    await view.fill({ 视图名称: `大客户${mark}` });
    await view.saved();
    await page.getByRole("navigation", { name: "视图" }).getByRole("button", { name: "全部" }).click();
    await expect(list.row(small.name)).toBeVisible();
    await page.getByRole("navigation", { name: "视图" }).getByRole("button", { name: `大客户${mark}`, exact: true }).click();
    await expect(list.row(small.name)).toHaveCount(0);

    await page.goto(address);
    await list.isShown();
    await expect(list.row(large.name)).toBeVisible();
    await expect(list.row(small.name)).toHaveCount(0);

    await expect(list.column("员工人数")).toHaveCount(0);
    await page.getByRole("button", { name: "列设置" }).click();
    await page.getByRole("dialog", { name: "列设置" }).getByText("员工人数").click();
    await page.keyboard.press("Escape");
    await expect(list.column("员工人数")).toHaveCount(1);
    await page.reload();
    await expect(list.column("员工人数")).toHaveCount(1);
});

test("many customers are handed over at once; the job tray tells", async ({ page, asAdmin }) => {
    const mark = unique("B");
    const heir = await person({ name: `接${mark}` });
    const made = [await makeCustomer(`甲${mark}`), await makeCustomer(`乙${mark}`), await makeCustomer(`丙${mark}`)];
    const shell = await asAdmin("/customers");
    const list = new RecordListPage(page, "customers", "客户");
    await list.find(mark);
    await expect(list.row(mark)).toHaveCount(3);
    await list.grid().getByRole("checkbox", { name: "全选" }).click();
    const bar = page.getByRole("toolbar", { name: "批量操作" });
    await expect(bar).toContainText("已选 3 条");
    await bar.getByRole("button", { name: "转移" }).click();
    const form = new Form(page, /转移 3 条客户/);
    await expect(form.box.getByLabel("联系人")).toBeChecked();
    await expect(form.box.getByLabel("已结束的商机")).not.toBeChecked();
    await form.pick("新的负责人", `接${mark}`, `接${mark}`);
    await form.box.getByRole("button", { name: "转移", exact: true }).click();
    await expect(form.box).toBeHidden();
    await expect(await shell.newestJob()).toContainText(/已完成.*3 \/ 3/s);
    for (const customer of made) {
        expect((await heir.get(`/customers/${customer.id}`)).owner_id).toBe(heir.user.id);
    }
});

test("the list as it is filtered is exported to a file", async ({ page, asAdmin }) => {
    const mark = unique("E");
    const customer = await makeCustomer(`导出，“引号”${mark}`);
    await makeCustomer();
    await asAdmin(`/customers?q=${encodeURIComponent(mark)}`);
    const list = new RecordListPage(page, "customers", "客户");
    await expect(list.row(customer.name)).toBeVisible();
    await page.getByRole("button", { name: "导出", exact: true }).click();
    const form = new Form(page, "导出客户");
    await form.box.getByText("CSV").click();
    const [file] = await Promise.all([
        page.waitForEvent("download"),
        form.box.getByRole("button", { name: "导出", exact: true }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    const rows = (await textOf(file)).trim().split(/\r?\n/);
    expect(rows[0]).toContain("客户名称");
    expect(rows).toHaveLength(2);
    expect(rows[1]).toContain(customer.name);
});

test("a deleted customer comes back from the recycle bin", async ({ page, asAdmin }) => {
    const customer = await makeCustomer();
    await asAdmin(`/customers/${customer.id}`);
    await page.getByRole("button", { name: "删除" }).click();
    await page.getByRole("dialog", { name: `删除“${customer.name}”？` }).getByRole("button", { name: "删除" }).click();
    const list = new RecordListPage(page, "customers", "客户");
    await list.isShown();
    await list.find(customer.name);
    await expect(page.getByText("没有符合条件的记录")).toBeVisible();
    await page.getByRole("searchbox", { name: "按名称或编号搜索" }).fill("");
    await page.getByRole("button", { name: "回收站" }).click();
    await list.row(customer.name).getByRole("checkbox").click();
    await page.getByRole("toolbar", { name: "批量操作" }).getByRole("button", { name: "恢复" }).click();
    await expect(list.row(customer.name)).toHaveCount(0);
    await page.goto(`/customers/${customer.id}`);
    await new RecordPage(page).isShown(customer.name);
    await expect(page.getByText("已删除")).toHaveCount(0);
});

test("what is ticked quickly stays ticked, whatever comes in late", async ({ page, asAdmin }) => {
    const mark = unique("T");
    const boss = await admin();
    const first = await makeCustomer(`甲${mark}`);
    const second = await makeCustomer(`乙${mark}`);
    await boss.delete(`/customers/${first.id}`, first.version);
    await asAdmin(`/customers?q=${encodeURIComponent(first.name)}`);
    const list = new RecordListPage(page, "customers", "客户");
    await list.isShown();
    // Faster than what is typed takes effect: the search is emptied, the recycle bin opened, a row of it ticked.
    await page.getByRole("searchbox", { name: "按名称或编号搜索" }).evaluate(async (input: HTMLInputElement, name) => {
        input.value = "";
        input.dispatchEvent(new Event("input", { bubbles: true }));
        document.querySelector<HTMLElement>("button[title='回收站']")?.click();
        for (let tick: HTMLElement | null = null; !tick; await new Promise((resolve) => setTimeout(resolve, 5))) {
            const row = [...document.querySelectorAll("tbody tr")].find((one) => one.textContent?.includes(name));
            tick = row?.querySelector<HTMLElement>("input[type=checkbox]") ?? null;
            tick?.click();
        }
    }, first.name);
    const bar = page.getByRole("toolbar", { name: "批量操作" });
    await expect(bar).toContainText("已选 1 条");
    await expect(page).toHaveURL(/customers\?deleted=1$/);
    // Somebody throws away another one, which puts it above: the tick stays, and stays with its row.
    await boss.delete(`/customers/${second.id}`, second.version);
    await expect(list.row(second.name)).toBeVisible({ timeout: 40_000 });
    await expect(bar).toContainText("已选 1 条");
    await expect(list.row(first.name).getByRole("checkbox")).toBeChecked();
    await expect(list.row(second.name).getByRole("checkbox")).not.toBeChecked();
});

test("the keyboard alone: two characters find a record, arrows walk the list", async ({ page, asAdmin }) => {
    await makeCustomer();
    const customer = await makeCustomer(`鼎盛鑫辉${unique("k")}`);
    const shell = await asAdmin("/customers");
    const list = new RecordListPage(page, "customers", "客户");
    await list.isShown();
    const results = await shell.search("鑫辉");
    const hit = results.getByRole("option", { name: new RegExp(customer.name) });
    await expect(hit).toBeVisible();
    while ((await hit.getAttribute("aria-selected")) !== "true") {
        await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    await new RecordPage(page).isShown(customer.name);
    await page.goBack();
    await list.isShown();
    await list.grid().locator("tbody tr").first().focus();
    await page.keyboard.press("ArrowDown");
    await expect(list.grid().locator('tr[data-index="1"]')).toBeFocused();
    await page.keyboard.press("Space");
    await expect(list.grid().locator('tr[data-index="1"]')).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/customers\/\d+$/);
});
