// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// The request, the response and the data of a handler in one object. Needs the library
/// `anode-web`.

#include <anode/detail/counted.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/function.hpp>
#include <anode/server_response.hpp>
#include <anode/web/cookie.hpp>
#include <anode/web/detail/path_value.hpp>
#include <anode/web/json.hpp>
#include <anode/web/query.hpp>

#include <boost/asio/awaitable.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace anode::web {

namespace net = boost::asio;

class codings;
class context;
class next;
struct decoding_limits;

namespace detail {
class route_table;
struct route;
struct dispatcher;
}  // namespace detail

/// What is known of a request when its exchange is over.
struct done_facts {
  int status = 0;                                  ///< of the response; 0 if no head was sent
  std::uint64_t body_bytes = 0;                    ///< of the response's body
  std::chrono::steady_clock::duration duration{};  ///< from the head of the request to the end
  bool aborted = false;  ///< whether the connection was lost before the whole response was sent
};

/// One request with its response, as a router passes it to middleware and handlers.
///
/// The object exists until the exchange is closed, and as long as a handler runs. Views that it
/// returns are valid as long. Functions that return `context&` can be chained. Functions that
/// return a `write_operation` act at once; awaiting the result is optional, see `outgoing_message`.
///
/// **Concurrency**: use the object only on the executor of its server.
/// **Node**: Express's and Koa's `req`, `res` and `ctx`.
class ANODE_EXPORT context final : public anode::detail::counted {
public:
  context(context const&) = delete;
  context& operator=(context const&) = delete;

  // The request.

  /// Returns the request.
  http::incoming_message& req() noexcept { return req_; }

  /// Returns the response.
  http::server_response& res() noexcept { return res_; }

  /// Returns the executor of the server.
  net::any_io_executor get_executor() { return req_.get_executor(); }

  /// Returns the method, for example "GET".
  std::string_view method() const noexcept { return req_.method(); }

  /// Returns the path as received, without query and without the origin of an absolute-form.
  std::string_view path() const noexcept;

  /// Returns the pattern of the route with the prefixes of the routers above it, for example
  /// "/items/{id}"; empty if there is no route. A label for logs and metrics.
  std::string_view route() const noexcept;

  /// Returns the decoded value of a parameter of the route.
  /// @throws exception with `error::invalid_arg_value` if the route has no such parameter.
  std::string_view param(std::string_view name) const;

  /// Returns a parameter as a number.
  /// @throws http_error with 404 if the text is not a number of that type: such a path names
  ///   nothing.
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  T param(std::string_view name) const {
    std::string_view const text = param(name);
    T value{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      throw http_error(404);
    }
    return value;
  }

  /// Returns the query as received, without the question mark.
  std::string_view query_string() const noexcept;

  /// Returns the decoded query. Parsed by the first call.
  form_fields const& query();

  /// Returns the value of a field of the request, merged as `incoming_message::headers` does; empty
  /// if there is none.
  std::string_view header(std::string_view name) const;

  /// Returns the value of a cookie of the request, not decoded; nothing if there is none.
  std::optional<std::string> cookie(std::string_view name) const;

  /// Returns the address of the client, see `router::trust`.
  std::string client_address() const;

  // The body of the request. A body with a Content-Encoding is refused (415) unless a layer decodes
  // it. A body over the limit is refused (413), before reading if its length is known.

  /// Reads the body as text.
  /// @param limit maximum size in bytes; 0: 1 MiB. A smaller limit of `body_limit` has precedence.
  /// @throws http_error with 413 or 415.
  /// @throws boost::system::system_error if the body is cut off.
  net::awaitable<std::string> text(std::size_t limit = 0);

  /// Reads the body as JSON, see `json_traits`.
  /// @param limit as of `text`.
  /// @throws http_error with 413, 415 (also if the Content-Type is not JSON) or 400.
  template <class T>
  net::awaitable<T> json(std::size_t limit = 0) {
    return read_json<T>(*this, limit);
  }

  /// Reads the body as a urlencoded form.
  /// @param limit maximum size in bytes; 0: 64 KiB. A smaller limit of `body_limit` has precedence.
  /// @throws http_error with 413 (also for more than 1,000 fields) or 415 (also if the Content-Type
  ///   is not application/x-www-form-urlencoded).
  net::awaitable<form_fields> form(std::size_t limit = 0);

  /// Reads the next segment of the body, see `incoming_message::read`.
  /// @throws http_error with 413 over the limit of `body_limit`, and with 415.
  net::awaitable<std::optional<std::string_view>> read();

  // The response.

  /// Sets the status; default 200.
  context& status(int code) noexcept;

  /// Sets a header, replacing an earlier value.
  context& set(std::string_view name, http::header_value_ref value);

  /// Adds values to a header.
  context& append(std::string_view name, http::header_value_ref value);

  /// Sets the Content-Type.
  context& type(std::string_view media_type);

  /// Adds a Set-Cookie header.
  /// @throws exception as `set_cookie::to_string`.
  context& set_cookie(web::set_cookie const& cookie);

  /// Adds a name to the Vary header, unless it has it.
  context& vary(std::string_view name);

  /// Sends a text and ends the response. The Content-Type is "text/plain; charset=utf-8" unless it
  /// is set.
  write_operation send(std::string_view text);

  /// Sends a temporary string and ends the response.
  template <std::same_as<std::string> Text>
  write_operation send(Text&& text) {
    prepare_text(text.size());
    return res_.end(std::move(text));
  }
  write_operation send(std::initializer_list<http::header_item> texts) = delete;

  /// Sends a value as JSON and ends the response, see `json_traits`. The Content-Type is
  /// "application/json" unless it is set.
  template <class T>
  write_operation send_json(T const& value) {
    return send_json_text(json_traits<T>::write(value));
  }

  /// Writes a segment of the body, see `outgoing_message::write`.
  write_operation write(std::string_view data) { return res_.write(data); }

  /// Writes a temporary string.
  template <std::same_as<std::string> Text>
  write_operation write(Text&& data) {
    return res_.write(std::move(data));
  }
  write_operation write(std::initializer_list<http::header_item> texts) = delete;

  /// Ends the response.
  write_operation end() { return res_.end(); }

  /// Redirects to another URL and ends the response. Bytes that no URL has, CR and LF among them,
  /// are percent-encoded.
  /// @param location a path or a URL that the program trusts, see `redirect_back` otherwise.
  /// @param status 301, 302, 303, 307 or 308.
  /// @throws exception with `error::invalid_arg_value` for another status.
  write_operation redirect(std::string_view location, int status = 302);

  /// Redirects to a path that the client chose, for example of a parameter `next`: only to the same
  /// origin. Anything but a path that begins with one `/`, and not with `//` or `/\`, is replaced
  /// by `fallback`.
  write_operation redirect_back(std::string_view location, std::string_view fallback = "/",
                                int status = 303);

  /// Answers with an error, as the router does for an exception. Headers that describe the body are
  /// removed; others, such as cookies, are kept.
  void fail(http_error const& error);

  /// Returns the methods of the routes of this path as the value of an Allow header, for example
  /// "GET, HEAD, OPTIONS"; empty if there is no route.
  std::string allowed_methods() const;

  // The data of the request.

  /// Stores an object with the request, one of each type. An earlier one is destroyed.
  template <class T, class... Args>
  T& emplace(Args&&... args) {
    auto made = std::make_unique<T>(std::forward<Args>(args)...);
    T& object = *made;
    store(typeid(T), owned(made.release(), [](void* at) { delete static_cast<T*>(at); }));
    return object;
  }

  /// Returns the object that `emplace<T>` stored; null if there is none.
  template <class T>
  T* get() const noexcept {
    return static_cast<T*>(stored(typeid(T)));
  }

  /// Decodes the body of the request, if it has a Content-Encoding, for `text`, `json`, `form` and
  /// `read`, which then throw `http_error` with 413 if the body exceeds a limit, and with 400 if it
  /// is malformed or ends in the middle of a coding. The layer `decompress` calls this function. An
  /// earlier call is replaced.
  /// @param known the codings to accept; needed only during the call.
  /// @param limits what decoding may cost.
  /// @throws http_error with 415 for an unknown coding or too many.
  /// @throws exception with `error::invalid_state` if decoding has begun.
  context& decode_body(codings const& known, decoding_limits const& limits);

  /// Sets the largest body in bytes that `text`, `json`, `form`, `read` and `multipart` accept; 0:
  /// no limit besides their own. It never raises their own limits: pass a larger one to them.
  context& body_limit(std::size_t bytes) noexcept;

  // Events.

  /// Adds a listener for the end of the exchange: when all of the response is passed to the system,
  /// or the connection is lost. The context is still valid.
  context& on_done(anode::detail::function<void(context&, done_facts const&)> f);

private:
  friend class next;
  friend struct detail::dispatcher;
  using owned = std::unique_ptr<void, void (*)(void*)>;
  struct rare;

  context(http::incoming_message& req, http::server_response& res,
          std::shared_ptr<detail::route_table const> table) noexcept;
  ~context() override;
  void dispose() noexcept override;
  static void* operator new(std::size_t bytes);
  static void operator delete(void* memory, std::size_t bytes) noexcept;

  rare& more();
  void keep_values(detail::path_value const* values, std::size_t count);
  void prepare_text(std::size_t size);
  void announce_length(std::size_t size);
  void refuse_coded_body() const;
  std::size_t limit_of(std::size_t asked, std::size_t usual) const noexcept;
  void refuse_long_body(std::size_t limit) const;
  void require_json() const;
  write_operation send_json_text(std::string&& text);
  void store(std::type_info const& type, owned object);
  void* stored(std::type_info const& type) const noexcept;
  static net::awaitable<std::string> read_text(anode::detail::ptr<context> self, std::size_t limit);
  static net::awaitable<std::string> read_decoded_text(anode::detail::ptr<context> self,
                                                       std::size_t limit);
  static net::awaitable<form_fields> read_form(anode::detail::ptr<context> self, std::size_t limit);
  static net::awaitable<std::optional<std::string_view>> read_limited(
      anode::detail::ptr<context> self);

  template <class T>
  static net::awaitable<T> read_json(context& self, std::size_t limit) {
    self.require_json();
    std::string const text = co_await self.text(limit);
    co_return detail::read_json<T>(text);
  }

  http::incoming_message& req_;
  http::server_response& res_;
  std::shared_ptr<detail::route_table const> table_;
  detail::route const* route_ = nullptr;
  std::unique_ptr<rare> rare_;
  std::uint32_t stage_ = 0;  // the next element of the chain that may run
  // Of the parameters, in the order of their names. Those of the route are set. A route with more
  // parameters has them in `rare_`.
  std::array<detail::path_value, detail::few_parameters> values_;
};

/// The rest of the chain behind a layer. Call it at most once, and await or return the result:
///
///     net::awaitable<void> layer(web::context& c, web::next next) {
///       co_await next();   // may be in a try block; code may follow
///     }
///     net::awaitable<void> cheaper(web::context& c, web::next next) {
///       c.set("X-A", "1");
///       return next();     // no coroutine: for layers that do nothing afterwards
///     }
///
/// A layer that does not call it answers by itself.
class ANODE_EXPORT next {
public:
  /// Runs the next layer, or the handler.
  /// @throws exception with `error::invalid_state` if it was called before.
  net::awaitable<void> operator()() const;

private:
  friend class context;
  friend struct detail::dispatcher;
  next(context& of, std::uint32_t at) noexcept : context_(&of), at_(at) {}

  context* context_;
  std::uint32_t at_;
};

}  // namespace anode::web
