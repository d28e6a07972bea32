// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "web/cookie/received_cookie.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace anode::web {

/// What of a request decides about its cookies.
struct cookie_request {
  bool secure = false;        ///< https
  std::string_view host{};    ///< in lower case
  std::string_view target{};  ///< path and query
};

/// A cookie in a jar.
struct stored_cookie {
  std::string name{};
  std::string value{};
  std::string path{};
  std::chrono::sys_seconds expires = std::chrono::sys_seconds::max();
  std::uint64_t created = 0;  // the order of creation
  std::uint64_t used = 0;     // the order of use
  bool persistent = false;    // otherwise of the session
  bool host_only = true;
  bool secure = false;
  bool http_only = false;
};

/// Returns whether a cookie of `domain` is for `host` (RFC 6265bis section 5.1.3). Both are in
/// lower case.
bool domain_matches(std::string_view host, std::string_view domain) noexcept;

/// Returns whether a cookie with `path` is for a request with `target` (section 5.1.4).
bool path_matches(std::string_view target, std::string_view path) noexcept;

/// Returns the path of a cookie that has none: the folder of the request.
std::string_view default_cookie_path(std::string_view target) noexcept;

/// Returns whether a host is an IP address, in any spelling that a resolver accepts.
bool is_address_host(std::string_view host) noexcept;

/// The cookies of a jar and their rules. Thread-safe.
class cookie_store {
public:
  static constexpr std::size_t most_of_domain = 180;  ///< cookies of one domain
  static constexpr std::size_t most_cookies = 3000;   ///< cookies of a jar
  static constexpr std::size_t most_header = 8190;    ///< bytes of a Cookie header

  /// Stores or removes a cookie (RFC 6265bis section 5.7). Returns false if it is ignored.
  bool store(cookie_request const& of, std::string_view set_cookie, std::chrono::sys_seconds now);

  /// Returns the Cookie header of a request.
  std::string header(cookie_request const& to, std::chrono::sys_seconds now);

  /// Returns the cookies as text.
  std::string save(std::chrono::sys_seconds now) const;

  /// Adds the cookies of a text, and returns their number.
  std::size_t load(std::string_view text, std::chrono::sys_seconds now);

  void set_public_suffixes(std::function<bool(std::string_view)> f);
  void set_trust_domains(bool on);
  void clear();
  std::size_t size() const;

private:
  using domain_cookies = std::map<std::string, std::vector<stored_cookie>, std::less<>>;

  bool accepts_domain(std::string_view host, std::string_view domain) const;
  bool hides_secure(cookie_request const& of, std::string_view domain,
                    stored_cookie const& c) const;
  bool put(std::string const& domain, stored_cookie c, std::chrono::sys_seconds now);
  bool load_line(std::string_view line, std::chrono::sys_seconds now);
  void remove_expired(std::chrono::sys_seconds now);
  void remove_oldest();
  static void remove_oldest_of(std::vector<stored_cookie>& cookies);

  mutable std::mutex mutex_;
  domain_cookies cookies_;
  std::function<bool(std::string_view)> is_public_suffix_;
  std::size_t size_ = 0;
  std::uint64_t next_ = 0;
  bool trust_domains_ = false;
};

}  // namespace anode::web
