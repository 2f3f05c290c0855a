#include "daemon/cli/render.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <variant>

#include "daemon/core/text.h"
#include "daemon/core/time.h"
#include "daemon/detect/rows.h"
#include "daemon/scheduler/findings.h"

namespace rw::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
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
    line([&](std::size_t i) { return cell_of(table.columns[i], row[i]); });
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
