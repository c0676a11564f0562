// Customers in depth: who already has a customer that is being typed, claims, merges, files, mentions, plans, tags.
import { Buffer } from "node:buffer";
import { Form, pickFrom, RecordListPage, RecordPage, Shell } from "./support/pages";
import { admin, person, unique, type Client } from "./support/people";
import { expect, test, type Page } from "./support/test";
import { department } from "../api/lib.mjs";

let owner: Client;
let rival: Client;
let manager: Client;
const ownerName = unique("周负责");
const rivalName = unique("吴申请");

test.beforeAll(async () => {
    await admin();
    const team = await department({ name: unique("深度组") });
    owner = await person({ name: ownerName, department_id: team.id });
    rival = await person({ name: rivalName, department_id: team.id });
    manager = await person({ name: unique("郑主管"), role: "manager", department_id: team.id });
});

// Names of companies that nobody else has, also once normalised.
let serial = 0;
function companyName(): string {
    serial += 1;
    return [...`${process.pid}${Date.now().toString().slice(-7)}${serial}`].map((digit) => "甲乙丙丁戊己庚辛壬癸"[Number(digit)]).join("");
}
const dialog = (page: Page, title: string | RegExp): Form => new Form(page, title);

test("typing a new customer tells that it exists, and a claim is filed and decided by evidence", async ({ page, as, complaints }) => {
    const name = companyName();
    const customer = await owner.post("/customers", { name: `${name}有限公司` });
    await owner.post("/follow-ups", { customer_id: customer.id, content: "第一次拜访" });
    await as(rival, "/customers");
    const form = await new RecordListPage(page, "customers", "客户").create();
    await form.fill({ 客户名称: `${name}（有限公司）` });
    await expect(form.box.getByRole("status")).toContainText("可能已有相同的客户");
    await expect(form.box.getByRole("list", { name: "可能相同的记录" })).toContainText(`负责人：${ownerName} · 最近跟进`);
    await expect(form.box.getByRole("link", { name: `${name}有限公司` })).toHaveCount(0); // blind

    // Saving asks once more.
    complaints.expect(/^409 POST \/api\/v1\/customers$/);
    await form.save();
    const asked = dialog(page, "可能已有相同的记录");
    await expect(asked.box).toContainText(ownerName);
    await asked.box.getByRole("button", { name: "返回修改" }).click();

    await form.box.getByRole("button", { name: `对${ownerName}的客户提出撞单申请` }).click();
    const claim = dialog(page, "提出撞单申请");
    await claim.box.getByRole("button", { name: "提交申请" }).click();
    await expect(claim.fault("理由")).toBeVisible();
    await claim.fill({ 理由: "展会上我先联系的", 证据说明: "名片和往来邮件" });
    await claim.box.locator("input[type=file]").setInputFiles({ name: "证据.txt", mimeType: "text/plain", buffer: Buffer.from("邮件") });
    await claim.box.getByRole("button", { name: "提交申请" }).click();
    await expect(new Shell(page).toast("撞单申请已提交")).toBeVisible();
    await expect(form.box).toContainText("已提出申请");

    await as(manager, "/conflict-claims");
    await page.getByRole("link", { name: `${name}（有限公司）` }).or(page.getByRole("link", { name: `${name}有限公司` })).click();
    const decision = dialog(page, /^撞单：/);
    await expect(decision.box).toContainText("展会上我先联系的");
    await expect(decision.box).toContainText("首次跟进");
    await expect(decision.box.getByText("证据.txt")).toBeVisible();
    await decision.box.getByText(`转给${rivalName}`).click();
    await decision.fill({ "裁定理由（告知双方）": "证据充分" });
    await decision.box.getByRole("button", { name: "裁定", exact: true }).click();
    await expect(new Shell(page).toast("已裁定")).toBeVisible();
    expect((await rival.get(`/customers/${customer.id}`)).owner_id).toBe(rival.user.id);

    // The claimant hears of it, and the notice leads to the claim.
    await as(rival, "/customers");
    await page.getByRole("button", { name: /^通知/ }).click();
    await page.getByText(`客户“${name}（有限公司）”的撞单申请已成立`).click();
    await expect(dialog(page, /^撞单：/).box).toContainText("证据充分");
});

test("whoever sees a customer claims it on its page; the story shows the files of a follow-up", async ({ page, as }) => {
    const name = companyName();
    const customer = await owner.post("/customers", { name });
    const followUp = await owner.post("/follow-ups", { customer_id: customer.id, content: "拜访记录" });
    await owner.upload(`/attachments?object=follow_up&record_id=${followUp.id}&name=${encodeURIComponent("纪要.txt")}`, Buffer.from("纪要"));
    await owner.post("/shares", { object: "customer", record_id: customer.id, user_id: rival.user.id, cascade_to: ["follow_up"] });
    await as(rival, `/customers/${customer.id}`);
    const record = new RecordPage(page);
    await record.isShown(name);
    await record.timeline().getByRole("button", { name: "1 个附件" }).click();
    await expect(record.timeline().getByText("纪要.txt")).toBeVisible();
    await page.getByRole("button", { name: "撞单申请" }).click();
    const claim = dialog(page, "提出撞单申请");
    await claim.fill({ 理由: "我先联系的" });
    await claim.box.getByRole("button", { name: "提交申请" }).click();
    await expect(new Shell(page).toast("撞单申请已提交")).toBeVisible();
    await as(owner, `/customers/${customer.id}`);
    await record.isShown(name);
    await expect(page.getByRole("button", { name: "撞单申请" })).toHaveCount(0); // one's own
});

test("two customers become one with chosen values, and two again", async ({ page, as }) => {
    const [stays, goes] = [companyName(), companyName()];
    const survivor = await owner.post("/customers", { name: stays, industry: "纺织" });
    const source = await owner.post("/customers", { name: goes, industry: "化工", phone: "010-62781234" });
    const contact = await owner.post("/contacts", { customer_id: source.id, name: "李联系" });
    await as(manager, `/customers/${survivor.id}`);
    await page.getByRole("button", { name: "合并到本客户" }).click();
    const merging = dialog(page, "合并客户");
    await merging.pick("与哪个客户是同一家", goes, goes);
    await expect(merging.box.getByRole("row", { name: /电话/ }).getByRole("radio").nth(1)).toBeChecked();
    await merging.box.getByRole("row", { name: /行业/ }).getByRole("radio").nth(1).check();
    await expect(merging.box.getByText("联系人 1")).toBeVisible();
    await merging.fill({ 原因: "同一家公司" });
    await merging.box.getByRole("button", { name: "合并", exact: true }).click();
    await expect(merging.box).toBeHidden();
    const record = new RecordPage(page);
    await record.isShown(stays);
    await expect(page.getByRole("list", { name: "合并记录" })).toContainText(goes);
    await expect(page.getByRole("tabpanel")).toContainText("化工");
    await record.tab("联系人");
    await expect(page.getByRole("tabpanel")).toContainText("李联系");

    // The old number leads to the one that stayed.
    await page.goto(`/customers/${source.id}`);
    await record.isShown(stays);
    await expect(page.getByText("您打开的客户已合并到本客户。")).toBeVisible();

    await page.getByRole("button", { name: `撤销与“${goes}”的合并` }).click();
    await dialog(page, /^撤销与/).box.getByRole("button", { name: "撤销合并" }).click();
    await expect(new Shell(page).toast("合并已撤销")).toBeVisible();
    await page.goto(`/customers/${source.id}`);
    await record.isShown(goes);
    await record.tab("联系人");
    await expect(page.getByRole("tabpanel")).toContainText("李联系");
    expect((await owner.get(`/contacts/${contact.id}`)).customer_id).toBe(source.id);
    expect((await owner.get(`/customers/${survivor.id}`)).industry).toBe("纺织");
});

// A picture of one pixel.
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

test("a follow-up with a picture and a plan calls a colleague, who answers; the plan is done", async ({ page, as, complaints }) => {
    const customer = await owner.post("/customers", { name: companyName() });
    await as(owner, `/customers/${customer.id}`);
    const text = page.getByLabel("写跟进");
    await text.pressSequentially(`明天送样 @${rivalName.slice(0, 3)}`);
    await page.getByRole("option", { name: rivalName }).click();
    await expect(text).toHaveValue(`明天送样 @${rivalName} `);
    const side = page.getByRole("complementary", { name: "动态" });
    await side.locator("input[type=file]").setInputFiles({ name: "样品.png", mimeType: "image/png", buffer: PIXEL });
    await expect(side.getByText("样品.png")).toBeVisible();

    // Whoever cannot see the customer is not called.
    complaints.expect(/^422 POST \/api\/v1\/follow-ups$/);
    await page.getByRole("button", { name: "保存跟进" }).click();
    await expect(side.getByRole("alert")).toContainText(`${rivalName}看不到这个客户`);
    await owner.post("/shares", { object: "customer", record_id: customer.id, user_id: rival.user.id, cascade_to: ["follow_up"] });
    await side.getByLabel("下次做什么").fill("送样上门");
    await side.getByRole("combobox", { name: "下次时间" }).or(side.getByPlaceholder("选择时间")).first().fill("2099-01-05 09:00");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "保存跟进" }).click();
    await expect(new Shell(page).toast("跟进已保存")).toBeVisible();
    await expect(side.getByRole("heading", { name: "待办计划" })).toBeVisible();

    await as(rival, "/customers");
    await page.getByRole("button", { name: /^通知/ }).click();
    await page.getByText(`${ownerName}在客户“${customer.name}”的跟进中提到了你`).click();
    const parts = page.getByRole("complementary", { name: "计划、附件与评论" });
    await parts.getByRole("button", { name: "查看样品.png" }).click();
    const picture = dialog(page, "样品.png").box.getByRole("img", { name: "样品.png" });
    await expect(picture).toHaveJSProperty("naturalWidth", 1);
    await page.keyboard.press("Escape");
    const download = page.waitForEvent("download");
    await parts.getByRole("button", { name: "下载样品.png" }).click();
    expect((await download).suggestedFilename()).toBe("样品.png");
    await parts.getByLabel("写评论").fill("收到，我来安排");
    await parts.getByRole("button", { name: "发表" }).click();
    await expect(parts.getByRole("list", { name: "评论" })).toContainText("收到，我来安排");

    await as(owner, `/customers/${customer.id}`);
    await side.getByRole("button", { name: "完成", exact: true }).click();
    const plan = dialog(page, "完成计划");
    await plan.fill({ 跟进内容: "样品已送到" });
    await plan.box.getByRole("button", { name: "保存跟进" }).click();
    await expect(new Shell(page).toast("计划已完成")).toBeVisible();
    await expect(side.getByRole("heading", { name: "待办计划" })).toHaveCount(0);
    await expect(side).toContainText("样品已送到");
});

test("tags: made, set on one and on many, filtered by", async ({ page, as }) => {
    const tag = unique("标签");
    const [first, second] = [companyName(), companyName()];
    const made = await owner.post("/customers", { name: first });
    await owner.post("/customers", { name: second });
    await as(manager, "/tags");
    await page.getByRole("button", { name: "新建标签" }).first().click();
    const form = dialog(page, "新建标签");
    await form.fill({ 标签名称: tag });
    await form.saved();
    await expect(page.getByRole("list", { name: "标签" }).first()).toContainText(tag);

    await as(owner, `/customers/${made.id}`);
    const record = new RecordPage(page);
    const editing = await record.edit("客户");
    await editing.pick("标签", tag, tag);
    await page.keyboard.press("Escape"); // the list of options
    await editing.saved();
    await expect(page.getByRole("tabpanel").getByRole("list", { name: "标签" })).toContainText(tag);

    const list = new RecordListPage(page, "customers", "客户");
    await as(manager, "/customers?sort=-created_at");
    await list.find(second);
    await list.row(second).getByRole("checkbox").check();
    await page.getByRole("toolbar").getByRole("button", { name: "打标签…" }).click();
    const tagging = dialog(page, /打标签$/);
    await pickFrom(page, tagging.field("添加标签"), tag, tag);
    await page.keyboard.press("Escape");
    await tagging.save();
    await expect(tagging.box).toBeHidden();
    await expect.poll(async () => (await owner.list("/customers", { q: second }))[0].tag_names).toEqual([tag]);

    await page.goto("/tags");
    await page.getByRole("listitem").filter({ hasText: tag }).getByRole("link", { name: "查看客户" }).click();
    await list.isShown();
    await expect(list.grid().locator("tbody tr")).toHaveCount(2);
    await expect(page.getByRole("list", { name: "筛选" })).toContainText("包含任一");
});
