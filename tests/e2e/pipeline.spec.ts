// Pipelines: a pipeline with a guide is set up; deals move through its gates by mouse, finger, keyboard and menu; the
// guide on the opportunity; what the analysis counts is what the list shows.
import { Form, pickFrom, RecordPage, Shell } from "./support/pages";
import { admin, person, unique, type Client } from "./support/people";
import { expect, test, type Locator, type Page } from "./support/test";

interface Stage {
    readonly id: number;
    readonly name: string;
}
interface Made {
    readonly id: number;
    readonly name: string;
}

let rep: Client;
let pipeline: { readonly id: number; readonly name: string; readonly stages: readonly Stage[] };
const STAGES = { first: "初步接洽", offer: "方案报价", won: "赢单", lost: "输单" };

test.beforeAll(async () => {
    rep = await person({ name: unique("周") });
    pipeline = await makePipeline();
});

/** First contact asks for a mandatory step and has a plan; an offer needs a product's amount. */
async function makePipeline(): Promise<typeof pipeline> {
    const name = unique("管道");
    const step = { kind: "ask", title: "问清预算", body: "多少钱、谁批", is_mandatory: true, needs_file: false };
    const reading = { kind: "script", title: "开场白", body: "您好……", is_mandatory: false, needs_file: false };
    const { items } = (await (await admin()).post("/pipelines", { name, allow_skip: true, allow_back: true, stages: [
        { name: STAGES.first, kind: "open", win_probability_ppm: 100_000, forecast_category: "pipeline", usual_days: 5, longest_days: 10,
            guide: [step, reading], plan: [{ name: "电话约见", kind: "call", days_after: 1 }] },
        { name: STAGES.offer, kind: "open", win_probability_ppm: 500_000, forecast_category: "best_case", required_fields: ["source"] },
        { name: STAGES.won, kind: "won", win_probability_ppm: 1_000_000, forecast_category: "closed" },
        { name: STAGES.lost, kind: "lost", win_probability_ppm: 0, forecast_category: "omitted" },
    ] })) as { items: (typeof pipeline)[] };
    const made = items.find((one) => one.name === name);
    expect(made).toBeDefined();
    return made as typeof pipeline;
}
async function deal(more: Record<string, unknown> = {}): Promise<Made> {
    const customer = await rep.post("/customers", { name: unique("管道客户") });
    return rep.post("/opportunities", { name: unique("商机"), customer_id: customer.id, pipeline_id: pipeline.id, amount_minor: 1_000_00, ...more });
}
/** Ticks the mandatory step of the first stage. */
async function tick(one: Made): Promise<void> {
    const { stages } = (await rep.get(`/opportunities/${one.id}/guide`)) as { stages: { items: { id: number; kind: string }[] }[] };
    await rep.put(`/opportunities/${one.id}/guide/${stages[0]?.items.find((item) => item.kind === "ask")?.id}`, { done: true });
}
const board = () => `/pipeline?pipeline=${pipeline.id}`;
const column = (page: Page, stage: string): Locator => page.getByRole("region", { name: stage });
const card = (page: Page, one: Made): Locator => page.getByRole("group", { name: new RegExp(`^${one.name}，`) });
async function stageOf(one: Made): Promise<string> {
    return (await rep.get(`/opportunities/${one.id}`)).stage_name;
}

async function drag(page: Page, one: Made, stage: string): Promise<void> {
    const from = await card(page, one).boundingBox();
    const to = await column(page, stage).boundingBox();
    if (!from || !to) {
        throw new Error("card or column is not in view");
    }
    await page.mouse.move(from.x + 60, from.y + 60);
    await page.mouse.down();
    await page.mouse.move(from.x + 80, from.y + 70, { steps: 4 });
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 });
    await page.mouse.up();
}

test("a card is dragged through a gate: what is missing is filled in, the sums follow (PIPE-2, PIPE-5)", async ({ page, as, complaints }) => {
    complaints.expect(/^422 PATCH \/api\/v1\/opportunities\/\d+$/);
    const one = await deal();
    await as(rep, `${board()}&q=${encodeURIComponent(one.name)}`);
    await expect(card(page, one)).toContainText("没有下一步");
    await expect(column(page, STAGES.first)).toContainText("加权 ¥100");
    await drag(page, one, STAGES.offer);
    const gate = new Form(page, `“${one.name}”移到“${STAGES.offer}”`);
    await expect(gate.box.getByText("问清预算")).toBeVisible();
    await gate.box.getByRole("button", { name: `移到“${STAGES.offer}”` }).click();
    await expect(gate.box.getByText("还有 1 个步骤没有完成。")).toBeVisible();
    await gate.box.getByRole("checkbox", { name: "问清预算" }).check();
    await gate.pick("来源", /./);
    await gate.box.getByRole("button", { name: `移到“${STAGES.offer}”` }).click();
    await expect(new Shell(page).toast(`“${one.name}”已到“${STAGES.offer}”`)).toBeVisible();
    await expect(column(page, STAGES.offer)).toContainText("加权 ¥500");
    await expect(column(page, STAGES.offer).getByRole("group", { name: new RegExp(one.name) })).toBeVisible();
    expect(await stageOf(one)).toBe(STAGES.offer);
});

test("the keyboard moves a card and is told so; losing asks why (PIPE-4, PIPE-5)", async ({ page, as, complaints }) => {
    complaints.expect(/^422 PATCH \/api\/v1\/opportunities\/\d+$/);
    const one = await deal({ source: "website" });
    await tick(one);
    await as(rep, `${board()}&q=${encodeURIComponent(one.name)}`);
    await card(page, one).focus();
    const said = page.locator("[aria-live=assertive]");
    await page.keyboard.press("Space");
    await expect(said).toContainText(`已拿起“${one.name}”`);
    await page.keyboard.press("ArrowRight");
    await expect(said).toContainText(`放到“${STAGES.offer}”`);
    await page.keyboard.press("Escape");
    await expect(said).toContainText("留在原来的阶段");
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await expect(new Shell(page).toast(`“${one.name}”已到“${STAGES.offer}”`)).toBeVisible();
    await expect(column(page, STAGES.offer).getByRole("group", { name: new RegExp(one.name) })).toBeFocused();
    expect(await stageOf(one)).toBe(STAGES.offer);

    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const why = new Form(page, `“${one.name}”移到“${STAGES.lost}”`);
    await why.pick("原因", "竞争对手胜出");
    await why.box.getByRole("button", { name: `移到“${STAGES.lost}”` }).click();
    await expect(why.fault("竞争对手")).toBeVisible();
    await why.fill({ 竞争对手: "某某软件" });
    await why.box.getByRole("button", { name: `移到“${STAGES.lost}”` }).click();
    await expect(why.box).toBeHidden();
    const record = await rep.get(`/opportunities/${one.id}`);
    expect([record.status, record.competitor]).toEqual(["lost", "某某软件"]);
});

test("a card is changed where it is: amount and next step (PIPE-5)", async ({ page, as }) => {
    const one = await deal();
    await as(rep, `${board()}&q=${encodeURIComponent(one.name)}`);
    await card(page, one).getByRole("button", { name: `“${one.name}”的操作` }).click();
    await page.getByRole("menuitem", { name: "快速修改" }).click();
    const form = new Form(page, one.name);
    await form.fill({ 金额: "2万", 要做什么: "发报价单" });
    await form.saved();
    await expect(card(page, one)).toContainText("¥2万");
    await expect(card(page, one)).toContainText("发报价单");
    expect((await rep.get(`/opportunities/${one.id}`)).next_step).toBe("发报价单");
});

test("the guide on the opportunity: tick, note, plan, what is missing for the next stage (PIPE-1)", async ({ page, as }) => {
    const one = await deal();
    await as(rep, `/opportunities/${one.id}?tab=guide`);
    const record = new RecordPage(page);
    await record.isShown(one.name);
    const panel = page.getByRole("tabpanel");
    const missing = panel.getByRole("region", { name: `进入“${STAGES.offer}”还差` });
    await expect(missing.getByRole("listitem")).toHaveCount(2);
    await panel.getByRole("checkbox", { name: "问清预算" }).check();
    await expect(missing.getByRole("listitem")).toHaveCount(1);
    await panel.getByRole("button", { name: "“问清预算”的备注" }).click();
    await panel.getByRole("textbox", { name: "备注" }).fill("预算 30 万");
    await panel.getByRole("button", { name: "保存" }).click();
    await expect(panel.getByText("预算 30 万")).toBeVisible();
    await panel.getByText("开场白").click();
    await expect(panel.getByText("您好……")).toBeVisible();
    await panel.getByRole("button", { name: "生成本阶段计划（1 项）" }).click();
    await expect(new Shell(page).toast("已生成 1 个待办")).toBeVisible();
    await panel.getByRole("button", { name: "生成本阶段计划（1 项）" }).click();
    await expect(new Shell(page).toast("这些待办已经有了")).toBeVisible();
    await page.getByRole("tab", { name: "待办" }).click();
    await expect(page.getByRole("tabpanel").getByText("电话约见")).toHaveCount(1);
});

test("a used stage goes only when its deals have a place (PIPE-6)", async ({ page, asAdmin, complaints }) => {
    complaints.expect(/^409 PUT \/api\/v1\/pipelines\/\d+$/);
    const kept = pipeline;
    pipeline = await makePipeline();
    const one = await deal({ source: "website" });
    await asAdmin(`/pipeline/settings/${pipeline.id}`);
    await page.getByRole("button", { name: `删除${STAGES.first}` }).click();
    await page.getByRole("button", { name: "保存", exact: true }).click();
    const moves = new Form(page, `“${STAGES.first}”里的商机移到哪里？`);
    await expect(moves.box.getByText("还有 1 个商机")).toBeVisible();
    await moves.pick("移到", STAGES.offer);
    await moves.box.getByRole("button", { name: "移走并保存" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "管道设置" })).toBeVisible();
    expect(await stageOf(one)).toBe(STAGES.offer);
    pipeline = kept;
});

test("a stage is moved by the keyboard and keeps its guide (PIPE-1)", async ({ page, asAdmin }) => {
    await asAdmin(`/pipeline/settings/${pipeline.id}`);
    await page.getByRole("button", { name: `移动“${STAGES.offer}”，第 2 个，共 4 个` }).press("ArrowUp");
    await page.getByRole("button", { name: `移动“${STAGES.first}”，第 2 个，共 4 个` }).press("ArrowUp");
    await page.getByRole("button", { name: `展开“${STAGES.offer}”的设置` }).click();
    await page.getByRole("button", { name: "添加一条" }).click();
    await page.getByRole("textbox", { name: "第 1 条的标题" }).fill("发送报价");
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await expect(new Shell(page).toast("管道已保存")).toBeVisible();
    const { items } = (await rep.get("/pipelines")) as { items: { id: number; stages: { name: string; guide: { title: string }[] }[] }[] };
    const stages = items.find((one) => one.id === pipeline.id)?.stages ?? [];
    expect(stages.map((stage) => [stage.name, stage.guide.map((line) => line.title)])).toEqual([
        [STAGES.first, ["问清预算", "开场白"]], [STAGES.offer, ["发送报价"]], [STAGES.won, []], [STAGES.lost, []],
    ]);
});

test("a figure of the analysis opens its rows (PIPE-7)", async ({ page, asAdmin }) => {
    await asAdmin("/pipeline/analysis");
    const line = page.getByRole("region", { name: "卡住的商机" }).getByRole("listitem").filter({ hasText: "没有下一步" });
    const link = line.getByRole("link");
    const count = Number(((await link.textContent()) ?? "").replace(/\D/g, ""));
    expect(count).toBeGreaterThan(0);
    await link.click();
    await expect(page.getByRole("heading", { level: 1, name: "商机" })).toBeVisible();
    await expect(page.getByText(`共 ${count} 条`)).toBeVisible();
});

test("a figure of the flow opens its moves (PIPE-7)", async ({ page, asAdmin }) => {
    const one = await deal({ source: "website" });
    await tick(one);
    const { version } = await rep.get(`/opportunities/${one.id}`);
    await rep.patch(`/opportunities/${one.id}`, { stage_id: pipeline.stages[1]?.id }, version);
    await asAdmin(`/pipeline/analysis?pipeline=${pipeline.id}&way=flow`);
    const figure = page.getByRole("button", { name: new RegExp(`^${STAGES.first} · 往前：\\d+`) });
    const count = Number((await figure.textContent())?.trim());
    await figure.click();
    const box = page.getByRole("dialog", { name: `${STAGES.first} · 往前` });
    await expect(box.locator("tbody tr")).toHaveCount(count);
    await expect(box.locator("tbody tr").first()).toContainText(`${STAGES.first} → ${STAGES.offer}`);
    await box.getByRole("link", { name: one.name }).click();
    await expect(page.getByRole("heading", { level: 1, name: one.name })).toBeVisible();
});

/** Puts a finger on a card, waits until it lifts, and takes it to the next column, which comes into view at the edge. */
async function dragByFinger(page: Page, one: Made, stage: string): Promise<void> {
    const box = await card(page, one).boundingBox();
    if (!box) {
        throw new Error("the card is not in view");
    }
    const finger = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", x: number, y: number) =>
        finger.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
    const y = box.y + 60;
    await touch("touchStart", box.x + 60, y);
    await expect(page.locator(".ghost-card")).toBeVisible();
    await touch("touchMove", 200, y + 10);
    await touch("touchMove", 384, y + 10);
    // The board goes on by itself at its edge: the finger turns back in the frame in which the column is there.
    const target = await column(page, stage).elementHandle();
    await page.waitForFunction((one) => {
        const { left, right } = (one as Element).getBoundingClientRect();
        return left < 180 && right > 220;
    }, target, { polling: "raf" });
    await touch("touchMove", 200, y + 10);
    await touch("touchEnd", 200, y + 10);
}

test("a resting finger lifts a card and takes it to the next stage (PIPE-5) @phone", async ({ page, as }) => {
    const one = await deal({ source: "website" });
    await tick(one);
    await as(rep, `${board()}&q=${encodeURIComponent(one.name)}`);
    await dragByFinger(page, one, STAGES.offer);
    await expect(new Shell(page).toast(`“${one.name}”已到“${STAGES.offer}”`)).toBeVisible();
    expect(await stageOf(one)).toBe(STAGES.offer);
});

test("one column at a time; the menu of a card moves it (PIPE-5) @phone", async ({ page, as }) => {
    const one = await deal({ source: "website" });
    await as(rep, `${board()}&q=${encodeURIComponent(one.name)}`);
    await expect(card(page, one)).toBeInViewport();
    await page.getByRole("tab", { name: new RegExp(STAGES.lost) }).click();
    await expect(column(page, STAGES.lost)).toBeInViewport({ ratio: 0.9 });
    await expect(card(page, one)).not.toBeInViewport();
    await page.getByRole("tab", { name: new RegExp(STAGES.first) }).click();
    await card(page, one).getByRole("button", { name: `“${one.name}”的操作` }).click();
    await page.getByRole("menuitem", { name: `移到“${STAGES.lost}”` }).click();
    const why = new Form(page, `“${one.name}”移到“${STAGES.lost}”`);
    await pickFrom(page, why.field("原因"), "预算取消");
    await why.box.getByRole("button", { name: `移到“${STAGES.lost}”` }).click();
    await expect(why.box).toBeHidden();
    expect(await stageOf(one)).toBe(STAGES.lost);
});
