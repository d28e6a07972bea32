// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "conformance/client/values.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace parity {

namespace net = boost::asio;

class scenario;

/// A request of a scenario with its response and socket.
struct running_request {
  std::string id;
  http::client_request request;
  http::incoming_message response;
  anode::socket tunnel;
  net::cancellation_signal signal;
  bool made = false;
  bool closed = false;
  bool read = true;
};

/// A scenario of the driver protocol. It performs its operations and reports the events.
class scenario : public std::enable_shared_from_this<scenario> {
public:
  scenario(net::any_io_executor ex, std::int64_t id, json::object what,
           std::vector<std::uint16_t> ports);

  /// Performs all operations, waits until the events end, and reports the end.
  static net::awaitable<void> run(std::shared_ptr<scenario> self);

  /// Records that the scenario's server reached a point, as the event `name` of `server`.
  void tell(std::string_view name);

  /// Destroys the remaining objects.
  void clean_up();

  /// Reports an event.
  void event(std::string_view who, std::string_view name);
  void event(std::string_view who, std::string_view name, json::value const& fields);

  net::any_io_executor const& executor() const noexcept { return executor_; }

private:
  using record = std::shared_ptr<running_request>;

  // Defined in scenario.cpp.
  net::awaitable<void> until(std::string who, std::string name, std::size_t count,
                             std::chrono::milliseconds limit);
  net::awaitable<void> pause(std::chrono::milliseconds time);
  net::awaitable<void> perform_all();
  std::size_t begin(json::object const* what, json::array const& operations,
                    std::string const& who);
  http::agent& agent(json::value const& which);
  void snap(json::object const& operation);
  net::awaitable<void> counts(json::object operation);
  std::chrono::milliseconds limit_of(json::object const& operation) const;
  void seen(std::string what);

  // Defined in request.cpp.
  void start(json::object const& what);
  http::client_request make(json::object const& what, running_request& r);
  void watch(record const& r, json::object const& what);
  void watch_response(record const& r, http::incoming_message response);
  void watch_tunnel(record const& r, std::string_view name, http::incoming_message response,
                    anode::socket socket);

  // Defined in operations.cpp.
  net::awaitable<void> perform(json::object operation, std::string who);
  bool perform_now(json::object const& operation, std::string const& who);
  bool perform_on_request(std::string_view name, json::object const& operation, running_request& r);
  bool perform_on_streams(std::string_view name, json::object const& operation, running_request& r);
  bool perform_on_agent(std::string_view name, json::object const& operation);
  void properties(json::object const& operation, running_request& r);

  net::any_io_executor executor_;
  std::int64_t id_;
  json::object what_;
  std::vector<std::uint16_t> ports_;
  std::map<std::string, record> requests_;
  std::map<std::string, http::agent> agents_;
  std::list<http::agent> unnamed_agents_;
  std::vector<std::string> seen_;
  std::list<net::steady_timer*> waiting_;
  std::chrono::steady_clock::time_point last_;
  bool over_ = false;
};

/// Returns the code and the message of an error in the form of the protocol.
json::object error_fields(boost::system::error_code const& ec, std::string_view message = {});

/// Returns an error code with a name and a message chosen by the scenario.
boost::system::error_code named_error(std::string name, std::string message);

/// Writes a line of output.
void write_line(json::value const& line);

/// Returns the member `key` of an object, or null.
json::value const& get(json::object const& object, std::string_view key);

/// Returns a text member, or `missing`.
std::string get_text(json::object const& object, std::string_view key,
                     std::string_view missing = {});

/// Returns a time in milliseconds, or `missing`.
std::chrono::milliseconds get_time(json::object const& object, std::string_view key,
                                   std::chrono::milliseconds missing);

}  // namespace parity
