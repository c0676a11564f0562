// What fields of administrators cost in the large company: 200 on customers, 50 on opportunities, added and filled once through the
// program, hidden again at the end (deleted, not purged), so that the other measurements see the company without them.

const CUSTOMER_FIELDS = 200;
const OPPORTUNITY_FIELDS = 50;
const OPTIONS = 40; // of the field that is filtered: a page is one of many
const CHUNK = 50000; // records filled in one statement

/** The kinds in turn; the first fields are those that are filtered. */
const KINDS = ["text", "integer", "decimal", "money", "date", "boolean", "select", "long_text", "percent", "rating"];

const options = (count) => Array.from({ length: count }, (_, i) => ({ value: `o${i}`, label_zh: `选项${i}` }));

/** Every field of an object as it shall be: code and settings. */
function wanted(object, count) {
    const plain = Array.from({ length: count - 3 }, (_, i) => ({ code: `bench${i}`, kind: KINDS[i % KINDS.length] }));
    return [{ code: "benchtier", kind: "select", is_indexed: true, options: options(OPTIONS) }, { code: "benchsize", kind: "decimal", scale: 2, is_indexed: true },
        { code: "benchfull", kind: "formula", formula: "x_benchsize * 1.13", result: "decimal" }, ...plain]
        .map((field) => ({ object, label_zh: `测${field.code}`, ...(field.kind === "select" ? { options: options(10) } : {}), ...field }));
}

/** Requests that must succeed. */
function callerOf(stack, token) {
    return async (method, path, body, headers = {}) => {
        const answer = await fetch(`${stack.url}/api/v1${path}`, { method, body: body && JSON.stringify(body),
            headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", ...headers } });
        const text = await answer.text();
        if (!answer.ok) {
            throw new Error(`${method} ${path}: ${answer.status} ${text}`);
        }
        return text === "" ? null : JSON.parse(text);
    };
}

async function waitFor(call, id) {
    for (;;) {
        const { status } = await call("GET", `/jobs/${id}`);
        if (!["queued", "running"].includes(status)) {
            if (status !== "done") {
                throw new Error(`job ${id} is ${status}`);
            }
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

/** A statement over all records, piece by piece. */
async function fill(sql, stack, table, assignments) {
    const last = Number((await sql(stack, `SELECT COALESCE(MAX(id), 0) FROM ${table}`))[0][0]);
    for (let from = 0; from <= last; from += CHUNK) {
        await sql(stack, `UPDATE ${table} SET ${assignments}, updated_at = updated_at WHERE id > ${from} AND id <= ${from + CHUNK}`);
    }
}

/** Adds what is missing, brings back what is hidden. */
async function bringFields(call, object, count) {
    const here = (await call("GET", `/custom-fields?object=${object}`)).items;
    const hidden = (await call("GET", `/custom-fields?object=${object}&deleted=1`)).items;
    for (const field of wanted(object, count)) {
        const is = (one) => one.name.startsWith(`x_${field.code}`) && one.kind === field.kind && !/\d/.test(one.name.slice(`x_${field.code}`.length));
        const old = hidden.find(is);
        if (here.some(is)) {
            continue;
        }
        if (old !== undefined) {
            await call("POST", `/custom-fields/${old.id}/restore`, {});
            continue;
        }
        await call("POST", "/custom-fields", { ...field, is_indexed: undefined });
    }
}

/** Indexes are built over what was filled, by the job. */
async function index(call, object) {
    for (const field of (await call("GET", `/custom-fields?object=${object}`)).items) {
        if (["x_benchtier", "x_benchsize"].includes(field.name) && field.index_state !== "ready") {
            const { job_id } = await call("PUT", `/custom-fields/${field.id}`, { is_indexed: true }, { "If-Match": String(field.version) });
            await waitFor(call, job_id);
        }
    }
}

async function hide(call, object) {
    const fields = (await call("GET", `/custom-fields?object=${object}`)).items.filter((field) => field.name.startsWith("x_bench"));
    for (const field of fields.toReversed().sort((a, b) => (b.kind === "formula") - (a.kind === "formula"))) {
        await call("DELETE", `/custom-fields/${field.id}`, undefined, { "If-Match": String(field.version) });
    }
}

const filled = "x_benchtier = CONCAT('o', CRC32(id) % 40), x_benchsize = CRC32(id * 7) % 1000000, x_bench0 = CONCAT('文本', id), x_bench1 = id % 1000, x_bench4_on = DATE('2026-01-01') + INTERVAL id % 365 DAY";

export async function measureFields({ stack, sql, token, sellerToken, measurePaths, get }) {
    const call = callerOf(stack, token);
    const page = (object, parameters) => `/api/v1/${object}?${new URLSearchParams({ limit: 50, ...parameters })}`;
    for (const [object, table, count] of [["customer", "customer", CUSTOMER_FIELDS], ["opportunity", "opportunity", OPPORTUNITY_FIELDS]]) {
        await bringFields(call, object, count);
        if ((await sql(stack, `SELECT id FROM ${table} WHERE x_benchtier IS NOT NULL LIMIT 1`)).length === 0) {
            await fill(sql, stack, table, filled);
        }
        await index(call, object);
    }
    const tier = (value) => JSON.stringify({ field: "x_benchtier", op: "eq", value: `o${value}` });
    const range = (from) => JSON.stringify({ field: "x_benchsize", op: "between", value: [`${from}`, `${from + 5}`] });
    const some = [3, 11, 17, 29, 38];
    for (const [who, one] of [["admin", token], ["seller", sellerToken]]) {
        await measurePaths(stack, one, `customers filtered by an indexed choice, ${CUSTOMER_FIELDS} custom fields, ${who}`, some.map((i) => page("customers", { filter: tier(i) })), 300);
        await measurePaths(stack, one, `customers filtered and sorted by an indexed number, ${CUSTOMER_FIELDS} custom fields, ${who}`,
            some.map((i) => page("customers", { filter: range(i * 100), sort: "-x_benchsize" })), 300);
        await measurePaths(stack, one, `customers of 50, not filtered, ${CUSTOMER_FIELDS} custom fields, ${who}`, [page("customers", {})], 300);
    }
    await measurePaths(stack, token, `opportunities of 50, ${OPPORTUNITY_FIELDS} custom fields, admin`, [page("opportunities", {}), page("opportunities", { filter: tier(5) })], 50);
    const { items } = await get(stack, sellerToken, page("opportunities", { limit: 100 }));
    await measurePaths(stack, sellerToken, `get one opportunity, ${OPPORTUNITY_FIELDS} custom fields, seller`, items.map((item) => `/api/v1/opportunities/${item.id}`), 15);
    await hide(call, "customer");
    await hide(call, "opportunity");
}
