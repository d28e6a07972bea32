// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// The operations of the driver protocol.
#include "conformance/client/scenario.hpp"

#include <anode/error.hpp>

namespace parity {
namespace {

using std::chrono::milliseconds;

// Errors defined by scenarios, by number.
class scenario_errors final : public boost::system::error_category {
public:
  struct named {
    std::string name;
    std::string message;
  };

  static scenario_errors& instance() {
    static scenario_errors all;
    return all;
  }

  int add(named error) {
    errors_.push_back(std::move(error));
    return static_cast<int>(errors_.size());
  }

  named const& at(int value) const { return errors_.at(static_cast<std::size_t>(value) - 1); }

  char const* name() const noexcept override { return "scenario"; }
  std::string message(int value) const override { return at(value).message; }

private:
  std::vector<named> errors_;
};

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value() : json::value(json::string(text));
}

}  // namespace

boost::system::error_code named_error(std::string name, std::string message) {
  scenario_errors& all = scenario_errors::instance();
  return {all.add({std::move(name), std::move(message)}), all};
}

json::object error_fields(boost::system::error_code const& ec, std::string_view message) {
  std::string const text = message.empty() ? ec.message() : std::string(message);
  if (ec.category() == scenario_errors::instance()) {
    scenario_errors::named const& e = scenario_errors::instance().at(ec.value());
    return {{"code", text_or_null(e.name)}, {"message", json::string(e.message)}};
  }
  return {{"code", json::string(http::code_name(ec))}, {"message", latin1(text)}};
}

net::awaitable<void> scenario::perform(json::object operation, std::string who) {
  std::string const name = get_text(operation, "op");
  who = get_text(operation, "req", who);
  if (name == "wait") {
    co_await pause(get_time(operation, "ms", milliseconds(0)));
    co_return;
  }
  if (name == "until") {
    json::value const& count = get(operation, "count");
    co_await until(who, get_text(operation, "event"),
                   count.is_number() ? count.to_number<std::size_t>() : 1, limit_of(operation));
    co_return;
  }
  if (name == "counts") {
    co_await counts(operation);
    co_return;
  }
  perform_now(operation, who);
}

bool scenario::perform_now(json::object const& operation, std::string const& own) {
  std::string const name = get_text(operation, "op");
  std::string const who = get_text(operation, "req", own);
  if (name == "wait" || name == "until" || name == "counts") {
    return false;
  }
  if (name == "start") {
    start(get(operation, "request").as_object());
  } else if (!perform_on_agent(name, operation)) {
    running_request& r = *requests_.at(who);
    try {
      if (!perform_on_request(name, operation, r) && !perform_on_streams(name, operation, r)) {
        throw std::runtime_error("unknown op " + name);
      }
    } catch (http::exception const& e) {
      json::object fields{{"op", name}};
      json::object const failure = error_fields(e.code(), e.what());
      fields.insert(failure.begin(), failure.end());
      event(who, "throw", fields);
    } catch (argument_error const& e) {
      event(who, "throw", json::object{{"op", name}, {"code", e.code()}, {"message", e.what()}});
    }
  }
  return true;
}

bool scenario::perform_on_request(std::string_view name, json::object const& operation,
                                  running_request& r) {
  http::client_request& request = r.request;
  auto const body = [&] {
    return operation.contains("text") ? encoded_text(operation) : to_bytes(get(operation, "data"));
  };
  if (name == "write") {
    request.write(body());
  } else if (name == "end") {
    if (operation.contains("text") || operation.contains("data")) {
      request.end(body());
    } else {
      request.end();
    }
  } else if (name == "setHeader" || name == "appendHeader") {
    std::string const header =
        one_byte_text(get_text(operation, "name"), http::error::invalid_char, "name");
    http::header_value const value = header_value_of(header, get(operation, "value"));
    if (name == "setHeader") {
      request.set_header(header, value);
    } else {
      request.append_header(header, value);
    }
  } else if (name == "removeHeader") {
    request.remove_header(get_text(operation, "name"));
  } else if (name == "addTrailers") {
    request.add_trailers(header_list_of(get(operation, "trailers")));
  } else if (name == "flushHeaders") {
    request.flush_headers();
  } else if (name == "cork") {
    request.cork();
  } else if (name == "uncork") {
    request.uncork();
  } else if (name == "setTimeout") {
    request.set_timeout(get_time(operation, "ms", milliseconds(0)));
  } else if (name == "setNoDelay") {
    request.set_no_delay(get(operation, "value") != false);
  } else if (name == "setSocketKeepAlive") {
    request.set_socket_keep_alive(true, milliseconds(1000));
  } else if (name == "abort") {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    request.abort();
#pragma GCC diagnostic pop
  } else if (name == "signal") {
    r.signal.emit(net::cancellation_type::terminal);
  } else if (name == "destroy") {
    if (std::string const message = get_text(operation, "error"); !message.empty()) {
      request.destroy(named_error(get_text(operation, "code"), message));
    } else {
      request.destroy();
    }
  } else if (name == "props") {
    properties(operation, r);
  } else {
    return false;
  }
  return true;
}

bool scenario::perform_on_streams(std::string_view name, json::object const& operation,
                                  running_request& r) {
  if (name == "res.destroy") {
    std::string const message = get_text(operation, "error");
    r.response.destroy(message.empty() ? boost::system::error_code() : named_error({}, message));
  } else if (name == "res.resume") {
    r.response.dump();
  } else if (name == "res.setTimeout") {
    r.response.set_timeout(get_time(operation, "ms", milliseconds(0)));
  } else if (name == "socket.destroy") {
    r.request.socket().destroy();
  } else if (name == "socket.end") {
    r.request.socket().end();
  } else if (name.substr(0, 7) == "tunnel.") {
    if (!r.tunnel) {
      return true;
    }
    if (name == "tunnel.write") {
      r.tunnel.write(to_bytes(get(operation, "data")));
    } else if (name == "tunnel.end") {
      r.tunnel.end();
    } else {
      r.tunnel.destroy();
    }
  } else {
    return false;
  }
  return true;
}

void scenario::properties(json::object const& operation, running_request& r) {
  http::client_request& request = r.request;
  json::object all;
  for (json::value const& wanted : get(operation, "names").as_array()) {
    std::string const name(wanted.as_string());
    json::value value;
    if (name == "headers") {
      json::array pairs;
      std::map<std::string, json::value> sorted;
      for (http::header_list::entry const& h : request.get_headers()) {
        sorted[h.name] = json_of(h.value);
      }
      for (auto const& [key, v] : sorted) {
        pairs.emplace_back(json::array{latin1(key), v});
      }
      value = pairs;
    } else if (name == "headerNames" || name == "rawHeaderNames") {
      json::array names;
      for (std::string const& n :
           name == "headerNames" ? request.get_header_names() : request.get_raw_header_names()) {
        names.emplace_back(latin1(n));
      }
      value = names;
    } else if (name == "method") {
      value = latin1(request.method());
    } else if (name == "path") {
      value = latin1(request.path());
    } else if (name == "host") {
      value = latin1(request.host());
    } else if (name == "protocol") {
      value = latin1(request.protocol());
    } else if (name == "reusedSocket") {
      value = request.reused_socket();
    } else if (name == "aborted") {
      value = request.aborted();
    } else if (name == "destroyed") {
      value = request.destroyed();
    } else if (name == "headersSent") {
      value = request.headers_sent();
    } else if (name == "writableEnded" || name == "finished") {
      value = request.writable_ended();
    } else if (name == "writableFinished") {
      value = request.writable_finished();
    } else if (name == "writableCorked") {
      value = request.writable_corked();
    } else if (name == "writableLength") {
      value = request.writable_length();
    } else if (name == "writableHighWaterMark") {
      value = request.writable_high_water_mark();
    } else if (name == "writableNeedDrain") {
      value = request.writable_need_drain();
    } else if (name == "maxHeadersCount") {
      // Node's default is null, which means 2000.
      value = request.max_headers_count() == 2000 ? json::value()
                                                  : json::value(request.max_headers_count());
    } else if (name == "strictContentLength") {
      value = request.strict_content_length();
    }
    all[name] = value;
  }
  event(r.id, "props", all);
}

bool scenario::perform_on_agent(std::string_view name, json::object const& operation) {
  if (name == "snap") {
    snap(operation);
  } else if (name == "agent.destroy") {
    agent(get(operation, "agent")).destroy();
  } else if (name == "agent.set") {
    http::agent& a = agent(get(operation, "agent"));
    http::agent_options o = a.options();
    change(o, get(operation, "values").as_object());
    a.set_options(std::move(o));
  } else if (name == "agent.getName") {
    json::value const& of = get(operation, "options");
    http::request_options options;
    options.default_port = 0;
    if (of.is_object()) {
      json::object named = of.as_object();
      named.erase("hostname");  // an option of requests only
      options = request_options_of(named, ports_);
      options.default_port = 0;
    }
    event("agent", "name",
          json::object{{"of", of},
                       {"name", latin1(agent(get(operation, "agent")).get_name(options))}});
  } else if (name == "agent.new") {
    try {
      http::agent const made(executor_, agent_options_of(get(operation, "options")));
      event("agent", "new", json_of(made.options()));
    } catch (http::exception const& e) {
      event("agent", "throw", error_fields(e.code(), e.what()));
    } catch (argument_error const& e) {
      event("agent", "throw", json::object{{"code", e.code()}, {"message", e.what()}});
    }
  } else {
    return false;
  }
  return true;
}

}  // namespace parity
