// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "transport/connector.hpp"

#include "transport/endpoint.hpp"
#include "transport/lookup_rules.hpp"
#include "transport/open_socket.hpp"
#include "transport/socket_stream.hpp"

#include <anode/error.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <netdb.h>
#endif

#include <utility>

namespace anode::transport {
namespace {

using tcp = net::ip::tcp;
using stream_protocol = net::generic::stream_protocol;

// Returns whether a host is "localhost". It maps to the loopback addresses without a resolver, see
// RFC 6761 section 6.3.
bool is_localhost(std::string_view host) noexcept {
  constexpr std::string_view name = "localhost";
  return host.size() == name.size() && std::equal(host.begin(), host.end(), name.begin(),
                                                  [](char a, char b) { return (a | 0x20) == b; });
}

class happy_eyeballs final : public connector {
public:
  happy_eyeballs(net::any_io_executor ex, connect_target target, connect_callback done,
                 detail::ptr<connect_observer> observer)
      : ex_(ex),
        target_(std::move(target)),
        done_(std::move(done)),
        observer_(std::move(observer)),
        delay_(ex) {}

  void start(lookup_function const& lookup) {
    if (!target_.path.empty()) {
      endpoints_.emplace_back(net::local::stream_protocol::endpoint(target_.path));
      next();
      return;
    }
    error_code ec;
    net::ip::address const address = net::ip::make_address(target_.host, ec);
    if (!ec) {
      endpoints_.emplace_back(tcp::endpoint(address, target_.port));
      next();
    } else if (lookup) {
      report([&](connect_observer& o) { o.lookup_started(target_.host); });
      lookup(target_.host, [self = self_ptr()](error_code e, std::vector<resolved_address> found) {
        self->on_lookup(e, found);
      });
    } else if (is_localhost(target_.host)) {
      connect_to_loopback();
    } else {
      report([&](connect_observer& o) { o.lookup_started(target_.host); });
      resolve();
    }
  }

  void cancel() override {
    done_ = nullptr;
    observer_.reset();
    stop();
  }

  bool looking_up() const override { return endpoints_.empty(); }

private:
  detail::ptr<happy_eyeballs> self_ptr() { return detail::ptr<happy_eyeballs>(this); }

  // Calls the observer, if there is one, which may cancel the operation.
  template <class F>
  void report(F const& f) {
    if (detail::ptr<connect_observer> const o = observer_) {
      f(*o);
    }
  }

  void report_lookup(error_code ec) {
    report([&](connect_observer& o) {
      std::vector<endpoint> found;
      for (stream_protocol::endpoint const& e : endpoints_) {
        found.push_back(endpoint_text(e));
      }
      o.lookup_done(found, ec);
    });
  }

  void connect_to_loopback() {
    if (target_.family != 6) {
      endpoints_.emplace_back(tcp::endpoint(net::ip::address_v4::loopback(), target_.port));
    }
    if (target_.family != 4) {
      endpoints_.emplace_back(tcp::endpoint(net::ip::address_v6::loopback(), target_.port));
    }
    if (target_.family == 6 && target_.v4_mapped && target_.all_matching) {
      auto const mapped =
          net::ip::make_address_v6(net::ip::v4_mapped, net::ip::address_v4::loopback());
      endpoints_.emplace_back(tcp::endpoint(mapped, target_.port));
    }
    next();
  }

  // Not inlined, because g++ 12 then wrongly assumes that the lambda releases the last reference.
  [[gnu::noinline]] void resolve() {
    lookup_ = resolver_pool::of(ex_).start(
        ex_, query_of(target_),
        [self = self_ptr()](error_code ec, std::vector<std::string> const& found) {
          std::vector<tcp::endpoint> all;
          for (std::string const& address : found) {
            all.emplace_back(net::ip::make_address(address), self->target_.port);
          }
          self->on_endpoints(ec, all);
        });
  }

  void on_lookup(error_code ec, std::vector<resolved_address> const& found) {
    std::vector<tcp::endpoint> all;
    for (resolved_address const& a : found) {
      error_code bad;
      net::ip::address const address = net::ip::make_address(a.address, bad);
      if (!bad) {
        all.emplace_back(address, target_.port);
      } else if (!ec) {
        ec = bad;
      }
    }
    on_endpoints(all.empty() ? ec : error_code(), all);
  }

  void on_endpoints(error_code ec, std::vector<tcp::endpoint> const& all) {
    if (!done_ || std::exchange(looked_up_, true)) {
      return;
    }
    if (!ec && all.empty()) {
      ec = net::error::host_not_found;
    }
    if (ec) {
      report_lookup(ec);
      fail_later(ec, "lookup");
      return;
    }
    auto const same_family = [](tcp::endpoint const& a, tcp::endpoint const& b) {
      return a.protocol() == b.protocol();
    };
    for (tcp::endpoint const& e : alternated(all, same_family)) {
      endpoints_.emplace_back(e);
    }
    report_lookup({});
    next();
  }

  struct attempt : detail::counted {
    attempt(net::any_io_executor const& ex, stream_protocol::endpoint const& at)
        : socket(ex), to(at) {}
    stream_protocol::socket socket;
    stream_protocol::endpoint to;
    bool complete = false;
  };

  bool may_connect(stream_protocol::endpoint const& at) {
    detail::ptr<connect_observer> const o = observer_;
    return !o || o->may_connect(without_mapping(endpoint_text(at)));
  }

  // Starts an attempt for the next allowed address, if there is one.
  void next() {
    while (done_ && next_ < endpoints_.size()) {
      stream_protocol::endpoint const at = endpoints_[next_++];
      if (may_connect(at)) {
        begin(at);
        return;
      }
      ++failed_;
    }
    if (done_ && failed_ == endpoints_.size()) {
      fail_later(first_error_ ? first_error_ : make_error_code(http::error::address_refused),
                 "connect");
    }
  }

  void begin(stream_protocol::endpoint const& at) {
    if (!done_) {
      return;
    }
    detail::ptr<attempt> const a(new attempt(ex_, at));
    attempts_.push_back(a);
    report([&](connect_observer& o) { o.attempt_started(endpoint_text(at)); });
    if (!done_) {
      return;
    }
    error_code ec;
    prepare(a->socket, at, ec);
    if (ec) {
      net::post(ex_, [self = self_ptr(), a = a, ec] { self->on_connect(*a, ec); });
    } else {
      // `a = a` makes a non-const copy, because the handler cannot move a const member. A copy
      // would change the reference count in the scheduler's thread, concurrently with this thread.
      a->socket.async_connect(
          at, [self = self_ptr(), a = a](error_code e) { self->on_connect(*a, e); });
    }
    if (next_ < endpoints_.size()) {
      delay_.expires_after(target_.attempt_delay);
      delay_.async_wait([self = self_ptr()](error_code cancelled) {
        if (!cancelled && self->done_) {
          self->next();
        }
      });
    }
  }

  void prepare(stream_protocol::socket& socket, stream_protocol::endpoint const& at,
               error_code& ec) {
    open_socket(socket, at.protocol(), ec);
    if (ec || (target_.local_address.empty() && target_.local_port == 0) ||
        at.protocol().family() == AF_UNIX) {
      return;
    }
    net::ip::address address = net::ip::address_v4::any();
    if (!target_.local_address.empty()) {
      address = net::ip::make_address(target_.local_address, ec);
    } else if (at.protocol().family() == AF_INET6) {
      address = net::ip::address_v6::any();
    }
    if (!ec) {
      socket.set_option(net::socket_base::reuse_address(true), ec);
      socket.bind(tcp::endpoint(address, target_.local_port), ec);
    }
  }

  void on_connect(attempt& a, error_code ec) {
    if (!done_) {
      return;
    }
    a.complete = true;
    report([&](connect_observer& o) { o.attempt_done(endpoint_text(a.to), ec); });
    if (!ec) {
      report_aborted();
    }
    if (!done_) {
      return;
    }
    if (!ec) {
      auto stream = std::make_unique<socket_stream>(std::move(a.socket));
      finish({}, {}, std::move(stream));
      return;
    }
    if (!first_error_) {
      first_error_ = ec;
    }
    ++failed_;
    if (failed_ == endpoints_.size()) {
      finish(first_error_, "connect", nullptr);
    } else {
      next();
    }
  }

  // Reports the attempts that a success ends.
  void report_aborted() {
    report([&](connect_observer& o) {
      std::vector<detail::ptr<attempt>> const all = attempts_;
      for (detail::ptr<attempt> const& a : all) {
        if (done_ && !std::exchange(a->complete, true)) {
          o.attempt_done(endpoint_text(a->to), net::error::operation_aborted);
        }
      }
    });
  }

  void fail_later(error_code ec, std::string_view phase) {
    net::post(ex_, [self = self_ptr(), ec, phase] { self->finish(ec, phase, nullptr); });
  }

  void finish(error_code ec, std::string_view phase, std::unique_ptr<byte_stream> stream) {
    if (connect_callback const done = std::exchange(done_, nullptr)) {
      observer_.reset();
      stop();
      done(ec, phase, std::move(stream));
    }
  }

  void stop() {
    if (auto const running = lookup_.lock()) {
      resolver_pool::of(ex_).cancel(running);
    }
    delay_.cancel();
    for (detail::ptr<attempt> const& a : attempts_) {
      error_code ignored;
      a->socket.close(ignored);
    }
    attempts_.clear();
  }

  net::any_io_executor ex_;
  connect_target target_;
  connect_callback done_;
  detail::ptr<connect_observer> observer_;
  std::weak_ptr<resolver_pool::request> lookup_;  // weak: the request keeps *this alive
  net::steady_timer delay_;
  std::vector<stream_protocol::endpoint> endpoints_;
  std::vector<detail::ptr<attempt>> attempts_;
  std::size_t next_ = 0;
  std::size_t failed_ = 0;
  error_code first_error_;
  bool looked_up_ = false;
};

}  // namespace

detail::ptr<connector> start_connect(net::any_io_executor ex, connect_target target,
                                     lookup_function const& lookup, connect_callback done,
                                     detail::ptr<connect_observer> observer) {
  detail::ptr<happy_eyeballs> const attempt(
      new happy_eyeballs(std::move(ex), std::move(target), std::move(done), std::move(observer)));
  attempt->start(lookup);
  return attempt;
}

}  // namespace anode::transport
