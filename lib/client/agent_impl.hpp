// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "client/client_exchange.hpp"
#include "client/http1_client_connection.hpp"
#include "policy/connection_pool.hpp"
#include "policy/default_headers.hpp"
#include "policy/proxy_selection.hpp"
#include "preface/socks_client.hpp"
#include "runtime/shutdown_hook.hpp"
#include "stream/socket_context.hpp"
#include "transport/connector.hpp"

#include <anode/agent.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace anode::transport {
struct socks_result;
}

namespace anode::client {

/// Returns whether a request is for an https URL.
inline bool is_https(http::request_options const& o) noexcept { return o.protocol == "https:"; }

/// Returns the look-up function of the transport that calls a function of the program; empty for an
/// empty one.
transport::lookup_function addresses_by(http::lookup_function f);

/// The state behind an `http::agent`. It executes the decisions of its connection pool.
class agent_impl final : public detail::counted, private runtime::shutdown_hook {
public:
  agent_impl(net::any_io_executor ex, http::agent_options options,
             detail::ptr<detail::secure_client> secure = nullptr);
  ~agent_impl() override;

  net::any_io_executor const& executor() const noexcept { return timers_->executor(); }
  runtime::timers& clock() noexcept { return *timers_; }
  http::agent_options const& options() const noexcept { return options_; }
  void set_options(http::agent_options options);
  policy::connection_pool const& pool() const noexcept { return pool_; }

  /// Starts a request: validates the options, adds default headers and asks the pool for a
  /// connection.
  /// @param has_agent false for a request that only has its own `create_connection`
  detail::ptr<client_exchange> request(http::request_options&& options, bool has_agent = true);

  /// Starts a GET request that has only a URL. If the last request of the reused exchange had the
  /// same one, its options are used again.
  detail::ptr<client_exchange> request(std::string_view url);

  /// Starts a request with the options of `like` and another method and path.
  detail::ptr<client_exchange> request(http::request_options const& like, std::string_view method,
                                       std::string_view path);

  /// Returns the pool key of the origin.
  std::string name_of(http::request_options options) const;

  /// Closes all connections.
  void destroy();

  /// Closes the idle connections.
  void close_free();

  /// Sets the hooks of later requests.
  void set_trace(http::client_trace trace);

  /// Removes the connection with this socket from the pool.
  /// @return whether the pool had such a connection
  bool remove(stream::buffered_socket const& socket);

  void add_handle() noexcept { ++handles_; }

  /// Releases a handle. The last handle closes free connections and disables keep-alive.
  void drop_handle();

  // For exchanges and connections.

  /// Returns the phase of a request that is not connected yet: queued, lookup, connect or tunnel.
  http::request_phase connecting_phase(client_exchange const& x) const;

  /// Requests another connection for a request whose connection was lost.
  /// @param fresh whether a new connection is required
  void request_again(client_exchange& x, bool fresh);

  /// Cancels a request that has no connection yet.
  void cancel(client_exchange& x);

  /// Releases the connection of a completed exchange.
  /// @param reusable whether its messages allow another exchange on the connection
  void release(http1_client_connection& c, bool reusable);

  /// Removes a closed connection from the pool.
  void connection_closed(http1_client_connection& c);

  /// Removes a connection from the pool and closes it.
  void abandon(http1_client_connection& c);

  /// Removes a connection from the pool, because it is detached for an upgrade.
  void connection_detached(http1_client_connection& c);

  /// Keeps an exchange without references for reuse.
  void recycle(client_exchange& x) noexcept;

private:
  /// What a connection asks a SOCKS5 proxy for.
  struct socks_tunnel {
    preface::socks_request request;
    bool looks_up = false;               // the name is resolved here
    std::vector<std::string> addresses;  // of the name
    std::size_t next = 0;                // the address of the request, of `addresses`
    http::lookup_function lookup;
    std::string where;  // target and proxy, for messages
  };

  /// An attempt to open a connection.
  struct connect_attempt final : transport::connect_observer, runtime::timer {
    agent_impl* of = nullptr;
    policy::socket_id id;
    http::connect_options to;
    std::string authority;                        // the target of a tunnel; empty without one
    std::string authorization;                    // for the proxy of the tunnel
    std::unique_ptr<socks_tunnel> socks;          // null without a SOCKS5 proxy
    std::string preface;                          // a PROXY header, sent first to the server
    detail::ptr<stream::buffered_socket> socket;  // connects later; null for a tunnel
    detail::ptr<transport::connector> attempt;
    detail::ptr<detail::secure_target> secure_proxy;   // encrypts the connection to the proxy
    detail::ptr<detail::secure_target> secure_target;  // encrypts the connection to the server
    detail::ptr<detail::secure_handshake> handshake;
    // One signal per operation, because a slot serves one operation at a time.
    net::cancellation_signal cancel_create;
    net::cancellation_signal cancel_tunnel;
    net::cancellation_signal* waiting = nullptr;  // the signal of the suspended operation
    std::exception_ptr thrown;                    // by the lookup
    bool over = false;
    bool tunnelling = false;  // connected to the proxy
    bool observed = false;    // the request is traced
    bool starting = false;    // inside of `start_connect`
    bool direct = false;      // neither a proxy nor the program is asked for the connection
    http::request_phase phase() const;
    void expired() override;
    bool may_connect(endpoint const& at) override;
    template <class F>
    void with_request(F const& f);
    void lookup_started(std::string_view host) override;
    void lookup_done(std::span<endpoint const> found, error_code ec) override;
    void attempt_started(endpoint const& at) override;
    void attempt_done(endpoint const& at, error_code ec) override;
  };

  struct proxy_server {
    std::string host;
    std::uint16_t port = 80;
    std::string authorization;
    bool secure = false;          // TLS to the proxy itself
    bool socks = false;           // SOCKS5 instead of HTTP
    bool resolves_names = false;  // socks5h
    std::string user;             // of SOCKS5
    std::string password;

    policy::origin at() const noexcept { return {host, port}; }
  };

  /// Returns the entry of `id` in a list that is indexed by ids. The list grows on demand.
  template <class T, class Id>
  static detail::ptr<T>& slot(std::vector<detail::ptr<T>>& all, Id const& id) {
    if (all.size() <= id.index) {
      all.resize(id.index + 1);
    }
    return all[id.index];
  }

  void on_context_shutdown() override;
  std::unique_ptr<client_exchange> acquire_exchange(std::string_view url = {});
  detail::ptr<client_exchange> start(std::unique_ptr<client_exchange> made, bool has_agent);
  detail::ptr<client_exchange> start_complete(std::unique_ptr<client_exchange> made,
                                              bool has_agent);
  void write_headers(client_exchange& x);
  void fix_head(client_exchange& x);
  void address_proxy(client_exchange& x, std::uint16_t default_port);
  void choose_key(client_exchange& x) const;
  void run_actions();
  void open(policy::pool_action const& a, client_exchange& x);
  void connect(detail::ptr<connect_attempt> o, http::lookup_function const& find_addresses);
  static net::awaitable<void> create(detail::ptr<agent_impl> self, detail::ptr<connect_attempt> o);
  static net::awaitable<void> tunnel(detail::ptr<agent_impl> self, detail::ptr<connect_attempt> o,
                                     detail::ptr<stream::buffered_socket> socket);
  void connected(detail::ptr<connect_attempt> o, std::unique_ptr<byte_stream> stream);
  void start_socks(detail::ptr<connect_attempt> o, http::lookup_function const& find);
  void connected_to_socks(detail::ptr<connect_attempt> o, std::unique_ptr<byte_stream> stream);
  void connected_through_socks(detail::ptr<connect_attempt> o, std::unique_ptr<byte_stream> stream);
  void socks_failed(detail::ptr<connect_attempt> o, transport::socks_result const& result);
  static std::unique_ptr<socks_tunnel> make_socks_tunnel(proxy_server const& by, policy::origin to);
  static transport::lookup_function lookup_of(http::lookup_function const& f,
                                              detail::ptr<connect_attempt> const& o);
  static std::unique_ptr<byte_stream> with_preface(connect_attempt& o,
                                                   std::unique_ptr<byte_stream> stream);
  void secure(detail::ptr<connect_attempt> o, std::unique_ptr<byte_stream> stream,
              detail::ptr<detail::secure_target> to);
  void connected_to_hop(detail::ptr<connect_attempt> o, std::unique_ptr<byte_stream> stream);
  void connected_to_origin(connect_attempt& o, std::unique_ptr<byte_stream> stream);
  void ready(connect_attempt& o, detail::ptr<stream::buffered_socket> socket);
  void failed(connect_attempt& o, error_code ec, http::request_phase phase,
              std::string message = {}, std::exception_ptr cause = nullptr,
              std::string_view reason = {});
  void assign(policy::pool_action const& a);
  void stop(connect_attempt& o);
  client_exchange* watched_request(connect_attempt const& o);
  void report_tunnel(connect_attempt& o, int status);
  void report_secure(connect_attempt& o, byte_stream const& stream, bool with_proxy);
  void park(policy::socket_id id);
  std::chrono::milliseconds parked_timeout(http1_client_connection const& c) const noexcept;
  void close(policy::socket_id id, policy::request_id request);
  client_exchange* find(policy::request_id id) noexcept;
  http1_client_connection* find(policy::socket_id id) noexcept;
  connect_attempt* find_attempt(policy::socket_id id) const noexcept;
  void retire(policy::request_id id) noexcept;
  void close_stale(std::string_view name);
  void write_key(http::request_options const& options, std::string_view host_header,
                 std::string& name) const;
  bool is_last_origin(policy::request_origin const& origin) const noexcept;
  void note_origin(policy::request_origin const& origin);
  void apply_options();
  void check_protocol() const;
  void close_refused();
  void select_proxy();
  std::optional<proxy_server> parse_proxy(std::string_view url) const;
  static bool is_socks_url(std::string_view url) noexcept;
  static std::optional<proxy_server> parse_socks_proxy(std::string_view url);
  static std::string key_of(proxy_server const& p);
  std::string const& preface_of(http::request_options const& o) const noexcept {
    return o.proxy_header ? *o.proxy_header : options_.proxy_header;
  }
  void complete_protocol(http::request_options& o) const;
  void complete_options(http::request_options& o) const;
  static std::string host_header_of(client_exchange const& x);

  /// Returns the protocol of requests that name none.
  std::string_view own_protocol() const noexcept {
    return !options_.protocol.empty() ? std::string_view(options_.protocol)
           : secure_                  ? "https:"
                                      : "http:";
  }

  /// Returns whether the agent encrypts the connection of a request with complete options.
  bool is_secure(http::request_options const& o) const noexcept { return secure_ && is_https(o); }

  /// Returns the port of a request whose option `port` is 0.
  std::uint16_t default_port(http::request_options const& o) const noexcept {
    return o.default_port != 0          ? o.default_port
           : options_.default_port != 0 ? options_.default_port
                                        : std::uint16_t(is_https(o) ? 443 : 80);
  }

  /// Returns the origin of a request. Replaces an empty host and the port 0 by their defaults.
  policy::origin origin_of(http::request_options const& o) const noexcept {
    return {o.host.empty() ? std::string_view("localhost") : o.host,
            o.port != 0 ? o.port : default_port(o)};
  }

  std::optional<proxy_server> const& proxy_of(http::request_options const& o) const noexcept {
    return is_secure(o) ? secure_proxy_ : proxy_;
  }
  policy::pool_options pool_options() const noexcept;
  bool through_proxy(http::request_options const& o) const noexcept;
  bool tunnels(http::request_options const& o) const noexcept;

  net::any_io_executor executor_;
  http::agent_options options_;
  detail::ptr<stream::socket_context> timers_;
  policy::connection_pool pool_;
  detail::ptr<detail::secure_client> secure_;  // null: http only
  std::optional<proxy_server> proxy_;          // for http origins
  std::optional<proxy_server> secure_proxy_;   // for https origins
  policy::proxy_selection proxy_selection_;
  std::shared_ptr<http::client_trace const> trace_;                // null: no hooks
  std::vector<detail::ptr<client_exchange>> exchanges_;            // by request_id::index
  std::vector<detail::ptr<http1_client_connection>> connections_;  // by socket_id::index
  std::vector<detail::ptr<connect_attempt>> connect_attempts_;     // by socket_id::index
  std::vector<std::unique_ptr<client_exchange>> spare_exchanges_;
  // Cached texts of the last request's origin, because the next request often has the same one.
  struct {
    std::string host;
    std::uint16_t port = 0;
    std::uint16_t default_port = 0;
    std::string host_value;  // of the Host header
    std::string key;         // in the pool
  } last_origin_;
  unsigned handles_ = 0;
  unsigned options_generation_ = 0;  // the number of times that the options were set
  bool running_actions_ = false;
  bool should_keep_alive_ = true;  // whether requests ask to keep their connection open
};

}  // namespace anode::client
