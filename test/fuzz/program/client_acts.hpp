// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The actions of a fuzzed client on one request, and the recorded results.
#pragma once

#include "choices.hpp"
#include "world.hpp"

#include <anode/http.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anode::test {

/// One request of the program.
struct asked {
  unsigned serial = 0;  ///< counts from 1; the request says it in X-Serial
  std::string method;
  std::string written;              ///< the body, as far as `write` has accepted it
  std::optional<std::size_t> left;  ///< to write, of the announced length
  bool ended = false;
  bool takes = false;  ///< listeners take the answer
  bool waits = false;  ///< a coroutine waits for it
  bool upgraded = false;
  emitted events;
  http::client_request req;
  http::incoming_message answer;
  unsigned tag = 0;      ///< which response came; 0: none, or one without
  std::string received;  ///< of its body
  bool read_whole = false;
  net::cancellation_signal cancel;  ///< of its coroutine
  net::cancellation_signal abort;   ///< of the request
};

/// Performs actions of a user on a request.
class client_acts {
public:
  client_acts(choices& in, std::size_t& budget, std::vector<anode::socket>& upgraded)
      : in_(in), budget_(budget), upgraded_(upgraded) {}

  /// Records the response.
  static void answered(asked& x, http::incoming_message answer) {
    x.answer = std::move(answer);
    std::string const tag(x.answer.headers().get("X-Tag").value_or(""));
    bool const number =
        !tag.empty() && tag.size() < 6 && tag.find_first_not_of("0123456789") == std::string::npos;
    x.tag = number ? static_cast<unsigned>(std::stoul(tag)) : 0;
    trace("request " + std::to_string(x.serial) + " is answered, tag " + tag);
  }

  /// Counts the events of a request.
  /// @param takes whether listeners accept the response
  void listen(std::shared_ptr<asked> const& x, bool takes, bool throws) {
    x->req.on_close([x, throws] {
      trace("request " + std::to_string(x->serial) + " closes");
      ++x->events.close;
      if (throws) {
        throw planned();
      }
    });
    x->req.on_request_error([x, throws](http::request_error const& e) {
      trace("request " + std::to_string(x->serial) + " fails: " + e.what());
      x->events.check_not_closed("error of a request");
      ++x->events.error;
      if (throws) {
        throw planned();
      }
    });
    x->req.on_finish([x] {
      // As in Node, a request can end after its upgrade, which closes it.
      if (!x->upgraded) {
        x->events.check_not_closed("finish of a request");
      }
      ++x->events.finish;
    });
    if (!takes) {
      return;
    }
    x->req.on_response([x, throws](http::incoming_message answer) {
      x->events.check_not_closed("response");
      ++x->events.response;
      answered(*x, std::move(answer));
      if (throws) {
        throw planned();
      }
    });
    if (in_.flip()) {
      auto const leave = [this, x](http::incoming_message answer, anode::socket s) {
        x->events.check_not_closed("upgrade");
        x->upgraded = true;
        ++x->events.response;
        answered(*x, std::move(answer));
        upgraded_.push_back(std::move(s));
      };
      x->req.on_upgrade(leave);
      x->req.on_connect(leave);
    }
    if (in_.flip()) {
      x->req.on_information(
          [x](http::information const&) { x->events.check_not_closed("information"); });
      x->req.on_continue([x] { x->events.check_not_closed("continue"); });
      x->req.on_socket([x](anode::socket) { x->events.check_not_closed("socket"); });
      x->req.on_timeout([x] { x->events.check_not_closed("timeout"); });
    }
  }

  /// Performs an action that does not suspend.
  /// @throws exceptions of the library
  void act(asked& x) {
    http::client_request& req = x.req;
    switch (in_.below(18)) {
      case 0:
      case 1:
      case 2:
        end(x);
        break;
      case 3:
      case 4:
      case 5:
        write(x);
        break;
      case 6:
        req.flush_headers();
        break;
      case 7:
        trace("destroy " + std::to_string(x.serial));
        req.destroy(in_.flip() ? error_code() : make_error_code(http::error::timed_out));
        break;
      case 8:
        if (!x.waits || in_.rarely(4)) {
          trace("drop " + std::to_string(x.serial));
          req = http::client_request();
        }
        break;
      case 9:
        req.set_timeout(std::chrono::milliseconds(100U * in_.number()), [] {});
        break;
      case 10:
        req.cork();
        break;
      case 11:
        req.uncork();
        break;
      case 12:
        req.add_trailers({{"X-T", "1"}});
        break;
      case 13:
        trace("cancel");
        x.cancel.emit(in_.flip() ? net::cancellation_type::terminal : net::cancellation_type::all);
        break;
      case 14:
        trace("abort");
        x.abort.emit(net::cancellation_type::terminal);
        break;
      case 15:
        req.set_header("X-A", "late");
        break;
      case 16:
        touch(req.socket());
        break;
      default:
        look(req);
        break;
    }
  }

  /// Performs an action on the response of a request.
  void act_on_answer(asked& x) {
    trace("answer of " + std::to_string(x.serial));
    if (!x.answer || x.waits) {
      return;
    }
    switch (in_.below(5)) {
      case 0:
        x.answer.dump();
        break;
      case 1:
        x.answer.destroy();
        break;
      case 2:
        x.answer = http::incoming_message();
        break;
      case 3:
        x.answer.set_timeout(std::chrono::milliseconds(100U * in_.number()), [] {});
        break;
      default:
        touch(x.answer.socket());
        break;
    }
  }

  void end(asked& x) {
    trace("end " + std::to_string(x.serial));
    if (x.left && *x.left > 0) {
      std::string_view const rest = piece(x, *x.left);
      bool const accepts = takes_body(x);
      x.req.end(rest);
      if (accepts) {
        x.written += rest;
      }
      x.left = 0;
    } else {
      x.req.end();
    }
    x.ended = true;
  }

  /// Writes some bytes, at most the announced length. The buffer stays valid.
  write_operation write(asked& x) {
    static constexpr std::size_t sizes[] = {1, 0, 10, 1000, 20'000, 100'000};
    std::size_t size = spend(in_.pick(sizes));
    if (x.left) {
      size = std::min(size, *x.left);
    }
    trace("write " + std::to_string(x.serial));
    std::string_view const data = piece(x, size);
    bool const accepts = takes_body(x);
    write_operation written = x.req.write(data);
    if (accepts) {
      x.written += data;
      if (x.left) {
        *x.left -= size;
      }
    }
    return written;
  }

  void touch(anode::socket s) {
    unsigned const what = in_.below(5);
    trace("socket, way " + std::to_string(what));
    switch (what) {
      case 0:
        s.set_timeout(std::chrono::milliseconds(100U * in_.number()));
        break;
      case 1:
        s.destroy();
        break;
      case 2:
        s.destroy_soon();
        break;
      case 3:
        socket_ended_ = true;
        s.end();
        break;
      default:
        s.reset();
        break;
    }
  }

  /// Returns whether the program ended a socket. As in Node, an answer is then emitted although the
  /// request was not sent.
  bool socket_ended() const noexcept { return socket_ended_; }

  std::size_t spend(std::size_t wanted) {
    std::size_t const given = std::min(wanted, budget_);
    budget_ -= given;
    return given;
  }

private:
  // Calls every query function.
  static void look(http::client_request const& req) {
    static_cast<void>(std::string(req.method()) + std::string(req.path()));
    static_cast<void>(req.host().size() + req.protocol().size());
    static_cast<void>(req.reused_socket() || req.aborted() || req.destroyed() || req.closed());
    static_cast<void>(req.retries() + req.writable_length() + req.max_headers_count());
    static_cast<void>(req.get_headers());
    static_cast<void>(req.errored());
    static_cast<void>(req.socket().remote_endpoint());
  }

  // A write after the end, or to a destroyed request, reports its error through its operation.
  static bool takes_body(asked const& x) { return !x.req.writable_ended() && !x.req.destroyed(); }

  // Returns bytes that identify their request and their offset in its body.
  static std::string_view piece(asked const& x, std::size_t size) {
    return pattern(x.serial * 7 + x.written.size(), size);
  }

  choices& in_;
  std::size_t& budget_;
  std::vector<anode::socket>& upgraded_;
  bool socket_ended_ = false;
};

}  // namespace anode::test
