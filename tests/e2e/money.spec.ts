// Money after the signature, in the browser: a change of a contract with what it changes, a payment in another currency with
// the rate of its day, papers with amounts in words and the seal, and a template beside what it looks like.
import { Form, RecordPage, Shell } from "./support/pages";
import { admin, person, unique, type Client } from "./support/people";
import { expect, test, type Page } from "./support/test";

const SEAL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const SIGNED = "2024-03-10";

interface Made {
    readonly id: number;
    readonly number: string;
}

let boss: Client;
let finance: Client;
let rep: Client;
let customer: { readonly id: number };

test.beforeAll(async () => {
    boss = await admin();
    finance = await person({ role: "finance" });
    rep = await person({ role: "sales" });
    customer = await rep.post("/customers", { name: unique("外贸客户") });
});

function contractOf(more: Readonly<Record<string, unknown>>): Promise<Made> {
    return boss.post("/contracts", { name: unique("合同"), customer_id: customer.id, owner_id: rep.user.id, status: "signed", signed_on: SIGNED, ...more });
}

const line = (name: string, quantity: number, price: number) => ({ name, quantity_milli: quantity * 1000, unit_price_minor: price, unit_cost_minor: 0 });

test("a signed contract changes by an order that shows both versions", async ({ page, as }) => {
    const contract = await contractOf({ lines: [line("软件", 2, 100_00), line("实施", 1, 50_00)] });
    await as(boss, `/contracts/${contract.id}`);
    await page.getByRole("button", { name: "变更合同" }).click();
    const form = new Form(page, `变更合同（${contract.number}）`);
    await form.fill({ 变更原因: "客户增购" });
    await form.box.getByLabel("数量").first().fill("3");
    await expect(form.box.locator(".sums")).toContainText("350.00");
    await form.box.getByRole("button", { name: "生效" }).click();
    await expect(new Shell(page).toast("合同变更已生效")).toBeVisible();
    await expect(form.box).toBeHidden();
    await expect(new RecordPage(page).headline("合同金额")).toContainText("350.00");
    await page.getByRole("link", { name: "第 1 次变更" }).click();
    const diff = page.getByRole("region", { name: "变更内容" }).first();
    await expect(diff.locator("dl")).toContainText(/250\.00.*350\.00/s);
    await expect(diff.locator("tbody tr", { hasText: "软件" })).toContainText("修改");
    await expect(diff.locator("tbody tr", { hasText: "软件" })).toContainText(/200\.00.*300\.00/s);
    await expect(diff.locator("tbody tr", { hasText: "实施" })).toContainText("不变");
    expect(await boss.get(`/contracts/${contract.id}`)).toMatchObject({ amount_minor: 350_00 });
});

test("a payment in another currency keeps the rate of its day", async ({ page, as }) => {
    await as(finance, "/exchange-rates");
    await page.getByRole("button", { name: "添加汇率" }).first().click();
    const rates = new Form(page, "添加汇率");
    await rates.box.getByRole("tab", { name: "批量粘贴" }).click();
    await rates.fill({ 粘贴汇率表: `USD ${SIGNED} 7.1\nUSD 2024-03-15 7.2` });
    await rates.saved();
    await expect(page.getByText("1 USD = 7.2 CNY")).toBeVisible();

    const contract = await contractOf({ currency: "USD", amount_minor: 1000_00 });
    await page.goto(`/contracts/${contract.id}?tab=payment`);
    const record = new RecordPage(page);
    const form = await record.createChild("回款");
    await form.fill({ 回款金额: "500" });
    await form.date("回款日期", "2024-03-20");
    await form.saved();
    await page.getByRole("tabpanel").getByRole("link").first().click();
    await expect(page).toHaveURL(/\/payments\/\d+/);
    const main = page.getByRole("main");
    await expect(main).toContainText("7.2");
    await expect(main).toContainText("3,600.00");
    const id = Number(/\/payments\/(\d+)/.exec(page.url())?.[1]);
    expect(await finance.get(`/payments/${id}`)).toMatchObject({ currency: "USD", rate_nano: 7_200_000_000, base_minor: 3600_00 });
});

test("a payment goes to the lines that are chosen, and the contract shows what came for each", async ({ page, as }) => {
    const contract = await contractOf({ lines: [line("软件", 1, 60_00), line("实施", 1, 40_00)] });
    const payment = await boss.post<Made>("/payments", { contract_id: contract.id, amount_minor: 50_00, received_on: SIGNED });
    await as(boss, `/payments/${payment.id}`);
    await page.getByRole("button", { name: "分配…" }).click();
    const form = new Form(page, `分配回款（${payment.number}）`);
    await form.box.getByRole("button", { name: "按明细分配" }).click();
    const software = form.box.getByLabel("分给明细“软件”的金额");
    const service = form.box.getByLabel("分给明细“实施”的金额");
    await expect(software).toHaveValue("30.00");
    await expect(service).toHaveValue("20.00");
    await service.fill("40.00");
    await form.box.getByRole("button", { name: "保存" }).click();
    await expect(form.box.getByRole("alert")).toContainText("明细合计超过了");
    await software.fill("");
    await form.box.getByRole("button", { name: "保存" }).click();
    await expect(form.box).toBeHidden();
    await expect(page.getByRole("list", { name: "明细分摊" })).toContainText(/软件\s*10\.00\s*实施\s*40\.00/);
    await page.goto(`/contracts/${contract.id}`);
    const lines = page.getByRole("region", { name: "各明细的回款" });
    await expect(lines.getByRole("row", { name: "软件" })).toContainText(/60\.00.*10\.00.*50\.00/s);
    await expect(lines.getByRole("row", { name: "实施" })).toContainText(/40\.00.*40\.00.*0\.00/s);
});

/** The paper of a record; printing is only noted, no dialog of the browser is wanted here. */
async function paper(page: Page, path: string) {
    await page.addInitScript(() => {
        window.print = () => {};
    });
    await page.goto(path);
    const sheet = page.getByRole("region", { name: "预览" });
    await expect(sheet.getByRole("article")).toBeVisible();
    return sheet;
}

test("a contract on paper: amount in words, with and without seal and prices, and who printed it", async ({ page, as }) => {
    await boss.put("/seal", { image: SEAL });
    const contract = await contractOf({ lines: [line("软件", 1, 1234_50)] });
    await as(rep);
    const sheet = await paper(page, `/contracts/${contract.id}/print`);
    await expect(sheet).toContainText("人民币壹仟贰佰叁拾肆元伍角整");
    await expect(sheet).toContainText(contract.number);
    await expect(sheet.locator("tbody tr", { hasText: "软件" })).toContainText("1,234.50");
    await expect(sheet.locator(`img[src="${SEAL}"]`)).toHaveCount(1);
    await page.getByText("盖公司印章").click();
    await expect(sheet.locator("img")).toHaveCount(0);
    await page.getByText("打印价格").click();
    await expect(sheet).not.toContainText("1,234.50");
    await expect(sheet).not.toContainText("人民币");
    await page.getByRole("button", { name: "打印" }).click();
    const log = page.locator(".log li");
    await expect(log).toContainText(rep.user.name);
    await expect(log).toContainText("不含价格");
    await boss.put("/seal", { image: null });
});

test("a quote and a receipt on paper", async ({ page, as }) => {
    const quote = await rep.post("/quotes", { name: unique("报价"), customer_id: customer.id, lines: [line("培训", 2, 300_00)].map(({ unit_cost_minor: _, ...rest }) => rest) });
    const contract = await contractOf({ amount_minor: 800_00 });
    const payment = await finance.post("/payments", { contract_id: contract.id, amount_minor: 800_00, received_on: SIGNED });
    await as(boss, `/quotes/${quote.id}`);
    await page.getByRole("link", { name: "打印", exact: true }).click();
    await expect(page.getByRole("article")).toContainText("人民币陆佰元整");
    await page.getByRole("button", { name: "返回" }).click();
    await expect(page).toHaveURL(new RegExp(`/quotes/${quote.id}$`));
    const sheet = await paper(page, `/payments/${payment.id}/print`);
    await expect(sheet).toContainText("人民币捌佰元整");
});

test("a template is written beside what it looks like", async ({ page, asAdmin, complaints }) => {
    complaints.expect(/^422 POST \/api\/v1\/print-templates$/);
    const name = unique("模板");
    await asAdmin("/print-templates");
    await page.getByRole("button", { name: "新建模板" }).first().click();
    const form = new Form(page, "新建模板");
    await form.fill({ 名称: name, 内容: "# 报价 {{number}}\n客户：{{customer_name}} || 大写：{{amount_words}}\n<b>{{nonsense}}</b>" });
    const preview = form.box.getByRole("region", { name: "预览" });
    await expect(preview.getByRole("heading", { level: 1 })).toHaveText("报价 A202603-0001");
    await expect(preview).toContainText("人民币壹万贰仟叁佰肆拾伍元陆角柒分");
    await expect(preview).toContainText("<b>");
    await form.save();
    await expect(form.fault("内容")).toBeVisible();
    await form.fill({ 内容: "# 报价 {{number}}\n{{lines name amount}}" });
    await expect(preview.getByRole("columnheader")).toHaveText(["名称", "金额"]);
    await form.saved();
    await expect(page.getByText(name)).toBeVisible();
    const kept = (await boss.list("/print-templates")).find((one: { name: string }) => one.name === name);
    expect((await boss.get(`/print-templates/${kept.id}`)).body).toBe("# 报价 {{number}}\n{{lines name amount}}");
});
