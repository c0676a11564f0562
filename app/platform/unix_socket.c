/* Listening unix sockets. */
#include "platform/unix_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int fault(const char *path, const char *why)
{
    fprintf(stderr, "The socket %s cannot be opened: %s.\n", path, why);
    return -1;
}

/* Whether somebody accepts connections at the address. */
static bool is_alive(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return false;
    }
    bool refused = connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 && errno != EAGAIN;
    close(fd);
    return !refused;
}

static bool is_socket(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && S_ISSOCK(info.st_mode);
}

int unix_socket_listen(const char *path, int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path[0] == '\0' || strlen(path) >= sizeof address.sun_path) {
        return fault(path, "its path must have 1 to 107 bytes");
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (is_alive(&address)) {
        return fault(path, "another program listens there");
    }
    /* Only a socket is taken away: a mistyped path must not cost a file. */
    if (is_socket(path)) {
        unlink(path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return fault(path, strerror(errno));
    }
    mode_t old = umask(0117);
    bool is_bound = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    int why = errno;
    umask(old);
    if (!is_bound || listen(fd, backlog) != 0) {
        why = is_bound ? errno : why;
        close(fd);
        return fault(path, strerror(why));
    }
    return fd;
}

void unix_socket_close(int fd, const char *path)
{
    if (fd >= 0) {
        close(fd);
        unlink(path);
    }
}
