// What others rely on, in files that show a change as a diff. `npm test -- test/contract -u` writes them again.
// Commands and settings are in docs/cli.md and docs/configuration.md, types and labels of metrics in docs/metrics.md,
// and alerts in test/unit/features/alerts/snapshots: the tests of those files compare them with the program. What emails
// say is in emails.test.ts.
import { expect, test } from 'vitest'
import { LOG_EVENTS } from '../../src/core/log.ts'
import { openMetrics } from '../../src/core/metrics.ts'
import { words } from '../../src/i18n/words.ts'
import { GAUGES } from '../../src/operator/metrics/write-metrics.ts'
import { API_TOKEN, documentOf } from '../support/api.ts'
import { ALL_ERRORS } from '../support/error-codes.ts'
import { useSite } from '../support/site.ts'
import { schemaOf } from './schema.ts'

const site = useSite({ API_TOKEN })

const textOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`

test('the API is described by openapi.json', async () => {
  const { paths, components, ...head } = (await documentOf(site.app)) as unknown as Document
  // Their order is that in which files were loaded.
  const sorted = {
    ...head,
    components: { ...components, schemas: byName(components.schemas) },
    paths: byName(paths),
  }
  await expect(`${pretty(sorted)}\n`).toMatchFileSnapshot('openapi.json')
})

test('the document of the API describes its tags, states who may call, and has no unused schema', async () => {
  const document = (await documentOf(site.app)) as unknown as Document
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  expect(operations.filter(({ security }) => security === undefined)).toEqual([])
  const used = new Set(operations.flatMap(({ tags }) => tags))
  expect(document.tags.map(({ name }) => name).sort()).toEqual([...used].sort())
  expect(document.tags.filter(({ description }) => !description)).toEqual([])
  const text = JSON.stringify(document)
  const schemas = Object.keys(document.components.schemas)
  expect(schemas.filter((name) => !text.includes(`"#/components/schemas/${name}"`))).toEqual([])
})

interface Document {
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, { tags: string[]; security?: object[] }>>
  components: { schemas: object }
}

const byName = (entries: object): object =>
  Object.fromEntries(Object.entries(entries).toSorted(([a], [b]) => a.localeCompare(b)))

test('the database has the schema in schema.txt', async () => {
  await expect(await schemaOf(site.db)).toMatchFileSnapshot('schema.txt')
})

test('metrics have the help in metrics.txt', async () => {
  const gauges = GAUGES.map(({ name, help }) => ({ name: `daily_papers_${name}`, help }))
  const counters = openMetrics().registry.getMetricsAsArray()
  const ours = [...gauges, ...counters].filter(({ name }) => name.startsWith('daily_papers_'))
  await expect(textOf(ours.map(({ name, help }) => `${name}: ${help}`).toSorted())).toMatchFileSnapshot(
    'metrics.txt',
  )
})

test('the log has the events in log-events.txt', async () => {
  await expect(textOf(LOG_EVENTS)).toMatchFileSnapshot('log-events.txt')
})

test('errors have the status, exit code and sentences in errors.txt', async () => {
  const sentences: Record<string, string | undefined> = words.errors
  const lines = Object.entries(ALL_ERRORS)
    .toSorted()
    .flatMap(([code, { status, exit, operator }]) => [
      `${code} ${status} ${exit}`,
      `  operator: ${operator}`,
      ...(sentences[code] ? [`  reader: ${sentences[code]}`] : []),
    ])
  await expect(textOf(lines)).toMatchFileSnapshot('errors.txt')
})

const MAX_LINE_LENGTH = 110

/** JSON, with what is short on one line. */
function pretty(value: unknown, indent = ''): string {
  const line = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || indent.length + line.length < MAX_LINE_LENGTH)
    return line
  const inner = `${indent}  `
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const parts = Array.isArray(value)
    ? value.map((one) => pretty(one, inner))
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${pretty(one, inner)}`)
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`
}
