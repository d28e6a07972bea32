/* Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0. */

/* Load generator over TLS 1.3: repeats one request over many connections and counts the responses.
 * All responses must have the length of the first one. Certificates are not verified.
 * usage: load_tls PORT CONNECTIONS MODE (SECONDS | xREQUESTS) PATH
 *   MODE  keep       many requests over each connection
 *         handshake  one request per connection, with a full handshake each
 *         resume     the same, and each connection resumes the session of the one before
 * Prints: requests, seconds, bytes received, failures, seconds of CPU time, resumed sessions. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
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
  SSL *tls;
  size_t unsent;
  size_t awaited;
  int open; /* the handshake is complete */
};

static char request[512];
static size_t request_size, answer_size;
static unsigned long long answered, sent_out, limit, received, failures, resumed;
static int keeps, resumes;
static struct sockaddr_in peer = {.sin_family = AF_INET};
static int epoll;
static SSL_CTX *context;
static SSL_SESSION *session;
static char input[65536];

static double clock_of(clockid_t which) {
  struct timespec t;
  clock_gettime(which, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(char const *what) {
  perror(what);
  exit(1);
}

static int connected(void) {
  int const on = 1;
  int const fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&peer, sizeof peer) != 0) {
    fail("load_tls: connect");
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static int keep_session(SSL *tls, SSL_SESSION *s) {
  (void)tls;
  if (!resumes) {
    return 0;
  }
  SSL_SESSION_free(session);
  session = s;
  return 1;
}

/* Sends one request with blocking calls and stores the length of its response. */
static void learn_size(void) {
  int const fd = connected();
  SSL *const tls = SSL_new(context);
  SSL_set_fd(tls, fd);
  if (SSL_connect(tls) != 1 || SSL_write(tls, request, (int)request_size) <= 0) {
    ERR_print_errors_fp(stderr);
    exit(1);
  }
  static char head[65536];
  size_t size = 0;
  char const *end = NULL;
  while (end == NULL) {
    int const n = SSL_read(tls, head + size, (int)(sizeof head - 1 - size));
    if (n <= 0) {
      fprintf(stderr, "load_tls: no answer\n");
      exit(1);
    }
    size += (size_t)n;
    head[size] = 0;
    end = strstr(head, "\r\n\r\n");
  }
  char const *const length = strcasestr(head, "\r\ncontent-length:");
  if (length == NULL || length > end) {
    fprintf(stderr, "load_tls: an answer without Content-Length: %s\n", head);
    exit(1);
  }
  answer_size = (size_t)(end - head) + 4 + strtoul(length + 17, NULL, 10);
  SSL_set_shutdown(tls, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(tls);
  close(fd);
}

static void begin(struct connection *c) {
  c->fd = connected();
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  c->tls = SSL_new(context);
  SSL_set_fd(c->tls, c->fd);
  SSL_set_connect_state(c->tls);
  if (resumes && session != NULL) {
    SSL_set_session(c->tls, session);
  }
  c->open = 0;
  c->unsent = request_size;
  c->awaited = answer_size;
  ++sent_out;
  struct epoll_event add = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &add);
}

static void end(struct connection *c) {
  /* OpenSSL does not resume the session of a connection that is freed without a close_notify. */
  SSL_set_shutdown(c->tls, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(c->tls);
  close(c->fd);
  c->tls = NULL;
  if (limit == 0 || sent_out < limit) {
    begin(c);
  }
}

/* Returns whether the call must be repeated later. Ends the connection after a failure. */
static int waits(struct connection *c, int result) {
  int const why = SSL_get_error(c->tls, result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
    return 1;
  }
  ++failures;
  ERR_clear_error();
  end(c);
  return 1;
}

static void drive(struct connection *c) {
  if (c->tls == NULL) {
    return;
  }
  if (!c->open) {
    int const done = SSL_do_handshake(c->tls);
    if (done != 1) {
      waits(c, done);
      return;
    }
    c->open = 1;
    resumed += (unsigned long long)SSL_session_reused(c->tls);
  }
  for (;;) {
    if (c->unsent > 0) {
      int const n = SSL_write(c->tls, request + request_size - c->unsent, (int)c->unsent);
      if (n <= 0) {
        waits(c, n);
        return;
      }
      c->unsent -= (size_t)n;
    }
    int const n = SSL_read(c->tls, input, sizeof input);
    if (n <= 0) {
      waits(c, n);
      return;
    }
    received += (unsigned long long)n;
    if ((size_t)n > c->awaited) {
      fprintf(stderr, "load_tls: the response is too long\n");
      exit(1);
    }
    c->awaited -= (size_t)n;
    if (c->awaited == 0) {
      ++answered;
      if (!keeps) {
        end(c);
        return;
      }
      if (limit != 0 && sent_out >= limit) {
        return;
      }
      ++sent_out;
      c->unsent = request_size;
      c->awaited = answer_size;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: load_tls PORT CONNECTIONS MODE (SECONDS | xREQUESTS) PATH\n");
    return 2;
  }
  size_t const count = strtoul(argv[2], NULL, 10);
  keeps = strcmp(argv[3], "keep") == 0;
  resumes = strcmp(argv[3], "resume") == 0;
  double const seconds = argv[4][0] == 'x' ? 0 : atof(argv[4]);
  limit = argv[4][0] == 'x' ? strtoull(argv[4] + 1, NULL, 10) : 0;
  peer.sin_port = htons((unsigned short)atoi(argv[1]));
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  request_size = (size_t)snprintf(request, sizeof request,
                                  "GET %s HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: load/1.0\r\n"
                                  "Accept: */*\r\nAccept-Encoding: gzip\r\n%s\r\n",
                                  argv[5], keeps ? "" : "Connection: close\r\n");

  context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_session);

  learn_size();

  epoll = epoll_create1(0);
  struct connection *const all = calloc(count, sizeof *all);
  double const cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID);
  double const start = clock_of(CLOCK_MONOTONIC);
  for (size_t i = 0; i != count; ++i) {
    begin(&all[i]);
  }
  double now = start;
  while ((seconds == 0 || now - start < seconds) && (limit == 0 || answered + failures < limit)) {
    struct epoll_event events[events_at_once];
    int const n = epoll_wait(epoll, events, events_at_once, 1000);
    for (int i = 0; i < n; ++i) {
      drive(events[i].data.ptr);
    }
    now = clock_of(CLOCK_MONOTONIC);
    if (n == 0 && ++failures > 10) {
      fprintf(stderr, "load_tls: the server does not answer\n");
      return 1;
    }
  }
  printf("%llu %.4f %llu %llu %.4f %llu\n", answered, now - start, received, failures,
         clock_of(CLOCK_PROCESS_CPUTIME_ID) - cpu, resumed);
  return 0;
}
