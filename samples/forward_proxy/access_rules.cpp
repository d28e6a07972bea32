// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "access_rules.hpp"

#include <algorithm>
#include <charconv>

namespace samples {
namespace {

std::string normal(std::string_view host) {
  std::string out(host.ends_with('.') ? host.substr(0, host.size() - 1) : host);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

}  // namespace

bool split_authority(std::string_view text, std::string& host, std::uint16_t& port) {
  std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    std::size_t const bracket = text.find(']');
    if (bracket == std::string_view::npos) {
      return false;
    }
    host = text.substr(1, bracket - 1);
    colon = bracket + 1;
    if (colon == text.size()) {
      return true;
    }
    if (text[colon] != ':') {
      return false;
    }
  } else {
    host = text.substr(0, colon);
    if (colon == std::string_view::npos) {
      return true;
    }
  }
  std::string_view const digits = text.substr(colon + 1);
  auto const end = digits.data() + digits.size();
  auto const [rest, ec] = std::from_chars(digits.data(), end, port);
  return ec == std::errc{} && rest == end && port != 0;
}

bool access_rules::add(std::vector<pattern>& to, std::string_view text) {
  pattern r;
  std::string host;
  if (text.empty() || !split_authority(text, host, r.port)) {
    return false;
  }
  r.below = host.starts_with("*.");
  r.host = normal(r.below ? std::string_view(host).substr(1) : host);
  if (r.host == "*") {
    r.host.clear();
  }
  to.push_back(std::move(r));
  return true;
}

bool access_rules::any(std::vector<pattern> const& rules, std::string_view host,
                       std::uint16_t port) {
  return std::ranges::any_of(rules, [&](pattern const& r) {
    return (r.port == 0 || r.port == port) &&
           (r.host.empty() || (r.below ? host.ends_with(r.host) : host == r.host));
  });
}

bool access_rules::permit(std::string_view host, std::uint16_t port) const {
  std::string const name = normal(host);
  return !any(denied_, name, port) && (allowed_.empty() || any(allowed_, name, port));
}

}  // namespace samples
