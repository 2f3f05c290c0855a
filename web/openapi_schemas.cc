#include "web/openapi.h"

namespace rw::web {
namespace {

// JSON Schema 2020-12, as OpenAPI 3.1 has it.
constexpr const char* kSchemas = R"json({
  "Problem": {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
      "type": {"type": "string"},
      "title": {"type": "string"},
      "status": {"type": "integer", "minimum": 400, "maximum": 599},
      "detail": {"type": "string"},
      "instance": {"type": "string"},
      "hint": {"type": "string", "description": "What can be done"}
    }
  },
  "RiskObject": {
    "type": "object",
    "required": ["risk_object", "normalized_risk_object", "risk_object_type", "risk_score", "count", "detections", "tactics", "first", "last"],
    "properties": {
      "risk_object": {"type": "string", "description": "As the latest of its risk events has it"},
      "normalized_risk_object": {"type": "string", "description": "Under which they count together"},
      "risk_object_type": {"type": "string"},
      "risk_score": {"type": "integer", "description": "The sum of what they count for (calculated_risk_score)"},
      "count": {"type": "integer", "minimum": 1},
      "detections": {"type": "integer", "minimum": 1, "description": "How many different ones"},
      "tactics": {"type": "array", "items": {"type": "string"}},
      "first": {"type": "string", "format": "date-time"},
      "last": {"type": "string", "format": "date-time"}
    }
  },
  "Counts": {
    "type": "object",
    "required": ["span_seconds", "total", "items"],
    "properties": {
      "span_seconds": {"type": ["integer", "null"]},
      "buckets": {"type": "array", "items": {"type": "string", "format": "date-time"}},
      "total": {"type": "integer", "minimum": 0},
      "items": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["count"],
          "properties": {
            "time": {"type": "string", "format": "date-time", "description": "When the bucket begins"},
            "count": {"type": "integer", "minimum": 0},
            "sum": {"type": "integer"}
          },
          "additionalProperties": {"type": ["string", "integer", "number"]}
        }
      }
    }
  },
  "NotableEdit": {
    "type": "object",
    "properties": {
      "status": {"enum": ["new", "in_progress", "pending", "resolved", "closed"]},
      "owner": {"type": "string"},
      "disposition": {"enum": ["undetermined", "true_positive", "benign_positive", "false_positive", "other"]},
      "comment": {"type": "string"}
    },
    "additionalProperties": false
  },
  "NotablesEdit": {
    "type": "object",
    "required": ["ids"],
    "properties": {
      "ids": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 1000},
      "status": {"enum": ["new", "in_progress", "pending", "resolved", "closed"]},
      "owner": {"type": "string"},
      "disposition": {"enum": ["undetermined", "true_positive", "benign_positive", "false_positive", "other"]},
      "comment": {"type": "string"}
    },
    "additionalProperties": false
  },
  "Changed": {
    "type": "object",
    "required": ["changed"],
    "properties": {"changed": {"type": "integer", "minimum": 0}}
  },
  "NotableEvents": {
    "type": "object",
    "required": ["registry", "processes"],
    "properties": {
      "registry": {"type": "array", "items": {"$ref": "#/components/schemas/RegistryEvent"}},
      "processes": {"type": "array", "items": {"$ref": "#/components/schemas/ProcessEvent"}}
    }
  },
  "LastRun": {
    "type": "object",
    "required": ["scheduled_time", "status", "result_count"],
    "properties": {
      "scheduled_time": {"type": "string", "format": "date-time"},
      "status": {"enum": ["done", "failed", "missed"]},
      "result_count": {"type": "integer", "minimum": 0},
      "error": {"type": "string"}
    }
  },
  "Quality": {
    "type": "object",
    "required": ["notables", "undetermined", "true_positive", "benign_positive", "false_positive", "other",
      "false_positive_rate"],
    "properties": {
      "notables": {"type": "integer", "minimum": 0},
      "undetermined": {"type": "integer", "minimum": 0},
      "true_positive": {"type": "integer", "minimum": 0},
      "benign_positive": {"type": "integer", "minimum": 0},
      "false_positive": {"type": "integer", "minimum": 0},
      "other": {"type": "integer", "minimum": 0},
      "false_positive_rate": {"type": ["number", "null"], "description": "Of those that are not undetermined"}
    }
  },
  "Detection": {
    "type": "object",
    "required": ["id", "name", "source", "version", "content_hash", "type", "status", "state", "cron_schedule",
      "earliest_time", "latest_time", "schedule_window", "search", "creates_risk", "creates_notable", "severity"],
    "properties": {
      "id": {"type": "string"},
      "name": {"type": "string"},
      "source": {"type": "string"},
      "version": {"type": "integer"},
      "content_hash": {"type": "string"},
      "type": {"type": "string"},
      "status": {"type": "string"},
      "state": {"enum": ["enabled", "disabled", "unsupported"]},
      "problem": {"type": "string"},
      "cron_schedule": {"type": "string"},
      "earliest_time": {"type": "string"},
      "latest_time": {"type": "string"},
      "schedule_window": {"type": "string"},
      "last_run": {"$ref": "#/components/schemas/LastRun"},
      "next_run": {"type": "string", "format": "date-time"},
      "quality": {"$ref": "#/components/schemas/Quality"},
      "search": {"type": "string"},
      "creates_risk": {"type": "boolean"},
      "creates_notable": {"type": "boolean"},
      "severity": {"type": "string"},
      "risk_message": {"type": "string"},
      "risk_objects": {"type": "array", "items": {
        "type": "object",
        "required": ["field", "type", "score"],
        "properties": {"field": {"type": "string"}, "type": {"type": "string"}, "score": {"type": "integer"}}
      }},
      "threat_objects": {"type": "array", "items": {
        "type": "object",
        "required": ["field", "type"],
        "properties": {"field": {"type": "string"}, "type": {"type": "string"}}
      }},
      "mitre_attack_id": {"type": "array", "items": {"type": "string"}},
      "analytic_story": {"type": "array", "items": {"type": "string"}},
      "security_domain": {"type": "string"},
      "file": {"type": "string"},
      "suppress": {"type": "array", "description": "Of one detection alone, as are the next two", "items": {
        "type": "object",
        "required": ["fields", "period"],
        "properties": {"fields": {"type": "array", "items": {"type": "string"}}, "period": {"type": "string"}}
      }},
      "exceptions": {"type": "array", "items": {"$ref": "#/components/schemas/Exception"}},
      "suppressions": {"type": "array", "items": {"$ref": "#/components/schemas/Suppression"}}
    }
  },
  "Reload": {
    "type": "object",
    "required": ["loaded", "enabled", "unsupported", "added", "changed", "removed", "kept", "problems"],
    "properties": {
      "loaded": {"type": "integer"},
      "enabled": {"type": "integer"},
      "unsupported": {"type": "integer"},
      "added": {"type": "array", "items": {"type": "string"}},
      "changed": {"type": "array", "items": {"type": "string"}},
      "removed": {"type": "array", "items": {"type": "string"}},
      "kept": {"type": "array", "items": {"type": "string"}},
      "problems": {"type": "array", "items": {"type": "object"}}
    }
  },
  "ConfigReload": {
    "type": "object",
    "required": ["accepted", "changed", "needs_restart", "problems", "detections"],
    "properties": {
      "accepted": {"type": "boolean", "description": "false: the file has errors; what was in force stays"},
      "changed": {"type": "array", "items": {"type": "string"}},
      "needs_restart": {"type": "array", "items": {"type": "string"}},
      "problems": {"type": "array", "items": {"type": "object"}},
      "detections": {"$ref": "#/components/schemas/Reload"}
    }
  },
  "SearchRequest": {
    "type": "object",
    "required": ["search"],
    "properties": {
      "search": {"type": "string", "description": "SPL"},
      "earliest": {"type": "string"},
      "latest": {"type": "string"},
      "max_rows": {"type": "integer", "minimum": 1},
      "timeout": {"type": "string"},
      "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
    },
    "additionalProperties": false
  },
  "SearchAnswer": {
    "type": "object",
    "required": ["id", "earliest", "latest", "took_ms", "warnings", "columns", "rows"],
    "properties": {
      "id": {"type": "string"},
      "earliest": {"type": "string", "format": "date-time"},
      "latest": {"type": "string", "format": "date-time"},
      "took_ms": {"type": "integer"},
      "warnings": {"type": "array", "items": {"type": "string"}},
      "columns": {"type": "array", "items": {"type": "string"}},
      "rows": {"type": "array", "items": {"type": "object"}}
    }
  },
  "Searches": {
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "items": {
      "type": "object",
      "required": ["id", "search", "earliest", "latest", "started"],
      "properties": {
        "id": {"type": "string"},
        "search": {"type": "string"},
        "earliest": {"type": "string", "format": "date-time"},
        "latest": {"type": "string", "format": "date-time"},
        "started": {"type": "string", "format": "date-time"}
      }
    }}}
  },
  "Status": {
    "type": "object",
    "required": ["status", "version", "store", "conditions"],
    "properties": {
      "status": {"enum": ["ok", "attention", "stalled"]},
      "version": {"type": "string"},
      "store": {
        "type": "object",
        "required": ["writing", "queued_bytes", "queue_limit_bytes"],
        "properties": {
          "writing": {"type": "boolean"},
          "stalled_since": {"type": "string", "format": "date-time"},
          "error": {"type": "string"},
          "queued_bytes": {"type": "integer"},
          "queue_limit_bytes": {"type": "integer"},
          "free_bytes": {"type": "integer"}
        }
      },
      "conditions": {"type": "array", "items": {
        "type": "object",
        "required": ["condition", "since", "message", "action"],
        "properties": {
          "condition": {"type": "string"},
          "subject": {"type": "string"},
          "since": {"type": "string", "format": "date-time"},
          "message": {"type": "string"},
          "action": {"type": "string"}
        }
      }}
    }
  },
  "Health": {
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"enum": ["ok", "stalled"]}}
  },
  "Layer": {
    "type": "object",
    "required": ["name", "versions", "domain", "techniques"],
    "properties": {
      "name": {"type": "string"},
      "versions": {"type": "object"},
      "domain": {"const": "enterprise-attack"},
      "techniques": {"type": "array", "items": {
        "type": "object",
        "required": ["techniqueID", "enabled"],
        "properties": {"techniqueID": {"type": "string"}, "score": {"type": "integer"}, "comment": {"type": "string"},
          "enabled": {"type": "boolean"}}
      }}
    }
  },
  "Description": {
    "type": "object",
    "required": ["openapi", "info", "paths"],
    "properties": {"openapi": {"type": "string"}, "info": {"type": "object"}, "paths": {"type": "object"}}
  }
})json";

}  // namespace

Json handwritten_schemas() { return Json::parse(kSchemas); }

}  // namespace rw::web
