// makeresults [count=N]: N rows (1 unless told) with nothing but _time, which is now. To try expressions on.
#include <fmt/format.h>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"
#include "storage/row_meter.h"

namespace rw::detect::spl {
namespace {

class Makeresults final : public Command {
 public:
  explicit Makeresults(std::size_t count) : count_(count) {}

  std::string print() const override { return fmt::format("makeresults count={}", count_); }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    rows.columns = {{"_time"}};
    rows.rows.clear();
    const Row row{epoch_seconds(core::to_us(context.now))};
    storage::RowMeter meter(context.limits, "makeresults");
    while (rows.rows.size() < count_) {
      RW_CHECK(meter.add(row));
      rows.rows.push_back(row);
    }
    return {};
  }

 private:
  const std::size_t count_;
};

}  // namespace

core::Result<CommandPtr> parse_makeresults(Parser& parser) {
  std::size_t count = 1;
  while (true) {
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (option.name.empty()) return CommandPtr(std::make_shared<Makeresults>(count));
    if (option.name != "count") {
      return parser.unsupported(option.at, fmt::format("the option {}= of makeresults", option.name));
    }
    RW_TRY(count, parser.count_of(option));
  }
}

}  // namespace rw::detect::spl
