// The completion overview: figures as amounts in minor units, and the rows behind them.
import { expect, type Locator, type Page } from "@playwright/test";

/** The exact amount of a figure; a short one ("1.2万") carries it as its tooltip. */
async function minorOf(figure: Locator): Promise<number> {
    const money = figure.locator(".money").first();
    const text = (await money.getAttribute("title")) ?? (await money.textContent()) ?? "";
    const match = /^(-?)([\d,]+)\.(\d{2})$/.exec(text.trim().replace("−", "-"));
    expect(match, `an amount: ${text}`).not.toBeNull();
    const [, sign, whole, cents] = match ?? [];
    return Number(`${sign}${whole?.replaceAll(",", "")}${cents}`);
}

/** What a click on a figure opens. */
export class FactsDrawer {
    constructor(readonly box: Locator) {}

    /** The sum the drawer tells. */
    sum(): Promise<number> {
        return minorOf(this.box.getByTestId("facts-total"));
    }

    /** The amounts of all rows, page after page. */
    async amounts(): Promise<number[]> {
        const more = this.box.getByRole("button", { name: "加载更多" });
        await expect(async () => {
            if (await more.isVisible()) {
                await more.click({ timeout: 1_000 });
            }
            await expect(more).toBeHidden({ timeout: 500 });
        }).toPass({ timeout: 30_000 });
        const texts = await this.box.locator("tbody td.number .money").allTextContents();
        return texts.map((text) => Number(text.trim().replace("−", "-").replace(/[,.]/g, "")));
    }
}

export class OverviewPage {
    constructor(readonly page: Page) {}

    async open(parameters: Readonly<Record<string, string | number>>): Promise<void> {
        const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
        await this.page.goto(`/targets?${query}`);
        await expect(this.#total()).toBeVisible();
    }

    #total(): Locator {
        return this.page.locator("tfoot tr");
    }

    #line(name: string): Locator {
        return this.page.locator("tbody tr", { has: this.page.getByRole("rowheader", { name, exact: true }) });
    }

    actual(): Promise<number> {
        return minorOf(this.#total().locator("td").nth(1));
    }

    target(): Promise<number> {
        return minorOf(this.#total().locator("td").nth(0));
    }

    periodActual(index: number): Promise<number> {
        return minorOf(this.#total().locator("td").nth(4 + index));
    }

    lineActual(name: string): Promise<number> {
        return minorOf(this.#line(name).locator("td").nth(1));
    }

    /** Clicks the figure of a line in a period. */
    async openRows(name: string, period: number): Promise<FactsDrawer> {
        await this.#line(name).locator("td").nth(4 + period).getByRole("button").click();
        const box = this.page.getByRole("dialog");
        await expect(box.getByTestId("facts-total")).toBeVisible();
        return new FactsDrawer(box);
    }
}
