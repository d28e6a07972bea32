// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

#include "web/address/ip_address.hpp"
#include "web/middleware/token_buckets.hpp"

#include <anode/error.hpp>
#include <anode/web/limits.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace anode::web {
namespace {

struct shared_buckets {
  explicit shared_buckets(rate_options const& o)
      : buckets(o.requests(), o.period(), o.burst(), o.keys()), key(o.key()) {}

  std::mutex lock;
  token_buckets buckets;
  std::function<std::string(context&)> key;
};

/// Returns the address of a client; of IPv6 its network of 64 bits, because a client has many.
std::string default_key(context const& c) {
  std::string address = c.client_address();
  auto parsed = parse_ip_address(address);
  if (parsed && !parsed->is_v4()) {
    std::fill(parsed->bytes.begin() + 8, parsed->bytes.end(), std::uint8_t{0});
    return to_string(*parsed);
  }
  return address;
}

}  // namespace

layer rate_limit(rate_options options) {
  if (options.requests() == 0 || options.burst() == 0 || options.keys() == 0 ||
      options.period() <= std::chrono::milliseconds(0)) {
    throw http::exception(http::error::out_of_range, "The numbers of a rate limit must not be 0");
  }
  return [shared = std::make_shared<shared_buckets>(options)](context& c,
                                                              next rest) -> net::awaitable<void> {
    std::string const key = shared->key ? shared->key(c) : default_key(c);
    std::chrono::seconds wait{0};
    {
      std::lock_guard const guard(shared->lock);
      wait = shared->buckets.take(key, std::chrono::steady_clock::now());
    }
    if (wait.count() != 0) {
      http_error e(429, "Too many requests");
      e.header("Retry-After", wait.count());
      throw e;
    }
    return rest();
  };
}

}  // namespace anode::web
