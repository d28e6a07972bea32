// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The recipes for clients, docs/recipes.md.
#include "memory.hpp"
#include "support/catch.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

using recipes::memory;

namespace {

// [get_text]
net::awaitable<std::string> get_text(http::agent& agent, std::string_view url) {
  http::incoming_message res = co_await agent.get(url);
  if (res.status_code() != 200) {
    throw std::runtime_error("status " + std::to_string(res.status_code()));
  }
  co_return co_await res.text();
}
// [get_text]

// [post_json]
net::awaitable<int> post_json(http::agent& agent, std::string json) {
  http::header_list const headers = {{"Content-Type", "application/json"}};
  http::incoming_message res =
      co_await agent.send("POST", "http://shop.test/orders", std::move(json), headers);
  co_return res.status_code();
}
// [post_json]

// [upload]
net::awaitable<std::string> upload(http::agent& agent) {
  http::client_request req = agent.request("PUT", "http://shop.test/upload");
  for (int part = 0; part < 100; ++part) {
    co_await req.write(std::string(10'000, 'x'));  // suspends while the server is slower
  }
  co_await req.end();
  http::incoming_message res = co_await req.response();
  co_return co_await res.text();
}
// [upload]

// [download]
net::awaitable<std::size_t> download(http::agent& agent) {
  http::incoming_message res = co_await agent.get("http://shop.test/large");
  std::size_t bytes = 0;
  while (auto const piece = co_await res.read()) {  // a view, valid until the next read
    bytes += piece->size();
  }
  co_return bytes;
}
// [download]

// [at_once]
net::awaitable<std::string> both(http::agent& agent) {
  http::client_request first = agent.request("GET", "http://shop.test/first");
  http::client_request second = agent.request("GET", "http://shop.test/second");
  first.end();  // both are under way before the first await
  second.end();
  http::incoming_message a = co_await first.response();
  http::incoming_message b = co_await second.response();
  std::string text = co_await a.text();
  text += co_await b.text();
  co_return text;
}
// [at_once]

// [limits_of_time]
http::request_options patient_for(std::string_view url) {
  http::request_options options;
  options.set_url(url);
  options.connect_timeout = 2s;  // look-up, proxy and TLS included
  options.head_timeout = 5s;     // from the request to the head of the response
  options.idle_timeout = 10s;    // without a byte while the server is due
  options.deadline = 30s;        // everything, queueing and retries included
  return options;
}
// [limits_of_time]

// [retry]
http::agent_options with_retry() {
  http::agent_options options;
  options.keep_alive = true;
  options.retry = 1;  // only if it is safe: see "Errors"
  return options;
}
// [retry]

// [verdict]
net::awaitable<bool> is_safe_to_repeat(http::agent& agent, http::request_options const& options) {
  try {
    http::incoming_message res = co_await agent.send(options);
    co_return false;
  } catch (http::request_error const& e) {
    co_return e.verdict() == http::verdict::not_sent;
  }
}
// [verdict]

// [cancel]
http::client_request start(http::agent& agent, net::cancellation_signal& stop) {
  http::request_options options;
  options.set_url("http://shop.test/slow");
  options.signal = stop.slot();  // stop.emit(...) aborts the request with ABORT_ERR
  http::client_request req = agent.request(options);
  req.end();
  return req;
}
// [cancel]

// [basic_auth]
net::awaitable<http::incoming_message> log_in(http::agent& agent) {
  http::request_options options;
  options.set_url("http://shop.test/private");
  options.auth = "alice:secret";  // Authorization: Basic ...
  return agent.get(std::move(options));
}
// [basic_auth]

// [text_limit]
net::awaitable<std::string> small_text(http::agent& agent) {
  http::incoming_message res = co_await agent.get("http://shop.test/large");
  try {
    co_return co_await res.text(4096);  // the default is max_text_size, 1 MiB
  } catch (http::exception const& e) {
    co_return std::string(e.code_name());  // ERR_BODY_TOO_LARGE
  }
}
// [text_limit]

// [expect_continue]
net::awaitable<int> upload_if_wanted(http::agent& agent) {
  http::client_request req =
      agent.request("POST", "http://shop.test/uploads", {{"Expect", "100-continue"}});
  req.flush_headers();
  bool const wanted = co_await req.continued();  // false: a final response, or a failure
  if (wanted) {
    co_await req.end("the large body");
  } else {
    req.end();
  }
  http::incoming_message res = co_await req.response();
  co_return res.status_code();
}
// [expect_continue]

// [informational]
net::awaitable<std::string> link_hint(http::agent& agent) {
  http::client_request req = agent.request("GET", "http://shop.test/page");
  std::string link;
  req.on_information([&link](http::information const& info) {
    link = info.headers().get("link").value_or("");  // 103 Early Hints
  });
  req.end();
  http::incoming_message res = co_await req.response();
  co_await res.text();
  co_return link;
}
// [informational]

// [trailers]
net::awaitable<std::string> checksum_of_download(http::agent& agent) {
  http::incoming_message res = co_await agent.get("http://shop.test/with-trailer");
  co_await res.text();  // trailers exist after the body
  co_return std::string(res.trailers().get("x-checksum").value_or("none"));
}
// [trailers]

// [unix_socket]
net::awaitable<http::incoming_message> ask_daemon(net::any_io_executor ex, std::string path) {
  http::request_options options;
  options.socket_path = std::move(path);  // for example /run/docker.sock
  options.path = "/version";
  return http::get(ex, std::move(options));
}
// [unix_socket]

// [allow_address]
http::agent_options for_urls_of_strangers() {
  http::agent_options options;
  options.allow_address = [](anode::endpoint const& to) {
    static anode::network_list const internal{"10.0.0.0/8", "127.0.0.0/8", "::1", "fc00::/7"};
    return to.family != "Unix" && !internal.contains(to);
  };
  return options;
}
// [allow_address]

// [lookup]
http::agent_options with_own_names() {
  http::agent_options options;
  options.lookup = [](std::string_view host, auto done) {
    if (host == "shop.test") {
      done({}, {{"127.0.0.1", 4}});
    } else {
      done(net::error::host_not_found, {});
    }
  };
  return options;
}
// [lookup]

// [pool]
http::agent_options pool_of_two() {
  http::agent_options options;
  options.keep_alive = true;
  options.max_sockets = 2;       // to one origin; further requests wait in order
  options.max_free_sockets = 1;  // a second idle connection is closed
  options.timeout = 60s;         // idle connections end after this time
  return options;
}
// [pool]

// [client_trace]
void observe(http::agent& agent, std::vector<std::string>& lines) {
  http::client_trace trace;
  trace.finished = [&lines](http::traced_request const& r, http::request_outcome const& o) {
    lines.push_back(std::string(r.method) + " " + std::string(r.path) + " " +
                    std::to_string(o.status) + (o.reused_socket ? " reused" : " new"));
  };
  trace.failed = [&lines](http::traced_request const& r, http::request_error const& e) {
    lines.push_back(std::string(r.method) + " " + std::string(e.code_name()) + " in " +
                    std::string(to_string(e.phase())));
  };
  agent.set_trace(std::move(trace));
}
// [client_trace]

net::awaitable<void> shop(http::incoming_message& req, http::server_response& res) {
  if (req.path() == "/upload") {
    std::size_t bytes = 0;
    while (auto const piece = co_await req.read()) {
      bytes += piece->size();
    }
    co_await res.end(std::to_string(bytes));
  } else if (req.path() == "/large") {
    co_await res.end(std::string(300'000, 'x'));
  } else if (req.path() == "/orders") {
    std::string const order = co_await req.text();
    res.set_status_code(
        order == "{}" && req.headers().get("content-type") == "application/json" ? 201 : 400);
  } else if (req.path() == "/private") {
    res.set_status_code(req.headers().get("authorization") == "Basic YWxpY2U6c2VjcmV0" ? 200 : 401);
  } else if (req.path() == "/slow") {
    co_await req.wait_close();
  } else if (req.path() == "/page") {
    res.write_early_hints({{"link", "</style.css>; rel=preload; as=style"}});
  } else if (req.path() == "/with-trailer") {
    co_await res.write("body");
    res.add_trailers({{"X-Checksum", "42"}});
  } else if (req.path() == "/uploads") {
    std::string const text = co_await req.text();
    res.set_status_code(text == "the large body" ? 201 : 400);
  } else if (req.path() == "/missing") {
    res.set_status_code(404);
  } else {
    co_await res.end(std::string(req.path()));
  }
}

}  // namespace

TEST_CASE("recipes for clients: bodies") {
  memory m(shop);
  CHECK(m.loop.run(get_text(m.agent, "http://shop.test/a")) == "/a");
  CHECK_THROWS_WITH(m.loop.run(get_text(m.agent, "http://shop.test/missing")), "status 404");
  CHECK(m.loop.run(post_json(m.agent, "{}")) == 201);
  CHECK(m.loop.run(upload(m.agent)) == "1000000");
  CHECK(m.loop.run(download(m.agent)) == 300'000);
  CHECK(m.loop.run(both(m.agent)) == "/first/second");
  CHECK(m.loop.run(small_text(m.agent)) == "ERR_BODY_TOO_LARGE");
  CHECK(m.loop.run(checksum_of_download(m.agent)) == "42");
}

TEST_CASE("recipes for clients: heads") {
  memory m(shop);
  CHECK(m.loop.run(log_in(m.agent)).status_code() == 200);
  CHECK(m.loop.run(upload_if_wanted(m.agent)) == 201);
  CHECK(m.loop.run(link_hint(m.agent)) == "</style.css>; rel=preload; as=style");
  m.server.on_check_continue([](http::incoming_message&, http::server_response& res) {
    res.set_status_code(413);
    res.end();
  });
  CHECK(m.loop.run(upload_if_wanted(m.agent)) == 413);
}

TEST_CASE("recipes for clients: the end of a request") {
  memory m(shop);
  net::cancellation_signal stop;
  http::client_request req = start(m.agent, stop);
  std::string failure;
  req.on_request_error([&](http::request_error const& e) { failure = e.code_name(); });
  m.loop.settle();
  CHECK(failure.empty());
  stop.emit(net::cancellation_type::terminal);
  m.loop.settle();
  CHECK(failure == "ABORT_ERR");

  http::client_request slow = m.agent.request(patient_for("http://shop.test/slow"));
  slow.on_request_error([&](http::request_error const& e) {
    failure = std::string(e.code_name()) + " " + std::string(to_string(e.phase()));
  });
  slow.end();
  m.loop.advance(4900ms);
  CHECK(failure == "ABORT_ERR");
  m.loop.advance(200ms);
  CHECK(failure == "ETIMEDOUT head");
}

TEST_CASE("recipes for clients: repetition") {
  testing::event_loop loop;
  testing::origin origin{loop};
  http::agent_options options = with_retry();
  options.create_connection = origin.connections();
  http::agent agent{loop.get_executor(), options};
  std::vector<int> statuses;
  auto const get = [&] {
    http::client_request req = agent.request("GET", "http://shop.test/");
    req.on_response([&](http::incoming_message res) {
      statuses.push_back(res.status_code());
      res.dump();
    });
    req.end();
    loop.settle();
    return req;
  };
  http::client_request const first = get();
  origin[0].send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  http::client_request const second = get();
  CHECK(origin.size() == 1);
  origin[0].close();  // the server closes the kept connection instead of answering
  REQUIRE(origin.size() == 2);
  origin[1].send("HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(statuses == std::vector{200, 204});
  CHECK(second.retries() == 1);

  origin.refuse(net::error::connection_refused);
  http::request_options order;
  order.set_url("http://other.test/orders");
  order.method = "POST";
  order.body = "{}";
  CHECK(loop.run(is_safe_to_repeat(agent, order)));
}

TEST_CASE("recipes for clients: addresses") {
  testing::event_loop loop;
  http::agent strict{loop.get_executor(), for_urls_of_strangers()};
  CHECK_THROWS_WITH(loop.run(get_text(strict, "http://127.0.0.1:9/")),
                    Catch::Contains("127.0.0.1"));
  http::agent named{loop.get_executor(), with_own_names()};
  try {
    loop.run(get_text(named, "http://unknown.test/"));
    FAIL("the name is unknown");
  } catch (http::request_error const& e) {
    CHECK(e.code() == net::error::host_not_found);
    CHECK(e.phase() == http::request_phase::lookup);
  }
}

TEST_CASE("recipes for clients: the pool") {
  testing::event_loop loop;
  testing::origin origin{loop};
  http::agent_options options = pool_of_two();
  options.create_connection = origin.connections();
  http::agent agent{loop.get_executor(), options};
  std::vector<std::string> lines;
  observe(agent, lines);
  std::vector<http::client_request> requests;
  for (int i = 0; i < 3; ++i) {
    requests.push_back(agent.request("GET", "http://shop.test/" + std::to_string(i)));
    requests.back().on_response([](http::incoming_message res) { res.dump(); });
    requests.back().end();
  }
  CHECK(origin.size() == 2);
  CHECK(agent.totals().requests == 1);
  std::string const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  origin[0].send(ok);
  origin[0].send(ok);
  origin[1].send(ok);
  CHECK(agent.totals().free_sockets == 1);
  CHECK(lines == std::vector<std::string>{"GET /0 200 new", "GET /2 200 reused", "GET /1 200 new"});
}

TEST_CASE("recipes for clients: a Unix socket") {
  net::io_context io{1};
  std::string const path =
      (std::filesystem::temp_directory_path() / ("anode-docs-" + std::to_string(::getpid())))
          .string();
  http::listen_options at;
  at.path = path;
  http::server server{io.get_executor(), shop};
  server.listen(at);
  std::string text;
  net::co_spawn(
      io,
      [&]() -> net::awaitable<void> {
        http::incoming_message res = co_await ask_daemon(io.get_executor(), path);
        text = co_await res.text();
        server.close();
        http::global_agent(io.get_executor()).destroy();
      },
      net::detached);
  io.run_for(30s);
  CHECK(text == "/version");
  std::filesystem::remove(path);
}
