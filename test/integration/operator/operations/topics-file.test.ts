import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { checksums } from '../../../support/checksums.ts'
import { runCli } from '../../../support/commands.ts'
import { useDatabase } from '../../../support/database.ts'

const [ANN, BOB] = ['ann@example.com', 'bob@example.com'] as const

const database = useDatabase()
const folder = mkdtempSync(join(tmpdir(), 'topics-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]) =>
  runCli(args, { DATABASE_URL: database.url, CLOCK_NOW: '2026-11-24T12:00:00Z' })

async function answerOf(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

test('topics are exported to a text file and imported again, each once', async () => {
  for (const email of [ANN, BOB])
    await answerOf('subscribers', 'add', email, '--topic', 'RAG', '--consent', 'on paper')
  const typed = join(folder, 'typed.txt')
  writeFileSync(typed, '# mine\n[Efficiency]\n"KV cache" OR quantization\nRAG\nworld model\n')
  const added = [
    { name: 'Efficiency', query: '"KV cache" OR quantization' },
    { name: 'world model', query: 'world model' },
  ]
  const topics = [{ name: 'RAG', query: 'RAG' }, ...added]
  const before = await checksums(database.db)
  expect(await answerOf('topics', 'import', ANN, typed, '--dry-run')).toEqual({ topics, added, dryRun: true })
  expect(await checksums(database.db)).toEqual(before)
  expect(await answerOf('topics', 'import', ANN, typed)).toEqual({ topics, added, dryRun: false })
  expect(await answerOf('topics', 'import', ANN, typed)).toEqual({ topics, added: [], dryRun: false })

  const file = join(folder, 'topics.txt')
  expect(await answerOf('topics', 'export', ANN, '--out', file)).toEqual({ file, topics: 3 })
  expect((await run('topics', 'export', ANN)).stdout).toBe(readFileSync(file, 'utf8'))
  expect(await answerOf('topics', 'export', ANN)).toEqual(topics)
  expect((await run('topics', 'import', BOB, file)).stdout).toMatch(/^2 added\.\n {2}topic: RAG\n/)
  expect(await answerOf('topics', 'list', BOB)).toEqual(topics)
})

test('an unreadable entry is named, and adds nothing', async () => {
  const bad = join(folder, 'bad.txt')
  const errorOf = async (content: string | Buffer) => {
    writeFileSync(bad, content)
    const { code, stderr } = await run('topics', 'import', ANN, bad)
    return `${code} ${stderr}`
  }
  expect(await errorOf('[Name]\n')).toMatch(
    /^2 .*"\[Name\]" has no topic: write its query on the line below/s,
  )
  expect(await errorOf('alpha (beta\nRAG')).toMatch(/^2 .*is never closed/s)
  expect(await errorOf(Buffer.from([0xff, 0xfe, 0x41]))).toMatch(/^2 .*bad\.txt" \(not UTF-8\)/s)
  expect(await errorOf('a'.repeat(300_000))).toMatch(
    /^2 .*\(too large\): use a UTF-8 text file of up to 256 kB/s,
  )
  expect((await run('topics', 'import', ANN, join(folder, 'none.txt'))).stderr).toMatch(
    /none\.txt" \(ENOENT\)/,
  )
  expect(JSON.parse((await run('topics', 'import', ANN, folder, '--json')).stderr).error).toBe(
    'topics.no-file',
  )
  expect((await run('topics', 'export', ANN, '--out', join(folder, 'no/where'))).code).toBe(2)
})
