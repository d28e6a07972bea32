// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "proxy.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace samples {
namespace {

// Returns a target without user name and password: a URL, or the authority of CONNECT.
std::string_view without_user(std::string_view method, std::string_view target, std::string& keep) {
  std::size_t const scheme = target.find("://");
  if (scheme == std::string_view::npos && method != "CONNECT") {
    return target;
  }
  std::size_t const begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  std::size_t const end = std::min(target.find_first_of("/?#", begin), target.size());
  std::size_t const at = target.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < begin) {
    return target;
  }
  keep = fmt::format("{}{}", target.substr(0, begin), target.substr(at + 1));
  return keep;
}

}  // namespace

log_line::log_line(forward_proxy const& p, anode::socket const& client, std::string_view method,
                   std::string_view target)
    : quiet_(p.quiet) {
  if (!quiet_) {
    std::string keep;
    what_ = fmt::format("{:%FT%TZ} {} {} {}",
                        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
                        client ? client.remote_endpoint().address : "", method,
                        without_user(method, target, keep));
  }
}

log_line::~log_line() {
  if (!quiet_) {
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began_);
    fmt::print("{} {} in {} out {} {} ms{}{}\n", what_, result.status, result.received, result.sent,
               took.count(), result.error.empty() ? "" : " ", result.error);
    std::fflush(stdout);
  }
}

}  // namespace samples
