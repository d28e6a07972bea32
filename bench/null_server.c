/* Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0. */

/* Minimal server, the lower bound for comparison: one thread and one epoll set. It reads the
 * available input, counts the ends of requests, and sends a constant response to each, with one
 * write per read. It does not parse. Requests have no body, or a body of the given length.
 * usage: null_server PORT [RESPONSE_BODY_BYTES [REQUEST_BODY_BYTES]] */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most_answers = 64, most_descriptors = 65536, events_at_once = 256 };

struct connection {
  unsigned match;    /* matched bytes of "\r\n\r\n" */
  int closes;        /* the request asks for a close */
  size_t body_left;  /* of the request body */
  size_t unsent;     /* of the responses */
};

static struct connection connections[most_descriptors];
static char input[65536];
static char *answers; /* `most_answers` copies, or one large response */
static size_t answer_size, answers_size, request_body;

static void fail(char const *what) {
  perror(what);
  exit(1);
}

static void prepare_answers(size_t body) {
  char head[256];
  int const head_size = snprintf(head, sizeof head,
                                 "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                 "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: keep-alive\r\n"
                                 "Keep-Alive: timeout=5\r\nContent-Length: %zu\r\n\r\n",
                                 body);
  answer_size = (size_t)head_size + body;
  size_t const count = body > 4096 ? 1 : most_answers;
  answers_size = answer_size * count;
  answers = malloc(answers_size);
  for (size_t i = 0; i != count; ++i) {
    char *const at = answers + i * answer_size;
    memcpy(at, head, (size_t)head_size);
    memset(at + head_size, 'x', body);
    if (body == 13) {
      memcpy(at + head_size, "Hello World!\n", 13);
    }
  }
}

/* Returns the number of requests that end in the bytes. */
static size_t count_ends(struct connection *c, char const *p, size_t size) {
  static char const end[] = "\r\n\r\n";
  size_t found = 0;
  char const *const last = p + size;
  while (p != last) {
    if (c->body_left > 0) {
      size_t const here = (size_t)(last - p) < c->body_left ? (size_t)(last - p) : c->body_left;
      p += here;
      c->body_left -= here;
      found += c->body_left == 0;
      continue;
    }
    if (c->match == 0) {
      p = memchr(p, '\r', (size_t)(last - p));
      if (p == NULL) {
        return found;
      }
    }
    c->match = *p == end[c->match] ? c->match + 1 : *p == '\r';
    ++p;
    if (c->match == 4) {
      c->match = 0;
      c->body_left = request_body;
      found += request_body == 0;
    }
  }
  return found;
}

/* Sends pending responses. Returns 0 if the connection must be closed. */
static int answer(int fd, struct connection *c) {
  while (c->unsent > 0) {
    /* All responses are equal, so any copy can continue a partial write. */
    size_t const done = (answer_size - c->unsent % answer_size) % answer_size;
    size_t const here = answers_size - done < c->unsent ? answers_size - done : c->unsent;
    ssize_t const n = send(fd, answers + done, here, MSG_NOSIGNAL);
    if (n < 0) {
      return errno == EAGAIN;
    }
    c->unsent -= (size_t)n;
  }
  return !c->closes;
}

static int serve(int fd, struct connection *c, unsigned events) {
  if (c->unsent > 0 && (events & EPOLLOUT) != 0 && !answer(fd, c)) {
    return 0;
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) {
    return 1;
  }
  for (;;) {
    ssize_t const n = recv(fd, input, sizeof input, 0);
    if (n <= 0) {
      return n < 0 && errno == EAGAIN;
    }
    c->closes = c->closes || (n > 40 && memmem(input, (size_t)n, "Connection: close", 17) != NULL);
    c->unsent += count_ends(c, input, (size_t)n) * answer_size;
    if (!answer(fd, c)) {
      return 0;
    }
    if ((size_t)n < sizeof input) {
      return 1;
    }
  }
}

int main(int argc, char **argv) {
  prepare_answers(argc > 2 ? strtoul(argv[2], NULL, 10) : 13);
  request_body = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
  int const on = 1;
  int const listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in at = {.sin_family = AF_INET,
                           .sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "8000")),
                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 4096) != 0) {
    fail("null_server");
  }
  int const epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    struct epoll_event events[events_at_once];
    int const n = epoll_wait(epoll, events, events_at_once, -1);
    for (int i = 0; i < n; ++i) {
      int const fd = events[i].data.fd;
      if (fd != listener) {
        if (!serve(fd, &connections[fd], events[i].events)) {
          close(fd);
        }
        continue;
      }
      for (;;) {
        int const peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (peer < 0) {
          break;
        }
        if (peer >= most_descriptors) {
          close(peer);
          continue;
        }
        setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        memset(&connections[peer], 0, sizeof connections[peer]);
        struct epoll_event add = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = peer};
        epoll_ctl(epoll, EPOLL_CTL_ADD, peer, &add);
      }
    }
  }
}
