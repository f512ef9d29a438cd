import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { fill, words } from '../../../../src/i18n/words.ts'
import { connectClient, type Era } from '../../../integration/features/mcp/mcp-client.ts'
import { EMAIL, subscriberWithDigest } from '../../../integration/features/mcp/own-world.ts'
import { mailed } from '../../../support/mailed-links.ts'
import { sentence } from '../../../support/page-text.ts'
import { useSiteInBrowser } from '../../../support/site-in-browser.ts'

const PAPER = '2507.06457'
const QUERY = 'attention -systematic'
const TIMEOUT_MS = 300_000

interface Why {
  topics: { id: number; matches: boolean }[]
}

const seen = useSiteInBrowser()
const { site } = seen
const w = words.mcp

let path: string
beforeEach(async () => {
  path = await subscriberWithDigest(site)
})

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const queries = async () => {
  const rows = await site.db.topic.findMany({ orderBy: { position: 'asc' }, include: { query: true } })
  return rows.map(({ query }) => query.text)
}

test.each<[Era, boolean]>([
  ['modern', false],
  ['legacy', true],
])(
  'a subscriber lets an agent of the %s era read and propose, decides, and revokes it',
  async (era, scripts) => {
    const page = await seen.open({ javaScriptEnabled: scripts })
    await page.goto(path)
    await page.getByLabel(w.tokens.name).fill('Claude')
    await press(page, w.tokens.make)
    const token = await page.getByLabel(w.made.token, { exact: true }).inputValue()

    const client = await connectClient(site.app, { era, token })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('propose_topic_change')
    const call = async <T>(name: string, input: object = {}) => {
      const { structuredContent } = await client.callTool({ name, arguments: { ...input } })
      return structuredContent as T
    }
    const digest = await call('my_digest')
    expect(JSON.stringify(digest)).toContain(PAPER)
    const { topics } = await call<Why>('why', { id: PAPER })
    expect(topics.map(({ matches }) => matches)).toEqual([true, false])
    const { link } = await call<{ link: string }>('propose_topic_change', {
      topic: topics[0]!.id,
      query: QUERY,
    })
    expect(await queries()).toEqual(['attention', 'rag'])

    await page.goto(new URL(link).pathname)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(
      fill(w.proposal.heading, { topic: 'attention' }),
    )
    expect(await page.locator('.paces').first().innerText()).toContain(QUERY)
    await press(page, w.proposal.mail)
    expect(await page.locator('.notice[role=status]').innerText()).toMatch(sentence(w.proposal.mailed))
    expect(await queries()).toEqual(['attention', 'rag'])

    const { text } = await mailed(site, 'manage-link', EMAIL)
    const { pathname, search } = new URL(text.match(/http:\S+\/manage\/\S+/)![0])
    await page.goto(pathname + search)
    expect(await page.locator('#query').inputValue()).toBe(QUERY)
    await press(page, words.topicPage.save)
    await page.waitForURL(/change=/)
    expect(await queries()).toEqual([QUERY, 'rag'])

    await page.goto(path)
    await page.getByRole('button', { name: w.tokens.revoke }).click()
    await page.waitForURL(/#agents$/)
    await expect(client.callTool({ name: 'my_digest', arguments: {} })).rejects.toThrow(/mcp\.wrong-token/)
  },
  TIMEOUT_MS,
)
