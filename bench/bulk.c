/* Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0. */

/* Bulk transfer over a connection that a proxy relays.
 * usage: bulk serve PORT BYTES             sends BYTES bytes to each client, then closes
 *        bulk fetch PORT [HOST:PORT]       reads to the end, through a CONNECT tunnel to HOST:PORT
 * `fetch` prints: bytes, seconds, seconds of CPU time. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char bytes[262144];

static void fail(char const *what) {
  perror(what);
  exit(1);
}

static double seconds_of(clockid_t which) {
  struct timespec t;
  clock_gettime(which, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void serve(struct sockaddr_in at, unsigned long long size) {
  int const on = 1;
  int const listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 16) != 0) {
    fail("bulk: listen");
  }
  for (;;) {
    int const fd = accept(listener, NULL, NULL);
    for (unsigned long long left = size; left > 0;) {
      size_t const some = left < sizeof bytes ? (size_t)left : sizeof bytes;
      ssize_t const n = send(fd, bytes, some, MSG_NOSIGNAL);
      if (n <= 0) {
        break;
      }
      left -= (unsigned long long)n;
    }
    close(fd);
  }
}

/* Requests a tunnel and reads the response head byte by byte, because the tunnel's bytes follow. */
static void ask(int fd, char const *to) {
  int const size = snprintf(bytes, sizeof bytes, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", to, to);
  if (send(fd, bytes, (size_t)size, MSG_NOSIGNAL) != size) {
    fail("bulk: send");
  }
  size_t head = 0;
  while (head < 4 || memcmp(bytes + head - 4, "\r\n\r\n", 4) != 0) {
    if (head == sizeof bytes - 1 || recv(fd, bytes + head, 1, 0) != 1) {
      fail("bulk: no answer to CONNECT");
    }
    ++head;
  }
  if (strncmp(bytes, "HTTP/1.1 200", 12) != 0) {
    bytes[head] = 0;
    fprintf(stderr, "bulk: %s", bytes);
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc < 3 || (strcmp(argv[1], "serve") == 0 && argc < 4)) {
    fprintf(stderr, "usage: bulk serve PORT BYTES | bulk fetch PORT [HOST:PORT]\n");
    return 2;
  }
  struct sockaddr_in at = {.sin_family = AF_INET,
                           .sin_port = htons((unsigned short)atoi(argv[2])),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (strcmp(argv[1], "serve") == 0) {
    serve(at, strtoull(argv[3], NULL, 10));
  }
  double const start = seconds_of(CLOCK_MONOTONIC);
  double const cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  int const fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
    fail("bulk: connect");
  }
  if (argc > 3) {
    ask(fd, argv[3]);
  }
  unsigned long long received = 0;
  for (;;) {
    ssize_t const n = recv(fd, bytes, sizeof bytes, 0);
    if (n < 0) {
      fail("bulk: recv");
    }
    if (n == 0) {
      break;
    }
    received += (unsigned long long)n;
  }
  printf("%llu %.4f %.4f\n", received, seconds_of(CLOCK_MONOTONIC) - start,
         seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  return 0;
}
