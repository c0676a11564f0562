/* The words customers are sorted by; an interval keeps those of its beginning. */
#include "ledger.h"

const struct option CUSTOMER_TYPE_OPTIONS[] = {
    {"enterprise", "企业", "Enterprise"},
    {"government", "政府机构", "Government"},
    {"institution", "事业单位", "Public institution"},
    {"partner", "渠道伙伴", "Partner"},
    {"individual", "个人", "Individual"},
    {"other", "其他", "Other"},
    {NULL, NULL, NULL},
};
const struct option CUSTOMER_LEVEL_OPTIONS[] = {{"a", "A 重点", "A key"},
                                                {"b", "B 普通", "B normal"},
                                                {"c", "C 一般", "C low"},
                                                {"d", "D 观察", "D watch"},
                                                {NULL, NULL, NULL}};
const struct option CUSTOMER_SOURCE_OPTIONS[] = {
    {"website", "官网", "Website"},         {"referral", "转介绍", "Referral"}, {"exhibition", "展会", "Exhibition"},
    {"cold_call", "电话开发", "Cold call"}, {"advert", "广告", "Advert"},       {"partner", "渠道", "Partner"},
    {"import", "导入", "Import"},           {"other", "其他", "Other"},         {NULL, NULL, NULL},
};
