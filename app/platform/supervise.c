/* The master process. Signals set flags; one loop acts on them in a fixed order. It never touches the database. */
#include "platform/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/job.h"
#include "platform/log.h"
#include "platform/metrics.h"
#include "platform/worker.h"

enum { CHILDREN_MAX = 160, EXIT_CANNOT_START = 2, YOUNG_MS = 2000, BACK_OFF_MAX_MS = 30000, DRAIN_MS = 10000, TICK_MS = 200 };

enum role { ROLE_NONE, ROLE_WORKER, ROLE_SCHEDULER };

/* One place in the table of processes. */
struct child {
    enum role role;        /* what runs here; ROLE_NONE: free */
    pid_t pid;             /* 0: waits for its restart */
    int64_t started_ms;    /* monotonic */
    int64_t restart_ms;    /* monotonic; not before */
    int64_t back_off_ms;   /* grows while it dies young */
    bool retiring;         /* of the generation before: not restarted */
};

static volatile sig_atomic_t stop_asked, renew_asked, child_died, stop_job;
static struct child children[CHILDREN_MAX];

static void note_signal(int number)
{
    if (number == SIGCHLD) {
        child_died = 1;
    } else if (number == SIGHUP) {
        renew_asked = 1;
    } else {
        stop_asked = 1;
    }
}

static void note_stop_of_job(int number)
{
    (void)number;
    stop_job = 1;
}

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int run_scheduler(const struct config *config)
{
    struct sigaction action = {.sa_handler = note_stop_of_job};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    return scheduler_run(config, (volatile int *)&stop_job);
}

static void start_child(const struct config *config, int listen_fd, int metrics_fd, struct child *child)
{
    pid_t master = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        /* Nothing survives a killed master. */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != master) {
            _exit(0);
        }
        signal(SIGCHLD, SIG_DFL);
        if (metrics_fd >= 0) {
            close(metrics_fd);
        }
        exit(child->role == ROLE_WORKER ? worker_run(config, listen_fd) : run_scheduler(config));
    }
    child->started_ms = clock_ms();
    child->pid = pid > 0 ? pid : 0;
    child->restart_ms = pid > 0 ? 0 : child->started_ms + 1000;
    LOG_EVENT(LOG_INFO, "start", LOG_C("role", child->role == ROLE_WORKER ? "worker" : "scheduler"), LOG_INT("pid", pid));
}

static void add_children(enum role role, int64_t count)
{
    for (size_t i = 0; i < CHILDREN_MAX && count > 0; i++) {
        if (children[i].role == ROLE_NONE) {
            children[i] = (struct child){.role = role};
            count--;
        }
    }
}

/* Takes the dead away. Returns true when one of them said that it cannot start. */
static bool reap(void)
{
    bool hopeless = false;
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < CHILDREN_MAX; i++) {
            struct child *child = &children[i];
            if (child->role == ROLE_NONE || child->pid != pid) {
                continue;
            }
            bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
            bool young = clock_ms() - child->started_ms < YOUNG_MS;
            hopeless = hopeless || (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CANNOT_START);
            LOG_EVENT(clean ? LOG_INFO : LOG_WARN, "end", LOG_INT("pid", pid), LOG_INT("status", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
                      LOG_INT("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
            if (child->retiring) {
                *child = (struct child){0};
                continue;
            }
            if (!clean) {
                metrics_restart();
            }
            child->back_off_ms = clean || !young ? 0 : child->back_off_ms == 0 ? 100 : child->back_off_ms * 2;
            child->back_off_ms = child->back_off_ms > BACK_OFF_MAX_MS ? BACK_OFF_MAX_MS : child->back_off_ms;
            child->pid = 0;
            child->restart_ms = clock_ms() + child->back_off_ms;
        }
    }
    return hopeless;
}

static void start_due(const struct config *config, int listen_fd, int metrics_fd)
{
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        struct child *child = &children[i];
        if (child->role != ROLE_NONE && child->pid == 0 && !child->retiring && clock_ms() >= child->restart_ms) {
            start_child(config, listen_fd, metrics_fd, child);
        }
    }
}

static size_t signal_all(int number)
{
    size_t alive = 0;
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        if (children[i].role != ROLE_NONE && children[i].pid > 0) {
            kill(children[i].pid, number);
            alive++;
        }
    }
    return alive;
}

/* The present generation ends after its requests; a new one takes over the same socket. */
static void retire_all(void)
{
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        if (children[i].role == ROLE_NONE) {
            continue;
        }
        children[i].retiring = true;
        if (children[i].pid == 0) {
            children[i] = (struct child){0};
        }
    }
}

static size_t count_alive(void)
{
    size_t alive = 0;
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        alive += children[i].role != ROLE_NONE && children[i].pid > 0;
    }
    return alive;
}

/* Polite, then firm. */
static void drain(void)
{
    int64_t until = clock_ms() + DRAIN_MS;
    retire_all();
    signal_all(SIGTERM);
    while (count_alive() > 0 && clock_ms() < until) {
        poll(NULL, 0, 50);
        reap();
    }
    if (signal_all(SIGKILL) > 0) {
        LOG_EVENT(LOG_WARN, "killed", LOG_C("why", "did not end in time"));
        while (count_alive() > 0) {
            poll(NULL, 0, 20);
            reap();
        }
    }
}

static int open_metrics(const struct config *config)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (config->metrics_socket[0] == '\0' || strlen(config->metrics_socket) >= sizeof address.sun_path) {
        return -1;
    }
    strncpy(address.sun_path, config->metrics_socket, sizeof address.sun_path - 1);
    unlink(config->metrics_socket);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t old = umask(0117);
    if (fd >= 0 && (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0)) {
        close(fd);
        fd = -1;
    }
    umask(old);
    return fd;
}

static void answer_metrics(int fd)
{
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    char ignored[1024];
    char *text = NULL;
    size_t size = 0;
    if (client < 0) {
        return;
    }
    struct timeval limit = {.tv_usec = 100000};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ssize_t got = recv(client, ignored, sizeof ignored, 0);
    FILE *out = open_memstream(&text, &size);
    if (got >= 0 && out != NULL) {
        fprintf(out, "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n\r\n");
        metrics_print(out);
        fclose(out);
        ssize_t sent = send(client, text, size, MSG_NOSIGNAL);
        (void)sent;
        free(text);
    }
    close(client);
}

static void set_signals(void)
{
    struct sigaction action = {.sa_handler = note_signal};
    const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

/* A new master with the present binary and settings takes the listening socket over by number; the old children end
 * after their requests, under their death signal's polite TERM. */
static void renew(int listen_fd, char **argv)
{
    char number[16];
    LOG_EVENT(LOG_INFO, "renew", LOG_INT("pid", getpid()));
    snprintf(number, sizeof number, "%d", listen_fd);
    setenv("DABIAO_LISTEN_FD", number, 1);
    retire_all();
    signal_all(SIGTERM);
    execv("/proc/self/exe", argv);
    LOG_EVENT(LOG_ERROR, "renew_failed", LOG_C("why", strerror(errno)));
}

/* The socket: inherited from the generation before, or opened. */
static int find_socket(const struct config *config)
{
    const char *inherited = getenv("DABIAO_LISTEN_FD");
    if (inherited != NULL) {
        int fd = (int)strtol(inherited, NULL, 10);
        unsetenv("DABIAO_LISTEN_FD");
        return fd;
    }
    return worker_listen(config);
}

int supervise_run(const struct config *config, char **argv)
{
    metrics_init();
    int listen_fd = find_socket(config);
    int metrics_fd = open_metrics(config);
    bool hopeless = false;
    if (listen_fd < 0) {
        return EXIT_CANNOT_START;
    }
    set_signals();
    add_children(ROLE_WORKER, config->workers);
    add_children(ROLE_SCHEDULER, config->schedulers);
    LOG_EVENT(LOG_INFO, "master", LOG_INT("pid", getpid()), LOG_INT("workers", config->workers));
    while (!stop_asked && !hopeless) {
        struct pollfd poll_fd = {.fd = metrics_fd, .events = POLLIN};
        start_due(config, listen_fd, metrics_fd);
        if (poll(&poll_fd, 1, TICK_MS) > 0) {
            answer_metrics(metrics_fd);
        }
        if (child_died) {
            child_died = 0;
        }
        hopeless = reap();
        if (renew_asked) {
            renew_asked = 0;
            renew(listen_fd, argv);
        }
    }
    drain();
    unlink(config->fcgi_socket);
    if (config->metrics_socket[0] != '\0') {
        unlink(config->metrics_socket);
    }
    LOG_EVENT(LOG_INFO, "stopped", LOG_INT("pid", getpid()));
    return hopeless ? EXIT_CANNOT_START : 0;
}
