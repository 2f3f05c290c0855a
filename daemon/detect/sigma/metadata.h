// What a rule or correlation says of itself → the Detection: level → score and severity, tags → annotations. Pure.
#pragma once

#include <string>

#include "daemon/core/problem.h"
#include "daemon/detect/detection.h"
#include "daemon/detect/sigma/options.h"
#include "daemon/yaml/reader.h"

namespace rw::detect::sigma {

// All but search and risk_message, which depend on the events. Sigma has no version: that of a detection is its
// `modified` (else its `date`) as a number, 20240131; 1 without either. Without an id it gets one made of its title.
// Problems: errors of form, with what was expected.
Detection detection_of(const yaml::Node& root, const std::string& title, const std::string& id, const Options& options,
                       core::Problems& problems);

// Why its status says that it should not run: "deprecated", "unsupported". Empty: it should.
std::string status_against_running(const Detection& detection);

}  // namespace rw::detect::sigma
