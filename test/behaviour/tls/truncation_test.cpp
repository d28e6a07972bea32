// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Connections that end with close_notify, without it, or with a reset, for each framing of a body.

#include "support/tls/fixture.hpp"
#include "support/tls/peer.hpp"

#include <memory>
#include <string>

namespace behaviour_tls_truncation {

using support::tls_answer;
using support::tls_fixture;
using support::tls_peer;
namespace http = anode::http;
namespace net = boost::asio;
namespace tls = anode::tls;

namespace {

enum class end_by { close_notify, fin, reset };

void end(tls_peer& p, end_by how) {
  switch (how) {
    case end_by::close_notify:
      p.send_close_notify();
      p.peer.end();
      break;
    case end_by::fin:
      p.peer.end();
      break;
    case end_by::reset:
      p.peer.reset();
      break;
  }
}

/// An agent whose connections lead to TLS peers of the test.
struct client_side {
  explicit client_side(int only_version, bool keep_alive = false) : version(only_version) {
    leaf = f.root.issue({.names = {"good.test"}});
    anode::https::agent_options o;
    o.keep_alive = keep_alive;
    o.secure = f.client_context();
    o.create_connection = origin.connections();
    agent.emplace(f.loop.get_executor(), o);
  }

  std::shared_ptr<tls_answer> get(std::string method = "GET") {
    http::request_options r;
    r.host = "good.test";
    r.method = std::move(method);
    return f.start(*agent, r);
  }

  /// Returns the peer of the newest connection, after its handshake.
  std::unique_ptr<tls_peer> accept() {
    std::size_t const n = origin.size();
    REQUIRE(n > 0);
    auto p = std::make_unique<tls_peer>(f.loop, anode::socket(std::move(pairs.at(n - 1))),
                                        leaf.cert, leaf.key, version);
    p->handshake();
    return p;
  }

  tls_fixture f;
  support::certificates::issued leaf;
  int version;
  struct {
    client_side* of;
    std::size_t size() const {
      of->f.loop.settle();
      return of->pairs.size();
    }
    http::create_connection_function connections() const {
      return
          [c = of](
              http::connect_options const&) -> net::awaitable<std::unique_ptr<anode::byte_stream>> {
            auto pair = anode::transport::make_memory_pair(c->f.loop.get_executor(), 65536);
            c->pairs.push_back(std::move(pair.second));
            co_return std::move(pair.first);
          };
    }
  } origin{this};
  std::vector<std::unique_ptr<anode::byte_stream>> pairs;
  std::optional<anode::https::agent> agent;
};

}  // namespace

TEST_CASE("truncation: a response, by framing, end and version") {
  int const version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  end_by const how = GENERATE(end_by::close_notify, end_by::fin, end_by::reset);
  CAPTURE(version, static_cast<int>(how));
  client_side c(version);
  auto const outcome = [&](std::string_view response) {
    auto const a = c.get();
    auto const p = c.accept();
    CHECK(p->read().starts_with("GET / HTTP/1.1\r\n"));
    p->write(response);
    end(*p, how);
    c.f.loop.settle();
    CHECK(a->done);
    return *a;
  };
  bool const reset = how == end_by::reset;

  tls_answer a = outcome("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(a.error == "");
  CHECK(a.body == "hello");

  a = outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  CHECK(a.error == "");
  CHECK(a.body == "hello");

  a = outcome("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello");
  CHECK(a.error == "ECONNRESET");

  a = outcome("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  CHECK(a.error == "ECONNRESET");

  a = outcome("HTTP/1.1 200 OK\r\n\r\nhello");
  if (how == end_by::close_notify) {
    CHECK(a.error == "");
    CHECK(a.body == "hello");
  } else {
    CHECK(a.status == 200);
    CHECK(a.error == (reset ? "ECONNRESET" : "ERR_SSL_UNEXPECTED_EOF_WHILE_READING"));
    CHECK(a.phase == "body");
  }

  a = outcome("HTTP/1.1 200 OK\r\nConte");
  CHECK(a.status == 0);
  CHECK(a.error == "ECONNRESET");
  a = outcome("");
  CHECK(a.error == "ECONNRESET");
}

TEST_CASE("truncation: a request, by framing, end and version") {
  int const version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  end_by const how = GENERATE(end_by::close_notify, end_by::fin, end_by::reset);
  CAPTURE(version, static_cast<int>(how));
  tls_fixture f;
  std::string events;
  f.server.on_request(
      [&](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        try {
          events += "body " + co_await req.text() + " ";
        } catch (boost::system::system_error const& e) {
          events += "failed " + std::string(http::code_name(e.code())) + " ";
        }
        co_await res.end();
      });
  auto const outcome = [&](std::string_view request) {
    events.clear();
    f.client_errors.clear();
    tls_peer p(f.loop, anode::socket(f.connect()), tls::side::client, version);
    p.handshake();
    p.write(request);
    end(p, how);
    f.loop.settle();
    for (std::string const& e : f.client_errors) {
      events += "error " + e + " ";
    }
    CHECK(f.server.connection_count() == 0);
    return events;
  };
  std::string const after = how == end_by::reset ? "error ECONNRESET " : "";
  CHECK(outcome("") == after);
  CHECK(outcome("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi") == "body hi " + after);
  CHECK(outcome("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nhi") ==
        (how == end_by::reset ? "failed ECONNRESET error ECONNRESET "
                              : "failed ECONNRESET error HPE_INVALID_EOF_STATE "));
  CHECK(outcome("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n") ==
        (how == end_by::reset ? "failed ECONNRESET error ECONNRESET "
                              : "failed ECONNRESET error HPE_INVALID_EOF_STATE "));
}

TEST_CASE("truncation: an idle connection that ends without close_notify is closed quietly") {
  client_side c(TLS1_3_VERSION, true);
  auto const a = c.get();
  auto p = c.accept();
  p->read();
  p->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(a->body == "ok");
  CHECK(c.agent->totals().free_sockets == 1);
  p->peer.end();
  c.f.loop.settle();
  CHECK(c.agent->totals().free_sockets == 0);
  auto const next = c.get();
  auto const p2 = c.accept();
  p2->read();
  p2->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(next->body == "ok");
}

TEST_CASE("close_notify: the server announces the end of its output") {
  int const version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  tls_fixture f;
  tls_peer p(f.loop, anode::socket(f.connect()), tls::side::client, version);
  p.handshake();
  p.write("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(p.read().ends_with("GET /x "));
  CHECK(p.close_notified());
  CHECK(p.peer.ended());
}

TEST_CASE("close_notify: the output behind a full transport is sent before the connection closes") {
  tls_fixture f;
  f.capacity = 1000;
  std::string const body(300'000, 'x');
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.set_header("Connection", "close");
    res.end(body);
  });
  tls_peer p(f.loop, anode::socket(f.connect()), tls::side::client);
  p.handshake();
  p.write("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  std::string got;
  for (int i = 0; i < 1000 && !p.close_notified(); ++i) {
    got += p.read();
  }
  got += p.read();
  CHECK(got.ends_with(body));
  CHECK(p.close_notified());
  CHECK(p.peer.ended());
}

TEST_CASE("pooled connections: tickets and key updates are no input") {
  auto const what = GENERATE(0, 1, 2, 3, 4, 5);
  CAPTURE(what);
  client_side c(TLS1_3_VERSION, true);
  auto a = c.get();
  auto const p = c.accept();
  p->read();
  p->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(a->body == "ok");
  switch (what) {
    case 1:
      p->send_tickets(1);
      break;
    case 2:
      p->update_keys(false);
      break;
    case 3:
      p->update_keys(true);
      break;
    case 4:
      p->send_tickets(2000);
      break;
    case 5:
      for (int i = 0; i < 30; ++i) {
        p->update_keys(true);
        p->exchange();
      }
      break;
    default:
      break;
  }
  c.f.loop.settle();
  CHECK(c.agent->totals().free_sockets == 1);
  a = c.get();
  c.f.loop.settle();
  CHECK(c.pairs.size() == 1);
  CHECK(p->read().starts_with("GET / HTTP/1.1\r\n"));
  p->write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes");
  CHECK(a->body == "yes");
}

TEST_CASE("pooled connections: application data or the end makes them unusable") {
  auto const what = GENERATE(0, 1, 2);
  client_side c(TLS1_3_VERSION, true);
  auto a = c.get();
  auto p = c.accept();
  p->read();
  p->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(a->body == "ok");
  // Nothing runs between the arrival and the next request.
  if (what == 0) {
    std::string const records = p->records("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    p->peer.send(records);
  } else if (what == 1) {
    p->send_close_notify();
  } else {
    p->peer.reset();
  }
  a = c.get();
  c.f.loop.settle();
  REQUIRE(c.pairs.size() == 2);
  p = c.accept();
  CHECK(p->read().starts_with("GET / HTTP/1.1\r\n"));
  p->write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes");
  CHECK(a->body == "yes");
}

TEST_CASE("floods: records without data have a bound") {
  tls_fixture f;
  tls_peer p(f.loop, anode::socket(f.connect()), tls::side::client, TLS1_3_VERSION);
  p.handshake();
  p.exchange();
  int sent = 0;
  for (; sent < 60'000 && f.client_errors.empty(); ++sent) {
    p.update_keys(true);
    p.exchange();
  }
  CHECK(f.client_errors == std::vector<std::string>{"ERR_TLS_TOO_MANY_RECORDS"});
  CHECK(sent > 2000);
  CHECK(f.server.connection_count() == 0);
}

TEST_CASE("floods: a client that reads nothing stops the server") {
  tls_fixture f;
  f.capacity = 4096;
  tls_peer p(f.loop, anode::socket(f.connect()), tls::side::client, TLS1_3_VERSION);
  p.handshake();
  p.exchange();
  p.peer.stop_listening();
  for (int i = 0; i < 30'000; ++i) {
    p.update_keys(true);  // each one is answered, and no answer is read
  }
  f.loop.settle();
  CHECK(f.server.connection_count() <= 1);
  f.server.close_all_connections();
  f.loop.settle();
  CHECK(f.server.connection_count() == 0);
}

}  // namespace behaviour_tls_truncation
