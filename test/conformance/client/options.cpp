// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "conformance/client/values.hpp"

#include <anode/error.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace parity {
namespace {

[[noreturn]] void out_of_range(std::string_view name, json::value const& value) {
  throw http::exception(http::error::out_of_range, "The value of \"" + std::string(name) +
                                                       "\" is out of range. Received " +
                                                       json::serialize(value));
}

[[noreturn]] void wrong_type(std::string_view name, json::value const& value) {
  throw argument_error("ERR_INVALID_ARG_TYPE", "The \"" + std::string(name) +
                                                   "\" property is of the wrong type. "
                                                   "Received " +
                                                   json::serialize(value));
}

std::string text(std::string_view name, json::value const& value) {
  if (!value.is_string()) {
    wrong_type("options." + std::string(name), value);
  }
  return std::string(value.as_string().data(), value.as_string().size());
}

double number(std::string_view name, json::value const& value) {
  if (!value.is_number()) {
    wrong_type(name, value);
  }
  return value.to_number<double>();
}

std::size_t size(std::string_view name, json::value const& value) {
  double const n = number(name, value);
  if (!(n >= 0) || n != std::floor(n)) {
    out_of_range(name, value);
  }
  return static_cast<std::size_t>(n);
}

std::chrono::milliseconds milliseconds(std::string_view name, json::value const& value) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(number(name, value)));
}

std::uint16_t port(json::value const& value) {
  std::string const digits = value.is_string()
                                 ? std::string(value.as_string().data(), value.as_string().size())
                                 : json::serialize(value);
  char* end = nullptr;
  double const n = digits.empty() ? 0 : std::strtod(digits.c_str(), &end);
  bool const whole = digits.empty() || (*end == '\0' && n == std::floor(n));
  if (!whole || !(n >= 0 && n < 65536)) {
    throw argument_error("ERR_SOCKET_BAD_PORT",
                         "Port should be >= 0 and < 65536. Received type " +
                             (value.is_string() ? "string ('" + digits + "')"
                                                : "number (" + number_text(value) + ")") +
                             ".");
  }
  return static_cast<std::uint16_t>(n);
}

std::size_t sockets(std::string_view name, json::value const& value) {
  return value.is_null() ? http::agent_options::no_limit : size(name, value);
}

// Node accepts Host only as a single text.
void check_host(json::value const& headers) {
  if (!headers.is_object()) {
    return;
  }
  for (auto const& member : headers.as_object()) {
    std::string name(member.key());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    json::value const& value = member.value();
    if (name == "host" && !value.is_string() && value != 0 && value != false) {
      wrong_type("options.headers.host", value);
    }
  }
}

json::value count(std::size_t n) {
  return n == http::agent_options::no_limit ? json::value("Infinity")
                                            : json::value(json::string(std::to_string(n)));
}

}  // namespace

void change(http::agent_options& o, json::object const& values) {
  for (auto const& member : values) {
    std::string_view const name(member.key().data(), member.key().size());
    json::value const& value = member.value();
    if (name == "keepAlive") {
      o.keep_alive = value.is_bool() && value.as_bool();
    } else if (name == "keepAliveMsecs") {
      o.keep_alive_msecs = milliseconds(name, value);
    } else if (name == "maxSockets") {
      o.max_sockets = sockets(name, value);
    } else if (name == "maxFreeSockets") {
      o.max_free_sockets = value.is_null() ? 0 : size(name, value);
    } else if (name == "maxTotalSockets") {
      o.max_total_sockets = size(name, value);
    } else if (name == "defaultPort") {
      o.default_port = port(value);
    } else if (name == "timeout") {
      o.timeout = milliseconds(name, value);
    } else if (name == "agentKeepAliveTimeoutBuffer") {
      o.keep_alive_timeout_buffer = milliseconds(name, value);
    } else if (name == "scheduling") {
      if (value == 0 || value.is_null() || value == "" || value == false) {
        continue;  // ignored
      }
      std::string const which = value.is_string() ? text(name, value) : json::serialize(value);
      if (which != "fifo" && which != "lifo") {
        throw http::exception(
            http::error::invalid_arg_value,
            "The argument 'scheduling' must be one of: 'fifo', 'lifo'. Received " +
                (value.is_string() ? "'" + which + "'" : which));
      }
      o.scheduling = which == "fifo" ? http::scheduling::fifo : http::scheduling::lifo;
    }
  }
}

http::agent_options agent_options_of(json::value const& options) {
  http::agent_options o;
  if (options.is_object()) {
    change(o, options.as_object());
  }
  return o;
}

json::object json_of(http::agent_options const& o) {
  return {{"keepAlive", o.keep_alive},
          {"keepAliveMsecs", o.keep_alive_msecs.count() == 0 ? 1000 : o.keep_alive_msecs.count()},
          {"maxSockets", count(o.max_sockets == 0 ? http::agent_options::no_limit : o.max_sockets)},
          {"maxFreeSockets", o.max_free_sockets == 0 ? 256 : o.max_free_sockets},
          {"maxTotalSockets", count(o.max_total_sockets)},
          {"scheduling", o.scheduling == http::scheduling::fifo ? "fifo" : "lifo"},
          {"defaultPort", o.default_port == 0 ? 80 : o.default_port},
          {"protocol", "http:"}};
}

http::request_options request_options_of(json::object const& options,
                                         std::vector<std::uint16_t> const& ports) {
  http::request_options o;
  std::string hostname;
  for (auto const& member : options) {
    std::string_view const name(member.key().data(), member.key().size());
    json::value const& value = member.value();
    if (value.is_null()) {
      continue;
    }
    auto const filled = [&] { return fill_ports(text(name, value), ports); };
    auto const on = [&] { return value.is_bool() && value.as_bool(); };
    if (name == "method") {
      o.method = one_byte_name(filled());
    } else if (name == "protocol") {
      o.protocol = filled();
    } else if (name == "host") {
      o.host = filled();
    } else if (name == "hostname") {
      hostname = filled();
    } else if (name == "port") {
      o.port = value.is_string() ? port(json::string(filled())) : port(value);
    } else if (name == "defaultPort") {
      // In Node a text never equals the port's number, therefore Host contains the port.
      if (!value.is_string()) {
        o.default_port = port(value);
      }
    } else if (name == "path") {
      o.path = one_byte_text(filled(), http::error::unescaped_characters,
                             "Request path contains unescaped characters");
      if (o.path.empty()) {
        o.path = "/";  // also replaces the path of a URL
      }
    } else if (name == "auth") {
      o.auth = filled();
    } else if (name == "headers") {
      check_host(value);
      o.headers = header_list_of(value);
    } else if (name == "socketPath") {
      o.socket_path = filled();
    } else if (name == "localAddress") {
      o.local_address = filled();
    } else if (name == "localPort") {
      o.local_port = port(value);
    } else if (name == "family") {
      o.family = static_cast<int>(number(name, value));
    } else if (name == "timeout") {
      o.timeout = milliseconds(name, value);
    } else if (name == "maxHeaderSize") {
      o.max_header_size = size(name, value);
    } else if (name == "insecureHTTPParser") {
      o.insecure_http_parser = on();
    } else if (name == "joinDuplicateHeaders") {
      o.join_duplicate_headers = on();
    } else if (name == "setHost") {
      o.set_host = on();
    } else if (name == "setDefaultHeaders") {
      o.set_default_headers = on();
    } else if (name == "highWaterMark") {
      o.high_water_mark = size(name, value);
    } else if (name == "uniqueHeaders") {
      for (json::value const& v : value.as_array()) {
        o.unique_headers.push_back(v.is_string() ? text(name, v) : text(name, v.as_array().at(0)));
      }
    } else if (name == "agent") {
      o.one_shot = value.is_bool() && !value.as_bool();
    }
  }
  if (!hostname.empty()) {
    o.host = hostname;
  }
  return o;
}

}  // namespace parity
