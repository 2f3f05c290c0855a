#include "web/csv.h"

namespace rw::web {

bool begins_formula(std::string_view text) {
  constexpr std::string_view kBeginsFormula = "=+-@\t\r";
  return !text.empty() && kBeginsFormula.find(text[0]) != std::string_view::npos;
}

namespace {

constexpr std::string_view kNeedsQuotes = ",\"\r\n";

void append_cell(std::string& out, std::string_view text) {
  const bool quotes = text.find_first_of(kNeedsQuotes) != std::string_view::npos;
  if (quotes) out += '"';
  if (begins_formula(text)) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  if (quotes) out += '"';
}

}  // namespace

void append_csv(std::string& out, const Json& item, const std::vector<std::string>& columns) {
  bool first = true;
  for (const std::string& column : columns) {
    if (!first) out += ',';
    first = false;
    const auto value = item.find(column);
    if (value == item.end() || value->is_null()) continue;
    if (const auto* text = value->get_ptr<const std::string*>()) {
      append_cell(out, *text);
    } else if (value->is_structured()) {
      append_cell(out, value->dump(-1, ' ', false, Json::error_handler_t::replace));
    } else {
      out += value->dump();
    }
  }
  out += "\r\n";
}

void append_csv_header(std::string& out, const std::vector<std::string>& columns) {
  bool first = true;
  for (const std::string& column : columns) {
    if (!first) out += ',';
    first = false;
    append_cell(out, column);
  }
  out += "\r\n";
}

}  // namespace rw::web
