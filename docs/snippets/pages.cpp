// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The code of README.md and of the pages about errors, time, threads and lifetimes.
#include "memory.hpp"
#include "support/catch.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <map>
#include <stdexcept>

using recipes::memory;

namespace {

net::awaitable<void> hello(http::incoming_message&, http::server_response& res) {
  co_await res.end("Hello World!\n");
}

net::awaitable<void> echo(http::incoming_message& req, http::server_response& res) {
  // [read_loop]
  while (auto chunk = co_await req.read()) {
    co_await res.write(*chunk);
  }
  co_await res.end();
  // [read_loop]
}

net::awaitable<std::string> use_client(net::any_io_executor ex, std::string url, std::string part1,
                                       std::string part2) {
  // [client]
  auto res = co_await http::get(ex, url);
  auto text = co_await res.text();
  auto created = co_await http::send(ex, "PUT", url + "a", "the whole body");

  http::agent agent{ex, {.keep_alive = true, .max_sockets = 8}};
  auto req = agent.request("POST", url + "upload", {{"Content-Type", "text/csv"}});
  co_await req.write(part1);
  co_await req.end(part2);
  auto answer = co_await req.response();
  // [client]
  co_return text + std::to_string(created.status_code()) + std::to_string(answer.status_code());
}

void test_kit() {
  // [testing]
  testing::event_loop loop;
  http::server server{loop.get_executor(), hello};
  testing::peer client = loop.connect(server);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.expect("HTTP/1.1 200 OK\r\n");
  loop.advance(std::chrono::seconds(6));  // idle for longer than keep_alive_timeout
  // [testing]
}

net::awaitable<void> send_json(http::server_response& res, int status,
                               http::header_list const& answer) {
  res.set_status_code(status);
  co_await res.end(answer[0].name + ": " + answer[0].value.text());
}

net::awaitable<void> g12_request(http::agent& agent) {
  // [g12_request]
  auto req = agent.request("GET", "http://127.0.0.1:8000/", {{"Accept", "*/*"}});
  req.end();
  auto res = co_await req.response();
  // [g12_request]
  res.dump();
}

net::awaitable<void> g12_list(http::server_response& res) {
  // [g12_list]
  http::header_list const answer = {{"error", "no such user"}};
  co_await send_json(res, 400, answer);
  // [g12_list]
}

net::awaitable<void> g12_flat(http::server_response& res) {
  // [g12_flat]
  co_await send_json(res, 400, {"error", "no such user"});
  // [g12_flat]
}

net::awaitable<void> g12_condition(http::client_request& req) {
  // [g12_condition]
  bool const wanted = co_await req.continued();
  if (!wanted) {
    co_return;
  }
  // [g12_condition]
  req.end("body");
}

// [describe]
std::string describe(http::request_error const& e) {
  return std::string(e.code_name())                            // for programs: "ECONNRESET"
         + ": " + e.what()                                     // for people: "socket hang up"
         + ", phase " + std::string(to_string(e.phase()))      // where it failed
         + ", verdict " + std::string(to_string(e.verdict()))  // what the server may have done
         + (e.reused_socket() ? ", on a kept connection" : "");
}
// [describe]

// [compare]
bool is_busy(boost::system::error_code ec) {
  return ec == http::error::request_timeout        // of anode
         || ec == net::error::connection_refused;  // of the system
}
// [compare]

// [misuse]
std::string set_header_too_late(http::server_response& res) {
  res.end("all");
  try {
    res.set_header("X-Late", "1");
  } catch (http::exception const& e) {
    return std::string(e.code_name());  // ERR_HTTP_HEADERS_SENT: a mistake of the program
  }
  return "no error";
}
// [misuse]

// [race]
net::awaitable<std::string> first_of(http::agent& agent, std::chrono::milliseconds patience) {
  using namespace net::experimental::awaitable_operators;
  net::steady_timer timer(agent.get_executor(), patience);
  std::variant<http::incoming_message, std::monostate> result =
      co_await (agent.get("http://shop.test/slow") || timer.async_wait(net::use_awaitable));
  co_return result.index() == 0 ? "a response" : "too late";  // the request is aborted
}
// [race]

// [wait_close]
net::awaitable<void> until_the_client_leaves(http::incoming_message& req,
                                             http::server_response& res) {
  using namespace net::experimental::awaitable_operators;
  net::steady_timer work(res.get_executor(), 1h);
  co_await (work.async_wait(net::use_awaitable) || req.wait_close());
}
// [wait_close]

// [strand]
std::uint16_t serve_on_a_pool(net::thread_pool& pool, http::server& server) {
  server = http::server{net::make_strand(pool), hello};  // one at a time, on any thread
  return net::post(server.get_executor(), net::use_future([&server] {
                     server.listen(0, "127.0.0.1");  // on the strand, as everything
                     return server.address().port;
                   }))
      .get();
}
// [strand]

http::drain_result readme_cluster(std::uint16_t port) {
  // [cluster]
  http::cluster cluster([](http::worker& w) {  // runs once in each thread
    w.server().on_request(
        [](http::incoming_message&, http::server_response& res) { res.end("hello"); });
  });
  cluster.listen(port);
  // [cluster]
  cluster.drain(1s);
  return cluster.run();
}

// [worker_message]
void publish(http::cluster& cluster, std::shared_ptr<std::string const> news) {
  cluster.for_each_worker([news](http::worker& w) {  // runs on the thread of each worker
    w.server().on_request([news](auto&, http::server_response& res) { res.end(*news); });
  });
}
// [worker_message]

// [keep_view]
net::awaitable<std::string> last_line(http::incoming_message& req) {
  std::string rest;  // a copy: the view of `read` ends with the next read
  while (auto const piece = co_await req.read()) {
    rest += *piece;
    rest.erase(0, rest.rfind('\n', rest.size() - 1) + 1);
  }
  co_return rest;
}
// [keep_view]

// [keep_response]
class waiting_clients {
public:
  void add(http::server_response& res) {
    all_.push_back(&res);
    res.on_close([this, &res] { std::erase(all_, &res); });  // after this, `res` may not be used
  }

  void notify(std::string const& text) {
    for (http::server_response* const res : std::exchange(all_, {})) {
      res->end(text);
    }
  }

private:
  std::vector<http::server_response*> all_;
};
// [keep_response]

// [member_coroutine]
class report : public std::enable_shared_from_this<report> {
public:
  static net::awaitable<void> run(std::shared_ptr<report> self, http::server_response& res) {
    co_await res.write("begin\n");
    co_await res.end(self->text_);  // `self` keeps the object while the coroutine is suspended
  }

private:
  std::string text_ = "end\n";
};
// [member_coroutine]

}  // namespace

TEST_CASE("pages: README") {
  memory m(echo);
  CHECK(m.answer("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").find("abc") !=
        std::string::npos);
  m.server.on_request(hello);
  http::set_global_agent(m.agent);
  test_kit();
  m.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { return g12_flat(res); });
  CHECK(m.answer(recipes::get("/")).starts_with("HTTP/1.1 400 "));
  http::client_request req =
      m.agent.request("POST", "http://a.test/", {{"Expect", "100-continue"}});
  req.flush_headers();
  m.loop.run(g12_condition(req));

  net::io_context io{1};
  http::server server{io.get_executor(), hello};
  server.listen(0, "127.0.0.1");
  std::string const url = "http://127.0.0.1:" + std::to_string(server.address().port) + "/";
  std::string text;
  net::co_spawn(io, use_client(io.get_executor(), url, "a", "b"),
                [&](std::exception_ptr, std::string all) {
                  text = all;
                  server.close();
                  http::global_agent(io.get_executor()).destroy();
                });
  io.run_for(30s);
  CHECK(text == "Hello World!\n200200");

  m.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { return g12_list(res); });
  CHECK(m.answer(recipes::get("/")).starts_with("HTTP/1.1 400 "));
  m.loop.run(g12_request(m.agent));
}

TEST_CASE("pages: errors") {
  http::request_error const e(make_error_code(http::error::connection_reset), "socket hang up",
                              http::request_phase::head, http::verdict::maybe_processed, true, 10,
                              0);
  CHECK(describe(e) ==
        "ECONNRESET: socket hang up, phase head, verdict maybe_processed, on a kept connection");
  CHECK(is_busy(net::error::connection_refused));
  CHECK_FALSE(is_busy(e.code()));
  std::string code;
  memory m([&](http::incoming_message&, http::server_response& res) {
    code = set_header_too_late(res);
  });
  m.answer(recipes::get("/"));
  CHECK(code == "ERR_HTTP_HEADERS_SENT");
}

TEST_CASE("pages: time") {
  memory m(until_the_client_leaves);
  std::string result;
  net::co_spawn(m.loop.context(), first_of(m.agent, 5ms),
                [&](std::exception_ptr, std::string text) { result = text; });
  CHECK(recipes::run_until(m.loop, [&] { return !result.empty(); }));
  CHECK(result == "too late");
  m.loop.settle();
  CHECK(m.server.connection_count() == 0);
}

TEST_CASE("pages: threads") {
  net::thread_pool pool(2);
  http::server server{pool.get_executor()};
  CHECK(serve_on_a_pool(pool, server) != 0);
  net::post(server.get_executor(),
            net::use_future([&] { server = http::server{pool.get_executor()}; }))
      .get();
  pool.join();

  http::cluster_options options;
  options.threads = 2;
  options.signals.clear();
  http::cluster cluster(std::move(options), [](http::worker&) {});
  cluster.listen(0, "127.0.0.1");
  publish(cluster, std::make_shared<std::string const>("news"));
  cluster.drain(1s);
  CHECK(cluster.run().cut == 0);
  CHECK(readme_cluster(0).cut == 0);
}

TEST_CASE("pages: lifetimes") {
  memory m([](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
    std::string const line = co_await last_line(req);
    co_await res.end(line);
  });
  CHECK(m.answer(
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\na\nb\nc")
            .ends_with("\r\n\r\nc"));

  waiting_clients waiting;
  m.server.on_request(
      [&](http::incoming_message&, http::server_response& res) { waiting.add(res); });
  testing::peer stays = m.loop.connect(m.server);
  stays.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  {
    testing::peer leaves = m.loop.connect(m.server);
    leaves.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  m.loop.settle();
  waiting.notify("news");
  m.loop.settle();
  stays.expect_until("\r\n\r\nnews");

  m.server.on_request([](http::incoming_message&, http::server_response& res) {
    return report::run(std::make_shared<report>(), res);
  });
  CHECK(m.answer(recipes::get("/")).find("end\n") != std::string::npos);
}
