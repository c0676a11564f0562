/* The smallest HTTP server that Prometheus and curl understand: GET /metrics over a unix socket, HTTP/1.0, one answer a
 * connection. It lives in the master's poll loop and therefore never waits for a client. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "platform/metrics.h"
#include "platform/unix_socket.h"

enum { REQUEST_BYTES = 2048, CLIENT_MS = 2000, BACKLOG = 16 };

struct client {
    int fd;                    /* -1: free place */
    int64_t until_ms;          /* closed then, whatever it did */
    size_t len;                /* used in `bytes` */
    char bytes[REQUEST_BYTES]; /* request so far */
};

struct metrics_server {
    int listen_fd; /* -1: no socket wanted */
    char *path;    /* of the socket */
    struct client clients[METRICS_CLIENT_MAX];
};

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct metrics_server *metrics_server_open(const char *path)
{
    struct metrics_server *server = calloc(1, sizeof *server);
    char *copy = strdup(path);
    if (server == NULL || copy == NULL) {
        abort();
    }
    server->path = copy;
    server->listen_fd = path[0] == '\0' ? -1 : unix_socket_listen(path, BACKLOG);
    for (size_t i = 0; i < METRICS_CLIENT_MAX; i++) {
        server->clients[i].fd = -1;
    }
    return server;
}

static void hang_up(struct client *client)
{
    close(client->fd);
    client->fd = -1;
}

void metrics_server_close(struct metrics_server *server)
{
    for (size_t i = 0; i < METRICS_CLIENT_MAX; i++) {
        if (server->clients[i].fd >= 0) {
            hang_up(&server->clients[i]);
        }
    }
    unix_socket_close(server->listen_fd, server->path);
    free(server->path);
    free(server);
}

size_t metrics_server_fds(struct metrics_server *server, struct pollfd *fds)
{
    size_t count = 0;
    bool has_place = false;
    for (size_t i = 0; i < METRICS_CLIENT_MAX; i++) {
        struct client *client = &server->clients[i];
        if (client->fd >= 0 && clock_ms() >= client->until_ms) {
            hang_up(client);
        }
        has_place = has_place || client->fd < 0;
        if (client->fd >= 0) {
            fds[count++] = (struct pollfd){.fd = client->fd, .events = POLLIN};
        }
    }
    if (server->listen_fd >= 0 && has_place) {
        fds[count++] = (struct pollfd){.fd = server->listen_fd, .events = POLLIN};
    }
    return count;
}

/* The answer fits into the socket's buffer; what does not is the loss of a client that does not read. */
static void answer(const struct client *client)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return;
    }
    bool known = strncmp(client->bytes, "GET /metrics ", 13) == 0 || strncmp(client->bytes, "GET /metrics?", 13) == 0;
    fprintf(out, "HTTP/1.0 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nConnection: close\r\n\r\n",
            known ? "200 OK" : "404 Not Found");
    if (known) {
        metrics_print(out);
    } else {
        fprintf(out, "There is only GET /metrics.\n");
    }
    fclose(out);
    ssize_t sent = send(client->fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent;
    free(text);
}

static void read_client(struct client *client)
{
    ssize_t got = recv(client->fd, client->bytes + client->len, REQUEST_BYTES - 1 - client->len, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        hang_up(client);
        return;
    }
    client->len += (size_t)got;
    client->bytes[client->len] = '\0';
    bool is_whole = strstr(client->bytes, "\r\n\r\n") != NULL || strstr(client->bytes, "\n\n") != NULL;
    if (is_whole) {
        answer(client);
    }
    if (is_whole || client->len == REQUEST_BYTES - 1) {
        hang_up(client);
    }
}

static void accept_client(struct metrics_server *server)
{
    int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (size_t i = 0; i < METRICS_CLIENT_MAX && fd >= 0; i++) {
        if (server->clients[i].fd < 0) {
            server->clients[i].fd = fd;
            server->clients[i].len = 0;
            server->clients[i].until_ms = clock_ms() + CLIENT_MS;
            return;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

void metrics_server_answer(struct metrics_server *server, const struct pollfd *fds, size_t count)
{
    for (size_t f = 0; f < count; f++) {
        if (fds[f].revents == 0) {
            continue;
        }
        if (fds[f].fd == server->listen_fd) {
            accept_client(server);
            continue;
        }
        for (size_t i = 0; i < METRICS_CLIENT_MAX; i++) {
            if (server->clients[i].fd == fds[f].fd) {
                read_client(&server->clients[i]);
            }
        }
    }
}
