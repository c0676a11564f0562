/* Fuzzes the keys: whatever comes in, keys hold what they promise and never depend on blanks between Han characters. */
#include <assert.h>
#include <stdint.h>

#include "engines/company_key.h"
#include "engines/pinyin.h"
#include "platform/arena.h"

static void check_texts(struct arena *arena, struct str text)
{
    struct str plain = text_key(arena, text);
    struct str company = company_key(arena, text);
    assert(str_eq(text_key(arena, plain), plain));
    assert(str_eq(text_key(arena, company), company));
    assert((plain.len == 0) == (company.len == 0));
    assert(company.len <= plain.len);
    for (size_t i = 0; i < company.len; i++) {
        unsigned char c = (unsigned char)company.ptr[i];
        assert(c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
    }
}

static void check_phone(struct arena *arena, struct str text)
{
    struct str key = phone_key(arena, text);
    assert(key.len == 0 || key.len >= 5);
    for (size_t i = 0; i < key.len; i++) {
        assert((key.ptr[i] >= '0' && key.ptr[i] <= '9') || (i == 0 && key.ptr[i] == '+'));
    }
}

static void check_letters(struct arena *arena, struct str text)
{
    struct str triples[PINYIN_TRIPLES_MAX];
    struct str letters = pinyin_initials(arena, text);
    assert(letters.len <= text.len);
    size_t count = pinyin_triples(arena, letters, triples);
    for (size_t i = 0; i < count; i++) {
        assert(triples[i].len == 3);
    }
    assert(count > 0 || letters.len < 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(64 * 1024 * 1024);
    struct str text = str_n((const char *)data, size);
    check_texts(arena, text);
    check_phone(arena, text);
    check_letters(arena, text);
    arena_destroy(arena);
    return 0;
}
