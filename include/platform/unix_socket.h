/* Listening unix sockets. */
#ifndef DABIAO_PLATFORM_UNIX_SOCKET_H
#define DABIAO_PLATFORM_UNIX_SOCKET_H

/* A listening, non-blocking socket at `path`, rights 0660, not kept across exec. A file left behind by a dead program
 * is replaced; one that still answers is not. Returns the descriptor, or -1 after one sentence on stderr. */
int unix_socket_listen(const char *path, int backlog);
/* Closes the descriptor (−1: nothing) and removes the file. */
void unix_socket_close(int fd, const char *path);

#endif
