/* Publishing to nginx over its unix socket. One connection is kept; failures are counted, not reported. */
#include "platform/events.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <time.h>

#include "platform/http.h"
#include "platform/log.h"
#include "platform/metrics.h"

enum { TIMEOUT_MS = 200, PAUSE_MS = 3000, CHANNEL_MAX = 100, NAME_MAX_BYTES = 64 };
enum { BODY_MAX = EVENT_MAX * (NAME_MAX_BYTES + 3) + 32 };

static CURL *curl;
static int64_t paused_until_ms;

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t ignore_answer(char *data, size_t size, size_t count, void *context)
{
    (void)data;
    (void)context;
    return size * count;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Copies a channel or a name; "/" becomes "_" as nginx's address wants it. False for anything else than words. */
static bool copy_word(struct str text, char *out, size_t size)
{
    if (text.len == 0 || text.len >= size) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        out[i] = text.ptr[i] == '/' ? '_' : text.ptr[i];
        if (!is_word_char(out[i])) {
            return false;
        }
    }
    out[text.len] = '\0';
    return true;
}

static bool open_client(const struct config *config)
{
    if (curl != NULL) {
        return true;
    }
    curl = curl_easy_init();
    if (curl == NULL) {
        return false;
    }
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, config->events_socket);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore_answer);
    return true;
}

/* {"names":["customer","pool_event"]}. False when a name is not a word. */
static bool write_body(const struct str *names, size_t count, char *out, size_t size)
{
    char word[NAME_MAX_BYTES];
    size_t len = (size_t)snprintf(out, size, "{\"names\":[");
    for (size_t i = 0; i < count; i++) {
        if (!copy_word(names[i], word, sizeof word)) {
            return false;
        }
        len += (size_t)snprintf(out + len, size - len, "%s\"%s\"", i == 0 ? "" : ",", word);
    }
    snprintf(out + len, size - len, "]}");
    return true;
}

static bool publish(const char *channel, const char *body)
{
    char url[CHANNEL_MAX + 32];
    long status = 0;
    snprintf(url, sizeof url, "http://nginx/pub/%s", channel);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    bool is_sent = code == CURLE_OK && status >= 200 && status < 300;
    if (!is_sent) {
        LOG_EVENT(LOG_DEBUG, "event_lost", LOG_C("channel", channel), LOG_C("why", curl_easy_strerror(code)),
                  LOG_INT("status", status));
    }
    return is_sent;
}

void events_publish(const struct config *config, struct str channel, const struct str *names, size_t count)
{
    char channel_word[CHANNEL_MAX];
    char body[BODY_MAX];
    assert(count <= EVENT_MAX);
    if (config->events_socket[0] == '\0' || clock_ms() < paused_until_ms) {
        return;
    }
    if (!copy_word(channel, channel_word, sizeof channel_word) || !write_body(names, count, body, sizeof body) ||
        !open_client(config)) {
        return;
    }
    bool is_sent = publish(channel_word, body);
    metrics_event(is_sent);
    if (!is_sent) {
        paused_until_ms = clock_ms() + PAUSE_MS;
    }
}

void events_publish_one(const struct config *config, struct str channel, struct str name)
{
    events_publish(config, channel, &name, 1);
}
