#include "web/openapi.h"

namespace rw::web {
namespace {

// Of what people change: tuning, access, notifications.
constexpr const char* kChangeSchemas = R"json({
  "DetectionChange": {
    "type": "object",
    "required": ["enabled"],
    "properties": {"enabled": {"type": "boolean"}},
    "additionalProperties": false
  },
  "Filter": {
    "type": "object",
    "required": ["macro", "search", "tuned"],
    "properties": {
      "macro": {"type": "string"},
      "search": {"type": ["string", "null"], "description": "null: the macro is not defined and leaves all rows"},
      "tuned": {"type": "boolean", "description": "It was set here, not in a file"}
    }
  },
  "FilterChange": {
    "type": "object",
    "required": ["search"],
    "properties": {"search": {"type": "string", "description": "SPL: a search expression, or a search or where command"}},
    "additionalProperties": false
  },
  "Exception": {
    "type": "object",
    "required": ["id", "detection", "fields", "reason", "actor", "created", "expires"],
    "properties": {
      "id": {"type": "string"},
      "detection": {"type": "string", "description": "* is every detection"},
      "fields": {"type": "object", "additionalProperties": {"type": "string"}},
      "reason": {"type": "string"},
      "actor": {"type": "string"},
      "created": {"type": "string", "format": "date-time"},
      "expires": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "NewException": {
    "type": "object",
    "required": ["detection", "fields"],
    "properties": {
      "detection": {"type": "string"},
      "fields": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
      "reason": {"type": "string"},
      "expires": {"type": ["string", "null"], "description": "A time, or how long from now, such as 90d"}
    },
    "additionalProperties": false
  },
  "PreviewRequest": {
    "type": "object",
    "required": ["detection", "fields"],
    "properties": {
      "detection": {"type": "string"},
      "fields": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
      "earliest": {"type": "string"}
    },
    "additionalProperties": false
  },
  "Preview": {
    "type": "object",
    "required": ["matched", "looked_at", "items"],
    "properties": {
      "matched": {"type": "integer", "minimum": 0},
      "looked_at": {"type": "integer", "minimum": 0},
      "items": {"type": "array", "maxItems": 100, "items": {
        "type": "object",
        "required": ["kind", "id", "time", "detection", "row"],
        "properties": {
          "kind": {"enum": ["notable", "risk_event"]},
          "id": {"type": "integer"},
          "time": {"type": "string", "format": "date-time"},
          "detection": {"type": "string"},
          "row": {"type": "object"}
        }
      }}
    }
  },
  "Suppression": {
    "type": "object",
    "required": ["id", "detection", "fields", "period", "actor", "created", "expires"],
    "properties": {
      "id": {"type": "string"},
      "detection": {"type": "string"},
      "fields": {"type": "array", "items": {"type": "string"}},
      "period": {"type": "string"},
      "actor": {"type": "string"},
      "created": {"type": "string", "format": "date-time"},
      "expires": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "NewSuppression": {
    "type": "object",
    "required": ["detection", "fields", "period"],
    "properties": {
      "detection": {"type": "string"},
      "fields": {"type": "array", "items": {"type": "string"}},
      "period": {"type": "string", "description": "A duration such as 24h"},
      "expires": {"type": ["string", "null"]}
    },
    "additionalProperties": false
  },
  "Scopes": {"type": "array", "items": {"enum": ["ingest", "read", "write", "admin"]}},
  "Session": {
    "type": "object",
    "required": ["kind", "name", "scopes", "csrf", "expires"],
    "properties": {
      "kind": {"enum": ["user", "token", "anonymous"]},
      "name": {"type": ["string", "null"]},
      "scopes": {"$ref": "#/components/schemas/Scopes"},
      "csrf": {"type": ["string", "null"], "description": "For the header X-CSRF-Token of requests with the cookie"},
      "expires": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "Credentials": {
    "type": "object",
    "required": ["user", "password"],
    "properties": {"user": {"type": "string"}, "password": {"type": "string"}},
    "additionalProperties": false
  },
  "PasswordChange": {
    "type": "object",
    "required": ["old", "new"],
    "properties": {
      "old": {"type": "string"},
      "new": {"type": "string", "minLength": 12, "description": "At most 256 bytes"}
    },
    "additionalProperties": false
  },
  "TokenRequest": {
    "type": "object",
    "required": ["name", "scopes"],
    "properties": {
      "name": {"type": "string"},
      "scopes": {"$ref": "#/components/schemas/Scopes"},
      "expires": {"type": ["string", "null"], "description": "How long from now, such as 90d"}
    },
    "additionalProperties": false
  },
  "NewToken": {
    "type": "object",
    "required": ["id", "name", "scopes", "created", "created_by", "token"],
    "properties": {
      "id": {"type": "integer"},
      "name": {"type": "string"},
      "scopes": {"$ref": "#/components/schemas/Scopes"},
      "created": {"type": "string", "format": "date-time"},
      "created_by": {"type": "string"},
      "expires": {"type": "string", "format": "date-time"},
      "token": {"type": "string", "description": "Shown this once"}
    }
  },
  "NewUser": {
    "type": "object",
    "required": ["name", "password", "scopes"],
    "properties": {
      "name": {"type": "string"},
      "password": {"type": "string"},
      "scopes": {"$ref": "#/components/schemas/Scopes"}
    },
    "additionalProperties": false
  },
  "UserChange": {
    "type": "object",
    "properties": {
      "password": {"type": "string"},
      "scopes": {"$ref": "#/components/schemas/Scopes"},
      "disabled": {"type": "boolean"}
    },
    "additionalProperties": false
  },
  "NotificationTestRequest": {
    "type": "object",
    "properties": {"channel": {"type": ["string", "null"], "description": "null: all channels"}},
    "additionalProperties": false
  },
  "NotificationTest": {
    "type": "object",
    "required": ["results"],
    "properties": {"results": {"type": "array", "items": {
      "type": "object",
      "required": ["channel", "ok"],
      "properties": {"channel": {"type": "string"}, "ok": {"type": "boolean"}, "error": {"type": "string"}}
    }}}
  }
})json";

}  // namespace

Json schemas_of_changes() { return Json::parse(kChangeSchemas); }

}  // namespace rw::web
