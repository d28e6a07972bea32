// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "forwarded.hpp"

#include "../forwarding.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace samples {

namespace ip = boost::asio::ip;
using namespace std::string_view_literals;

namespace {

ip::address parse(std::string_view text, bool& ok) {
  boost::system::error_code ec;
  ip::address a = ip::make_address(std::string(text), ec);
  ok = !ec;
  if (ok && a.is_v6() && a.to_v6().is_v4_mapped()) {
    a = ip::make_address_v4(ip::v4_mapped, a.to_v6());
  }
  return a;
}

bool is_address(std::string_view text) {
  bool ok = false;
  parse(text, ok);
  return ok;
}

template <class Bytes>
bool same_bits(Bytes const& a, Bytes const& b, unsigned bits) {
  for (unsigned i = 0; i < bits; ++i) {
    unsigned const shift = 7 - i % 8;
    if ((a[i / 8] >> shift & 1U) != (b[i / 8] >> shift & 1U)) {
      return false;
    }
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  std::size_t const begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// Returns the addresses at the end of a list, after the last entry that is not an address.
std::string earlier_hops(std::string_view list) {
  std::string hops;
  while (!list.empty()) {
    std::size_t const comma = list.rfind(',');
    std::size_t const begin = comma == std::string_view::npos ? 0 : comma + 1;
    std::string_view const hop = trimmed(list.substr(begin));
    if (!is_address(hop)) {
      break;
    }
    hops.insert(0, std::string(hop) + ", ");
    list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  return hops;
}

bool is_quotable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '"' || c == '\\'; });
}

}  // namespace

bool trusted_peers::add(std::string_view text) {
  std::size_t const slash = text.find('/');
  block b;
  bool ok = false;
  b.base = parse(text.substr(0, slash), ok);
  unsigned const most = b.base.is_v4() ? 32 : 128;
  b.bits = most;
  if (ok && slash != std::string_view::npos) {
    std::string_view const digits = text.substr(slash + 1);
    auto const end = digits.data() + digits.size();
    auto const [rest, ec] = std::from_chars(digits.data(), end, b.bits);
    ok = ec == std::errc{} && rest == end && b.bits <= most;
  }
  if (ok) {
    blocks_.push_back(b);
  }
  return ok;
}

bool trusted_peers::contains(std::string_view address) const {
  if (blocks_.empty()) {
    return false;
  }
  bool ok = false;
  ip::address const a = parse(address, ok);
  return ok && std::ranges::any_of(blocks_, [&](block const& b) {
           if (a.is_v4() != b.base.is_v4()) {
             return false;
           }
           return a.is_v4() ? same_bits(a.to_v4().to_bytes(), b.base.to_v4().to_bytes(), b.bits)
                            : same_bits(a.to_v6().to_bytes(), b.base.to_v6().to_bytes(), b.bits);
         });
}

// Builds the headers with `append`, because this runs for every request.
void add_forwarded(anode::http::incoming_message const& req, std::string_view peer,
                   trusted_peers const& trusted, anode::http::client_request& out) {
  bool const believed = trusted.contains(peer);
  auto const said = [&](std::string_view name) {
    return believed ? req.headers().get(name).value_or("") : std::string_view();
  };
  std::string_view const who = peer.empty() ? "unknown" : peer;
  // The authority of a target in absolute form overrides Host (RFC 9112 section 3.2.2).
  std::string unused;
  std::string_view const of_target = split_target(req.method(), req.url(), unused).authority;
  std::string_view const asked =
      of_target.empty() ? req.headers().get("Host").value_or("") : of_target;
  std::string_view const host = said("X-Forwarded-Host").empty() ? asked : said("X-Forwarded-Host");
  std::string_view proto = said("X-Forwarded-Proto");
  if (proto.empty() && req.socket().encrypted()) {
    proto = "https";
  } else if (proto != "https") {
    proto = "http";
  }

  std::string forwarded;
  forwarded.reserve(who.size() + asked.size() + 32);
  if (std::string_view const earlier = said("Forwarded"); !earlier.empty()) {
    forwarded.append(earlier).append(", "sv);
  }
  if (who.find(':') != std::string_view::npos) {  // IPv6
    forwarded.append("for=\"["sv).append(who).append("]\""sv);
  } else {
    forwarded.append("for="sv).append(who);
  }
  forwarded.append(";proto="sv).append(proto);
  if (!asked.empty() && is_quotable(asked)) {
    forwarded.append(";host=\""sv).append(asked).append(1, '"');
  }

  for (char const* const name :
       {"X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server", "X-Real-IP"}) {
    out.remove_header(name);
  }
  out.set_header("X-Forwarded-For", earlier_hops(said("X-Forwarded-For")).append(who));
  out.set_header("X-Forwarded-Proto", proto);
  if (!host.empty()) {
    out.set_header("X-Forwarded-Host", host);
  }
  out.set_header("Forwarded", forwarded);
}

}  // namespace samples
