// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The line of an access log of a proxy. Needs the library `anode-proxy`.

#include <anode/detail/export.hpp>
#include <anode/proxy/exchange_record.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace anode::proxy {

/// The format of a line.
enum class log_format : std::uint8_t {
  text,  ///< `name=value`, separated by spaces (logfmt)
  json,  ///< an object
};

/// What a line says about the request, besides its `exchange_record`. The texts are views.
class ANODE_EXPORT log_entry {
public:
  /// Makes an entry without a request.
  log_entry() {}

  std::chrono::system_clock::time_point time;  ///< the end of the exchange
  std::string_view listener{};  ///< the name of the listener; empty: not written, as all texts here
  std::string_view client{};    ///< the address of the client
  std::string_view peer{};      ///< the address of the connection, if it differs
  std::string_view sni{};       ///< the server name of TLS
  std::string_view tls{};       ///< the version of TLS, for example "1.3"
  std::string_view method{};    ///< the method
  std::string_view target{};    ///< the target as received; user information is removed
  std::string_view host{};      ///< the authority that was asked for
  std::string_view version{};   ///< the version of HTTP, for example "1.1"
  std::string_view pool{};      ///< the name of the pool
};

/// Returns one line, without a line end.
///
/// Bytes other than visible ASCII, quotes and backslashes are written as `\xHH` (in JSON as
/// `\u00HH`), therefore a client cannot forge lines. A value has at most 2,048 bytes; the rest is
/// replaced by "...". User information in a target, and the values of the query keys in `redact`,
/// are never written. The fields are described in docs/proxy.md.
/// @param redact names of query parameters whose values are replaced by "***"; case counts.
ANODE_EXPORT std::string format_record(exchange_record const& record, log_entry const& of,
                                       log_format format = log_format::text,
                                       std::vector<std::string> const& redact = {});

}  // namespace anode::proxy
