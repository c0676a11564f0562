/* For tests that need a MariaDB: the server of DABIAO_DB_SOCKET when there is one, else a private one for this program,
 * which goes when the program ends. */
#ifndef DABIAO_TESTS_DATABASE_H
#define DABIAO_TESTS_DATABASE_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* First call of main. Returns when there is a server; else runs this program again below tests/with-mariadb.sh, which
 * is found from build/MODE/tests/PROGRAM. */
static inline void database_need(char **argv)
{
    char self[PATH_MAX];
    char script[PATH_MAX + 40];
    if (getenv("DABIAO_DB_SOCKET") != NULL) {
        return;
    }
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len < 0) {
        perror("the program's own path");
        exit(70);
    }
    self[len] = '\0';
    snprintf(script, sizeof script, "%s", self);
    for (int i = 0; i < 4; i++) {
        char *slash = strrchr(script, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
    }
    strcat(script, "/tests/with-mariadb.sh");
    size_t count = 0;
    while (argv[count] != NULL) {
        count++;
    }
    char **again = calloc(count + 3, sizeof *again);
    char folder[] = "-";
    again[0] = script;
    again[1] = folder;
    again[2] = self;
    memcpy(again + 3, argv + 1, (count - 1) * sizeof *again);
    execv(script, again);
    perror(script);
    exit(70);
}

#endif
