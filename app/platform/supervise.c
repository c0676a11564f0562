/* The master process. Signals set flags; one loop acts on them in a fixed order. Processes are started by fork and
 * exec, so a new generation runs the present binary with the present settings, and a broken one harms nobody: the old
 * generation serves until every process of the new one has said that it is ready.
 *
 * Invariants: `serving` is the generation whose dead are replaced, `coming` the one that has yet to become ready
 * (number 0: none); a process of any other generation is draining. */
#include "platform/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/log.h"
#include "platform/metrics.h"
#include "platform/unix_socket.h"

enum {
    CHILD_MAX = 256,       /* places: two generations of 64 + 4 and what still drains */
    BACKLOG = 1024,        /* connections that may wait for a worker */
    DRAIN_MS = 10000,      /* from polite to firm */
    YOUNG_MS = 10000,      /* who dies before is started again with growing delay */
    DELAY_FIRST_MS = 100,  /* first delay */
    DELAY_READY_MS = 1000, /* longest for those that had become ready: requests wait for them */
    DELAY_MAX_MS = 10000,  /* longest for those that had not */
    READY_MS = 60000,      /* a coming generation has that long */
    EXIT_EXEC_FAILED = 1,  /* the binary could not be run just now */
};

enum role { ROLE_WORKER, ROLE_SCHEDULER, ROLE_COUNT };
static const char *const ROLE_NAMES[] = {"worker", "scheduler"};
static const char *const ROLE_WORDS[] = {"run-worker", "run-scheduler"};

/* Processes that belong together: same binary, same settings. */
struct generation {
    int number;                      /* grows; 0: none */
    int64_t wanted[ROLE_COUNT];      /* processes */
    int64_t delay_ms[ROLE_COUNT];    /* grows while processes die young */
    int64_t start_at_ms[ROLE_COUNT]; /* no start before; monotonic */
    int64_t begun_ms;                /* monotonic */
};

struct child {
    pid_t pid;          /* 0: free place */
    enum role role;     /* what it runs */
    int generation;     /* struct generation number */
    bool is_ready;      /* it said so */
    bool is_draining;   /* it was asked to stop */
    int64_t started_ms; /* monotonic */
    int64_t kill_at_ms; /* while draining: when asking ends */
};

struct master {
    const char *program;            /* path of the binary */
    const char *socket_path;        /* of the FastCGI socket; settled for the life of the master */
    int listen_fd;                  /* FastCGI socket; -1 once stopping */
    int ready_fds[2];               /* pipe: processes write their pid */
    struct metrics_server *metrics; /* answers /metrics */
    sigset_t open_mask;             /* signals let through while waiting */
    struct generation serving;      /* see above */
    struct generation coming;       /* see above */
    int last_generation;            /* highest number given */
    bool is_stopping;               /* drain everything, then end */
    int exit_code;                  /* of the program */
    struct child children[CHILD_MAX];
};

static volatile sig_atomic_t stop_asked;
static volatile sig_atomic_t renew_asked;

static void note_signal(int number)
{
    if (number == SIGHUP) {
        renew_asked = 1;
    } else if (number != SIGCHLD) {
        stop_asked = 1;
    }
}

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- starting ---- */

/* In the new process, up to exec. The stop signals stay blocked: the program opens them when it is prepared. */
static void become_child(const struct master *master, enum role role, pid_t parent)
{
    char numbers[3][16];
    int fds[3] = {master->listen_fd, metrics_fd(), master->ready_fds[1]};
    /* Nothing survives a killed master. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXIT_EXEC_FAILED);
    }
    /* Only the master gives orders: what a terminal sends to the whole group is not for its processes. */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    for (int i = 0; i < 3; i++) {
        fcntl(fds[i], F_SETFD, 0);
        snprintf(numbers[i], sizeof numbers[i], "%d", fds[i]);
    }
    execl(master->program, master->program, ROLE_WORDS[role], numbers[0], numbers[1], numbers[2], (char *)NULL);
    _exit(EXIT_EXEC_FAILED);
}

static struct child *free_place(struct master *master)
{
    for (size_t i = 0; i < CHILD_MAX; i++) {
        if (master->children[i].pid == 0) {
            return &master->children[i];
        }
    }
    return NULL;
}

/* False when no process could be made; the next round tries again. */
static bool start_child(struct master *master, struct generation *generation, enum role role)
{
    struct child *place = free_place(master);
    pid_t parent = getpid();
    pid_t pid = place == NULL ? -1 : fork();
    if (pid == 0) {
        become_child(master, role, parent);
    }
    if (pid < 0) {
        LOG_EVENT(LOG_ERROR, "start_failed", LOG_C("role", ROLE_NAMES[role]), LOG_C("why", strerror(errno)));
        generation->start_at_ms[role] = clock_ms() + DELAY_MAX_MS;
        return false;
    }
    *place = (struct child){
        .pid = pid, .role = role, .generation = generation->number, .started_ms = clock_ms(), .kill_at_ms = INT64_MAX};
    LOG_EVENT(LOG_INFO, "start", LOG_C("role", ROLE_NAMES[role]), LOG_INT("pid", pid),
              LOG_INT("generation", generation->number));
    return true;
}

static int64_t count_children(const struct master *master, int generation, enum role role)
{
    int64_t count = 0;
    for (size_t i = 0; i < CHILD_MAX; i++) {
        const struct child *child = &master->children[i];
        count += child->pid != 0 && child->generation == generation && child->role == role && !child->is_draining;
    }
    return count;
}

static void start_missing(struct master *master, struct generation *generation)
{
    for (int role = 0; role < ROLE_COUNT && generation->number != 0; role++) {
        int64_t missing = generation->wanted[role] - count_children(master, generation->number, role);
        while (missing > 0 && clock_ms() >= generation->start_at_ms[role] && start_child(master, generation, role)) {
            missing--;
        }
    }
}

static void begin_generation(struct master *master, const struct config *config)
{
    master->coming = (struct generation){.number = ++master->last_generation, .begun_ms = clock_ms()};
    master->coming.wanted[ROLE_WORKER] = config->workers;
    master->coming.wanted[ROLE_SCHEDULER] = config->schedulers;
}

/* ---- stopping ---- */

/* Asks every process of a generation (0: of all) to stop. */
static void drain(struct master *master, int generation)
{
    for (size_t i = 0; i < CHILD_MAX; i++) {
        struct child *child = &master->children[i];
        if (child->pid == 0 || child->is_draining || (generation != 0 && child->generation != generation)) {
            continue;
        }
        child->is_draining = true;
        child->kill_at_ms = clock_ms() + DRAIN_MS;
        kill(child->pid, SIGTERM);
    }
}

static void kill_overdue(struct master *master)
{
    for (size_t i = 0; i < CHILD_MAX; i++) {
        struct child *child = &master->children[i];
        if (child->pid != 0 && clock_ms() >= child->kill_at_ms) {
            LOG_EVENT(LOG_WARN, "kill", LOG_C("role", ROLE_NAMES[child->role]), LOG_INT("pid", child->pid));
            child->kill_at_ms = INT64_MAX;
            kill(child->pid, SIGKILL);
        }
    }
}

static void stop(struct master *master, int exit_code)
{
    if (master->is_stopping) {
        return;
    }
    LOG_EVENT(LOG_INFO, "stop", LOG_INT("pid", getpid()), LOG_INT("code", exit_code));
    master->is_stopping = true;
    master->exit_code = exit_code;
    /* New connections fail at once instead of waiting for workers that are about to end. */
    unix_socket_close(master->listen_fd, master->socket_path);
    master->listen_fd = -1;
    drain(master, 0);
}

static void give_up_coming(struct master *master, const char *why)
{
    LOG_EVENT(LOG_ERROR, "renew_failed", LOG_INT("generation", master->coming.number), LOG_C("why", why));
    drain(master, master->coming.number);
    master->coming = (struct generation){0};
}

/* ---- what the loop sees ---- */

static int64_t next_delay(int64_t delay_ms, int64_t max_ms)
{
    int64_t next = delay_ms == 0 ? DELAY_FIRST_MS : delay_ms * 2;
    return next < max_ms ? next : max_ms;
}

/* Decides what follows from the end of a process that was not asked to stop. */
static void replace(struct master *master, const struct child *child, int code)
{
    bool is_coming = child->generation == master->coming.number;
    struct generation *generation = is_coming ? &master->coming : &master->serving;
    bool first = master->serving.number == 0;
    if (is_coming && !first && !child->is_ready) {
        give_up_coming(master, "a process of it ended before it was ready");
        return;
    }
    if (code == EXIT_CANNOT_START) {
        /* Starting it again would fail again. Without workers there is nothing left to do. */
        LOG_EVENT(LOG_ERROR, "cannot_start", LOG_C("role", ROLE_NAMES[child->role]), LOG_INT("pid", child->pid));
        generation->wanted[child->role]--;
        if (first || generation->wanted[ROLE_WORKER] == 0) {
            stop(master, EXIT_CANNOT_START);
        }
        return;
    }
    int64_t *delay = &generation->delay_ms[child->role];
    bool is_well = clock_ms() - child->started_ms >= YOUNG_MS || (code == 0 && child->is_ready);
    *delay = is_well ? 0 : next_delay(*delay, child->is_ready ? DELAY_READY_MS : DELAY_MAX_MS);
    generation->start_at_ms[child->role] = clock_ms() + *delay;
}

static void reap(struct master *master)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < CHILD_MAX; i++) {
            struct child child = master->children[i];
            if (child.pid != pid) {
                continue;
            }
            int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            bool is_expected = code == 0 || child.is_draining;
            LOG_EVENT(is_expected ? LOG_INFO : LOG_WARN, "end", LOG_C("role", ROLE_NAMES[child.role]),
                      LOG_INT("pid", pid), LOG_INT("code", code),
                      LOG_INT("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
                      LOG_INT("ms", clock_ms() - child.started_ms));
            master->children[i] = (struct child){0};
            metrics_process_end(is_expected);
            if (!child.is_draining) {
                replace(master, &child, code);
            }
        }
    }
}

static void note_ready(struct master *master)
{
    pid_t pids[64];
    ssize_t got = read(master->ready_fds[0], pids, sizeof pids);
    for (ssize_t p = 0; p < got / (ssize_t)sizeof pids[0]; p++) {
        for (size_t i = 0; i < CHILD_MAX; i++) {
            if (master->children[i].pid == pids[p]) {
                master->children[i].is_ready = true;
            }
        }
    }
}

static bool all_ready(const struct master *master, const struct generation *generation)
{
    int64_t ready = 0;
    for (size_t i = 0; i < CHILD_MAX; i++) {
        ready += master->children[i].pid != 0 && master->children[i].generation == generation->number &&
                 master->children[i].is_ready;
    }
    return ready == generation->wanted[ROLE_WORKER] + generation->wanted[ROLE_SCHEDULER];
}

/* The coming generation takes over as soon as all of it is ready; the one before ends after its requests. */
static void promote_coming(struct master *master)
{
    if (master->coming.number == 0) {
        return;
    }
    if (!all_ready(master, &master->coming)) {
        if (master->serving.number != 0 && clock_ms() - master->coming.begun_ms > READY_MS) {
            give_up_coming(master, "it was not ready in time");
        }
        return;
    }
    int before = master->serving.number;
    master->serving = master->coming;
    master->coming = (struct generation){0};
    LOG_EVENT(LOG_INFO, "serving", LOG_INT("generation", master->serving.number));
    if (before != 0) {
        drain(master, before);
    }
}

/* SIGHUP: new settings, new processes. Faults in the settings leave everything as it is. */
static void renew(struct master *master)
{
    if (master->coming.number != 0) {
        return; /* asked for again after the present renewal */
    }
    renew_asked = 0;
    LOG_EVENT(LOG_INFO, "renew", LOG_INT("pid", getpid()));
    const struct config *config = config_load();
    if (config == NULL) {
        LOG_EVENT(LOG_ERROR, "renew_failed", LOG_C("why", "the settings have faults"));
        return;
    }
    begin_generation(master, config);
}

/* Milliseconds until something must be done without being woken. */
static int wait_ms(const struct master *master)
{
    int64_t until = clock_ms() + 5000;
    const struct generation *generations[] = {&master->serving, &master->coming};
    for (int g = 0; g < 2 && !master->is_stopping; g++) {
        for (int role = 0; role < ROLE_COUNT && generations[g]->number != 0; role++) {
            bool missing = count_children(master, generations[g]->number, role) < generations[g]->wanted[role];
            until = missing && generations[g]->start_at_ms[role] < until ? generations[g]->start_at_ms[role] : until;
        }
    }
    for (size_t i = 0; i < CHILD_MAX; i++) {
        until = master->children[i].pid != 0 && master->children[i].kill_at_ms < until ? master->children[i].kill_at_ms
                                                                                       : until;
    }
    int64_t ms = until - clock_ms();
    return ms < 0 ? 0 : (int)ms;
}

static void wait_for_news(struct master *master)
{
    struct pollfd fds[1 + METRICS_POLL_MAX] = {{.fd = master->ready_fds[0], .events = POLLIN}};
    size_t count = 1 + metrics_server_fds(master->metrics, fds + 1);
    int ms = wait_ms(master);
    struct timespec limit = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    if (ppoll(fds, count, &limit, &master->open_mask) <= 0) {
        return;
    }
    if ((fds[0].revents & POLLIN) != 0) {
        note_ready(master);
    }
    metrics_server_answer(master->metrics, fds + 1, count - 1);
}

static bool has_children(const struct master *master)
{
    for (size_t i = 0; i < CHILD_MAX; i++) {
        if (master->children[i].pid != 0) {
            return true;
        }
    }
    return false;
}

static void run_loop(struct master *master)
{
    while (!master->is_stopping || has_children(master)) {
        if (!master->is_stopping) {
            start_missing(master, &master->serving);
            start_missing(master, &master->coming);
        }
        wait_for_news(master);
        reap(master);
        kill_overdue(master);
        if (stop_asked) {
            stop(master, 0);
        }
        if (!master->is_stopping) {
            promote_coming(master);
        }
        if (renew_asked && !master->is_stopping) {
            renew(master);
        }
    }
}

/* ---- the whole ---- */

static void set_signals(sigset_t *open_mask)
{
    struct sigaction action = {.sa_handler = note_signal};
    const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaddset(&blocked, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &blocked, open_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigdelset(open_mask, numbers[i]);
    }
}

int supervise_run(const struct config *config, const char *program)
{
    static struct master master;
    master =
        (struct master){.program = program, .socket_path = config->fcgi_socket, .ready_fds = {-1, -1}, .listen_fd = -1};
    if (!metrics_create() || pipe2(master.ready_fds, O_CLOEXEC | O_NONBLOCK) != 0) {
        LOG_EVENT(LOG_ERROR, "start_failed", LOG_C("why", strerror(errno)));
        return EXIT_CANNOT_START;
    }
    master.listen_fd = unix_socket_listen(config->fcgi_socket, BACKLOG);
    if (master.listen_fd < 0) {
        return EXIT_CANNOT_START;
    }
    master.metrics = metrics_server_open(config->metrics_socket);
    set_signals(&master.open_mask);
    LOG_EVENT(LOG_INFO, "master", LOG_INT("pid", getpid()), LOG_INT("workers", config->workers),
              LOG_INT("schedulers", config->schedulers), LOG_C("socket", config->fcgi_socket));
    begin_generation(&master, config);
    run_loop(&master);
    metrics_server_close(master.metrics);
    close(master.ready_fds[0]);
    close(master.ready_fds[1]);
    LOG_EVENT(LOG_INFO, "stopped", LOG_INT("pid", getpid()), LOG_INT("code", master.exit_code));
    return master.exit_code;
}

static bool parse_fd(const char *text, int *out)
{
    int64_t number;
    if (!str_to_i64(str_from(text), &number) || number < 3 || number > INT_MAX) {
        return false;
    }
    *out = (int)number;
    return fcntl(*out, F_SETFD, FD_CLOEXEC) == 0;
}

bool child_handles_parse(int argc, char **argv, struct child_handles *out)
{
    return argc == 4 && parse_fd(argv[1], &out->listen_fd) && parse_fd(argv[2], &out->metrics_fd) &&
           parse_fd(argv[3], &out->ready_fd);
}

void child_ready(const struct child_handles *handles)
{
    pid_t pid = getpid();
    ssize_t written = write(handles->ready_fd, &pid, sizeof pid);
    (void)written; /* a full pipe cannot be: a few bytes for each process; a master that is gone has killed us */
    close(handles->ready_fd);
}
