/* Routes of the tracking page, for the feature's table. */
#ifndef DABIAO_TRACKING_API_H
#define DABIAO_TRACKING_API_H

#include "path_rules.h"
#include "summary_rules.h"

enum err tracking_get_summary(struct request *request, struct response *response);
enum err tracking_get_path(struct request *request, struct response *response);
enum err tracking_get_intervals(struct request *request, struct response *response);

#define TRACKING_ROUTES                                                                                                \
    {"GET",                                                                                                            \
     "/assignments/summary",                                                                                           \
     "assignment.summary",                                                                                             \
     PERM_ASSIGNMENT_VIEW,                                                                                             \
     ROUTE_SNAPSHOT,                                                                                                   \
     RECORDS_AGGREGATE,                                                                                                \
     "assignment",                                                                                                     \
     SUMMARY_QUERY,                                                                                                    \
     NULL,                                                                                                             \
     SUMMARY_ANSWER,                                                                                                   \
     tracking_get_summary,                                                                                             \
     NULL,                                                                                                             \
     "What became of assigned customers: each figure with the filter that opens its rows."},                           \
        {"GET",                                                                                                        \
         "/assignments/{id}/path",                                                                                     \
         "assignment.path",                                                                                            \
         PERM_ASSIGNMENT_VIEW,                                                                                         \
         0,                                                                                                            \
         RECORDS_ONE,                                                                                                  \
         "assignment",                                                                                                 \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         PATH_ANSWER,                                                                                                  \
         tracking_get_path,                                                                                            \
         NULL,                                                                                                         \
         "What happened with a customer while somebody held it."},                                                     \
    {                                                                                                                  \
        "GET", "/customers/{id}/assignments", "customer.assignments", PERM_CUSTOMER_VIEW, 0, RECORDS_ONE, "customer",  \
            NULL, NULL, INTERVALS_ANSWER, tracking_get_intervals, NULL, "Who held a customer, the latest first."       \
    }

#endif
