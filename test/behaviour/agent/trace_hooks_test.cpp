// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The hooks of `client_trace` when requests fail, and hooks that destroy, throw or ask again.
#include "behaviour/client/request_setup.hpp"
#include "support/client_fixture.hpp"
#include "support/event_log.hpp"
#include "support/traced.hpp"

#include <anode/error.hpp>

#include <functional>
#include <map>
#include <optional>

namespace behaviour_agent_trace_hooks {

namespace {

namespace http = anode::http;
namespace net = boost::asio;
using anode::test::keeping;
using anode::test::ok;
using support::client_fixture;
using support::event_log;
using support::trace_entry;
using support::traced;
using namespace std::chrono_literals;

/// A client that counts for each request how often it was created and settled.
struct counting_client : client_fixture {
  explicit counting_client(http::agent_options o = keeping()) : client_fixture(std::move(o)) {
    agent.set_trace(traced(
        [this](std::string_view hook, http::traced_request const& r, std::string const& facts) {
          if (hook == "created") {
            ++created[r.id];
          } else if (hook == "finished" || hook == "failed") {
            ++settled[r.id];
            last = trace_entry(hook, facts);
          }
        }));
  }

  ~counting_client() {
    agent.destroy();
    settle();
    CHECK(created == settled);
    for (auto const& [id, count] : created) {
      CHECK(count == 1);
    }
  }

  std::map<std::uint64_t, int> created;
  std::map<std::uint64_t, int> settled;
  std::string last;
};

}  // namespace

TEST_CASE("client trace: a request that fails before its response calls failed once") {
  counting_client f;
  http::request_options o;
  o.host = "test";
  o.deadline = 10s;
  net::cancellation_signal signal;
  o.signal = signal.slot();
  std::optional<http::client_request> r = f.agent.request(o);
  auto const expect = [&](std::string const& failure) {
    f.settle();
    CHECK(f.last == failure);
  };
  SECTION("destroyed before it is connected") {
    r->destroy();
    expect("failed(ECONNRESET connect not_sent)");
  }
  SECTION("the handle is dropped before it is ended") {
    f.settle();
    r.reset();
    expect("failed(ABORT_ERR connect not_sent)");
  }
  SECTION("the handle is dropped while nothing awaits the response") {
    r->end();
    f.settle();
    r.reset();
    expect("failed(ABORT_ERR head maybe_processed)");
  }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  SECTION("aborted before it is sent, which emits no error") {
    r->abort();
    f.settle();
    CHECK(f.last.starts_with("failed(ECONNRESET"));
  }
#pragma GCC diagnostic pop
  SECTION("destroyed with an error") {
    r->end();
    f.settle();
    r->destroy(http::error::body_too_large);
    expect("failed(ERR_BODY_TOO_LARGE head maybe_processed)");
  }
  SECTION("the agent is destroyed") {
    f.settle();
    f.agent.destroy();
    expect("failed(ECONNRESET connect not_sent)");
  }
  SECTION("a signal") {
    f.settle();
    signal.emit(net::cancellation_type::terminal);
    expect("failed(ABORT_ERR connect not_sent)");
  }
  SECTION("the deadline") {
    f.settle();
    f.advance(10s);
    expect("failed(ETIMEDOUT connect not_sent)");
  }
  SECTION("the server closes") {
    r->end();
    f.settle();
    f.peers.at(0).end();
    expect("failed(ECONNRESET head maybe_processed)");
  }
  SECTION("the response is invalid") {
    r->end();
    f.settle();
    f.say(0, "nonsense\r\n\r\n");
    expect("failed(HPE_INVALID_CONSTANT head response_started)");
  }
}

TEST_CASE("client trace: a request whose response is cut or unwanted") {
  counting_client f;
  auto r = f.request("GET");
  r.end();
  f.settle();
  auto const begin = [&] { f.say(0, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc"); };
  SECTION("the server closes") {
    begin();
    f.peers.at(0).end();
    f.settle();
    CHECK(f.last == "failed(ECONNRESET body response_started)");
  }
  SECTION("the response is destroyed") {
    begin();
    f.response.destroy();
    f.settle();
    CHECK(f.last == "failed(ABORT_ERR body response_started)");
  }
  SECTION("the response is destroyed with an error") {
    begin();
    f.response.destroy(http::error::body_too_large);
    f.settle();
    CHECK(f.last == "failed(ERR_BODY_TOO_LARGE body response_started)");
  }
  SECTION("the response is dropped") {
    begin();
    f.response = http::incoming_message();
    f.settle();
    CHECK(f.last == "failed(ABORT_ERR body response_started)");
  }
  SECTION("garbage follows a complete response") {
    f.say(0, std::string(ok) + "garbage\r\n\r\n");
    CHECK(f.last == "failed(HPE_INVALID_CONSTANT body response_started)");
  }
  SECTION("destroyed after a complete response, which has finished") {
    f.reads = false;
    f.say(0, ok);
    CHECK(f.last.starts_with("finished(200"));
    r.destroy();
    f.settle();
    CHECK(f.last.starts_with("finished(200"));
  }
}

TEST_CASE("client trace: an early response to a body that is not sent finishes the request") {
  counting_client f;
  f.peer_reads = false;
  f.capacity = 1024;
  auto r = f.request("POST");
  r.end(std::string(1 << 20, 'x'));
  f.settle();
  f.say(0, "HTTP/1.1 413 Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  CHECK(f.last.starts_with("finished(413 "));
}

TEST_CASE("client trace: a head that cannot be made fails the request, and the call throws") {
  counting_client f;
  http::request_options o;
  o.host = "test";
  o.method = "POST";
  o.headers = {{"Expect", "100-continue"}, {"Content-Length", "x"}};
  CHECK_THROWS_AS(f.agent.request(o), http::exception);
  CHECK(f.last == "failed(ERR_HTTP_INVALID_HEADER_VALUE queued not_sent)");
  CHECK(f.agent.totals().sockets == 0);
}

TEST_CASE("client trace: every hook may destroy the request, its handle, the agent, or throw") {
  auto const at =
      GENERATE(as<std::string>{}, "created", "queued", "tunnel", "socket", "sent", "first_byte",
               "information", "response", "retried", "finished", "failed");
  int const what = GENERATE(range(0, 8));
  CAPTURE(at, what);
  http::agent_options o = keeping();
  o.max_sockets = 1;
  o.retry = 1;
  if (at == "tunnel") {
    o.proxy = "http://proxy:8000";
    o.proxy_tunnel = true;
  }
  client_fixture f(o);
  std::map<std::uint64_t, std::string> outcome;
  std::optional<http::client_request> r;
  std::optional<http::client_request> other;
  bool done = false;
  int thrown = 0;
  f.agent.set_trace(
      traced([&](std::string_view hook, http::traced_request const& x, std::string const&) {
        if (hook == "finished" || hook == "failed") {
          outcome[x.id] += hook;
        }
        if (hook != at || std::exchange(done, true)) {
          return;
        }
        switch (what) {
          case 0:
            x.request.destroy();
            break;
          case 1:
            x.request.destroy(http::error::body_too_large);
            break;
          case 2:
            r.reset();
            break;
          case 3: {
            http::agent const gone = std::move(f.agent);
            break;
          }
          case 4:
            f.agent.destroy();
            break;
          case 5:
            throw std::runtime_error("hook");
          case 6: {
            http::client_request const stolen = std::move(x.request);
            break;
          }
          default:
            f.agent.set_trace({});
            other = f.agent.request("GET", "http://test/other");
            other->end();
        }
      }));
  auto const settle = [&] {
    for (bool again = true; again;) {
      again = false;
      try {
        f.settle();
      } catch (std::runtime_error const&) {
        again = true;
        ++thrown;
      }
    }
  };
  auto const say = [&](std::size_t i, std::string_view bytes) {
    if (i < f.peers.size()) {
      f.peers[i].send(bytes);
    }
    settle();
  };
  auto const ask = [&]() -> std::optional<http::client_request> {
    http::request_options to;
    to.host = "test";
    try {
      http::client_request asked = f.agent.request(to);
      asked.end();
      return asked;
    } catch (http::exception const& e) {
      CHECK(e.code() == http::error::invalid_this);  // the hook has taken the agent away
      return std::nullopt;
    }
  };
  std::optional<http::client_request> first = ask();
  r = ask();  // waits for the first one, and is retried after it
  settle();
  if (at == "tunnel") {
    say(0, "HTTP/1.1 200 OK\r\n\r\n");
  }
  say(0, "HTTP/1.1 103 Early\r\n\r\n");
  say(0, ok);
  for (std::size_t i = 0; i < f.peers.size(); ++i) {
    f.peers[i].end();
    settle();
    say(i + 1, ok);
  }
  std::optional<http::client_request> failing = ask();
  settle();
  for (std::size_t i = 0; i < f.peers.size(); ++i) {
    f.peers[i].end();
    settle();
  }
  first.reset();
  r.reset();
  other.reset();
  failing.reset();
  settle();
  f.agent = http::agent(f.io.get_executor());
  settle();
  CHECK(thrown == (what == 5 && done ? 1 : 0));
  CHECK(done);
  CHECK_FALSE(outcome.empty());
  for (auto const& [id, text] : outcome) {
    CHECK((text == "finished" || text == "failed"));
  }
}

}  // namespace behaviour_agent_trace_hooks
