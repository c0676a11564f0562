// Setting targets in the sheet and looking at what became of them: keys, clipboard, sums that move, two people at once,
// and figures that open their rows.
import AxeBuilder from "@axe-core/playwright";
import { department } from "../api/lib.mjs";
import { admin, person, unique, type Client } from "./support/people";
import { expect, RULES, test, type Page } from "./support/test";

const YEAR = 2031; // nobody else sets targets for it

/** The sheet: lines by the name in front of them, columns by their heading. */
class SheetPage {
    constructor(readonly page: Page) {}

    async open(departmentId: number): Promise<void> {
        await this.page.goto(`/target-grid?year=${YEAR}&department=${departmentId}`);
        await expect(this.page.getByRole("grid")).toBeVisible();
    }

    async #column(name: string): Promise<number> {
        return (await this.page.getByRole("columnheader").allTextContents()).findIndex((text) => text.trim() === name) - 1;
    }

    async cell(line: string, column: string) {
        const row = this.page.getByRole("row").filter({ has: this.page.getByRole("rowheader", { name: line }) });
        return row.first().getByRole("gridcell").nth(await this.#column(column));
    }

    async choose(line: string, column: string): Promise<void> {
        await (await this.cell(line, column)).click();
    }

    async type(text: string, end = "Enter"): Promise<void> {
        await this.page.keyboard.type(text);
        await this.page.keyboard.press(end);
    }

    async paste(text: string): Promise<void> {
        await this.page.evaluate((plain) => {
            const data = new DataTransfer();
            data.setData("text/plain", plain);
            document.activeElement?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }, text);
    }

    async says(line: string, column: string, text: string): Promise<void> {
        await expect(await this.cell(line, column)).toHaveText(text);
    }

    unsaved() {
        return this.page.getByTestId("unsaved");
    }

    async save(): Promise<void> {
        await this.page.keyboard.press("Control+s");
        await expect(this.unsaved()).toHaveCount(0);
    }
}

test.describe("targets", () => {
    let place: { id: number; name: string };
    let lead: Client;
    let rep: Client;
    const leadName = unique("主管");
    const repName = unique("代表");

    test.beforeEach(async () => {
        await admin();
        place = await department({ name: unique("目标部") });
        lead = await person({ role: "manager", name: leadName, department_id: place.id });
        rep = await person({ role: "sales", name: repName, department_id: place.id });
    });

    test("typing moves the sums; keys, undo, fill and paste work as in other spreadsheets", async ({ page, asAdmin }) => {
        await asAdmin();
        const sheet = new SheetPage(page);
        await sheet.open(place.id);
        await sheet.choose(repName, "1月");
        await page.keyboard.type("50万");
        await sheet.says(place.name, "1月", "500,000");
        await page.keyboard.press("Tab");
        await sheet.type("1,200.5", "Tab");
        await sheet.says(repName, "全年", "501,200.50");
        await sheet.says(place.name, "Q1", "501,200.50");
        await sheet.type("abc", "Enter");
        await expect(page.locator("input[aria-invalid=true]")).toHaveCount(0);
        await page.keyboard.type("12x");
        await page.keyboard.press("Enter");
        await expect(page.locator("td input[aria-invalid=true]")).toBeVisible();
        await page.keyboard.press("Escape");

        await page.keyboard.press("Control+z");
        await sheet.says(repName, "2月", "");
        await page.keyboard.press("Control+y");
        await sheet.says(repName, "2月", "1,200.50");

        await sheet.choose(repName, "1月");
        await page.keyboard.press("Shift+ArrowRight");
        await page.keyboard.press("Shift+ArrowRight");
        await page.keyboard.press("Control+r");
        await sheet.says(repName, "3月", "500,000");
        await sheet.choose(repName, "11月");
        await sheet.paste("100\t2万\t7\n");
        await sheet.says(repName, "12月", "20,000");
        await page.keyboard.press("Delete");
        await sheet.says(repName, "11月", "");
        await expect(sheet.unsaved()).toHaveText(/4/);
        await sheet.save();
        await sheet.open(place.id);
        await sheet.says(place.name, "全年", "1,520,000");
        await sheet.says("合计", "全年", "1,520,000");
    });

    test("a year is split over its months, and dragging the corner fills", async ({ page, asAdmin }) => {
        await asAdmin();
        const sheet = new SheetPage(page);
        await sheet.open(place.id);
        await sheet.choose(repName, "全年");
        await page.keyboard.press("Enter");
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel("全年目标", { exact: true }).fill("100万");
        await expect(dialog.getByTestId("split-total")).toHaveText("1,000,000");
        await dialog.getByRole("button", { name: "填入各月" }).click();
        await sheet.says(repName, "1月", "83,333.33");
        await sheet.says(repName, "12月", "83,333.37");
        await sheet.says(repName, "全年", "1,000,000");
        await sheet.choose(leadName, "1月");
        await sheet.type("7", "ArrowLeft");
        await sheet.choose(leadName, "1月");
        await page.locator(".handle").hover();
        await page.mouse.down();
        await (await sheet.cell(leadName, "3月")).hover();
        await (await sheet.cell(leadName, "4月")).hover();
        await page.mouse.up();
        await sheet.says(leadName, "4月", "7");
        await sheet.says(leadName, "Q1", "21");
        await page.getByRole("link", { name: "目标完成" }).click();
        await expect(page.getByText(/还没有保存/)).toBeVisible();
        await page.getByRole("button", { name: "取消" }).click();
        await sheet.save();
    });

    test("two people at once lose nothing", async ({ page, as, asAdmin, complaints }) => {
        complaints.expect(/^412 PUT/);
        await asAdmin();
        const sheet = new SheetPage(page);
        await sheet.open(place.id);
        await sheet.choose(repName, "1月");
        await sheet.type("100");
        await sheet.choose(repName, "2月");
        await sheet.type("200");
        const cell = (month: number, amount: number, version = 0) =>
            ({ subject_kind: "user", subject_id: rep.user.id, month, amount, version });
        await lead.put("/targets/grid", { year: YEAR, measure: "signed_amount", cells: [cell(2, 77700), cell(5, 5500)] });
        await page.keyboard.press("Control+s");
        const panel = page.getByRole("alert").filter({ hasText: "同时被他人修改" });
        await expect(panel).toBeVisible();
        await sheet.says(repName, "2月", "200");
        await sheet.says(repName, "5月", "55");
        await expect(panel.getByRole("button", { name: "采用对方的 777" })).toBeVisible();
        await panel.getByRole("button", { name: "采用对方的 777" }).click();
        await sheet.says(repName, "2月", "777");
        await sheet.save();
        const grid = await lead.get("/targets/grid", { year: YEAR, department_id: place.id });
        const mine = grid.rows.find((row: { subject_id: number; subject_kind: string }) => row.subject_id === rep.user.id && row.subject_kind === "user");
        expect(mine.cells.slice(0, 5).map((one: { amount: number }) => one.amount)).toEqual([10000, 77700, 0, 0, 5500]);
    });

    test("a salesperson sets the own targets and no others", async ({ page, as }) => {
        await as(rep, "/target-grid");
        await expect(page.getByRole("grid")).toBeVisible();
        await expect(page.getByRole("rowheader", { name: repName })).toBeVisible();
        await expect(page.getByRole("rowheader", { name: leadName })).toHaveCount(0);
    });

    test("the overview goes from company to person, every figure opens its rows, and it follows a new contract", async ({ page, asAdmin }) => {
        const boss = await admin();
        const today = ((await boss.get("/meta")) as { today: string }).today;
        const { year, months } = (await boss.get("/targets/grid", { department_id: place.id })) as { year: number; months: string[] };
        const month = months.filter((first) => first <= today).length;
        await boss.put("/targets/grid", { year, measure: "signed_amount",
            cells: [{ subject_kind: "user", subject_id: rep.user.id, month, amount: 1_200_000, version: 0 }] });
        await asAdmin(`/targets?department=${place.id}`);
        const line = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: repName }) });
        await expect(line).toContainText("0.0%");
        await expect(page.getByTestId("actual")).toHaveText("¥0.00");
        const customer = (await rep.post("/customers", { name: unique("客户") })) as { id: number };
        const contract = (await rep.post("/contracts", { customer_id: customer.id, status: "signed",
            signed_on: today, lines: [{ name: "服务", quantity_milli: 1000, unit_price_minor: 600_000, unit_cost_minor: 0 }] })) as { id: number };
        await expect(line).toContainText("50.0%", { timeout: 40_000 });
        await expect(page.getByTestId("completion")).toHaveText("50.0%");
        await line.getByRole("button", { name: "6,000" }).first().click();
        const drawer = page.getByRole("dialog");
        await expect(drawer.getByTestId("facts-total")).toContainText("6,000.00");
        await expect(drawer.locator("tbody tr")).toHaveCount(1);
        await expect(drawer.locator("tbody a")).toHaveAttribute("href", `/contracts/${contract.id}`);
        await page.keyboard.press("Escape");
        await line.getByRole("button", { name: repName }).click();
        await expect(page).toHaveURL(/user=/);
        await expect(page.getByTestId("completion")).toHaveText("50.0%");
        await page.getByRole("navigation", { name: "所在位置" }).getByRole("link", { name: place.name }).click();
        await expect(page).not.toHaveURL(/user=/);
    });

    test("what has no target says so with a dash", async ({ page, asAdmin }) => {
        await asAdmin(`/targets?department=${place.id}&year=${YEAR}`);
        await expect(page.getByTestId("completion")).toHaveText("—");
        await expect(page.getByTestId("gap")).toHaveCount(0);
    });

    for (const path of ["/targets", "/target-grid"]) {
        test(`${path} fits on a phone and can be used without eyes @phone`, async ({ page, asAdmin }) => {
            await asAdmin(path);
            await expect(page.locator(".card").first()).toBeVisible();
            await expect(page.locator(".skeleton")).toHaveCount(0);
            expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
            const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
            expect(violations.map((one) => `${one.id} ${one.nodes[0]?.target.join(" ")}`)).toEqual([]);
        });
    }

    test("the sheet is a grid to a screen reader", async ({ page, asAdmin }) => {
        await asAdmin();
        const sheet = new SheetPage(page);
        await sheet.open(place.id);
        await expect(page.getByRole("grid")).toHaveAttribute("aria-colcount", "18");
        await expect(page.locator("[role=gridcell][tabindex='0']")).toHaveCount(1);
        const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
        expect(violations.map((one) => `${one.id} ${one.nodes[0]?.target.join(" ")}`)).toEqual([]);
    });
});
