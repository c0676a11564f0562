/* Handlers of the tracking page. */
#include "tracking_api.h"

enum err tracking_get_summary(struct request *request, struct response *response)
{
    return summary_make(request, &response->json);
}

enum err tracking_get_path(struct request *request, struct response *response)
{
    return path_make(request, request->params[0], &response->json);
}

enum err tracking_get_intervals(struct request *request, struct response *response)
{
    return path_intervals(request, request->params[0], &response->json);
}
