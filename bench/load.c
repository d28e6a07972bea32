/* Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0. */

/* Load generator: repeats one request over many connections and counts the responses. All responses
 * must have the length of the first one. It does less work per request than any server, therefore
 * it does not limit measurements of CPU time.
 * usage: load PORT CONNECTIONS DEPTH (SECONDS | xREQUESTS) REQUEST [BODY]
 *   DEPTH     requests per burst; the next burst follows after all responses; 0: one request per
 *             connection
 *   REQUEST   hello, varied (hello with a field whose value differs in each request), browser,
 *             headers-N (N additional fields, one of them varied), idle (one request, then idle), or
 *             a path
 *   BODY      bytes of each request's body
 * Prints: requests, seconds, bytes received, failures, seconds of CPU time. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { events_at_once = 256 };

struct connection {
  int fd;
  size_t unsent;  /* bytes of the current burst */
  size_t awaited; /* bytes of its responses */
};

static char *burst;
static size_t burst_size, depth, answer_size;
static size_t number_at; /* offset of the varied field in each request; 0: no such field */
static unsigned long long answered, sent_out, limit, received, failures;
static int each_closes;
static struct sockaddr_in peer = {.sin_family = AF_INET};
static int epoll;
static char input[262144];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_time(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(char const *what) {
  perror(what);
  exit(1);
}

static void make_burst(char const *what, size_t body) {
  char head[16384];
  char const *fields =
      "Host: 127.0.0.1:8000\r\nUser-Agent: load/1.0\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n";
  if (strcmp(what, "browser") == 0) {
    fields =
        "Host: www.example.com\r\nConnection: keep-alive\r\n"
        "sec-ch-ua: \"Chromium\";v=\"130\", \"Google Chrome\";v=\"130\"\r\n"
        "sec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: \"Linux\"\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Safari/537.36\r\nAccept: */*\r\nSec-Fetch-Site: same-origin\r\n"
        "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n"
        "Referer: https://www.example.com/dashboard/overview\r\n"
        "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-US,en;q=0.9\r\n"
        "Cookie: session=0a1b2c3d4e5f60718293a4b5c6d7e8f9; theme=dark\r\n";
  }
  int n = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\n%s%s", body > 0 ? "POST" : "GET",
                   what[0] == '/' ? what : "/hello", fields,
                   each_closes ? "Connection: close\r\n" : "");
  int const more = strncmp(what, "headers-", 8) == 0 ? atoi(what + 8) : 0;
  for (int i = more; i > 1; --i) {
    n += snprintf(head + n, sizeof head - (size_t)n, "X-Example-Field-%d: a value, as fields have\r\n",
                  i);
  }
  if (more > 0 || strcmp(what, "varied") == 0) {
    n += snprintf(head + n, sizeof head - (size_t)n, "X-Request-Id: 00000000\r\n");
    number_at = (size_t)n - 10;
  }
  if (body > 0) {
    n += snprintf(head + n, sizeof head - (size_t)n, "Content-Length: %zu\r\n", body);
  }
  n += snprintf(head + n, sizeof head - (size_t)n, "\r\n");
  size_t const one = (size_t)n + body;
  burst_size = one * depth;
  burst = malloc(burst_size);
  for (size_t i = 0; i != depth; ++i) {
    memcpy(burst + i * one, head, (size_t)n);
    memset(burst + i * one + n, 'b', body);
  }
}

static void send_rest(struct connection *c) {
  while (c->unsent > 0) {
    ssize_t const n = send(c->fd, burst + burst_size - c->unsent, c->unsent, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno != EAGAIN) {
        ++failures;
        c->unsent = 0;
      }
      return;
    }
    c->unsent -= (size_t)n;
  }
}

/* Writes a new number into each request of the next burst. */
static void vary(void) {
  for (size_t i = 0; i != depth; ++i) {
    unsigned long long number = sent_out + i;
    char *const digits = burst + i * (burst_size / depth) + number_at;
    for (int k = 7; k >= 0; --k) {
      digits[k] = (char)('0' + number % 10);
      number /= 10;
    }
  }
}

static void send_burst(struct connection *c) {
  if (limit != 0 && sent_out >= limit) {
    return;
  }
  if (number_at != 0) {
    vary();
  }
  sent_out += depth;
  c->unsent = burst_size;
  c->awaited = answer_size * depth;
  send_rest(c);
}

static void connect_one(struct connection *c) {
  int const on = 1;
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&peer, sizeof peer) != 0) {
    fail("load: connect");
  }
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event add = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &add);
}

/* Sends one request and stores the length of its response. */
static void learn_size(void) {
  static char head[65536];
  size_t size = 0;
  size_t const one = burst_size / depth;
  int const fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&peer, sizeof peer) != 0) {
    fail("load: connect");
  }
  for (size_t sent = 0; sent < one;) {
    ssize_t const n = send(fd, burst + sent, one - sent, MSG_NOSIGNAL);
    if (n <= 0) {
      fail("load: send");
    }
    sent += (size_t)n;
  }
  char const *end = NULL;
  while (end == NULL) {
    ssize_t const n = recv(fd, head + size, sizeof head - 1 - size, 0);
    if (n <= 0) {
      fail("load: no answer");
    }
    size += (size_t)n;
    head[size] = 0;
    end = strstr(head, "\r\n\r\n");
  }
  char const *const length = strcasestr(head, "\r\ncontent-length:");
  if (length == NULL || length > end) {
    fprintf(stderr, "load: an answer without Content-Length: %s\n", head);
    exit(1);
  }
  answer_size = (size_t)(end - head) + 4 + strtoul(length + 17, NULL, 10);
  close(fd);
}

static void take(struct connection *c, size_t n) {
  if (n > c->awaited) {
    fprintf(stderr, "load: more came than was asked for\n");
    exit(1);
  }
  c->awaited -= n;
  if (c->awaited == 0) {
    answered += depth;
    if (!each_closes) {
      send_burst(c);
    }
  }
}

static void serve(struct connection *c, unsigned events) {
  if (c->unsent > 0 && (events & EPOLLOUT) != 0) {
    send_rest(c);
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) {
    return;
  }
  for (;;) {
    ssize_t const n = recv(c->fd, input, sizeof input, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) {
      return;
    }
    if (n <= 0) {
      if (!each_closes || c->awaited > 0) {
        ++failures;
      }
      close(c->fd);
      if (each_closes) {
        connect_one(c);
        send_burst(c);
      }
      return;
    }
    received += (size_t)n;
    take(c, (size_t)n);
    if ((size_t)n < sizeof input && !each_closes) {
      return;
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: load PORT CONNECTIONS DEPTH (SECONDS | xREQUESTS) REQUEST [BODY]\n");
    return 2;
  }
  size_t const count = strtoul(argv[2], NULL, 10);
  depth = strtoul(argv[3], NULL, 10);
  each_closes = depth == 0;
  depth = depth == 0 ? 1 : depth;
  double const seconds = argv[4][0] == 'x' ? 0 : atof(argv[4]);
  limit = argv[4][0] == 'x' ? strtoull(argv[4] + 1, NULL, 10) : 0;
  int const idle = strcmp(argv[5], "idle") == 0;
  peer.sin_port = htons((unsigned short)atoi(argv[1]));
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  make_burst(argv[5], argc > 6 ? strtoul(argv[6], NULL, 10) : 0);

  learn_size();

  epoll = epoll_create1(0);
  struct connection *const all = calloc(count, sizeof *all);
  for (size_t i = 0; i != count; ++i) {
    connect_one(&all[i]);
  }
  double const cpu = cpu_time();
  double const start = now();
  if (idle) {
    limit = count; /* one request per connection */
  }
  for (size_t i = 0; i != count; ++i) {
    send_burst(&all[i]);
  }
  double end = start;
  while ((seconds == 0 || idle || end - start < seconds) && (limit == 0 || answered < limit)) {
    struct epoll_event events[events_at_once];
    int const n = epoll_wait(epoll, events, events_at_once, 1000);
    for (int i = 0; i < n; ++i) {
      serve(events[i].data.ptr, events[i].events);
    }
    end = now();
    if (n == 0 && ++failures > 10) {
      fprintf(stderr, "load: the server does not answer\n");
      return 1;
    }
  }
  printf("%llu %.4f %llu %llu %.4f\n", answered, end - start, received, failures, cpu_time() - cpu);
  fflush(stdout);
  if (idle) {
    sleep((unsigned)seconds);
  }
  return 0;
}
