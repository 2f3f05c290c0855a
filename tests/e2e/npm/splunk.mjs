// Sends the documents of stdin ({url, token, documents}) with Splunk's own logger, ten a request. It sends again by
// itself where the connection fails. Prints {created, failed}.
import { readFileSync } from "node:fs";
import splunk from "splunk-logging";

const { url, token, documents } = JSON.parse(readFileSync(0, "utf8"));
const logger = new splunk.Logger({ url, token, maxRetries: 200, maxBatchCount: 0 });
logger.eventFormatter = (message) => message;
logger.error = (error) => console.error(String(error));
let created = 0;
let failed = 0;

for (let at = 0; at < documents.length; at += 10) {
  const batch = documents.slice(at, at + 10);
  for (const event of batch) logger.send({ message: event });
  const code = await new Promise((resolve) => logger.flush((error, response, body) => resolve(error ?? body?.code)));
  if (code === 0) created += batch.length;
  else failed += batch.length;
}
console.log(JSON.stringify({ created, failed }));
