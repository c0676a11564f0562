/* Signatures of files. */
#include "engines/sniff.h"

#include <string.h>

enum { HEAD = 4096, TEXT_LOOK = 65536 };

/* Bytes at a place, and what they mean. */
static const struct signature {
    size_t offset;    /* where they stand */
    struct str bytes; /* what stands there */
    const char *type; /* media type; NULL: not accepted */
} SIGNATURES[] = {
    {0, {"%PDF-", 5}, "application/pdf"},
    {0, {"\x89PNG\r\n\x1a\n", 8}, "image/png"},
    {0, {"\xff\xd8\xff", 3}, "image/jpeg"},
    {0, {"GIF87a", 6}, "image/gif"},
    {0, {"GIF89a", 6}, "image/gif"},
    {8, {"WEBP", 4}, "image/webp"},
    {0, {"BM", 2}, "image/bmp"},
    {0, {"II*\0", 4}, "image/tiff"},
    {0, {"MM\0*", 4}, "image/tiff"},
    {4, {"ftypheic", 8}, "image/heic"},
    {4, {"ftyp", 4}, "video/mp4"},
    {0, {"\x1a\x45\xdf\xa3", 4}, "video/webm"},
    {0, {"ID3", 3}, "audio/mpeg"},
    {0, {"\xff\xfb", 2}, "audio/mpeg"},
    {0, {"#!AMR", 5}, "audio/amr"},
    {8, {"WAVE", 4}, "audio/wav"},
    {0, {"OggS", 4}, "audio/ogg"},
    {0, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8}, "application/x-ole-storage"},
    {0, {"{\\rtf", 5}, "application/rtf"},
    {0, {"Rar!\x1a\x07", 6}, "application/vnd.rar"},
    {0, {"7z\xbc\xaf\x27\x1c", 6}, "application/x-7z-compressed"},
    {0, {"\x1f\x8b", 2}, "application/gzip"},
};

static bool stands_at(struct str bytes, size_t offset, struct str wanted)
{
    return bytes.len >= offset + wanted.len && memcmp(bytes.ptr + offset, wanted.ptr, wanted.len) == 0;
}

/* Office files are archives with known folders. */
static const char *archive_type(struct str bytes)
{
    static const struct {
        const char *folder;
        const char *type;
    } office[] = {
        {"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    };
    struct str head = str_slice(bytes, 0, HEAD);
    for (size_t i = 0; i < sizeof office / sizeof office[0]; i++) {
        if (memmem(head.ptr, head.len, "[Content_Types].xml", 19) != NULL &&
            memmem(bytes.ptr, bytes.len, office[i].folder, strlen(office[i].folder)) != NULL) {
            return office[i].type;
        }
    }
    return "application/zip";
}

/* A text that a browser or a shell might take for a program. */
static bool is_active(struct str text)
{
    static const char *const starts[] = {"#!", "<?", "<!"};
    static const char *const words[] = {"<html", "<script", "<svg", "<body", "<iframe", "<head", "<img", "<math"};
    struct str head = str_trim(str_slice(text, 0, HEAD));
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (str_starts(head, str_from(starts[i]))) {
            return true;
        }
    }
    for (size_t at = 0; at < head.len; at++) {
        for (size_t i = 0; head.ptr[at] == '<' && i < sizeof words / sizeof words[0]; i++) {
            if (str_eq_ci(str_slice(head, at, at + strlen(words[i])), str_from(words[i]))) {
                return true;
            }
        }
    }
    return false;
}

/* Text without control characters, in UTF-8 or in the usual Chinese encodings, whose second bytes are 0x40 and up. */
static bool is_text(struct str bytes)
{
    struct str look = str_slice(bytes, 0, TEXT_LOOK);
    for (size_t i = 0; i < look.len; i++) {
        unsigned char c = (unsigned char)look.ptr[i];
        if (c == 0x7F || (c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f')) {
            return false;
        }
    }
    return look.len > 0;
}

const char *sniff_type(struct str bytes)
{
    if (stands_at(bytes, 0, STR("PK\x03\x04"))) {
        return archive_type(bytes);
    }
    for (size_t i = 0; i < sizeof SIGNATURES / sizeof SIGNATURES[0]; i++) {
        if (stands_at(bytes, SIGNATURES[i].offset, SIGNATURES[i].bytes)) {
            return SIGNATURES[i].type;
        }
    }
    return is_text(bytes) && !is_active(bytes) ? "text/plain" : NULL;
}

bool sniff_is_shown(const char *type)
{
    static const char *const shown[] = {"image/png",  "image/jpeg", "image/gif",
                                        "image/webp", "image/bmp",  "application/pdf"};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (strcmp(type, shown[i]) == 0) {
            return true;
        }
    }
    return false;
}
