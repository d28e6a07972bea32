// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

// Tables of public operations. `tools/check/operations` compares the names with the public headers:
// each public function of a handle needs a row for each overload.

#include <anode/incoming_message.hpp>
#include <anode/outgoing_message.hpp>
#include <anode/server_response.hpp>
#include <anode/socket.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lifetime {

namespace net = boost::asio;
namespace http = anode::http;
using boost::system::error_code;

/// A public operation of a handle.
template <class Handle>
struct operation {
  std::string_view name;
  bool waits = false;     ///< whether it returns something to await
  std::size_t count = 1;  ///< how many operations this stands for
  /// Makes the call and returns the awaitable that is left.
  std::function<net::awaitable<void>(Handle&)> start;
};

template <class Handle>
using operations = std::vector<operation<Handle>>;

inline net::awaitable<void> nothing() { co_return; }

template <class T>
net::awaitable<void> discard(net::awaitable<T> work) {
  (void)co_await std::move(work);
}

template <class T>
struct is_awaitable : std::false_type {};
template <class T>
struct is_awaitable<net::awaitable<T>> : std::true_type {};

/// Creates a row. `name` is `class::function`. A remark can follow after a blank.
template <class Handle, class F>
operation<Handle> row(std::string_view name, F f) {
  using result = std::remove_cvref_t<std::invoke_result_t<F&, Handle&>>;
  if constexpr (std::is_base_of_v<net::awaitable<void>, result>) {
    return {name, true, 1, [f](Handle& h) -> net::awaitable<void> { return f(h); }};
  } else if constexpr (is_awaitable<result>::value) {
    return {name, true, 1, [f](Handle& h) { return discard(f(h)); }};
  } else {
    return {name, false, 1, [f](Handle& h) {
              (void)f(h);
              return nothing();
            }};
  }
}

/// Creates one row for operations that do not affect each other: queries and setters of listeners.
template <class Handle>
operation<Handle> together(operations<Handle> quiet) {
  std::size_t const count = quiet.size();
  return {"facts and listeners", false, count, [all = std::move(quiet)](Handle& h) {
            std::exception_ptr refused;
            for (operation<Handle> const& o : all) {
              try {
                net::awaitable<void> const rest = o.start(h);
              } catch (boost::system::system_error const&) {
                refused = std::current_exception();
              }
            }
            if (refused) {
              std::rethrow_exception(refused);
            }
            return nothing();
          }};
}

/// Returns more bytes than the connections of these tests accept at once.
std::string_view text();

operations<http::outgoing_message> const& outgoing_operations();
operations<http::incoming_message> const& incoming_operations();
operations<http::server_response> const& response_operations();
operations<anode::socket> const& socket_operations();

/// The observations of one cell. They outlive its event loop.
struct outcome {
  int begun = 0;
  int ended = 0;
  std::string wrong;  ///< an error that no document names
  std::string cell;   ///< its name
  void note(error_code ec);
  void show() const;  ///< makes a sanitizer's report name this cell
};

/// Runs an operation to its end and records the result.
template <class Handle>
net::awaitable<void> attempt(operation<Handle> const& o, Handle& h, outcome& out) {
  ++out.begun;
  out.show();
  try {
    net::awaitable<void> rest = o.start(h);
    co_await std::move(rest);
  } catch (boost::system::system_error const& e) {
    out.note(e.code());
  } catch (std::exception const& e) {
    out.wrong = e.what();
  }
  ++out.ended;
}

/// Makes the call and drops the awaitable.
template <class Handle>
void call_only(operation<Handle> const& o, Handle& h, outcome& out) {
  out.show();
  try {
    net::awaitable<void> const rest = o.start(h);
  } catch (boost::system::system_error const& e) {
    out.note(e.code());
  } catch (std::exception const& e) {
    out.wrong = e.what();
  }
}

/// A point where a coroutine of a cell waits for the test.
class gate {
public:
  explicit gate(net::any_io_executor const& ex)
      : timer_(ex, net::steady_timer::time_point::max()) {}

  void open() {
    open_ = true;
    timer_.cancel();
  }

  net::awaitable<void> pass() {
    if (!open_) {
      error_code ec;
      co_await timer_.async_wait(net::redirect_error(net::use_awaitable, ec));
    }
  }

private:
  net::steady_timer timer_;
  bool open_ = false;
};

/// When the peer is lost, relative to the operation.
enum class point { before, suspended, after, dropped, in_close, count };

/// Counts cells and collects failures.
class matrix {
public:
  explicit matrix(std::string name) : name_(std::move(name)) {}
  ~matrix();

  void begin(outcome& out, std::string cell, std::size_t count);
  void check(outcome const& out, bool right, std::string const& what);

  /// Checks that every operation of a cell has ended with a documented result.
  void check(outcome const& out);

  /// Records an unexpected exception of a cell.
  void thrown(std::exception const& e);

  std::size_t cells() const { return cells_; }

  /// Returns the failed cells, one per line; empty if none failed.
  std::string report() const;

private:
  std::string name_;
  std::size_t cells_ = 0;
  std::size_t failures_ = 0;
  std::string failed_;
};

/// Returns how many cells share a server, an agent and an event loop. The environment variable
/// ANODE_CELLS_TOGETHER sets it, which helps to find a failing cell.
std::size_t cells_together();

std::string_view to_string(point p);

/// Returns whether the loss can occur at this point of an operation.
template <class Handle>
bool has_point(operation<Handle> const& o, point p) {
  return o.waits || (p != point::suspended && p != point::dropped);
}

/// Calls `f` with each value of an enumeration that ends with `count`.
template <class Enum, class F>
void for_each(F f) {
  for (int i = 0; i != static_cast<int>(Enum::count); ++i) {
    f(static_cast<Enum>(i));
  }
}

/// Runs the cells of one way and one point in groups.
/// @param run called with a span of cells
template <class Cell, class F>
void run_together(matrix& m, std::vector<std::unique_ptr<Cell>> cells, F run) {
  std::size_t const most = cells_together();
  for (std::size_t at = 0; at < cells.size(); at += most) {
    try {
      run(std::span(cells).subspan(at, std::min(most, cells.size() - at)));
    } catch (std::exception const& e) {
      m.thrown(e);
    }
  }
}

}  // namespace lifetime
