// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/endpoint.hpp"

#include <boost/asio/ip/address.hpp>

#ifdef _WIN32
#include <afunix.h>
#include <ws2tcpip.h>
#else
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#endif

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace anode::transport {

endpoint endpoint_text(net::generic::stream_protocol::endpoint const& e) {
  endpoint out;
  switch (e.protocol().family()) {
    case AF_INET: {
      sockaddr_in in{};
      std::memcpy(&in, e.data(), sizeof in);
      out.address = net::ip::address_v4(ntohl(in.sin_addr.s_addr)).to_string();
      out.port = ntohs(in.sin_port);
      out.family = "IPv4";
      break;
    }
    case AF_INET6: {
      sockaddr_in6 in{};
      std::memcpy(&in, e.data(), sizeof in);
      net::ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
      out.address = net::ip::address_v6(bytes, in.sin6_scope_id).to_string();
      out.port = ntohs(in.sin6_port);
      out.family = "IPv6";
      break;
    }
    case AF_UNIX: {
      auto const size = e.size();
      std::size_t const head = offsetof(sockaddr_un, sun_path);
      if (size > head) {
        sockaddr_un un{};
        std::memcpy(&un, e.data(), std::min(size, sizeof un));
        out.address.assign(un.sun_path, strnlen(un.sun_path, size - head));
      }
      out.family = "Unix";
      break;
    }
    default:
      break;
  }
  return out;
}

endpoint without_mapping(endpoint e) {
  error_code ec;
  auto const address = net::ip::make_address_v6(e.address, ec);
  if (!ec && address.is_v4_mapped()) {
    e.address = net::ip::make_address_v4(net::ip::v4_mapped, address).to_string();
    e.family = "IPv4";
  }
  return e;
}

bool is_ip_address(std::string_view text) noexcept {
  error_code ec;
  net::ip::make_address(text, ec);
  return !ec;
}

}  // namespace anode::transport
