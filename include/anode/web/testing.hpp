// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

/// Support for the tests of programs with `anode-web`: requests to a router without ports, and a
/// server for `web::client` that plays all hosts and answers by a script. Not part of
/// `anode/web.hpp`. Needs the library `anode-web`.
///
/// ```cpp
/// web::testing::app_server server{app};
/// CHECK(server.get("/items/1").text() == "404 no such item");
/// ```

#include <anode/agent.hpp>
#include <anode/detail/export.hpp>
#include <anode/server.hpp>
#include <anode/testing.hpp>
#include <anode/web/client_clock.hpp>
#include <anode/web/fetch.hpp>
#include <anode/web/router.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace anode::web::testing {

using anode::testing::event_loop;
using anode::testing::mismatch;

/// Runs everything that is ready now, and waits for the work of `web::blocking`, for example
/// reading files, which runs on threads.
/// @throws mismatch if that work takes more than 30 s.
/// @throws the exception of a listener or callback that runs.
ANODE_EXPORT void settle(event_loop& loop);

/// Runs a coroutine to its end, as `event_loop::run`, and waits for the work of `web::blocking`.
/// @return the result of the coroutine.
/// @throws the exception of the coroutine.
/// @throws mismatch if the coroutine still waits when nothing is ready; the coroutine is cancelled.
template <class T>
T run(event_loop& loop, net::awaitable<T> work);

/// The header lines of a message in their order.
using header_lines = std::vector<std::pair<std::string, std::string>>;

/// A clock for `client_options::clock` that the test controls. Waits between attempts take no time
/// of the test: they advance the clock.
class ANODE_EXPORT manual_clock : public client_clock {
public:
  /// Makes a clock whose date starts at Sun, 06 Nov 1994 08:49:37 GMT.
  manual_clock() = default;

  std::chrono::steady_clock::time_point now() override;
  std::chrono::sys_seconds date() override;
  net::awaitable<void> wait(net::any_io_executor ex, std::chrono::milliseconds time) override;

  /// Advances the time.
  void advance(std::chrono::milliseconds time) { passed_ += time; }

  /// Returns the waits so far.
  std::vector<std::chrono::milliseconds> const& waits() const noexcept { return waits_; }

private:
  std::chrono::milliseconds passed_{};
  std::vector<std::chrono::milliseconds> waits_;
};

/// A whole response.
class ANODE_EXPORT response {
public:
  /// Makes an empty response with the status 0.
  response() = default;

  /// Makes a response of its parts.
  response(int status, header_lines headers, std::string body)
      : status_(status), headers_(std::move(headers)), body_(std::move(body)) {}

  /// Returns the status, for example 200.
  int status() const noexcept { return status_; }

  /// Returns the header lines.
  header_lines const& headers() const noexcept { return headers_; }

  /// Returns the value of the first header line of that name, in any case; empty if there is none.
  std::string_view header(std::string_view name) const noexcept;

  /// Returns the body.
  std::string const& body() const noexcept { return body_; }

  /// Returns status and body as one text, for example "404 no such item".
  std::string text() const { return std::to_string(status_) + " " + body_; }

private:
  int status_ = 0;
  header_lines headers_{};
  std::string body_{};
};

/// Fetches a URL and reads the body, at most 64 MiB.
/// @throws fetch_error if there is no response, or its body is cut.
ANODE_EXPORT response fetch(event_loop& loop, client& from, std::string_view url,
                            fetch_options const& options = fetch_options());

/// A router that the test sends requests to, in memory. Each request has a connection of its own.
///
/// The first request fixes the router, as with `http::server`.
/// **Concurrency**: one thread.
class ANODE_EXPORT app_server {
public:
  /// Adds a listener to `router::on_error`, and serves the router.
  explicit app_server(router const& app);

  /// Serves the router with options, for example `server_options::upgrade_requests`.
  app_server(router const& app, http::server_options options);
  app_server(app_server const&) = delete;
  app_server& operator=(app_server const&) = delete;
  ~app_server();

  /// Returns the loop, whose time the test advances.
  event_loop& loop() noexcept;

  /// Returns the server.
  http::server& server() noexcept;

  /// Connects, to send bytes that no client would send.
  anode::testing::peer connect();

  /// Sends a GET request. The Host is "test". Redirects are not followed.
  /// @param target path and query.
  response get(std::string_view target, fetch_options const& options = fetch_options());

  /// Sends a request.
  /// @param options headers and body, for example `fetch_options().json(item)`.
  response send(std::string_view method, std::string_view target,
                fetch_options const& options = fetch_options());

  /// Returns the exceptions that became 500 or closed a connection, and forgets them.
  std::vector<std::string> take_errors();

private:
  struct state;

  std::unique_ptr<state> state_;
};

/// A request that an `origin` has received.
class ANODE_EXPORT received_request {
public:
  /// Makes a request of its parts.
  received_request(std::string method, std::string host, std::string target, header_lines headers,
                   std::string body)
      : method_(std::move(method)),
        host_(std::move(host)),
        target_(std::move(target)),
        headers_(std::move(headers)),
        body_(std::move(body)) {}

  /// Returns the method.
  std::string const& method() const noexcept { return method_; }
  /// Returns the header Host.
  std::string const& host() const noexcept { return host_; }
  /// Returns path and query.
  std::string const& target() const noexcept { return target_; }
  /// Returns the header lines.
  header_lines const& headers() const noexcept { return headers_; }
  /// Returns the value of the first header line of that name, in any case; empty if there is none.
  std::string_view header(std::string_view name) const noexcept;
  /// Returns the body, at most 64 MiB.
  std::string const& body() const noexcept { return body_; }
  /// Returns method, host and target as one text, for example "GET a.example/items".
  std::string line() const { return method_ + " " + host_ + target_; }

private:
  std::string method_;
  std::string host_;
  std::string target_;
  header_lines headers_;
  std::string body_;
};

/// What an `origin` does with a request. The setters return the object.
class ANODE_EXPORT reply {
public:
  /// Responds.
  explicit reply(int status = 200, std::string body = std::string())
      : status_(status), body_(std::move(body)) {}

  /// Responds with a redirect.
  static reply redirect(std::string_view location, int status = 302);

  /// Closes the connection without a response.
  static reply lost();

  /// Does nothing until the client gives up.
  static reply silence();

  /// Adds a header line.
  reply& header(std::string_view name, std::string_view value);

  /// Sends the first bytes of the body, whose Content-Length is that of the whole, and closes the
  /// connection.
  reply& cut_after(std::size_t bytes);

  /// Sends the body in chunks, without Content-Length.
  reply& chunked();

private:
  friend class origin;

  enum class act : std::uint8_t { respond, lose, nothing };

  int status_;
  act act_ = act::respond;
  bool chunked_ = false;
  header_lines headers_{};
  std::string body_;
  std::optional<std::size_t> cut_{};
};

/// A server in memory that plays all hosts for a client, answers by a script and records requests.
///
/// ```cpp
/// event_loop loop;
/// web::testing::origin origin{loop};
/// origin.on("a.example/", web::testing::reply::redirect("http://b.example/x"));
/// origin.on("/x", web::testing::reply(200, "hello"));
/// web::client client = origin.client();
/// CHECK(web::testing::fetch(loop, client, "http://a.example/").text() == "200 hello");
/// CHECK(origin.requests().back().line() == "GET b.example/x");
/// ```
///
/// The loop must outlive the object, and the object its clients and agents.
/// **Concurrency**: one thread.
class ANODE_EXPORT origin {
public:
  /// Makes an origin that answers 404 to everything.
  explicit origin(event_loop& loop);
  origin(origin const&) = delete;
  origin& operator=(origin const&) = delete;
  ~origin();

  /// Adds the reply to a request. Several ones for one target are used in turn; the last one is
  /// repeated.
  /// @param target host, path and query, or only path and query, for all hosts.
  origin& on(std::string_view target, reply r);

  /// Lets a router serve a host, for its requests without a reply.
  /// @param name as in the header Host, for example "a.example" or "a.example:8000".
  origin& host(std::string_view name, router const& app);

  /// Returns the function that connects to this origin, for `http::agent_options`.
  http::create_connection_function connections() const;

  /// Returns an agent whose connections all go to this origin, unencrypted.
  /// @param protocol "http:" or "https:", of the URLs that it accepts.
  http::agent agent(std::string_view protocol = "http:") const;

  /// Returns a client with such an agent and with `clock`.
  web::client client(client_options options = client_options(),
                     std::string_view protocol = "http:") const;

  /// Returns the clock of the clients.
  manual_clock& clock() const noexcept;

  /// Returns the requests so far, those that routers serve not included.
  std::vector<received_request> const& requests() const noexcept;

  /// Returns the requests so far, and forgets them.
  std::vector<received_request> take_requests();

private:
  struct state;

  static net::awaitable<void> answer(state& s, http::incoming_message& req,
                                     http::server_response& res);
  static net::awaitable<void> play(reply chosen, http::server_response& res);

  std::unique_ptr<state> state_;
};

namespace detail {

template <class T>
struct outcome {
  std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> value{};
  std::exception_ptr error{};
  bool done = false;
  net::cancellation_signal cancel{};
};

}  // namespace detail

template <class T>
T run(event_loop& loop, net::awaitable<T> work) {
  auto const result = std::make_shared<detail::outcome<T>>();
  auto const spawn = [&](auto store) {
    net::co_spawn(loop.context(), std::move(work),
                  net::bind_cancellation_slot(result->cancel.slot(), std::move(store)));
  };
  if constexpr (std::is_void_v<T>) {
    spawn([result](std::exception_ptr e) {
      result->error = e;
      result->done = true;
    });
  } else {
    spawn([result](std::exception_ptr e, T value) {
      result->error = e;
      result->value.emplace(std::move(value));
      result->done = true;
    });
  }
  settle(loop);
  if (!result->done) {
    result->cancel.emit(net::cancellation_type::terminal);
    settle(loop);
    throw mismatch("The coroutine waits for something that does not happen");
  }
  if (result->error) {
    std::rethrow_exception(result->error);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result->value);
  }
}

}  // namespace anode::web::testing
