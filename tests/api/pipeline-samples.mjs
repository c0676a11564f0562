// Pipelines for tests: made from short lines, so that each test has one of its own.

import { admin, unique } from "./lib.mjs";

const SHORT = { open: 100_000, won: 1_000_000, lost: 0 };

/** A stage: its name, its kind, and whatever else. */
export const stage = (name, kind = "open", more = {}) => ({ name, kind, win_probability_ppm: SHORT[kind], ...more });

/** Makes a pipeline from stages and gives it as the API shows it, with `at`: ids of its stages by name. */
export async function makePipeline(stages, more = {}) {
    const name = unique("管道");
    const { items } = await (await admin()).post("/pipelines", { name, stages, ...more });
    return withIds(items.find((item) => item.name === name));
}

export function withIds(pipeline) {
    return { ...pipeline, at: Object.fromEntries(pipeline.stages.map((one) => [one.name, one.id])) };
}

/** The pipeline as it is now. */
export async function reload(pipeline) {
    const { items } = await (await admin()).get("/pipelines");
    return withIds(items.find((item) => item.id === pipeline.id));
}

/** PUT of the pipeline with changes. */
export async function change(pipeline, changes, client) {
    const body = { name: pipeline.name, stages: pipeline.stages, ...changes };
    return (client ?? (await admin())).send("PUT", `/pipelines/${pipeline.id}`, { body, headers: { "If-Match": String(pipeline.version) } });
}

/** The first active reason of a kind. */
export async function reason(kind, wanted = () => true) {
    const { items } = await (await admin()).get("/close-reasons");
    return items.find((item) => item.kind === kind && item.is_active && wanted(item));
}

/** A plain reason of losing: needs neither competitor nor note. */
export const lostReason = () => reason("lost", (item) => !item.needs_competitor && !item.needs_note);

/** An opportunity of somebody in a pipeline with one item to tick and one line of a plan: its record, with `item_id`. */
export async function guidedOpportunity(owner) {
    const pipeline = await makePipeline([stage("甲", "open", { guide: [{ kind: "ask", title: "预算", is_mandatory: true }],
        plan: [{ name: "回访", kind: "call", days_after: 1 }] }), stage("赢", "won"), stage("输", "lost")]);
    const customer = await (await admin()).post("/customers", { name: unique("客户"), owner_id: owner.user.id });
    const record = await (await admin()).post("/opportunities", { name: unique("商机"), customer_id: customer.id, owner_id: owner.user.id, pipeline_id: pipeline.id });
    return { ...record, pipeline, item_id: pipeline.stages[0].guide[0].id };
}
