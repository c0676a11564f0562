/* The master with small processes of this very test as workers: started, replaced, renewed, drained, never orphaned. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/supervise.h"
#include "platform/unix_socket.h"

enum { PIDS_MAX = 256, WORKERS = 2, PROCESSES = 3 };

/* ---- the process that plays worker and scheduler ---- */

static const char *file_path(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", getenv("TEST_FOLDER"), name);
    return path;
}

static void note_start(void)
{
    char line[32];
    int fd = open(file_path("started"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    int len = snprintf(line, sizeof line, "%d\n", (int)getpid());
    ssize_t written = write(fd, line, (size_t)len);
    (void)written;
    close(fd);
}

/* What the file `mode` says: serve, refuse (cannot start), crash (dies young), stubborn (does not listen to TERM). */
static int play(int argc, char **argv)
{
    struct child_handles handles;
    char mode[16] = "serve";
    FILE *file = fopen(file_path("mode"), "re");
    if (file != NULL) {
        char *read = fgets(mode, sizeof mode, file);
        (void)read;
        fclose(file);
    }
    note_start();
    if (strcmp(mode, "refuse") == 0 || !child_handles_parse(argc, argv, &handles)) {
        return EXIT_CANNOT_START;
    }
    if (strcmp(mode, "crash") == 0) {
        return 7;
    }
    child_ready(&handles);
    sigset_t stop;
    int number;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    do {
        sigwait(&stop, &number);
    } while (strcmp(mode, "stubborn") == 0);
    return 0;
}

/* ---- the master under test ---- */

static char folder[] = "/tmp/dabiao-supervise.XXXXXX";
static char program[512];
static pid_t master;

static void set_mode(const char *mode)
{
    FILE *file = fopen(file_path("mode"), "we");
    assert_non_null(file);
    fputs(mode, file);
    fclose(file);
}

static void start_master(void)
{
    master = fork();
    assert_true(master >= 0);
    if (master == 0) {
        int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null_fd, STDERR_FILENO);
        const struct config *config = config_load();
        _exit(config == NULL ? 99 : supervise_run(config, program));
    }
}

static void pause_ms(long ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Pids of all processes started so far. */
static size_t started(pid_t *pids)
{
    size_t count = 0;
    int pid;
    FILE *file = fopen(file_path("started"), "re");
    while (file != NULL && count < PIDS_MAX && fscanf(file, "%d", &pid) == 1) {
        pids[count++] = pid;
    }
    if (file != NULL) {
        fclose(file);
    }
    return count;
}

static size_t count_alive(size_t from)
{
    pid_t pids[PIDS_MAX];
    size_t count = started(pids);
    size_t alive = 0;
    for (size_t i = from; i < count; i++) {
        alive += kill(pids[i], 0) == 0;
    }
    return alive;
}

/* Waits until at least `total` processes were started and `alive` of them live. */
static void wait_for(size_t total, size_t alive)
{
    pid_t pids[PIDS_MAX];
    for (int i = 0; i < 250 && (started(pids) < total || count_alive(0) != alive); i++) {
        pause_ms(20);
    }
    assert_true(started(pids) >= total);
    assert_int_equal(count_alive(0), alive);
}

static int wait_master(void)
{
    int status = 0;
    assert_int_equal(waitpid(master, &status, 0), master);
    master = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int stop_master(void)
{
    kill(master, SIGTERM);
    return wait_master();
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("TEST_FOLDER", folder, 1);
    setenv("DABIAO_FCGI_SOCKET", file_path("api.sock"), 1);
    setenv("DABIAO_METRICS_SOCKET", file_path("metrics.sock"), 1);
    setenv("DABIAO_WORKERS", "2", 1);
    setenv("DABIAO_SCHEDULERS", "1", 1);
    unsetenv("DABIAO_CONFIG_FILE");
    set_mode("serve");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (master > 0) {
        kill(master, SIGKILL);
        wait_master();
    }
    unlink(file_path("mode"));
    unlink(file_path("started"));
    unlink(file_path("api.sock"));
    unlink(file_path("metrics.sock"));
    return rmdir(folder);
}

/* ---- tests ---- */

static void starts_all_and_drains(void **state)
{
    (void)state;
    struct stat info;
    start_master();
    wait_for(PROCESSES, PROCESSES);
    assert_int_equal(stat(file_path("api.sock"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0660);
    assert_int_equal(stop_master(), 0);
    assert_int_equal(count_alive(0), 0);
    assert_int_equal(stat(file_path("api.sock"), &info), -1);
    assert_int_equal(stat(file_path("metrics.sock"), &info), -1);
}

static void replaces_the_dead(void **state)
{
    (void)state;
    pid_t pids[PIDS_MAX];
    start_master();
    wait_for(PROCESSES, PROCESSES);
    started(pids);
    kill(pids[0], SIGKILL);
    wait_for(PROCESSES + 1, PROCESSES);
    assert_int_equal(stop_master(), 0);
}

static void leaves_nothing_when_killed(void **state)
{
    (void)state;
    start_master();
    wait_for(PROCESSES, PROCESSES);
    kill(master, SIGKILL);
    assert_int_equal(wait_master(), -SIGKILL);
    wait_for(PROCESSES, 0);
}

static void ends_when_nothing_can_start(void **state)
{
    (void)state;
    set_mode("refuse");
    start_master();
    assert_int_equal(wait_master(), EXIT_CANNOT_START);
}

static void slows_down_when_they_die_young(void **state)
{
    (void)state;
    pid_t pids[PIDS_MAX];
    set_mode("crash");
    start_master();
    pause_ms(1500);
    size_t count = started(pids);
    assert_in_range(count, PROCESSES, 8 * PROCESSES);
    set_mode("serve");
    for (int i = 0; i < 250 && count_alive(0) != PROCESSES; i++) {
        pause_ms(20);
    }
    assert_int_equal(count_alive(0), PROCESSES);
    assert_int_equal(stop_master(), 0);
}

static void renews_all(void **state)
{
    (void)state;
    start_master();
    wait_for(PROCESSES, PROCESSES);
    pause_ms(100);
    kill(master, SIGHUP);
    wait_for(2 * PROCESSES, PROCESSES);
    assert_int_equal(count_alive(PROCESSES), PROCESSES);
    assert_int_equal(stop_master(), 0);
}

static void keeps_the_old_when_the_new_is_broken(void **state)
{
    (void)state;
    const char *const modes[] = {"refuse", "crash"};
    pid_t pids[PIDS_MAX];
    start_master();
    wait_for(PROCESSES, PROCESSES);
    pause_ms(100);
    for (size_t i = 0; i < 2; i++) {
        size_t before = started(pids);
        set_mode(modes[i]);
        kill(master, SIGHUP);
        wait_for(before + 1, PROCESSES);
        pause_ms(300);
        for (size_t p = 0; p < PROCESSES; p++) {
            assert_int_equal(kill(pids[p], 0), 0);
        }
    }
    set_mode("serve");
    size_t before = started(pids);
    kill(master, SIGHUP);
    wait_for(before + PROCESSES, PROCESSES);
    assert_int_equal(count_alive(before), PROCESSES);
    assert_int_equal(stop_master(), 0);
}

static void kills_what_does_not_listen(void **state)
{
    (void)state;
    set_mode("stubborn");
    start_master();
    wait_for(PROCESSES, PROCESSES);
    assert_int_equal(stop_master(), 0);
    assert_int_equal(count_alive(0), 0);
}

static void takes_over_only_a_dead_socket(void **state)
{
    (void)state;
    int fd = unix_socket_listen(file_path("api.sock"), 4);
    assert_true(fd >= 0);
    start_master();
    assert_int_equal(wait_master(), EXIT_CANNOT_START);
    close(fd); /* the file stays, as after a crash */
    start_master();
    wait_for(PROCESSES, PROCESSES);
    assert_int_equal(stop_master(), 0);
}

static void answers_metrics_and_nothing_else(void **state)
{
    (void)state;
    const char *const requests[] = {"GET /metrics HTTP/1.0\r\n\r\n", "GET /secrets HTTP/1.0\r\n\r\n"};
    const char *const answers[] = {"HTTP/1.0 200", "HTTP/1.0 404"};
    char text[65536];
    start_master();
    wait_for(PROCESSES, PROCESSES);
    for (size_t i = 0; i < 2; i++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int len_path = snprintf(address.sun_path, sizeof address.sun_path, "%s", file_path("metrics.sock"));
        assert_in_range(len_path, 1, sizeof address.sun_path - 1);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
        assert_int_equal(write(fd, requests[i], strlen(requests[i])), strlen(requests[i]));
        size_t len = 0;
        ssize_t got;
        while (len < sizeof text - 1 && (got = read(fd, text + len, sizeof text - 1 - len)) > 0) {
            len += (size_t)got;
        }
        text[len] = '\0';
        close(fd);
        assert_memory_equal(text, answers[i], strlen(answers[i]));
        assert_int_equal(strstr(text, "dabiao_process_ends_total{expected=\"no\"} 0") != NULL, i == 0);
    }
    assert_int_equal(stop_master(), 0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "run-worker") == 0 || strcmp(argv[1], "run-scheduler") == 0)) {
        return play(argc - 1, argv + 1);
    }
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len <= 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(starts_all_and_drains, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replaces_the_dead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_nothing_when_killed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ends_when_nothing_can_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(slows_down_when_they_die_young, set_up, tear_down),
        cmocka_unit_test_setup_teardown(renews_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_the_old_when_the_new_is_broken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(kills_what_does_not_listen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_over_only_a_dead_socket, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_metrics_and_nothing_else, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
