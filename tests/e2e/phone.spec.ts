// The days of people who have only a phone at hand and read English: a deal from the board to its money, what became of
// assigned customers, and a target that is promised, returned and agreed. Each stop is checked as a phone shows it.
import AxeBuilder from "@axe-core/playwright";
import { department } from "../api/lib.mjs";
import { Form, pickFrom } from "./support/pages";
import { admin, PASSWORD, person, unique, type Client } from "./support/people";
import { enter, expect, RULES, test, type Locator, type Page } from "./support/test";

const STAGES = { lead: "Lead", offer: "Offer", won: "Won", lost: "Lost" };
const AMOUNT = 22_500_00;
const TARGET = AMOUNT * 2;

test.use({ locale: "en-US" });

interface Team {
    readonly place: { readonly id: number; readonly name: string };
    readonly rep: Client;
    readonly head: Client;
    readonly finance: Client;
}

/** Somebody who reads English. */
async function reader(wishes: Parameters<typeof person>[0]): Promise<Client> {
    const made = await person(wishes);
    await made.patch("/auth/me", { locale: "en" });
    return made;
}

async function makeTeam(): Promise<Team> {
    const boss = await admin();
    const place = await department({ name: unique("Phone team") });
    const head = await reader({ role: "manager", name: unique("Helen"), department_id: place.id });
    const { version } = (await boss.get(`/departments/${place.id}`)) as { version: number };
    await boss.patch(`/departments/${place.id}`, { manager_id: head.user.id }, version);
    return { place, head, rep: await reader({ name: unique("Ruth"), department_id: place.id }), finance: await reader({ role: "finance", name: unique("Frank") }) };
}

/** What must hold wherever somebody stops: nothing to scroll sideways, nothing that axe finds. */
async function sound(page: Page, where: string): Promise<void> {
    await expect(page.locator(".ghost, .skeleton, [aria-busy=true]")).toHaveCount(0);
    expect([where, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([where, 390]);
    const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] }).withTags([...RULES]);
    const { violations } = await axe.analyze();
    expect(violations.map((one) => `${where}: ${one.id} ${one.nodes[0]?.target.join(" ")}`)).toEqual([]);
}

function text(minor: number): string {
    return (minor / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });
}

const main = (page: Page): Locator => page.getByRole("main");
const told = (page: Page, words: string): Locator => page.getByRole("region", { name: "Messages" }).getByText(words);
const steps = (page: Page): Locator => page.getByRole("list", { name: "Stages of the opportunity" });
const save = async (form: Form): Promise<void> => {
    await form.box.getByRole("button", { name: "Save", exact: true }).tap();
    await expect(form.box).toBeHidden();
};

test("a deal on a phone in English: home, board, guide, gate, quote, contract, payment, completion @phone", async ({ page, complaints }) => {
    test.setTimeout(240_000);
    complaints.expect(/^422 PATCH \/api\/v1\/(opportunities|quotes)\/\d+$/); // what is missing, asked for by the gate and by the quote
    const { place, rep, finance } = await makeTeam();
    const boss = await admin();
    const today = ((await boss.get("/meta")) as { today: string }).today;
    const pipelineName = unique("Phone pipeline");
    const pipeline = (await boss.post("/pipelines", { name: pipelineName, department_ids: [place.id], allow_skip: false, allow_back: true, stages: [
        { name: STAGES.lead, kind: "open", win_probability_ppm: 100_000,
            guide: [{ kind: "confirm", title: "Budget confirmed", is_mandatory: true, needs_file: true }, { kind: "ask", title: "Who decides?" }] },
        { name: STAGES.offer, kind: "open", win_probability_ppm: 500_000, required_fields: ["source"] },
        { name: STAGES.won, kind: "won", win_probability_ppm: 1_000_000 },
        { name: STAGES.lost, kind: "lost", win_probability_ppm: 0 },
    ] })) as { id: number };
    const customer = await rep.post("/customers", { name: unique("Customer with a name that is longer than a phone is wide") });
    const name = unique("Deal of the phone");
    const deal = await rep.post("/opportunities", { name, customer_id: customer.id, pipeline_id: pipeline.id, amount_minor: AMOUNT });
    const product = await boss.post("/products", { name: unique("Device"), price_minor: AMOUNT / 10 });
    const { year, months } = (await boss.get("/targets/grid", { department_id: place.id })) as { year: number; months: string[] };
    const month = months.filter((first) => first <= today).length;
    for (const measure of ["signed_amount", "received_amount"]) {
        await boss.put("/targets/grid", { year, measure, cells: [{ subject_kind: "user", subject_id: rep.user.id, month, amount: TARGET, version: 0 }] });
    }

    await test.step("signs in and sees what was promised", async () => {
        await page.goto("/");
        await sound(page, "sign-in");
        await page.getByLabel("User name").fill(rep.login);
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button", { name: "Sign in" }).tap();
        await expect(page.getByRole("heading", { level: 1, name: "My targets" })).toBeVisible();
        const now = page.getByRole("region", { name: "This month" });
        await expect(now.getByTestId("share")).toHaveText("0.0%");
        await expect(now.getByTestId("target")).toContainText("45K");
        await sound(page, "home");
    });
    await test.step("finds the deal in its lane of the board", async () => {
        await page.getByRole("navigation").getByRole("button", { name: "More" }).tap();
        await page.getByRole("dialog").getByRole("link", { name: "Pipeline", exact: true }).tap();
        await pickFrom(page, page.getByRole("combobox", { name: "Choose a pipeline" }), pipelineName);
        await page.getByRole("tab", { name: new RegExp(`^${STAGES.offer}`) }).tap();
        await expect(page.getByText("No opportunities").first()).toBeVisible();
        await page.getByRole("tab", { name: new RegExp(`^${STAGES.lead}`) }).tap();
        await sound(page, "board");
        await page.getByRole("link", { name }).tap();
        await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    });
    await test.step("does a step of the guide", async () => {
        await page.getByRole("tab", { name: "Guide" }).tap();
        const panel = page.getByRole("tabpanel");
        const missing = panel.getByRole("region", { name: `Missing for “${STAGES.offer}”` });
        await expect(missing.getByRole("listitem")).toHaveCount(2);
        await panel.getByRole("checkbox", { name: "Budget confirmed" }).tap();
        await expect(panel.getByText("Needs a file")).toBeVisible();
        await panel.locator("input[type=file][aria-label$='Budget confirmed']").setInputFiles({ name: "budget.txt", mimeType: "text/plain", buffer: Buffer.from("30,000 approved") });
        await expect(panel.getByRole("list", { name: "Files for Budget confirmed" })).toContainText("budget.txt");
        await expect(missing.getByRole("listitem")).toHaveCount(1);
        await sound(page, "guide");
    });
    await test.step("passes the gate with the field that it asks for", async () => {
        await steps(page).getByRole("button", { name: STAGES.offer }).tap();
        const gate = new Form(page, `Move “${name}” to “${STAGES.offer}”`);
        await expect(gate.field("Source")).toBeVisible();
        await sound(page, "gate");
        await gate.pick("Source", "Referral");
        await gate.box.getByRole("button", { name: `Move to “${STAGES.offer}”` }).tap();
        await expect(gate.box).toBeHidden();
        await expect(steps(page).locator("[aria-current=step]")).toContainText(STAGES.offer);
        expect(await rep.get(`/opportunities/${deal.id}`)).toMatchObject({ source: "referral" });
    });
    let contract = 0;
    await test.step("shows the quote, has it accepted, makes the contract and signs it", async () => {
        await rep.post("/quotes", { opportunity_id: deal.id, customer_id: customer.id, lines: [{ product_id: product.id, quantity_milli: 10_000 }] });
        await page.getByRole("tab", { name: "Quotes" }).tap();
        await page.getByRole("tabpanel").getByRole("link").first().tap();
        await expect(main(page)).toContainText(text(AMOUNT));
        await sound(page, "quote");
        await page.getByRole("button", { name: "Mark as sent" }).tap();
        await expect(told(page, "Valid until: Required.")).toBeVisible();
        await page.getByRole("button", { name: "Edit", exact: true }).tap();
        const dated = new Form(page, "Edit quote");
        await dated.date("Valid until", `${Number(today.slice(0, 4)) + 1}-12-31`);
        await save(dated);
        await page.getByRole("button", { name: "Mark as sent" }).tap();
        await page.getByRole("button", { name: "Accepted" }).tap();
        await page.getByRole("button", { name: "Make the contract" }).tap();
        await expect(page).toHaveURL(/\/contracts\/\d+/);
        contract = Number(/\/contracts\/(\d+)/.exec(page.url())?.[1]);
        await page.getByRole("button", { name: "Edit", exact: true }).tap();
        const form = new Form(page, "Edit contract");
        await form.pick("Status", "Signed");
        await save(form);
        await page.getByRole("button", { name: "Edit plan" }).tap();
        const plan = new Form(page, /^Payment plan/);
        await plan.box.getByLabel("Number of parts").fill("2");
        await plan.box.getByRole("button", { name: "Split" }).tap();
        await sound(page, "plan");
        await save(plan);
        await expect(page.getByRole("region", { name: "Payment plan" }).last()).toContainText(text(AMOUNT / 2));
        await sound(page, "contract");
    });
    await test.step("the payment is entered and allocated by hand", async () => {
        await enter(page, finance, `/contracts/${contract}?tab=payment`);
        await page.getByRole("tabpanel").getByRole("button", { name: "New payment" }).tap();
        const form = new Form(page, "New payment");
        await form.fill({ Amount: text(AMOUNT / 2) });
        await save(form);
        await page.getByRole("tabpanel").getByRole("link").first().tap();
        await page.getByRole("button", { name: "Allocate…" }).tap();
        const box = new Form(page, /^Allocate payment/);
        const fields = box.box.getByLabel(/^Amount for/);
        await expect(fields).toHaveCount(2);
        await sound(page, "allocation");
        await fields.nth(0).fill("250");
        await fields.nth(1).fill("11000");
        await save(box);
        await expect(page.getByText("By hand", { exact: true })).toBeVisible();
        await sound(page, "payment");
        const { items } = (await finance.get("/installments", { filter: { field: "contract_id", op: "eq", value: contract }, sort: "due_on" })) as { items: { received_minor: number }[] };
        expect(items.map((one) => one.received_minor)).toEqual([250_00, 11_000_00]);
    });
    await test.step("the target is half reached, in signed and a quarter in received money", async () => {
        await enter(page, rep, `/targets?user=${rep.user.id}`);
        await expect(page.getByTestId("completion")).toHaveText("50.0%");
        await sound(page, "completion");
        await page.goto(`/targets?user=${rep.user.id}&measure=received_amount`);
        await expect(page.getByTestId("completion")).toHaveText("25.0%");
        await page.getByTestId("actual").tap();
        await expect(page.getByTestId("facts-total")).toContainText(text(AMOUNT / 2));
        await sound(page, "rows");
    });
});

test("what became of assigned customers, on a phone in English @phone", async ({ page }) => {
    const { rep, head } = await makeTeam();
    const called = await rep.post("/customers", { name: unique("Called customer whose name does not fit into one line of a phone") });
    await rep.post("/customers", { name: unique("Customer nobody called") });
    await rep.post("/follow-ups", { customer_id: called.id, content: "Wants an offer by Friday", method: "call" });
    await enter(page, head, "/home");
    await page.getByRole("navigation").getByRole("button", { name: "More" }).tap();
    await page.getByRole("dialog").getByRole("link", { name: "Assignment tracking" }).tap();
    const figures = page.getByRole("region", { name: "Headline figures" });
    await expect(figures.getByRole("link", { name: /^Customers assigned/ })).toContainText("2");
    await expect(figures.getByRole("link", { name: /^Followed up/ })).toContainText("1");
    await sound(page, "tracking");
    await figures.getByRole("link", { name: /^Followed up/ }).tap();
    const row = main(page).getByRole("link", { name: called.name }).or(main(page).getByRole("button", { name: called.name }));
    await expect(row).toBeVisible();
    await expect(main(page).getByText("Customer nobody called")).toHaveCount(0);
    await row.tap();
    const drawer = page.getByRole("dialog", { name: called.name });
    await expect(drawer.getByText("Wants an offer by Friday")).toBeVisible();
    await expect(drawer.getByText(/^First follow-up after/)).toBeVisible();
    await sound(page, "interval");
});

/** Opens the drawer of a target that is told about, from the bell. */
async function fromBell(page: Page, who: Client, words: RegExp): Promise<Locator> {
    await enter(page, who, "/home");
    await page.getByRole("button", { name: /^Notifications/ }).tap();
    await page.getByRole("button", { name: words }).first().tap();
    const drawer = page.getByRole("dialog", { name: /Signed amount/ });
    await expect(drawer.getByTestId("plan-state")).toBeVisible();
    return drawer;
}

async function promise(drawer: Locator, month: string, amount: string): Promise<void> {
    const field = drawer.getByLabel(`${month} Base`, { exact: true });
    await field.tap(); // the field shows the plain number once it has the focus
    await field.fill(amount);
    await field.press("Tab");
}

test("a target is promised, returned, promised anew and agreed on a phone in English @phone", async ({ page }) => {
    test.setTimeout(120_000);
    const { place, rep, head } = await makeTeam();
    const boss = await admin();
    const taken = ((await boss.get("/target-rounds")) as { items: { year: number }[] }).items.map((one) => one.year);
    const year = Math.max(2089, ...taken) + 1; // one round a year
    const round = (await boss.post("/target-rounds", { year, deadline_on: `${year - 1}-12-20`, note: "A third more than this year" })) as { id: number };
    await boss.put(`/target-rounds/${round.id}/asks`, { measure: "signed_amount", asks: [{ department_id: place.id, amount: 1_200_000_00, version: 0 }] });
    const state = page.getByTestId("plan-state");

    await test.step("the salesperson promises", async () => {
        await enter(page, rep, `/target-round?year=${year}`);
        await expect(page.getByText("A third more than this year")).toBeVisible();
        await page.getByRole("button", { name: "My target" }).tap();
        const drawer = page.getByRole("dialog");
        await expect(drawer.getByText(`Asked of ${place.name}`)).toBeVisible();
        await promise(drawer, "Jan", "300k");
        await promise(drawer, "Jul", "500k");
        await expect(drawer.getByTestId("year-base")).toHaveText("800,000.00");
        await sound(page, "promise");
        await drawer.getByRole("button", { name: "Submit", exact: true }).tap();
        await expect(state).toHaveText("Submitted");
    });
    await test.step("the head returns it with a reason", async () => {
        const drawer = await fromBell(page, head, new RegExp(`^${rep.user.name} submitted a target of ${year}`));
        await drawer.getByRole("button", { name: "Return", exact: true }).tap();
        const answer = page.getByRole("dialog", { name: "Return" });
        await answer.getByLabel(/^Reason/).fill("The renewal of the large customer is yours");
        await sound(page, "answer");
        await answer.getByRole("button", { name: "Return", exact: true }).tap();
        await expect(state).toHaveText("Returned");
    });
    await test.step("the salesperson promises more", async () => {
        const drawer = await fromBell(page, rep, new RegExp(`^The target of ${rep.user.name} for ${year} was returned`));
        await expect(drawer.getByText("The renewal of the large customer is yours")).toBeVisible();
        await promise(drawer, "Oct", "400k");
        await drawer.getByRole("button", { name: "Submit", exact: true }).tap();
        await expect(state).toHaveText("Submitted");
        await expect(drawer.getByTestId("year-base")).toHaveText("1,200,000.00");
    });
    await test.step("the head agrees, and the department's number is met", async () => {
        await enter(page, head, `/target-round?year=${year}&department=${place.id}`);
        await expect(page.getByTestId("gap")).toHaveText("0.00");
        await sound(page, "round");
        await page.getByRole("button", { name: String(rep.user.name) }).tap();
        await page.getByRole("dialog").getByRole("button", { name: "Agree", exact: true }).tap();
        await expect(state).toHaveText("Agreed");
        const plan = await rep.get(`/target-rounds/${round.id}/plan`, { measure: "signed_amount", subject_kind: "user", subject_id: rep.user.id });
        expect(plan).toMatchObject({ state: "agreed", agreed: { name: head.user.name } });
    });
});
