#include "daemon/detect/rows.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <variant>

namespace rw::detect {

std::optional<std::size_t> Rows::find(std::string_view column) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return i;
  }
  return std::nullopt;
}

std::size_t Rows::find_or_add(std::string_view column) {
  if (const auto index = find(column)) {
    columns[*index].origin = std::nullopt;
    return *index;
  }
  columns.push_back({std::string(column), false});
  for (Row& row : rows) row.emplace_back();
  return columns.size() - 1;
}

void Rows::keep(const std::vector<std::size_t>& kept) {
  std::vector<Column> kept_columns;
  kept_columns.reserve(kept.size());
  for (const std::size_t index : kept) kept_columns.push_back(columns[index]);
  columns = std::move(kept_columns);
  for (Row& row : rows) {
    Row values;
    values.reserve(kept.size());
    for (const std::size_t index : kept) values.push_back(row[index]);
    row = std::move(values);
  }
}

std::string text_of(const storage::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* number = std::get_if<double>(&value)) {
    if (std::trunc(*number) == *number && std::fabs(*number) < 1e15) return fmt::format("{:.0f}", *number);
    return fmt::format("{}", *number);
  }
  std::string text;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    for (const std::string& each : *texts) {
      if (&each != &texts->front()) text += '\n';
      text += each;
    }
  }
  return text;
}

std::vector<std::string> texts_of(const storage::Value& value) {
  if (value.is_null()) return {};
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) return *texts;
  return {text_of(value)};
}

storage::Value value_of_texts(std::vector<std::string> texts) {
  if (texts.empty()) return {};
  if (texts.size() == 1) return std::move(texts.front());
  return texts;
}

std::optional<double> number_of(const storage::Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* text = std::get_if<std::string>(&value)) return number_of(std::string_view(*text));
  return std::nullopt;
}

storage::Value value_of_number(double number) {
  constexpr double kExact = 9007199254740992;  // 2^53: beyond it a double skips integers
  if (!std::isfinite(number)) return {};
  if (std::trunc(number) == number && std::fabs(number) < kExact) return static_cast<std::int64_t>(number);
  return number;
}

storage::Value epoch_seconds(std::int64_t us) {
  if (us % 1'000'000 == 0) return us / 1'000'000;
  return static_cast<double>(us) / 1e6;
}

std::optional<core::Micros> time_of_seconds(double seconds) {
  constexpr double kEndOf9999 = 253402300800;
  if (!(seconds >= 0 && seconds < kEndOf9999)) return std::nullopt;
  return core::from_us(std::llround(seconds * 1e6));
}

int compare_values(const storage::Value& a, const storage::Value& b) {
  if (a.is_null() || b.is_null()) return static_cast<int>(a.is_null()) - static_cast<int>(b.is_null());
  const std::optional<double> x = number_of(a);
  const std::optional<double> y = number_of(b);
  if (x && y) return *x < *y ? -1 : (*y < *x ? 1 : 0);
  if (x || y) return x ? -1 : 1;
  return text_of(a).compare(text_of(b));
}

bool has_wildcard(std::string_view name) { return name.find('*') != std::string_view::npos; }

std::optional<std::vector<std::string>> match_wildcards(std::string_view pattern, std::string_view name) {
  // Each literal piece at its first place is right for all but the last, which must end the name.
  std::vector<std::string> runs;
  const std::size_t first = pattern.find('*');
  if (first == std::string_view::npos) {
    if (pattern != name) return std::nullopt;
    return runs;
  }
  if (!name.starts_with(pattern.substr(0, first))) return std::nullopt;
  name.remove_prefix(first);
  pattern.remove_prefix(first);
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the star
    const std::size_t next = pattern.find('*');
    const std::string_view piece = pattern.substr(0, next);
    std::size_t at = 0;
    if (next == std::string_view::npos) {
      if (!name.ends_with(piece)) return std::nullopt;
      at = name.size() - piece.size();
    } else {
      at = name.find(piece);
      if (at == std::string_view::npos) return std::nullopt;
    }
    runs.emplace_back(name.substr(0, at));
    name.remove_prefix(at + piece.size());
    pattern.remove_prefix(piece.size());
  }
  return runs;
}

}  // namespace rw::detect
