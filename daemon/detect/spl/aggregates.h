// The aggregates of tstats and stats: "count min(_time) as firstTime, values(x)", parsed; and computed over rows.
//
//   agg = function [ "(" [ field | "eval" "(" expr ")" ] ")" ] [ "AS" name ] ;
#pragma once

#include <cstddef>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/command.h"

namespace rw::detect::spl {

class Parser;

// One or more, separated by commas or blanks, to the end of the command or FROM, WHERE or BY (in any case).
core::Result<std::vector<AggregateCall>> parse_aggregates(Parser& parser);

// The aggregate over some of the rows, given in their order.
storage::Value aggregate(const AggregateCall& call, const Rows& rows, const std::vector<std::size_t>& members,
                         const StepContext& context);

}  // namespace rw::detect::spl
