// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "policy/origin.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace anode::policy {

/// The environment variables that select a proxy.
///
/// **Node**: the Agent's `proxyEnv`, with the same names.
struct proxy_environment {
  std::string http_proxy;         ///< `http_proxy`
  std::string upper_http_proxy;   ///< `HTTP_PROXY`; ignored if `REQUEST_METHOD` is set
  std::string https_proxy;        ///< `https_proxy`
  std::string upper_https_proxy;  ///< `HTTPS_PROXY`
  std::string no_proxy;           ///< `no_proxy`
  std::string upper_no_proxy;     ///< `NO_PROXY`
  bool cgi = false;               ///< `REQUEST_METHOD` is set: a client controls `HTTP_PROXY`

  /// Reads the variables from any environment.
  /// @param get  a callable: `get("HTTP_PROXY")` returns a value convertible to `std::string_view`,
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

/// Selects the proxy of a request.
///
/// Lower-case variables take precedence over upper-case variables. An empty variable counts as not
/// set. `http_proxy` applies to `http` and `ws`, `https_proxy` to `https` and `wss`. The value is a
/// URL with scheme http or https; the default is http. Other schemes are ignored, as in Node.
///
/// `no_proxy` is a list separated by commas. Its entries are:
/// - `*`: matches everything;
/// - a host name, with or without a leading dot: matches the name and its subdomains;
/// - a host name with a leading `*.`: matches the subdomains only;
/// - an IP address; IPv6 with or without brackets;
/// - a block of addresses: `10.0.0.0/8`, `2001:db8::/32`;
/// - a range of IPv4 addresses: `10.0.0.1-10.0.0.9`.
///
/// An entry can end with `:port`, except for blocks and ranges. Comparisons ignore case, a final
/// dot and an IPv6 zone. Names never match addresses.
///
/// **Node**: `proxyEnv` of v24 and later. More permissive: a host name matches its subdomains (Node
/// requires a leading dot); blocks of addresses, brackets, zones and a proxy without a scheme are
/// accepted. Stricter: `HTTP_PROXY` is ignored under CGI.
class proxy_selection {
public:
  /// Creates a selection without a proxy.
  proxy_selection() = default;

  /// Parses the variables of an environment.
  explicit proxy_selection(proxy_environment const& environment);

  /// Returns the URL of the proxy for a request, including credentials; empty if no proxy applies.
  /// The view is valid as long as this object.
  /// @param scheme  "http", "https", "ws" or "wss", in any case, without colon
  /// @param to      the server; the caller replaces port 0 by the default
  std::string_view proxy_for(std::string_view scheme, origin const& to) const noexcept;

  /// Returns the URL of the proxy for requests with scheme http that `no_proxy` does not match.
  std::string_view http_proxy() const noexcept { return http_; }

  /// Returns the URL of the proxy for requests with scheme https that `no_proxy` does not match.
  std::string_view https_proxy() const noexcept { return https_; }

  /// Returns whether `no_proxy` matches a host and port.
  bool bypasses(origin const& to) const noexcept;

  /// Returns the name of the first variable whose value is not a usable URL, because it contains a
  /// control character or a space or has no host; empty if there is none. Such a value is ignored.
  /// A caller that must not connect directly should fail. Do not print the value, because it may
  /// contain credentials.
  ///
  /// **Node**: throws ERR_PROXY_INVALID_CONFIG.
  std::string_view invalid_variable() const noexcept { return invalid_; }

private:
  struct address {
    std::array<std::uint8_t, 16> bytes{};
    std::uint8_t bits = 0;  // 32 or 128; 0 means no address
  };
  struct entry {
    enum class kind : std::uint8_t { everything, name, below, block, range };
    kind is = kind::everything;
    std::uint8_t prefix = 0;  // block: the number of significant bits
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

/// Returns a URL without user name and password, for error messages and logs.
///
/// Accepts malformed text. In doubt it removes more.
std::string redact_userinfo(std::string_view url);

}  // namespace anode::policy
