// Browser tests against the program the runner started (DABIAO_TEST_URL), in the system's Chromium.
import { defineConfig } from "@playwright/test";

const launchOptions = {
    executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
};

export default defineConfig({
    testDir: ".",
    outputDir: "../../build/log/e2e",
    fullyParallel: false,
    workers: 1,
    retries: 0,
    timeout: 60_000,
    expect: { timeout: 10_000 },
    use: {
        actionTimeout: 10_000,
        baseURL: process.env.DABIAO_TEST_URL,
        locale: "zh-CN",
        timezoneId: "Asia/Shanghai",
        launchOptions,
        screenshot: "only-on-failure",
        trace: "retain-on-failure",
    },
    // Tests whose title ends with @phone run on the phone, all others on the desktop.
    projects: [
        { name: "desktop", grepInvert: /@phone/, use: { viewport: { width: 1440, height: 900 } } },
        { name: "phone", grep: /@phone/, use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
    ],
});
