// FLD-1: custom fields that hold several people, departments, files or pictures: forms, lists, filters, import, export, history,
// rights, and what becomes of files that are left out.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { admin, dabiao, department, expectProblem, person, sql, stack, unique } from "./lib.mjs";

const { url } = await stack();
const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

let boss, rep, stranger;
let team, places, papers, photos;

const add = (kind, label) => boss.post("/custom-fields", { object: "customer", kind, label_zh: unique(label), label_en: unique(kind) });
const customer = (body = {}, who = rep) => who.post("/customers", { name: unique("客户"), ...body });
const patch = (record, body, who = rep) => who.send("PATCH", `/customers/${record.id}`, { body, headers: { "If-Match": String(record.version) } });
const upload = (client, field, bytes, name = "a.png", object = "customer") => client.send("POST",
    `/attachments?object=${object}&field=${field}&name=${encodeURIComponent(name)}`, { raw: bytes, headers: { "Content-Type": "application/octet-stream" } });
const file = (client, id) => client.send("GET", `/attachments/${id}/file`);
const only = async (field, op, value, who = boss) => (await who.get("/customers", { filter: { field, op, value } })).items.map((item) => item.id).sort((a, b) => a - b);
const refused = (answer, field, code) => assert.ok(expectProblem(answer, 422, "invalid", field).errors.some((error) => error.code === code), JSON.stringify(answer.body.errors));

before(async () => {
    boss = await admin();
    rep = await person({ role: "sales" });
    stranger = await person({ role: "sales" });
    team = await add("users", "团队");
    places = await add("departments", "部门");
    papers = await add("files", "资料");
    photos = await add("pictures", "照片");
});

test("several people: set, added to, shown by name, filtered, in the history; nobody who is not there", async () => {
    assert.match(team.name, /_ids$/);
    const names = team.name.replace(/_ids$/, "_names");
    const made = await customer({ [team.name]: [stranger.user.id, rep.user.id, rep.user.id] });
    const both = [rep.user.id, stranger.user.id].sort((a, b) => a - b);
    assert.deepEqual(made[team.name], both);
    assert.deepEqual([...made[names]].sort(), [rep.user.name, stranger.user.name].sort());
    const [row] = (await rep.get("/customers", { filter: { field: "id", op: "eq", value: made.id } })).items;
    assert.deepEqual([row[team.name], row[names]], [made[team.name], made[names]]);
    const none = await customer();
    assert.deepEqual([none[team.name], none[names]], [[], []]);

    assert.deepEqual(await only(team.name, "has_any", [rep.user.id]), [made.id]);
    assert.deepEqual(await only(team.name, "has_any", ["me"], rep), [made.id]);
    assert.deepEqual(await only(team.name, "has_all", [rep.user.id, boss.user.id]), []);
    assert.ok((await only(team.name, "is_null", undefined, rep)).includes(none.id));
    expectProblem(await boss.send("GET", `/customers?filter=${encodeURIComponent(JSON.stringify({ field: team.name, op: "eq", value: 1 }))}`), 400, "bad_filter");
    expectProblem(await boss.send("GET", `/customers/aggregate?group_by=${team.name}`), 422, "invalid", "group_by");

    const changed = await patch(made, { [team.name]: { add: [boss.user.id], remove: [stranger.user.id] } });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.deepEqual([...changed.body[team.name]].sort(), [boss.user.id, rep.user.id].sort());
    const timeline = await rep.get(`/customers/${made.id}/timeline`);
    assert.ok(JSON.stringify(timeline).includes(boss.user.name), "names in the history");

    refused(await patch(changed.body, { [team.name]: [999999999] }), team.name, "no_such_record");
    refused(await patch(changed.body, { [team.name]: rep.user.id }), team.name, "not_a_list");
    refused(await patch(changed.body, { [team.name]: ["me"] }), `${team.name}.0`, "not_an_id");
    refused(await patch(changed.body, { [team.name]: Array.from({ length: 21 }, (_, i) => i + 1) }), team.name, "too_many");
    const cleared = await patch(changed.body, { [team.name]: null });
    assert.deepEqual([cleared.status, cleared.body[team.name]], [200, []]);
    assert.deepEqual(await only(team.name, "has_any", [rep.user.id]), []);
    await dabiao(["doctor"]);
});

test("a required set must not be empty; departments likewise are real ones", async () => {
    const now = await boss.get(`/custom-fields/${places.id}`);
    places = await boss.put(`/custom-fields/${places.id}`, { is_required: true }, now.version);
    refused(await rep.send("POST", "/customers", { body: { name: unique("客户"), [places.name]: [] } }), places.name, "required");
    const place = await department();
    const made = await customer({ [places.name]: [place.id] });
    assert.deepEqual(made[places.name.replace(/_ids$/, "_names")], [place.name]);
    assert.deepEqual(await only(places.name, "has_any", [place.id]), [made.id]);
    await boss.put(`/custom-fields/${places.id}`, { is_required: false }, places.version);
});

test("conditions of other fields look at sets", async () => {
    const why = await boss.post("/custom-fields", { object: "customer", kind: "text", label_zh: unique("原因"), is_required: true,
        visible_if: { any: [{ field: team.name, op: "has_all", value: [rep.user.id, stranger.user.id] }, { field: papers.name, op: "not_null" }] } });
    const attempt = (body) => rep.send("POST", "/customers", { body: { name: unique("客户"), ...body } });
    assert.equal((await attempt({ [team.name]: [rep.user.id] })).status, 201);
    refused(await attempt({ [team.name]: [rep.user.id, stranger.user.id] }), why.name, "required");
    assert.equal((await attempt({ [team.name]: [rep.user.id, stranger.user.id], [why.name]: "两人" })).status, 201);
    refused(await attempt({ [papers.name]: [(await upload(rep, papers.name, Buffer.from("x"))).body.id] }), why.name, "required");
    const impact = await boss.get(`/custom-fields/${team.id}/impact`);
    assert.deepEqual([impact.fields.map((field) => [field.id, field.how]), impact.can_delete], [[[why.id, "condition"]], false]);
    await boss.delete(`/custom-fields/${why.id}`, why.version);
    await boss.post(`/custom-fields/${why.id}/purge`, { name: why.name });
});

test("import takes people by name or login, export gives their names", async () => {
    const name = unique("公司");
    const text = `客户名称,${team.label_zh}\n${name},"${rep.user.name}、${stranger.login}"\n${name}2,没有此人\n`;
    const batch = await boss.upload("/import/batches?kind=customer&name=a.csv", Buffer.from(text));
    assert.deepEqual(batch.mapping.columns.map((column) => column.field), ["name", team.name]);
    assert.ok(!batch.fields || !batch.fields.some((field) => field.name === papers.name));
    await boss.job((await boss.post(`/import/batches/${batch.id}/run`, { dry_run: false })).job_id);
    const done = await boss.get(`/import/batches/${batch.id}`);
    assert.deepEqual([done.created_count, done.failed_count], [1, 1]);
    const [one] = (await boss.get("/customers", { filter: { field: "name", op: "eq", value: name } })).items;
    assert.deepEqual([...one[team.name]].sort(), [rep.user.id, stranger.user.id].sort());
    const exported = await boss.job((await boss.post("/customers/export", { format: "csv", filter: { field: "id", op: "eq", value: one.id }, columns: ["name", team.name] })).job_id);
    const { body } = await boss.send("GET", `/jobs/${exported.id}/file`);
    assert.ok(String(body).includes(rep.user.name) && String(body).includes(stranger.user.name), String(body));
});

test("a file is uploaded for a field, taken by the record that names it, and given to who may see both", async () => {
    const waiting = await upload(rep, papers.name, Buffer.from("第一页"), "合同/扫描.txt");
    assert.equal(waiting.status, 201, JSON.stringify(waiting.body));
    assert.deepEqual([waiting.body.record_id, waiting.body.name], [0, "合同_扫描.txt"]);
    assert.equal((await file(rep, waiting.body.id)).status, 200);
    expectProblem(await file(boss, waiting.body.id), 404, "not_found"); // nobody else's before a record has it
    refused(await stranger.send("POST", "/customers", { body: { name: unique("客户"), [papers.name]: [waiting.body.id] } }), papers.name, "no_such_record");
    refused(await rep.send("POST", "/customers", { body: { name: unique("客户"), [photos.name]: [waiting.body.id] } }), photos.name, "no_such_record");

    const made = await customer({ [papers.name]: [waiting.body.id] });
    assert.deepEqual([made[papers.name], made[papers.name.replace(/_ids$/, "_names")]], [[waiting.body.id], ["合同_扫描.txt"]]);
    assert.equal((await file(rep, waiting.body.id)).status, 200);
    assert.equal((await file(boss, waiting.body.id)).status, 200);
    expectProblem(await file(stranger, waiting.body.id), 404, "not_found");
    expectProblem(await rep.send("DELETE", `/attachments/${waiting.body.id}`), 409, "conflict");
    refused(await rep.send("POST", "/customers", { body: { name: unique("客户"), [papers.name]: [waiting.body.id] } }), papers.name, "no_such_record");
    assert.deepEqual((await rep.get("/attachments", { object: "customer", record_id: made.id })).items, []); // in its field, not among the others

    assert.deepEqual(await only(papers.name, "not_null"), [made.id]);
    expectProblem(await boss.send("GET", `/customers?filter=${encodeURIComponent(JSON.stringify({ field: papers.name, op: "has_any", value: [1] }))}`), 400, "bad_filter");

    const second = (await upload(rep, papers.name, Buffer.from("第二页"), "b.txt")).body;
    const changed = await patch(made, { [papers.name]: [second.id] });
    assert.deepEqual(changed.body[papers.name], [second.id]);
    expectProblem(await file(rep, waiting.body.id), 404, "not_found");
    refused(await patch(changed.body, { [papers.name]: [waiting.body.id] }), papers.name, "no_such_record");
});

test("pictures are pictures; bad uploads are refused", async () => {
    assert.equal((await upload(rep, photos.name, PNG)).status, 201);
    expectProblem(await upload(rep, photos.name, Buffer.from("no picture"), "a.png"), 415, "unsupported_type");
    expectProblem(await upload(rep, papers.name, Buffer.from("<html><script>")), 415, "unsupported_type");
    expectProblem(await upload(rep, papers.name, Buffer.alloc(0)), 400, "bad_request");
    refused(await upload(rep, team.name, PNG), "field", "not_an_option");
    refused(await upload(rep, "x_nothing_ids", PNG), "field", "not_an_option");
    refused(await upload(rep, papers.name, PNG, "a.png", "user"), "object", "not_an_option");
    expectProblem(await fetch(`${url}/api/v1/attachments?object=customer&field=${papers.name}`, { method: "POST", body: PNG })
        .then(async (answer) => ({ status: answer.status, headers: answer.headers, body: await answer.json() })), 401, "not_signed_in");
    const waiting = (await upload(rep, photos.name, PNG)).body;
    expectProblem(await stranger.send("DELETE", `/attachments/${waiting.id}`), 404, "not_found");
    assert.equal((await rep.send("DELETE", `/attachments/${waiting.id}`)).status, 204);
    refused(await rep.send("POST", "/customers", { body: { name: unique("客户"), [photos.name]: [waiting.id] } }), photos.name, "no_such_record");
});

test("a role that does not see the field gets neither names nor files, and uploads none", async () => {
    const waiting = (await upload(rep, papers.name, Buffer.from("秘密"), "secret.txt")).body;
    const made = await customer({ [papers.name]: [waiting.id] });
    for (const access of ["hidden", "masked", "read"]) {
        const role = await boss.post("/roles", { name: unique("角色"), permissions: ["customer.view", "customer.edit", "customer.create"],
            scopes: [{ object: "customer", scope: "all" }], fields: [{ object: "customer", field: papers.name, access }] });
        const reader = await person({ role_ids: [role.id] });
        const seen = await reader.get(`/customers/${made.id}`);
        assert.equal(JSON.stringify(seen).includes("secret.txt"), access === "read", access);
        assert.equal((await file(reader, waiting.id)).status, access === "read" ? 200 : 404, access);
        assert.ok([403, 422].includes((await upload(reader, papers.name, PNG)).status), access);
    }
});

test("of two records that name one upload at once, one gets it", async () => {
    const waiting = (await upload(rep, papers.name, Buffer.from("once"))).body;
    const answers = await Promise.all(Array.from({ length: 4 }, () => rep.send("POST", "/customers", { body: { name: unique("客户"), [papers.name]: [waiting.id] } })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 422, 422, 422]);
});

/** Queues a kind of scheduled job now and waits until it has run. */
async function runJob(kind) {
    await sql(`INSERT INTO job (kind, input, run_after, created_at) VALUES ('${kind}', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`);
    const [[id]] = await sql(`SELECT MAX(id) FROM job WHERE kind = '${kind}'`);
    await boss.job(Number(id));
}

test("files go with a purged record, with a purged field, and when no record took them for a day", async () => {
    const extra = await add("files", "临时");
    const ids = [];
    for (const field of [papers, papers, papers, papers, extra]) {
        ids.push((await upload(rep, field.name, PNG)).body.id);
    }
    const [kept, lost, old, young, inField] = ids;
    const { var: folder } = await stack();
    const paths = Object.fromEntries((await sql(`SELECT id, path FROM attachment WHERE id IN (${ids})`)).map(([id, path]) => [id, join(folder, "files", path)]));
    const there = () => ids.map((id) => existsSync(paths[id]));
    assert.deepEqual(there(), [true, true, true, true, true]);
    await customer({ [papers.name]: [kept], [extra.name]: [inField] });
    const goes = await customer({ [papers.name]: [lost] });
    await boss.delete(`/customers/${goes.id}`, goes.version);
    await sql(`UPDATE customer SET deleted_at = '2020-01-01' WHERE id = ${goes.id}`);
    await runJob("record.purge");
    assert.deepEqual(await sql(`SELECT COUNT(*) FROM customer WHERE id = ${goes.id}`), [["0"]]);
    await boss.delete(`/custom-fields/${extra.id}`, extra.version);
    expectProblem(await file(rep, inField), 404, "not_found");
    await boss.post(`/custom-fields/${extra.id}/purge`, { name: extra.name });
    await sql(`UPDATE attachment SET created_at = created_at - INTERVAL 2 DAY WHERE id = ${old}`);
    await runJob("attachment.sweep");
    assert.deepEqual(there(), [true, false, false, true, false]);
    assert.equal((await file(rep, kept)).status, 200);
});

test("other files of tests see customers as they were", async () => {
    for (const field of [team, places, papers, photos]) {
        const now = await boss.get(`/custom-fields/${field.id}`);
        await boss.delete(`/custom-fields/${field.id}`, now.version);
        await boss.post(`/custom-fields/${field.id}/purge`, { name: field.name });
    }
    const left = await sql("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name LIKE 'x\\_%'");
    assert.equal(Number(left[0][0]), 0);
});
