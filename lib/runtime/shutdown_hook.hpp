// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

namespace anode::runtime {

class shutdown_hooks;

/// An object that must let go of what it holds when its execution context ends.
///
/// A context that is destroyed destroys the handlers it knows; coroutines that wait for one of our
/// objects are held by that object, and often hold it in turn. This breaks the circle.
class shutdown_hook {
public:
  shutdown_hook() = default;
  shutdown_hook(shutdown_hook const&) = delete;
  shutdown_hook& operator=(shutdown_hook const&) = delete;

  /// Called once, when the context that was joined is shut down.
  virtual void on_context_shutdown() = 0;

protected:
  ~shutdown_hook() { detach(); }

  /// Takes part in the shutting down of the context of `ex`; nothing happens if it does already.
  /// @return false when the context has been shut down
  bool join(net::any_io_executor const& ex);

  /// Takes part no more.
  void detach() noexcept;

private:
  friend class shutdown_hooks;
  shutdown_hooks* members_ = nullptr;
  shutdown_hook* prev_ = nullptr;
  shutdown_hook* next_ = nullptr;
};

}  // namespace anode::runtime
