// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Workloads of anode-web, each beside the one without it, in memory. bench/web/count counts their
// instructions.
//
// usage: bench_web CASE COUNT

#include "sample_json.hpp"

#include <anode/agent.hpp>
#include <anode/server.hpp>
#include <anode/testing.hpp>
#include <anode/web/compress.hpp>
#include <anode/web/fetch.hpp>
#include <anode/web/files.hpp>
#include <anode/web/gzip.hpp>
#include <anode/web/router.hpp>

#include <boost/asio/awaitable.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <zlib.h>

namespace {

namespace http = anode::http;
namespace net = boost::asio;
namespace web = anode::web;

constexpr std::string_view request = "GET /part777/items/42 HTTP/1.1\r\nHost: test\r\n\r\n";

/// Sends the request to a server again and again.
void ask(anode::testing::event_loop& loop, http::server& server, std::size_t count,
         std::string_view what = request) {
  anode::testing::peer client = loop.connect(server, std::size_t{1} << 20U);
  for (std::size_t i = 0; i < count; ++i) {
    client.send(what);
    if (!client.take().starts_with("HTTP/1.1 200 OK\r\n")) {
      throw std::runtime_error("not the expected response");
    }
  }
}

void hello(std::size_t count) {
  anode::testing::event_loop loop;
  http::server server{loop.get_executor(), [](http::incoming_message&, http::server_response& res) {
                        res.end("hello");
                      }};
  ask(loop, server, count);
}

void coroutine_hello(std::size_t count) {
  anode::testing::event_loop loop;
  http::server server{
      loop.get_executor(),
      [](http::incoming_message&, http::server_response& res) -> net::awaitable<void> {
        co_await res.end("hello");
      }};
  ask(loop, server, count);
}

web::router many_routes(web::handler const& wanted) {
  web::router app;
  for (int i = 0; i < 1000; ++i) {
    std::string const pattern = "/part" + std::to_string(i) + "/items/{id}";
    if (i == 777) {
      app.get(pattern, wanted);
    } else {
      app.get(pattern, [](web::context& c) { c.send("other"); });
    }
  }
  return app;
}

void router(std::size_t count) {
  anode::testing::event_loop loop;
  http::server server{
      loop.get_executor(),
      many_routes([](http::incoming_message&, http::server_response& res) { res.end("hello"); })};
  ask(loop, server, count);
}

void router_context(std::size_t count) {
  anode::testing::event_loop loop;
  http::server server{loop.get_executor(),
                      many_routes([](web::context& c) { c.res().end("hello"); })};
  ask(loop, server, count);
}

void router_coroutine(std::size_t count) {
  anode::testing::event_loop loop;
  http::server server{loop.get_executor(), many_routes([](web::context& c) -> net::awaitable<void> {
                        co_await c.res().end("hello");
                      })};
  ask(loop, server, count);
}

http::agent agent_to(anode::testing::event_loop& loop, http::server& server) {
  http::agent_options options;
  options.keep_alive = true;
  options.create_connection = anode::testing::connections_to(server);
  return {loop.get_executor(), std::move(options)};
}

/// Gets a small response again and again. `get` returns the response of an agent.
template <class Get>
void get_by(std::size_t count, Get get) {
  anode::testing::event_loop loop;
  http::server server{loop.get_executor(), [](http::incoming_message&, http::server_response& res) {
                        res.end("hello");
                      }};
  auto const run = [](http::agent agent, std::size_t n, Get ask) -> net::awaitable<void> {
    for (std::size_t i = 0; i < n; ++i) {
      http::incoming_message res = co_await ask(agent);
      co_await res.text();
    }
  };
  loop.run(run(agent_to(loop, server), count, get));
}

void get(std::size_t count) {
  get_by(count, [](http::agent& agent) { return agent.get("http://test/items/42"); });
}

/// What a program often sets.
http::request_options usual_options() {
  using namespace std::chrono_literals;
  http::request_options options;
  options.headers.append("User-Agent", "bench/1");
  options.connect_timeout = 5s;
  options.deadline = 30s;
  options.retry = 0;
  return options;
}

void get_with_options(std::size_t count) {
  get_by(count,
         [](http::agent& agent) { return agent.get("http://test/items/42", usual_options()); });
}

void fetch_from(web::client_options const& options, std::size_t count) {
  anode::testing::event_loop loop;
  http::server server{loop.get_executor(), [](http::incoming_message&, http::server_response& res) {
                        res.end("hello");
                      }};
  auto const run = [](web::client client, std::size_t n) -> net::awaitable<void> {
    for (std::size_t i = 0; i < n; ++i) {
      web::fetch_response res = co_await client.fetch("http://test/items/42");
      co_await res.text();
    }
  };
  loop.run(run(web::client(agent_to(loop, server), options), count));
}

void fetch(std::size_t count) { fetch_from(web::client_options(), count); }

void fetch_with_options(std::size_t count) {
  using namespace std::chrono_literals;
  fetch_from(web::client_options().timeouts(5s, 30s).retry(2).user_agent("bench/1"), count);
}

/// A file of 4 KiB.
void file(std::size_t count) {
  std::filesystem::path const folder =
      std::filesystem::temp_directory_path() / "anode-bench-web-files";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "4k", std::ios::binary) << std::string(4096, 'x');
  anode::testing::event_loop loop;
  web::router app;
  app.get("/{path...}", web::files(folder));
  http::server server{loop.get_executor(), app};
  ask(loop, server, count, "GET /4k HTTP/1.1\r\nHost: test\r\n\r\n");
}

/// zlib alone, whose state is reused.
void zlib(std::size_t count) {
  z_stream z{};
  if (::deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string out(::deflateBound(&z, bench::sample_json().size()), '\0');
  for (std::size_t i = 0; i < count; ++i) {
    ::deflateReset(&z);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bench::sample_json().data()));
    z.avail_in = static_cast<uInt>(bench::sample_json().size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    if (::deflate(&z, Z_FINISH) != Z_STREAM_END) {
      throw std::runtime_error("deflate");
    }
  }
  ::deflateEnd(&z);
}

/// The encoder of anode-web-gzip, a new one for each body.
void gzip(std::size_t count) {
  web::coding const coding = web::gzip();
  for (std::size_t i = 0; i < count; ++i) {
    std::string out;
    coding.make_encoder()->encode(bench::sample_json(), web::encoder::mode::finish, out);
  }
}

void serve_json(std::size_t count, bool coded) {
  anode::testing::event_loop loop;
  web::router app;
  if (coded) {
    app.use(web::compress(web::codings{web::gzip()}));
  }
  app.get("/", [](web::context& c) { c.type("application/json").send(bench::sample_json()); });
  http::server server{loop.get_executor(), app};
  ask(loop, server, count, "GET / HTTP/1.1\r\nHost: test\r\nAccept-Encoding: gzip\r\n\r\n");
}

void json(std::size_t count) { serve_json(count, false); }
void compressed_json(std::size_t count) { serve_json(count, true); }

std::map<std::string_view, void (*)(std::size_t)> const cases{
    {"hello", hello},
    {"coroutine_hello", coroutine_hello},
    {"router", router},
    {"router_context", router_context},
    {"router_coroutine", router_coroutine},
    {"get", get},
    {"fetch", fetch},
    {"get_with_options", get_with_options},
    {"fetch_with_options", fetch_with_options},
    {"file", file},
    {"zlib", zlib},
    {"gzip", gzip},
    {"json", json},
    {"compressed_json", compressed_json},
};

}  // namespace

int main(int argc, char** argv) {
  auto const found = argc == 3 ? cases.find(argv[1]) : cases.end();
  if (found == cases.end()) {
    for (auto const& [name, _] : cases) {
      std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
    }
    return argc == 1 ? EXIT_SUCCESS : 2;
  }
  found->second(std::strtoul(argv[2], nullptr, 10));
}
