// Makes shared/api/schema.d.ts from the program's own OpenAPI document. Descriptions of
// faults and the header of repetition are the same everywhere, so they are left out.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const root = new URL('../..', import.meta.url)
const doc = JSON.parse(execFileSync('go', ['run', './tools/openapi'], { cwd: root, maxBuffer: 1 << 28 }))

for (const operations of Object.values(doc.paths)) {
  for (const operation of Object.values(operations)) {
    for (const status of Object.keys(operation.responses)) {
      if (!status.startsWith('2')) delete operation.responses[status]
    }
    operation.responses.default = { description: 'Refused', content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } }
    operation.parameters = operation.parameters?.filter((p) => p.in !== 'header')
    if (operation.parameters?.length === 0) delete operation.parameters
    delete operation.description
  }
}
writeFileSync(new URL('../shared/api/schema.d.ts', import.meta.url), astToString(await openapiTS(doc)))
