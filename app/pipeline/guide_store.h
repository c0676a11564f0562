/* SQL of guides: what each stage says to do, and what of it is done for an opportunity. */
#ifndef DABIAO_GUIDE_STORE_H
#define DABIAO_GUIDE_STORE_H

#include "platform/db.h"

/* One item of a stage's guide. */
struct guide_item {
    int64_t id;          /* guide_item.id; 0: new */
    int64_t stage_id;    /* of which stage */
    struct str kind;     /* ask deliver confirm; script template objection */
    struct str title;    /* shown */
    struct opt_str body; /* long text */
    bool is_mandatory;   /* the stage is not left forward without it */
    bool needs_file;     /* done with a file only */
    int64_t sort_order;  /* position */
};
/* One task that a stage makes. */
struct guide_plan {
    int64_t id;         /* guide_plan.id; 0: new */
    int64_t stage_id;   /* of which stage */
    struct str name;    /* of the task */
    struct str kind;    /* of the task */
    int64_t days_after; /* working days */
    int64_t sort_order; /* position */
};

/* Live ones of live stages: of a pipeline, of all when it is 0; by stage, in order. */
enum err guide_store_items(struct db *db, struct arena *arena, int64_t pipeline_id, struct guide_item **rows_out,
                           size_t *count_out) MUST_CHECK;
enum err guide_store_plans(struct db *db, struct arena *arena, int64_t pipeline_id, struct guide_plan **rows_out,
                           size_t *count_out) MUST_CHECK;
/* Inserts (id 0), or writes over one of that stage. Errors: ERR_NOT_FOUND. */
enum err guide_store_save_item(struct db *db, struct arena *arena, const struct guide_item *item,
                               int64_t *id_out) MUST_CHECK;
enum err guide_store_save_plan(struct db *db, struct arena *arena, const struct guide_plan *plan,
                               int64_t *id_out) MUST_CHECK;
/* Removes all of a stage but these. */
enum err guide_store_drop_items(struct db *db, struct arena *arena, int64_t stage_id, const int64_t *kept, size_t count,
                                struct instant now) MUST_CHECK;
enum err guide_store_drop_plans(struct db *db, struct arena *arena, int64_t stage_id, const int64_t *kept, size_t count,
                                struct instant now) MUST_CHECK;

/* A mandatory item that is not done, or lacks its file. */
struct guide_gap {
    int64_t item_id;  /* which */
    int64_t stage_id; /* of which stage */
    struct str title; /* shown */
    bool is_done;     /* then it lacks the file */
};
enum err guide_store_gaps(struct db *db, struct arena *arena, int64_t pipeline_id, int64_t opportunity_id,
                          struct guide_gap **rows_out, size_t *count_out) MUST_CHECK;

/* What is noted for an item. */
struct guide_mark {
    int64_t item_id;             /* which */
    struct opt_instant done_at;  /* not set: open */
    struct opt_str done_by_name; /* who */
    struct opt_str note;         /* remark */
};
enum err guide_store_marks(struct db *db, struct arena *arena, int64_t opportunity_id, struct guide_mark **rows_out,
                           size_t *count_out) MUST_CHECK;
enum err guide_store_mark(struct db *db, struct arena *arena, int64_t opportunity_id, int64_t item_id,
                          struct opt_instant done_at, struct value user, struct opt_str note) MUST_CHECK;
/* The note of an item that is done stays beside who did it, and when. */
enum err guide_store_note(struct db *db, struct arena *arena, int64_t opportunity_id, int64_t item_id,
                          struct opt_str note) MUST_CHECK;

/* A file that shows something. */
struct guide_file {
    int64_t item_id; /* what it shows */
    int64_t id;      /* attachment.id */
    struct str name; /* as uploaded */
};
enum err guide_store_files(struct db *db, struct arena *arena, int64_t opportunity_id, struct guide_file **rows_out,
                           size_t *count_out) MUST_CHECK;

/* How an opportunity went through one stage. */
struct guide_stay {
    int64_t stage_id;              /* which */
    struct opt_instant entered_at; /* last time */
    int64_t seconds;               /* in all, without the present stay */
};
enum err guide_store_stays(struct db *db, struct arena *arena, int64_t opportunity_id, struct guide_stay **rows_out,
                           size_t *count_out) MUST_CHECK;
/* Lines whose task is not to be made again: it is open, or was made since `since` and not cancelled. */
enum err guide_store_planned(struct db *db, struct arena *arena, int64_t opportunity_id, struct instant since,
                             int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Notes from which line a task was made. */
enum err guide_store_made(struct db *db, struct arena *arena, int64_t task_id, int64_t plan_id) MUST_CHECK;

#endif
