// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace anode::policy {

/// The variables of an environment that say which proxy to use.
///
/// **Node**: the Agent's `proxyEnv`, of which the same names are read.
struct proxy_environment {
  std::string http_proxy;         ///< `http_proxy`
  std::string upper_http_proxy;   ///< `HTTP_PROXY`; ignored if `REQUEST_METHOD` is set
  std::string https_proxy;        ///< `https_proxy`
  std::string upper_https_proxy;  ///< `HTTPS_PROXY`
  std::string no_proxy;           ///< `no_proxy`
  std::string upper_no_proxy;     ///< `NO_PROXY`
  bool cgi = false;               ///< `REQUEST_METHOD` is set: a client chooses `HTTP_PROXY`

  /// Picks the variables out of any environment.
  /// @param get  callable: `get("HTTP_PROXY")` gives something a `std::string_view` can be made of,
  ///             empty if the variable is not set
  template <class F>
  static proxy_environment read(F&& get) {
    proxy_environment e;
    e.http_proxy = std::string_view{get("http_proxy")};
    e.upper_http_proxy = std::string_view{get("HTTP_PROXY")};
    e.https_proxy = std::string_view{get("https_proxy")};
    e.upper_https_proxy = std::string_view{get("HTTPS_PROXY")};
    e.no_proxy = std::string_view{get("no_proxy")};
    e.upper_no_proxy = std::string_view{get("NO_PROXY")};
    e.cgi = !std::string_view{get("REQUEST_METHOD")}.empty();
    return e;
  }
};

/// Decides which requests go through which proxy.
///
/// Lower-case variables win over upper-case ones; an empty one counts as not set. `http_proxy` is
/// for `http` and `ws`, `https_proxy` for `https` and `wss`. The value is a URL of scheme http or
/// https, http if it names none; other schemes are ignored, as in Node.
///
/// `no_proxy` is a list separated by commas, of: `*` (everything); a host name (it and the names
/// below it; with a leading dot the same; with a leading `*.` only the names below it); an IP
/// address, IPv6 with or without brackets; a block of addresses `10.0.0.0/8`, `2001:db8::/32`; a
/// range of IPv4 addresses `10.0.0.1-10.0.0.9`; and, apart from blocks and ranges, any of these
/// with `:port`. Compares without regard to case, a final dot and an IPv6 zone. Names never match
/// addresses.
///
/// **Node**: `proxyEnv` of v24 and later. Wider in: a host name covers the names below it (Node
/// wants a leading dot), blocks of addresses, brackets, zones, a proxy without scheme. Stricter in:
/// `HTTP_PROXY` is ignored under CGI.
class proxy_selection {
public:
  /// Makes rules that use no proxy.
  proxy_selection() = default;

  /// Reads the rules of an environment.
  explicit proxy_selection(proxy_environment const& environment);

  /// Returns the URL of the proxy for a request, credentials included; empty if it goes directly.
  /// The view is valid as long as the rules are.
  /// @param scheme  without colon, of any case: "http", "https", "ws", "wss"
  /// @param host    IPv6 with or without brackets
  /// @param port    as connected to, defaults filled in
  std::string_view proxy_for(std::string_view scheme, std::string_view host,
                             std::uint16_t port) const noexcept;

  /// Returns the URL of the proxy of requests of scheme http that `no_proxy` does not cover.
  std::string_view http_proxy() const noexcept { return http_; }

  /// Returns whether `no_proxy` covers a host and port.
  bool bypasses(std::string_view host, std::uint16_t port) const noexcept;

  /// Returns the first variable whose value is not a usable URL (CR, LF or another control
  /// character, a blank, no host), empty if there is none. Such a value names no proxy; a caller
  /// that must not go directly refuses to start. Its value may hold credentials: do not print it.
  ///
  /// **Node**: throws ERR_PROXY_INVALID_CONFIG.
  std::string_view invalid_variable() const noexcept { return invalid_; }

private:
  struct address {
    std::array<std::uint8_t, 16> bytes{};
    std::uint8_t bits = 0;  // 0 if it is none, 32, 128
  };
  struct entry {
    enum class kind : std::uint8_t { everything, name, below, block, range };
    kind is = kind::everything;
    std::uint8_t prefix = 0;  // block: leading bits that count
    std::uint16_t port = 0;   // 0: any
    std::string name;
    address first;
    address last;
  };

  static address parse_address(std::string_view text) noexcept;
  static bool parse_entry(std::string_view text, entry& out);
  std::string usable_proxy(std::string_view text, std::string_view variable);

  std::string http_;
  std::string https_;
  std::string_view invalid_;
  std::vector<entry> no_proxy_;
};

/// Returns a URL without its user name and password, fit for messages and logs.
///
/// Takes malformed text too; in doubt it leaves out more.
std::string redact_userinfo(std::string_view url);

}  // namespace anode::policy
