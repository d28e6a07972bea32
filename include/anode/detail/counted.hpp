// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

#ifndef __cpp_rtti
#error "anode needs RTTI: executors compare the types that they hold. Compile without -fno-rtti."
#endif

namespace anode::detail {

/// The base of objects that operations in flight keep alive.
///
/// The count is not atomic: an object belongs to one executor, and only what runs there touches it.
class counted {
public:
  counted() = default;
  counted(counted const&) = delete;
  counted& operator=(counted const&) = delete;

  /// Returns how many pointers refer to the object.
  unsigned references() const noexcept { return references_; }

protected:
  virtual ~counted() = default;

  /// Called when the last reference is gone; deletes the object unless overridden to reuse it.
  virtual void dispose() noexcept { delete this; }

private:
  friend void intrusive_ptr_add_ref(counted* c) noexcept { ++c->references_; }
  friend void intrusive_ptr_release(counted* c) noexcept {
    if (--c->references_ == 0) {
      c->dispose();
    }
  }

  unsigned references_ = 0;
};

template <class T>
using ptr = boost::intrusive_ptr<T>;

}  // namespace anode::detail
