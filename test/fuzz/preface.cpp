// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// Fuzzes what precedes HTTP: the PROXY header, and the answers of a SOCKS5 proxy.
#include "preface/socks_client.hpp"

#include <anode/error.hpp>
#include <anode/proxy_protocol.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>
#include <string_view>

namespace {

using anode::proxy_header;
using anode::proxy_header_parser;
using anode::preface::socks_client_handshake;

void require(bool condition, std::source_location at = std::source_location::current()) {
  if (!condition) {
    std::fprintf(stderr, "line %u\n", at.line());
    std::abort();
  }
}

bool same(anode::endpoint const& a, anode::endpoint const& b) {
  return a.address == b.address && a.port == b.port && a.family == b.family;
}

// A header that is written again has the same meaning.
void check_written(proxy_header const& h) {
  bool const has_room = h.fields.size() < 20;  // for the checksum, which is a field too
  std::string const bytes = anode::write_proxy_header(h, has_room);
  proxy_header_parser again(70'000);
  std::size_t used = 0;
  require(again.feed(bytes, used) == proxy_header_parser::status::done);
  require(used == bytes.size());
  proxy_header const& copy = again.header();
  require(copy.local == h.local);
  // Mapped addresses are written as IPv4.
  if (!h.local && h.source.address.find("::ffff:") != 0 &&
      h.destination.address.find("::ffff:") != 0) {
    require(same(copy.source, h.source) && same(copy.destination, h.destination));
  }
  require(copy.authority == h.authority && copy.unique_id == h.unique_id && copy.alpn == h.alpn);
  require(copy.fields.size() == h.fields.size());
}

void check_header(std::string_view bytes, std::size_t piece) {
  proxy_header_parser whole;
  std::size_t used = 0;
  auto const result = whole.feed(bytes, used);
  require(used <= bytes.size());
  proxy_header_parser pieces;
  auto status = proxy_header_parser::status::need_more;
  std::size_t total = 0;
  while (total < bytes.size() && pieces.at_least() > 0) {
    std::size_t const before = pieces.at_least();
    std::size_t n = 0;
    status = pieces.feed(bytes.substr(total, piece), n);
    require(n > 0 &&
            (n >= std::min(before, piece) || pieces.at_least() == 0 || total + n == bytes.size()));
    total += n;
  }
  require(status == result);
  require(whole.at_least() == pieces.at_least());
  // Of bad bytes, each way uses some, and finds the first fault of these.
  require(total == used || result == proxy_header_parser::status::bad);
  require(whole.why().empty() == pieces.why().empty());
  if (result == proxy_header_parser::status::done) {
    require(whole.header().local == pieces.header().local);
    require(same(whole.header().source, pieces.header().source));
    // The meaning of a header does not depend on what follows.
    proxy_header_parser alone;
    std::size_t of_header = 0;
    require(alone.feed(bytes.substr(0, used), of_header) == result && of_header == used);
    check_written(whole.header());
  }
}

void check_socks(std::string_view bytes, std::size_t piece) {
  anode::preface::socks_request request;
  request.name = "example.org";
  request.port = 443;
  request.user = "user";
  request.password = "password";
  socks_client_handshake h(request);
  std::size_t total = 0;
  bool more = true;
  while (more && total < bytes.size()) {
    h.sent(h.output().size());
    std::size_t const most = std::min(piece, h.at_least());
    std::size_t used = 0;
    more = h.feed(bytes.substr(total, most), used) == socks_client_handshake::status::need_more;
    require(used == std::min(most, bytes.size() - total));
    total += used;
  }
  require(total <= 2 + 2 + 262);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  std::size_t const piece = data[0] % 16 + 1U;
  std::string_view const bytes(reinterpret_cast<char const*>(data + 1), size - 1);
  check_header(bytes, piece);
  check_socks(bytes, piece);
  return 0;
}
