/* Keys of names and numbers, and letters of readings: golden tables, and every name of a real list. */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "engines/company_key.h"
#include "engines/pinyin.h"

/* What is written, and its key. */
struct pair {
    const char *text;
    const char *key;
};

static const struct pair NAMES[] = {
    {"华为技术有限公司", "华为技术"},
    {"华为技术有限责任公司", "华为技术"},
    {"华为技术股份有限公司", "华为技术"},
    {"华为技术股份公司", "华为技术"},
    {"华为技术公司", "华为技术"},
    {"华为技术", "华为技术"},
    {"華為技術有限公司", "华为技术"},
    {"华为（深圳）", "华为深圳"},
    {"华为(深圳)有限公司", "华为深圳"},
    {"华为【深圳】 有限 公司", "华为深圳"},
    {"华 为\u3000技\t术（有限公司）", "华为技术"},
    {"海尔集团", "海尔"},
    {"海尔集团公司", "海尔"},
    {"海尔集团股份有限公司", "海尔"},
    {"海尔集团有限公司", "海尔"},
    {"中国铁路总公司", "中国铁路"},
    {"红杉投资中心（有限合伙）", "红杉投资中心"},
    {"上海某某合伙企业（普通合伙）", "上海某某"},
    {"华为技术有限公司北京分公司", "华为技术北京分公司"},
    {"华为技术北京分公司", "华为技术北京分公司"},
    {"ABC有限公司上海分公司", "abc上海分公司"},
    {"有限公司分公司", "有限公司分公司"},
    {"腾讯科技子公司", "腾讯科技子公司"},
    {"有限公司", "有限公司"},
    {"集团", "集团"},
    {"公司", "公司"},
    {"ＡＢＣ　Ｔｅｃｈ", "abctech"},
    {"Acme Co., Ltd.", "acme"},
    {"ACME CO.,LTD", "acme"},
    {"Acme Company Limited", "acme"},
    {"Acme, Inc.", "acme"},
    {"Acme L.L.C.", "acme"},
    {"Acme LLC", "acme"},
    {"Müller GmbH & Co. KG", "müller"},
    {"MÜLLER GMBH", "müller"},
    {"Marco", "marco"},
    {"Inco", "inco"},
    {"Co Ltd", "co"},
    {"ABC有限公司 Co., Ltd.", "abc"},
    {"A.B. Foods plc", "abfoods"},
    {"3M中国有限公司", "3m中国"},
    {"A&B·C™", "abc"},
    {"！！！", ""},
    {"", ""},
};

static const struct pair PHONES[] = {
    {"13812341234", "13812341234"},
    {"138 1234 1234", "13812341234"},
    {"+86 138-1234-1234", "13812341234"},
    {"0086 138 1234 1234", "13812341234"},
    {"8613812341234", "13812341234"},
    {"013812341234", "13812341234"},
    {"１３８１２３４１２３４", "13812341234"},
    {"021-62345678", "02162345678"},
    {"(021) 6234 5678", "02162345678"},
    {"+86 21 6234 5678", "02162345678"},
    {"86 (21) 6234 5678 #803", "02162345678"},
    {"021-62345678-803", "02162345678"},
    {"+86-21-62345678-803", "02162345678"},
    {"021-62345678转803", "02162345678"},
    {"021-62345678 ext 803", "02162345678"},
    {"021-62345678x803", "02162345678"},
    {"0086-755-8888-9999", "075588889999"},
    {"0755-2345-6789-12", "075523456789"},
    {"400-123-4567", "4001234567"},
    {"+86 400 123 4567", "4001234567"},
    {"62345678", "62345678"},
    {"86123456", "86123456"},
    {"+1 (415) 555-2671", "+14155552671"},
    {"+44 20 7946 0958", "+442079460958"},
    {"1234", ""},
    {"+86 1234", ""},
    {"", ""},
};

static const struct pair READINGS[] = {
    {"上海华为5G", "shhw5g"}, {"重庆银行", "cqyh"}, {"厦门大厦", "xmds"}, {"重工", "zg"},
    {"乐清", "yq"},           {"長城汽車", "ccqc"}, {"董事长", "dsz"},    {"Ａｃｍｅ 达标", "acmedb"},
    {"（深圳）", "sz"},       {"ßØ", ""},           {"重", "z"},          {"银", "y"},
};

static void names_have_their_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        struct str key = company_key(unit_arena, str_from(NAMES[i].text));
        if (!str_eq_c(key, NAMES[i].key)) {
            fail_msg("%s: %.*s instead of %s", NAMES[i].text, STR_ARG(key), NAMES[i].key);
        }
    }
}

static void phones_have_their_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PHONES / sizeof PHONES[0]; i++) {
        struct str key = phone_key(unit_arena, str_from(PHONES[i].text));
        if (!str_eq_c(key, PHONES[i].key)) {
            fail_msg("%s: %.*s instead of %s", PHONES[i].text, STR_ARG(key), PHONES[i].key);
        }
    }
}

static void readings_have_their_letters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof READINGS / sizeof READINGS[0]; i++) {
        struct str letters = pinyin_initials(unit_arena, str_from(READINGS[i].text));
        if (!str_eq_c(letters, READINGS[i].key)) {
            fail_msg("%s: %.*s instead of %s", READINGS[i].text, STR_ARG(letters), READINGS[i].key);
        }
    }
}

static void letters_are_cut_into_triples(void **state)
{
    struct str triples[PINYIN_TRIPLES_MAX];
    (void)state;
    assert_int_equal(pinyin_triples(unit_arena, STR("hwjs"), triples), 3);
    assert_str(triples[0], "hwj");
    assert_str(triples[2], "js$");
    assert_int_equal(pinyin_triples(unit_arena, STR("aaaaaa"), triples), 2);
    assert_int_equal(pinyin_triples(unit_arena, STR("h"), triples), 0);
}

/* A name written in other ways has the same key: legal form, width, blanks, brackets. */
static void check_name(struct arena *arena, struct str name)
{
    struct str key = company_key(arena, name);
    struct buf wide;
    buf_init(&wide, arena);
    for (size_t at = 0; at < name.len;) {
        uint32_t c = str_next_char(name, &at);
        buf_add_utf8(&wide, c > 0x20 && c < 0x7F ? c + 0xFEE0 : c);
    }
    assert_true(str_eq(text_key(arena, text_key(arena, name)), text_key(arena, name)));
    assert_true(str_eq(company_key(arena, buf_str(&wide)), key));
    if (key.len == 0 || str_ends(key, STR("分公司")) || str_ends(key, STR("子公司"))) {
        return;
    }
    static const char *const forms[] = {"%.*s有限公司", "%.*s（有限责任公司）", "  %.*s 股份有限公司", "%.*s 集团公司",
                                        "%.*s Co., Ltd."};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct str written = str_format(arena, forms[i], STR_ARG(name));
        if (!str_eq(company_key(arena, written), key)) {
            fail_msg("%.*s: %.*s instead of %.*s", STR_ARG(written), STR_ARG(company_key(arena, written)),
                     STR_ARG(key));
        }
    }
}

/* Path of the list of real names, or NULL: it is not part of the project. */
static const char *names_path(void)
{
    static char path[4096];
    const char *data = getenv("DABIAO_TEST_DATA");
    snprintf(path, sizeof path, "%s/cn_company_names/names.txt", data == NULL ? "../shared/data" : data);
    return access(path, R_OK) == 0 ? path : NULL;
}

static void every_real_name_has_a_key(void **state)
{
    char line[1024];
    size_t count = 0;
    size_t without_letters = 0;
    (void)state;
    if (names_path() == NULL) {
        skip();
    }
    FILE *file = fopen(names_path(), "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        struct str name = str_trim(str_from(line));
        if (name.len == 0) {
            continue;
        }
        arena_reset(unit_arena);
        check_name(unit_arena, name);
        assert_true(company_key(unit_arena, name).len > 0);
        without_letters += pinyin_initials(unit_arena, name).len == 0;
        count++;
    }
    fclose(file);
    assert_true(count > 50000);
    assert_true(without_letters < count / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(names_have_their_keys),       UNIT_TEST(phones_have_their_keys),
        UNIT_TEST(readings_have_their_letters), UNIT_TEST(letters_are_cut_into_triples),
        UNIT_TEST(every_real_name_has_a_key),
    };
    return cmocka_run_group_tests_name("company_key", tests, NULL, NULL);
}
