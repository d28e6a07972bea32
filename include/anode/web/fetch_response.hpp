// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The response of `client::fetch`. Needs the library `anode-web`.

#include <anode/detail/export.hpp>
#include <anode/incoming_message.hpp>
#include <anode/web/fetch_options.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace anode::web {

namespace net = boost::asio;

struct fetch_response_state;

/// A response whose body is not read yet. The object is a handle: movable, not copyable.
///
/// The body can be read once: with `read` until its end, or with one call of `text`, `json` or
/// `save`. If the handle is destroyed before, the connection is closed, unless the rest is short.
///
/// On an empty handle, `operator bool` returns false; all other calls throw `exception` with
/// `error::invalid_this`.
///
/// **Concurrency**: one read at a time, on the executor of the client.
/// **Cancellation**: cancelling a read aborts the request.
/// **Node**: the `Response` of `fetch`.
class ANODE_EXPORT fetch_response {
public:
  /// The default of `text` and `json`: 8 MiB.
  static constexpr std::size_t default_limit = 8UL * 1024 * 1024;

  /// Makes an empty handle.
  fetch_response() noexcept;
  fetch_response(fetch_response&&) noexcept;             ///< moves the handle
  fetch_response& operator=(fetch_response&&) noexcept;  ///< moves the handle
  ~fetch_response();

  /// Returns whether the handle refers to a response.
  explicit operator bool() const noexcept { return state_ != nullptr; }

  // The head.

  /// Returns the status, for example 200.
  int status() const;

  /// Returns the reason phrase as received. Valid as long as the response.
  std::string_view status_message() const;

  /// Returns whether the status is 200 to 299.
  bool ok() const { return status() / 100 == 2; }

  /// Throws unless `ok()`.
  /// @throws fetch_error with `fetch_failure::status`.
  fetch_response& raise_for_status();

  /// Returns the URL of the response, which is the last one of the redirects. It has the fragment
  /// of the program's URL or of a redirect, and no user name and password.
  std::string const& url() const;

  /// Returns the number of redirects that were followed.
  unsigned redirects() const;

  /// Returns the number of requests made, redirects and retries included.
  unsigned attempts() const;

  /// Returns the headers by name. Valid as long as the response.
  http::merged_headers const& headers() const;

  /// Returns the value of a header, or nothing. Valid as long as the response.
  std::optional<std::string_view> header(std::string_view name) const;

  /// Returns the number of bytes of the body; nothing if it is not known, for example because the
  /// body is coded.
  std::optional<std::uint64_t> length() const;

  /// Returns the message below, for example for its trailers and events. Its body is not decoded.
  http::incoming_message& message();

  // The body.

  /// Sets a function that observes the reading of the body.
  fetch_response& on_progress(progress_function f);

  /// Reads the next bytes, decoded.
  /// @return a view that is valid until the next read, or nothing at the end.
  /// @throws fetch_error if the connection is lost, a time limit expires, or the body cannot be
  ///   decoded.
  net::awaitable<std::optional<std::string_view>> read();

  /// Reads the whole body.
  /// @param limit largest number of decoded bytes.
  /// @throws fetch_error as `read`.
  /// @throws exception with `error::body_too_large`; with `error::invalid_state` ("The body was
  ///   read already").
  net::awaitable<std::string> text(std::size_t limit = default_limit);

  /// Reads the whole body as JSON, see `json_traits`. The status and Content-Type do not matter.
  /// @throws as `text`, and what `json_traits<T>::read` throws.
  template <class T>
  net::awaitable<T> json(std::size_t limit = default_limit) {
    return parse<T>(text(limit));
  }

  /// Writes the body to a new file, on the threads for blocking work. The bytes are collected in a
  /// temporary file beside it; after a failure nothing remains.
  /// @param path must not exist.
  /// @return the number of decoded bytes.
  /// @throws std::system_error with `EEXIST` if `path` exists, and any other error of the system.
  /// @throws as `text`.
  net::awaitable<std::uint64_t> save(std::filesystem::path const& path);

  /// Writes the body to a new file, and sets the function of `on_progress`.
  net::awaitable<std::uint64_t> save(std::filesystem::path const& path, progress_function progress);

private:
  friend class fetch_call;

  explicit fetch_response(std::shared_ptr<fetch_response_state> state) noexcept;

  template <class T>
  static net::awaitable<T> parse(net::awaitable<std::string> body) {
    std::string const text = co_await std::move(body);
    co_return json_traits<T>::read(text);
  }

  std::shared_ptr<fetch_response_state> state_;
};

}  // namespace anode::web
