// A whole program for tests (scripts/stack.sh) on a free port, in a folder that is removed afterwards.

import { execFile } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT, start } from "./process.mjs";

const execute = promisify(execFile);

// What tests sign in with. The account is made by `dabiao create-admin`.
export const ADMIN = { login: "admin", password: "Correct-Horse-42" };

function freePort() {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.on("error", reject);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

function sleep(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs a subcommand of the program on the data of a stack. Rejects when it fails. */
export async function dabiao(stack, args, { input = "" } = {}) {
    const prefix = stack.app_user === stack.db_admin ? [] :
        [`--reuid=${stack.app_user}`, `--regid=${stack.app_user}`, "--init-groups"];
    const running = execute("setpriv", [...prefix, stack.binary, ...args], {
        env: { ...process.env, DABIAO_CONFIG_FILE: stack.config }, cwd: stack.var, maxBuffer: 1 << 26,
    });
    running.child.stdin.end(input);
    return running;
}

/** Runs SQL as the database's administrator. Resolves to rows of texts. For looking and for breaking things. */
export async function sql(stack, statement) {
    const { stdout } = await execute("mariadb", ["--no-defaults", `--socket=${stack.db_socket}`, `--user=${stack.db_admin}`,
        "--batch", "--skip-column-names", "--default-character-set=utf8mb4", "dabiao", "-e", statement], { maxBuffer: 1 << 26 });
    return stdout.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
}

async function createAdmin(stack) {
    const file = join(stack.var, "admin-password");
    writeFileSync(file, ADMIN.password);
    await dabiao(stack, ["create-admin", ADMIN.login, "--password-file", file]);
}

/**
 * Starts a program and waits until it is ready. mode: "asan" or "release"; demo: with the demo company; env: settings.
 * Resolves to what stack.json says, and stop(), which resolves to the faults that the sanitizers reported.
 */
export async function startStack({ mode, demo, env = {} }) {
    const folder = mkdtempSync(join(tmpdir(), "dabiao-test-"));
    chmodSync(folder, 0o755);
    // The route table is built once and lives as long as the process.
    writeFileSync(join(folder, "lsan.supp"), "leak:routes_init\n");
    const port = await freePort();
    const child = start(join(ROOT, "scripts/stack.sh"), ["--var", folder, "--port", String(port), "--fast", "--quiet",
        "--binary", join(ROOT, "build", mode, "dabiao"), "--demo", demo ? "yes" : "no"], {
        env: { ASAN_OPTIONS: "detect_leaks=1:abort_on_error=0:exitcode=99",
            LSAN_OPTIONS: `suppressions=${join(folder, "lsan.supp")}:print_suppressions=0`, UBSAN_OPTIONS: "print_stacktrace=1",
            DABIAO_RATE_PER_MINUTE: "0", DABIAO_ARGON_MEMORY_KB: "8192", DABIAO_ARGON_PASSES: "1", ...env },
        stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    const file = join(folder, "stack.json");
    while (!existsSync(file)) {
        await sleep(100);
        if (child.exitCode !== null || child.signalCode !== null) {
            saveLogs(folder, mode);
            rmSync(folder, { recursive: true, force: true });
            throw new Error("the program did not start; build/log/stack-* tells more");
        }
    }
    const forget = join(folder, "forget"); // the folder goes even when this process is killed
    writeFileSync(forget, "");
    const stack = { ...JSON.parse(readFileSync(file, "utf8")), file };
    stack.stop = async () => {
        rmSync(forget); // the logs are wanted first
        child.kill("SIGTERM");
        await ended;
        const faults = saveLogs(folder, mode);
        rmSync(folder, { recursive: true, force: true });
        return faults;
    };
    if (!demo) {
        await createAdmin(stack);
    }
    return stack;
}

/** Keeps the logs of a stack in build/log/stack-MODE and returns what the sanitizers said. */
function saveLogs(folder, mode) {
    const target = join(ROOT, "build/log", `stack-${mode}`);
    rmSync(target, { recursive: true, force: true });
    if (!existsSync(join(folder, "log"))) {
        return [];
    }
    cpSync(join(folder, "log"), target, { recursive: true });
    const log = join(target, "dabiao.log");
    if (!existsSync(log)) {
        return [];
    }
    return sanitizerFaults(readFileSync(log, "utf8"));
}

/** Each fault once, with the first lines of its stack: the same fault in many workers is one. */
function sanitizerFaults(text) {
    const lines = text.split("\n");
    const faults = new Map();
    lines.forEach((line, at) => {
        if (/ERROR: (Address|Leak)Sanitizer|runtime error:/.test(line)) {
            const frames = lines.slice(at + 1, at + 40).filter((below) => /^\s+#\d+ /.test(below)).slice(0, 8);
            const places = frames.map((frame) => frame.replace(/ 0x[0-9a-f]+/, ""));
            faults.set(places.join("\n"), `      ${[line, ...frames].join("\n      ")}`);
        }
    });
    return [...faults.values()];
}
