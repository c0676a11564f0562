// A planning round from the number that is asked to the lock, and a change and a transfer after it: company, department,
// team and people, several of them at once, each in a browser of its own (TGT-2, 5, 6, 7).
import AxeBuilder from "@axe-core/playwright";
import { company, department } from "../api/lib.mjs";
import { admin, person, unique, type Client } from "./support/people";
import { enter, expect, RULES, test, type Page } from "./support/test";

const MEASURE = "signed_amount";
let year = 2060; // one round a year: each run of the file takes the next free one

interface Line {
    readonly kind: string;
    readonly id: number;
    readonly entered: number;
    readonly expected: number;
    readonly answered: number;
}
interface Node {
    readonly node: Line;
    readonly own: { readonly base: number };
    readonly children: readonly Line[];
}

/** The page of the round, and the drawer of a target on it. */
class RoundPage {
    constructor(readonly page: Page) {}

    static address(departmentId?: number): string {
        return `/target-round?year=${year}${departmentId === undefined ? "" : `&department=${departmentId}`}`;
    }

    dialog(name?: string | RegExp) {
        return this.page.getByRole("dialog", name === undefined ? {} : { name }).last();
    }

    async openMine(): Promise<void> {
        await this.page.getByRole("button", { name: "我的目标" }).click();
        await expect(this.dialog().getByText("往来记录")).toBeVisible();
    }

    async openPlan(name: string): Promise<void> {
        await this.page.getByRole("rowheader", { name }).getByRole("button").click();
        await expect(this.dialog().getByText("往来记录")).toBeVisible();
    }

    async type(label: string, text: string): Promise<void> {
        const field = this.dialog().getByLabel(label, { exact: true });
        await field.click(); // the field shows the plain number once it has the focus
        await field.fill(text);
        await this.page.keyboard.press("Tab");
    }

    async step(name: string): Promise<void> {
        await this.dialog().getByRole("button", { name, exact: true }).last().click();
    }

    async isIn(state: string): Promise<void> {
        await expect(this.dialog().getByTestId("plan-state")).toHaveText(state);
    }
}

test.describe("planning round", () => {
    let top: { id: number; name: string };
    let north: { id: number; name: string };
    let east: { id: number; name: string };
    let manager: Client;
    let lead: Client;
    let rep: Client;
    let mate: Client;
    let other: Client;
    let round: { id: number };
    const names = { manager: unique("大区经理"), lead: unique("组长"), rep: unique("甲代表"), mate: unique("乙代表"), other: unique("丙代表") };

    const node = (id: number): Promise<Node> => manager.get(`/target-rounds/${round.id}/node`, { measure: MEASURE, department_id: id }) as Promise<Node>;

    /** Every node equals its parts, down to people. */
    async function addsUp(id: number): Promise<number> {
        const shown = await node(id);
        expect(shown.children.reduce((sum, line) => sum + line.entered, shown.own.base)).toBe(shown.node.entered);
        for (const child of shown.children.filter((line) => line.kind === "department")) {
            expect(await addsUp(child.id)).toBe(child.entered);
        }
        return shown.node.entered;
    }

    /** A step that no browser is needed for. */
    async function take(who: Client, step: string, subject: Client | { id: number }, more: object = {}): Promise<void> {
        const key = "token" in subject ? { subject_kind: "user", subject_id: subject.user.id } : { subject_kind: "department", subject_id: subject.id };
        const { version } = (await who.get(`/target-rounds/${round.id}/plan`, { measure: MEASURE, ...key })) as { version: number };
        await who.post(`/target-rounds/${round.id}/plan/${step}`, { measure: MEASURE, ...key, version, ...more });
    }

    test.beforeEach(async () => {
        const boss = await admin();
        const taken = ((await boss.get("/target-rounds")) as { items: { year: number }[] }).items.map((one) => one.year);
        while (taken.includes(year)) year += 1;
        top = await company();
        north = await department({ name: unique("北区") });
        east = await department({ name: unique("东组"), parent_id: north.id });
        manager = await person({ role: "manager", name: names.manager, department_id: north.id });
        lead = await person({ role: "manager", name: names.lead, department_id: east.id });
        [rep, mate] = await Promise.all([person({ name: names.rep, department_id: north.id }), person({ name: names.mate, department_id: north.id })]);
        other = await person({ name: names.other, department_id: east.id });
        for (const [place, head] of [[north, manager], [east, lead]] as const) {
            const { version } = (await boss.get(`/departments/${place.id}`)) as { version: number };
            await boss.patch(`/departments/${place.id}`, { manager_id: head.user.id }, version);
        }
    });

    test("from what is asked to the lock, a change in mid-year and a transfer", async ({ browser, page, asAdmin, complaints }) => {
        test.setTimeout(180_000);
        complaints.expect(/^409 POST .*lock$/);
        const windowOf = async (who: Client, path: string): Promise<RoundPage> => {
            const context = await browser.newContext();
            const own = await context.newPage();
            await enter(own, who, path);
            return new RoundPage(own);
        };

        // The company says what it needs.
        await asAdmin(RoundPage.address(top.id));
        await page.getByRole("button", { name: "发起规划" }).click();
        const opening = page.getByRole("dialog");
        await opening.getByLabel("截止日期").fill(`${year - 1}-12-20`);
        await page.keyboard.press("Enter");
        await opening.getByLabel("说明").fill("明年增长三成");
        await opening.getByRole("button", { name: "发起规划" }).click();
        await expect(page.getByText("明年增长三成")).toBeVisible();
        await page.getByRole("button", { name: "提出要求" }).click();
        const asking = page.getByRole("dialog");
        await asking.getByLabel(top.name, { exact: true }).fill("5000万");
        await asking.getByLabel(north.name, { exact: true }).fill("100万");
        await asking.getByRole("button", { name: "提出", exact: true }).click();
        await expect(page.getByTestId("asked")).toHaveText(/50,000,000/);
        round = ((await manager.get("/target-rounds")) as { items: { id: number; year: number }[] }).items.find((one) => one.year === year) ?? { id: 0 };

        // Two people promise at the same time, each in a window; the manager watches.
        const watching = await windowOf(manager, RoundPage.address(north.id));
        await expect(watching.page.getByTestId("gap")).toHaveText(/1,000,000/);
        const [first, second] = await Promise.all([windowOf(rep, RoundPage.address()), windowOf(mate, RoundPage.address())]);
        await Promise.all([first.openMine(), second.openMine()]);
        await expect(first.dialog().getByText(`对${north.name}的要求`)).toBeVisible();
        await Promise.all([first.type("1月 目标", "30万"), second.type("2月 目标", "20万")]);
        await Promise.all([first.type("8月 目标", "10万"), second.type("9月 目标", "20万")]);
        await first.type("1月 冲刺", "50万");
        await Promise.all([first.step("提交"), second.step("提交")]);
        await Promise.all([first.isIn("待审定"), second.isIn("待审定")]);
        await expect(watching.page.getByTestId("entered")).toHaveText("800,000.00", { timeout: 40_000 });
        await expect(watching.page.getByTestId("answers")).toHaveText("2 / 5");

        // Returned with a reason and another number, and accepted.
        await watching.openPlan(names.rep);
        await watching.step("退回");
        await watching.dialog("退回").getByLabel("理由").fill("大客户续约归你");
        await watching.dialog("退回").getByText("同时还价").click();
        await watching.type("8月 目标", "20万");
        await watching.step("退回");
        await watching.isIn("已退回");
        await watching.page.keyboard.press("Escape");
        await first.isIn("已退回");
        await expect(first.dialog().getByRole("status")).toContainText("大客户续约归你");
        await first.step("接受还价");
        await first.isIn("已约定");
        await expect(first.dialog().getByTestId("year-base")).toHaveText("500,000.00");

        // The others, and the departments with a buffer of their own.
        const cell = (who: Client, month: number, amount: number) => ({ subject_kind: "user", subject_id: who.user.id, month, amount, version: 0 });
        const save = (who: Client, cells: object[]) => who.put("/targets/grid", { year, measure: MEASURE, cells });
        await take(manager, "agree", mate);
        await save(other, [cell(other, 3, 300_000_00)]);
        await save(lead, [cell(lead, 4, 50_000_00), { subject_kind: "department", subject_id: east.id, month: 12, amount: -20_000_00, version: 0 }]);
        await take(other, "submit", other);
        await take(lead, "agree", other);
        await take(lead, "submit", lead);
        await take(lead, "submit", east);
        await take(manager, "agree", lead);
        await take(manager, "agree", east);
        await take(manager, "submit", manager);
        await take(manager, "submit", north);
        const boss = await admin();
        await take(boss, "agree", manager);
        await take(boss, "agree", north);
        await watching.page.reload();
        await expect(watching.page.getByTestId("answers")).toHaveText("5 / 5");
        expect(await addsUp(north.id)).toBe(500_000_00 + 400_000_00 + 300_000_00 + 50_000_00 - 20_000_00);
        await expect(watching.page.getByText("超额分派 25.0%")).toBeVisible();

        // Locked, though others of the company have not answered.
        await page.getByRole("button", { name: "锁定规划" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "锁定规划" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "仍然锁定" }).click();
        await expect(page.getByText("已锁定").first()).toBeVisible();
        await first.isIn("已锁定");

        // A change in mid-year: proposed with a reason, agreed by the other side.
        await watching.page.reload();
        await watching.openPlan(names.rep);
        await watching.step("提出变更");
        await watching.dialog("提出变更").getByLabel("理由").fill("新增两个城市");
        await watching.dialog("提出变更").getByLabel("从哪个月起").click();
        await watching.page.getByRole("option", { name: "7月" }).click();
        await watching.type("10月 目标", "10万");
        await watching.step("提出变更");
        await expect(first.dialog().getByRole("status")).toContainText("新增两个城市");
        await first.step("同意变更");
        await expect(first.dialog().getByTestId("year-base")).toHaveText("600,000.00");
        const before = await addsUp(north.id);
        expect(before).toBe(1_330_000_00);

        // A transfer takes the months after it along; nothing is lost on the way.
        await boss.post(`/users/${rep.user.id}/move`, { department_id: east.id, manager_id: null, from_on: `${year}-09-01` });
        expect(await addsUp(north.id)).toBe(before);
        const moved = (await node(east.id)).children.find((line) => line.kind === "user" && line.id === rep.user.id);
        expect(moved?.entered).toBe(100_000_00);
        await Promise.all([first, second, watching].map((one) => one.page.context().close()));
    });

    test("a round fits on a phone and can be used without eyes @phone", async ({ page, as }) => {
        const boss = await admin();
        round = (await boss.post("/target-rounds", { year, deadline_on: `${year - 1}-12-20` })) as { id: number };
        await boss.put(`/target-rounds/${round.id}/asks`, { measure: MEASURE, asks: [{ department_id: north.id, amount: 100, version: 0 }] });
        await as(manager, RoundPage.address(north.id));
        await expect(page.getByTestId("answers")).toHaveText("0 / 5");
        const checks = async (): Promise<void> => {
            expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
            const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
            expect(violations.map((one) => `${one.id} ${one.nodes[0]?.target.join(" ")}`)).toEqual([]);
        };
        await checks();
        await new RoundPage(page).openMine();
        await checks();
    });
});
