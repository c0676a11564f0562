// A measure of the company's own: defined, looked at on last year's records, saved; then it carries a target and follows the deals.
import AxeBuilder from "@axe-core/playwright";
import { department } from "../api/lib.mjs";
import { admin, person, unique, type Client } from "./support/people";
import { Form, pickFrom } from "./support/pages";
import { expect, RULES, test, type Page } from "./support/test";

type Overview = { year: number; as_of: string; node: { actual: number } };

async function expectAccessible(page: Page): Promise<void> {
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags([...RULES]).analyze();
    expect(violations.map((one) => one.id)).toEqual([]);
}

let boss: Client;
let rep: Client;
let today: string;
let year: number;
let customer: { id: number };

/** A signed contract of the seller's. */
const sign = (day: string, amount: number) => boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: rep.user.id, status: "signed",
    signed_on: day, amount_minor: amount, cost_minor: 1 });

test.beforeAll(async () => {
    boss = await admin();
    const place = await department({ name: unique("指标") });
    rep = await person({ role: "sales", department_id: place.id });
    ({ as_of: today, year } = (await rep.get("/targets/overview", { measure: "signed_amount" })) as Overview);
    customer = (await rep.post("/customers", { name: unique("客户") })) as { id: number };
    await sign(today, 80_000_00);
    await sign(today, 9_999_99);
});

test("a measure is defined, looked at, given a target, and follows the records", async ({ page, as }) => {
    const name = unique("大单数");
    await as(boss, "/target-measures");
    await expectAccessible(page);
    await page.getByRole("button", { name: "新建指标" }).first().click();
    const form = new Form(page, "新建指标");
    const save = form.box.getByRole("button", { name: "保存", exact: true });
    await form.fill({ 中文名称: name, 英文名称: `${name} big deals` });
    await form.pick("计入的记录", "合同");
    await form.pick("计入日期", "签订日期");
    await expect(save).toBeDisabled();
    await form.box.getByRole("button", { name: "添加条件", exact: true }).click();
    await pickFrom(page, form.box.getByRole("combobox", { name: "字段" }), /^合同金额$/);
    await pickFrom(page, form.box.getByRole("combobox", { name: "条件" }), "不小于");
    await form.box.getByLabel("值", { exact: true }).fill("50000");
    await form.box.getByRole("button", { name: "预览" }).click();
    await expect(form.box.getByTestId("preview-total")).toBeVisible();
    await expectAccessible(page);
    await save.click();
    await expect(form.box).toBeHidden();
    await expect(page.getByRole("main")).toContainText(name);

    const { items } = (await boss.get("/measures")) as { items: { key: string; name_zh: string }[] };
    const key = items.find((one) => one.name_zh === name)?.key ?? "";
    await expect.poll(async () => ((await rep.get("/targets/overview", { measure: key })) as Overview).node.actual).toBe(1);
    const cells = Array.from({ length: 12 }, (_, at) => ({ subject_kind: "user", subject_id: rep.user.id, month: at + 1, amount: 1, version: 0 }));
    await rep.put("/targets/grid", { year, measure: key, cells }, undefined);
    await sign(today, 50_000_00);

    await as(rep, `/targets?measure=${key}&year=${year}`);
    await expect(page.getByRole("main")).toContainText(name);
    await expect(page.getByTestId("target")).toContainText("12");
    await page.getByTestId("actual").click();
    await expect(page.getByTestId("facts-total")).toContainText("2");
});
