/* Which passwords are refused. Length counts most; what is left are the words everybody tries first, with the usual
 * digits behind them and letters swapped for look-alikes. */
#include "auth.h"

#include <string.h>

enum { PASSWORD_MIN = 10, PASSWORD_MAX = 200, DISTINCT_MIN = 4 };

/* Compared after folding: lower case, look-alikes turned back (pa55w0rd → password), digits and signs at both ends cut.
 * Long rows of digits are caught by comparing the unfolded text. */
/* clang-format off */
static const char *const COMMON[] = {
    "password", "passwort", "passwords", "passphrase", "mypassword", "newpassword", "thepassword",
    "passwordpassword", "passw", "pass", "passpass", "passport", "changeme", "changemenow", "changeit", "letmein",
    "letmeinnow", "letmeinplease", "welcome", "welcomeback", "welcomehome", "welcometo", "secret", "topsecret", "mysecret",
    "default", "defaultpassword", "temp", "temporary", "temppass", "temppassword", "test", "testing", "testtest",
    "testuser", "testpassword", "tester", "demo", "demodemo", "demouser", "demopassword", "example", "sample", "guest",
    "guestguest", "guestuser", "user", "useruser", "username", "administrator", "admin", "adminadmin", "adminuser",
    "adminpass", "adminpassword", "root", "rootroot", "rootpassword", "toor", "superuser", "superadmin", "sysadmin",
    "system", "systemadmin", "manager", "salesmanager", "sales", "salesforce", "operator", "service", "support", "office",
    "company", "companyname", "business", "enterprise", "finance", "marketing", "customer", "customers", "dabiao",
    "dabiaocrm", "crm", "crmcrm", "crmadmin", "crmpassword", "qwerty", "qwertyuiop", "qwertyui", "qwertz", "qwertzuiop",
    "azerty", "azertyuiop", "asdf", "asdfgh", "asdfghjkl", "asdfasdf", "asdfjkl", "zxcvbn", "zxcvbnm", "qazwsx",
    "qazwsxedc", "qweasd", "qweasdzxc", "qwerasdf", "qweqwe", "qweqweqwe", "asdasd", "asdasdasd", "zxczxc", "zxczxczxc",
    "poiuytrewq", "lkjhgfdsa", "mnbvcxz", "abc", "abcabc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh", "abcdefghi",
    "abcdefghij", "abcdabcd", "aabbcc", "iloveyou", "iloveu", "ilovehim", "iloveher", "loveyou", "love", "lovelove",
    "lovely", "loveme", "woaini", "woainima", "woaiwojia", "aini", "woaizhongguo", "zhongguo", "beijing",
    "shanghai", "shenzhen", "guangzhou", "hangzhou", "taobao", "alibaba", "tencent", "baidu", "weixin", "wechat",
    "dangdang", "xiaoming", "wangwei", "zhangwei", "liwei", "football", "baseball", "basketball", "superman", "batman",
    "spiderman", "pokemon", "starwars", "matrix", "master", "mastermaster", "monkey", "dragon", "dragonball", "tiger",
    "shadow", "sunshine", "princess", "princesa", "flower", "summer", "winter", "spring", "autumn", "january", "february",
    "monday", "friday", "saturday", "sunday", "christmas", "birthday", "happybirthday", "happynewyear", "newyear", "hello",
    "hellohello", "helloworld", "hellokitty", "goodluck", "goodmorning", "computer", "internet", "microsoft", "windows",
    "google", "facebook", "samsung", "iphone", "android", "linux", "mariadb", "mysql", "oracle", "database", "server",
    "security", "trustno", "trustme", "freedom", "whatever", "nothing", "something", "michael", "jennifer", "jordan",
    "charlie", "thomas", "daniel", "jessica", "ashley", "michelle", "america", "london", "liverpool", "chelsea", "arsenal",
    "barcelona", "realmadrid", "juventus", "forever", "blessed", "jesus", "jesuschrist", "godisgood", "money", "moneymoney",
    "access", "accessgranted", "login", "loginlogin", "signin", "opensesame", "enter", "enterenter", "private", "keyboard",
    "ninja", "mustang", "harley", "corvette", "mercedes", "ferrari", "porsche", "yankees", "cowboys", "killer", "pepper",
    "ginger", "cookie", "chocolate", "banana", "orange", "purple", "silver", "golden", "diamond", "butterfly", "unicorn",
};
/* clang-format on */

/* Rows on the keyboard and of digits: any piece of these, or of their repetition, is refused. */
static const char *const ROWS[] = {
    "01234567890123456789",         "98765432109876543210",       "abcdefghijklmnopqrstuvwxyz", "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qwertyuiopasdfghjklzxcvbnm", "zaq12wsxcde34rfvbgt5",       "147258369147258369",
    "112233445566778899",           "0987654321qwertyuiop",       "1234567890qwertyuiop",       "13145201314520131452",
    "52013145201314520131",
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char unswap(char c)
{
    static const char swapped[] = "0134578@$!|+";
    static const char letters[] = "oleastbasilt";
    const char *at = strchr(swapped, c);
    return at == NULL || c == '\0' ? c : letters[at - swapped];
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Lower case, without signs and digits at both ends; look-alikes inside turned back. */
static struct str fold(struct arena *arena, struct str text, bool turn_back)
{
    char *folded = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        folded[i] = lower(text.ptr[i]);
    }
    size_t from = 0;
    size_t to = text.len;
    while (from < to && !is_letter(folded[from])) {
        from++;
    }
    while (to > from && !is_letter(folded[to - 1])) {
        to--;
    }
    for (size_t i = from; turn_back && i < to; i++) {
        folded[i] = unswap(folded[i]);
    }
    return str_n(folded + from, to - from);
}

static struct str lower_text(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = lower(text.ptr[i]);
    }
    return str_n(copy, text.len);
}

static bool is_piece_of_row(struct str text)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        if (str_find(str_from(ROWS[i]), text) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

static bool has_few_characters(struct str text)
{
    bool seen[256] = {false};
    int distinct = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        distinct += !seen[c];
        seen[c] = true;
    }
    return distinct < DISTINCT_MIN;
}

static bool is_common(struct arena *arena, struct str password)
{
    struct str plain = lower_text(arena, password);
    if (has_few_characters(plain) || is_piece_of_row(plain)) {
        return true;
    }
    struct str stem = fold(arena, password, false);
    struct str turned = fold(arena, password, true);
    for (size_t i = 0; i < sizeof COMMON / sizeof COMMON[0]; i++) {
        if (str_eq_c(stem, COMMON[i]) || str_eq_c(turned, COMMON[i])) {
            return true;
        }
    }
    return false;
}

static bool is_the_name(struct arena *arena, struct str name, struct str password)
{
    struct str stem = fold(arena, name, false);
    return name.len > 0 && (str_eq_ci(name, password) || (stem.len > 0 && str_eq(stem, fold(arena, password, false))));
}

const char *password_fault(struct arena *arena, struct str login, struct str name, struct str password)
{
    size_t characters = str_chars(password);
    if (characters < PASSWORD_MIN) {
        return "too_short";
    }
    if (characters > PASSWORD_MAX) {
        return "too_long";
    }
    if (is_the_name(arena, login, password) || is_the_name(arena, name, password)) {
        return "contains_name";
    }
    return is_common(arena, password) ? "too_common" : NULL;
}

enum err password_check(struct request *request, const char *field, struct str login, struct str name,
                        struct str password)
{
    static const struct {
        const char *code; /* of password_fault */
        const char *text; /* for people */
    } texts[] = {
        {"too_short", "Please use at least 10 characters."},
        {"too_long", "Please use at most 200 characters."},
        {"contains_name", "The password must not be the user name or the person's name."},
        {"too_common", "This password is among the first that anybody would try."},
    };
    const char *fault = password_fault(request->arena, login, name, password);
    if (fault == NULL) {
        return OK;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].code, fault) == 0) {
            enum err err = error_set(request->error, ERR_WEAK_PASSWORD, "%s", texts[i].text);
            error_field(request->error, str_from(field), fault, "%s", texts[i].text);
            return err;
        }
    }
    return OK;
}
