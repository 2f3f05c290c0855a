#include "daemon/cli/render.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>
#include <variant>

#include "daemon/core/text.h"
#include "daemon/core/time.h"
#include "daemon/detect/rows.h"
#include "daemon/scheduler/findings.h"
#include "web/csv.h"

namespace rw::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string hexadecimal(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return out;
}

// The texts come from monitored hosts, and must not tell the terminal what to do.
std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = core::next_character(text, at);
    const std::string_view character = text.substr(at, next - at);
    if (character == "\n") {
      out += "\\n";
    } else if (character == "\r") {
      out += "\\r";
    } else if (character == "\t") {
      out += "\\t";
    } else if (steers_terminal(character)) {
      out += hexadecimal(character);
    } else {
      out += character;
    }
    at = next;
  }
  return out;
}

std::string fit(std::string_view text) {
  if (core::length_of(text) <= kWidestColumn) return std::string(text);
  std::size_t bytes = 0;
  for (std::size_t shown = 0; shown < kWidestColumn - 1; ++shown) bytes = core::next_character(text, bytes);
  return std::string(text.substr(0, bytes)) + "…";
}

std::string plain_text(const storage::Value& value) {
  return fmt::format("{}", fmt::join(detect::texts_of(value), ", "));
}

// _time as RFC 3339 where it is still a number.
std::string cell_of(std::string_view column, const storage::Value& value) {
  if (column == "_time" && !std::holds_alternative<std::string>(value)) {
    if (const auto seconds = detect::number_of(value)) {
      if (const auto time = detect::time_of_seconds(*seconds)) return core::format_rfc3339(*time);
    }
  }
  return plain_text(value);
}

std::string without_formula(std::string text) {
  if (web::begins_formula(text)) text.insert(0, 1, '\'');
  return text;
}

bool is_number(const storage::Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

void print_csv(std::ostream& out, const storage::Table& table) {
  const auto line = [&](const auto& text_of) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) out << (i == 0 ? "" : ",") << csv_field(text_of(i));
    out << "\r\n";
  };
  line([&](std::size_t i) { return table.columns[i]; });
  for (const auto& row : table.rows) {
    line([&](std::size_t i) {
      std::string cell = cell_of(table.columns[i], row[i]);
      return is_number(row[i]) ? cell : without_formula(std::move(cell));
    });
  }
}

void print_cells(std::ostream& out, const storage::Table& table) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : table.rows) {
    std::vector<std::string>& cells = rows.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(printable(cell_of(table.columns[i], row[i])));
  }
  print_table(out, table.columns, rows);
}

Json rows_json(const storage::Table& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows) rows.push_back(Json::parse(scheduler::row_json(table.columns, row)));
  return rows;
}

void print_json(std::ostream& out, const std::string& detection, const cim::Window& window,
                const storage::Table& table) {
  Json document = Json::object();
  if (!detection.empty()) document["detection"] = detection;
  document["earliest"] = core::format_rfc3339(window.earliest);
  document["latest"] = core::format_rfc3339(window.latest);
  document["columns"] = table.columns;
  document["rows"] = rows_json(table);
  out << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace

bool steers_terminal(std::string_view character) {
  const auto ends_between = [&](unsigned char first, unsigned char last) {
    const auto end = static_cast<unsigned char>(character.back());
    return end >= first && end <= last;
  };
  if (character.size() == 1) return ends_between(0, 0x1f) || character.front() == 0x7f;
  if (character.size() == 2) return character[0] == '\xc2' && ends_between(0x80, 0x9f);
  return (character.starts_with("\xe2\x80") && ends_between(0xaa, 0xae)) ||
         (character.starts_with("\xe2\x81") && ends_between(0xa6, 0xa9));
}

std::size_t column_of(const std::vector<std::string>& columns, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin());
}

void print_table(std::ostream& out, const std::vector<std::string>& columns,
                 const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  widths.reserve(columns.size());
  for (const std::string& column : columns) widths.push_back(core::length_of(column));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], core::length_of(fit(row[i])));
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string cell = fit(cells[i]);
      out << cell;
      if (i + 1 < cells.size()) out << std::string(widths[i] - core::length_of(cell) + 2, ' ');
    }
    out << '\n';
  };
  line(columns);
  for (const auto& row : rows) line(row);
}

void print_rows(std::ostream& out, OutputFormat format, const storage::Table& table) {
  if (format == OutputFormat::kJson) {
    out << rows_json(table).dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  } else if (format == OutputFormat::kCsv) {
    print_csv(out, table);
  } else {
    print_cells(out, table);
  }
}

void print_result(std::ostream& out, OutputFormat format, const std::string& detection, const cim::Window& window,
                  const storage::Table& table) {
  if (format == OutputFormat::kJson) {
    print_json(out, detection, window, table);
  } else {
    print_rows(out, format, table);
  }
}

}  // namespace rw::cli
