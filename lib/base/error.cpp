// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include <anode/detail/named_category.hpp>
#include <anode/error.hpp>

#include <boost/asio/error.hpp>

#include <utility>

anode::detail::named_category::~named_category() = default;

namespace anode::http {
namespace {

using names = anode::detail::error_texts<error>;

// The messages are Node's. For a parser error with a single reason, the message is llhttp's reason.
constexpr names table[] = {
    {error::invalid_method, "HPE_INVALID_METHOD", "Invalid method encountered"},
    {error::invalid_url, "HPE_INVALID_URL", "Invalid characters in url"},
    {error::invalid_version, "HPE_INVALID_VERSION", "Invalid HTTP version"},
    {error::invalid_status, "HPE_INVALID_STATUS", "Invalid status code"},
    {error::invalid_constant, "HPE_INVALID_CONSTANT", "Expected HTTP/"},
    {error::invalid_header_token, "HPE_INVALID_HEADER_TOKEN", "Invalid header token"},
    {error::invalid_content_length, "HPE_INVALID_CONTENT_LENGTH",
     "Invalid character in Content-Length"},
    {error::unexpected_content_length, "HPE_UNEXPECTED_CONTENT_LENGTH",
     "Content-Length can't be present with Transfer-Encoding"},
    {error::invalid_transfer_encoding, "HPE_INVALID_TRANSFER_ENCODING",
     "Request has invalid `Transfer-Encoding`"},
    {error::invalid_chunk_size, "HPE_INVALID_CHUNK_SIZE", "Invalid character in chunk size"},
    {error::cr_expected, "HPE_CR_EXPECTED", "Missing expected CR"},
    {error::lf_expected, "HPE_LF_EXPECTED", "Missing expected LF"},
    {error::unexpected_space, "HPE_UNEXPECTED_SPACE", "Unexpected space"},
    {error::strict, "HPE_STRICT", "Parse error"},
    {error::closed_connection, "HPE_CLOSED_CONNECTION", "Data after `Connection: close`"},
    {error::invalid_eof_state, "HPE_INVALID_EOF_STATE", "Invalid EOF state"},
    {error::paused_h2_upgrade, "HPE_PAUSED_H2_UPGRADE", "Pause on PRI/Upgrade"},
    {error::header_overflow, "HPE_HEADER_OVERFLOW", "Header overflow"},
    {error::chunk_extensions_overflow, "HPE_CHUNK_EXTENSIONS_OVERFLOW",
     "Chunk extensions overflow"},
    {error::headers_sent, "ERR_HTTP_HEADERS_SENT",
     "Cannot set headers after they are sent to the client"},
    {error::invalid_http_token, "ERR_INVALID_HTTP_TOKEN", "Invalid HTTP token"},
    {error::invalid_char, "ERR_INVALID_CHAR", "Invalid character"},
    {error::invalid_header_value, "ERR_HTTP_INVALID_HEADER_VALUE", "Invalid header value"},
    {error::invalid_status_code, "ERR_HTTP_INVALID_STATUS_CODE", "Invalid status code"},
    {error::trailer_invalid, "ERR_HTTP_TRAILER_INVALID",
     "Trailers are invalid with this transfer encoding"},
    {error::content_length_mismatch, "ERR_HTTP_CONTENT_LENGTH_MISMATCH",
     "Response body's content-length does not match the content-length in the header"},
    {error::body_not_allowed, "ERR_HTTP_BODY_NOT_ALLOWED",
     "Adding content for this request method or response status is not allowed."},
    {error::write_after_end, "ERR_STREAM_WRITE_AFTER_END", "write after end"},
    {error::already_finished, "ERR_STREAM_ALREADY_FINISHED",
     "Cannot call end after a stream was finished"},
    {error::stream_destroyed, "ERR_STREAM_DESTROYED",
     "Cannot call write after a stream was destroyed"},
    {error::premature_close, "ERR_STREAM_PREMATURE_CLOSE", "Premature close"},
    {error::unescaped_characters, "ERR_UNESCAPED_CHARACTERS",
     "Request path contains unescaped characters"},
    {error::invalid_protocol, "ERR_INVALID_PROTOCOL", "Protocol not supported"},
    {error::invalid_url_argument, "ERR_INVALID_URL", "Invalid URL"},
    {error::invalid_arg_value, "ERR_INVALID_ARG_VALUE", "Invalid argument value"},
    {error::out_of_range, "ERR_OUT_OF_RANGE", "Value out of range"},
    {error::invalid_domain_name, "ERR_INVALID_DOMAIN_NAME", "Unable to determine the domain name"},
    {error::server_already_listen, "ERR_SERVER_ALREADY_LISTEN",
     "Listen method has been called more than once without closing."},
    {error::server_not_running, "ERR_SERVER_NOT_RUNNING", "Server is not running."},
    {error::socket_assigned, "ERR_HTTP_SOCKET_ASSIGNED",
     "ServerResponse has an already assigned socket"},
    {error::invalid_this, "ERR_INVALID_THIS", "The handle refers to nothing"},
    {error::invalid_ip_address, "ERR_INVALID_IP_ADDRESS", "Invalid IP address"},
    {error::invalid_state, "ERR_INVALID_STATE", "The body has already been read"},
    {error::request_timeout, "ERR_HTTP_REQUEST_TIMEOUT", "Request timeout"},
    {error::connection_reset, "ECONNRESET", "socket hang up"},
    {error::aborted, "ABORT_ERR", "The operation was aborted"},
    {error::timed_out, "ETIMEDOUT", "timed out"},
    {error::body_too_large, "ERR_BODY_TOO_LARGE", "The body is larger than the limit"},
    {error::proxy_tunnel, "ERR_PROXY_TUNNEL", "The proxy refused the tunnel"},
    {error::proxy_invalid_config, "ERR_PROXY_INVALID_CONFIG", "Invalid proxy URL"},
    {error::truncated, "ERR_SSL_UNEXPECTED_EOF_WHILE_READING",
     "The peer closed the connection without a close_notify alert"},
    {error::address_refused, "ERR_IP_BLOCKED", "The address is not allowed"},
    {error::proxy_protocol, "ERR_PROXY_PROTOCOL", "The PROXY header is missing or invalid"},
    {error::proxy_untrusted, "ERR_PROXY_UNTRUSTED", "The peer may not send a PROXY header"},
};

names const* find(int value) noexcept { return anode::detail::find_texts(table, value); }

class category final : public anode::detail::named_category {
public:
  char const* name() const noexcept override { return "anode.http"; }

  std::string_view code_name(int value) const noexcept override {
    names const* n = find(value);
    return n != nullptr ? n->code : "UNKNOWN";
  }

  std::string message(int value) const override {
    names const* n = find(value);
    return n != nullptr ? n->message : "unknown error";
  }
};

std::string_view system_name(boost::system::error_code const& ec) noexcept {
  namespace asio_error = boost::asio::error;
  struct pair {
    boost::system::error_code code;
    std::string_view name;
  };
  static pair const known[] = {
      {asio_error::connection_refused, "ECONNREFUSED"},
      {asio_error::connection_reset, "ECONNRESET"},
      {asio_error::connection_aborted, "ECONNABORTED"},
      {asio_error::broken_pipe, "EPIPE"},
      {asio_error::timed_out, "ETIMEDOUT"},
      {asio_error::host_unreachable, "EHOSTUNREACH"},
      {asio_error::network_unreachable, "ENETUNREACH"},
      {asio_error::address_in_use, "EADDRINUSE"},
      {asio_error::access_denied, "EACCES"},
      {asio_error::bad_descriptor, "EBADF"},
      {asio_error::invalid_argument, "EINVAL"},
      {asio_error::not_connected, "ENOTCONN"},
      {asio_error::no_descriptors, "EMFILE"},
      {asio_error::operation_aborted, "ECANCELED"},
      {asio_error::host_not_found, "ENOTFOUND"},
      {asio_error::host_not_found_try_again, "EAI_AGAIN"},
      {asio_error::no_data, "ENODATA"},
      {{boost::system::errc::address_not_available, boost::system::system_category()},
       "EADDRNOTAVAIL"},
      {{boost::system::errc::no_such_file_or_directory, boost::system::system_category()},
       "ENOENT"},
      {{boost::system::errc::protocol_error, boost::system::system_category()}, "EPROTO"},
      {asio_error::address_family_not_supported, "EAFNOSUPPORT"},
      {asio_error::operation_not_supported, "EOPNOTSUPP"},
      {asio_error::eof, "EOF"},
  };
  for (pair const& p : known) {
    if (ec == p.code) {
      return p.name;
    }
  }
  return "UNKNOWN";
}

}  // namespace

boost::system::error_category const& error_category() noexcept {
  static category const instance;
  return instance;
}

boost::system::error_code make_error_code(error e) noexcept {
  return {static_cast<int>(e), error_category()};
}

std::string_view code_name(boost::system::error_code const& ec) noexcept {
  if (auto const* named = dynamic_cast<anode::detail::named_category const*>(&ec.category())) {
    return named->code_name(ec.value());
  }
  return system_name(ec);
}

exception::exception(boost::system::error_code ec, std::string message)
    : system_error(ec, ""), message_(std::move(message)) {}

char const* exception::what() const noexcept { return message_.c_str(); }

std::string_view exception::code_name() const noexcept { return http::code_name(code()); }

}  // namespace anode::http
