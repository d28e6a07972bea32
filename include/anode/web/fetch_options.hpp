// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The options of a request of `client::fetch`. Needs the library `anode-web`.

#include <anode/client_request.hpp>
#include <anode/detail/export.hpp>
#include <anode/headers.hpp>
#include <anode/web/coding.hpp>
#include <anode/web/json.hpp>
#include <anode/web/multipart_form.hpp>
#include <anode/web/query.hpp>
#include <anode/web/retry.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::web {

namespace net = boost::asio;

class download_call;
struct fetch_body;
class fetch_call;

/// Called while a body moves.
///
/// `done` is the number of its bytes so far, as they are sent or received: before they are decoded.
/// `total` is the number of all bytes, if it is known. An exception ends the operation.
using progress_function =
    std::function<void(std::uint64_t done, std::optional<std::uint64_t> total)>;

/// Writes the body of a request with `write` of its argument, and awaits each write.
/// `client::fetch` ends the request. The request must not be destroyed. With g++ 12, await no
/// lambda with captures that is not a variable.
using body_function = std::function<net::awaitable<void>(http::client_request&)>;

/// Whether `fetch_options::stream` may call its function again.
enum class body_replay : std::uint8_t {
  never,    ///< redirects that repeat the body fail, and nothing is retried once it was called
  allowed,  ///< each call writes the same bytes
};

/// The options of a request. Options that are not set are those of `client::defaults`. The setters
/// return the object, therefore they chain, also inside of `co_await` expressions.
class ANODE_EXPORT fetch_options {
public:
  /// Makes options of which nothing is set.
  fetch_options() noexcept;
  fetch_options(fetch_options const&);                 ///< copies all options
  fetch_options(fetch_options&&) noexcept;             ///< moves all options
  fetch_options& operator=(fetch_options const&);      ///< copies all options
  fetch_options& operator=(fetch_options&&) noexcept;  ///< moves all options
  ~fetch_options();

  /// Sets the method. The default is POST with a body and GET without one.
  fetch_options& method(std::string_view name);

  // Headers.

  /// Sets a header, replacing an earlier value. The names are those of `http::header_list`.
  fetch_options& header(std::string_view name, http::header_value_ref value);

  /// Marks a header as secret: a redirect to another origin does not get it. Authorization, Cookie
  /// and Proxy-Authorization are always secret.
  fetch_options& secret(std::string_view name);

  /// Sets the header Authorization for Basic authentication.
  /// @throws exception as `basic_authorization`.
  fetch_options& basic_auth(std::string_view name, std::string_view password);

  /// Sets the header Authorization to a token (RFC 6750).
  fetch_options& bearer(std::string_view token);

  // The body. The last one set counts. Content-Type and Content-Length are added, unless the
  // program sets Content-Type itself.

  /// Sends a text.
  /// @param content_type its media type; empty: none.
  fetch_options& body(std::string text, std::string_view content_type = "text/plain;charset=UTF-8");

  /// Sends an urlencoded form.
  fetch_options& form(form_fields const& fields);

  /// Sends a multipart/form-data body.
  fetch_options& multipart(multipart_form form);

  /// Sends a value as JSON, see `json_traits`.
  template <class T>
  fetch_options& json(T const& value) {
    return body(json_traits<T>::write(value), "application/json");
  }

  /// Sends a file, which is read in pieces while it is sent, on the threads for blocking work.
  /// @param path a regular file; the fetch fails if it is none.
  /// @param content_type empty: by the extension of `path`.
  fetch_options& file(std::filesystem::path path, std::string_view content_type = {});

  /// Sends what a function writes.
  /// @param content_type its media type; empty: none.
  /// @param length the number of bytes; unset: the body is sent in chunks.
  fetch_options& stream(body_function write, std::string_view content_type,
                        std::optional<std::uint64_t> length = std::nullopt,
                        body_replay replay = body_replay::never);

  /// Sets a function that observes the sending of the body. A body that is sent again starts at 0.
  fetch_options& upload_progress(progress_function f);

  // Redirects.

  /// Sets how many redirects are followed, 0 to 20; default 20. With 0 the response is returned; a
  /// redirect over any other limit fails with `fetch_failure::too_many_redirects`.
  /// @throws exception with `error::out_of_range`.
  fetch_options& redirects(unsigned most);

  /// Permits redirects from https to http; default false.
  fetch_options& insecure_redirects(bool on = true);

  // Time limits; 0: none, which is the default.

  /// Limits the time to connect, for each attempt.
  fetch_options& connect_timeout(std::chrono::milliseconds time);

  /// Limits the time from the end of the request to the head of the response, for each attempt.
  fetch_options& head_timeout(std::chrono::milliseconds time);

  /// Limits the time in which no byte moves although the peer is due, see
  /// `http::request_options::idle_timeout`.
  fetch_options& idle_timeout(std::chrono::milliseconds time);

  /// Limits the time of everything together: redirects, retries, the waits between them, and the
  /// body of the response.
  fetch_options& timeout(std::chrono::milliseconds time);

  /// Limits the time to connect and the time of everything together.
  fetch_options& timeouts(std::chrono::milliseconds connect, std::chrono::milliseconds whole) {
    return connect_timeout(connect).timeout(whole);
  }

  // Retries.

  /// Sets how often the request is sent again; default never.
  fetch_options& retry(retry_policy policy);

  /// Sets whether the request may be sent twice without further effect. The default depends on the
  /// method (RFC 9110 section 9.2.2).
  fetch_options& idempotent(bool on = true);

  // Decoding.

  /// Sets whether the body of the response is decoded, with the codings of the client; default
  /// true. A header Accept-Encoding of the program has the effect of false.
  fetch_options& decode(bool on = true);

  /// Sets the limits of decoding; by default 1 GiB of output, and the ratio and number of codings
  /// of `decoding_limits`.
  fetch_options& decoding(decoding_limits const& limits);

private:
  friend class download_call;
  friend class fetch_call;

  struct choices;

  bool empty() const noexcept { return choices_ == nullptr; }

  // Returns the choices to change them; makes them if nothing is set yet.
  choices& change();

  // Returns the choices to read them.
  choices const& get() const noexcept;

  // Sets what is not set from the options of a client, whose method and body do not count.
  void complete(fetch_options const& defaults);

  std::unique_ptr<choices> choices_;  // null: nothing is set
};

}  // namespace anode::web
