// Copyright (c) 2026 the anode authors. Distributed under the Boost Software License 1.0.
#include "behaviour/lifetime/operations.hpp"

#include <anode/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace lifetime {

namespace {

std::string const* current_cell = nullptr;

// Returns the descriptor of a file with the bytes of `text`, which stays open.
int text_file() {
  static std::FILE* const file = [] {
    std::FILE* const f = std::tmpfile();
    std::fwrite(text().data(), 1, text().size(), f);
    std::fflush(f);
    return f;
  }();
  return ::fileno(file);
}

// A filter whose output has the size of its input.
class upper_case final : public http::body_filter {
public:
  void transform(std::string_view in, bool, bool, std::string& out) override {
    for (char const c : in) {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
};

// Argument errors are not documented results of a lost peer, and no cell passes invalid arguments.
bool is_documented(error_code ec) {
  if (ec.category() == http::error_category()) {
    auto const e = static_cast<http::error>(ec.value());
    constexpr std::array wrong{
        http::error::invalid_http_token,   http::error::invalid_char,
        http::error::invalid_header_value, http::error::invalid_status_code,
        http::error::unescaped_characters, http::error::invalid_protocol,
        http::error::invalid_url_argument, http::error::invalid_arg_value,
        http::error::out_of_range,         http::error::invalid_domain_name,
        http::error::invalid_ip_address,
    };
    return std::find(wrong.begin(), wrong.end(), e) == wrong.end();
  }
  // Beast reports invalid WebSocket frames, OpenSSL invalid or missing records.
  std::string_view const category = ec.category().name();
  if (category == "boost.beast.websocket" || category == "anode.tls") {
    return true;
  }
  std::array const known{
      error_code(net::error::eof),
      error_code(net::error::operation_aborted),
      error_code(net::error::connection_reset),
      error_code(net::error::connection_aborted),
      error_code(net::error::connection_refused),
      error_code(net::error::broken_pipe),
      error_code(net::error::not_connected),
      error_code(net::error::bad_descriptor),
  };
  return std::find(known.begin(), known.end(), ec) != known.end();
}

}  // namespace

std::string_view text() {
  static std::string const long_text(400, 'x');
  return long_text;
}

void outcome::note(error_code ec) {
  if (!is_documented(ec)) {
    wrong = "undocumented error: " + ec.message();
  }
}

void outcome::show() const { current_cell = &cell; }

matrix::~matrix() {
  current_cell = nullptr;
  if (std::getenv("ANODE_COUNT_CELLS") != nullptr) {
    std::fprintf(stderr, "%s: %zu cells\n", name_.c_str(), cells_);
  }
}

void matrix::begin(outcome& out, std::string cell, std::size_t count) {
  out.cell = name_ + ": " + std::move(cell);
  out.show();
  cells_ += count;
}

void matrix::check(outcome const& out, bool right, std::string const& what) {
  if (!right && ++failures_ <= 100) {
    failed_ += out.cell + ": " + what + "\n";
  }
}

void matrix::check(outcome const& out) {
  check(out, out.wrong.empty(), out.wrong);
  check(out, out.begun == out.ended, "an operation has not ended");
}

void matrix::thrown(std::exception const& e) {
  ++failures_;
  failed_ += (current_cell != nullptr ? *current_cell : name_) +
             " or one beside it: thrown: " + e.what() + "\n";
}

std::string matrix::report() const {
  return failures_ <= 100 ? failed_ : failed_ + std::to_string(failures_) + " in all\n";
}

std::size_t cells_together() {
  char const* const text = std::getenv("ANODE_CELLS_TOGETHER");
  return text != nullptr ? std::max(std::strtoul(text, nullptr, 10), 1UL) : 1000;
}

std::string_view to_string(point p) {
  constexpr std::array<std::string_view, 5> names{
      "lost before", "lost while suspended", "lost after", "call dropped", "called in on_close"};
  return names[static_cast<std::size_t>(p)];
}

operations<http::outgoing_message> const& outgoing_operations() {
  using message = http::outgoing_message;
  constexpr auto r = [](std::string_view name, auto f) { return row<message>(name, f); };
  operations<message> quiet{
      r("outgoing_message::get_executor", [](message& m) { return m.get_executor(); }),
      r("outgoing_message::get_header", [](message& m) { return m.get_header("A").has_value(); }),
      r("outgoing_message::has_header", [](message& m) { return m.has_header("A"); }),
      r("outgoing_message::get_headers", [](message& m) { return m.get_headers().size(); }),
      r("outgoing_message::get_header_names",
        [](message& m) { return m.get_header_names().size(); }),
      r("outgoing_message::get_raw_header_names",
        [](message& m) { return m.get_raw_header_names().size(); }),
      r("outgoing_message::headers_sent", [](message& m) { return m.headers_sent(); }),
      r("outgoing_message::writable_ended", [](message& m) { return m.writable_ended(); }),
      r("outgoing_message::writable_finished", [](message& m) { return m.writable_finished(); }),
      r("outgoing_message::writable_corked", [](message& m) { return m.writable_corked(); }),
      r("outgoing_message::writable_length", [](message& m) { return m.writable_length(); }),
      r("outgoing_message::bytes_sent", [](message& m) { return m.bytes_sent(); }),
      r("outgoing_message::writable_high_water_mark",
        [](message& m) { return m.writable_high_water_mark(); }),
      r("outgoing_message::writable_need_drain",
        [](message& m) { return m.writable_need_drain(); }),
      r("outgoing_message::destroyed", [](message& m) { return m.destroyed(); }),
      r("outgoing_message::closed", [](message& m) { return m.closed(); }),
      r("outgoing_message::errored", [](message& m) { return m.errored().failed(); }),
      r("outgoing_message::socket", [](message& m) { return m.socket().destroyed(); }),
      r("outgoing_message::set_strict_content_length",
        [](message& m) {
          m.set_strict_content_length(true);
          m.set_strict_content_length(false);
        }),
      r("outgoing_message::strict_content_length",
        [](message& m) { return m.strict_content_length(); }),
      r("outgoing_message::on_head",
        [](message& m) { m.on_head([](std::optional<std::uint64_t>) {}); }),
      r("outgoing_message::on_finish", [](message& m) { m.on_finish([] {}); }),
      r("outgoing_message::on_prefinish", [](message& m) { m.on_prefinish([] {}); }),
      r("outgoing_message::on_drain", [](message& m) { m.on_drain([] {}); }),
      r("outgoing_message::on_error", [](message& m) { m.on_error([](error_code) {}); }),
      r("outgoing_message::on_close", [](message& m) { m.on_close([] {}); }),
  };
  static operations<message> const all{
      together(std::move(quiet)),
      r("outgoing_message::set_header", [](message& m) { m.set_header("A", "b"); }),
      r("outgoing_message::append_header", [](message& m) { m.append_header("A", "c"); }),
      r("outgoing_message::set_headers",
        [](message& m) { m.set_headers(http::header_list({{"A", "b"}, {"C", 1}})); }),
      r("outgoing_message::remove_header", [](message& m) { m.remove_header("Date"); }),
      r("outgoing_message::add_trailers",
        [](message& m) { m.add_trailers(http::header_list({{"T", "u"}})); }),
      r("outgoing_message::write", [](message& m) { return m.write(text()); }),
      r("outgoing_message::write (nothing)", [](message& m) { return m.write(""); }),
      r("outgoing_message::write (a string)",
        [](message& m) { return m.write(std::string(text())); }),
      r("outgoing_message::end", [](message& m) { return m.end(); }),
      r("outgoing_message::end (a string)", [](message& m) { return m.end(std::string(text())); }),
      r("outgoing_message::end (data)", [](message& m) { return m.end(text()); }),
      r("outgoing_message::flush_headers", [](message& m) { return m.flush_headers(); }),
      r("outgoing_message::write_file",
        [](message& m) { return m.write_file(text_file(), 0, text().size()); }),
      r("outgoing_message::set_body_filter",
        [](message& m) {
          m.set_body_filter(std::make_unique<upper_case>());
          return m.write("abc");
        }),
      r("outgoing_message::flush", [](message& m) { return m.flush(); }),
      r("outgoing_message::cork",
        [](message& m) {
          m.cork();
          m.write("a");
        }),
      r("outgoing_message::uncork",
        [](message& m) {
          m.cork();
          m.write(text());
          m.uncork();
        }),
      r("outgoing_message::drained", [](message& m) { return m.drained(); }),
      r("outgoing_message::finished", [](message& m) { return m.finished(); }),
      r("outgoing_message::destroy", [](message& m) { m.destroy(); }),
      r("outgoing_message::destroy (error)",
        [](message& m) { m.destroy(net::error::connection_reset); }),
      r("outgoing_message::socket (destroyed)", [](message& m) { m.socket().destroy(); }),
      r("outgoing_message::async_write_some",
        [](message& m) { return m.async_write_some(net::buffer(text()), net::use_awaitable); }),
  };
  return all;
}

operations<http::server_response> const& response_operations() {
  using message = http::server_response;
  constexpr auto r = [](std::string_view name, auto f) { return row<message>(name, f); };
  operations<message> quiet{
      r("server_response::req", [](message& m) { return std::string(m.req().url()); }),
      r("server_response::status_code", [](message& m) { return m.status_code(); }),
      r("server_response::status_message",
        [](message& m) { return std::string(m.status_message()); }),
      r("server_response::has_body", [](message& m) { return m.has_body(); }),
      r("server_response::send_date", [](message& m) { return m.send_date(); }),
      r("server_response::should_keep_alive", [](message& m) { return m.should_keep_alive(); }),
      r("server_response::on_timeout", [](message& m) { m.on_timeout([] {}); }),
      r("server_response::on_done",
        [](message& m) { m.on_done([](http::exchange_facts const&) {}); }),
  };
  static operations<message> const all{
      together(std::move(quiet)),
      r("server_response::set_status_code", [](message& m) { m.set_status_code(201); }),
      r("server_response::set_status_message", [](message& m) { m.set_status_message("Fine"); }),
      r("server_response::write_head", [](message& m) { m.write_head(200); }),
      r("server_response::write_head (headers)",
        [](message& m) { m.write_head(200, http::header_list({{"A", "b"}})); }),
      r("server_response::write_head (reason)", [](message& m) { m.write_head(200, "Fine"); }),
      r("server_response::write_head (all)",
        [](message& m) { m.write_head(200, "Fine", http::header_list({{"A", "b"}})); }),
      r("server_response::write_head (and body)",
        [](message& m) {
          m.write_head(200, http::header_list({{"Content-Type", "text/plain"}}));
          return m.end(text());
        }),
      r("server_response::write_continue", [](message& m) { return m.write_continue(); }),
      r("server_response::write_processing", [](message& m) { return m.write_processing(); }),
      r("server_response::write_early_hints",
        [](message& m) { return m.write_early_hints(http::header_list({{"link", "<a>"}})); }),
      r("server_response::write_information",
        [](message& m) { return m.write_information(110, http::header_list({{"A", text()}})); }),
      r("server_response::set_send_date", [](message& m) { m.set_send_date(false); }),
      r("server_response::set_should_keep_alive",
        [](message& m) { m.set_should_keep_alive(false); }),
      r("server_response::set_timeout",
        [](message& m) { m.set_timeout(std::chrono::seconds(1), [] {}); }),
      r("server_response::detach_socket", [](message& m) { return m.detach_socket().destroyed(); }),
      r("server_response::upgrade",
        [](message& m) { return m.upgrade(http::header_list({{"A", "b"}})).destroyed(); }),
  };
  return all;
}

operations<http::incoming_message> const& incoming_operations() {
  using message = http::incoming_message;
  constexpr auto r = [](std::string_view name, auto f) { return row<message>(name, f); };
  // Read buffers outlive every cell.
  static std::array<char, 3> bytes;
  operations<message> quiet{
      r("incoming_message::operator bool", [](message& m) { return static_cast<bool>(m); }),
      r("incoming_message::get_executor", [](message& m) { return m.get_executor(); }),
      r("incoming_message::method", [](message& m) { return std::string(m.method()); }),
      r("incoming_message::url", [](message& m) { return std::string(m.url()); }),
      r("incoming_message::path", [](message& m) { return std::string(m.path()); }),
      r("incoming_message::query", [](message& m) { return std::string(m.query()); }),
      r("incoming_message::readable_high_water_mark",
        [](message& m) { return m.readable_high_water_mark(); }),
      r("incoming_message::status_code", [](message& m) { return m.status_code(); }),
      r("incoming_message::status_message",
        [](message& m) { return std::string(m.status_message()); }),
      r("incoming_message::http_version", [](message& m) { return m.http_version(); }),
      r("incoming_message::http_version_major", [](message& m) { return m.http_version_major(); }),
      r("incoming_message::http_version_minor", [](message& m) { return m.http_version_minor(); }),
      r("incoming_message::headers",
        [](message& m) { return std::string(m.headers().get("host").value_or("none")); }),
      r("incoming_message::raw_headers",
        [](message& m) { return std::string(m.raw_headers().bytes()); }),
      r("incoming_message::trailers", [](message& m) { return m.trailers().size(); }),
      r("incoming_message::raw_trailers",
        [](message& m) { return std::string(m.raw_trailers().bytes()); }),
      r("incoming_message::emplace_data", [](message& m) { m.emplace_data<std::string>("a"); }),
      r("incoming_message::data", [](message& m) { return m.data<std::string>() != nullptr; }),
      r("incoming_message::data (const)",
        [](message const& m) { return m.data<std::string>() != nullptr; }),
      r("incoming_message::complete", [](message& m) { return m.complete(); }),
      r("incoming_message::aborted", [](message& m) { return m.aborted(); }),
      r("incoming_message::readable_ended", [](message& m) { return m.readable_ended(); }),
      r("incoming_message::destroyed", [](message& m) { return m.destroyed(); }),
      r("incoming_message::closed", [](message& m) { return m.closed(); }),
      r("incoming_message::errored", [](message& m) { return m.errored().failed(); }),
      r("incoming_message::cause", [](message& m) { return m.cause() != nullptr; }),
      r("incoming_message::socket", [](message& m) { return m.socket().destroyed(); }),
      r("incoming_message::on_end", [](message& m) { m.on_end([] {}); }),
      r("incoming_message::on_aborted", [](message& m) { m.on_aborted([] {}); }),
      r("incoming_message::on_error", [](message& m) { m.on_error([](error_code) {}); }),
      r("incoming_message::on_timeout", [](message& m) { m.on_timeout([] {}); }),
      r("incoming_message::on_close", [](message& m) { m.on_close([] {}); }),
  };
  static operations<message> const all{
      together(std::move(quiet)),
      r("incoming_message::read", [](message& m) { return m.read(); }),
      r("incoming_message::read (buffer)", [](message& m) { return m.read(net::buffer(bytes)); }),
      r("incoming_message::text", [](message& m) { return m.text(); }),
      r("incoming_message::text (limit)", [](message& m) { return m.text(2); }),
      r("incoming_message::bytes", [](message& m) { return m.bytes(); }),
      r("incoming_message::wait_close", [](message& m) { return m.wait_close(); }),
      r("incoming_message::dump", [](message& m) { m.dump(); }),
      r("incoming_message::destroy", [](message& m) { m.destroy(); }),
      r("incoming_message::destroy (error)",
        [](message& m) { m.destroy(net::error::connection_reset); }),
      r("incoming_message::socket (reset)", [](message& m) { m.socket().reset(); }),
      r("incoming_message::set_timeout",
        [](message& m) { m.set_timeout(std::chrono::seconds(1), [] {}); }),
      r("incoming_message::async_read_some",
        [](message& m) { return m.async_read_some(net::buffer(bytes), net::use_awaitable); }),
  };
  return all;
}

operations<anode::socket> const& socket_operations() {
  using anode::socket;
  constexpr auto r = [](std::string_view name, auto f) { return row<socket>(name, f); };
  static std::array<char, 3> bytes;
  operations<socket> quiet{
      r("socket::operator bool", [](socket& s) { return static_cast<bool>(s); }),
      r("socket::get_executor",
        [](socket& s) { return s ? s.get_executor() : net::any_io_executor(); }),
      r("socket::buffered", [](socket& s) { return std::string(s.buffered()); }),
      r("socket::destroyed", [](socket& s) { return s.destroyed(); }),
      r("socket::writable", [](socket& s) { return s.writable(); }),
      r("socket::on_timeout", [](socket& s) { s.on_timeout([] {}); }),
      r("socket::on_end", [](socket& s) { s.on_end([] {}); }),
      r("socket::on_error", [](socket& s) { s.on_error([](error_code) {}); }),
      r("socket::on_close", [](socket& s) { s.on_close([] {}); }),
      r("socket::local_endpoint", [](socket& s) { return s.local_endpoint().address; }),
      r("socket::remote_endpoint", [](socket& s) { return s.remote_endpoint().address; }),
      r("socket::direct_local_endpoint",
        [](socket& s) { return s.direct_local_endpoint().address; }),
      r("socket::direct_remote_endpoint",
        [](socket& s) { return s.direct_remote_endpoint().address; }),
      r("socket::proxied", [](socket& s) { return s.proxied() != nullptr; }),
      r("socket::bytes_read", [](socket& s) { return s.bytes_read(); }),
      r("socket::bytes_written", [](socket& s) { return s.bytes_written(); }),
      r("socket::writable_length", [](socket& s) { return s.writable_length(); }),
      r("socket::encrypted", [](socket& s) { return s.encrypted(); }),
      r("socket::authorized", [](socket& s) { return s.authorized(); }),
      r("socket::secure", [](socket& s) { return s.secure() != nullptr; }),
      r("socket::stream", [](socket& s) { return s.stream() != nullptr; }),
      r("socket::native_handle", [](socket& s) { return s.native_handle(); }),
      r("socket::operator==", [](socket& s) { return s == socket(); }),
  };
  static operations<socket> const all{
      together(std::move(quiet)),
      r("socket::read", [](socket& s) { return s.read(); }),
      r("socket::read (buffer)", [](socket& s) { return s.read(net::buffer(bytes)); }),
      r("socket::write", [](socket& s) { return s.write(text()); }),
      r("socket::write (a string)", [](socket& s) { return s.write(std::string(text())); }),
      r("socket::end", [](socket& s) { return s.end(); }),
      r("socket::end (data)", [](socket& s) { return s.end(text()); }),
      r("socket::end (a string)", [](socket& s) { return s.end(std::string(text())); }),
      r("socket::drained", [](socket& s) { return s.drained(); }),
      r("socket::destroy", [](socket& s) { s.destroy(); }),
      r("socket::destroy_soon", [](socket& s) { s.destroy_soon(); }),
      r("socket::reset", [](socket& s) { s.reset(); }),
      r("socket::closed", [](socket& s) { return s.closed(); }),
      r("socket::set_timeout", [](socket& s) { s.set_timeout(std::chrono::seconds(1)); }),
      r("socket::set_no_delay", [](socket& s) { s.set_no_delay(); }),
      r("socket::set_keep_alive",
        [](socket& s) { s.set_keep_alive(true, std::chrono::seconds(1)); }),
      r("socket::async_read_some",
        [](socket& s) { return s.async_read_some(net::buffer(bytes), net::use_awaitable); }),
      r("socket::async_write_some",
        [](socket& s) { return s.async_write_some(net::buffer(text()), net::use_awaitable); }),
      r("beast_close_socket", [](socket& s) { anode::beast_close_socket(s); }),
      r("socket::socket (copied)", [](socket& s) { return socket(s).destroyed(); }),
      r("socket::socket (moved)",
        [](socket& s) {
          socket moved(std::move(s));
          s = moved;
        }),
      r("socket::operator= (emptied)", [](socket& s) { s = socket(); }),
  };
  return all;
}

}  // namespace lifetime

// The address sanitizer calls this before it reports.
extern "C" void __asan_on_error();
extern "C" void __asan_on_error() {
  if (lifetime::current_cell != nullptr) {
    std::fprintf(stderr, "in or behind the cell: %s\n", lifetime::current_cell->c_str());
  }
}
