import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { API_TOKEN } from '../../../support/api.ts'
import { NOW, useSite } from '../../../support/site.ts'
import { addPapers } from '../../../support/site-papers.ts'

const site = useSite({ API_TOKEN })
const run = promisify(execFile)

const TEXT = readFileSync(resolve(import.meta.dirname, '../../../../docs/api.md'), 'utf8')

interface Example {
  script: string
  /** What the last command answers with, at least. */
  answer: unknown
}

const examples = [...TEXT.matchAll(/```sh\n([\s\S]*?)```(?:\n\n```json\n([\s\S]*?)```)?/g)].map(
  ([, script = '', json]): Example => ({ script, answer: json && JSON.parse(json) }),
)

/** "…" matches any text: at either end, or as the whole text. */
function expected(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expected)
  if (typeof value === 'string' && value.includes('…'))
    return expect.stringContaining(value.replaceAll('…', ''))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, expected(one)]))
}

test('each example of docs/api.md gets the response that it shows', async () => {
  await addPapers(site.db)
  const address = await site.app.listen({ host: '127.0.0.1', port: 0 })
  site.clock.moveTo(NOW)
  const cwd = mkdtempSync(join(tmpdir(), 'api-examples-'))
  const environment = { PATH: process.env.PATH, SITE: address, API_TOKEN }
  const before: string[] = []
  let checked = 0
  for (const { script, answer } of examples) {
    if (script.startsWith('SITE=')) continue
    if (answer === undefined) before.push(script)
    else {
      // Only variables and files last from one block to the next.
      const { stdout } = await run('bash', ['-euc', `${before.join('\n')}\n${script}`], {
        cwd,
        env: environment,
      })
      const last = stdout.slice(stdout.lastIndexOf('\n{') + 1)
      const answers = last.split(/(?<=\})(?=\{)/)
      expect(JSON.parse(answers.at(-1)!), script).toMatchObject(expected(answer) as object)
      checked++
    }
  }
  expect(checked).toBeGreaterThan(8)
  const verbs = (await site.db.action.findMany({ orderBy: { id: 'asc' } })).map(({ verb }) => verb)
  expect(verbs).toEqual([
    'subscribers add',
    'subscribers pause',
    'delivery pause',
    'delivery resume',
    'subscribers erase',
  ])
}, 60_000)

test('each path in the table of docs/api.md is that of an operation', async () => {
  const document: { paths: object } = (await site.app.inject({ url: '/openapi.json' })).json()
  const known = Object.keys(document.paths)
  const named = [...TEXT.matchAll(/`(?:GET )?(\/api\/[^`?=]*)/g)].map(([, path = '']) => path.trim())
  expect(named.length).toBeGreaterThan(8)
  expect(named.filter((path) => !known.includes(path))).toEqual([])
})
