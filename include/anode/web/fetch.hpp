// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// A client above `http::agent`: redirects, cookies, codings, retries and time limits. Needs the
/// library `anode-web`.

#include <anode/agent.hpp>
#include <anode/detail/export.hpp>
#include <anode/endpoint.hpp>
#include <anode/web/client_clock.hpp>
#include <anode/web/coding.hpp>
#include <anode/web/cookie_jar.hpp>
#include <anode/web/fetch_error.hpp>
#include <anode/web/fetch_options.hpp>
#include <anode/web/fetch_response.hpp>
#include <anode/web/retry.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace anode::web {

namespace net = boost::asio;

class fetch_call;
struct client_state;

/// Decides to which addresses a client connects, see `http::agent_options::allow_address`.
using address_filter = std::function<bool(endpoint const&)>;

/// Returns a filter for URLs of others (SSRF): it refuses addresses that are not on the public
/// internet, by the registries of IANA for special purposes. These are loopback, private,
/// link-local (among them the metadata services of clouds), shared (CGNAT), multicast and reserved
/// addresses, IPv4 addresses inside of IPv6 ones (mapped, 6to4, NAT64, Teredo), and Unix sockets.
///
/// The agent asks for each address just before it connects, after the look-up, for redirects too.
/// Therefore the spelling of a host does not matter, nor does a name whose address changes.
ANODE_EXPORT address_filter public_addresses();

/// The options of a client. The setters return the object.
class ANODE_EXPORT client_options {
public:
  /// Sets the options of all requests, of which each can override its own.
  client_options& defaults(fetch_options options) {
    defaults_ = std::move(options);
    return *this;
  }

  /// Sets the limits of time to connect, and of everything together, see `fetch_options::timeouts`.
  client_options& timeouts(std::chrono::milliseconds connect, std::chrono::milliseconds whole) {
    defaults_.timeouts(connect, whole);
    return *this;
  }

  /// Sets how often requests are sent again, see `fetch_options::retry`.
  client_options& retry(retry_policy policy) {
    defaults_.retry(policy);
    return *this;
  }

  /// Sets the header User-Agent of requests that set none; by default there is none.
  client_options& user_agent(std::string_view value) {
    defaults_.header("User-Agent", value);
    return *this;
  }

  /// Sets the cookies, which other clients may share; by default cookies are ignored.
  client_options& cookies(cookie_jar jar) {
    jar_ = std::move(jar);
    return *this;
  }

  /// Sets the codings that bodies of responses may have, for example `codings{gzip(), deflate()}`;
  /// by default Accept-Encoding is not sent, and bodies are not decoded.
  client_options& codings(web::codings known) {
    codings_ = std::move(known);
    return *this;
  }

  /// Sets which addresses the client connects to, for example `public_addresses()`; by default all.
  client_options& allow_address(address_filter f) {
    allow_address_ = std::move(f);
    return *this;
  }

  /// Sets the clock; by default that of the system.
  client_options& clock(std::shared_ptr<client_clock> clock) {
    clock_ = std::move(clock);
    return *this;
  }

private:
  friend class client;

  fetch_options defaults_;
  std::optional<cookie_jar> jar_;
  web::codings codings_;
  address_filter allow_address_;
  std::shared_ptr<client_clock> clock_;
};

/// Fetches URLs.
///
/// ```cpp
/// web::client client{ex, web::client_options{}.timeouts(5s, 30s).retry(4).cookies(jar)};
/// auto res = co_await client.fetch(url, web::fetch_options{}.method("PUT").json(value));
/// res.raise_for_status();
/// std::string const text = co_await res.text();
/// ```
///
/// A redirect follows the Fetch standard: 301 and 302 turn POST into GET, 303 turns all but HEAD
/// into GET, and all others repeat the request with its body. Another origin (scheme, host or port)
/// gets none of the secret headers. Referer is never added. A user name and a password in a
/// Location are ignored.
///
/// The body of a request is sent before its response is read. A response that arrives earlier is
/// returned after the body is sent, or after the server has closed the connection.
///
/// The object is a handle: copies refer to the same client. A fetch keeps the client alive.
///
/// **Concurrency**: use the client only on its executor, as the agent.
/// **Node**: `fetch` of undici, with an agent, a cookie jar and a retry handler.
class ANODE_EXPORT client {
public:
  using executor_type = net::any_io_executor;  ///< the type of `get_executor`

  /// Makes a client with an agent of its own, for http. Idle connections are kept for 5 s; a
  /// request on one that the server has closed is sent again once, if it is idempotent.
  explicit client(executor_type ex);

  /// Makes a client with options and an agent of its own.
  client(executor_type ex, client_options options);

  /// Makes a client that uses an agent, for example an `https::agent` with
  /// `https::agent_options::allow_http`.
  /// @throws exception with `error::invalid_arg_value` if `options` has a filter of addresses: set
  ///   it in the options of the agent.
  explicit client(http::agent agent, client_options options = client_options());

  /// Makes another handle to the same client.
  client(client const&) noexcept;
  client(client&&) noexcept;                  ///< moves the handle
  client& operator=(client const&) noexcept;  ///< copies the handle
  client& operator=(client&&) noexcept;       ///< moves the handle
  ~client();

  /// Returns the executor of the client.
  executor_type get_executor() const;

  /// Returns the options of all requests, which may be changed at any time. A method and a body in
  /// them are not used.
  fetch_options& defaults();

  /// Returns the agent.
  http::agent& agent();

  /// Fetches a URL with GET. Copies its argument.
  net::awaitable<fetch_response> fetch(std::string_view url);

  /// Fetches a URL. Copies its arguments.
  /// @param url an absolute URL with http or https. A user name and a password in it are sent as
  ///   Authorization, unless the options have that header.
  /// @return the response; its body is not read yet. Any status is a response.
  /// @throws fetch_error when awaited, if there is no response.
  /// @throws exception when awaited, for an invalid URL, method or header.
  /// @throws what a `body_function` or `progress_function` throws, and errors of files, when
  ///   awaited.
  /// **Cancellation**: aborts the request, or ends the wait before the next attempt.
  net::awaitable<fetch_response> fetch(std::string_view url, fetch_options const& options);

  /// Downloads a file. A download that is cut is continued by the next call with the same
  /// arguments; with `retry` this call continues it itself, that often.
  ///
  /// Until the file is complete, PATH.part has the bytes so far, and PATH.part.tag what identifies
  /// the whole: a strong entity tag or a Last-Modified (RFC 9110 section 13.1.5). The rest is
  /// requested with Range and If-Range. A file that has changed on the server starts over, and so
  /// does one of a server that sends neither, or no ranges. The bytes are saved as sent, never
  /// decoded.
  /// @param url an absolute URL. Bytes of another URL are not continued.
  /// @param path must not exist.
  /// @return the size of the file.
  /// @throws fetch_error as `fetch` and its response; with `fetch_failure::status` for a status
  ///   without the file. The bytes so far remain, also if the coroutine is cancelled.
  /// @throws std::system_error with `EEXIST` if `path` exists; with `EBUSY` if another download
  /// writes
  ///   it; and any other error of the system.
  /// @throws exception if `url` is invalid.
  net::awaitable<std::uint64_t> download(std::string_view url, std::filesystem::path const& path);

  /// Downloads a file, and observes it.
  /// @param progress gets the size of the file so far, earlier bytes included. An exception of it
  /// ends
  ///   the download.
  net::awaitable<std::uint64_t> download(std::string_view url, std::filesystem::path const& path,
                                         progress_function progress);

  /// Downloads a file with options, and observes it unless `progress` is empty.
  /// @param options without a body, Range and If-Range; `fetch_options::timeout` limits the whole.
  /// @throws exception with `error::invalid_arg_value` for other options.
  net::awaitable<std::uint64_t> download(std::string_view url, std::filesystem::path const& path,
                                         fetch_options const& options,
                                         progress_function progress = {});

private:
  static std::shared_ptr<client_state> make_state(http::agent agent, client_options& options);

  std::shared_ptr<client_state> state_;
};

}  // namespace anode::web
