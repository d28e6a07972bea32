// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Fuzzes the parser of client hellos. The first byte is the size of the pieces.
#include <anode/proxy/client_hello.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <string_view>

namespace {

using anode::proxy::client_hello;
using anode::proxy::client_hello_parser;
using status = client_hello_parser::status;

void require(bool condition, std::source_location at = std::source_location::current()) {
  if (!condition) {
    std::fprintf(stderr, "line %u\n", at.line());
    std::abort();
  }
}

bool same(client_hello const& a, client_hello const& b) {
  return a.server_name == b.server_name && a.protocols == b.protocols && a.versions == b.versions &&
         a.encrypted_hello == b.encrypted_hello;
}

void check_hello(client_hello const& h) {
  constexpr std::string_view permitted = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
  require(h.server_name.size() <= 253);
  require(h.server_name.find_first_not_of(permitted) == std::string::npos);
  require(!h.server_name.ends_with('.') && !h.server_name.starts_with('.'));
  require(!h.versions.empty());
}

void check(std::string_view bytes, std::size_t piece) {
  client_hello_parser whole;
  std::size_t used = 0;
  status const result = whole.feed(bytes, used);
  require(used <= bytes.size() && used <= client_hello_parser::max_bytes);
  client_hello_parser pieces;
  status last = status::need_more;
  std::size_t total = 0;
  while (total < bytes.size() && pieces.at_least() > 0) {
    std::size_t const least = pieces.at_least();
    std::size_t n = 0;
    last = pieces.feed(bytes.substr(total, std::min(piece, least)), n);
    require(n == std::min({piece, least, bytes.size() - total}));  // never too far
    total += n;
  }
  require(last == result || (bytes.empty() && result == status::need_more));
  require(whole.why() == pieces.why() && whole.is_tls() == pieces.is_tls());
  require(total == used || result == status::bad);  // of bad bytes each way uses some
  require(same(whole.hello(), pieces.hello()));
  require((whole.at_least() > 0) == (result == status::need_more));
  if (result == status::done) {
    check_hello(whole.hello());
    // The meaning does not depend on what follows, and no prefix is complete.
    client_hello_parser alone;
    std::size_t n = 0;
    require(alone.feed(bytes.substr(0, used - 1), n) == status::need_more);
    require(alone.feed(bytes.substr(used - 1, 1), n) == status::done);
    require(same(alone.hello(), whole.hello()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size > 0) {
    check({reinterpret_cast<char const*>(data + 1), size - 1}, data[0] + std::size_t{1});
  }
  return 0;
}
