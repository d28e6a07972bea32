/* Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0. */

/* Bodies of 64 MiB in chunks of 64 KiB, in one direction, one after another on one connection.
 * usage: stream down|up PORT SECONDS   requests or sends bodies; the last one is complete
 *        stream serve PORT             minimal server for such requests
 * Prints: bodies, seconds, bytes of the bodies, seconds of CPU time. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { chunk_size = 65536, chunks = 1024, chunk_head = 7 };

static char const last_chunk[] = "\r\n0\r\n\r\n"; /* with the end of the previous chunk */
static char const answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello World!\n";
static char chunk[chunk_head + chunk_size + 2];
static char input[262144];

static void fail(char const *what) {
  perror(what);
  exit(1);
}

static double seconds_of(clockid_t which) {
  struct timespec t;
  clock_gettime(which, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void send_all(int fd, char const *bytes, size_t size) {
  while (size > 0) {
    ssize_t const n = send(fd, bytes, size, MSG_NOSIGNAL);
    if (n <= 0) {
      fail("stream: send");
    }
    bytes += n;
    size -= (size_t)n;
  }
}

static void send_body(int fd) {
  for (int i = 0; i != chunks; ++i) {
    send_all(fd, chunk, sizeof chunk);
  }
  send_all(fd, last_chunk + 2, 5);
}

/* Reads until the input ends with `end`, which must not occur earlier. Returns the number of bytes;
 * 0 if the connection ended before the first one. */
static unsigned long long read_up_to(int fd, char const *end) {
  size_t const length = strlen(end);
  unsigned long long total = 0;
  size_t kept = 0; /* earlier bytes at the front of the buffer */
  for (;;) {
    ssize_t const n = recv(fd, input + kept, sizeof input - kept, 0);
    if (n == 0 && total == 0) {
      return 0;
    }
    if (n <= 0) {
      fail("stream: recv");
    }
    total += (unsigned long long)n;
    kept += (size_t)n;
    if (kept >= length && memcmp(input + kept - length, end, length) == 0) {
      return total;
    }
    size_t const keep = kept < length ? kept : length;
    memmove(input, input + kept - keep, keep);
    kept = keep;
  }
}

/* Reads exactly the head of a request. Returns 0 at the end of the connection. */
static int read_head(int fd, int *upload) {
  size_t size = 0;
  while (size < 4 || memcmp(input + size - 4, "\r\n\r\n", 4) != 0) {
    /* One byte at a time, because no byte of the body may be read. The head is short. */
    if (size == sizeof input || recv(fd, input + size, 1, 0) != 1) {
      return 0;
    }
    ++size;
  }
  *upload = input[0] == 'P';
  return 1;
}

static void serve(struct sockaddr_in at) {
  int const on = 1;
  int const listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 16) != 0) {
    fail("stream: listen");
  }
  for (;;) {
    int const fd = accept(listener, NULL, NULL);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (int upload = 0; read_head(fd, &upload);) {
      if (upload) {
        read_up_to(fd, last_chunk);
        send_all(fd, answer, sizeof answer - 1);
      } else {
        static char const head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        send_all(fd, head, sizeof head - 1);
        send_body(fd);
      }
    }
    close(fd);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: stream down|up PORT SECONDS | stream serve PORT\n");
    return 2;
  }
  memcpy(chunk, "10000\r\n", chunk_head);
  memset(chunk + chunk_head, 'x', chunk_size);
  memcpy(chunk + chunk_head + chunk_size, "\r\n", 2);
  struct sockaddr_in at = {.sin_family = AF_INET,
                           .sin_port = htons((unsigned short)atoi(argv[2])),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (strcmp(argv[1], "serve") == 0) {
    serve(at);
  }
  int const up = strcmp(argv[1], "up") == 0;
  double const wanted = argc > 3 ? atof(argv[3]) : 1;
  int const on = 1;
  int const fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
    fail("stream: connect");
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  char head[256];
  int const size = snprintf(head, sizeof head, "%s /stream HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                            up ? "POST" : "GET", up ? "Transfer-Encoding: chunked\r\n" : "");
  double const start = seconds_of(CLOCK_MONOTONIC);
  double const cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  unsigned long long bodies = 0;
  double end = start;
  do {
    send_all(fd, head, (size_t)size);
    if (up) {
      send_body(fd);
    }
    if (read_up_to(fd, up ? "Hello World!\n" : last_chunk) == 0) {
      fail("stream: the server closed");
    }
    ++bodies;
    end = seconds_of(CLOCK_MONOTONIC);
  } while (end - start < wanted);
  printf("%llu %.4f %llu %.4f\n", bodies, end - start, bodies * chunks * chunk_size,
         seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  return 0;
}
