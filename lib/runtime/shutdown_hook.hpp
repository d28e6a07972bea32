// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

namespace anode::connection {

class context_members;

/// An object that must let go of what it holds when its execution context ends.
///
/// A context that is destroyed destroys the handlers it knows; coroutines that wait for one of our
/// objects are held by that object, and often hold it in turn. This breaks the circle.
class context_member {
public:
  context_member() = default;
  context_member(context_member const&) = delete;
  context_member& operator=(context_member const&) = delete;

  /// Called once, when the context that was joined is shut down.
  virtual void context_ended() = 0;

protected:
  ~context_member() { leave(); }

  /// Takes part in the shutting down of the context of `ex`; nothing happens if it does already.
  /// @return false when the context has been shut down
  bool join(net::any_io_executor const& ex);

  /// Takes part no more.
  void leave() noexcept;

private:
  friend class context_members;
  context_members* members_ = nullptr;
  context_member* prev_ = nullptr;
  context_member* next_ = nullptr;
};

}  // namespace anode::connection
