// What a browser loads first: sizes of the built front end, and Lighthouse's phone profile against the running program.
// Lighthouse is a tool of this measurement alone: it goes into build/bench/tools, not into the front end's packages.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT, start } from "../harness/process.mjs";

const execute = promisify(execFile);
const TOOLS = join(ROOT, "build/bench/tools");
const LIGHTHOUSE = "12.8.2"; // the last one for Node 20

/** "sign-in: 96.6 kB brotli in 20 files (limit 125)" as [{ name, kilobytes, limit }]. */
export async function sizes() {
    const { stdout } = await execute("npm", ["run", "--silent", "budget"], { cwd: join(ROOT, "frontend") }).catch((error) => error);
    return [...stdout.matchAll(/^(\S+): ([\d.]+) kB brotli .*\(limit (\d+)\)/gm)]
        .map(([, name, kilobytes, limit]) => ({ name, kilobytes: Number(kilobytes), limit: Number(limit) }));
}

async function installLighthouse() {
    const program = join(TOOLS, "node_modules/.bin/lighthouse");
    if (!existsSync(program)) {
        mkdirSync(TOOLS, { recursive: true });
        await execute("npm", ["install", "--no-save", "--no-fund", "--no-audit", "--prefix", TOOLS, `lighthouse@${LIGHTHOUSE}`], { cwd: TOOLS });
    }
    return program;
}

function freePort() {
    return new Promise((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

async function untilAnswers(url) {
    for (let i = 0; i < 100; i++) {
        const answer = await fetch(url).catch(() => null);
        if (answer?.ok) {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("Chromium does not start");
}

/** Chromium's helpers write into the profile a little longer than it lives itself. */
async function remove(folder) {
    for (let left = 50; existsSync(folder); left--) {
        try {
            rmSync(folder, { recursive: true, force: true });
        } catch (error) {
            if (left === 0 || error.code !== "ENOTEMPTY") {
                throw error;
            }
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
    }
}

/** A Chromium of its own, without a history: { port, browser, stop }. */
async function startBrowser() {
    const { chromium } = await import(join(ROOT, "frontend/node_modules/@playwright/test/index.mjs"));
    const profile = mkdtempSync(join(tmpdir(), "dabiao-paint-"));
    const port = await freePort();
    const child = start("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", `--user-data-dir=${profile}`,
        `--remote-debugging-port=${port}`, "about:blank"], { stdio: "ignore" });
    await untilAnswers(`http://127.0.0.1:${port}/json/version`);
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const stop = async () => {
        const ended = new Promise((resolve) => child.on("exit", resolve));
        await browser.close();
        child.kill("SIGTERM");
        await ended;
        await remove(profile);
    };
    return { port, browser, stop };
}

/** Signs in as a browser does; only the cookie stays, the cache goes. */
async function signInWith(browser, url, credentials) {
    const page = await browser.contexts()[0].newPage();
    await page.goto(`${url}/favicon.svg`);
    const status = await page.evaluate(async (body) => {
        const answer = await fetch("/api/v1/auth/sign-in", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
        localStorage.setItem("dabiao.signed-in", (await answer.json()).user?.locale ?? "1"); // as the sign-in page remembers
        return answer.status;
    }, { ...credentials, client: "browser" });
    if (status !== 200) {
        throw new Error(`${credentials.login} cannot sign in: ${status}`);
    }
    const session = await browser.contexts()[0].newCDPSession(page);
    await session.send("Network.clearBrowserCache");
    await page.close();
}

/** Says in the page when its first cards have been painted, and how many the server sent. */
const CARDS_PAINTED = () => {
    const watcher = new MutationObserver(() => {
        if (document.querySelector("[data-card]")) {
            watcher.disconnect();
            requestAnimationFrame(() => setTimeout(() => { globalThis.paintedAt = performance.now(); }));
        }
    });
    watcher.observe(document, { childList: true, subtree: true });
};

/** The board in a desktop Chromium with an empty cache: { paint_ms, cards, answer_ms } from the navigation's start. */
export async function board(url, path, credentials) {
    const { browser, stop } = await startBrowser();
    try {
        await signInWith(browser, url, credentials);
        const page = await browser.contexts()[0].newPage();
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.addInitScript(CARDS_PAINTED);
        const answer = page.waitForResponse((one) => one.url().includes("/opportunities/board"));
        await page.goto(url + path);
        await page.waitForFunction(() => globalThis.paintedAt !== undefined);
        const { columns } = await (await answer).json();
        return { paint_ms: await page.evaluate(() => globalThis.paintedAt), cards: columns.reduce((sum, one) => sum + one.cards.length, 0),
            answer_ms: (await answer).request().timing().responseEnd };
    } finally {
        await stop();
    }
}

/**
 * One run of Lighthouse's phone profile on a page: { score, lcp_ms, tbt_ms, address }. With credentials the page is seen
 * by somebody who is signed in.
 */
export async function lighthouse(url, path, credentials) {
    const program = await installLighthouse();
    const { port, browser, stop } = await startBrowser();
    const report = join(TOOLS, "report.json");
    try {
        if (credentials) {
            await signInWith(browser, url, credentials);
        }
        await execute(program, [url + path, "--quiet", "--output=json", `--output-path=${report}`, "--only-categories=performance",
            "--no-enable-error-reporting", "--disable-storage-reset", `--port=${port}`], { maxBuffer: 1 << 26 });
        const { categories, audits, finalDisplayedUrl } = JSON.parse(readFileSync(report, "utf8"));
        return { score: Math.round(categories.performance.score * 100), lcp_ms: audits["largest-contentful-paint"].numericValue,
            tbt_ms: audits["total-blocking-time"].numericValue, address: new URL(finalDisplayedUrl).pathname };
    } finally {
        await stop();
    }
}
