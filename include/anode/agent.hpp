// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/agent_options.hpp>
#include <anode/client_request.hpp>
#include <anode/client_trace.hpp>
#include <anode/detail/export.hpp>
#include <anode/detail/secure_layer.hpp>
#include <anode/headers.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace anode::client {
class agent_impl;
}

namespace anode::http {

/// A pool of client connections.
///
/// A connection is never reused if the server has closed it, or if any byte arrives before a
/// request is sent. A request that was about to use such a connection moves to another one.
///
/// The object is a handle: copies refer to the same agent. When the last handle is destroyed, idle
/// connections are closed and requests in progress are completed.
///
/// The system's resolver runs in up to four threads for each execution context. IP addresses and
/// "localhost" (127.0.0.1, then ::1) need no look-up.
///
/// On an empty handle, `totals` returns zeros, `options` returns default options, `destroy`,
/// `close_free` and `remove` do nothing, and all other calls throw `exception` with
/// `error::invalid_this`.
///
/// **Concurrency**: use the agent only on its executor, which must run on one thread at a time: an
/// `io_context` run by one thread, or a strand.
/// **Node**: `http.Agent`.
class ANODE_EXPORT agent {
public:
  using executor_type = net::any_io_executor;  ///< the type of `get_executor`

  /// Numbers of connections and waiting requests.
  struct counts {
    std::size_t sockets = 0;       ///< connections that connect or carry a request
    std::size_t free_sockets = 0;  ///< idle connections
    std::size_t requests = 0;      ///< requests that wait for a connection
  };

  /// Makes an agent with default options.
  explicit agent(executor_type ex);

  /// Makes an agent with options. With g++ 12, write `options` in braces only outside of `co_await`
  /// expressions.
  /// @throws exception with `error::out_of_range` if `max_total_sockets` is 0, with
  ///   `error::proxy_invalid_config`, or with `error::invalid_protocol` (see
  ///   `agent_options::protocol`).
  agent(executor_type ex, agent_options options);

  /// Makes another handle to the same agent.
  agent(agent const&) noexcept;

  /// Moves the handle; the source becomes empty.
  agent(agent&&) noexcept;

  /// Replaces the handle; the previous agent is released as by the destructor.
  agent& operator=(agent) & noexcept;

  /// Releases the agent, see the class description.
  ~agent();

  /// Returns the executor of the agent.
  executor_type get_executor() const;

  /// Creates a request, which is sent by `write` and `end` of the result.
  /// @throws exception for invalid arguments, before a connection is used:
  ///   `error::invalid_protocol`, `invalid_http_token`, `invalid_char`, `unescaped_characters`,
  ///   `invalid_arg_value` (also if `request_options::body` is set), `invalid_ip_address` or
  ///   `out_of_range`.
  client_request request(request_options options);

  /// Creates a request for a URL.
  /// @throws exception as the first overload, or with `error::invalid_url_argument`.
  client_request request(std::string_view method, std::string_view url, header_list headers = {});

  /// Creates a request with the options of `like`, but another method and path (with query). Use it
  /// for many requests to one origin. `like` is not used after the call. Errors are those of the
  /// first overload.
  client_request request(request_options const& like, std::string_view method,
                         std::string_view path);

  /// Creates a request for a URL. Values set in `options` override those of the URL. Errors are
  /// those of the overload for a URL.
  client_request request(std::string_view url, request_options options);

  /// Sends a GET request and waits for its response. The request is made by the call, and sent when
  /// the operation is awaited; an operation that is never awaited aborts it.
  /// @return the response; its body is not read yet.
  /// @throws request_error when awaited, if the request fails.
  /// @throws exception from the call itself, for an invalid URL.
  /// **Cancellation**: aborts the request.
  /// **Node**: `http.get`.
  net::awaitable<incoming_message> get(std::string_view url);

  /// Sends a request to a URL and waits for its response. The method is GET unless `options` has
  /// another one. Values set in `options` override those of the URL. `request_options::body` is
  /// sent. Result, errors of the await and cancellation are those of `get(url)`.
  /// @throws exception from the call itself, as `request`.
  net::awaitable<incoming_message> get(std::string_view url, request_options options);

  /// Sends a request and waits for its response. The method is GET unless `options` has another
  /// one. `request_options::body` is sent. Errors are those of the overload for a URL and options.
  net::awaitable<incoming_message> get(request_options options);

  /// Sends a request with `request_options::body` and waits for its response. It differs from `get`
  /// in its name only, which suits methods like PUT. Errors are those of `get`.
  /// **Node**: `http.request`, `end`, and event 'response'. The word is that of XMLHttpRequest.
  net::awaitable<incoming_message> send(request_options options);

  /// Sends a request with `request_options::body` to a URL and waits for its response. Values set
  /// in `options` override those of the URL.
  net::awaitable<incoming_message> send(std::string_view url, request_options options);

  /// Sends a body to a URL and waits for the response. The head has the Content-Length of the body.
  /// @param body the whole body; may be empty.
  /// @param headers a flat list fixes the head, therefore it needs Host and Content-Length.
  /// @throws request_error when awaited, if the request fails.
  /// @throws exception from the call itself, as `request`.
  /// **Cancellation**: aborts the request.
  net::awaitable<incoming_message> send(std::string_view method, std::string_view url,
                                        std::string body, header_list headers = {});

  /// Closes all connections, idle and in use. Requests in progress fail with `ECONNRESET`. Waiting
  /// requests get new connections.
  /// **Node**: `agent.destroy()`.
  agent& destroy();

  /// Closes the idle connections. Connections in use stay in the pool and become idle again after
  /// their requests. Waiting requests get connections that this makes room for.
  /// **Node**: none; `agent.destroy()` closes the connections in use too.
  void close_free();

  /// Removes a connection from the pool. It no longer counts towards the limits, and is closed
  /// after the request in progress on it.
  /// @return false if the connection does not belong to this agent or is still connecting.
  /// **Node**: event 'agentRemove'.
  bool remove(anode::socket const& connection);

  /// Returns the options. Valid until they change.
  agent_options const& options() const noexcept;

  /// Replaces the options. Surplus idle connections are closed; waiting requests get connections
  /// that a raised limit allows.
  /// @throws exception as the constructor; the previous options stay in effect.
  void set_options(agent_options options);

  /// Sets the hooks that observe the requests made from now on; `{}` removes them. A request can
  /// have hooks of its own too, see `request_options::trace`.
  agent& set_trace(client_trace trace);

  /// Returns the numbers for all origins together.
  counts totals() const noexcept;

  /// Returns the numbers for each origin, by name, see `get_name`.
  /// **Node**: `agent.sockets`, `agent.freeSockets`, `agent.requests`.
  std::map<std::string, counts> by_name() const;

  /// Returns the name of the origin under which the pool keeps connections for these options:
  /// "host:port:local_address", with family and socket path if they are set. Options without a port
  /// produce a name without one. An `https::agent` adds Node's fields of TLS options, with digests
  /// in place of certificates and without keys, and the number of the context unless it is the
  /// default one.
  /// **Node**: `agent.getName()`.
  std::string get_name(request_options const& options) const;

protected:
  /// Makes an agent that encrypts connections; for `https::agent`.
  agent(executor_type ex, agent_options options,
        anode::detail::ptr<anode::detail::secure_client> secure);

private:
  friend class global_agents;
  anode::detail::ptr<client::agent_impl> core_;
};

/// Returns the default agent of an executor. It uses keep-alive with a 5-second idle timeout.
///
/// Each executor has its own agent. Executors that compare equal share an agent; each strand of a
/// thread pool has its own. The library keeps an agent while a handle, a request or a connection
/// uses it. Idle connections count as use.
///
/// If a context has agents for 192 or more executors, each new agent causes a check of the two
/// least recently used ones, which are destroyed if they are unused. Their options are then lost;
/// keep a handle to prevent this. If a context has 256 agents, each call for a further executor
/// makes a separate agent. Such an agent keeps no connections after its handles are destroyed.
///
/// **Concurrency**: different executors may call this function at the same time. Call the function
/// and use the agent on `ex`, or before `ex` runs.
/// **Node**: `http.globalAgent`, of which a process has one.
ANODE_EXPORT agent global_agent(net::any_io_executor const& ex);

/// Makes `replacement` the global agent of its executor.
/// @throws exception with `error::invalid_this` if `replacement` is empty.
/// **Node**: an assignment to `http.globalAgent`.
ANODE_EXPORT void set_global_agent(agent replacement);

/// Creates a request that uses the global agent, or none (see `request_options::one_shot` and
/// `request_options::create_connection`).
/// @throws exception for invalid arguments, before a connection is used, see `agent::request`.
/// **Node**: `http.request`.
ANODE_EXPORT client_request request(net::any_io_executor const& ex, request_options options);

/// Creates a request for a URL, as the overload for options. Values set in `options` override those
/// of the URL.
ANODE_EXPORT client_request request(net::any_io_executor const& ex, std::string_view url,
                                    request_options options);

/// Creates a request for a URL that uses the global agent.
ANODE_EXPORT client_request request(net::any_io_executor const& ex, std::string_view method,
                                    std::string_view url, header_list headers = {});

/// Sends a GET request through the global agent and waits for its response. See `agent::get`.
/// **Node**: `http.get`.
ANODE_EXPORT net::awaitable<incoming_message> get(net::any_io_executor const& ex,
                                                  std::string_view url);

/// Sends a request and waits for its response, see `agent::get`. The request uses the global agent
/// or none, as that of `request`.
ANODE_EXPORT net::awaitable<incoming_message> get(net::any_io_executor const& ex,
                                                  request_options options);

/// Sends a request to a URL, as the overload for options. Values set in `options` override those of
/// the URL.
ANODE_EXPORT net::awaitable<incoming_message> get(net::any_io_executor const& ex,
                                                  std::string_view url, request_options options);

/// Sends a request with `request_options::body` and waits for its response, see `agent::send`. The
/// request uses the global agent or none, as that of `request`.
ANODE_EXPORT net::awaitable<incoming_message> send(net::any_io_executor const& ex,
                                                   request_options options);

/// Sends a request with `request_options::body` to a URL, as the overload for options.
ANODE_EXPORT net::awaitable<incoming_message> send(net::any_io_executor const& ex,
                                                   std::string_view url, request_options options);

/// Sends a body to a URL through the global agent and waits for the response. See `agent::send`.
ANODE_EXPORT net::awaitable<incoming_message> send(net::any_io_executor const& ex,
                                                   std::string_view method, std::string_view url,
                                                   std::string body, header_list headers = {});

}  // namespace anode::http

namespace anode {
namespace detail {

// A function object, not a function. Asio looks for a `connect` of senders unless
// BOOST_ASIO_NO_DEPRECATED is defined, and would find a function for every type of this namespace.
struct ANODE_EXPORT connect_function {
  boost::asio::awaitable<socket> operator()(net::any_io_executor ex,
                                            std::string_view authority) const;
  boost::asio::awaitable<socket> operator()(net::any_io_executor ex, std::string_view authority,
                                            http::lookup_function lookup) const;
};

}  // namespace detail

/// Connects to "host:port", an authority in the form of CONNECT (RFC 9112 section 3.2.3). Call it
/// as `connect(ex, authority)`, or as `connect(ex, authority, lookup)` to resolve the host in place
/// of the system's resolver, for example with some addresses removed; it returns a
/// `net::awaitable<socket>`.
/// @return the connection, with Nagle's algorithm disabled.
/// @throws http::exception with the system's error if connecting fails; from the call itself with
///   `http::error::invalid_arg_value` for a malformed authority.
/// **Cancellation**: aborts the attempt.
/// **Node**: `net.connect`.
inline constexpr detail::connect_function connect{};

/// Resolves a host name with the system's resolver, in one of up to four threads of the context.
/// @return at least one address. The families alternate, beginning with that of the first address
///   (RFC 8305 section 4). A numeric host is its own address.
/// @throws http::exception with the error of the look-up, for example `ENOTFOUND`.
/// **Cancellation**: ends the wait.
/// **Node**: `dns.promises.lookup` with `all`.
ANODE_EXPORT boost::asio::awaitable<std::vector<std::string>> resolve(net::any_io_executor ex,
                                                                      std::string_view host);

}  // namespace anode
