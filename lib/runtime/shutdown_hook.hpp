// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include "base/intrusive_list.hpp"

#include <anode/byte_stream.hpp>

namespace anode::runtime {

class shutdown_hooks;

/// An object that releases its resources when its execution context shuts down.
///
/// A context destroys only the handlers that it knows. A coroutine that waits for one of our
/// objects is owned by that object, and often owns that object. The hook breaks this reference
/// cycle.
class shutdown_hook : private base::list_link {
public:
  shutdown_hook() = default;
  shutdown_hook(shutdown_hook const&) = delete;
  shutdown_hook& operator=(shutdown_hook const&) = delete;

  /// Called once, when the joined context shuts down.
  virtual void on_context_shutdown() = 0;

protected:
  ~shutdown_hook() { detach(); }

  /// Registers the hook with the context of `ex`. Has no effect if it is registered already.
  /// @return false if the context has shut down
  bool join(net::any_io_executor const& ex);

  /// Removes the hook from its context.
  void detach() noexcept;

private:
  friend class shutdown_hooks;
  friend class base::intrusive_list<shutdown_hook>;
  shutdown_hooks* members_ = nullptr;
};

}  // namespace anode::runtime
