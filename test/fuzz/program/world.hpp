// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The environment of fuzzed programs: a loop whose clock the program moves, listeners that throw,
// and coroutines that wait until the program resumes them.
#pragma once

#include <anode/testing.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::test {

/// Aborts the fuzzer with a report.
[[noreturn]] inline void broken(std::string_view what) {
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

inline void expect(bool holds, std::string_view what) {
  if (!holds) {
    broken(what);
  }
}

/// Prints a step of the program if the environment variable ANODE_FUZZ_TRACE is set.
inline void trace(std::string_view what) {
  static bool const wanted = std::getenv("ANODE_FUZZ_TRACE") != nullptr;
  if (wanted) {
    std::fprintf(stderr, "# %.*s\n", static_cast<int>(what.size()), what.data());
  }
}

/// The exception that a listener or handler of the program throws on purpose.
class planned : public std::runtime_error {
public:
  planned() : std::runtime_error("planned") {}
};

/// A loop that continues after exceptions of listeners. Any other exception is a fault.
class world {
public:
  testing::event_loop& loop() noexcept { return loop_; }
  net::any_io_executor executor() { return loop_.get_executor(); }

  /// Calls `f`, which can settle the loop, and runs all ready handlers.
  template <class F>
  void act(F&& f) {
    try {
      f();
    } catch (planned const&) {
      ++thrown_;
    }
    settle();
  }

  void settle() {
    for (unsigned i = 0; i != most_thrown; ++i) {
      try {
        loop_.settle();
        return;
      } catch (planned const&) {
        ++thrown_;
      } catch (std::exception const& e) {
        broken(std::string("an exception of nobody leaves the loop: ") + e.what());
      }
    }
    broken("the loop does not settle");
  }

  void advance(std::chrono::milliseconds time) {
    for (unsigned i = 0; i != most_thrown; ++i) {
      try {
        loop_.advance(time);
        return;
      } catch (planned const&) {
        ++thrown_;
      } catch (std::exception const& e) {
        broken(std::string("an exception of nobody leaves the loop: ") + e.what());
      }
    }
    broken("the loop does not settle");
  }

private:
  static constexpr unsigned most_thrown = 10'000;

  testing::event_loop loop_;
  unsigned thrown_ = 0;
};

/// Points where coroutines wait until the program resumes them.
class gates {
public:
  explicit gates(net::any_io_executor ex) : executor_(std::move(ex)) {}

  std::size_t waiting() const noexcept { return closed_.size(); }

  /// Waits for `open`.
  /// @throws boost::system::system_error if it is cancelled
  net::awaitable<void> pass() {
    auto const g = std::make_shared<gate>(executor_);
    closed_.push_back(g);
    return wait(g);
  }

  void open(std::size_t which) {
    if (which < closed_.size()) {
      std::shared_ptr<gate> const g = std::move(closed_[which]);
      closed_.erase(closed_.begin() + static_cast<std::ptrdiff_t>(which));
      g->open = true;
      g->timer.cancel();
    }
  }

private:
  struct gate {
    explicit gate(net::any_io_executor const& ex)
        : timer(ex, net::steady_timer::time_point::max()) {}
    net::steady_timer timer;
    bool open = false;
  };

  static net::awaitable<void> wait(std::shared_ptr<gate> g) {
    boost::system::error_code ec;
    if (!g->open) {
      co_await g->timer.async_wait(net::redirect_error(net::use_awaitable, ec));
    }
    if (!g->open) {
      throw boost::system::system_error(net::error::operation_aborted);
    }
  }

  net::any_io_executor executor_;
  std::vector<std::shared_ptr<gate>> closed_;
};

/// Limits how often the connections of a program resume a coroutine. A small connection transfers
/// few bytes each time, and the time of an input is proportional to the number of resumptions.
class wakeups {
public:
  /// Returns how much of `size` bytes may still be sent over a connection of this capacity.
  std::size_t spend(std::size_t size, std::size_t capacity) noexcept {
    std::size_t const given = std::min(size, left_ * capacity);
    left_ -= (given + capacity - 1) / capacity;
    return given;
  }

  /// Returns the most bytes of bodies that a program with such a connection may send, of `budget`.
  static std::size_t bodies(std::size_t budget, std::size_t capacity) noexcept {
    return std::min(budget, most * capacity);
  }

private:
  static constexpr std::size_t most = 3000;

  std::size_t left_ = most;
};

/// Returns bytes that show their offset: consecutive letters, from the one at `at` on.
/// @param size at most 100,000
inline std::string_view pattern(std::size_t at, std::size_t size) {
  static std::string const letters = [] {
    std::string text(100'026, 'a');
    for (std::size_t i = 0; i < text.size(); ++i) {
      text[i] = static_cast<char>('a' + i % 26);
    }
    return text;
  }();
  return std::string_view(letters).substr(at % 26, size);
}

/// Counts the events that an object has emitted.
struct emitted {
  unsigned close = 0;
  unsigned finish = 0;
  unsigned end = 0;
  unsigned error = 0;
  unsigned response = 0;

  void check_not_closed(std::string_view what) const {
    expect(close == 0, std::string(what) + " behind close");
  }
};

}  // namespace anode::test
