// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The recipes for servers, docs/recipes.md.
#include "memory.hpp"
#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <vector>

using recipes::get;
using recipes::memory;

namespace {

// [routes]
void routes(http::incoming_message& req, http::server_response& res) {
  if (req.path() != "/items") {
    res.set_status_code(404).end("not found\n");
  } else if (req.method() == "GET" || req.method() == "HEAD") {
    res.end("the items\n");  // to HEAD, the library sends the head only
  } else {
    res.set_status_code(405).set_header("Allow", "GET, HEAD").end();
  }
}
// [routes]

// [query]
std::string_view parameter(http::incoming_message const& req, std::string_view name) {
  std::string_view rest = req.query();  // as received: "q=tea&page=2"
  while (!rest.empty()) {
    std::string_view const pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);  // not decoded; web::context::query decodes
    }
  }
  return {};
}
// [query]

// [read_body]
net::awaitable<void> read_body(http::incoming_message& req, http::server_response& res) {
  std::string const text = co_await req.text(64 * 1024);  // larger: 413, by the library
  co_await res.end("got " + std::to_string(text.size()) + " bytes\n");
}
// [read_body]

// [answer_later]
void answer_later(http::incoming_message&, http::server_response& res) {
  auto const timer = std::make_shared<net::steady_timer>(res.get_executor(), 20ms);
  res.on_close([timer] { timer->cancel(); });  // the client has left, or everything is sent
  timer->async_wait([timer, &res](boost::system::error_code ec) {
    if (!ec) {
      res.end("later\n");  // `res` lives until on_close
    }
  });
}
// [answer_later]

// [stream_response]
net::awaitable<void> count(http::incoming_message&, http::server_response& res) {
  res.set_header("Content-Type", "text/csv");
  for (int i = 0; i < 1000; ++i) {
    co_await res.write(std::to_string(i) + "\n");  // suspends while the client is slower
  }
  co_await res.end();
}
// [stream_response]

// [handler_error]
void add_error_page(http::server& server) {
  server.on_handler_error(
      [](http::incoming_message&, http::server_response& res, std::exception_ptr) {
        res.set_header("Content-Type", "application/problem+json");
        res.end("{\"title\": \"internal error\"}");  // the status is set: 500, or 413
        return true;                                 // false: the library answers
      });
}
// [handler_error]

// [disconnect]
net::awaitable<void> report(http::incoming_message&, http::server_response& res) {
  co_await http::enable_cancellation();  // without it the work continues
  net::steady_timer work(res.get_executor(), 1h);
  co_await work.async_wait(net::use_awaitable);  // throws when the client disconnects
  co_await res.end("report\n");
}
// [disconnect]

// [open_network]
http::server_options for_the_open_network() {
  http::server_options options;
  options.headers_timeout = 10s;
  options.request_timeout = 60s;
  options.timeout = 60s;  // without a byte in either direction
  options.max_connections = 10'000;
  options.max_requests_per_socket = 1'000;
  return options;
}
// [open_network]

// [drain]
net::awaitable<std::string> shut_down(http::server& server) {
  http::drain_result const result = co_await server.drain(10s);
  co_return std::to_string(result.finished) + " connections ended, " +
      std::to_string(result.cut_requests) + " requests were cut off";
}
// [drain]

// [check_continue]
void refuse_large_uploads(http::server& server) {
  server.on_check_continue([](http::incoming_message& req, http::server_response& res) {
    if (req.headers().get("content-length").value_or("").size() > 6) {
      res.set_status_code(413).end();  // the body is never sent
    } else {
      res.write_continue();
      res.end("accepted\n");
    }
  });
}
// [check_continue]

// [early_hints]
net::awaitable<void> page(http::incoming_message&, http::server_response& res) {
  res.write_early_hints({{"link", "</style.css>; rel=preload; as=style"}});  // 103, at once
  co_await res.end("<link rel=stylesheet href=/style.css>\n");
}
// [early_hints]

// [trailers]
net::awaitable<void> with_checksum(http::incoming_message&, http::server_response& res) {
  res.set_header("Trailer", "X-Checksum");
  co_await res.write("the body");
  res.add_trailers({{"X-Checksum", "42"}});  // known only behind the body
  co_await res.end();
}
// [trailers]

// [on_head]
http::handler with_security_headers(http::handler next) {
  return [next](http::incoming_message& req, http::server_response& res) {
    res.on_head([&res](auto) { res.set_header("X-Content-Type-Options", "nosniff"); });
    next.callback(req, res);
  };
}
// [on_head]

// [request_data]
struct user {
  std::string name;
};

void greet(http::incoming_message& req, http::server_response& res) {
  user const* const known = req.data<user>();
  res.end("hello " + (known != nullptr ? known->name : "stranger"));
}

void authenticate(http::incoming_message& req, http::server_response& res) {
  if (req.headers().get("authorization") == "Bearer 1234") {
    req.emplace_data<user>("alice");  // lives as long as the request
  }
  greet(req, res);
}
// [request_data]

// [access_log]
http::handler with_log(http::handler next, std::function<void(std::string)> write) {
  return [next, write](http::incoming_message& req, http::server_response& res) {
    res.on_done([&req, write](http::exchange_facts const& facts) {
      write(std::string(req.method()) + " " + std::string(req.url()) + " " +
            std::to_string(facts.status) + " " + std::to_string(facts.body_bytes) + " bytes" +
            (facts.aborted ? ", aborted" : ""));
    });
    next.callback(req, res);
  };
}
// [access_log]

// [client_error]
void answer_bad_requests(http::server& server) {
  server.on_client_error([](http::client_error const& e, anode::socket client) {
    if (client.writable()) {
      client.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" +
                 std::string(http::code_name(e.code)) + "\n");
    }
    client.destroy_soon();
  });
}
// [client_error]

// [file]
net::awaitable<void> send_file(http::incoming_message&, http::server_response& res) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen("mkdocs.yml", "rb"),
                                                             &std::fclose);
  std::fseek(file.get(), 0, SEEK_END);
  auto const size = static_cast<std::uint64_t>(std::ftell(file.get()));
  res.set_header("Content-Length", size);
  co_await res.write_file(fileno(file.get()), 0, size);  // sendfile on a plain connection
  co_await res.end();
}
// [file]

// [cluster]
http::drain_result serve_on_all_cores(http::cluster_options options) {
  http::cluster cluster(std::move(options), [](http::worker& w) {  // once in each thread
    w.server().on_request([id = w.id()](http::incoming_message&, http::server_response& res) {
      res.end("worker " + std::to_string(id) + "\n");
    });
  });
  cluster.listen(0, "127.0.0.1");  // port 0: any free port
  cluster.drain(1s);               // SIGTERM does the same; here the test ends at once
  return cluster.run();
}
// [cluster]

// [cpu_work]
net::awaitable<void> hash(net::thread_pool& pool, http::server_response& res) {
  auto const work = [](int rounds) -> net::awaitable<int> { co_return rounds * 2; };
  int const sum = co_await net::co_spawn(pool, work(21), net::use_awaitable);
  co_await res.end(std::to_string(sum));  // on the executor of the server again
}
// [cpu_work]

// [health]
struct health {
  bool draining = false;

  void operator()(http::incoming_message&, http::server_response& res) const {
    res.set_status_code(draining ? 503 : 200);  // the load balancer stops to send requests
    res.end(draining ? "draining\n" : "ok\n");
  }
};
// [health]

// [cookies]
void set_cookies(http::incoming_message& req, http::server_response& res) {
  res.append_header("Set-Cookie", "theme=dark; Path=/");
  res.append_header("Set-Cookie", "seen=1; Path=/; Max-Age=60");
  res.end(req.headers().get("cookie").value_or("no cookie"));
}
// [cookies]

// [server_trace]
void count_statuses(http::server& server, std::map<int, int>& classes) {
  http::server_trace trace;
  trace.response_finish = [&classes](http::incoming_message&, http::server_response&,
                                     http::exchange_facts const& facts) {
    ++classes[facts.status / 100];
  };
  server.set_trace(std::move(trace));
}
// [server_trace]

std::string body_of(std::string const& response) {
  return response.substr(response.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("recipes for servers: requests") {
  memory m(routes);
  CHECK(body_of(m.answer(get("/items"))) == "the items\n");
  CHECK(m.answer(get("/other")).starts_with("HTTP/1.1 404 Not Found\r\n"));
  std::string const refusal =
      m.answer("PUT /items HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  CHECK(refusal.starts_with("HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n"));

  m.server.on_request([](http::incoming_message& req, http::server_response& res) {
    res.end(std::string(parameter(req, "page")) + "/" + std::string(parameter(req, "pag")));
  });
  CHECK(body_of(m.answer(get("/?q=tea&page=2"))) == "2/");

  m.server.on_request(read_body);
  CHECK(body_of(m.answer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: "
                         "close\r\n\r\nabc")) == "got 3 bytes\n");
  CHECK(m.answer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n" +
                 std::string(70'000, 'x'))
            .starts_with("HTTP/1.1 413 "));

  m.server.on_request(set_cookies);
  std::string const cookies = m.answer(get("/", "Cookie: theme=dark\r\n"));
  CHECK(cookies.find("Set-Cookie: theme=dark; Path=/\r\nSet-Cookie: seen=1;") != std::string::npos);
  CHECK(body_of(cookies) == "theme=dark");

  m.server.on_request(authenticate);
  CHECK(body_of(m.answer(get("/", "Authorization: Bearer 1234\r\n"))) == "hello alice");
  CHECK(body_of(m.answer(get("/"))) == "hello stranger");

  refuse_large_uploads(m.server);
  CHECK(m.answer("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
                 "10000000\r\n\r\n")
            .starts_with("HTTP/1.1 413 "));
  CHECK(m.answer("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
                 "3\r\n\r\n")
            .starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_CASE("recipes for servers: responses") {
  memory m(count);
  std::string const rows = m.answer(get("/"));
  CHECK(rows.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(rows.find("999\n") != std::string::npos);

  m.server.on_request(page);
  CHECK(m.answer(get("/")).starts_with("HTTP/1.1 103 Early Hints\r\nLink: </style.css>"));
  m.server.on_request(with_checksum);
  CHECK(m.answer(get("/")).ends_with("0\r\nX-Checksum: 42\r\n\r\n"));
  m.server.on_request(with_security_headers(routes));
  CHECK(m.answer(get("/items")).find("X-Content-Type-Options: nosniff\r\n") != std::string::npos);
  m.server.on_request(send_file);
  CHECK(body_of(m.answer(get("/"))).starts_with("# The documentation site"));

  std::vector<std::string> lines;
  m.server.on_request(with_log(routes, [&](std::string line) { lines.push_back(line); }));
  m.answer(get("/items"));
  CHECK(lines == std::vector<std::string>{"GET /items 200 10 bytes"});

  health state;
  m.server.on_request(
      [&state](http::incoming_message& req, http::server_response& res) { state(req, res); });
  CHECK(m.answer(get("/healthz")).starts_with("HTTP/1.1 200 "));
  state.draining = true;
  CHECK(m.answer(get("/healthz")).starts_with("HTTP/1.1 503 "));

  std::map<int, int> classes;
  count_statuses(m.server, classes);
  m.answer(get("/healthz"));
  CHECK(classes == std::map<int, int>{{5, 1}});
}

TEST_CASE("recipes for servers: failures") {
  memory m(
      [](http::incoming_message&, http::server_response&) { throw std::logic_error("a fault"); });
  add_error_page(m.server);
  std::string const error = m.answer(get("/"));
  CHECK(error.starts_with("HTTP/1.1 500 "));
  CHECK(body_of(error) == "{\"title\": \"internal error\"}");
  answer_bad_requests(m.server);
  CHECK(m.answer("G?T / HTTP/1.1\r\n\r\n") ==
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nHPE_INVALID_METHOD\n");
}

TEST_CASE("recipes for servers: time") {
  memory m(answer_later, for_the_open_network());
  testing::peer client = m.loop.connect(m.server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.expect_silence();
  CHECK(recipes::run_until(m.loop, [&] { return client.received().ends_with("\r\n\r\nlater\n"); }));
  client.take();

  bool ended = false;
  m.server.on_request(
      [&ended](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
        try {
          co_await report(req, res);
        } catch (boost::system::system_error const&) {
          ended = true;
          throw;
        }
      });
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  m.loop.settle();
  CHECK_FALSE(ended);
  client.close();
  m.loop.settle();
  CHECK(ended);
  CHECK(m.loop.run(shut_down(m.server)) == "0 connections ended, 0 requests were cut off");
}

TEST_CASE("recipes for servers: threads") {
  http::cluster_options options;
  options.threads = 2;
  options.signals.clear();
  CHECK(serve_on_all_cores(std::move(options)).cut == 0);

  net::thread_pool pool(1);
  net::io_context io{1};
  http::server server{
      io.get_executor(),
      [&pool](http::incoming_message&, http::server_response& res) { return hash(pool, res); }};
  server.listen(0, "127.0.0.1");
  std::string text;
  net::co_spawn(
      io,
      [&]() -> net::awaitable<void> {
        auto res = co_await http::get(
            io.get_executor(), "http://127.0.0.1:" + std::to_string(server.address().port) + "/");
        text = co_await res.text();
        server.close();
        http::global_agent(io.get_executor()).destroy();
      },
      net::detached);
  io.run_for(30s);
  CHECK(text == "42");
}
