// Page objects: what a person sees and does, in the words of the Chinese interface. Where an element sits is known here
// alone; the specs speak of fields, records and figures.
import { expect, type Download, type Locator, type Page } from "@playwright/test";

/** The pages before the program: sign-in, second step, first password. */
export class SignInPage {
    constructor(readonly page: Page) {}

    async open(path = "/"): Promise<void> {
        await this.page.goto(path);
        await expect(this.page.getByRole("heading", { name: "登录" })).toBeVisible();
    }

    /** Sends the form; what comes next is the caller's to check. */
    async submit(login: string, password: string): Promise<void> {
        await this.page.getByLabel("账号").fill(login);
        await this.page.getByLabel("密码").fill(password);
        await this.page.getByRole("button", { name: "登录" }).click();
    }

    async signIn(login: string, password: string, path = "/"): Promise<Shell> {
        await this.open(path);
        await this.submit(login, password);
        const shell = new Shell(this.page);
        await shell.isShown();
        return shell;
    }

    async submitCode(code: string): Promise<void> {
        await this.page.getByLabel("验证码").fill(code);
        await this.page.getByRole("button", { name: "验证" }).click();
    }

    message(): Locator {
        return this.page.getByRole("alert");
    }
}

/** What stands around every page: navigation, search, jobs, the person's menu. */
export class Shell {
    constructor(readonly page: Page) {}

    /** In whichever language its person reads. */
    async isShown(): Promise<void> {
        await expect(this.page.getByRole("button", { name: /^(我的菜单|My menu)$/ })).toBeVisible();
    }

    async choose(item: string): Promise<void> {
        await this.page.getByRole("button", { name: "我的菜单" }).click();
        await this.page.getByRole("menu").getByText(item, { exact: true }).click();
    }

    async signOut(): Promise<void> {
        await this.choose("退出登录");
        await expect(this.page.getByRole("heading", { name: "登录" })).toBeVisible();
    }

    /** Opens the search by its key and types. */
    async search(text: string): Promise<Locator> {
        await this.page.keyboard.press("Control+k");
        await this.page.getByRole("combobox", { name: "搜索" }).fill(text);
        return this.page.getByRole("listbox", { name: "搜索结果" });
    }

    /** The newest job in the tray. */
    async newestJob(): Promise<Locator> {
        const tray = this.page.getByRole("dialog", { name: "后台任务" });
        if (!(await tray.isVisible())) {
            await this.page.getByRole("button", { name: /^后台任务/ }).click();
        }
        return tray.getByRole("listitem").first();
    }

    toast(text: string | RegExp): Locator {
        return this.page.getByRole("region", { name: "消息" }).getByText(text);
    }
}

/** A form in a dialog or drawer. */
export class Form {
    readonly box: Locator;

    constructor(readonly page: Page, title: string | RegExp) {
        this.box = page.getByRole("dialog", { name: title });
    }

    field(label: string): Locator {
        return this.box.getByLabel(label, { exact: true }).or(this.box.getByLabel(new RegExp(`^${label}\\s*\\*$`)));
    }

    async fill(values: Readonly<Record<string, string>>): Promise<void> {
        for (const [label, value] of Object.entries(values)) {
            await this.field(label).fill(value);
        }
    }

    /** Opens a choice and takes an option; `typed` narrows what the server offers. */
    async pick(label: string, option: string | RegExp, typed?: string): Promise<void> {
        await pickFrom(this.page, this.field(label), option, typed);
    }

    /** A date is typed as it is written: 2026-03-31. */
    async date(label: string, value: string): Promise<void> {
        await this.field(label).fill(value);
        await this.field(label).press("Enter");
    }

    /** The sentence at a field that says what is wrong with it. */
    fault(label: string): Locator {
        const caption = this.page.locator(".label", { hasText: new RegExp(`^\\s*${label}[\\s*]*$`) });
        return this.box.locator(".field", { has: caption }).getByRole("alert");
    }

    async save(): Promise<void> {
        await this.box.getByRole("button", { name: "保存", exact: true }).click();
    }

    async saved(): Promise<void> {
        await this.save();
        await expect(this.box).toBeHidden();
    }
}

/** Takes an option of a choice whose options lie in a layer of their own. */
export async function pickFrom(page: Page, control: Locator, option: string | RegExp, typed?: string): Promise<void> {
    // The shown value lies over the control.
    await control.locator("xpath=ancestor::*[contains(@class, 'el-select__wrapper')]").click();
    if (typed !== undefined) {
        await control.fill(typed);
    }
    const options = page.locator(".el-select-dropdown:visible").getByRole("option");
    await options.filter({ hasText: option }).first().click();
}

/** The list of one kind of record. */
export class RecordListPage {
    constructor(readonly page: Page, readonly path: string, readonly title: string) {}

    async open(search = ""): Promise<void> {
        await this.page.goto(`/${this.path}${search}`);
        await this.isShown();
    }

    async isShown(): Promise<void> {
        await expect(this.page.getByRole("heading", { level: 1, name: this.title })).toBeVisible();
        await expect(this.page.locator(".ghost")).toHaveCount(0);
    }

    grid(): Locator {
        return this.page.getByRole("grid");
    }

    row(text: string): Locator {
        return this.grid().locator("tbody tr", { hasText: text });
    }

    column(name: string): Locator {
        return this.grid().getByRole("columnheader", { name });
    }

    async find(text: string): Promise<void> {
        await this.page.getByRole("searchbox", { name: "按名称或编号搜索" }).fill(text);
        await expect(this.page).toHaveURL(/[?&]q=/);
        await expect(this.page.locator(".ghost")).toHaveCount(0);
    }

    async create(): Promise<Form> {
        await this.page.getByRole("button", { name: `新建${this.title}` }).first().click();
        const form = new Form(this.page, `新建${this.title}`);
        await expect(form.box).toBeVisible();
        return form;
    }

    async openRecord(name: string): Promise<RecordPage> {
        await this.grid().getByRole("link", { name, exact: true }).click();
        const record = new RecordPage(this.page);
        await record.isShown(name);
        return record;
    }
}

/** The page of one record. */
export class RecordPage {
    constructor(readonly page: Page) {}

    async isShown(name: string): Promise<void> {
        await expect(this.page.getByRole("heading", { level: 1, name })).toBeVisible();
    }

    /** The value of a figure at the top. */
    headline(label: string): Locator {
        return this.page.locator(".headline > div", { hasText: label }).locator("dd");
    }

    async edit(object: string): Promise<Form> {
        await this.page.getByRole("button", { name: "编辑", exact: true }).click();
        const form = new Form(this.page, `编辑${object}`);
        await expect(form.box).toBeVisible();
        return form;
    }

    async tab(name: string): Promise<void> {
        await this.page.getByRole("tab", { name, exact: true }).click();
    }

    /** The form that adds a record of another kind to this one; its tab must be open. */
    async createChild(object: string): Promise<Form> {
        await this.page.getByRole("tabpanel").getByRole("button", { name: `新建${object}` }).click();
        const form = new Form(this.page, `新建${object}`);
        await expect(form.box).toBeVisible();
        return form;
    }

    async followUp(text: string): Promise<void> {
        await this.page.getByLabel("写跟进").fill(text);
        await this.page.getByRole("button", { name: "保存跟进" }).click();
        await expect(new Shell(this.page).toast("跟进已保存")).toBeVisible();
    }

    timeline(): Locator {
        return this.page.getByRole("complementary", { name: "动态" });
    }
}

/** The text of a downloaded file. */
export async function textOf(download: Download): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) {
        chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString("utf8");
}
