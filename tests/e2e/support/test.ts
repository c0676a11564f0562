// The `test` of all specs: a page that fails its test when the browser or the server complains, unless the test said
// beforehand that it would (`complaints.expect`), and ways to start signed in.
import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";
import { ADMIN, type Client } from "./people";
import { Shell } from "./pages";

/** Gathers what went wrong in a context; the test fails when something is left that it did not expect. */
class Complaints {
    readonly #seen: string[] = [];
    readonly #expected: RegExp[] = [];

    /** A complaint that belongs to the test, such as "422 PATCH" for a form that the server refuses. */
    expect(...patterns: readonly RegExp[]): void {
        this.#expected.push(...patterns);
    }

    watch(context: BrowserContext): void {
        context.on("weberror", (error) => this.#seen.push(`page error: ${error.error().stack ?? error.error().message}`));
        context.on("console", (message) => {
            // What the server refused is judged by its status below; the browser repeats it here.
            if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
                this.#seen.push(`console: ${message.text()}`);
            }
        });
        context.on("response", (response) => {
            if (response.status() >= 400) {
                const path = new URL(response.url()).pathname;
                this.#seen.push(`${response.status()} ${response.request().method()} ${path}`);
            }
        });
    }

    left(): string[] {
        // Without a cookie there is nothing to refresh: the sign-in page finds out by asking.
        const usual = /^401 POST \/api\/v1\/auth\/refresh$/;
        return this.#seen.filter((line) => ![usual, ...this.#expected].some((pattern) => pattern.test(line)));
    }
}

/** Signs in without the page for it, which signin.spec.ts tests: the cookie, and the hint that there is one. */
export async function enter(page: Page, who: { login: string; password: string }, path = "/"): Promise<Shell> {
    const answer = await page.request.post("/api/v1/auth/sign-in",
        { data: { login: who.login, password: who.password, client: "browser" } });
    expect(answer.ok(), await answer.text()).toBe(true);
    await page.goto("/favicon.svg");
    await page.evaluate(() => localStorage.setItem("dabiao.signed-in", "1"));
    await page.goto(path);
    const shell = new Shell(page);
    await shell.isShown();
    return shell;
}

interface Fixtures {
    complaints: Complaints;
    /** The browser signs in as the administrator of the demo company and opens the path. */
    asAdmin: (path?: string) => Promise<Shell>;
    /** The browser signs in as somebody made for the test. */
    as: (client: Client, path?: string) => Promise<Shell>;
}

export const test = base.extend<Fixtures>({
    complaints: [
        async ({ context }, use) => {
            const complaints = new Complaints();
            complaints.watch(context);
            await use(complaints);
            expect(complaints.left(), "complaints of the browser and the server").toEqual([]);
        },
        { auto: true },
    ],
    asAdmin: async ({ page }, use) => {
        await use((path) => enter(page, ADMIN, path));
    },
    as: async ({ page }, use) => {
        await use((client, path) => enter(page, client, path));
    },
});

/** Tags of the rules that must hold (WCAG 2.1, levels A and AA). */
export const RULES = ["wcag2a", "wcag2aa", "wcag21aa"];

export { expect, type Page };
