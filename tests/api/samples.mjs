// Sample records of every object, roles with any scope, and the route table: what the generated tests are made of.

import { admin, dabiao, person, unique } from "./lib.mjs";

/** The objects whose records belong to somebody, parents first: their segment of the address and the body of a new one. */
export const OWNED = {
    customer: { plural: "customers", body: () => ({ name: unique("甲方") }) },
    contact: { plural: "contacts", body: (made) => ({ name: unique("联系人"), customer_id: made.customer.id }) },
    follow_up: { plural: "follow-ups",
        body: (made) => ({ content: unique("拜访"), customer_id: made.customer.id, followed_at: "2023-03-04T02:00:00.000Z" }) },
    opportunity: { plural: "opportunities",
        body: (made) => ({ name: unique("商机"), customer_id: made.customer.id, amount_minor: 700_00, engaged_on: "2023-01-01" }) },
    task: { plural: "tasks",
        body: (made) => ({ name: unique("待办"), customer_id: made.customer.id, opportunity_id: made.opportunity.id, due_on: "2023-05-06" }) },
    contract: { plural: "contracts",
        body: (made) => ({ name: unique("合同"), customer_id: made.customer.id, opportunity_id: made.opportunity.id, status: "signed",
            signed_on: "2023-02-03", amount_minor: 900_00, cost_minor: 300_00 }) },
    change_order: { plural: "change-orders", body: (made) => ({ contract_id: made.contract.id, reason: unique("变更"), amount_minor: 950_00 }) },
    quote: { plural: "quotes", body: (made) => ({ name: unique("报价"), customer_id: made.customer.id }) },
    installment: { plural: "installments",
        body: (made) => ({ name: unique("首付"), contract_id: made.contract.id, due_on: "2099-03-04", amount_minor: 1_00 }) },
    invoice: { plural: "invoices", body: (made) => ({ contract_id: made.contract.id, amount_minor: 1_00, issued_on: "2023-03-05" }) },
    payment: { plural: "payments", body: (made) => ({ contract_id: made.contract.id, amount_minor: 500_00, received_on: "2023-03-04" }) },
    refund: { plural: "refunds", body: (made) => ({ payment_id: made.payment.id, amount_minor: 50_00, refunded_on: "2023-04-05" }) },
};

/** Kinds of records that the program writes or that people see by where they belong. */
const SEEN = ["assignment", "assignment_batch", "pool", "pool_customer", "pool_event", "pool_run_item"];

/** One record of every object for an owner (a Client), made by the administrator: { customer, contact, … }. */
export async function recordsOf(owner) {
    const boss = await admin();
    const made = {};
    for (const [object, { plural, body }] of Object.entries(OWNED)) {
        made[object] = await boss.post(`/${plural}`, { ...body(made), owner_id: owner.user.id });
    }
    return made;
}

/** Changes the terms of a signed contract by a change order that takes effect. */
export async function amend(client, contract, terms, more = {}) {
    await client.post("/change-orders", { contract_id: contract.id, reason: unique("变更"), status: "effective", ...terms, ...more });
    return client.get(`/contracts/${contract.id}`);
}

/** One more record of an object beside the others of `made`, with nothing hanging on it. */
export async function anotherOf(owner, object, made, more = {}) {
    return (await admin()).post(`/${OWNED[object].plural}`, { ...OWNED[object].body(made), owner_id: owner.user.id, ...more });
}

/** A role with every action permission (or those given) and one scope for all objects and targets. */
export async function role(scope, { permissions, department_ids, fields = [], scopes } = {}) {
    const boss = await admin();
    const all = (await boss.get("/permissions")).items.map((item) => item.key);
    return boss.post("/roles", { name: unique("role"), permissions: permissions ?? all, fields,
        scopes: scopes ?? [...Object.keys(OWNED), ...SEEN, "target"].map((object) => ({ object, scope, department_ids })) });
}

/** A person who holds that role only. */
export async function personWith(made, options = {}) {
    return person({ ...options, role: "sales", role_ids: [made.id] });
}

/** The route table: rows { method, path, name, permission, records, object, has_body, upload }. */
export async function routes() {
    const { stdout } = await dabiao(["routes", "--json"]);
    return JSON.parse(stdout);
}

/** The rows of a CSV text without its byte order mark; quoted cells may hold commas, quotes and line ends. */
export function parseCsv(text) {
    const rows = [[]];
    const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/gy;
    const body = text.replace(/^﻿/, "");
    while (cell.lastIndex < body.length) {
        const [, value, end] = cell.exec(body);
        rows.at(-1).push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
        if (end !== ",") {
            rows.push([]);
        }
    }
    return rows.filter((row) => row.length > 0);
}

/** Exports a list as CSV and gives its rows; the first one has the headings. */
export async function exportRows(client, plural, body = {}) {
    const { job_id } = await client.post(`/${plural}/export`, { format: "csv", ...body });
    await client.job(job_id);
    return parseCsv(await client.get(`/jobs/${job_id}/file`));
}

/** The number that an aggregate gives for a filter: 0 when there is no group. */
export async function measured(client, plural, measure = "count", filter = undefined) {
    const { groups } = await client.get(`/${plural}/aggregate`, { measures: measure, filter });
    return groups.length === 0 ? 0 : groups[0].values[measure] ?? 0;
}
