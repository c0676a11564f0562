/* The route table for people and programs. */
#ifndef DABIAO_PLATFORM_OPENAPI_H
#define DABIAO_PLATFORM_OPENAPI_H

/* `dabiao routes`: a table; `--json`: the same as JSON; `--openapi`: the OpenAPI 3.1 document. Returns the exit code.
 */
int openapi_command(int argc, char **argv);

#endif
