// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#pragma once

#include <anode/byte_stream.hpp>

#include <boost/asio/execution_context.hpp>

#include <mutex>
#include <unordered_set>

namespace anode::tls {

class engine;

/// The engines of an execution context. When the context shuts down, they release the operations
/// that wait in them, whose owners own the engines in turn.
class engine_list final : public net::execution_context::service {
public:
  using key_type = engine_list;
  static inline net::execution_context::id id;

  explicit engine_list(net::execution_context& context) : service(context) {}

  static engine_list& of(net::any_io_executor const& ex);

  void add(engine& e);
  void remove(engine& e) noexcept;

private:
  void shutdown() override;

  std::mutex mutex_;  // strands of one context run concurrently
  std::unordered_set<engine*> engines_;
};

}  // namespace anode::tls
