// Sends the documents of stdin ({url, token, documents}) with the official client, in batches; a batch that fails as a
// whole is sent again, as a shipper does. "helper": with the client's own bulk helper. Prints {created, failed}.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@elastic/elasticsearch";

const { url, token, documents } = JSON.parse(readFileSync(0, "utf8"));
const client = new Client({ node: url, auth: { username: "any", password: token }, maxRetries: 0 });
let created = 0;
let failed = 0;

if (process.argv[2] === "helper") {
  await client.ping();
  await client.info();
  const result = await client.helpers.bulk({
    datasource: documents,
    onDocument: () => ({ create: { _index: "win" } }),
    flushBytes: 5000,
    concurrency: 3,
  });
  created = result.successful;
  failed = result.failed;
} else {
  for (let at = 0; at < documents.length; at += 10) {
    const operations = documents.slice(at, at + 10).flatMap((document) => [{ index: { _index: "win" } }, document]);
    for (;;) {
      try {
        const reply = await client.bulk({ operations });
        created += reply.items.filter((item) => item.index.status === 201).length;
        failed += reply.items.filter((item) => item.index.status !== 201).length;
        break;
      } catch (error) {
        if (!["ConnectionError", "TimeoutError"].includes(error.name) && error.statusCode !== 503) throw error;
        await sleep(50);
      }
    }
  }
}
console.log(JSON.stringify({ created, failed }));
