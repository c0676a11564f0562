// Signing in and out, and what keeps a person signed in.
import { createHmac } from "node:crypto";
import { SignInPage, Shell } from "./support/pages";
import { newcomer, PASSWORD, person, unique } from "./support/people";
import { expect, test } from "./support/test";

const REFUSED = /^401 POST \/api\/v1\/auth\/sign-in$/;

/** The six digits an authenticator shows for a base32 secret at an instant (RFC 6238). */
function codeOf(secret: string, at: number): string {
    const bits = [...secret.replace(/[\s=]/g, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
    const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
    const digest = createHmac("sha1", key).update(counter).digest();
    const offset = (digest.at(-1) ?? 0) & 15;
    return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("empty fields and a wrong password are explained", async ({ page, complaints }) => {
    complaints.expect(REFUSED);
    const rep = await person();
    const door = new SignInPage(page);
    await door.open();
    await page.getByRole("button", { name: "登录" }).click();
    await expect(door.message()).toHaveCount(2);
    await door.submit(rep.login, "not-the-password");
    await expect(door.message()).toHaveText(/账号或密码/);
    await door.submit(rep.login, PASSWORD);
    await new Shell(page).isShown();
});

test("a deep address is kept through the sign-in; sign-out ends the session", async ({ page, as }) => {
    const rep = await person();
    const shell = await as(rep, "/opportunities?preset=open");
    await expect(page).toHaveURL(/\/opportunities\?preset=open$/);
    await shell.signOut();
    await page.goto("/customers");
    await expect(page.getByRole("heading", { name: "登录" })).toBeVisible();
});

test("a first password must be changed", async ({ page, complaints }) => {
    complaints.expect(/^403 /, /^422 PUT \/api\/v1\/auth\/password$/);
    const fresh = await newcomer();
    const door = new SignInPage(page);
    await door.open();
    await door.submit(fresh.login, fresh.password);
    await expect(page.getByRole("heading", { name: "设置您自己的密码" })).toBeVisible();
    await page.goto("/customers");
    await expect(page.getByRole("heading", { name: "设置您自己的密码" })).toBeVisible();
    await page.getByLabel("初始密码").fill(fresh.password);
    await page.getByLabel("新密码", { exact: true }).fill(PASSWORD);
    await page.getByLabel("再输入一次").fill(`${PASSWORD}-`);
    await page.getByRole("button", { name: "保存并继续" }).click();
    await expect(door.message()).toHaveText("两次输入的密码不一致。");
    await page.getByLabel("再输入一次").fill(PASSWORD);
    await page.getByRole("button", { name: "保存并继续" }).click();
    const shell = new Shell(page);
    await shell.isShown();
    await shell.signOut();
    await door.submit(fresh.login, PASSWORD);
    await shell.isShown();
});

test("two-step verification is switched on and asked for", async ({ page, as, complaints }) => {
    complaints.expect(REFUSED);
    const rep = await person();
    const shell = await as(rep, "/account");
    await page.getByRole("button", { name: "开启两步验证" }).click();
    const secret = (await page.locator("form code").textContent()) ?? "";
    const began = Date.now();
    await page.getByLabel("验证器显示的验证码").fill(codeOf(secret, began));
    await page.getByRole("button", { name: "确认开启" }).click();
    await expect(shell.toast("两步验证已开启")).toBeVisible();
    await shell.signOut();
    const door = new SignInPage(page);
    await door.submit(rep.login, rep.password);
    await expect(page.getByRole("heading", { name: "第二步验证" })).toBeVisible();
    await door.submitCode("000000");
    await expect(door.message()).toBeVisible();
    // A code counts once: the next one is taken, which the server allows half a minute early.
    await door.submitCode(codeOf(secret, began + 30_000));
    await shell.isShown();
});

test("the session survives a reload and is shared by tabs, and ends in both", async ({ page, context, as }) => {
    const rep = await person();
    const shell = await as(rep, "/customers");
    await page.reload();
    await shell.isShown();
    const second = await context.newPage();
    await second.goto("/opportunities");
    await new Shell(second).isShown();
    await Promise.all([page.reload(), second.reload()]);
    await shell.isShown();
    await new Shell(second).isShown();
    await shell.signOut();
    await second.reload();
    await expect(second.getByRole("heading", { name: "登录" })).toBeVisible();
});

test("the language is the person's own", async ({ page, as }) => {
    const rep = await person({ name: unique("Li") });
    const shell = await as(rep, "/customers");
    await shell.choose("English");
    await expect(page.getByRole("heading", { level: 1, name: "Customers" })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: "Customers" })).toBeVisible();
});
