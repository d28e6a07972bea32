// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Filters of a body: framing, order, flush, messages without a body, and filters that fail or use
// their own message.
#include "support/client_and_server.hpp"
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/thrown.hpp"

#include <anode/http.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace behaviour_message_body_filter {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::client_fixture;
using support::event_log;
using support::http_peer;
using support::server_fixture;

namespace {

constexpr auto get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Puts brackets around each part, and a dot at the end of the body.
class brackets final : public http::body_filter {
public:
  explicit brackets(std::string pair) : pair_(std::move(pair)) {}

  void transform(std::string_view in, bool last, bool, std::string& out) override {
    CHECK(out.empty());
    if (!in.empty()) {
      out.append(1, pair_[0]).append(in).append(1, pair_[1]);
    }
    out.append(last ? 1 : 0, '.');
  }

private:
  std::string pair_;
};

/// Keeps all bytes until a flush or the end.
class holder final : public http::body_filter {
public:
  void transform(std::string_view in, bool last, bool flush, std::string& out) override {
    held_.append(in);
    if (last || flush) {
      out = std::exchange(held_, {});
    }
  }

private:
  std::string held_;
};

/// Calls a function in each transform and in its destructor.
class calling final : public http::body_filter {
public:
  explicit calling(
      std::function<void()> f, std::function<void()> at_end = [] {})
      : f_(std::move(f)), at_end_(std::move(at_end)) {}
  ~calling() override { at_end_(); }

  void transform(std::string_view in, bool, bool, std::string& out) override {
    out = in;
    f_();
  }

private:
  std::function<void()> f_;
  std::function<void()> at_end_;
};

std::unique_ptr<http::body_filter> bracket(char const* pair = "[]") {
  return std::make_unique<brackets>(pair);
}

using respond = std::function<void(http::server_response&)>;

// Returns the part of the response behind its first line.
std::string response_to(std::string_view request, respond const& f) {
  server_fixture s;
  s.server.on_request([&](http::incoming_message&, http::server_response& res) { f(res); });
  http_peer peer = s.connect();
  s.say(peer, request);
  std::string const all = peer.received();
  return all.substr(std::min(all.find("\r\n") + 2, all.size()));
}

constexpr auto kept = "Date: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n";

}  // namespace

TEST_CASE("body filter: a whole body has the length of its output") {
  std::string const got = response_to(get, [](http::server_response& res) {
    res.set_header("Content-Length", 3);
    res.set_body_filter(bracket());
    res.end("abc");
  });
  CHECK(got == std::string(kept) + "Content-Length: 6\r\n\r\n[abc].");
}

TEST_CASE("body filter: a body in parts is sent in chunks, whatever the program announced") {
  std::string const got = response_to(get, [](http::server_response& res) {
    res.set_header("Content-Length", 6);
    res.set_body_filter(bracket());
    res.write("abc");
    res.write("");
    res.end("def");
  });
  CHECK(got == std::string(kept) +
                   "Transfer-Encoding: chunked\r\n\r\n5\r\n[abc]\r\n6\r\n[def].\r\n0\r\n\r\n");
}

TEST_CASE("body filter: an empty body passes through it") {
  std::string const got = response_to(get, [](http::server_response& res) {
    res.set_body_filter(bracket());
    res.end();
  });
  CHECK(got == std::string(kept) + "Content-Length: 1\r\n\r\n.");
}

TEST_CASE("body filter: the first one that was set receives the bytes of the program") {
  std::string const got = response_to(get, [](http::server_response& res) {
    res.set_body_filter(bracket("[]")).set_body_filter(bracket("<>"));
    res.set_body_filter(nullptr);
    res.end("a");
  });
  CHECK(got.ends_with("\r\n\r\n<[a].>."));
}

TEST_CASE("body filter: a body of an HTTP/1.0 client ends with the connection, trailers pass") {
  CHECK(response_to("GET / HTTP/1.0\r\n\r\n", [](http::server_response& res) {
          res.set_body_filter(bracket());
          res.write("a");
          res.end("b");
        }).ends_with("\r\n\r\n[a][b]."));
  CHECK(response_to(get, [](http::server_response& res) {
          res.set_header("Trailer", "T");
          res.set_body_filter(bracket());
          res.write("a");
          res.add_trailers({{"T", "u"}});
          res.end();
        }).ends_with("\r\n\r\n3\r\n[a]\r\n1\r\n.\r\n0\r\nT: u\r\n\r\n"));
}

TEST_CASE("body filter: is not called for a message without a body") {
  auto const unused = [] {
    return std::make_unique<calling>([] { FAIL("the filter was called"); });
  };
  CHECK(response_to("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", [&](http::server_response& res) {
          res.set_header("Content-Length", 3);
          res.set_body_filter(unused());
          res.write("abc");
          res.flush();
          res.end();
        }) == std::string(kept) + "\r\n");
  for (int const status : {204, 304}) {
    CHECK(response_to(get, [&](http::server_response& res) {
            res.set_status_code(status);
            res.set_body_filter(unused());
            res.end("abc");
          }) == std::string(kept) + "\r\n");
  }
  client_fixture f;
  http::client_request r = f.request("GET");
  r.set_body_filter(unused());
  r.end();
  f.settle();
  CHECK(f.peers.at(0).received() == "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
}

TEST_CASE("body filter: flush sends what filters hold") {
  server_fixture f;
  http::server_response* response = nullptr;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    response = &res;
    res.set_body_filter(std::make_unique<holder>());
    res.set_body_filter(std::make_unique<holder>());
    res.flush();
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.take().ends_with("Transfer-Encoding: chunked\r\n\r\n"));
  response->write("event 1");
  f.settle();
  CHECK(peer.take().empty());
  response->flush();
  f.settle();
  CHECK(peer.take() == "7\r\nevent 1\r\n");
  response->flush();
  f.settle();
  CHECK(peer.take().empty());
  response->write("rest");
  response->end();
  response->flush();
  f.settle();
  CHECK(peer.take() == "4\r\nrest\r\n0\r\n\r\n");
}

TEST_CASE("body filter: without one, flush sends the head") {
  server_fixture f;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) { res.flush(); });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received().ends_with("Transfer-Encoding: chunked\r\n\r\n"));
}

TEST_CASE("body filter: a request's body passes through it, and again when it is sent again") {
  http::agent_options options;
  options.keep_alive = true;
  options.retry = 1;
  client_fixture f(options);
  http::client_request first = f.request("GET");
  first.end();
  f.settle();
  f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  f.peers.at(0).take();
  http::client_request r = f.request("PUT");
  r.set_body_filter(bracket());
  r.end("abc");
  f.settle();
  std::string const sent =
      "PUT / HTTP/1.1\r\nHost: test\r\nConnection: keep-alive\r\nContent-Length: 6\r\n\r\n[abc].";
  CHECK(f.peers.at(0).received() == sent);
  f.peers.at(0).close();
  f.settle();
  CHECK(f.peers.at(1).received() == sent);
}

TEST_CASE("body filter: the head listener may add one, after the head it is too late") {
  std::string refused;
  CHECK(response_to(get, [&](http::server_response& res) {
          res.on_head([&](auto) { res.set_body_filter(bracket()); });
          res.end("abc");
          refused = support::thrown([&] { res.set_body_filter(bracket()); });
        }).ends_with("Content-Length: 6\r\n\r\n[abc]."));
  CHECK(refused == "ERR_HTTP_HEADERS_SENT: Cannot set a body filter after the headers are sent");
}

TEST_CASE("body filter: a strict Content-Length counts the bytes of the program") {
  std::string failure;
  auto const strict = [&](http::server_response& res) -> http::server_response& {
    res.set_strict_content_length(true);
    res.set_header("Content-Length", 4);
    res.set_body_filter(bracket());
    return res;
  };
  CHECK(response_to(get, [&](http::server_response& res) {
          strict(res).write("ab");
          res.end("cd");
        }).ends_with("\r\n\r\n4\r\n[ab]\r\n5\r\n[cd].\r\n0\r\n\r\n"));
  response_to(get, [&](http::server_response& res) {
    strict(res).write("ab");
    failure = support::thrown([&] { res.write("cde"); });
  });
  CHECK(failure.starts_with("ERR_HTTP_CONTENT_LENGTH_MISMATCH: "));
  response_to(get, [&](http::server_response& res) {
    failure = support::thrown([&] { strict(res).end("abc"); });
  });
  CHECK(failure.starts_with("ERR_HTTP_CONTENT_LENGTH_MISMATCH: "));
}

TEST_CASE("body filter: large output arrives whole, awaited or not") {
  bool const awaited = GENERATE(false, true);
  client_and_server f;
  std::string const part(100'000, 'x');
  f.server.on_request(
      [&](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        res.set_body_filter(bracket());
        for (int i = 0; i != 3; ++i) {
          if (awaited) {
            co_await res.write(part);
          } else {
            res.write(std::string(part));
          }
        }
        co_await res.end();
      });
  auto const got = f.get();
  CHECK(got->body == "[" + part + "][" + part + "][" + part + "].");
}

TEST_CASE("body filter: corked parts form one chunk") {
  CHECK(response_to(get, [](http::server_response& res) {
          res.set_body_filter(bracket());
          res.flush_headers();
          res.cork();
          res.write("a");
          res.write("b");
          res.uncork();
          res.end();
        }).ends_with("\r\n\r\n6\r\n[a][b]\r\n1\r\n.\r\n0\r\n\r\n"));
}

TEST_CASE("body filter: an exception destroys the message, leaves the call and is reported") {
  bool const head_sent = GENERATE(false, true);
  int const call = GENERATE(0, 1, 2);
  server_fixture f;
  std::string reported;
  f.server.on_error([&](std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (std::exception const& what) {
      reported += what.what();
    }
  });
  bool destroyed = false;
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.set_body_filter(std::make_unique<calling>([] { throw std::runtime_error("no memory"); }));
    if (head_sent) {
      res.flush_headers();
    }
    try {
      if (call == 0) {
        res.write("x");
      } else if (call == 1) {
        res.end("x");
      } else {
        res.flush();
      }
    } catch (std::runtime_error const&) {
      destroyed = res.destroyed();
      throw;
    }
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(destroyed);
  CHECK(reported == "no memory");
  CHECK(peer.ended());
  CHECK(peer.received().find("x") == std::string::npos);
}

TEST_CASE("body filter: must not write to its own message") {
  std::string refused;
  auto const tries = [&](respond const& call) {
    response_to(get, [&](http::server_response& res) {
      res.set_body_filter(
          std::make_unique<calling>([&] { refused += support::thrown([&] { call(res); }) + ";"; }));
      res.end("x");
    });
    return std::exchange(refused, {});
  };
  std::string const no = "ERR_INVALID_STATE: A body filter must not write to its own message;";
  CHECK(tries([](auto& res) { res.write("y"); }) == no);
  CHECK(tries([](auto& res) { res.end("y"); }) == no);
  CHECK(tries([](auto& res) { res.flush(); }) == no);
  CHECK(tries([](auto& res) { res.write_head(200); }) == no);
  CHECK(tries([](auto& res) { res.flush_headers(); }) == no);
  CHECK(tries([](auto& res) { res.set_body_filter(bracket()); }) == no);
}

TEST_CASE("body filter: a filter, and its destructor, may destroy anything") {
  int const what = GENERATE(0, 1, 2, 3, 4);
  bool const in_destructor = GENERATE(false, true);
  bool const coroutine = GENERATE(false, true);
  bool const head = GENERATE(false, true);
  server_fixture f;
  int calls = 0;
  auto const handle = [&](http::incoming_message& req, http::server_response& res) {
    if (req.url() != "/") {
      res.end("next");
      return;
    }
    auto const act = [&] {
      if (++calls > 1) {
        return;
      }
      switch (what) {
        case 0:
          res.destroy();
          break;
        case 1:
          res.socket().reset();
          break;
        case 2:
          req.destroy();
          break;
        case 3:
          f.server.close_all_connections();
          break;
        default:
          res.on_finish([] {});
          req.emplace_data<int>(1);
      }
    };
    std::function<void()> const nothing = [] {};
    res.set_body_filter(in_destructor ? std::make_unique<calling>(nothing, act)
                                      : std::make_unique<calling>(act, nothing));
    res.write("x");
    res.end("y");
  };
  if (coroutine) {
    f.server.on_request(
        [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          handle(req, res);
          co_return;
        });
  } else {
    f.server.on_request(handle);
  }
  http_peer peer = f.connect();
  f.say(peer, head ? "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" : get);
  CHECK(calls == (head && !in_destructor ? 0 : 1) + (what == 4 && !in_destructor && !head ? 1 : 0));
  http_peer other = f.connect();
  f.say(other, "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(other.received().ends_with("\r\n\r\nnext"));
}

TEST_CASE("body filter: a filter of a request may destroy the request and the agent") {
  int const what = GENERATE(0, 1, 2);
  client_fixture f;
  http::client_request r = f.request("POST");
  r.set_body_filter(std::make_unique<calling>([&] {
    if (what == 0) {
      r = http::client_request();
    } else if (what == 1) {
      r.destroy();
    } else {
      f.agent = http::agent(f.io.get_executor());
    }
  }));
  r.end("body");
  f.settle();
  CHECK(f.pop_events().find("response") == std::string::npos);
}

TEST_CASE("body filter: the 500 response to a failed handler does not pass through it") {
  server_fixture f;
  f.server.on_error([](std::exception_ptr) {});
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.set_header("Content-Encoding", "x");
    res.set_body_filter(bracket());
    throw std::runtime_error("handler");
  });
  http_peer peer = f.connect();
  f.say(peer, get);
  CHECK(peer.received().starts_with("HTTP/1.1 500 "));
  CHECK(peer.received().find("Content-Encoding") == std::string::npos);
  CHECK(peer.received().ends_with("\r\n\r\nInternal Server Error"));
}

}  // namespace behaviour_message_body_filter
