/* The list of all features: the only file that knows them all. */
#include "assignment.h"
#include "auth.h"
#include "contract.h"
#include "customer.h"
#include "customfield.h"
#include "demo.h"
#include "import.h"
#include "job.h"
#include "ledger.h"
#include "metric.h"
#include "money.h"
#include "opportunity.h"
#include "org.h"
#include "pipeline.h"
#include "platform/command.h"
#include "platform/route.h"
#include "pool.h"
#include "product.h"
#include "share.h"
#include "target.h"
#include "task.h"
#include "workspace.h"

const struct feature *const FEATURES[] = {
    &AUTH_FEATURE,
    &ORG_FEATURE,
    &LEDGER_FEATURE,
    &CUSTOMER_FEATURE,
    &DUPLICATE_FEATURE,
    &CONFLICT_FEATURE,
    &MERGE_FEATURE,
    &FOLLOW_UP_FEATURE,
    &ATTACHMENT_FEATURE,
    &ASSIGNMENT_FEATURE,
    &PRODUCT_FEATURE,
    &OPPORTUNITY_FEATURE,
    &PIPELINE_FEATURE,
    &GUIDE_FEATURE,
    &TASK_FEATURE,
    &CONTRACT_FEATURE,
    &MONEY_FEATURE,
    &PRINT_FEATURE,
    &POOL_FEATURE,
    &POOL_RECYCLE_FEATURE,
    &POOL_BULK_FEATURE,
    &POOL_FIGURES_FEATURE,
    &TARGET_FEATURE,
    &TARGET_ROUND_FEATURE,
    &TARGET_FILE_FEATURE,
    &TARGET_MAP_FEATURE,
    &TARGET_TURNOVER_FEATURE,
    &TARGET_NEWCOMER_FEATURE,
    &METRIC_FEATURE,
    &TARGET_SUBGOAL_FEATURE,
    &SHARE_FEATURE,
    &IMPORT_FEATURE,
    &JOB_FEATURE,
    &WORKSPACE_FEATURE,
    &CUSTOMFIELD_FEATURE,
};
const size_t FEATURE_COUNT = sizeof FEATURES / sizeof FEATURES[0];

const struct command *const COMMANDS[] = {AUTH_COMMANDS, DEMO_COMMANDS,   IMPORT_COMMANDS,
                                          JOB_COMMANDS,  METRIC_COMMANDS, NULL};
