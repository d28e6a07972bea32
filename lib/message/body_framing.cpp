// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "message/body_framing.hpp"

namespace anode::message {
namespace {

bool http11(int major, int minor) noexcept { return major > 0 && minor > 0; }

bool wants_keep_alive(int major, int minor, framing_fields const& fields) noexcept {
  return http11(major, minor) ? !fields.connection_close : fields.connection_keep_alive;
}

}  // namespace

framing frame_request(method m, int version_major, int version_minor, framing_fields const& fields,
                      bool lenient) noexcept {
  framing result;
  result.upgrade = (fields.upgrade && fields.connection_upgrade) || m == method::connect;
  result.should_keep_alive = wants_keep_alive(version_major, version_minor, fields);
  if (fields.chunked) {
    result.body = body_kind::chunked;
  } else if (fields.transfer_encoding) {
    result.invalid_transfer_encoding = !lenient;
    result.body = lenient ? body_kind::until_close : body_kind::none;
  } else if (fields.content_length > 0) {
    result.body = body_kind::length;
    result.content_length = fields.content_length;
  }
  return result;
}

framing frame_response(method request, int status, int version_major, int version_minor,
                       framing_fields const& fields) noexcept {
  framing result;
  result.upgrade = fields.upgrade && fields.connection_upgrade && status == 101;
  bool const bodiless = status / 100 == 1 || status == 204 || status == 304;
  if (bodiless || request == method::head || request == method::connect) {
    result.body = body_kind::none;
  } else if (fields.chunked) {
    result.body = body_kind::chunked;
  } else if (fields.transfer_encoding || !fields.content_length_seen) {
    result.body = body_kind::until_close;
  } else if (fields.content_length > 0) {
    result.body = body_kind::length;
    result.content_length = fields.content_length;
  }
  bool const self_delimited =
      bodiless || fields.chunked || (fields.content_length_seen && !fields.transfer_encoding);
  // RFC 9112 section 6.1: close the connection after a Transfer-Encoding in HTTP/1.0.
  bool const suspicious = fields.transfer_encoding && !http11(version_major, version_minor);
  result.should_keep_alive =
      self_delimited && !suspicious && wants_keep_alive(version_major, version_minor, fields);
  return result;
}

}  // namespace anode::message
