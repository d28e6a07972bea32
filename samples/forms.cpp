// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.

// A guest book: an HTML form, its decoding with Boost.URL, and a redirect after the POST.

#include "serve.hpp"

#include <boost/url/parse_query.hpp>

#include <exception>
#include <map>
#include <utility>
#include <vector>

namespace http = anode::http;
namespace net = boost::asio;
namespace urls = boost::urls;

namespace {

// Decodes application/x-www-form-urlencoded: pairs joined with "&", "+" for a space, %XX for bytes.
std::map<std::string, std::string> decode_form(std::string_view body) {
  urls::encoding_opts options;
  options.space_as_plus = true;
  std::map<std::string, std::string> fields;
  auto const parsed = urls::parse_query({body.data(), body.size()});
  if (!parsed) {
    throw http::exception(http::error::invalid_arg_value, "the form is malformed");
  }
  for (auto const& field : *parsed) {
    fields.emplace(urls::pct_string_view(field.key).decode(options),
                   urls::pct_string_view(field.value).decode(options));
  }
  return fields;
}

std::string escape(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

class guest_book {
public:
  net::awaitable<void> operator()(http::incoming_message& req, http::server_response& res) {
    if (req.method() == "POST") {
      auto fields = decode_form(co_await req.text(16 * 1024));
      if (entries_.size() < 1000) {
        entries_.emplace_back(std::move(fields["name"]), std::move(fields["text"]));
      }
      res.write_head(303, {{"Location", "/"}}).end();  // a reload does not send the form again
      co_return;
    }
    std::string page = "<!doctype html><title>Guest book</title><ul>";
    for (auto const& [name, text] : entries_) {
      page += fmt::format("<li>{}: {}", escape(name), escape(text));
    }
    page += "</ul><form method=post><input name=name><input name=text><button>Send</button></form>";
    res.set_header("Content-Type", "text/html; charset=utf-8");
    co_await res.end(page);
  }

private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

// A form that cannot be decoded is the client's error.
bool answer_failure(http::incoming_message&, http::server_response& res, std::exception_ptr e) {
  try {
    std::rethrow_exception(e);
  } catch (http::exception const& x) {
    bool const malformed = x.code() == http::error::invalid_arg_value;
    if (malformed) {
      res.set_status_code(400).end("the form is malformed\n");
    }
    return malformed;
  } catch (...) {
    return false;
  }
}

}  // namespace

int main(int argc, char** argv) try {
  samples::serve_options at;
  samples::options{"forms", "A guest book with an HTML form."}.add(at).parse(argc, argv);
  guest_book book;
  net::io_context io{1};
  http::server server{
      io.get_executor(),
      [&](http::incoming_message& req, http::server_response& res) { return book(req, res); }};
  server.on_handler_error(answer_failure);
  samples::serve(io, server, at);
} catch (std::exception const& e) {
  fmt::print(stderr, "forms: {}\n", e.what());
  return EXIT_FAILURE;
}
