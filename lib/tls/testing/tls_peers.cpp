// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "tls/certificate/identity.hpp"
#include "tls/connection/tls_stream.hpp"
#include "tls/https/client_layer.hpp"
#include "tls/https/client_rules.hpp"
#include "tls/https/server_layer.hpp"
#include "tls/testing/tls_client.hpp"

#include <anode/tls_testing.hpp>

namespace anode::testing {

std::unique_ptr<byte_stream> start_tls_client(std::unique_ptr<byte_stream> lower,
                                              tls::context const& client,
                                              std::string_view servername) {
  detail::ptr<tls::client_target> const target(new tls::client_target);
  target->context = client.impl();
  target->host = servername;
  if (!tls::is_ip_address(servername)) {
    target->servername = tls::without_dot(servername);
  }
  detail::ptr<tls::session_cache> const no_sessions(new tls::session_cache(0));
  detail::ptr<tls::engine> const engine(new tls::engine(
      target->context, std::move(lower), std::make_unique<tls::client_rules>(target, no_sessions),
      detail::ptr<tls::idle_memory>(new tls::idle_memory)));
  if (!target->servername.empty()) {
    engine->send_servername(target->servername);
  }
  engine->async_handshake({});
  return std::make_unique<tls::tls_stream>(engine);
}

peer connect_tls(event_loop& loop, https::server& to, tls::context const& client,
                 std::string_view servername, std::size_t capacity) {
  tls::require_context(client, tls::side::client);
  auto lower = loop.run(connections_to(to, capacity)(http::connect_options()));
  peer made(loop, anode::socket(start_tls_client(std::move(lower), client, servername)));
  loop.settle();
  return made;
}

origin tls_origin(event_loop& loop, tls::context const& server, std::size_t capacity) {
  detail::ptr<tls::server_layer> const layer(new tls::server_layer(server));
  return origin(
      loop, [layer](std::unique_ptr<byte_stream> lower) { return layer->accept(std::move(lower)); },
      capacity);
}

}  // namespace anode::testing
