// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A tour of the library in one program: an origin server, a tunnel proxy, and a client whose
// persistent connections use CONNECT tunnels of the proxy. The program prints a report of each
// exchange. At the end the servers drain, and `io.run()` returns because no work is left.

#include "options.hpp"

#include <anode/http.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace http = anode::http;
namespace net = boost::asio;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

// The FNV-1a hash. It verifies that the received bytes equal the sent bytes.
class checksum {
public:
  void add(std::string_view bytes) {
    for (char const c : bytes) {
      sum_ = (sum_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
  }
  std::string text() const { return fmt::format("{:016x}", sum_); }

private:
  std::uint64_t sum_ = 0xcbf29ce484222325;
};

std::string chunk_of(unsigned number) {
  return std::string(65536, static_cast<char>('a' + number % 26));
}

// The origin server.

// Reads an upload in segments and responds with its size and checksum.
net::awaitable<void> take_upload(http::incoming_message& req, http::server_response& res) {
  checksum sum;
  std::size_t size = 0;
  while (auto const chunk = co_await req.read()) {
    sum.add(*chunk);
    size += chunk->size();
  }
  co_await res.end(fmt::format("{} bytes, checksum {}\n", size, sum.text()));
}

// Sends chunks. The checksum is known only after the last chunk, therefore it is sent in a
// trailer.
net::awaitable<void> give_download(http::server_response& res, unsigned chunks) {
  res.set_header("Trailer", "X-Checksum");
  checksum sum;
  for (unsigned i = 0; i < chunks; ++i) {
    std::string const chunk = chunk_of(i);
    sum.add(chunk);
    co_await res.write(chunk);
  }
  res.add_trailers({{"X-Checksum", sum.text()}});
  co_await res.end();
}

net::awaitable<void> origin(http::incoming_message& req, http::server_response& res) {
  res.set_header("Content-Type", "text/plain");
  if (req.url() == "/upload") {
    co_await take_upload(req, res);
  } else if (req.url() == "/download") {
    co_await give_download(res, 256);
  } else {
    co_await res.end("Hello World!\n");
  }
}

// The proxy: connects, confirms the tunnel, and relays bytes in both directions.
net::awaitable<void> tunnel(http::incoming_message& req, anode::socket client) {
  auto const server = co_await anode::connect(client.get_executor(), req.url());
  co_await client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
  co_await anode::relay(client, server);
}

// The client.

void expect(bool holds, std::string_view what) {
  if (!holds) {
    throw std::runtime_error(fmt::format("expected {}", what));
  }
}

// One exchange and its report.
class exchange {
public:
  exchange(http::agent& agent, std::string_view method, std::string const& url,
           http::header_list headers = {})
      : req_(agent.request(method, url, std::move(headers))) {
    req_.on_socket([this](anode::socket s) { port_ = s.local_endpoint().port; });
  }

  http::client_request& request() { return req_; }

  void account(http::incoming_message const& res, std::size_t sent, std::size_t received) const {
    std::chrono::duration<double, std::milli> const took = clock_type::now() - begin_;
    fmt::print("\n{} {}  ->  {} {}\n", req_.method(), req_.path(), res.status_code(),
               res.status_message());
    fmt::print("    connection {} ({}), {} bytes sent, {} received, {:.1f} ms\n", port_,
               req_.reused_socket() ? "kept" : "new", sent, received, took.count());
    for (auto const& [name, value] : res.raw_headers()) {
      fmt::print("    {}: {}\n", name, value);
    }
    for (auto const& [name, value] : res.raw_trailers()) {
      fmt::print("    {}: {} (trailer)\n", name, value);
    }
  }

private:
  clock_type::time_point begin_ = clock_type::now();
  std::uint16_t port_ = 0;
  http::client_request req_;
};

net::awaitable<void> read_greeting(exchange& x) {
  auto res = co_await x.request().response();
  auto const text = co_await res.text();
  expect(text == "Hello World!\n", "the greeting");
  x.account(res, 0, text.size());
}

net::awaitable<void> hello(http::agent& agent, std::string const& origin_url) {
  exchange x(agent, "GET", origin_url + "/");
  x.request().end();
  co_await read_greeting(x);
}

// Starts all requests before it awaits the first response. The pool opens at most two connections.
net::awaitable<void> hello_three_times(http::agent& agent, std::string const& origin_url) {
  std::deque<exchange> all;
  for (int i = 0; i < 3; ++i) {
    all.emplace_back(agent, "GET", origin_url + "/").request().end();
  }
  for (exchange& x : all) {
    co_await read_greeting(x);
  }
}

net::awaitable<void> upload(http::agent& agent, std::string const& origin_url) {
  exchange x(agent, "POST", origin_url + "/upload", {{"Content-Type", "text/csv"}});
  checksum sum;
  std::size_t size = 0;
  for (unsigned i = 0; i < 256; ++i) {
    std::string const chunk = chunk_of(i);
    sum.add(chunk);
    size += chunk.size();
    co_await x.request().write(chunk);  // suspends while the server is slower
  }
  co_await x.request().end();
  auto res = co_await x.request().response();
  auto const text = co_await res.text();
  expect(text == fmt::format("{} bytes, checksum {}\n", size, sum.text()), "the whole upload");
  x.account(res, size, text.size());
  fmt::print("    > {}", text);
}

net::awaitable<void> download(http::agent& agent, std::string const& origin_url) {
  exchange x(agent, "GET", origin_url + "/download");
  x.request().end();
  auto res = co_await x.request().response();
  checksum sum;
  std::size_t size = 0;
  while (auto const chunk = co_await res.read()) {
    sum.add(*chunk);
    size += chunk->size();
  }
  expect(res.trailers().get("X-Checksum") == sum.text(), "the checksum in a trailer");
  x.account(res, 0, size);
}

void rethrow(std::exception_ptr failure) {
  if (failure) {
    std::rethrow_exception(failure);  // propagates out of io.run()
  }
}

net::awaitable<void> drain(std::string_view name, http::server& server) {
  auto const drained = co_await server.drain(5s);
  fmt::print("{} drained: {} connections ended by themselves, {} had to be cut\n", name,
             drained.finished, drained.cut);
  expect(drained.cut == 0, "an orderly end");
}

net::awaitable<void> visit(http::server& origin_server, http::server& proxy) {
  std::string const origin_url = fmt::format("http://127.0.0.1:{}", origin_server.address().port);
  http::agent_options options;
  options.keep_alive = true;
  options.max_sockets = 2;
  options.proxy = fmt::format("http://127.0.0.1:{}", proxy.address().port);
  options.proxy_tunnel = true;
  fmt::print("origin {}, tunnel proxy {}\n", origin_url, options.proxy);

  http::agent agent{origin_server.get_executor(), options};
  co_await hello(agent, origin_url);
  co_await hello(agent, origin_url);
  co_await upload(agent, origin_url);
  co_await download(agent, origin_url);

  fmt::print("\nthree at once, on at most two connections:\n");
  co_await hello_three_times(agent, origin_url);

  auto const counts = agent.totals();
  fmt::print("\nthe pool keeps {} connections\n", counts.free_sockets);
  expect(counts.free_sockets == 2 && counts.sockets == 0, "two free connections");

  fmt::print("\nboth servers drain; a persistent connection may send one more request:\n");
  net::co_spawn(agent.get_executor(), drain("origin", origin_server), rethrow);
  net::co_spawn(agent.get_executor(), drain("proxy", proxy), rethrow);
  co_await hello(agent, origin_url);
  fmt::print("\n");
  agent.destroy();  // closes the other connection; the servers wait for it
}

int main(int argc, char** argv) try {
  samples::options{"tour",
                   "Makes requests through a connection pool and a CONNECT tunnel on loopback, and "
                   "prints a report of each."}
      .parse(argc, argv);

  net::io_context io{1};
  http::server origin_server{io.get_executor(), origin};
  http::server proxy{io.get_executor()};
  proxy.on_connect(tunnel);
  origin_server.listen(0, "127.0.0.1");
  proxy.listen(0, "127.0.0.1");
  net::co_spawn(io, visit(origin_server, proxy), rethrow);
  io.run();
} catch (std::exception const& e) {
  std::fflush(stdout);
  fmt::print(stderr, "tour: {}\n", e.what());
  return EXIT_FAILURE;
}
