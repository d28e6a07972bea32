// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/client/scenario.hpp"

#include "runtime/tick.hpp"

#include <anode/error.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>

namespace parity {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

json::value const& get(json::object const& object, std::string_view key) {
  static json::value const null;
  auto const* found = object.if_contains(json::string_view(key.data(), key.size()));
  return found == nullptr ? null : *found;
}

std::string get_text(json::object const& object, std::string_view key, std::string_view missing) {
  json::value const& v = get(object, key);
  return v.is_string() ? std::string(v.as_string().data(), v.as_string().size())
                       : std::string(missing);
}

milliseconds get_time(json::object const& object, std::string_view key, milliseconds missing) {
  json::value const& v = get(object, key);
  return v.is_number() ? milliseconds(static_cast<std::int64_t>(v.to_number<double>())) : missing;
}

void write_line(json::value const& line) {
  std::string text = json::serialize(line);
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

scenario::scenario(net::any_io_executor ex, std::int64_t id, json::object what,
                   std::vector<std::uint16_t> ports)
    : executor_(std::move(ex)),
      id_(id),
      what_(std::move(what)),
      ports_(std::move(ports)),
      last_(steady_clock::now()) {}

void scenario::event(std::string_view who, std::string_view name) { event(who, name, nullptr); }

void scenario::event(std::string_view who, std::string_view name, json::value const& fields) {
  if (over_) {
    return;
  }
  json::array ev{json::string(who), json::string(name)};
  if (!fields.is_null()) {
    ev.push_back(mask_ports(fields, ports_));
  }
  write_line(json::object{{"id", id_}, {"ev", std::move(ev)}});
  seen(std::string(who) + " " + std::string(name));
}

void scenario::tell(std::string_view name) { seen("server " + std::string(name)); }

void scenario::seen(std::string what) {
  last_ = steady_clock::now();
  seen_.push_back(std::move(what));
  for (net::steady_timer* const timer : waiting_) {
    timer->cancel();
  }
}

milliseconds scenario::limit_of(json::object const& operation) const {
  return get_time(operation, "limit_ms", get_time(what_, "limit_ms", milliseconds(2500)));
}

net::awaitable<void> scenario::pause(milliseconds time) {
  net::steady_timer timer(executor_, time);
  co_await timer.async_wait(net::use_awaitable);
}

net::awaitable<void> scenario::until(std::string who, std::string name, std::size_t count,
                                     milliseconds limit) {
  std::string const wanted = who + " " + name;
  auto const end = steady_clock::now() + limit;
  net::steady_timer timer(executor_);
  auto const place = waiting_.insert(waiting_.end(), &timer);
  while (static_cast<std::size_t>(std::count(seen_.begin(), seen_.end(), wanted)) < count) {
    if (steady_clock::now() >= end) {
      waiting_.erase(place);
      event(who, "not-seen", json::object{{"event", name}});
      co_return;
    }
    timer.expires_at(end);
    boost::system::error_code ignored;
    co_await timer.async_wait(net::redirect_error(net::use_awaitable, ignored));
  }
  waiting_.erase(place);
}

http::agent& scenario::agent(json::value const& which) {
  if (which.is_object()) {
    return unnamed_agents_.emplace_back(executor_, agent_options_of(which));
  }
  std::string const name = which.is_string() ? std::string(which.as_string()) : "main";
  auto found = agents_.find(name);
  if (found == agents_.end()) {
    json::value const& all = get(what_, "agents");
    json::value const options = all.is_object() ? get(all.as_object(), name) : json::value();
    found = agents_.emplace(name, http::agent(executor_, agent_options_of(options))).first;
  }
  return found->second;
}

void scenario::snap(json::object const& operation) {
  http::agent const& a = agent(get(operation, "agent"));
  std::map<std::string, http::agent::counts> by_name;
  for (auto const& [name, counts] : a.by_name()) {
    json::value const masked = mask_ports(json::string(name), ports_);
    by_name[std::string(masked.as_string())] = counts;
  }
  auto const list = [&](std::size_t http::agent::counts::* member) {
    json::array out;
    for (auto const& [name, counts] : by_name) {
      // Node has an empty list of sockets for a name that has only waiting requests.
      bool const empty_list = member == &http::agent::counts::sockets && counts.requests > 0;
      if (counts.*member > 0 || empty_list) {
        out.emplace_back(json::array{json::string(name), counts.*member});
      }
    }
    return out;
  };
  http::agent::counts const all = a.totals();
  event("agent", "snap",
        json::object{{"label", get(operation, "label")},
                     {"sockets", list(&http::agent::counts::sockets)},
                     {"freeSockets", list(&http::agent::counts::free_sockets)},
                     {"requests", list(&http::agent::counts::requests)},
                     {"total", all.sockets + all.free_sockets}});
}

net::awaitable<void> scenario::counts(json::object operation) {
  auto const end = steady_clock::now() + limit_of(operation);
  auto const reached = [&] {
    http::agent::counts const all = agent(get(operation, "agent")).totals();
    return all.sockets == get(operation, "sockets").to_number<std::size_t>() &&
           all.free_sockets == get(operation, "freeSockets").to_number<std::size_t>() &&
           all.requests == get(operation, "requests").to_number<std::size_t>();
  };
  while (!reached()) {
    if (steady_clock::now() >= end) {
      event("agent", "not-seen", json::object{{"event", operation}});
      co_return;
    }
    co_await pause(milliseconds(2));
  }
}

net::awaitable<void> scenario::perform_all() {
  if (get_text(what_, "kind") == "agent") {
    agent(nullptr);
    json::array const& steps = get(what_, "steps").as_array();
    std::size_t const begun = begin(nullptr, steps, {});
    for (std::size_t i = begun; i < steps.size(); ++i) {
      co_await perform(steps[i].as_object(), {});
    }
    co_return;
  }
  json::array requests;
  if (json::value const& several = get(what_, "requests"); several.is_array()) {
    requests = several.as_array();
  } else {
    json::value const& one = get(what_, "request");
    requests.push_back(one.is_object() ? one : json::value(json::object()));
  }
  bool first = true;
  for (json::value const& r : requests) {
    json::object const& what = r.as_object();
    std::string const who = get_text(what, "id", "a");
    json::array operations{json::object{{"op", "end"}}};
    if (json::value const& own = get(what, "ops"); own.is_array()) {
      operations = own.as_array();
    }
    std::size_t begun = 0;
    if (std::exchange(first, false)) {
      begun = begin(&what, operations, who);
    } else {
      start(what);
    }
    for (std::size_t i = begun; i < operations.size() && requests_.at(who)->made; ++i) {
      co_await perform(operations[i].as_object(), who);
    }
  }
}

// The first operations run in the tick in which the scenario arrived, before anything else happens.
// Later operations run without a pause. Returns the number of operations that ran.
std::size_t scenario::begin(json::object const* what, json::array const& operations,
                            std::string const& who) {
  anode::runtime::tick const t(executor_);
  if (what != nullptr) {
    start(*what);
    if (!requests_.at(who)->made) {
      return 0;
    }
  }
  return !operations.empty() && perform_now(operations[0].as_object(), who) ? 1 : 0;
}

net::awaitable<void> scenario::run(std::shared_ptr<scenario> self) {
  try {
    co_await self->perform_all();
  } catch (std::exception const& e) {
    self->event("-", "driver-error", json::object{{"code", nullptr}, {"message", e.what()}});
  }
  milliseconds const idle = get_time(self->what_, "idle_ms", milliseconds(350));
  milliseconds const settle = get_time(self->what_, "settle_ms", milliseconds(120));
  while (!self->over_) {
    bool closed = true;
    for (auto const& [id, r] : self->requests_) {
      closed = closed && r->closed && !(r->tunnel && !r->tunnel.destroyed());
    }
    if (steady_clock::now() - self->last_ >= (closed ? settle : idle)) {
      break;
    }
    co_await self->pause(milliseconds(15));
  }
  self->over_ = true;
  write_line(json::object{{"id", self->id_}, {"done", true}});
}

void scenario::clean_up() {
  over_ = true;
  for (auto& [id, r] : requests_) {
    if (r->request) {
      r->request.destroy();
    }
    if (r->tunnel) {
      r->tunnel.destroy();
    }
    r->response = {};
    r->request = {};
    r->tunnel = {};
  }
  for (auto& [name, a] : agents_) {
    a.destroy();
  }
  for (http::agent& a : unnamed_agents_) {
    a.destroy();
  }
}

}  // namespace parity
