/* The kinds of custom fields. */
#include <string.h>

#include "platform/custom.h"

/* Words or ids, comma separated. */
#define SET_SQL "TEXT CHARACTER SET ascii COLLATE ascii_bin"
/* Times of MariaDB and ids as everywhere; texts are TEXT because two hundred VARCHARs do not fit in a row. */
const struct custom_type CUSTOM_TYPES[CUSTOM_KINDS] = {
    [CUSTOM_TEXT] = {"text", "单行文本", "Text", FIELD_TEXT, "", NULL,
                     " required unique indexed default max_length pattern "},
    [CUSTOM_LONG_TEXT] = {"long_text", "多行文本", "Long text", FIELD_LONG_TEXT, "", NULL,
                          " required default max_length pattern "},
    [CUSTOM_INTEGER] = {"integer", "整数", "Whole number", FIELD_INT, "", "BIGINT",
                        " required unique indexed default min max "},
    [CUSTOM_DECIMAL] = {"decimal", "小数", "Decimal number", FIELD_DECIMAL, "", "BIGINT",
                        " required unique indexed default min max scale "},
    [CUSTOM_MONEY] = {"money", "金额", "Money", FIELD_MONEY, "_minor", "BIGINT", " required indexed default min max "},
    [CUSTOM_PERCENT] = {"percent", "百分比", "Percent", FIELD_PPM, "_ppm", "INT", " required indexed default min max "},
    [CUSTOM_RATING] = {"rating", "评分", "Rating", FIELD_INT, "", "TINYINT", " required indexed default max "},
    [CUSTOM_BOOLEAN] = {"boolean", "是/否", "Yes or no", FIELD_BOOL, "", "BOOLEAN", " required indexed default "},
    [CUSTOM_DATE] = {"date", "日期", "Date", FIELD_DATE, "_on", "DATE", " required unique indexed default "},
    [CUSTOM_DATE_TIME] = {"date_time", "日期时间", "Date and time", FIELD_INSTANT, "_at", "DATETIME(3)",
                          " required indexed default "},
    [CUSTOM_MONTH] = {"month", "月份", "Month", FIELD_DATE, "_on", "DATE", " required indexed default "},
    [CUSTOM_SELECT] = {"select", "单选", "Choice", FIELD_ENUM, "", "VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin",
                       " required indexed default options "},
    [CUSTOM_MULTI_SELECT] = {"multi_select", "多选", "Several choices", FIELD_CHOICES, "", SET_SQL,
                             " required default options "},
    [CUSTOM_USER] = {"user", "人员", "Person", FIELD_REF, "_id", "BIGINT", " required indexed default "},
    [CUSTOM_DEPARTMENT] = {"department", "部门", "Department", FIELD_REF, "_id", "BIGINT",
                           " required indexed default "},
    [CUSTOM_USERS] = {"users", "多个人员", "People", FIELD_REFS, "_ids", SET_SQL, " required "},
    [CUSTOM_DEPARTMENTS] = {"departments", "多个部门", "Departments", FIELD_REFS, "_ids", SET_SQL, " required "},
    [CUSTOM_FILES] = {"files", "附件", "Files", FIELD_FILES, "_ids", SET_SQL, " required "},
    [CUSTOM_PICTURES] = {"pictures", "图片", "Pictures", FIELD_FILES, "_ids", SET_SQL, " required "},
    [CUSTOM_REGION] = {"region", "地区", "Region", FIELD_REF, "_id", "BIGINT", " required indexed default "},
    [CUSTOM_RECORD] = {"record", "关联记录", "Record", FIELD_REF, "_id", "BIGINT", " required indexed default ref "},
    [CUSTOM_EMAIL] = {"email", "邮箱", "E-mail", FIELD_EMAIL, "", NULL,
                      " required unique indexed default max_length pattern "},
    [CUSTOM_PHONE] = {"phone", "电话", "Phone", FIELD_PHONE, "", NULL,
                      " required unique indexed default max_length pattern "},
    [CUSTOM_URL] = {"url", "网址", "Web address", FIELD_URL, "", NULL,
                    " required unique indexed default max_length pattern "},
    [CUSTOM_CURRENCY] = {"currency", "币种", "Currency", FIELD_CURRENCY, "",
                         "CHAR(3) CHARACTER SET ascii COLLATE ascii_bin", " required indexed default "},
    [CUSTOM_SERIAL] = {"serial", "自动编号", "Serial number", FIELD_TEXT, "", "VARCHAR(64)",
                       " unique indexed number_pattern restarts "},
    [CUSTOM_FORMULA] = {"formula", "公式", "Formula", FIELD_INT, "", NULL, " indexed formula result scale "},
    [CUSTOM_ROLLUP] = {"rollup", "汇总", "Roll-up", FIELD_INT, "", NULL, " rollup "},
};

bool custom_kind_find(struct str word, enum custom_kind *out)
{
    for (int i = 0; i < CUSTOM_KINDS; i++) {
        if (str_eq_c(word, CUSTOM_TYPES[i].word)) {
            *out = (enum custom_kind)i;
            return true;
        }
    }
    return false;
}

bool object_is_customizable(const struct object *object)
{
    return (object->flags & OBJECT_CUSTOM) != 0;
}
