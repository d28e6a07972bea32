// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "../../samples/observed_server/access_log.hpp"
#include "../../samples/observed_server/metrics.hpp"
#include "proxy_peers.hpp"
#include "support/catch.hpp"

#include <cstdio>
#include <memory>
#include <string>

namespace samples_observed_server {

namespace http = anode::http;
namespace net = boost::asio;
namespace testing = anode::testing;
using support::has;

namespace {

// A server with all observers of the sample, and one client.
struct fixture {
  explicit fixture(samples::log_form form) : log(form, file.get()) {
    http::server_trace trace;
    log.add_to(trace);
    metrics.add_to(trace);
    server.set_trace(std::move(trace));
  }

  std::string lines() {
    std::string text(4096, '\0');
    std::rewind(file.get());
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    return text;
  }

  struct closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };

  testing::event_loop loop;
  std::unique_ptr<std::FILE, closer> file{std::tmpfile()};
  samples::access_log log;
  samples::metrics metrics;
  http::server server{loop.get_executor(),
                      [](http::incoming_message& req, http::server_response& res) {
                        if (req.path() != "/wait") {
                          res.end("hello");
                        }
                      }};
};

}  // namespace

TEST_CASE("observed server: logs an exchange in the common form") {
  fixture f(samples::log_form::common);
  testing::peer client = f.loop.connect(f.server);
  client.send("GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n");
  client.expect_until("hello");
  CHECK(has(f.lines(), "] \"GET /a?b=c HTTP/1.1\" 200 5\n"));
}

TEST_CASE("observed server: a line of the log cannot be forged") {
  fixture f(samples::log_form::common);
  testing::peer client = f.loop.connect(f.server);
  client.send("GET /\"\\ HTTP/1.1\r\nHost: a\r\n\r\n");
  client.expect_until("hello");
  CHECK(has(f.lines(), "\"GET /\\x22\\x5c HTTP/1.1\" 200 5\n"));
}

TEST_CASE("observed server: logs an exchange as JSON") {
  fixture f(samples::log_form::json);
  testing::peer client = f.loop.connect(f.server);
  client.send("POST /\"x?secret=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  client.expect_until("hello");
  std::string const line = f.lines();
  CHECK(has(line, "\"method\":\"POST\",\"path\":\"/\\u0022x\",\"status\":200,\"bytes_in\":3,"));
  CHECK(has(line, "\"aborted\":false}\n"));
  CHECK_FALSE(has(line, "secret"));
}

TEST_CASE("observed server: an exchange that its client abandons is logged as aborted") {
  fixture f(samples::log_form::json);
  testing::peer client = f.loop.connect(f.server);
  client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  f.loop.settle();
  CHECK(has(f.metrics.text(), "http_server_active_requests 1\n"));
  client.close();
  f.loop.settle();
  CHECK(has(f.lines(), "\"aborted\":true}\n"));
  CHECK(has(f.metrics.text(), "http_server_active_requests 0\n"));
  CHECK(has(f.metrics.text(), "http_server_open_connections 0\n"));
  CHECK(has(f.metrics.text(), "error_type=\"aborted\""));
}

TEST_CASE("observed server: counts requests by method and status in buckets") {
  fixture f(samples::log_form::none);
  testing::peer client = f.loop.connect(f.server);
  for (char const* const method : {"GET", "GET", "PROPFIND"}) {
    client.send(std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    client.expect_until("hello");
  }
  std::string const text = f.metrics.text();
  std::string const name = "http_server_request_duration_seconds";
  std::string const get = "{http_request_method=\"GET\",http_response_status_code=\"200\"";
  CHECK(has(text, name + "_count" + get + "} 2\n"));
  CHECK(has(text, name + "_bucket" + get + ",le=\"0.005\"} 2\n"));
  CHECK(has(text, name + "_bucket" + get + ",le=\"+Inf\"} 2\n"));
  CHECK(has(text, "http_request_method=\"_OTHER\""));
  CHECK_FALSE(has(text, "PROPFIND"));
  CHECK(f.lines().empty());
}

TEST_CASE("observed server: counts the requests of an agent") {
  testing::event_loop loop;
  testing::origin origin{loop};
  http::agent agent = support::proxy_agent(loop, origin);
  samples::metrics metrics;
  http::client_trace trace;
  metrics.add_to(trace);
  agent.set_trace(std::move(trace));
  auto pending = agent.request("GET", "http://up/a");
  pending.end();
  loop.settle();
  origin[0].send(support::ok);
  loop.settle();
  auto lost = agent.request("PUT", "http://up:81/b");
  lost.end("x");
  loop.settle();
  origin[origin.size() - 1].reset();
  loop.settle();
  std::string const text = metrics.text();
  std::string const name = "http_client_request_duration_seconds_count";
  CHECK(has(text, name + "{http_request_method=\"PUT\",server_address=\"up\",server_port=\"81\","
                         "error_type=\"failed\"} 1\n"));
}

}  // namespace samples_observed_server
