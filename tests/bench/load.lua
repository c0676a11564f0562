-- wrk: requests to the paths of a file, one after the other, with one token. Prints one JSON line of what came out.
local paths, at, headers = {}, 0, {}

function init(args)
    for line in io.lines(args[1]) do
        paths[#paths + 1] = line
    end
    if args[2] then
        headers["Authorization"] = "Bearer " .. args[2]
    end
    math.randomseed(#paths)
    at = math.random(#paths)
end

function request()
    at = at % #paths + 1
    return wrk.format("GET", paths[at], headers)
end

function done(summary, latency)
    local errors = summary.errors
    print(string.format(
        '@result {"requests": %d, "seconds": %.3f, "quick_us": %d, "median_us": %d, "p95_us": %d, "max_us": %d, "bytes": %d, "failed": %d}',
        summary.requests, summary.duration / 1e6, latency:percentile(10), latency:percentile(50), latency:percentile(95), latency.max, summary.bytes,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
