// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/connection/idle_memory.hpp"

#include "support/catch.hpp"
#include "support/tls/contexts.hpp"
#include "support/tls/peer.hpp"
#include "tls/connection/tls_stream.hpp"
#include "tls/https/client_layer.hpp"
#include "tls/https/server_layer.hpp"
#include "transport/memory_stream.hpp"

#include <anode/testing.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace unit_tls_idle_memory {

namespace testing = anode::testing;
namespace tls = anode::tls;

namespace {

// A server's connection whose client controls each record.
struct connection {
  explicit connection(std::size_t capacity = 65536) {
    auto pair = anode::transport::make_memory_pair(loop.get_executor(), capacity);
    auto stream = layer->accept(std::move(pair.second));
    engine = &static_cast<tls::tls_stream&>(*stream).state();
    server.emplace(loop, anode::socket(std::move(stream)));
    client.emplace(loop, anode::socket(std::move(pair.first)), tls::side::client);
    client->handshake();
    client->read();
  }

  std::size_t sweep() {
    layer->idle().sweep();
    return layer->idle().size();
  }

  testing::event_loop loop;
  support::tls_contexts contexts{{.names = {"good.test"}}};
  anode::detail::ptr<tls::server_layer> layer{new tls::server_layer(contexts.server)};
  tls::engine* engine = nullptr;
  std::optional<testing::peer> server;
  std::optional<support::tls_peer> client;
};

// Reads four bytes at a time.
class small_reader {
public:
  explicit small_reader(anode::byte_stream& from) : from_(from) {}

  void start() {
    from_.async_read_some(boost::asio::buffer(got_->bytes),
                          anode::io_callback(*got_, [](anode::detail::counted& self,
                                                       anode::error_code ec, std::size_t n) {
                            REQUIRE_FALSE(ec);
                            static_cast<result&>(self).size = n;
                          }));
  }

  // Requires that a read has completed.
  std::string take() {
    REQUIRE(got_->size);
    return {got_->bytes, *std::exchange(got_->size, {})};
  }

private:
  struct result final : anode::detail::counted {
    char bytes[4] = {};
    std::optional<std::size_t> size;
  };

  anode::byte_stream& from_;
  anode::detail::ptr<result> got_{new result};
};

}  // namespace

TEST_CASE(
    "idle memory: a connection keeps its buffers between requests, and loses them when it is "
    "idle") {
  connection c;
  for (int i = 0; i < 3; ++i) {
    c.client->write("ask");
    c.server->expect("ask");
    c.server->send("answer");
    CHECK(c.client->read() == "answer");
    CHECK(c.sweep() == 1);  // used since the last one
    c.client->write("ask");
    c.server->expect("ask");
    CHECK(c.sweep() == 1);
    CHECK(c.sweep() == 0);
    CHECK(c.sweep() == 0);
  }
}

TEST_CASE("idle memory: a record that has not arrived completely keeps the buffers") {
  connection c;
  std::string const record = c.client->records("whole");
  std::size_t const at = GENERATE(std::size_t{1}, std::size_t{5}, std::size_t{6}, std::size_t{20});
  CAPTURE(at);
  c.client->peer.send(record.substr(0, at));
  c.sweep();
  CHECK(c.sweep() == 1);
  CHECK(c.sweep() == 1);
  c.client->peer.send(record.substr(at));
  c.server->expect("whole");
  c.sweep();
  CHECK(c.sweep() == 0);
}

TEST_CASE("idle memory: bytes that nobody has read keep the buffers") {
  connection c;
  auto pair = anode::transport::make_memory_pair(c.loop.get_executor());
  std::unique_ptr<anode::byte_stream> const stream = c.layer->accept(std::move(pair.second));
  support::tls_peer client(c.loop, anode::socket(std::move(pair.first)), tls::side::client);
  small_reader reader(*stream);
  reader.start();  // completes with the handshake
  client.handshake();
  CHECK(reader.take() == "");
  reader.start();
  client.write("abcdefgh");
  CHECK(reader.take() == "abcd");
  c.sweep();
  CHECK(c.sweep() == 1);  // that of `c` has no buffers
  CHECK(c.sweep() == 1);
  reader.start();
  c.loop.settle();
  CHECK(reader.take() == "efgh");
  c.sweep();
  CHECK(c.sweep() == 0);
}

TEST_CASE("idle memory: output that the peer does not read keeps the buffers") {
  connection c(4096);
  c.client->peer.stop_listening();
  std::string const text(100'000, 'x');
  c.server->send(text);
  c.sweep();
  CHECK(c.sweep() == 1);
  c.client->peer.listen();
  CHECK(c.client->read() == text);
  c.sweep();
  CHECK(c.sweep() == 0);
}

TEST_CASE("idle memory: connections in their handshake lose their buffers too") {
  connection c;
  auto pair = anode::transport::make_memory_pair(c.loop.get_executor());
  testing::peer server(c.loop, anode::socket(c.layer->accept(std::move(pair.second))));
  support::tls_peer client(c.loop, anode::socket(std::move(pair.first)), tls::side::client);
  c.sweep();
  c.sweep();
  SSL_do_handshake(client.native());
  client.flush();
  CHECK(c.layer->idle().size() == 1);
  c.sweep();
  CHECK(c.sweep() == 0);
  client.handshake();
  client.write("late");
  server.expect("late");
}

TEST_CASE("idle memory: the timer ends with the last connection") {
  connection c;
  CHECK(c.layer->idle().size() == 1);
  c.loop.settle();
  CHECK_FALSE(c.loop.context().stopped());
  c.client->peer.close();
  c.server.reset();
  c.loop.settle();
  CHECK(c.layer->idle().size() == 0);
  CHECK(c.loop.context().stopped());
}

}  // namespace unit_tls_idle_memory
