// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Makes allocations of OpenSSL fail, one in each run: the result is an error or a success,
// never a crash, a leak or a peer that should not be trusted. A program of its own, because OpenSSL
// accepts other functions for memory only before it has allocated any.

#include "support/catch.hpp"
#include "support/certificates.hpp"
#include "tls/connection/tls_stream.hpp"
#include "tls/https/server_layer.hpp"
#include "transport/memory_stream.hpp"

#include <anode/error.hpp>
#include <anode/https.hpp>
#include <anode/tls_testing.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace allocation_openssl_failures {

namespace http = anode::http;
namespace https = anode::https;
namespace net = boost::asio;
namespace testing = anode::testing;
namespace tls = anode::tls;

namespace {

// The memory of OpenSSL.
struct memory {
  std::uint64_t calls = 0;    // since `arm`
  std::uint64_t fail_at = 0;  // the number of the call that fails; 0: none
  bool failed = false;
  bool paused = false;     // calls are neither counted nor fail
  std::size_t blocks = 0;  // that are in use
  std::size_t bytes = 0;

  void arm(std::uint64_t at) {
    calls = 0;
    fail_at = at;
    failed = false;
  }

  bool fails() {
    if (!paused && ++calls == fail_at) {
      failed = true;
      return true;
    }
    return false;
  }
};

memory of_openssl;

// Before each block its size is stored.
constexpr std::size_t header = 16;

void* allocate(std::size_t size, char const*, int) {
  if (size == 0 || of_openssl.fails()) {
    return nullptr;
  }
  auto* const block = static_cast<unsigned char*>(std::malloc(size + header));
  if (block == nullptr) {
    return nullptr;
  }
  std::memcpy(block, &size, sizeof size);
  ++of_openssl.blocks;
  of_openssl.bytes += size;
  return block + header;
}

std::size_t size_of(void* p) {
  std::size_t size = 0;
  std::memcpy(&size, static_cast<unsigned char*>(p) - header, sizeof size);
  return size;
}

void release(void* p, char const*, int) {
  if (p != nullptr) {
    --of_openssl.blocks;
    of_openssl.bytes -= size_of(p);
    std::free(static_cast<unsigned char*>(p) - header);
  }
}

void* reallocate(void* p, std::size_t size, char const* file, int line) {
  if (p == nullptr) {
    return allocate(size, file, line);
  }
  if (size == 0) {
    release(p, file, line);
    return nullptr;
  }
  void* const next = allocate(size, file, line);
  if (next != nullptr) {
    std::memcpy(next, p, std::min(size, size_of(p)));
    release(p, file, line);
  }
  return next;
}

int const installed = CRYPTO_set_mem_functions(&allocate, &reallocate, &release);

std::string const body(40'000, 'b');

struct pems {
  support::certificates::authority root;
  std::string root_cert = root.cert();
  support::certificates::issued leaf = root.issue({.names = {"good.test"}});
  support::certificates::issued person = root.issue({.common_name = "ada"});
  std::string strange = support::certificates::authority().cert();
};

pems const& made() {
  static pems const instance;
  return instance;
}

tls::context server_context(bool strict, tls::version most) {
  tls::server_options o;
  o.cert.push_back(made().leaf.cert);
  o.key.push_back(made().leaf.key);
  o.max_version = most;
  if (strict) {
    o.request_cert = true;
    o.ca.push_back(made().root_cert);
  }
  return tls::context(o);
}

tls::context client_context(std::string const& ca, bool person) {
  tls::client_options o;
  o.ca.push_back(ca);
  if (person) {
    o.cert.push_back(made().person.cert);
    o.key.push_back(made().person.key);
  }
  return tls::context(o);
}

struct answer {
  int status = 0;
  std::string text;
  std::string error;
  bool done = false;
};

net::awaitable<void> ask(http::agent agent, std::shared_ptr<answer> to) {
  try {
    http::client_request req = agent.request("POST", "https://good.test/");
    req.end(body);
    http::incoming_message res = co_await req.response();
    to->status = res.status_code();
    to->text = co_await res.text();
  } catch (boost::system::system_error const& e) {
    to->error = http::code_name(e.code());
  } catch (std::bad_alloc const&) {
    to->error = "bad_alloc";
  }
  to->done = true;
}

// Two requests, the second of which resumes the session of the first; then the end.
std::vector<answer> exchange(tls::context const& server_side, tls::context const& client_side) {
  std::vector<answer> all;
  {
    testing::event_loop loop;
    https::server server(
        loop.get_executor(), server_side,
        [](http::incoming_message& req, http::server_response& res) -> net::awaitable<void> {
          try {
            co_await res.end(co_await req.text());
          } catch (boost::system::system_error const&) {
            res.destroy();
          }
        });
    server.on_client_error([](http::client_error const&, anode::socket s) { s.destroy(); });
    https::agent_options options;
    options.secure = client_side;
    options.create_connection = testing::connections_to(server);
    https::agent agent(loop.get_executor(), options);
    for (int i = 0; i < 2; ++i) {
      auto const a = std::make_shared<answer>();
      net::co_spawn(loop.get_executor(), ask(agent, a), net::detached);
      loop.settle();
      loop.advance(std::chrono::minutes(6));
      CHECK(a->done);
      all.push_back(*a);
    }
    CHECK(server.connection_count() == 0);
    agent.destroy();
    server.close();
    loop.settle();
  }
  return all;
}

// Runs `work` again and again; in each run another allocation fails, every fifth one. With the
// variable ANODE_EVERY_ALLOCATION, each one does, which takes minutes.
// @return the number of runs
std::uint64_t with_failures(std::function<void()> const& work, std::function<void()> const& check) {
  std::uint64_t const step = std::getenv("ANODE_EVERY_ALLOCATION") != nullptr ? 1 : 5;
  auto const run = [&work](std::uint64_t n) {
    of_openssl.arm(n);
    work();
    bool const failed = of_openssl.failed;
    of_openssl.arm(0);
    return failed;
  };
  run(0);  // fills the caches of OpenSSL
  run(0);
  of_openssl.arm(0);
  work();
  std::uint64_t const calls = of_openssl.calls;
  std::size_t before = of_openssl.blocks;
  std::uint64_t runs = 0;
  for (std::uint64_t n = 1; n <= calls; n += step, ++runs) {
    CAPTURE(n);
    REQUIRE(run(n));
    check();
    REQUIRE(ERR_peek_error() == 0);
    // A failure can fill a cache, for example the texts in the queue of errors. A leak grows each
    // time.
    for (int again = 0; again < 8 && of_openssl.blocks != before; ++again) {
      before = of_openssl.blocks;
      run(n);
    }
    REQUIRE(of_openssl.blocks == before);
  }
  return runs;
}

}  // namespace

TEST_CASE("OpenSSL without memory: handshakes, reads, writes and ends") {
  REQUIRE(installed == 1);
  auto const version = GENERATE(tls::version::tls1_2, tls::version::tls1_3);
  CAPTURE(version);
  tls::context const server = server_context(true, version);
  tls::context const client = client_context(made().root_cert, true);
  std::vector<answer> got;
  std::size_t successes = 0;
  auto const runs = with_failures([&] { got = exchange(server, client); },
                                  [&] {
                                    REQUIRE(got.size() == 2);
                                    for (answer const& a : got) {
                                      bool const whole =
                                          a.status == 200 && a.text == body && a.error.empty();
                                      CAPTURE(a.status, a.error, a.text.size());
                                      REQUIRE((whole || !a.error.empty()));
                                      successes += whole ? 1 : 0;
                                    }
                                  });
  CHECK(runs > 200);
  // One connection fails; the other one does not.
  CHECK(successes >= runs);
  got = exchange(server, client);
  CHECK(got[0].text == body);
  CHECK(got[1].text == body);
}

TEST_CASE("OpenSSL without memory: an untrusted peer is never accepted") {
  tls::context server = server_context(false, tls::version::tls1_3);
  tls::context client = client_context(made().strange, false);
  SECTION("a server") {}
  SECTION("a client") {
    server = server_context(true, tls::version::tls1_3);
    client = client_context(made().root_cert, false);
  }
  std::vector<answer> got;
  with_failures([&] { got = exchange(server, client); },
                [&] {
                  for (answer const& a : got) {
                    REQUIRE(a.status == 0);
                    REQUIRE_FALSE(a.error.empty());
                  }
                });
}

TEST_CASE("OpenSSL without memory: a context is refused, works, or fails its handshakes") {
  bool thrown = false;
  std::size_t refused = 0;
  std::size_t tried = 0;
  std::size_t working = 0;
  std::size_t made_contexts = 0;
  auto const work = [&] {
    thrown = false;
    try {
      tls::context const server = server_context(true, tls::version::tls1_3);
      tls::context const client = client_context(made().root_cert, true);
      // OpenSSL tolerates many failures, for example in the decoders that it tries one after
      // another.
      if (of_openssl.failed && made_contexts++ % 50 == 0) {
        of_openssl.paused = true;
        for (answer const& a : exchange(server, client)) {
          // Of some failures OpenSSL reports nothing; then the handshake has to fail.
          CHECK((a.status == 200 && a.text == body) != !a.error.empty());
          working += a.status == 200 ? 1 : 0;
        }
        of_openssl.paused = false;
        ++tried;
      }
    } catch (http::exception const& e) {
      thrown = true;
      CHECK_FALSE(std::string(e.what()).empty());
    } catch (std::bad_alloc const&) {
      thrown = true;
    }
  };
  auto const runs = with_failures(work, [&] { refused += thrown ? 1 : 0; });
  CHECK(runs > 100);
  CHECK(refused > 100);
  CHECK(tried > 10);
  CHECK(working > tried);  // of two exchanges each
}

TEST_CASE("OpenSSL's memory: that of an idle connection") {
  tls::context const server_side = server_context(false, tls::version::tls1_3);
  tls::context const client_side = client_context(made().root_cert, false);
  constexpr std::size_t connections = 50;
  testing::event_loop loop;
  anode::detail::ptr<tls::server_layer> const layer(new tls::server_layer(server_side));
  std::vector<testing::peer> peers;
  auto const connect = [&] {
    // The client is destroyed after the exchange: only the memory of the server counts.
    auto pair = anode::transport::make_memory_pair(loop.get_executor());
    testing::peer server(loop, anode::socket(layer->accept(std::move(pair.second))));
    testing::origin const unused{loop};
    https::agent_options o;
    o.secure = client_side;
    o.keep_alive = true;
    auto shared = std::make_shared<std::unique_ptr<anode::byte_stream>>(std::move(pair.first));
    o.create_connection = [shared](http::connect_options const&)
        -> net::awaitable<std::unique_ptr<anode::byte_stream>> { co_return std::move(*shared); };
    https::agent agent(loop.get_executor(), o);
    http::client_request r = agent.request("GET", "https://good.test/");
    r.end();
    loop.settle();
    server.take();
    server.send("HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n" + body);
    agent.destroy();
    peers.push_back(std::move(server));
  };
  connect();
  std::size_t const before = of_openssl.bytes;
  for (std::size_t i = 0; i < connections; ++i) {
    connect();
  }
  std::size_t const used = (of_openssl.bytes - before) / connections;
  layer->idle().sweep();
  layer->idle().sweep();
  std::size_t const idle = (of_openssl.bytes - before) / connections;
  WARN("OpenSSL's memory of a connection: " << used << " bytes, idle " << idle);
  CHECK(idle < used);
}

}  // namespace allocation_openssl_failures
