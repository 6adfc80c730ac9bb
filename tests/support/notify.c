// SPDX-License-Identifier: Apache-2.0
//
// notify MESSAGE: sends it to $NOTIFY_SOCKET, as sd_notify(3) does.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char *path = getenv("NOTIFY_SOCKET");
  int inbox = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (argc != 2 || path == NULL || strlen(path) >= sizeof address.sun_path) return 2;
  strcpy(address.sun_path, path);
  if (sendto(inbox, argv[1], strlen(argv[1]), 0, (struct sockaddr *)&address, sizeof address) >= 0) return 0;
  perror("notify");
  return 1;
}
