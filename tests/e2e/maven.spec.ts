// A real company, from its files to the completion overview: imported with the command line, targets set through the
// API, and the figures of the overview compared with figures computed elsewhere (truth.json beside the files).
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dabiao } from "../api/lib.mjs";
import { admin } from "./support/people";
import { OverviewPage } from "./support/targets";
import { expect, test } from "./support/test";

const HERE = dirname(fileURLToPath(import.meta.url));
const DATA = join(process.env.DABIAO_TEST_DATA ?? join(HERE, "../../../shared/data"), "maven_crm");
const MAPS = join(HERE, "../fixtures/maven");
const YEAR = 2017;

const STEPS = [
    ["user", "sales_teams.csv", "managers.json"],
    ["user", "sales_teams.csv", "agents.json"],
    ["product", "products.csv", "products.json"],
    ["customer", "accounts.csv", "accounts.json"],
    ["customer", "accounts.csv", "subsidiaries.json"],
    ["opportunity", "sales_pipeline.csv", "pipeline.json"],
] as const;

interface Truth {
    won_value_by_quarter: Record<string, number>;
    by_office: Record<string, { won_value: number }>;
    overall: { won_value: number };
}

/** A year's target of each person, in minor units, the same every month. */
const MONTHLY = 30_000_00;

test.describe("Maven", () => {
    test.skip(!existsSync(DATA), "the published sample data is not at hand (DABIAO_TEST_DATA)");
    test.describe.configure({ mode: "serial", timeout: 120_000 });

    let truth: Truth;
    let people: readonly { id: number; name: string; department_name: string }[];

    test.beforeAll(async () => {
        test.setTimeout(120_000);
        truth = JSON.parse(readFileSync(join(DATA, "truth.json"), "utf8")) as Truth;
        // The program runs as a user of its own, which may have no right to the folders the files come from.
        const folder = mkdtempSync(join(tmpdir(), "dabiao-maven-"));
        chmodSync(folder, 0o755);
        for (const [kind, file, map] of STEPS) {
            copyFileSync(join(DATA, file), join(folder, file));
            copyFileSync(join(MAPS, map), join(folder, map));
            await dabiao(["import", kind, join(folder, file), "--map", join(folder, map), "--as", "admin"]);
        }
        rmSync(folder, { recursive: true });
        const boss = await admin();
        const everybody = (await boss.list("/users", { limit: 200 })) as { id: number; name: string; department_name: string }[];
        people = everybody.filter((one) => one.department_name in truth.by_office);
        const cells = people.flatMap((one) => Array.from({ length: 12 }, (_, at) => (
            { subject_kind: "user", subject_id: one.id, month: at + 1, amount: MONTHLY, version: 0 })));
        for (let at = 0; at < cells.length; at += 200) {
            await boss.put("/targets/grid", { year: YEAR, measure: "signed_amount", cells: cells.slice(at, at + 200) });
        }
    });

    test("the overview shows the truth of every quarter and office", async ({ page, asAdmin }) => {
        await asAdmin();
        const overview = new OverviewPage(page);
        await overview.open({ year: YEAR, by: "quarter" });
        for (const [index, quarter] of ["2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4"].entries()) {
            expect(await overview.periodActual(index)).toBe((truth.won_value_by_quarter[quarter] ?? 0) * 100);
        }
        expect(await overview.actual()).toBe(truth.overall.won_value * 100);
        expect(await overview.target()).toBe(people.length * 12 * MONTHLY);
        for (const [office, { won_value: value }] of Object.entries(truth.by_office)) {
            expect(await overview.lineActual(office)).toBe(value * 100);
        }
    });

    test("a click on a figure opens the rows behind it, and they add up to it", async ({ page, asAdmin }) => {
        await asAdmin();
        const overview = new OverviewPage(page);
        await overview.open({ year: YEAR, by: "month" });
        const march = 2;
        const rows = await overview.openRows("East", march);
        const amounts = await rows.amounts();
        expect(amounts.length).toBeGreaterThan(0);
        expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(await rows.sum());
    });
});
