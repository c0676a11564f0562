// A record shared with a colleague: for what, with which children, until when; and why somebody sees it.
import AxeBuilder from "@axe-core/playwright";
import { Form, RecordListPage, RecordPage, Shell } from "./support/pages";
import { person, unique, type Client } from "./support/people";
import { expect, RULES, test, type Page } from "./support/test";

let owner: Client;
let colleague: Client;
const ownerName = unique("张主");
const colleagueName = unique("李同");

test.beforeAll(async () => {
    owner = await person({ name: ownerName });
    colleague = await person({ name: colleagueName });
});

interface Made {
    readonly customer: { id: number; name: string };
    readonly contact: { id: number };
}
async function makeCustomer(): Promise<Made> {
    const customer = await owner.post("/customers", { name: unique("共享客户") });
    return { customer, contact: await owner.post("/contacts", { customer_id: customer.id, name: "韩梅" }) };
}

async function statusFor(who: Client, path: string): Promise<number> {
    return (await who.send("GET", path)).status;
}

/** What a dialog of the page says. */
class Dialog extends Form {
    async open(button: string): Promise<void> {
        await this.page.getByRole("button", { name: button, exact: true }).click();
        await expect(this.box).toBeVisible();
    }

    share(name: string) {
        return this.box.getByRole("listitem").filter({ hasText: name });
    }
}
const shareDialog = (page: Page): Dialog => new Dialog(page, /^共享“/);
const whyDialog = (page: Page): Dialog => new Dialog(page, /^谁看得到“/);

test("a record is shared to read, with its contacts, until a day; the share is changed and ended", async ({ page, as }) => {
    const { customer, contact } = await makeCustomer();
    await as(owner, `/customers/${customer.id}`);
    const dialog = shareDialog(page);
    await dialog.open("共享");
    await expect(dialog.box).toContainText("还没有共享给任何人");
    await dialog.box.getByRole("button", { name: "共享", exact: true }).click();
    await expect(dialog.fault("同事")).toBeVisible();
    await dialog.pick("同事", colleagueName, colleagueName);
    await dialog.box.getByText("联系人", { exact: true }).click();
    await dialog.date("最后一天", "2099-12-31");
    await dialog.box.getByRole("button", { name: "共享", exact: true }).click();
    await expect(dialog.share(colleagueName)).toContainText("只读 · 连同联系人 · 到 2099-12-31 为止");
    expect([await statusFor(colleague, `/customers/${customer.id}`), await statusFor(colleague, `/contacts/${contact.id}`)]).toEqual([200, 200]);

    await dialog.share(colleagueName).getByRole("button", { name: `修改给${colleagueName}的共享` }).click();
    await expect(dialog.box.getByLabel("只读")).toBeFocused();
    await expect(dialog.box.getByLabel("联系人")).toBeChecked();
    await page.keyboard.press("ArrowRight");
    await dialog.box.getByText("联系人", { exact: true }).click();
    await dialog.box.getByRole("button", { name: "更新共享" }).click();
    await expect(dialog.share(colleagueName)).toContainText("可编辑 · 到 2099-12-31 为止");
    expect(await statusFor(colleague, `/contacts/${contact.id}`)).toBe(404);
    const seen = await colleague.get(`/customers/${customer.id}`);
    await colleague.patch(`/customers/${customer.id}`, { remark: "看过了" }, seen.version);

    await dialog.share(colleagueName).getByRole("button", { name: `结束给${colleagueName}的共享` }).click();
    await page.getByRole("dialog", { name: `结束给${colleagueName}的共享？` }).getByRole("button", { name: "结束" }).click();
    await expect(dialog.box).toContainText("还没有共享给任何人");
    expect(await statusFor(colleague, `/customers/${customer.id}`)).toBe(404);
    await page.keyboard.press("Escape");
    await expect(dialog.box).toBeHidden();
    await expect(page.getByRole("button", { name: "共享", exact: true })).toBeFocused();
    await expect(new RecordPage(page).timeline()).toContainText("共享了客户");
});

test("who receives a share is told why, does not pass it on, and may give it up", async ({ page, as }) => {
    const { customer, contact } = await makeCustomer();
    const share = { object: "customer", record_id: customer.id, user_id: colleague.user.id, cascade_to: ["contact"], until_on: "2099-12-31" };
    await owner.post("/shares", share);
    await as(colleague, `/contacts/${contact.id}`);
    const why = whyDialog(page);
    await why.open("为什么我看得到");
    await expect(why.box.getByRole("listitem")).toHaveCount(1);
    await expect(why.box).toContainText(`${ownerName}的共享`);
    await expect(why.box).toContainText("只读，到 2099-12-31 为止");
    await why.box.getByRole("link", { name: "随所属的客户一起共享" }).click();
    await new RecordPage(page).isShown(customer.name);

    const dialog = shareDialog(page);
    await dialog.open("共享");
    await expect(dialog.box).toContainText("不能再共享给其他人");
    await expect(dialog.field("同事")).toHaveCount(0);
    await dialog.share(colleagueName).getByRole("button").click();
    await page.getByRole("dialog", { name: /^结束给/ }).getByRole("button", { name: "结束" }).click();
    await new RecordListPage(page, "customers", "客户").isShown();
    await expect(new Shell(page).toast(/的共享$/)).toBeVisible();
    expect(await statusFor(colleague, `/customers/${customer.id}`)).toBe(404);
});

test("role and scope are named; who sees roles asks about others", async ({ page, as, asAdmin }) => {
    const { customer } = await makeCustomer();
    await as(owner, `/customers/${customer.id}`);
    const why = whyDialog(page);
    await why.open("为什么我看得到");
    await expect(why.box).toContainText("您看得到这条记录");
    await expect(why.box.getByRole("listitem")).toHaveText(/角色“销售”\s*可以看到您自己负责的客户/);
    await expect(why.field("看的人")).toHaveCount(0);

    await asAdmin(`/customers/${customer.id}`);
    await why.open("为什么我看得到");
    await expect(why.box).toContainText("管理员看得到全部客户");
    await why.pick("看的人", colleagueName, colleagueName);
    await expect(why.box).toContainText(`${colleagueName}看不到这条记录`);
    await expect(why.box.getByRole("listitem")).toContainText("角色“销售”");
    await why.pick("看的人", ownerName, ownerName);
    await expect(why.box).toContainText(`${ownerName}看得到这条记录`);
});

test("the dialogs fit on a phone and can be used without eyes, in both colours @phone", async ({ page, as }) => {
    const { customer } = await makeCustomer();
    await owner.post("/shares", { object: "customer", record_id: customer.id, user_id: colleague.user.id });
    await as(owner, `/customers/${customer.id}`);
    for (const [button, dialog] of [["共享", shareDialog(page)], ["为什么我看得到", whyDialog(page)]] as const) {
        await dialog.open(button);
        await expect(dialog.box.getByRole("listitem").first()).toBeVisible();
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
        for (const theme of ["dark", "light"]) {
            await page.evaluate((name) => {
                document.documentElement.dataset.theme = name;
            }, theme);
            const { violations } = await new AxeBuilder({ page }).include("[role=dialog]").withTags(RULES).analyze();
            expect(violations.map((one) => `${theme} ${one.id} ${one.nodes[0]?.target.join(" ")}`)).toEqual([]);
        }
        await page.keyboard.press("Escape");
        await expect(dialog.box).toBeHidden();
    }
});
