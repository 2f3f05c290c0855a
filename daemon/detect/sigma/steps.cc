#include "daemon/detect/sigma/steps.h"

#include <fmt/format.h>

#include <utility>

#include "storage/row_meter.h"

namespace rw::detect::sigma {
namespace {

class Append final : public RowStep {
 public:
  std::string print() const override { return "append"; }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    Rows& more = context.subsearches.front();
    std::vector<std::size_t> to;
    for (const Column& column : more.columns) {
      to.push_back(rows.find_or_add(column.name));
      rows.columns[to.back()].group |= column.group;
    }
    storage::RowMeter meter(context.limits);
    RW_CHECK(meter.add_all(rows.rows));
    for (Row& row : more.rows) {
      RW_CHECK(meter.add(row));
      Row& target = rows.rows.emplace_back(rows.columns.size());
      for (std::size_t i = 0; i < to.size(); ++i) target[to[i]] = std::move(row[i]);
    }
    return {};
  }
};

class Label final : public RowStep {
 public:
  explicit Label(std::int64_t rule) : rule_(rule) {}
  bool works_row_by_row() const override { return true; }
  std::string print() const override { return fmt::format("rule {}", rule_ + 1); }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    const std::size_t column = rows.find_or_add(kRuleColumn);
    for (Row& row : rows.rows) row[column] = rule_;
    return {};
  }

 private:
  const std::int64_t rule_;
};

class AsEvents final : public RowStep {
 public:
  explicit AsEvents(std::vector<std::pair<std::string, std::string>> from) : from_(std::move(from)) {
    from_.emplace_back(kTimeColumn, "lastTime");
    from_.emplace_back(kDestColumn, kDestColumn);
    from_.emplace_back(kUserColumn, kUserColumn);
  }
  bool works_row_by_row() const override { return true; }
  std::string print() const override {
    std::string text = "as events";
    for (const auto& [column, source] : from_) {
      text += fmt::format("{} {} = {}", &column == &from_.front().first ? "" : ",", column, source);
    }
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    Rows out;
    for (const auto& [column, source] : from_) out.columns.push_back({column, false});
    out.columns.push_back({std::string(kEventsColumn), false});
    for (const Row& row : rows.rows) {
      Row& made = out.rows.emplace_back();
      for (const auto& [column, source] : from_) {
        const auto index = rows.find(source);
        made.push_back(index ? row[*index] : storage::Value());
      }
      made.emplace_back(std::int64_t{1});
    }
    rows = std::move(out);
    return {};
  }

 private:
  std::vector<std::pair<std::string, std::string>> from_;
};

}  // namespace

std::string group_column(std::string_view group_by) { return fmt::format("group.{}", group_by); }
std::string value_column(std::string_view field) { return fmt::format("value.{}", field); }

std::shared_ptr<const RowStep> append_step() { return std::make_shared<const Append>(); }
std::shared_ptr<const RowStep> label_step(std::int64_t rule) { return std::make_shared<const Label>(rule); }
std::shared_ptr<const RowStep> as_events_step(std::vector<std::pair<std::string, std::string>> from) {
  return std::make_shared<const AsEvents>(std::move(from));
}

}  // namespace rw::detect::sigma
