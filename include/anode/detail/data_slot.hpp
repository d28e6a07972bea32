// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/detail/export.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace anode::http {
class incoming_message;
}

namespace anode::detail {

/// A place for one object of any type: the program's data of a message.
///
/// An unused slot is one null pointer. An object is stored in a block of memory that the slot keeps
/// for the next object, if the block has at most `kept_size` bytes.
class data_slot {
public:
  /// The largest block in bytes that `clear` keeps.
  static constexpr std::size_t kept_size = 1024;

  data_slot() = default;
  data_slot(data_slot const&) = delete;
  data_slot& operator=(data_slot const&) = delete;
  ~data_slot() { block::release(std::exchange(block_, nullptr)); }

  /// Returns whether an object is stored.
  bool filled() const noexcept { return block_ != nullptr && block_->object != nullptr; }

  /// Makes an object and then destroys the previous one, which the arguments may therefore refer
  /// to. If the constructor throws, the previous object stays.
  template <class T, class... Args>
  T& emplace(Args&&... args) {
    static_assert(std::is_object_v<T> && !std::is_array_v<T> && !std::is_const_v<T>,
                  "anode: the data of a message is an object of one class");
    constexpr std::size_t extra = alignof(T) > alignof(std::max_align_t) ? alignof(T) : 0;
    // Separate from the slot, because the constructor may use the slot.
    std::unique_ptr<block, releaser> made(take_spare(sizeof(T) + extra));
    void* const place = made->place(alignof(T), sizeof(T));
    T* object = nullptr;
    if constexpr (std::is_constructible_v<T, Args...>) {
      object = ::new (place) T(std::forward<Args>(args)...);
    } else {
      object = ::new (place) T{std::forward<Args>(args)...};  // an aggregate
    }
    made->object = object;
    made->type = &typeid(T);
    made->destroy = [](void* at) noexcept { static_cast<T*>(at)->~T(); };
    block::release(std::exchange(block_, made.release()));
    return *object;
  }

  /// Returns the object if it has the type `T`; otherwise null.
  template <class T>
  T* get() const noexcept {
    return filled() && *block_->type == typeid(T) ? static_cast<T*>(block_->object) : nullptr;
  }

  /// Destroys the object. Keeps a small block for the next one.
  void clear() noexcept {
    if (!filled()) {
      return;
    }
    std::unique_ptr<block, releaser> last(std::exchange(block_, nullptr));
    last->drop_object();  // may fill the slot again
    if (block_ == nullptr && last->size <= kept_size) {
      block_ = last.release();
    }
  }

private:
  // The object's place follows the block.
  struct alignas(std::max_align_t) block {
    void* object = nullptr;  // null: none
    std::type_info const* type = nullptr;
    void (*destroy)(void*) noexcept = nullptr;
    std::size_t size = 0;  // of the place, in bytes

    static block* make(std::size_t bytes) {
      if (bytes > std::numeric_limits<std::size_t>::max() - sizeof(block)) {
        throw std::bad_alloc();
      }
      block* const b = ::new (::operator new(sizeof(block) + bytes)) block();
      b->size = bytes;
      return b;
    }

    static void release(block* b) noexcept {
      if (b != nullptr) {
        b->drop_object();
        b->~block();
        ::operator delete(b);
      }
    }

    void* place(std::size_t alignment, std::size_t bytes) noexcept {
      void* at = this + 1;
      std::size_t space = size;
      return std::align(alignment, bytes, at, space);
    }

    void drop_object() noexcept {
      if (void* const last = std::exchange(object, nullptr)) {
        destroy(last);
      }
    }
  };

  struct releaser {
    void operator()(block* b) const noexcept { block::release(b); }
  };

  // Returns the kept block if it is free and large enough; otherwise a new one.
  block* take_spare(std::size_t bytes) {
    if (block_ != nullptr && block_->object == nullptr && block_->size >= bytes) {
      return std::exchange(block_, nullptr);
    }
    // Small blocks have one size, therefore a slot that is used by several types stops allocating.
    constexpr std::size_t smallest = 128;
    return block::make(bytes < smallest ? smallest : bytes);
  }

  block* block_ = nullptr;
};

/// Returns the place of a library that runs the program's handlers, such as the router of
/// `anode-web`. It lives as long as that of `emplace_data`, which is the program's own.
/// @throws http::exception with `error::invalid_this` for an empty handle.
ANODE_EXPORT data_slot& library_slot(http::incoming_message const& message);

}  // namespace anode::detail
