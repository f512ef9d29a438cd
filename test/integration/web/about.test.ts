import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { sourceName } from '../../../src/digests/sources-line.ts'
import { fill, listed, words } from '../../../src/i18n/words.ts'
import { buildServer } from '../../../src/web/server.ts'
import { get, textOf, useSite } from '../../support/site.ts'

const site = useSite()

async function aboutText(settings: Record<string, string>): Promise<string> {
  const app = buildServer({ ...site.deps, config: readConfig(settings) })
  const { body } = await get({ ...site, app }, '/about')
  await app.close()
  return textOf(body)
}

test('the About page names who runs the site, the contact and the sources', async () => {
  const text = await aboutText({
    ABOUT: 'Run by the reading group of the Example Lab.',
    MAIL_FROM: 'papers@lab.example',
    POSTAL_ADDRESS: 'Example Lab, 1 Road',
    SOURCES: 'arxiv:cs.CL,biorxiv',
  })
  const sources = listed(['arxiv:cs.CL', 'biorxiv'].map(sourceName))
  for (const part of [
    'Run by the reading group of the Example Lab.',
    'papers@lab.example',
    'Example Lab, 1 Road',
    fill(words.about.papers.sources, { sources }),
  ])
    expect(text).toContain(part)
})

test('the About page explains votes only where Hugging Face is a source', async () => {
  const votes = fill(words.about.papers.votes, { label: words.paper.summary })
  expect(await aboutText({})).toContain(votes)
  expect(await aboutText({ SOURCES: 'biorxiv' })).not.toContain(votes)
})
