// Sends log records with the official OpenTelemetry exporters.
//   node otlp_send.js '{"form": "http"|"proto", "url": …, "token": …, "host": …, "compression": "gzip"|"none", "batch": N}'
// stdin: one record a line, {"body": …, "timestamp": milliseconds}. Ends when all are delivered; a batch that the exporter
// gives up is given to it again, as the Collector's sending queue does. stderr: what the exporters log.
"use strict";

const { diag, DiagConsoleLogger, DiagLogLevel } = require("@opentelemetry/api");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const { LoggerProvider, BatchLogRecordProcessor } = require("@opentelemetry/sdk-logs");

const options = JSON.parse(process.argv[2]);
const { OTLPLogExporter } = require(`@opentelemetry/exporter-logs-otlp-${options.form}`);

const logger = new DiagConsoleLogger();
for (const level of ["error", "warn", "info", "debug", "verbose"]) logger[level] = (...what) => console.error(level, ...what);
diag.setLogger(logger, DiagLogLevel.WARN);

class UntilDelivered {
  constructor(exporter) {
    this.exporter = exporter;
  }
  export(records, done) {
    this.exporter.export(records, (result) => {
      if (result.code === 0) return done(result);
      console.error("again:", result.error && result.error.message);
      setTimeout(() => this.export(records, done), 50);
    });
  }
  forceFlush() {
    return this.exporter.forceFlush();
  }
  shutdown() {
    return this.exporter.shutdown();
  }
}

async function main() {
  const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
  const exporter = new OTLPLogExporter({
    url: options.url,
    headers: { Authorization: `Bearer ${options.token}` },
    compression: options.compression,
    timeoutMillis: 5000,
  });
  const processor = new BatchLogRecordProcessor({
    exporter: new UntilDelivered(exporter),
    maxQueueSize: lines.length + 1,
    maxExportBatchSize: options.batch,
    exportTimeoutMillis: 120000,
  });
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ "host.name": options.host }),
    processors: [processor],
  });
  const records = provider.getLogger("windows");
  for (const line of lines) records.emit(JSON.parse(line));
  await provider.forceFlush();
  await provider.shutdown();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
