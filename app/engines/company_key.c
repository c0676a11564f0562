/* Names without what does not tell them apart. A name is cut into words of Latin letters or digits and runs of
 * everything else; legal forms are words or ends of runs, and go from the end backwards. */
#include "engines/company_key.h"

#include "han.h"
#include "platform/arena.h"

/* One piece of a name, folded. */
struct piece {
    struct str text; /* without blanks and punctuation */
    bool latin;      /* letters a–z and digits only */
};

/* A name in pieces. */
struct pieces {
    struct piece *items; /* in order */
    size_t count;        /* in `items` */
};

static bool is_latin(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Cuts at blanks, punctuation and where scripts change. A full stop between single letters joins them: L.L.C. is one
 * word, Co.Ltd are two. */
static struct pieces cut(struct arena *arena, struct str text)
{
    struct pieces pieces = {ARENA_ARRAY(arena, struct piece, text.len + 1), 0};
    struct buf folded;
    size_t letters = 0; /* since the last separator, of any kind */
    bool open = false;  /* the last piece goes on */
    buf_init(&folded, arena);
    for (size_t offset = 0; offset < text.len;) {
        uint32_t c = char_fold(str_next_char(text, &offset));
        if (!char_is_word(c)) {
            open = open && c == '.' && letters == 1;
            letters = 0;
            continue;
        }
        bool latin = is_latin(c);
        size_t before = folded.len;
        struct piece *last = pieces.count == 0 ? NULL : &pieces.items[pieces.count - 1];
        /* Blanks between Han characters separate nothing. */
        bool goes_on = last != NULL && last->latin == latin && (open || !latin);
        if (!goes_on) {
            pieces.items[pieces.count++] = (struct piece){{0}, latin};
        }
        buf_add_utf8(&folded, c);
        pieces.items[pieces.count - 1].text.len += folded.len - before;
        letters++;
        open = true;
    }
    /* The buffer has stopped moving: pieces follow each other in it. */
    const char *at = folded.ptr;
    for (size_t i = 0; i < pieces.count; i++) {
        pieces.items[i].text.ptr = at;
        at += pieces.items[i].text.len;
    }
    return pieces;
}

static struct str join(struct arena *arena, const struct pieces *pieces)
{
    struct buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < pieces->count; i++) {
        buf_add(&out, pieces->items[i].text);
    }
    return buf_str(&out);
}

struct str text_key(struct arena *arena, struct str text)
{
    struct pieces pieces = cut(arena, text);
    return join(arena, &pieces);
}

static const char *const LATIN_FORMS[] = {
    "co",   "company", "ltd", "limited", "inc",  "incorporated", "corp", "corporation", "llc", "llp",   "plc",
    "gmbh", "ag",      "kg",  "kgaa",    "sarl", "srl",          "bv",   "nv",          "pty", "pte",   "sdn",
    "bhd",  "kk",      "oy",  "aps",     "sro",  "jsc",          "pjsc", "ooo",         "lp",  "group", "coltd",
};

/* Longest first: 公司 is the end of all others. */
static const char *const HAN_FORMS[] = {
    "股份有限责任公司", "集团有限公司", "有限责任公司", "股份有限公司", "有限公司", "股份公司", "集团公司", "总公司",
    "有限合伙企业",     "有限合伙",     "普通合伙",     "合伙企业",     "公司",     "股份",     "集团",
};
static const char BRANCH[] = "分公司";

static bool is_latin_form(struct str word)
{
    for (size_t i = 0; i < sizeof LATIN_FORMS / sizeof LATIN_FORMS[0]; i++) {
        if (str_eq_c(word, LATIN_FORMS[i])) {
            return true;
        }
    }
    return false;
}

/* Bytes of the legal form at the end of a run; 0 when there is none. A subsidiary (子公司) and a branch are words of
 * their own. */
static size_t han_form(struct str run)
{
    if (str_ends(run, str_from(BRANCH)) || str_ends(run, STR("子公司"))) {
        return 0;
    }
    for (size_t i = 0; i < sizeof HAN_FORMS / sizeof HAN_FORMS[0]; i++) {
        struct str form = str_from(HAN_FORMS[i]);
        if (str_ends(run, form)) {
            return form.len;
        }
    }
    return 0;
}

/* Takes legal forms off the end, as long as something is left before them. */
static void drop_forms(struct pieces *pieces)
{
    while (pieces->count > 0) {
        struct piece *last = &pieces->items[pieces->count - 1];
        size_t form = last->latin ? (is_latin_form(last->text) ? last->text.len : 0) : han_form(last->text);
        bool alone = pieces->count == 1 && form == last->text.len;
        if (form == 0 || alone) {
            return;
        }
        last->text.len -= form;
        pieces->count -= last->text.len == 0;
    }
}

/* "…有限公司北京分公司": the company's legal form stands in the middle, where a run can be cut in two. */
static void drop_inner_form(struct arena *arena, struct pieces *pieces)
{
    struct piece *last = pieces->count == 0 ? NULL : &pieces->items[pieces->count - 1];
    if (last == NULL || last->latin || !str_ends(last->text, str_from(BRANCH))) {
        return;
    }
    for (size_t end = last->text.len - (sizeof BRANCH - 1); end > 0; end--) {
        struct str head = str_slice(last->text, 0, end);
        size_t form = str_ends(head, STR("公司")) ? han_form(head) : 0;
        if (form == 0 || (form == head.len && pieces->count == 1)) {
            continue;
        }
        struct pieces company = {pieces->items, pieces->count};
        struct str branch = str_slice(last->text, end, last->text.len);
        last->text.len = end;
        drop_forms(&company);
        pieces->items[company.count] = (struct piece){str_dup(arena, branch), false};
        pieces->count = company.count + 1;
        return;
    }
}

struct str company_key(struct arena *arena, struct str name)
{
    struct pieces pieces = cut(arena, name);
    drop_forms(&pieces);
    drop_inner_form(arena, &pieces);
    return join(arena, &pieces);
}
