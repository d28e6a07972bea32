// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The right column of docs/coming-from-node.md: each code there occurs here.
#include "memory.hpp"
#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <map>

using recipes::memory;

namespace {

void server_events(http::server& server, std::vector<std::string>& seen) {
  server.on_request([](auto& req, auto& res) { res.end("hi " + std::string(req.url())); });
  server.on_connection(
      [&](anode::socket s) { seen.push_back("connection " + s.remote_endpoint().family); });
  server.on_close([&] { seen.push_back("close"); });
  server.on_listening([&] { seen.push_back("listening"); });
  server.on_error([&](std::exception_ptr) { seen.push_back("error"); });
  server.on_client_error([&](http::client_error const& err, anode::socket socket) {
    seen.push_back(std::string(http::code_name(err.code)));
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  server.on_check_continue([](auto& req, auto& res) {
    res.write_continue();
    req.dump();
    res.end();
  });
  server.on_upgrade([](auto&, anode::socket socket) { socket.destroy(); });
  server.on_connect([](auto&, anode::socket socket) { socket.destroy(); });
  server.set_timeout(30s);
}

net::awaitable<void> requests(http::incoming_message& req, http::server_response& res,
                              std::vector<std::string>& seen) {
  seen.emplace_back(req.method());
  seen.emplace_back(req.url());
  seen.emplace_back(req.path());
  seen.emplace_back(req.query());
  seen.push_back(std::string(req.headers().get("content-type").value_or("none")));
  seen.push_back(std::to_string(req.headers().values("set-cookie").size()));
  seen.push_back(std::to_string(req.raw_headers().size()));
  seen.push_back(req.http_version());
  seen.push_back(req.socket().remote_endpoint().address);
  req.on_close([&seen] { seen.push_back("request closed"); });
  while (auto const chunk = co_await req.read()) {
    seen.emplace_back(*chunk);
  }
  if (req.complete()) {
    seen.push_back("complete");
  }
  res.set_status_code(201);
  res.set_status_message("Made");
  res.set_header("Set-Cookie", {"a=1", "b=2"});
  res.append_header("Vary", "Accept");
  res.remove_header("X-Nothing");
  if (!res.has_header("vary") || res.headers_sent()) {
    co_return;
  }
  res.flush_headers();
  if (!res.write("part")) {
    co_await res.drained();
  }
  res.cork();
  res.write("one");
  res.write("two");
  res.uncork();
  res.add_trailers({{"X-Sum", "1"}});
  res.on_finish([&seen] { seen.push_back("finish"); });
  co_await res.end();
  co_await res.finished();
}

net::awaitable<void> bodies(http::incoming_message& req, http::server_response& res) {
  std::string const body = co_await req.text();
  res.write_head(200, {{"Content-Type", "text/plain"}}).end(body);
}

net::awaitable<void> piped(http::incoming_message& req, http::server_response& res) {
  co_await http::pipe(req, res);
}

net::awaitable<void> client(http::agent agent, net::any_io_executor ex,
                            std::vector<std::string>& seen) {
  http::set_global_agent(agent);
  {
    auto res = co_await http::get(ex, "http://a.test/x");
    seen.push_back(std::to_string(res.status_code()));
    seen.push_back(std::string(res.headers().get("content-type").value_or("")));
    auto const text = co_await res.text();
    seen.push_back(text);
  }
  {
    auto req = http::request(ex, "POST", "http://a.test/y", {{"Content-Type", "text/plain"}});
    req.on_socket([&](anode::socket) { seen.push_back("socket"); });
    req.set_header("X-A", "1");
    req.write("abc");
    req.end();
    auto res = co_await req.response();
    res.dump();
  }
  {
    http::request_options options;
    options.host = "a.test";
    options.path = "/z";
    options.timeout = 2s;
    auto req = agent.request(options);
    req.on_timeout([&req] { req.destroy(); });
    req.end();
    try {
      auto res = co_await req.response();
      res.dump();
    } catch (http::request_error const& err) {
      seen.push_back(std::string(err.code_name()));
    }
  }
  {
    auto req = agent.request("GET", "http://a.test/gone");
    req.on_error([&](boost::system::error_code err) { seen.emplace_back(http::code_name(err)); });
    req.destroy();
  }
  seen.push_back(std::to_string(agent.totals().free_sockets));
  agent.destroy();
}

net::awaitable<void> ends(http::server& server) {
  co_await server.close();
  server.close_idle_connections();
  server.close_all_connections();
}

}  // namespace

TEST_CASE("coming from Node: servers") {
  memory m(bodies);
  std::vector<std::string> seen;
  server_events(m.server, seen);
  CHECK(m.answer(recipes::get("/a")).ends_with("hi /a"));
  m.answer("G?T");
  CHECK(seen.front() == "connection ");
  CHECK(seen.back() == "HPE_INVALID_METHOD");

  seen.clear();
  m.server.on_request([&](http::incoming_message& req, http::server_response& res) {
    return requests(req, res, seen);
  });
  std::string const answer = m.answer(
      "POST /p?q=1 HTTP/1.1\r\nHost: a\r\nContent-Type: x/y\r\nContent-Length: "
      "3\r\nConnection: close\r\n\r\nabc");
  CHECK(answer.starts_with("HTTP/1.1 201 Made\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"));
  CHECK(answer.ends_with("\r\n0\r\nX-Sum: 1\r\n\r\n"));
  CHECK(std::vector<std::string>(seen.begin() + 1, seen.begin() + 6) ==
        std::vector<std::string>{"POST", "/p?q=1", "/p", "q=1", "x/y"});
  CHECK(seen.back() == "finish");

  std::string const post =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
  m.server.on_request(bodies);
  CHECK(m.answer(post).find("Content-Type: text/plain\r\n") != std::string::npos);
  m.server.on_request(piped);
  CHECK(m.answer(post).find("abc") != std::string::npos);
}

TEST_CASE("coming from Node: clients") {
  memory m(bodies);
  std::vector<std::string> seen;
  m.loop.run(client(m.agent, m.loop.get_executor(), seen));
  m.loop.settle();
  CHECK(seen.back() == "ECONNRESET");
  CHECK(std::vector<std::string>(seen.begin(), seen.begin() + 3) ==
        std::vector<std::string>{"200", "text/plain", ""});
}

TEST_CASE("coming from Node: the process") {
  net::io_context io{1};
  http::server server{
      io.get_executor(), {.keep_alive_timeout = 60s, .max_header_size = 8192}, bodies};
  server.listen({.port = 0, .host = "127.0.0.1"});
  CHECK(server.address().port != 0);
  http::agent agent{io.get_executor(), {.keep_alive = true, .max_sockets = 8}};
  CHECK(agent.options().max_sockets == 8);
  net::co_spawn(io, ends(server), net::detached);
  io.run_for(30s);
  CHECK_FALSE(server.listening());
  CHECK(http::reason_phrase(404) == "Not Found");
  CHECK(http::methods().size() > 30);
  CHECK_THROWS_AS(http::validate_header_name("a b"), http::exception);
}
