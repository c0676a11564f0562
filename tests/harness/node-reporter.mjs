// Reporter for `node --test`: a line for a person on each failure, and one JSON line a test for the runner.

export default async function* reporter(source) {
    for await (const event of source) {
        if (event.type === "test:stderr" || event.type === "test:stdout") {
            yield event.data.message;
        }
        if ((event.type !== "test:pass" && event.type !== "test:fail") || event.data.details?.type === "suite") {
            continue;
        }
        const { name, skip, todo, file, details } = event.data;
        const unfinished = skip !== undefined || todo !== undefined;
        const passed = event.type === "test:pass" && !unfinished;
        const cause = details?.error?.cause ?? details?.error;
        const why = passed ? undefined : unfinished ? "skipped" : String(cause?.stack ?? cause ?? "failed");
        yield `@result ${JSON.stringify({ name, file, passed, why, ms: Math.round(details?.duration_ms ?? 0) })}\n`;
    }
}
