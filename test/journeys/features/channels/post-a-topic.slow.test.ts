import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../../../src/core/database/embedded-postgres.ts'
import {
  BOT_TOKEN,
  FEISHU_PATH,
  FEISHU_SECRET,
  SECRETS,
  SLACK_PATH,
  startStandInService,
} from '../../../integration/features/channels/stand-in-service.ts'
import { useDatabase } from '../../../support/database.ts'
import { runCliProcess, startProgram } from '../../../support/processes.ts'
import { eventually } from '../../../support/until.ts'

const database = useDatabase()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const ADDED = '2026-11-23T09:00:00Z'
const DUE = '2026-11-24T08:00:05Z'

test('an operator adds channels, tries one, and finds the next morning’s posts in them and in the list', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'channels-journey-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const service = await startStandInService(() => new Date(DUE))
  cleanups.push(() => service.close())
  const fileOf = (name: string, text: string): string => {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  }
  const said: string[] = []
  const run = async (now: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCliProcess(args, { DATABASE_URL: database.url, CLOCK_NOW: now })
    said.push(stdout, stderr)
    expect(code, stderr).toBe(0)
    return stdout
  }
  const add = (name: string, ...options: string[]) =>
    run(ADDED, 'channels', 'add', name, '--topic', 'dragons', '--hour', '8', '--zone', 'UTC', ...options)

  await add('lab', '--kind', 'slack', '--url-file', fileOf('slack', `${service.url}${SLACK_PATH}\n`))
  const bot = ['--url', service.url, '--secret-file', fileOf('bot', BOT_TOKEN), '--chat=@my_lab']
  await add('news', '--kind', 'telegram', ...bot)
  const hook = ['--url-file', fileOf('feishu', service.url + FEISHU_PATH)]
  await add('office', '--kind', 'feishu', ...hook, '--secret-file', fileOf('secret', FEISHU_SECRET))

  const papers = [1, 2, 3].map((n) => ({ title: `Dragons ${n}`, summary: 'What dragons learn.' }))
  const file = fileOf('papers.json', JSON.stringify(papers))
  await run(ADDED, 'papers', 'import', file, '--date', '2026-11-23')

  expect(await run(ADDED, 'channels', 'test', 'lab')).toContain('Posted to lab')
  expect(service.posted[0]!.raw).toContain('Test: Dragons')

  const settings = { DATABASE_URL: database.url, CLOCK_NOW: DUE, PORT: String(await freePort()) }
  const main = startProgram(['src/main.ts'], { ...settings, HF_URL: 'http://127.0.0.1:1' })
  cleanups.push(async () => {
    const exit = new Promise((done) => main.once('exit', done))
    main.kill('SIGTERM')
    await exit
  })
  await eventually(async () => service.posted.length === 4, { seconds: 120 })
  const posts = service.posted.slice(1)
  expect(posts.map(({ kind }) => kind).toSorted()).toEqual(['feishu', 'slack', 'telegram'])
  for (const { raw } of posts) expect(raw).toContain('3 new papers')

  const listed = async () => JSON.parse(await run(DUE, 'channels', 'list', '--json')) as { posts: object[] }[]
  await eventually(async () => (await listed()).every(({ posts }) => posts.length === 1), { seconds: 60 })
  for (const { posts } of await listed())
    expect(posts).toMatchObject([{ date: '2026-11-24', state: 'posted', papers: 3, attempts: 1 }])
  expect(await run(DUE, 'channels', 'list')).toContain('2026-11-24 posted')
  await run(DUE, 'channels', 'remove', 'office')
  for (const secret of SECRETS) expect(said.join()).not.toContain(secret)
}, 300_000)
