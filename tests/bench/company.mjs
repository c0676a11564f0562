// The large company: a whole program in build/bench/var, filled once by fill/*.sql and kept. And the lean PHP endpoint beside it.

import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { ROOT, run, start } from "../harness/process.mjs";
import { ADMIN, dabiao, sql } from "../harness/stack.mjs";

export const BENCH = join(ROOT, "build/bench");
const VAR = join(BENCH, "var");
/** How far the filling is. */
const MARK = join(BENCH, "filled.json");
const FILL = join(ROOT, "tests/bench/fill");
/** The parts of fill/ and what each needs before it begins. Those that take longest stand first. */
const PARTS = {
    people: [],
    customers: ["people"], "follow-ups": ["people"], deals: ["people"], targets: ["people"],
    figures: ["customers", "follow-ups", "deals"], search: ["customers", "deals"], owners: ["customers", "follow-ups", "deals"],
    assignments: ["customers"], statistics: ["figures", "owners", "search", "assignments", "targets"],
};
/** A part is one connection, so one core of the server. */
const LANES = Math.max(2, cpus().length - 1);
const PORT = Number(process.env.DABIAO_BENCH_PORT ?? 18470);
/** What one server with this much data has: the whole of it in memory, and each commit on the disk. */
const DB_MEMORY = process.env.DABIAO_DB_MEMORY ?? "4G";
const DB_LOG = process.env.DABIAO_DB_LOG ?? "1G";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function startStack() {
    mkdirSync(BENCH, { recursive: true });
    const child = start(join(ROOT, "scripts/stack.sh"), ["--var", VAR, "--port", String(PORT), "--demo", "no", "--quiet"], {
        env: { DABIAO_DB_MEMORY: DB_MEMORY, DABIAO_DB_LOG: DB_LOG, DABIAO_RATE_PER_MINUTE: "0", DABIAO_SIGN_IN_PER_MINUTE: "6000" },
        stdio: ["ignore", "ignore", "inherit"],
    });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    const file = join(VAR, "stack.json");
    rmSync(file, { force: true });
    while (!existsSync(file)) {
        await sleep(100);
        if (child.exitCode !== null || child.signalCode !== null) {
            throw new Error(`the program did not start; ${VAR}/log tells more`);
        }
    }
    const stack = { ...JSON.parse(readFileSync(file, "utf8")), file };
    stack.stop = async () => {
        child.kill("SIGTERM");
        await ended;
    };
    return stack;
}

/** One part of fill/, after the settings, through a connection of its own. */
async function fillPart(stack, scale, part) {
    const script = join(BENCH, `${part}.sql`);
    const began = Date.now();
    const settings = readFileSync(join(FILL, "settings.sql"), "utf8");
    writeFileSync(script, `SET @scale = ${scale};\n${settings}${readFileSync(join(FILL, `${part}.sql`), "utf8")}`);
    const filled = await run("bash", ["-c", `mariadb --no-defaults --socket="${stack.db_socket}" --user="${stack.db_admin}" ` +
        `--default-character-set=utf8mb4 --batch dabiao <"${script}"`], { log: `bench-${part}`, seconds: 7200 });
    if (filled.code !== 0) {
        throw new Error(`the company could not be filled; build/log/bench-${part}.log tells more`);
    }
    console.log(`  ${part}: ${Math.round((Date.now() - began) / 1000)} s`);
}

/** Fills all parts that `progress` does not have yet, several at a time, each when what it needs is there. */
async function fillParts(stack, scale, progress, keep) {
    const running = new Map();
    const isReady = (part) => !progress.done.includes(part) && !running.has(part) && PARTS[part].every((need) => progress.done.includes(need));
    for (;;) {
        for (const part of Object.keys(PARTS).filter(isReady).slice(0, LANES - running.size)) {
            running.set(part, fillPart(stack, scale, part).then(() => {
                running.delete(part);
                progress.done.push(part);
                keep();
            }));
        }
        if (running.size === 0) {
            return;
        }
        await Promise.race(running.values());
    }
}

/** Seconds of processor time that a process has used. */
function cpuSeconds(pid) {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
    return (user + system) / 100;
}

/** Fills the database. A filling that was interrupted goes on where it stood. */
async function fill(stack, scale, progress) {
    const began = Date.now();
    const cpu = cpuSeconds(stack.services.mariadb);
    const keep = () => writeFileSync(MARK, JSON.stringify(progress));
    console.log(`Filling the company at scale ${scale} (once; kept in build/bench)`);
    if (!progress.admin) {
        const password = join(stack.var, "admin-password");
        writeFileSync(password, ADMIN.password);
        await dabiao(stack, ["create-admin", ADMIN.login, "--password-file", password]);
        progress.admin = true;
        keep();
    }
    await sql(stack, "SET GLOBAL innodb_flush_log_at_trx_commit = 0");
    await sql(stack, "SET GLOBAL innodb_log_file_size = 1024 * 1024 * 1024");
    await fillParts(stack, scale, progress, keep);
    progress.seconds += Math.round((Date.now() - began) / 1000);
    progress.cpu_seconds += Math.round(cpuSeconds(stack.services.mariadb) - cpu);
    keep();
    await sql(stack, "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
    console.log(`  ${progress.seconds} s, ${progress.cpu_seconds} s of processor time`);
    // What came of each assignment is a function of the records; working minutes are the program's business.
    const { stdout } = await dabiao(stack, ["doctor", "--repair"]);
    console.log(`  ${stdout.trim()}`);
    progress.filled = true;
    keep();
}

/** The running program with the company in it; filled when there is none, or another size, or fill/ has changed. */
export async function openCompany(scale) {
    const hash = createHash("sha256").update(String(scale));
    readdirSync(FILL).sort().forEach((part) => hash.update(readFileSync(join(FILL, part))));
    const wanted = hash.digest("hex");
    let progress = existsSync(MARK) && existsSync(join(VAR, "mariadb/data")) ? JSON.parse(readFileSync(MARK, "utf8")) : {};
    if (progress.hash !== wanted) {
        rmSync(MARK, { force: true });
        rmSync(VAR, { recursive: true, force: true });
        progress = { hash: wanted, scale, done: [], seconds: 0, cpu_seconds: 0, filled: false };
    }
    const stack = await startStack();
    if (!progress.filled) {
        await fill(stack, scale, progress);
    }
    return { ...stack, filling: progress };
}

/** nginx and PHP-FPM with as many workers as the program. Resolves to { url, stop } or null where PHP is not installed. */
export async function startLean(stack, password, statements, workers) {
    const folder = join(stack.var, "lean");
    const socket = join(stack.run, "app/lean.sock");
    const php = ["/usr/sbin/php-fpm8.2", "/usr/sbin/php-fpm8.3", "/usr/sbin/php-fpm8.4"].find(existsSync);
    if (!php) {
        return null;
    }
    mkdirSync(folder, { recursive: true });
    const quoted = Object.entries(statements).map(([name, text]) => `'${name}' => '${text.replace(/[\\']/g, "\\$&")}'`);
    writeFileSync(join(folder, "statements.php"), `<?php return [${quoted.join(",\n")}];\n`);
    copyFileSync(join(ROOT, "tests/bench/lean.php"), join(folder, "lean.php"));
    writeFileSync(join(folder, "fpm.conf"), `[global]\nerror_log = ${folder}/fpm.log\ndaemonize = no\n[lean]\nuser = www-data\n` +
        `group = www-data\nlisten = ${socket}\nlisten.owner = www-data\npm = static\npm.max_children = ${workers}\n` +
        `php_admin_value[opcache.enable] = 1\nphp_admin_value[opcache.validate_timestamps] = 0\n`);
    writeFileSync(join(folder, "nginx.conf"), `user www-data;\nworker_processes 2;\npid ${folder}/nginx.pid;\nerror_log stderr warn;\ndaemon off;\n` +
        `events { worker_connections 512; }\nhttp {\naccess_log off;\nfastcgi_temp_path ${folder}/tmp;\nserver {\n` +
        `listen 127.0.0.1:${PORT + 1};\nlocation / {\nfastcgi_pass unix:${socket};\nfastcgi_buffers 16 16k;\n` +
        `fastcgi_param SCRIPT_FILENAME ${folder}/lean.php;\nfastcgi_param QUERY_STRING $query_string;\n` +
        `fastcgi_param REQUEST_METHOD $request_method;\nfastcgi_param LEAN_STATEMENTS ${folder}/statements.php;\n` +
        `fastcgi_param LEAN_DSN "mysql:unix_socket=${stack.db_socket};dbname=dabiao;charset=utf8mb4";\n` +
        `fastcgi_param LEAN_USER dabiao;\nfastcgi_param LEAN_PASSWORD ${password};\n}\n}\n}\n`);
    chmodSync(folder, 0o755);
    const children = [start(php, ["--fpm-config", join(folder, "fpm.conf")], { stdio: "ignore" }),
        start("nginx", ["-c", join(folder, "nginx.conf"), "-e", "stderr"], { stdio: "ignore" })];
    await sleep(1000);
    return { url: `http://127.0.0.1:${PORT + 1}`, stop: () => children.forEach((child) => child.kill("SIGTERM")) };
}
