// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::http {

/// The failures that anode itself reports. Failures of the operating system keep Asio's codes. Each
/// value has the name that Node.js uses for the same failure, see `code_name`.
enum class error : int {
  // Errors in the input of a peer (Node: HPE_*, from its parser).
  invalid_method = 1,         ///< HPE_INVALID_METHOD
  invalid_url,                ///< HPE_INVALID_URL
  invalid_version,            ///< HPE_INVALID_VERSION
  invalid_status,             ///< HPE_INVALID_STATUS
  invalid_constant,           ///< HPE_INVALID_CONSTANT
  invalid_header_token,       ///< HPE_INVALID_HEADER_TOKEN
  invalid_content_length,     ///< HPE_INVALID_CONTENT_LENGTH
  unexpected_content_length,  ///< HPE_UNEXPECTED_CONTENT_LENGTH
  invalid_transfer_encoding,  ///< HPE_INVALID_TRANSFER_ENCODING
  invalid_chunk_size,         ///< HPE_INVALID_CHUNK_SIZE
  cr_expected,                ///< HPE_CR_EXPECTED
  lf_expected,                ///< HPE_LF_EXPECTED
  unexpected_space,           ///< HPE_UNEXPECTED_SPACE
  strict,                     ///< HPE_STRICT
  closed_connection,          ///< HPE_CLOSED_CONNECTION
  invalid_eof_state,          ///< HPE_INVALID_EOF_STATE
  paused_h2_upgrade,          ///< HPE_PAUSED_H2_UPGRADE
  header_overflow,            ///< HPE_HEADER_OVERFLOW
  chunk_extensions_overflow,  ///< HPE_CHUNK_EXTENSIONS_OVERFLOW

  // Errors of the program (Node: ERR_*).
  headers_sent = 100,       ///< ERR_HTTP_HEADERS_SENT
  invalid_http_token,       ///< ERR_INVALID_HTTP_TOKEN
  invalid_char,             ///< ERR_INVALID_CHAR
  invalid_header_value,     ///< ERR_HTTP_INVALID_HEADER_VALUE
  invalid_status_code,      ///< ERR_HTTP_INVALID_STATUS_CODE
  trailer_invalid,          ///< ERR_HTTP_TRAILER_INVALID
  content_length_mismatch,  ///< ERR_HTTP_CONTENT_LENGTH_MISMATCH
  body_not_allowed,         ///< ERR_HTTP_BODY_NOT_ALLOWED
  write_after_end,          ///< ERR_STREAM_WRITE_AFTER_END
  already_finished,         ///< ERR_STREAM_ALREADY_FINISHED
  stream_destroyed,         ///< ERR_STREAM_DESTROYED
  premature_close,          ///< ERR_STREAM_PREMATURE_CLOSE
  unescaped_characters,     ///< ERR_UNESCAPED_CHARACTERS
  invalid_protocol,         ///< ERR_INVALID_PROTOCOL
  invalid_url_argument,     ///< ERR_INVALID_URL
  invalid_arg_value,        ///< ERR_INVALID_ARG_VALUE
  out_of_range,             ///< ERR_OUT_OF_RANGE
  invalid_domain_name,      ///< ERR_INVALID_DOMAIN_NAME
  server_already_listen,    ///< ERR_SERVER_ALREADY_LISTEN
  server_not_running,       ///< ERR_SERVER_NOT_RUNNING
  socket_assigned,          ///< ERR_HTTP_SOCKET_ASSIGNED
  invalid_this,             ///< ERR_INVALID_THIS: an empty handle was used
  invalid_ip_address,       ///< ERR_INVALID_IP_ADDRESS
  invalid_state,            ///< ERR_INVALID_STATE: the body was already read

  // Failures of a connection or a request.
  request_timeout = 200,  ///< ERR_HTTP_REQUEST_TIMEOUT
  connection_reset,       ///< ECONNRESET, "socket hang up" or "aborted"
  aborted,                ///< ABORT_ERR, "The operation was aborted"
  timed_out,              ///< ETIMEDOUT: a time limit of anode expired
  body_too_large,         ///< ERR_BODY_TOO_LARGE: anode's limit for collected bodies
  proxy_tunnel,           ///< ERR_PROXY_TUNNEL: the proxy refused CONNECT
  proxy_invalid_config,   ///< ERR_PROXY_INVALID_CONFIG
  truncated,              ///< ERR_SSL_UNEXPECTED_EOF_WHILE_READING: an end without close_notify
  address_refused,        ///< ERR_IP_BLOCKED: `agent_options::allow_address` refused all addresses
  proxy_protocol = 250,   ///< ERR_PROXY_PROTOCOL: the PROXY header is missing or invalid
  proxy_untrusted,        ///< ERR_PROXY_UNTRUSTED: the peer may not send a PROXY header
};

/// Returns the category of `error`. Its `name()` is "anode.http".
ANODE_EXPORT boost::system::error_category const& error_category() noexcept;

/// Makes an error code from `e`. Boost finds this function by argument-dependent lookup.
ANODE_EXPORT boost::system::error_code make_error_code(error e) noexcept;

/// Returns Node.js's name of a failure, for example "HPE_INVALID_METHOD" for
/// `error::invalid_method` and "ECONNREFUSED" for `boost::asio::error::connection_refused`.
/// @return a view of static storage; "UNKNOWN" if Node has no name for the code.
ANODE_EXPORT std::string_view code_name(boost::system::error_code const& ec) noexcept;

/// A failure with its code and with Node.js's message.
///
/// Thrown for invalid arguments and for calls in a wrong state. `what()` returns the whole message,
/// which names an invalid argument.
class ANODE_EXPORT exception : public boost::system::system_error {
public:
  /// Makes an exception from a code and the whole text of its message.
  exception(boost::system::error_code ec, std::string message);

  /// Returns the message, with nothing added.
  char const* what() const noexcept override;

  /// Returns Node's name of the code, see `anode::http::code_name`. The view refers to static
  /// storage.
  std::string_view code_name() const noexcept;

private:
  std::string message_;
};

}  // namespace anode::http

/// @cond
template <>
struct boost::system::is_error_code_enum<anode::http::error> : std::true_type {};
/// @endcond
