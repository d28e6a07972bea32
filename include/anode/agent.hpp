// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/client_request.hpp>
#include <anode/detail/export.hpp>
#include <anode/headers.hpp>
#include <anode/scheduling.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace anode::client {
class agent_impl;
}

namespace anode::http {

/// What the system's resolver is asked for beside the family; may be or-ed together.
/// **Node**: the flags of `dns.lookup`: ADDRCONFIG, V4MAPPED, ALL.
enum class lookup_hints : std::uint8_t {
  none = 0,
  addrconfig = 1,  ///< only families of which this machine has an address
  v4mapped = 2,    ///< with family 6: IPv4 addresses as mapped ones when there are no others
  all = 4,         ///< with `v4mapped`: those beside the others
};

constexpr lookup_hints operator|(lookup_hints a, lookup_hints b) noexcept {
  return static_cast<lookup_hints>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

/// Where a connection is to lead.
struct connect_options {
  std::string host;
  std::uint16_t port = 80;
  std::string socket_path;
  int family = 0;
  lookup_hints hints = lookup_hints::none;
  std::string local_address;
  std::uint16_t local_port = 0;
};

/// Makes the connections of an agent in place of the system's sockets.
using create_connection_function =
    std::function<net::awaitable<std::unique_ptr<byte_stream>>(connect_options const&)>;

/// An address a name was found to have.
struct lookup_address {
  std::string address;
  int family = 4;
};

/// Finds the addresses of a name in place of the system's resolver: calls `done` once.
using lookup_function = std::function<void(
    std::string_view host, std::function<void(error_code, std::vector<lookup_address>)> done)>;

/// Gives the value of a variable of an environment; empty if it is not set.
using environment_function = std::function<std::string(std::string_view name)>;

/// Returns the value of a variable of the process's environment; empty if it is not set.
/// **Node**: `process.env`.
ANODE_EXPORT std::string process_environment(std::string_view name);

/// The options of an `agent`. **Node**: those of `new http.Agent`.
struct agent_options {
  static constexpr std::size_t no_limit = std::numeric_limits<std::uint32_t>::max();

  /// Keeps connections open for later requests.
  bool keep_alive = false;
  /// The delay of TCP keep-alive probes on connections that are kept.
  std::chrono::milliseconds keep_alive_msecs{1000};
  /// Connections to one origin.
  std::size_t max_sockets = no_limit;
  /// Connections to all origins.
  std::size_t max_total_sockets = no_limit;
  /// Free connections to one origin.
  std::size_t max_free_sockets = 256;
  http::scheduling scheduling = http::scheduling::lifo;
  /// How long nothing may happen on a connection before `on_timeout` is told, or a free one closed.
  std::chrono::milliseconds timeout{0};
  /// How long connecting may take, look-up included; 0: as long as the system tries.
  std::chrono::milliseconds connect_timeout{0};
  /// How much earlier than a server's `Keep-Alive: timeout` says a free connection is given up.
  std::chrono::milliseconds keep_alive_timeout_buffer{1000};
  /// How often a request may be sent again when the connection that it reused turns out to have
  /// been closed by the server before any byte of an answer came; 0: never. It goes to a fresh
  /// connection then, behind those that wait. Only requests that are idempotent, or of which
  /// nothing was sent, and only while all of what was written fits in 64 KiB. What was told of the
  /// request before (`on_finish`) is not told again, but `on_socket` is. **Node**: never retries.
  unsigned retry = 0;
  /// The URL of a proxy for all requests, "http://user:password@host:port"; empty: none.
  std::string proxy{};
  /// Reaches http origins through CONNECT tunnels too, instead of sending the proxy their URLs.
  /// Requests with an Upgrade header always have a tunnel (RFC 6455 section 4.1).
  bool proxy_tunnel = false;
  /// The hosts that are reached without the proxy, as the variable NO_PROXY lists them: names,
  /// ".example.com", addresses, blocks "10.0.0.0/8", with or without ":port"; "*" is all.
  std::string no_proxy{};
  /// Has an environment choose the proxy of each request, unless `proxy` is set: gives the values
  /// of its variables, for example `process_environment`. Read are `http_proxy`, `https_proxy` and
  /// `no_proxy`, and those in upper case, when the agent is made; none unless this is set. The
  /// option `no_proxy` takes the place of the variable.
  environment_function proxy_env{};
  create_connection_function create_connection{};
  lookup_function lookup{};
  /// Asked about each connection that is about to become free: false closes it.
  std::function<bool(anode::socket)> keep_socket_alive{};
  /// Told of each free connection that a request takes.
  std::function<void(anode::socket)> reuse_socket{};
};

/// The options of a request. A class, so that it may be used inside `co_await` expressions.
///
/// **Node**: those of `http.request`.
class ANODE_EXPORT request_options {
public:
  request_options() {}  // not defaulted: this must not be an aggregate

  std::string method = "GET";
  std::string protocol;    ///< "http:"; empty: that
  std::string host;        ///< `hostname`; empty: "localhost"
  std::uint16_t port = 0;  ///< 0: `default_port`
  /// The port that Host does not name; 0: 80. A request without an agent (see `create_connection`)
  /// has none unless it is given: its Host names port 80 too, as in Node.
  std::uint16_t default_port = 0;
  /// With query; empty: "/". For CONNECT the authority, a leading slash is dropped. To a proxy it
  /// has to begin with a slash, or be an absolute URL of the request's own host.
  std::string path;
  std::string auth;  ///< "user:password" for basic authentication
  header_list headers;
  std::string socket_path;
  /// The address and the port of this machine that the connection comes from; empty and 0: any.
  std::string local_address;
  std::uint16_t local_port = 0;
  /// 4 or 6: connects only to such addresses; 0: to either, see RFC 8305.
  int family = 0;
  /// What the system's resolver is asked for.
  lookup_hints hints = lookup_hints::none;
  /// Nothing happening on the connection for so long is told to `on_timeout`.
  std::optional<std::chrono::milliseconds> timeout;
  /// The whole exchange may take so long; then it fails with `error::timed_out`. 0: for ever.
  std::chrono::milliseconds deadline{0};
  std::size_t max_header_size = 16384;
  std::size_t max_headers_count = 2000;
  /// Interim responses (1xx) that the request may get; their heads together may have as many bytes
  /// as `max_header_size`. Over either limit the request fails with `error::header_overflow`. 0: no
  /// interim response is accepted. **Node**: no limit.
  std::size_t max_interim_responses = 100;
  std::size_t high_water_mark = 65536;
  bool insecure_http_parser = false;
  bool join_duplicate_headers = false;
  /// Whether a Host header is added; unless told as `set_default_headers`.
  std::optional<bool> set_host;
  /// Whether Host, Connection, Content-Length and Transfer-Encoding are added.
  bool set_default_headers = true;
  std::vector<std::string> unique_headers;
  /// How often the request may be sent again; unset: as `agent_options::retry` says.
  std::optional<unsigned> retry;
  /// Whether sending the request twice does no more than sending it once; unset: as the method
  /// says (RFC 9110 section 9.2.2). For `retry`.
  std::optional<bool> idempotent;
  /// Aborts the request, with `error::aborted`. **Node**: an AbortSignal.
  net::cancellation_slot signal;
  /// Takes a connection of its own, which is closed after the response, instead of one of the
  /// global agent. For `http::request`. **Node**: `agent: false`.
  bool one_shot = false;
  /// Makes the connection of a request without an agent. For `http::request`; an agent has its own.
  create_connection_function create_connection;
  /// Finds the addresses of `host` in place of the agent's function and the system.
  lookup_function lookup;

  /// Takes protocol, host, port, path and auth from a URL.
  /// @throws exception with `error::invalid_url_argument` ("Invalid URL: " and the URL, its
  /// userinfo
  ///   redacted) or `invalid_protocol`.
  request_options& set_url(std::string_view url);
};

/// Keeps connections to servers and shares them out among requests.
///
/// A connection that is ended by the server, or on which anything arrives before a request has left
/// on it, is never used again; a request that was about to use it goes to another one.
///
/// A handle; copies mean the same agent. When the last one goes, free connections are closed and
/// requests under way are finished.
///
/// Names are looked up by the system's resolver in up to four threads of the execution context;
/// addresses and "localhost" (127.0.0.1, then ::1) need no look-up.
///
/// **Concurrency**: everything on the executor, which only one thread at a time may run: that of an
/// `io_context` with one thread, or a strand. **Node**: `http.Agent`.
class ANODE_EXPORT agent {
public:
  using executor_type = net::any_io_executor;

  /// How many connections and waiting requests there are.
  struct counts {
    std::size_t sockets = 0;       ///< connecting or in use
    std::size_t free_sockets = 0;  ///< free
    std::size_t requests = 0;      ///< waiting
  };

  /// Makes an agent with default options.
  explicit agent(executor_type ex);

  /// Makes an agent. With g++ 12 give `options` in braces only outside of `co_await` expressions.
  agent(executor_type ex, agent_options options);

  agent(agent const&) noexcept;
  agent(agent&&) noexcept;
  agent& operator=(agent) & noexcept;
  ~agent();

  executor_type get_executor() const;

  /// Begins a request. It is sent by `write` and `end`.
  /// @throws exception for arguments that must not reach the wire, before a connection is touched.
  client_request request(request_options options);
  client_request request(std::string_view method, std::string_view url, header_list headers = {});

  /// Begins a request like another one, but for method and path (with query): for who sends many to
  /// one place. `like` is not used any more when this returns.
  client_request request(request_options const& like, std::string_view method,
                         std::string_view path);

  /// Begins a request for a URL; what `options` says goes before what the URL says.
  client_request request(std::string_view url, request_options options);

  /// Sends a GET and waits for its response.
  net::awaitable<incoming_message> get(std::string_view url);

  /// Closes all free connections and those in use. **Node**: `agent.destroy()`.
  void destroy();

  /// Takes a connection out of the pool: it does not count any more, and is closed when the request
  /// on it, which goes on, is over. **Node**: event 'agentRemove'.
  /// @return false if the connection is not one of this agent's, or is still being made
  bool remove(anode::socket const& connection);

  agent_options const& options() const noexcept;
  void set_options(agent_options options);

  /// Returns the counts of all origins together.
  counts totals() const noexcept;

  /// Returns the counts by the origins' names, see `get_name`.
  std::map<std::string, counts> by_name() const;

  /// Returns the name under which connections for these options are kept; options without a port
  /// have a name without one.
  std::string get_name(request_options const& options) const;

private:
  friend class global_agents;
  anode::detail::ptr<client::agent_impl> core_;
};

/// Returns the agent of requests that choose none. It keeps connections, with a timeout of 5
/// seconds.
///
/// Each executor has its own: executors that compare equal share one, and each strand of a thread
/// pool has another. An agent is kept for as long as something uses it: a handle, a request, or a
/// connection, free ones included. From 192 executors of one context on, agents that nothing uses
/// are dropped as others are made, with the options that `set_options` has given them; hold the
/// handle to keep one. When 256 are in use, a further executor gets an agent of the caller's own,
/// which keeps no connections once its handles are gone.
///
/// **Concurrency**: different executors may call it at the same time; call it, and use the agent,
/// on `ex`, or before `ex` runs.
/// **Node**: `http.globalAgent`, which a process has one of.
ANODE_EXPORT agent global_agent(net::any_io_executor const& ex);

/// Makes `replacement` the global agent of its executor.
/// **Node**: an assignment to `http.globalAgent`.
ANODE_EXPORT void set_global_agent(agent replacement);

/// Begins a request by the global agent, or by none (see `one_shot`, `create_connection`).
/// **Node**: `http.request`.
/// @throws exception for arguments that must not reach the wire, before a connection is touched.
ANODE_EXPORT client_request request(net::any_io_executor const& ex, request_options options);

/// Begins a request for a URL; what `options` says goes before what the URL says.
ANODE_EXPORT client_request request(net::any_io_executor const& ex, std::string_view url,
                                    request_options options);
ANODE_EXPORT client_request request(net::any_io_executor const& ex, std::string_view method,
                                    std::string_view url, header_list headers = {});

/// Sends a GET by the global agent and waits for its response. **Node**: `http.get`.
ANODE_EXPORT net::awaitable<incoming_message> get(net::any_io_executor const& ex,
                                                  std::string_view url);

}  // namespace anode::http

namespace anode {
namespace detail {

// A function would be found for any type of this namespace where Asio looks for a `connect` of
// senders, which it does unless BOOST_ASIO_NO_DEPRECATED is defined.
struct ANODE_EXPORT connect_function {
  boost::asio::awaitable<socket> operator()(net::any_io_executor ex,
                                            std::string_view authority) const;
};

}  // namespace detail

/// Connects to "host:port", an authority as CONNECT names it (RFC 9112 section 3.2.3): called as
/// `connect(ex, authority)`.
/// @throws boost::system::system_error when that fails; http::exception for a malformed authority.
inline constexpr detail::connect_function connect{};

}  // namespace anode
