// A real company, from its files to the completion overview: imported with the command line, targets set through the
// API, and the figures of the overview compared with figures computed elsewhere (truth.json beside the files).
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dabiao, department } from "../api/lib.mjs";
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

interface Person {
    id: number;
    department_name: string;
}

/** A month's target of each person, in minor units. */
const MONTHLY = 30_000_00;

/** The stages the file speaks of, in a pipeline of their own; its id. */
async function makePipeline(): Promise<number> {
    const boss = await admin();
    await boss.post("/exchange-rates", { currency: "USD", rate_on: "2000-01-01", rate_nano: 1_000_000_000 }); // truth.json is in dollars
    const { items } = (await boss.post("/pipelines", { name: "Maven", stages: [
        { name: "Prospecting", kind: "open", win_probability_ppm: 100_000 },
        { name: "Engaging", kind: "open", win_probability_ppm: 400_000 },
        { name: "Won", kind: "won", win_probability_ppm: 1_000_000 },
        { name: "Lost", kind: "lost", win_probability_ppm: 0 }] })) as { items: { id: number; name: string }[] };
    return items.find((item) => item.name === "Maven")?.id ?? 0;
}

/** Imports all files. The program runs as a user of its own, which may have no right to the folders they come from. */
async function importAll(pipeline: number): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "dabiao-maven-"));
    chmodSync(folder, 0o755);
    for (const [kind, file, map] of STEPS) {
        const mapping = JSON.parse(readFileSync(join(MAPS, map), "utf8")) as { constants?: object };
        const constants = kind === "opportunity" ? { ...mapping.constants, pipeline_id: pipeline } : mapping.constants;
        writeFileSync(join(folder, map), JSON.stringify({ ...mapping, constants }));
        copyFileSync(join(DATA, file), join(folder, file));
        chmodSync(join(folder, file), 0o644);
        await dabiao(["import", kind, join(folder, file), "--map", join(folder, map), "--as", "admin"]);
    }
    rmSync(folder, { recursive: true });
}

/** Gives everybody of the offices the same target every month; these people. */
async function setTargets(offices: readonly string[]): Promise<Person[]> {
    const boss = await admin();
    const people = ((await boss.list("/users")) as Person[]).filter((one) => offices.includes(one.department_name));
    for (const one of people) {
        const cells = Array.from({ length: 12 }, (_, at) => (
            { subject_kind: "user", subject_id: one.id, month: at + 1, amount: MONTHLY, version: 0 }));
        await boss.put("/targets/grid", { year: YEAR, measure: "signed_amount", cells });
    }
    return people;
}

test.describe("Maven", () => {
    test.skip(!existsSync(DATA), "the published sample data is not at hand (DABIAO_TEST_DATA)");
    test.describe.configure({ mode: "serial" });

    let truth: Truth;
    let maven: { id: number }; // its department; the offices are below
    let people: readonly Person[];

    test.beforeAll(async () => {
        test.setTimeout(180_000);
        truth = JSON.parse(readFileSync(join(DATA, "truth.json"), "utf8")) as Truth;
        await admin();
        maven = await department({ name: "Maven" });
        for (const name of Object.keys(truth.by_office)) {
            await department({ name, parent_id: maven.id });
        }
        await importAll(await makePipeline());
        people = await setTargets(Object.keys(truth.by_office));
    });

    test("the overview shows the truth of every quarter and office", async ({ page, asAdmin }) => {
        await asAdmin();
        const overview = new OverviewPage(page);
        await overview.open({ department: maven.id, year: YEAR, by: "quarter" });
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
        await overview.open({ department: maven.id, year: YEAR, by: "month" });
        const march = 2;
        const rows = await overview.openRows("East", march);
        const amounts = await rows.amounts();
        expect(amounts.length).toBeGreaterThan(0);
        expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(await rows.sum());
    });
});
