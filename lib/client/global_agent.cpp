// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "client/agent_impl.hpp"

#include <anode/agent.hpp>
#include <anode/detail/global_agents.hpp>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <iterator>
#include <list>
#include <mutex>
#include <utility>

namespace anode::http {
namespace {

// The most agents of a context, and the number from which unused agents are removed.
constexpr std::size_t max_agents = 256;
constexpr std::size_t drop_from = 192;
constexpr int asked_at_once = 2;

using make_function = agent (*)(net::any_io_executor const&);

agent make_default(net::any_io_executor const& ex) {
  agent_options options;
  options.keep_alive = true;
  options.timeout = std::chrono::seconds(5);
  return agent(ex, std::move(options));
}

}  // namespace

/// The global agents of an execution context: for each executor, one of each function that makes
/// them.
///
/// Strands of one context run concurrently, but an agent belongs to one executor. Therefore a mutex
/// guards this list, and each agent is used only on its own executor.
///
/// A destroyed executor cannot be detected, because a type-erased strand has no public reference
/// count. Instead, each new entry of a long list checks the two least recently used agents, each on
/// its own executor, and removes the unused ones.
class global_agents final : public net::execution_context::service {
public:
  using key_type = global_agents;
  static inline net::execution_context::id id;

  explicit global_agents(net::execution_context& context) : service(context) {}

  static global_agents& of(net::any_io_executor const& ex) {
    return net::use_service<global_agents>(net::query(ex, net::execution::context));
  }

  /// Returns the agent of `ex`, created on first use.
  agent get(net::any_io_executor const& ex, make_function make) {
    std::list<entry> added;
    std::list<key> to_ask;
    agent found = [&] {
      std::lock_guard const lock(mutex_);
      if (auto const e = find(ex, make); e != agents_.end()) {
        agents_.splice(agents_.begin(), agents_, e);
        return e->used;
      }
      added.emplace_back(ex, make(ex), make);
      agent made = added.front().used;
      if (agents_.size() >= drop_from) {
        to_ask = oldest();
      }
      if (!ended_ && agents_.size() < max_agents) {
        agents_.splice(agents_.begin(), added);
      }
      return made;
    }();
    ask(to_ask);
    return found;
  }

  /// Replaces the agent of the replacement's executor.
  void set(agent replacement) {
    std::list<entry> added;
    added.emplace_back(replacement.get_executor(), std::move(replacement), &make_default);
    std::lock_guard const lock(mutex_);
    if (auto const e = find(added.front().executor, &make_default); e != agents_.end()) {
      std::swap(e->used, added.front().used);
    } else if (!ended_) {
      agents_.splice(agents_.begin(), added);
    }
  }

private:
  struct key {
    net::any_io_executor executor;
    make_function make;
  };
  struct entry {
    entry(net::any_io_executor ex, agent a, make_function f)
        : executor(std::move(ex)), used(std::move(a)), make(f) {}
    net::any_io_executor executor;
    agent used;
    make_function make;
    bool asked = false;
  };

  std::list<entry>::iterator find(net::any_io_executor const& ex, make_function make) {
    auto e = agents_.begin();
    while (e != agents_.end() && (e->make != make || e->executor != ex)) {
      ++e;
    }
    return e;
  }

  // Returns the executors of the least recently used agents without a pending check. Moves them to
  // the front, because the next call must find other ones.
  std::list<key> oldest() {
    std::list<key> found;
    for (int n = 0; n < asked_at_once && !agents_.empty(); ++n) {
      entry& last = agents_.back();
      if (!last.asked) {
        found.push_back({last.executor, last.make});
        last.asked = true;
      }
      agents_.splice(agents_.begin(), agents_, std::prev(agents_.end()));
    }
    return found;
  }

  void ask(std::list<key> const& keys) {
    for (key const& k : keys) {
      net::post(k.executor, [this, k] { drop_unused(k); });
    }
  }

  // Runs on the executor of the agent. Removed agents are destroyed without the lock, because their
  // connections close.
  void drop_unused(key const& k) {
    std::list<entry> dropped;
    std::lock_guard const lock(mutex_);
    auto const e = find(k.executor, k.make);
    if (e == agents_.end()) {
      return;
    }
    e->asked = false;
    if (is_unused(e->used)) {
      dropped.splice(dropped.begin(), agents_, e);
    }
  }

  // Handles, connections and requests each own a reference to the agent.
  static bool is_unused(agent const& a) noexcept { return a.core_->references() == 1; }

  void shutdown() override {
    std::list<entry> dropped;
    std::lock_guard const lock(mutex_);
    ended_ = true;
    dropped.swap(agents_);
  }

  std::mutex mutex_;
  std::list<entry> agents_;  // most recently used first
  bool ended_ = false;
};

agent global_agent(net::any_io_executor const& ex) {
  return global_agents::of(ex).get(ex, &make_default);
}

void set_global_agent(agent replacement) {
  net::any_io_executor const ex = replacement.get_executor();
  global_agents::of(ex).set(std::move(replacement));
}

}  // namespace anode::http

namespace anode::detail {

http::agent global_agent_of(net::any_io_executor const& ex,
                            http::agent (*make)(net::any_io_executor const&)) {
  return http::global_agents::of(ex).get(ex, make);
}

}  // namespace anode::detail
