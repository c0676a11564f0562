// Every page for everybody: in both languages, light and dark, on a desk and on a phone. No serious finding of axe, no
// text without a translation, nothing that makes the page scroll sideways.
import AxeBuilder from "@axe-core/playwright";
import { admin } from "./support/people";
import { expect, RULES, test, type Page } from "./support/test";

const LOCALES = ["zh-CN", "en"] as const;

/** Pages that no navigation entry leads to. */
const OTHERS = ["/account", "/no-right", "/nowhere", "/target-map", "/assignments/new", "/assignments/batches", "/assignments/rules", "/pools?leaving=1",
    ...["list", "calendar", "timeline"].map((show) => `/pipeline?show=${show}`), "/pipeline/analysis?way=flow", "/pipeline/settings?tab=reasons", "/pipeline/settings/new",
    "/custom-fields?object=contact", ...["layout", "bin"].map((tab) => `/custom-fields?object=contact&tab=${tab}`),
    ...["pools", "routes", "rules", "runs", "value", "flow"].map((tab) => `/pools/settings?tab=${tab}`)];

/** One record of each kind, for the pages of a record. */
const PLURALS = ["customers", "contacts", "follow-ups", "opportunities", "quotes", "contracts", "change-orders", "payments"];

/** Kinds of records that are printed, each on a page of its own. */
const PRINTED = new Set(["quotes", "contracts", "payments"]);

/** The addresses of all pages. On a phone most of the navigation lies behind a button. */
async function pathsOf(page: Page): Promise<string[]> {
    const more = page.getByRole("navigation").getByRole("button", { name: "更多" });
    if (await more.isVisible()) {
        await more.click();
    }
    const found = await page.locator("nav a[href^='/'], [role=dialog] a[href^='/']").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
    const boss = await admin();
    const records: string[] = [];
    for (const plural of PLURALS) {
        const { items } = (await boss.get(`/${plural}`, { limit: 1 })) as { items: { id: number }[] };
        const addresses = items.map((item) => `/${plural}/${item.id}`);
        records.push(...addresses, ...(PRINTED.has(plural) ? addresses.map((address) => `${address}/print`) : []));
    }
    return [...new Set([...found.filter((path) => path !== "/"), ...records, ...OTHERS])];
}

/** Goes to a page inside the program, as a click on a link does, and waits until it stands still. */
async function show(page: Page, path: string): Promise<void> {
    await page.evaluate((to) => {
        history.pushState({}, "", to);
        window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    }, path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await expect(page.locator(".ghost, .skeleton, [aria-busy=true]")).toHaveCount(0);
}

/** Keys of texts that are shown because there is no text: "records.tab.about". */
async function missingTexts(page: Page): Promise<string[]> {
    const shown = await page.evaluate(() => {
        const attributes = [...document.querySelectorAll("[aria-label], [title], [placeholder]")]
            .flatMap((one) => ["aria-label", "title", "placeholder"].map((name) => one.getAttribute(name) ?? ""));
        return [document.title, document.body.innerText, ...attributes].join("\n");
    });
    const FEATURES = "app|kit|records|customers|account|sign_in|error|field_error|job|notification|targets?|imports?|org|assignments|pools|share|pipeline|money|fields";
    return shown.match(new RegExp(`\\b(${FEATURES})(\\.[a-z][a-z_]*)+\\b`, "g")) ?? [];
}

const COLOURS = "color-contrast"; // by far the slowest rule

async function analyze(page: Page, narrow: (axe: AxeBuilder) => AxeBuilder): Promise<string[]> {
    // The legacy mode spares a second page for each look; it matters to frames alone, and there are none.
    const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] });
    const { violations } = await narrow(axe).analyze();
    return violations.filter((one) => one.impact === "serious" || one.impact === "critical")
        .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
}

/** What axe finds; colours in both themes, and in one language, as they are the same in each. */
async function findings(page: Page, locale: string): Promise<string[]> {
    if (locale !== LOCALES[0]) {
        return analyze(page, (axe) => axe.withTags([...RULES]).disableRules(COLOURS));
    }
    const inTheme = (theme: string): Promise<void> => page.evaluate((name) => {
        document.documentElement.dataset.theme = name;
    }, theme);
    await inTheme("dark");
    const dark = (await analyze(page, (axe) => axe.withRules(COLOURS))).map((finding) => `dark, ${finding}`);
    await inTheme("light");
    return [...dark, ...(await analyze(page, (axe) => axe.withTags([...RULES])))];
}

async function inLanguage(page: Page, locale: string): Promise<void> {
    await (await admin()).patch("/auth/me", { locale });
    await page.evaluate((name) => localStorage.setItem("dabiao.locale", name), locale);
}

// A trace keeps every step of pages full of rows, which takes longer than the tests.
test.use({ trace: "off", contextOptions: { reducedMotion: "reduce" } });

/** Fields of contacts, one in use and one in the bin, so that the pages of fields have something to show. */
const fields: { id: number; name: string; version: number }[] = [];

test.beforeAll(async () => {
    const boss = await admin();
    for (const code of ["a11y_kept", "a11y_gone"]) {
        fields.push(await boss.post("/custom-fields", { object: "contact", kind: "multi_select", code, label_zh: "关注点", label_en: "Cares about",
            is_required: true, visible_if: { field: "is_primary", op: "eq", value: true }, options: [{ label_zh: "价格", label_en: "Price" }] }));
    }
    await boss.delete(`/custom-fields/${fields[1]!.id}`, fields[1]!.version);
});

test.afterAll(async () => {
    const boss = await admin();
    await boss.patch("/auth/me", { locale: "zh-CN" });
    await boss.delete(`/custom-fields/${fields[0]!.id}`, fields[0]!.version);
    for (const field of fields) {
        await boss.post(`/custom-fields/${field.id}/purge`, { name: field.name });
    }
});

for (const locale of LOCALES) {
    for (const where of ["desk", "@phone"]) {
        test(`every page, ${locale}, ${where}`, async ({ page, asAdmin }) => {
            test.setTimeout(300_000);
            await asAdmin("/customers");
            await inLanguage(page, locale);
            const paths = await pathsOf(page);
            await page.reload();
            const faults: string[] = [];
            for (const path of paths) {
                await show(page, path);
                const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
                faults.push(...(await missingTexts(page)).map((key) => `${path}: no text for ${key}`),
                    ...(sideways > 0 ? [`${path}: ${sideways} px too wide`] : []),
                    ...(await findings(page, locale)).map((finding) => `${path}: ${finding}`));
            }
            expect(faults).toEqual([]);
        });
    }

    test(`the sign-in page, ${locale}`, async ({ page }) => {
        await page.goto("/sign-in");
        await page.evaluate((name) => localStorage.setItem("dabiao.locale", name), locale);
        await page.reload();
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        expect(await missingTexts(page)).toEqual([]);
        expect(await findings(page, locale)).toEqual([]);
    });
}
