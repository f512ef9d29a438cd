import { readConfig } from '../../src/config/config.ts'
import { buildDeps } from '../../src/core/deps.ts'
import { ingestDay } from '../../src/papers/ingest.ts'

// node arxiv-fetching-process.ts DAY GAP_MS CATEGORY …: fetches one day of each, as a service would.
const [day = '', gapMs, ...categories] = process.argv.slice(2)
const { deps, close } = await buildDeps(readConfig(process.env))
for (const category of categories)
  await ingestDay(deps, { source: `arxiv:${category}`, day, fetchPolicy: { gapMs: Number(gapMs) } })
await close()
