// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Fuzzes the handshake of the SOCKS5 server with the rules for targets. The first byte chooses the
// size of the pieces, and whether there are users.
#include "proxy/rules/ip_text.hpp"
#include "proxy/socks/socks_server_handshake.hpp"

#include <anode/proxy/target_rules.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <string_view>

namespace {

using anode::proxy::target_rules;
using anode::proxy::socks::server_handshake;
using status = server_handshake::status;

void require(bool condition, std::source_location at = std::source_location::current()) {
  if (!condition) {
    std::fprintf(stderr, "line %u\n", at.line());
    std::abort();
  }
}

struct outcome {
  status last = status::need_more;
  std::size_t used = 0;
  std::string output{};
  std::string host{};
  unsigned port = 0;
  bool authenticated = false;
};

outcome run(std::string_view bytes, std::size_t piece, bool with_users) {
  server_handshake h(with_users);
  outcome o;
  while (o.last == status::need_more && o.used < bytes.size()) {
    std::size_t const least = h.at_least();
    require(least > 0);
    std::size_t used = 0;
    o.last = h.feed(bytes.substr(o.used, piece), used);
    require(used > 0 && used <= piece);
    o.used += used;
    if (o.last == status::authenticate) {
      require(with_users && !o.authenticated);
      o.authenticated = h.user() == "u" && h.password() == "p";
      o.last = h.authenticated(o.authenticated);
    }
    o.output += h.output();
    h.sent(h.output().size());
  }
  require((o.last == status::refused) == !h.why().empty());
  if (o.last == status::request) {
    o.host = h.host();
    o.port = h.port();
    require(!with_users || o.authenticated);
  }
  return o;
}

// What the rules allow is in its usual form.
void check_target(std::string const& host, unsigned port) {
  static target_rules const rules;
  if (rules.judge(host, static_cast<std::uint16_t>(port))) {
    require(port != 0 && !host.empty());
    anode::proxy::ip_bytes const address = anode::proxy::parse_ip_text(host);
    if (address) {
      require(anode::proxy::reached_addresses(host).size() >= 1);
      require(address.bytes[0] != 127 || address.size != 4);
    } else {
      require(host.find_first_of(":%*/@[]") == std::string::npos);
      require(!host.ends_with('.'));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  bool const with_users = data[0] % 2 != 0;
  std::size_t const piece = data[0] / 2U + 1;
  std::string_view const bytes(reinterpret_cast<char const*>(data + 1), size - 1);
  outcome const whole = run(bytes, std::max<std::size_t>(bytes.size(), 1), with_users);
  outcome const pieces = run(bytes, piece, with_users);
  require(whole.last == pieces.last);
  // Of bad bytes each way uses some.
  require(whole.used == pieces.used || whole.last == status::refused);
  require(whole.output == pieces.output && whole.host == pieces.host && whole.port == pieces.port);
  require(whole.used <= 257 + 513 + 262);
  if (whole.last == status::request) {
    check_target(whole.host, whole.port);
    outcome const alone = run(bytes.substr(0, whole.used), 1000, with_users);
    require(alone.last == status::request && alone.used == whole.used);
  }
  check_target(std::string(bytes), 80);
  return 0;
}
