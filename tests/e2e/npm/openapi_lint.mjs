// Lints an OpenAPI document from stdin with the recommended rules of Redocly, but for those below. Prints what is wrong
// with it, a line each; exit status 1: there is something.
import {text} from 'node:stream/consumers';

import {createConfig, lintFromString} from '@redocly/openapi-core';

const config = await createConfig({
  extends: ['recommended'],
  rules: {
    'info-license': 'off',  // regwarden names no licence, so the document cannot
  },
});
const source = await text(process.stdin);
const problems = await lintFromString({source, absoluteRef: 'openapi.json', config});
for (const {severity, ruleId, message, location} of problems) {
  console.log(`${severity}: ${ruleId}: ${message.replaceAll('\n', ' ')} (${location[0]?.pointer})`);
}
process.exitCode = problems.length > 0 ? 1 : 0;
