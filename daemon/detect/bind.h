// Names and types: a parsed search against the table of CIM fields. What tstats says becomes an EventQuery; fields lose
// their dataset prefix, those that the dataset does not have are null, and WHERE is simplified. Pure.
#pragma once

#include "daemon/core/result.h"
#include "daemon/detect/plan.h"
#include "daemon/detect/spl/command.h"
#include "daemon/detect/spl/expand.h"

namespace rw::detect {

// `text` is what the pipeline was parsed from, for places in messages.
// Errors: Unsupported (a data model, option, aggregate or span that we do not have), InvalidInput,
// Limit (WHERE is too deep or too long for a store).
core::Result<Plan> bind(const spl::Pipeline& pipeline, const spl::ExpandedText& text);

}  // namespace rw::detect
