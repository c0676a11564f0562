/* Files of imports that nothing refers to any more. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import_rules.h"
#include "platform/log.h"

/* Younger files may belong to a request that has not committed yet. */
enum { YOUNG_S = 24 * 3600 };

/* What is known of the imports' files. */
struct clean {
    struct job *job;         /* the run */
    const char *folder;      /* data_dir/imports */
    const struct str *paths; /* of batches, below data_dir, in binary order */
    size_t path_count;       /* in `paths` */
    int64_t removed;         /* files */
};

static int compare_paths(const void *left, const void *right)
{
    const struct str *a = left;
    const struct str *b = right;
    int order = memcmp(a->ptr, b->ptr, a->len < b->len ? a->len : b->len);
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static bool is_needed(const struct clean *clean, const char *name)
{
    struct str path = str_format(clean->job->arena, "imports/%s", name);
    return bsearch(&path, clean->paths, clean->path_count, sizeof path, compare_paths) != NULL;
}

static void look_at(struct clean *clean, const char *name)
{
    struct stat file;
    const char *path = str_format(clean->job->arena, "%s/%s", clean->folder, name).ptr;
    if (lstat(path, &file) != 0 || !S_ISREG(file.st_mode) || file.st_mtime > clean->job->now.ms / 1000 - YOUNG_S ||
        is_needed(clean, name)) {
        return;
    }
    if (unlink(path) != 0) {
        LOG_EVENT(LOG_WARN, "import_file_not_removed", LOG_C("name", name), LOG_C("why", strerror(errno)));
        return;
    }
    clean->removed++;
}

enum err import_clean_job(struct job *job, json_t **result_out)
{
    struct clean clean = {.job = job, .folder = str_format(job->arena, "%s/imports", job->config->data_dir).ptr};
    struct str *paths;
    TRY(import_store_paths(job->db, job->arena, &paths, &clean.path_count));
    clean.paths = paths;
    DIR *folder = opendir(clean.folder);
    if (folder == NULL && errno != ENOENT) {
        return error_set(job->error, ERR_UNAVAILABLE, "The folder of imports cannot be read.");
    }
    for (const struct dirent *entry = folder == NULL ? NULL : readdir(folder); entry != NULL; entry = readdir(folder)) {
        look_at(&clean, entry->d_name);
    }
    if (folder != NULL) {
        closedir(folder);
    }
    *result_out = json_pack("{s:I}", "removed", (json_int_t)clean.removed);
    return OK;
}
