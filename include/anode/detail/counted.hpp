// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

#ifndef __cpp_rtti
#error "anode needs RTTI: executors compare the types that they hold. Compile without -fno-rtti."
#endif

namespace anode::detail {

/// The base of objects that operations in flight keep alive.
///
/// The reference count is not atomic, because an object belongs to one executor and is used only
/// there.
class counted {
public:
  counted() = default;
  counted(counted const&) = delete;
  counted& operator=(counted const&) = delete;

  /// Returns the number of pointers to the object.
  unsigned references() const noexcept { return references_; }

protected:
  virtual ~counted() = default;

  /// Called when the last reference is released. Deletes the object; an override may recycle it.
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

/// A counted pointer.
template <class T>
using ptr = boost::intrusive_ptr<T>;

}  // namespace anode::detail
