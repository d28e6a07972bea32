// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/resolver_pool.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#if __has_include(<boost/asio/config.hpp>)
#include <boost/asio/config.hpp>
#else
#include <boost/asio/detail/concurrency_hint.hpp>
#include <boost/asio/detail/scheduler.hpp>
#endif

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#endif

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace anode::transport {
namespace {

// Returns whether other threads may post to a context. False if its owner has disabled locking.
bool accepts_posts(net::execution_context& context) {
#if __has_include(<boost/asio/config.hpp>)
  return net::config(context).get("scheduler", "locking", true);
#else
  using scheduler = net::detail::scheduler;
  return !net::has_service<scheduler>(context) ||
         BOOST_ASIO_CONCURRENCY_HINT_IS_LOCKING(
             SCHEDULER, net::use_service<scheduler>(context).concurrency_hint());
#endif
}

error_code lookup_error(int code) {
  namespace errc = boost::system::errc;
  switch (code) {
    case 0:
      return {};
    case EAI_AGAIN:
      return net::error::host_not_found_try_again;
    case EAI_BADFLAGS:
      return net::error::invalid_argument;
    case EAI_FAIL:
      return net::error::no_recovery;
    case EAI_FAMILY:
      return net::error::address_family_not_supported;
    case EAI_MEMORY:
      return net::error::no_memory;
    case EAI_SERVICE:
      return net::error::service_not_found;
    case EAI_SOCKTYPE:
      return net::error::socket_type_not_supported;
#ifdef EAI_SYSTEM
    case EAI_SYSTEM:
      return errno != 0 ? error_code(errno, boost::system::system_category())
                        : error_code(net::error::host_not_found);
#endif
    default:
      return net::error::host_not_found;
  }
}

std::string numeric_text(addrinfo const& a) {
  if (a.ai_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, a.ai_addr, sizeof in);
    return net::ip::address_v4(ntohl(in.sin_addr.s_addr)).to_string();
  }
  if (a.ai_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, a.ai_addr, sizeof in);
    net::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return net::ip::address_v6(bytes, in.sin6_scope_id).to_string();
  }
  return {};
}

// Blocks all signals in its scope: signals of the process must not be delivered to a new thread.
class signals_blocked {
public:
#ifdef _WIN32
  signals_blocked() = default;
#else
  signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
#endif
  signals_blocked(signals_blocked const&) = delete;
  signals_blocked& operator=(signals_blocked const&) = delete;

private:
#ifndef _WIN32
  sigset_t before_;
#endif
};

}  // namespace

resolver_pool::addresses system_lookup(resolver_query const& query, error_code& ec) {
  addrinfo hints{};
  hints.ai_family = query.family;
  hints.ai_flags = query.flags;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  addrinfo* list = nullptr;
  errno = 0;
  ec = lookup_error(::getaddrinfo(query.host.c_str(), nullptr, &hints, &list));
  resolver_pool::addresses found;
  if (!ec) {
    for (addrinfo const* a = list; a != nullptr; a = a->ai_next) {
      if (std::string text = numeric_text(*a); !text.empty()) {
        found.push_back(std::move(text));
      }
    }
    ::freeaddrinfo(list);
  }
  return found;
}

resolver_pool::request::request(net::any_io_executor const& ex, resolver_query query, callback done)
    : query_(std::move(query)),
      executor_(ex),
      done_(std::move(done)),
      work_(net::prefer(ex, net::execution::outstanding_work.tracked)) {}

void resolver_pool::request::cancel() {
  done_ = nullptr;
  work_ = {};
}

void resolver_pool::request::complete() {
  work_ = {};
  if (callback const done = std::exchange(done_, nullptr)) {
    done(error_, found_);
  }
}

resolver_pool::resolver_pool(net::execution_context& context)
    : service(context), usable_(accepts_posts(context)), lookup_(system_lookup) {}

resolver_pool::~resolver_pool() { join_threads(); }

resolver_pool& resolver_pool::of(net::any_io_executor const& ex) {
  return net::use_service<resolver_pool>(net::query(ex, net::execution::context));
}

std::shared_ptr<resolver_pool::request> resolver_pool::start(net::any_io_executor const& ex,
                                                             resolver_query query, callback done) {
  auto const r = std::make_shared<request>(ex, std::move(query), std::move(done));
  if (!usable_) {
    r->error_ = net::error::operation_not_supported;
    net::post(ex, [r] { r->complete(); });
    return r;
  }
  std::lock_guard const lock(mutex_);
  queue_.push_back(r);
  if (queue_.size() > idle_ && threads_.size() < max_threads) {
    try {
      start_thread();
    } catch (std::system_error const& e) {
      if (threads_.empty()) {
        queue_.pop_back();
        r->error_.assign(e.code().value(), boost::system::system_category());
        net::post(ex, [r] { r->complete(); });
      }
    }
  }
  changed_.notify_one();
  return r;
}

void resolver_pool::cancel(std::shared_ptr<request> const& r) {
  r->cancel();
  std::lock_guard const lock(mutex_);
  std::erase(queue_, r);
}

std::size_t resolver_pool::thread_count() {
  std::lock_guard const lock(mutex_);
  return threads_.size();
}

void resolver_pool::start_thread() {
  signals_blocked const none;
  threads_.emplace_back([this] { run(); });
}

void resolver_pool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (stopping_) {
      return;
    }
    std::shared_ptr<request> r = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    try {
      r->found_ = lookup_(r->query_, r->error_);
    } catch (std::exception const&) {
      r->error_ = net::error::no_memory;
    }
    // The callback must not be destroyed in this thread: move the last reference into the post.
    net::any_io_executor const ex = r->executor_;
    net::post(ex, [done = std::move(r)] { done->complete(); });
    lock.lock();
  }
}

void resolver_pool::join_threads() {
  std::vector<std::thread> threads;
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (std::thread& t : threads) {
    t.join();
  }
}

void resolver_pool::shutdown() {
  join_threads();
  for (std::shared_ptr<request> const& r : std::exchange(queue_, {})) {
    r->cancel();
  }
}

// A child process only has the thread that called fork: joins the threads before the fork and
// starts them again afterwards, if look-ups are queued.
void resolver_pool::notify_fork(net::execution_context::fork_event event) {
  if (event == net::execution_context::fork_prepare) {
    join_threads();
    return;
  }
  std::lock_guard const lock(mutex_);
  stopping_ = false;
  while (threads_.size() < queue_.size() && threads_.size() < max_threads) {
    start_thread();
  }
}

}  // namespace anode::transport
