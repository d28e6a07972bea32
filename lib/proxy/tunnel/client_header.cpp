// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy/tunnel/client_header.hpp"

#include <anode/error.hpp>
#include <anode/proxy_protocol.hpp>
#include <anode/secure_info.hpp>

namespace anode::proxy::tunnel {

std::string client_header(socket const& client, unsigned version, std::string_view server_name) {
  proxy_header header;
  header.version = version;
  header.source = client.remote_endpoint();
  header.destination = client.local_endpoint();
  header.local = header.source.family.empty() || header.destination.family.empty();
  header.authority = server_name;
  if (secure_info const* const secure = client.secure()) {
    proxy_tls& tls = header.tls.emplace();
    tls.secure = true;
    tls.has_certificate = tls.verified = secure->authorized;
    tls.version = secure->protocol;
    tls.cipher = secure->cipher;
  }
  try {
    return write_proxy_header(header, version == 2);
  } catch (http::exception const&) {
    // An address in a form that the header does not have must not end the request.
    proxy_header nothing;
    nothing.version = version;
    return write_proxy_header(nothing, version == 2);
  }
}

}  // namespace anode::proxy::tunnel
