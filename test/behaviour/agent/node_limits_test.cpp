// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// How many connections an agent opens, which requests wait, and which one is served next.

#include "support/client_and_server.hpp"

#include <anode/error.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace behaviour_agent_node_limits {

namespace http = anode::http;
namespace net = boost::asio;
using support::client_and_server;
using support::fetched;

namespace {

using answers = std::vector<std::shared_ptr<fetched>>;

http::agent_options limited(std::size_t max_sockets, std::size_t max_free_sockets = 256) {
  http::agent_options o;
  o.keep_alive = true;
  o.max_sockets = max_sockets;
  o.max_free_sockets = max_free_sockets;
  return o;
}

http::server_options without_idle_timeout() {
  http::server_options o;
  o.keep_alive_timeout = http::unlimited;
  return o;
}

bool all_answered(answers const& all) {
  return std::all_of(all.begin(), all.end(), [](auto const& a) { return a->status == 200; });
}

// A server that answers "ok" and records the requests.
struct answering : client_and_server {
  explicit answering(http::agent_options o)
      : client_and_server(without_idle_timeout(), std::move(o)) {
    server.on_request([this](http::incoming_message& req, http::server_response& res) {
      urls.emplace_back(req.url());
      most_sockets = std::max(most_sockets, agent.totals().sockets);
      res.end("ok");
    });
  }

  std::vector<std::string> urls;
  std::size_t most_sockets = 0;
};

}  // namespace

TEST_CASE("test-http-agent-maxsockets-respected: aborted requests make room for waiting ones") {
  answering f(limited(2, 2));
  std::vector<http::client_request> requests;
  int responses = 0;
  std::size_t most = 0;
  for (int i = 0; i < 6; ++i) {
    requests.push_back(f.request("GET", "/" + std::to_string(i)));
  }
  for (http::client_request& r : requests) {
    r.on_response([&](http::incoming_message) {
      ++responses;
      most = std::max(most, f.agent.totals().sockets);
      r.destroy();
    });
    r.end();
  }
  CHECK(f.agent.totals().sockets == 2);
  CHECK(f.agent.totals().requests == 4);
  f.settle();
  CHECK(responses == 6);
  CHECK(f.urls.size() == 6);
  CHECK(most <= 2);
  CHECK(f.agent.totals().requests == 0);
}

TEST_CASE("test-http-agent-maxsockets: all of the connections are kept") {
  answering f(limited(2, 2));
  answers all;
  for (int i = 0; i < 2; ++i) {
    auto r = f.request("GET");
    r.end();
    all.push_back(f.fetch(std::move(r)));
  }
  f.settle();
  CHECK(all_answered(all));
  CHECK(f.agent.by_name().at("test:80:").free_sockets == 2);
}

TEST_CASE("test-http-agent-maxtotalsockets: a limit for all origins together") {
  net::io_context io;
  http::agent_options none;
  none.max_total_sockets = 0;
  try {
    http::agent const refused(io.get_executor(), none);
    FAIL("not refused");
  } catch (http::exception const& e) {
    CHECK(e.code_name() == "ERR_OUT_OF_RANGE");
  }

  auto const [total, each] =
      GENERATE(std::pair<std::size_t, std::size_t>(2, 3), std::pair<std::size_t, std::size_t>(3, 2),
               std::pair<std::size_t, std::size_t>(2, 2));
  http::agent_options o = limited(each, 3);
  o.max_total_sockets = total;
  client_and_server f(without_idle_timeout(), std::move(o));
  std::size_t most_in_total = 0;
  std::size_t most_of_one = 0;
  std::vector<std::string> order;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    order.emplace_back(req.headers().get("host").value_or(""));
    std::size_t sum = 0;
    for (auto const& [name, counts] : f.agent.by_name()) {
      sum += counts.sockets;
      most_of_one = std::max(most_of_one, counts.sockets);
    }
    most_in_total = std::max(most_in_total, sum);
    res.end("ok");
  });
  answers all;
  for (int i = 0; i < 6; ++i) {
    for (char const* host : {"one", "two"}) {
      http::request_options to;
      to.host = host;
      auto r = f.agent.request(std::move(to));
      r.end();
      all.push_back(f.fetch(std::move(r)));
    }
  }
  f.settle();
  CHECK(all_answered(all));
  CHECK(most_in_total == total);
  CHECK(most_of_one <= each);
  CHECK(f.agent.totals().requests == 0);
  // Free connections to one origin do not block the other origin: the two alternate.
  REQUIRE(order.size() == 12);
  for (std::size_t half : {0u, 6u}) {
    CHECK(std::count(order.begin() + static_cast<std::ptrdiff_t>(half),
                     order.begin() + static_cast<std::ptrdiff_t>(half + 6), "one") == 3);
  }
}

TEST_CASE("test-http-agent-scheduling: which free connection is reused") {
  auto const scheduling = GENERATE(http::scheduling::lifo, http::scheduling::fifo);
  http::agent_options o = limited(5);
  o.scheduling = scheduling;
  client_and_server f(without_idle_timeout(), std::move(o));
  std::vector<anode::socket> by_request;
  std::vector<http::server_response*> open;
  f.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    by_request.push_back(req.socket());
    open.push_back(&res);
  });
  answers all;
  for (int i = 0; i < 5; ++i) {
    auto r = f.request("GET");
    r.end();
    all.push_back(f.fetch(std::move(r)));
  }
  f.settle();
  REQUIRE(by_request.size() == 5);
  std::vector<std::size_t> const completion = {3, 1, 4, 0, 2};
  for (std::size_t const i : completion) {
    open[i]->end("ok");
    f.settle();
  }
  CHECK(all_answered(all));
  for (std::size_t i = 0; i < 3; ++i) {
    f.get();
    REQUIRE(by_request.size() == 6 + i);
    open.back()->end("ok");
    f.settle();
    std::size_t const expected = scheduling == http::scheduling::lifo ? 2 : completion[i];
    CHECK(by_request.back() == by_request[expected]);
  }
  CHECK(f.connections_made == 5);
}

TEST_CASE("test-http-max-sockets: a connection counts from its request on") {
  answering f(limited(10));
  answers all;
  for (int i = 0; i < 20; ++i) {
    auto r = f.request("GET");
    auto const counts = f.agent.by_name().at("test:80:");
    CHECK(counts.sockets == std::min<std::size_t>(static_cast<std::size_t>(i) + 1, 10));
    CHECK(counts.requests == static_cast<std::size_t>(std::max(i - 9, 0)));
    r.end();
    all.push_back(f.fetch(std::move(r)));
  }
  f.settle();
  CHECK(all_answered(all));
  CHECK(f.most_sockets == 10);
  CHECK(f.connections_made == 10);
}

TEST_CASE("test-http-get-pipeline-problem: connections that close are replaced one by one") {
  client_and_server f({}, limited(1));
  std::string const picture(45658, 'p');
  f.server.on_request([&](http::incoming_message&, http::server_response& res) {
    res.write_head(200,
                   {{"Content-Length", std::to_string(picture.size())}, {"Connection", "close"}});
    res.end(picture);
  });
  answers all;
  for (int i = 0; i < 10; ++i) {
    auto r = f.request("GET", "/" + std::to_string(i), {{"Connection", "close"}});
    r.end();
    all.push_back(f.fetch(std::move(r)));
  }
  f.settle();
  for (auto const& a : all) {
    CHECK(a->error.empty());
    CHECK(a->body.size() == picture.size());
  }
  CHECK(f.connections_made == 10);
  CHECK(f.agent.by_name().empty());
}

TEST_CASE("test-http-abort-queued: a request aborted in the queue is never sent") {
  answering f([] {
    http::agent_options o;
    o.max_sockets = 1;
    return o;
  }());
  auto first = f.request("GET");
  first.end();
  auto second = f.request("GET", "/thatotherone");
  CHECK(f.agent.by_name().size() == 1);
  CHECK(f.agent.totals().requests == 1);
  std::string errors;
  second.on_error([&](boost::system::error_code ec) { errors += http::code_name(ec); });
  second.end();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  second.abort();
#pragma GCC diagnostic pop
  CHECK(f.agent.totals().sockets == 1);
  auto const answer = f.fetch(std::move(first));
  f.settle();
  CHECK(answer->body == "ok");
  CHECK(f.urls == std::vector<std::string>{"/"});
  CHECK(f.agent.by_name().empty());
  CHECK(errors.empty());
}

TEST_CASE("test-http-client-abort-keep-alive-queued-tcp-socket: the other requests are served") {
  bool const abort = GENERATE(true, false);
  answering f(limited(1));
  auto first = f.request("GET", "/1");
  auto second = f.request("GET", "/2");
  auto third = f.request("GET", "/3");
  first.end();
  second.end();
  third.end();
  std::string errors;
  bool answered = false;
  second.on_error([&](boost::system::error_code ec) { errors += http::code_name(ec); });
  second.on_response([&](http::incoming_message) { answered = true; });
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  if (abort) {
    second.abort();
  } else {
    second.destroy();
  }
#pragma GCC diagnostic pop
  auto const one = f.fetch(std::move(first));
  auto const three = f.fetch(std::move(third));
  f.settle();
  CHECK(one->body == "ok");
  CHECK(three->body == "ok");
  CHECK_FALSE(answered);
  CHECK(errors == (abort ? "" : "ECONNRESET"));
  CHECK(f.urls == std::vector<std::string>{"/1", "/3"});
  CHECK(f.connections_made == 1);
}

}  // namespace behaviour_agent_node_limits
