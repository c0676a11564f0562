-- wrk: each thread is a person of its own who claims customers of a pool, one after the other, until none is left.
-- A line of the file: a person's token and the customers, separated by spaces. Prints one JSON line of what came out.
local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

local path, headers, customers, at = nil, nil, {}, 0

function init(args)
    path = args[1]
    local line = 0
    for text in io.lines(args[2]) do
        line = line + 1
        if line == number then
            for word in text:gmatch("%S+") do
                customers[#customers + 1] = word
            end
        end
    end
    -- wrk asks the first thread once for a request that it does not send.
    at = number == 1 and -1 or 0
    headers = { Authorization = "Bearer " .. table.remove(customers, 1), ["Content-Type"] = "application/json" }
end

function request()
    at = at + 1
    return wrk.format("POST", path, headers, '{"customer_ids":[' .. customers[math.max(at, 1)] .. "]}")
end

function response()
    if at == #customers then
        wrk.thread:stop()
    end
end

function done(summary, latency)
    local errors = summary.errors
    print(string.format('@result {"requests": %d, "median_us": %d, "p95_us": %d, "failed": %d}', summary.requests,
        latency:percentile(50), latency:percentile(95), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
