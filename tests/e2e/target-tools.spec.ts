// Watching targets and moving them in bulk: the start page of one person, the map of completion by keyboard, a workbook out and in.
import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import { department } from "../api/lib.mjs";
import { admin, person, unique, type Client } from "./support/people";
import { expect, RULES, test, type Page } from "./support/test";

async function expectAccessible(page: Page): Promise<void> {
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags([...RULES]).analyze();
    expect(violations.map((one) => one.id)).toEqual([]);
}

let rep: Client;
let manager: Client;
let year: number;
const MEASURE = "signed_amount";

test.beforeAll(async () => {
    const boss = await admin();
    const place = await department({ name: unique("工具") });
    manager = await person({ role: "manager", department_id: place.id });
    rep = await person({ role: "sales", department_id: place.id });
    const overview = (await rep.get("/targets/overview", { measure: MEASURE })) as { year: number; as_of: string };
    year = overview.year;
    const cells = Array.from({ length: 12 }, (_, at) => ({ subject_kind: "user", subject_id: rep.user.id, month: at + 1, amount: 100_000_00, version: 0 }));
    await rep.put("/targets/grid", { year, measure: MEASURE, cells }, undefined);
    const customer = (await rep.post("/customers", { name: unique("客户") })) as { id: number };
    await boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: rep.user.id, status: "signed",
        signed_on: overview.as_of, amount_minor: 40_000_00, cost_minor: 1 });
});

test("the start page shows month, quarter and year of the person, and opens the rows", async ({ page, as }) => {
    await as(rep);
    await expect(page.getByRole("heading", { name: "我的目标" })).toBeVisible();
    await expect(page.getByTestId("home-month").getByTestId("share")).toHaveText(/^40(\.0)?%$/);
    await expect(page.getByTestId("home-quarter").getByTestId("share")).toHaveText(/^13\.3/);
    await expect(page.getByTestId("home-year").getByTestId("target")).toContainText("120万");
    await expectAccessible(page);
    await page.getByTestId("home-month").getByTestId("done").click();
    await expect(page.getByTestId("facts-total")).toContainText("40,000.00");
});

test("the map is walked with arrow keys, says what it shows and opens the rows", async ({ page, as }) => {
    await as(manager, `/target-map?year=${year}`);
    const figures = page.getByRole("button", { name: new RegExp(`^${rep.user.name}`) });
    await expect(figures).toHaveCount(13);
    await expect(figures.last()).toHaveText("3%");
    await expectAccessible(page);
    await figures.first().focus();
    await page.keyboard.press("End");
    await expect(figures.last()).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("facts-total")).toContainText("40,000.00");
});

test("a workbook goes out, comes back in and is looked at before it is saved", async ({ page, as }) => {
    await as(manager, `/target-grid?year=${year}`);
    await page.getByRole("button", { name: "Excel" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "导出目标", exact: true }).click()]);
    const book = await readFile(await download.path());
    expect(book.subarray(0, 2).toString()).toBe("PK");
    await page.keyboard.press("Escape"); // the tray of jobs
    await page.getByRole("button", { name: "Excel" }).click();
    await page.getByRole("menuitem", { name: "导入目标" }).click();
    const dialog = page.getByRole("dialog");
    const choose = (name: string, buffer: Buffer) => dialog.locator("input[type=file]").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
    await choose("targets.xlsx", book);
    await expect(dialog.getByRole("status")).toContainText("一致");
    const csv = (amount: string) => Buffer.from(`类型,编号,名称,${year}-03\n人员,${rep.user.id},x,${amount}\n`);
    await choose("bad.csv", csv("-5"));
    await expect(dialog.getByTestId("file-faults")).toContainText("D2");
    await expect(dialog.getByRole("button", { name: /保存/ })).toBeDisabled();
    await choose("good.csv", csv("123456.78"));
    await expect(dialog.getByTestId("file-changes")).toContainText("123,456.78");
    await expect(dialog.getByTestId("file-difference")).toContainText("23,456.78");
    await dialog.getByRole("button", { name: /保存/ }).click();
    await expect(dialog).toBeHidden();
    const overview = (await rep.get("/targets/overview", { year, measure: MEASURE })) as { periods: { target: number }[] };
    expect(overview.periods[2]?.target).toBe(123_456_78);
});
