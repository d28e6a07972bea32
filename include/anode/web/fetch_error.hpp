// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The failures of `client::fetch`. Needs the library `anode-web`.

#include <anode/client_request.hpp>
#include <anode/detail/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace anode::web {

/// Why `client::fetch` or the body of its response failed.
enum class fetch_failure : std::uint8_t {
  connection,           ///< the connection, the look-up, TLS, or a malformed response
  connect_timeout,      ///< connecting took longer than `fetch_options::connect_timeout`
  head_timeout,         ///< the response took longer than `fetch_options::head_timeout`
  idle_timeout,         ///< nothing moved for `fetch_options::idle_timeout`
  timeout,              ///< everything together took longer than `fetch_options::timeout`
  address_refused,      ///< the address filter refuses all addresses of the host
  too_many_redirects,   ///< more redirects than `fetch_options::redirects`
  bad_redirect,         ///< Location is malformed, not http(s), or leads from https to http
  body_not_replayable,  ///< a redirect wants the body again, which can be sent only once
  decoding,             ///< the content coding is unknown, malformed, cut or over a limit
  status,               ///< thrown by `fetch_response::raise_for_status`
};

/// Returns the name of a failure, for example "head_timeout". The view refers to static storage.
ANODE_EXPORT std::string_view to_string(fetch_failure f) noexcept;

/// Reports why `client::fetch` failed. The facts of the last attempt are those of
/// `http::request_error`; failures of redirects and codings have the code `EPROTO`.
class ANODE_EXPORT fetch_error : public http::request_error {
public:
  /// Makes an error. The library calls this; programs need it only in tests.
  /// @param cause the failure of the last attempt.
  /// @param kind why the whole failed.
  /// @param url the URL of the last attempt, without user name and password.
  /// @param redirects redirects before it.
  /// @param attempts requests made, redirects and retries included.
  /// @param status status of the last response; 0 if there is none.
  fetch_error(http::request_error const& cause, fetch_failure kind, std::string url,
              unsigned redirects, unsigned attempts, int status = 0);

  /// Returns why the whole failed.
  fetch_failure kind() const noexcept { return kind_; }

  /// Returns the URL of the last attempt, without user name and password.
  std::string const& url() const noexcept { return url_; }

  /// Returns the number of redirects before the last attempt.
  unsigned redirects() const noexcept { return redirects_; }

  /// Returns the number of requests made, redirects and retries included.
  unsigned attempts() const noexcept { return attempts_; }

  /// Returns the status of the last response; 0 if there is none.
  int status() const noexcept { return status_; }

private:
  std::string url_;
  unsigned redirects_;
  unsigned attempts_;
  int status_;
  fetch_failure kind_;
};

}  // namespace anode::web
