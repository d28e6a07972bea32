// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Errors that become responses. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/headers.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace anode::web {

/// An exception that a router turns into a response with this status.
///
///     throw web::http_error(404, "no such item");
///
/// The response is `application/problem+json` (RFC 9457) with `status`, `title` (the reason phrase)
/// and `detail`; see `router::error_page` for other forms. The detail is meant for the client, also
/// of a status from 500 on; exceptions of other types never show their text.
class ANODE_EXPORT http_error : public std::runtime_error {
public:
  /// Makes an error.
  /// @param status 400 to 599; another number becomes 500.
  /// @param detail a text for the client; may be empty.
  explicit http_error(int status, std::string_view detail = {});

  /// Adds a header of the response, for example WWW-Authenticate.
  http_error& header(std::string_view name, http::header_value_ref value);

  /// Returns the status.
  int status() const noexcept { return status_; }

  /// Returns the text for the client.
  std::string const& detail() const noexcept { return detail_; }

  /// Returns the headers of the response.
  http::header_list const& headers() const noexcept { return headers_; }

private:
  int status_;
  std::string detail_;
  http::header_list headers_;
};

/// Returns the problem details of an error as JSON (RFC 9457), for example
/// `{"status":404,"title":"Not Found","detail":"no such item"}`. Text that is not UTF-8 is
/// repaired.
ANODE_EXPORT std::string problem_json(http_error const& error);

}  // namespace anode::web
