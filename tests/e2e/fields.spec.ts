// Fields of a company's own, in the browser: an administrator makes them and lays out the form, a seller fills them and
// works with them in the list, a formula follows, a field is thrown away with what depends on it shown, and comes back.
import { Form, pickFrom, RecordListPage, RecordPage, Shell } from "./support/pages";
import { admin, person, unique, type Client } from "./support/people";
import { expect, test, type Page } from "./support/test";

/** Names of the fields: each run its own, as a name is never given twice. */
const mark = unique("").replace(/\W/g, "").slice(-6);
const named = (label: string): string => `${label}${mark}`;
const AREA = named("面积");
const PRICE = named("单价");
const KIND = named("业态");
const OPENED = named("开业日");
const WHY = named("说明");
const RENT = named("年租金");
const CARE = named("关注点");
const TEAM = named("团队");
const PHOTOS = named("照片");
/** A picture of one point. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

interface FieldRow {
    readonly id: number;
    readonly name: string;
    readonly version: number;
    readonly label_zh: string;
}

let boss: Client;
let rep: Client;

test.describe.configure({ mode: "serial", timeout: 120_000 });

test.beforeAll(async () => {
    boss = await admin();
    rep = await person({ role: "sales" });
});

async function fieldsOf(bin: boolean): Promise<FieldRow[]> {
    const { items } = (await boss.get("/custom-fields", { object: "customer", ...(bin ? { deleted: 1 } : {}) })) as { items: FieldRow[] };
    return items.filter((field) => field.label_zh.endsWith(mark));
}

/** Formulas come before what they are made from. */
function newestFirst(fields: readonly FieldRow[]): readonly FieldRow[] {
    return [...fields].sort((a, b) => b.id - a.id);
}

// Other specs look at customers too: nothing of this one stays, not even in their forms.
test.afterAll(async () => {
    const layout = await boss.get("/layouts/customer");
    if (!layout.is_default) {
        await boss.delete("/layouts/customer", layout.version);
    }
    for (const field of newestFirst(await fieldsOf(false))) {
        await boss.delete(`/custom-fields/${field.id}`, field.version);
    }
    for (const field of newestFirst(await fieldsOf(true))) {
        await boss.post(`/custom-fields/${field.id}/purge`, { name: field.name });
    }
});

/** The options of a choice. */
async function options(form: Form, labels: readonly string[]): Promise<void> {
    for (const [index, label] of labels.entries()) {
        const row = form.box.getByLabel(`第 ${index + 1} 个选项的中文名称`);
        if (!(await row.isVisible())) {
            await form.box.getByRole("button", { name: "添加选项" }).click();
        }
        await row.fill(label);
    }
}

/** Starts a new field of a kind; its names and code are filled in. */
async function start(page: Page, kind: string, label: string): Promise<Form> {
    await page.getByRole("button", { name: "新建字段" }).first().click();
    const form = new Form(page, "为客户新建字段");
    await form.box.getByRole("button", { name: new RegExp(`^${kind} `) }).click();
    await form.fill({ 中文名称: label });
    return form;
}

async function made(page: Page, form: Form, label: string): Promise<void> {
    await form.saved();
    await expect(new Shell(page).toast(`已新建字段“${label}”`)).toBeVisible();
    await expect(page.getByRole("list", { name: "字段" }).getByText(label, { exact: true })).toBeVisible();
}

test("an administrator makes fields of several kinds", async ({ page, asAdmin }) => {
    await asAdmin("/custom-fields?object=customer");

    let form = await start(page, "小数", AREA);
    await form.fill({ 小数位数: "1", 最小值: "0.5" });
    await made(page, form, AREA);

    form = await start(page, "金额", PRICE);
    await made(page, form, PRICE);

    form = await start(page, "单选", KIND);
    await options(form, ["餐饮", "零售"]);
    await made(page, form, KIND);

    form = await start(page, "多选", CARE);
    await options(form, ["价格", "交期", "质量"]);
    await made(page, form, CARE);

    form = await start(page, "日期", OPENED);
    await made(page, form, OPENED);

    for (const [kind, label] of [["多个人员", TEAM], ["图片", PHOTOS]] as const) {
        form = await start(page, kind, label);
        await made(page, form, label);
    }

    // Asked of restaurants only.
    form = await start(page, "单行文本", WHY);
    await form.box.getByText("必填", { exact: true }).click();
    await form.box.getByText("只在符合条件时显示").click();
    await form.box.getByRole("button", { name: "添加条件", exact: true }).click();
    const builder = form.box.getByRole("group", { name: "筛选条件" });
    await pickFrom(page, builder.getByRole("combobox", { name: "字段" }), KIND, KIND);
    await pickFrom(page, builder.getByRole("combobox", { name: "值" }), "餐饮");
    await page.keyboard.press("Escape");
    await made(page, form, WHY);
});

test("a formula says what is wrong with it while it is typed, and what it gives", async ({ page, asAdmin }) => {
    const names = new Map((await fieldsOf(false)).map((field) => [field.label_zh, field.name]));
    await asAdmin("/custom-fields?object=customer");
    const form = await start(page, "公式", RENT);
    await form.pick("结果", "金额");
    await form.fill({ 公式内容: `${names.get(AREA)} * no_such_field` });
    await expect(form.box.getByText("没有这个字段")).toBeVisible();
    await form.fill({ 公式内容: `${names.get(AREA)} * ${names.get(PRICE)} * 12` });
    await expect(form.box.getByText("公式正确，结果是数字")).toBeVisible();
    await form.box.getByText("为筛选和排序建索引").click();
    await made(page, form, RENT);
    await expect(page.getByRole("listitem").filter({ hasText: RENT })).toContainText("已建索引");
});

test("the form is laid out", async ({ page, asAdmin }) => {
    await asAdmin("/custom-fields?object=customer&tab=layout");
    await page.getByRole("button", { name: "添加分组" }).click();
    const last = page.locator("[data-section]:not(.out)").last();
    await last.getByLabel(/中文标题$/).fill(`门店${mark}`);
    await last.getByLabel(/英文标题$/).fill("Shop");
    // With the keyboard: down the last section that stood, then on into the new one.
    const grip = page.getByRole("button", { name: `移动“${KIND}”` });
    await grip.focus();
    await expect(async () => {
        await page.keyboard.press("ArrowDown");
        await expect(last.getByText(KIND)).toBeVisible({ timeout: 200 });
    }).toPass();
    await expect(grip).toBeFocused();
    await page.getByRole("button", { name: `把“${OPENED}”移出表单` }).click();
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await expect(new Shell(page).toast("已保存布局")).toBeVisible();
    const layout = await boss.get("/layouts/customer");
    expect(layout.sections.at(-1)).toMatchObject({ title_zh: `门店${mark}`, fields: [{ name: expect.stringMatching(/^x_/) }] });
    expect(layout.hidden).toHaveLength(1);
});

test("a seller fills them; what is asked depends on the answers", async ({ page, as }) => {
    await as(rep, "/customers");
    const list = new RecordListPage(page, "customers", "客户");
    await list.isShown();
    const form = await list.create();
    await expect(form.box.getByText(`门店${mark}`)).toBeVisible();
    await expect(form.field(OPENED)).toHaveCount(0);
    await expect(form.field(WHY)).toHaveCount(0);
    await form.fill({ 客户名称: `大店${mark}`, [AREA]: "0.2", [PRICE]: "80" });
    await form.pick(KIND, "餐饮");
    await form.pick(CARE, "交期");
    await page.keyboard.press("Escape");
    await form.pick(TEAM, rep.user.name, rep.user.name);
    await page.keyboard.press("Escape");
    await form.box.locator("input[type=file]").setInputFiles({ name: "门头.png", mimeType: "image/png", buffer: PNG });
    await expect(form.box.getByRole("list", { name: "文件" }).getByText("门头.png")).toBeVisible();
    await expect(form.field(WHY)).toBeVisible();
    await form.save();
    await expect(form.fault(WHY)).toBeVisible();
    await expect(form.fault(AREA)).toBeVisible();
    await form.fill({ [WHY]: "一楼临街", [AREA]: "120.5" });
    await form.saved();
    const record = new RecordPage(page);
    await record.isShown(`大店${mark}`);
    const main = page.getByRole("main");
    await expect(main).toContainText("120.5");
    await expect(main).toContainText("115,680.00");
    await expect(main).toContainText("一楼临街");
    await expect(main).toContainText("交期");
    await expect(main.getByRole("img", { name: "门头.png" })).toBeVisible();
    const names = new Map((await fieldsOf(false)).map((field) => [field.label_zh, field.name]));
    const [shop] = await rep.list("/customers", { q: `大店${mark}` });
    expect(shop[names.get(TEAM)!]).toEqual([rep.user.id]);

    await rep.post("/customers", { name: `小店${mark}`, [names.get(AREA)!]: "30.0", [names.get(PRICE)!]: 90_00 });
});

test("the list has their columns, is filtered and sorted by them", async ({ page, as }) => {
    await as(rep, `/customers?q=${mark}`);
    const list = new RecordListPage(page, "customers", "客户");
    await list.isShown();
    await page.getByRole("button", { name: "列设置" }).click();
    const chooser = page.getByRole("dialog", { name: "列设置" });
    for (const label of [AREA, RENT]) {
        await chooser.getByText(label, { exact: true }).click();
    }
    await page.keyboard.press("Escape");
    await expect(list.row(`大店${mark}`)).toContainText("115,680.00");
    await expect(list.row(`小店${mark}`)).toContainText("32,400.00");
    const rows = list.grid().locator("tbody tr");
    await list.column(RENT).getByText(RENT).click();
    await expect(page).toHaveURL(/[?&]sort=/);
    await expect(rows).toContainText([`小店${mark}`, `大店${mark}`]);
    await list.column(RENT).getByText(RENT).click();
    await expect(rows).toContainText([`大店${mark}`, `小店${mark}`]);

    await page.getByRole("button", { name: "筛选" }).click();
    await page.getByRole("button", { name: "添加条件", exact: true }).click();
    const builder = page.getByRole("group", { name: "筛选条件" });
    await pickFrom(page, builder.getByRole("combobox", { name: "字段" }), AREA, AREA);
    await pickFrom(page, builder.getByRole("combobox", { name: "条件" }), "不小于");
    await builder.getByLabel("值").fill("100");
    await expect(page).toHaveURL(/[?&]f=/);
    await expect(list.row(`小店${mark}`)).toHaveCount(0);
    await expect(list.row(`大店${mark}`)).toBeVisible();
    await pickFrom(page, builder.getByRole("combobox", { name: "字段" }), TEAM, TEAM);
    await pickFrom(page, builder.getByRole("combobox", { name: "值" }), "我");
    await page.keyboard.press("Escape");
    await expect(page).toHaveURL(/has_any/);
    await expect(list.row(`大店${mark}`)).toBeVisible();
    await expect(list.row(`小店${mark}`)).toHaveCount(0);
});

test("a field that a formula needs stays; another is thrown away and comes back with its values", async ({ page, asAdmin }) => {
    await asAdmin("/custom-fields?object=customer");
    const fields = page.getByRole("list", { name: "字段" });
    const shell = new Shell(page);
    await page.getByRole("button", { name: `删除${AREA}` }).click();
    let dialog = page.getByRole("dialog", { name: `删除字段“${AREA}”？` });
    await expect(dialog).toContainText(RENT);
    await expect(dialog.getByRole("button", { name: "删除", exact: true })).toBeDisabled();
    await dialog.getByRole("button", { name: "取消" }).click();

    await page.getByRole("button", { name: `删除${CARE}` }).click();
    dialog = page.getByRole("dialog", { name: `删除字段“${CARE}”？` });
    await expect(dialog).toContainText("1 条记录");
    await dialog.getByRole("button", { name: "删除", exact: true }).click();
    await expect(shell.toast(`已删除字段“${CARE}”`)).toBeVisible();
    await expect(fields.getByText(CARE, { exact: true })).toHaveCount(0);
    const [shop] = await rep.list("/customers", { q: `大店${mark}` });
    const care = (await fieldsOf(true))[0]!.name;
    expect(await rep.get(`/customers/${shop.id}`)).not.toHaveProperty(care);

    await page.getByRole("tab", { name: "已删除" }).click();
    const binned = page.getByRole("listitem").filter({ hasText: CARE });
    await binned.getByRole("button", { name: "恢复" }).click();
    await expect(shell.toast(`已恢复字段“${CARE}”`)).toBeVisible();
    expect((await rep.get(`/customers/${shop.id}`))[care]).toHaveLength(1);
});

test("a field goes for good when its name is typed again", async ({ page, asAdmin }) => {
    const opened = (await fieldsOf(false)).find((field) => field.label_zh === OPENED)!;
    await boss.delete(`/custom-fields/${opened.id}`, opened.version);
    await asAdmin("/custom-fields?object=customer&tab=bin");
    await page.getByRole("button", { name: `彻底清除字段“${OPENED}”` }).click();
    const form = new Form(page, `彻底清除字段“${OPENED}”`);
    await form.fill({ [`输入 ${opened.name} 以确认`]: "x_other" });
    await form.box.getByRole("button", { name: "彻底清除" }).click();
    await expect(form.fault(`输入 ${opened.name} 以确认`)).toBeVisible();
    await form.fill({ [`输入 ${opened.name} 以确认`]: opened.name });
    await form.box.getByRole("button", { name: "彻底清除" }).click();
    await expect(form.box).toBeHidden();
    expect((await fieldsOf(true)).map((field) => field.label_zh)).not.toContain(OPENED);
});
