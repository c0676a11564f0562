/* Words the demo company is made of. All names are invented. */
#include "demo_words.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

const struct demo_department DEMO_DEPARTMENTS[] = {
    {"销售中心", -1}, {"华东大区", 0}, {"华南大区", 0}, {"华北大区", 0}, {"上海一组", 1}, {"杭州组", 1},
    {"深圳组", 2},    {"广州组", 2},   {"北京组", 3},   {"运营部", -1},  {"财务部", -1},
};
const size_t DEMO_DEPARTMENT_COUNT = COUNT(DEMO_DEPARTMENTS);

const struct demo_person DEMO_PEOPLE[] = {
    {"boss", "林国栋", "总经理", -1, "executive", -1},    {"ops", "周雨桐", "销售运营", 9, "operations", 0},
    {"finance", "郑文静", "财务主管", 10, "finance", 0},  {"director", "陈志远", "销售总监", 0, "manager", 0},
    {"east", "王海峰", "华东大区经理", 1, "manager", 3},  {"south", "李雪梅", "华南大区经理", 2, "manager", 3},
    {"north", "赵建军", "华北大区经理", 3, "manager", 3}, {"zhang.wei", "张伟", "销售代表", 4, "sales", 4},
    {"liu.yang", "刘洋", "销售代表", 4, "sales", 4},      {"chen.jing", "陈静", "销售代表", 4, "sales", 4},
    {"yang.fan", "杨帆", "销售代表", 5, "sales", 4},      {"huang.lei", "黄磊", "销售代表", 5, "sales", 4},
    {"wu.min", "吴敏", "销售代表", 5, "sales", 4},        {"xu.jie", "徐杰", "销售代表", 6, "sales", 5},
    {"sun.li", "孙丽", "销售代表", 6, "sales", 5},        {"ma.chao", "马超", "销售代表", 6, "sales", 5},
    {"zhu.qiang", "朱强", "销售代表", 7, "sales", 5},     {"hu.die", "胡蝶", "销售代表", 7, "sales", 5},
    {"guo.tao", "郭涛", "销售代表", 8, "sales", 6},       {"he.na", "何娜", "销售代表", 8, "sales", 6},
    {"gao.yuan", "高远", "销售代表", 8, "sales", 6},
};
const size_t DEMO_PERSON_COUNT = COUNT(DEMO_PEOPLE);

const struct demo_product DEMO_PRODUCTS[] = {
    {"XH-100", "星河工业网关 100", "网关", "台", 268000, 141000},
    {"XH-200", "星河工业网关 200", "网关", "台", 486000, 252000},
    {"XH-EDGE", "星河边缘服务器", "服务器", "台", 2980000, 1790000},
    {"XH-CLOUD", "星河云平台标准版", "软件", "年", 5800000, 900000},
    {"XH-CLOUD-P", "星河云平台专业版", "软件", "年", 12800000, 1900000},
    {"XH-SENSOR", "无线传感器套件", "传感器", "套", 89000, 43000},
    {"XH-SVC", "实施服务", "服务", "人天", 250000, 130000},
    {"XH-CARE", "年度维保", "服务", "年", 1600000, 520000},
};
const size_t DEMO_PRODUCT_COUNT = COUNT(DEMO_PRODUCTS);

const char *const DEMO_CITIES[] = {"上海", "杭州", "苏州", "南京", "宁波", "深圳", "广州",   "佛山",
                                   "东莞", "厦门", "北京", "天津", "青岛", "济南", "石家庄", NULL};
const int64_t DEMO_CITY_REGIONS[] = {310000, 330100, 320500, 320100, 330200, 440300, 440100, 440600,
                                     441900, 350200, 110000, 120000, 370200, 370100, 130100};
const char *const DEMO_BRANDS[] = {
    "恒远", "瑞丰", "华盛", "鼎新", "博创", "天合", "中联", "锐拓", "宏图", "安泰", "金石", "海纳", "卓越",
    "凌云", "启明", "德信", "盛世", "远航", "融通", "创景", "新源", "致和", "普惠", "同方", NULL,
};
const char *const DEMO_TRADES[] = {"精密机械", "智能装备", "电子科技", "新能源",     "汽车零部件", "生物医药", "食品",
                                   "物流",     "纺织",     "化工材料", "自动化设备", "信息技术",   NULL};
const char *const DEMO_SURNAMES[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐",
                                     "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", NULL};
const char *const DEMO_GIVEN[] = {"伟", "芳", "娜",   "敏",   "静",   "丽",   "强", "磊", "军",
                                  "洋", "勇", "艳",   "杰",   "娟",   "涛",   "明", "超", "秀兰",
                                  "霞", "平", "建华", "文博", "晓东", "思远", NULL};
const char *const DEMO_NOTES[] = {
    "电话沟通需求，对方正在评估三家供应商，预算下季度落实。",
    "上门拜访技术负责人，演示了网关方案，对稳定性比较认可。",
    "发送了报价和实施计划，约定周五前回复。",
    "客户提出希望延长质保，需要内部确认。",
    "与采购负责人确认付款条件，首付三成。",
    "参加客户的项目启动会，明确了一期范围。",
    "回访使用情况，反馈良好，有扩容打算。",
    "客户内部组织调整，决策人变更，需要重新建立联系。",
    NULL,
};
