import { expect, test } from 'vitest'
import { runCommand } from '../../../support/commands.ts'
import { get, NOW, useSite } from '../../../support/site.ts'

const site = useSite({ BASE_URL: 'https://papers.example' })

const run = (...args: string[]) => runCommand(site.deps, ['topic-pages', ...args])

const OLDER = 'a'.repeat(20)
const NEWER = 'b'.repeat(20)

async function addPages(): Promise<void> {
  const topics = [{ name: 'rag', query: 'rag' }]
  const yesterday = new Date(NOW.getTime() - 24 * 3_600_000)
  await site.db.topicPage.create({ data: { id: OLDER, name: 'Group', topics, at: yesterday } })
  await site.db.topicPage.create({ data: { id: NEWER, name: '', topics, at: NOW } })
}

test('`topic-pages list` shows all pages, newest first, with their headings and addresses', async () => {
  expect((await run('list')).text).toBe('No topic pages.')
  await addPages()
  const { json, text } = await run('list')
  expect(json).toMatchObject([
    {
      id: NEWER,
      heading: 'Rag',
      topics: [{ name: 'rag', query: 'rag' }],
      madeAt: NOW.toISOString(),
      address: `https://papers.example/topics/${NEWER}`,
    },
    { id: OLDER, heading: 'Group' },
  ])
  expect(text).toMatch(new RegExp(`^id .*\n${NEWER} .*Rag\n${OLDER} .*Group$`))
})

test('`topic-pages remove` deletes one page, and nothing in a dry run', async () => {
  await addPages()
  await run('remove', OLDER, '--dry-run')
  expect(await site.db.topicPage.count()).toBe(2)
  expect((await run('remove', OLDER)).json).toEqual({ id: OLDER, dryRun: false })
  expect(await site.db.topicPage.findMany()).toMatchObject([{ id: NEWER }])
  expect(await site.db.action.findMany()).toMatchObject([{ verb: 'topic-pages remove' }])
  expect((await get(site, `/topics/${OLDER}`)).statusCode).toBe(404)
  await expect(run('remove', OLDER)).rejects.toMatchObject({ code: 'topic-pages.unknown' })
})
