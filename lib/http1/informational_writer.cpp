// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "base/char_class.hpp"
#include "base/text.hpp"
#include "http1/head_writer.hpp"

#include <anode/error.hpp>
#include <anode/status.hpp>

namespace anode::http1 {

namespace {

constexpr std::string_view link_form =
    "must be an array or string of format \"</styles.css>; rel=preload; as=style\"";

void append_status_line(std::string& out, int status, std::string_view reason) {
  out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  out.append(reason.empty() ? std::string_view("unknown") : reason).append("\r\n");
}

void append_status_line(std::string& out, int status) {
  append_status_line(out, status, http::reason_phrase(status));
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// Throws if a field frames a body. An interim response has none (RFC 9110 section 15.2), and a peer
// that applies the field would parse the following bytes as a body.
void require_no_framing(message::field_id field, std::string_view name, std::string_view value) {
  if (field == message::field_id::content_length || field == message::field_id::transfer_encoding) {
    throw http::exception(http::error::invalid_header_value,
                          base::formatted("Invalid value \"{}\" for header \"{}\"", value, name));
  }
}

void validate(http::header_list const& headers, bool relaxed) {
  for (auto const& [name, value] : headers) {
    http::validate_header_name(name);
    for (std::size_t i = 0; i != value.size(); ++i) {
      message::validate_value(name, value[i], relaxed);
    }
    require_no_framing(message::find_field_id(name), name, value.text());
  }
}

/// Returns the value of the Link field: all values of `link` in the hints, joined with ", ".
std::string link_value(http::header_list const& hints) {
  std::string value;
  for (auto const& [name, links] : hints) {
    if (name != "link") {
      continue;
    }
    for (std::size_t i = 0; i != links.size(); ++i) {
      if (!message::is_link_value(links[i])) {
        throw http::exception(
            http::error::invalid_arg_value,
            base::formatted("The argument 'hints' {}. Received '{}'", link_form, links[i]));
      }
      if (!value.empty()) {
        value += ", ";
      }
      value += links[i];
    }
  }
  return value;
}

}  // namespace

void write_information_head(std::string& out, int status, http::header_list const& headers,
                            bool relaxed) {
  if (status < 100 || status > 199 || status == 101) {
    throw http::exception(http::error::invalid_status_code,
                          base::formatted("Invalid status code: {}", status));
  }
  validate(headers, relaxed);
  append_status_line(out, status);
  for (auto const& [name, value] : headers) {
    for (std::size_t i = 0; i != value.size(); ++i) {
      append_line(out, name, value[i]);
    }
  }
  out.append("\r\n");
}

bool write_early_hints_head(std::string& out, http::header_list const& hints, bool relaxed) {
  std::string const link = link_value(hints);
  if (link.empty()) {
    return false;
  }
  validate(hints, relaxed);
  append_status_line(out, 103);
  append_line(out, "Link", link);
  for (auto const& [name, value] : hints) {
    if (name != "link") {
      append_line(out, name, value.text());
    }
  }
  out.append("\r\n");
  return true;
}

void write_upgrade_head(std::string& out, upgrade_context const& context,
                        message::header_map const& headers) {
  message::validate_reason(context.reason);
  std::string_view const protocol =
      base::trim_ows(context.protocol.substr(0, context.protocol.find(',')));
  http::validate_header_value("Upgrade", protocol);  // a lenient parser accepts more
  bool connection = false;
  bool upgrade = false;
  headers.for_each_line([&](message::header_map::line const& line) {
    require_no_framing(line.field, line.name, line.value);
    connection = connection || (line.field == message::field_id::connection &&
                                message::has_word(line.value, "upgrade"));
    upgrade = upgrade || line.field == message::field_id::upgrade;
  });
  bool const switches = context.status == 101;
  append_status_line(out, context.status, context.reason);
  headers.for_each_line([&](message::header_map::line const& line) {
    // Another Connection would contradict the one that is added.
    if (!switches || connection || line.field != message::field_id::connection) {
      append_line(out, line.name, line.value);
    }
  });
  if (switches && !connection) {
    append_line(out, "Connection", "Upgrade");
  }
  if (switches && !upgrade) {
    append_line(out, "Upgrade", protocol);
  }
  out.append("\r\n");
}

void write_error_head(std::string& out, int status) {
  append_status_line(out, status);
  out.append("Connection: close\r\n\r\n");
}

}  // namespace anode::http1
