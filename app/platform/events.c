/* Publishing to nginx over its unix socket. One connection is kept; a failure is only counted in the log. */
#include "platform/events.h"

#include <curl/curl.h>
#include <stdio.h>

#include "platform/log.h"

enum { TIMEOUT_MS = 200 };

static size_t ignore_answer(char *data, size_t size, size_t count, void *context)
{
    (void)data;
    (void)context;
    return size * count;
}

void events_publish(const struct config *config, struct str channel, struct str name)
{
    static CURL *curl;
    char url[256];
    char body[128];
    if (config->events_socket[0] == '\0') {
        return;
    }
    if (curl == NULL) {
        curl = curl_easy_init();
    }
    if (curl == NULL) {
        return;
    }
    snprintf(url, sizeof url, "http://events/publish/%.*s", STR_ARG(str_slice(channel, 0, 128)));
    int len = snprintf(body, sizeof body, "{\"name\":\"%.*s\"}", STR_ARG(str_slice(name, 0, 64)));
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, config->events_socket);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)len);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore_answer);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        LOG_EVENT(LOG_DEBUG, "event_failed", LOG_C("why", curl_easy_strerror(code)));
    }
}
